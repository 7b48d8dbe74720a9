//! Today, board, map, sprints.

use server::{chart, frame::Nav, views::*};

use crate::{frame, html};

type Rendered = Option<Result<String, askama::Error>>;

pub fn render(page: &str, state: &str) -> Rendered {
    match page {
        "today" => html(&TodayPage { frame: frame(Nav::Today, "Today", "Nordlicht"), view: today(state) }),
        "board" => html(&BoardPage { frame: frame(Nav::Board, "Board", "Nordlicht"), view: board(state) }),
        "sprints" => html(&SprintsPage { frame: frame(Nav::None, "Sprints", "Nordlicht"), view: sprints(state) }),
        _ => None,
    }
}

fn part(text: &str, linked: bool) -> Part {
    Part { text: text.into(), href: if linked { "/evidence".into() } else { String::new() } }
}

fn item(title: &str, why: &str, tone: &str, action: &str) -> Item {
    Item {
        title: title.into(),
        why: why.into(),
        tone: tone.into(),
        href: "#".into(),
        action: action.into(),
        evidence: "/evidence".into(),
    }
}

fn today(state: &str) -> TodayView {
    if state == "empty" {
        return TodayView { is_empty: true, ..TodayView::default() };
    }
    let series: Vec<f64> =
        (0..28).map(|i| 6_000.0 + 90.0 * f64::from(i) + 700.0 * (f64::from(i) * 0.9).sin()).collect();
    let stat = |label: &str, value: &str, note: &str| Stat {
        label: label.into(),
        value: value.into(),
        note: note.into(),
        href: "/evidence".into(),
    };
    let marks =
        [(1, "Ads switched on"), (3, "First review"), (8, "Today: one line to decide"), (14, "Last day of the flight")];
    TodayView {
        period: "Last 7 days, Thu 5 Nov to Wed 11 Nov".into(),
        headline_before: "Nordlicht made ".into(),
        net: part("€48,212", true),
        headline_after: " net in the last seven days.".into(),
        sentences: vec![
            vec![
                part("That is ", false),
                part("€3,940 more", true),
                part(" than the seven days before, inside the range that season and trend explain (", false),
                part("€43,800 to €50,100", true),
                part(").", false),
            ],
            vec![
                part("Ads took ", false),
                part("€11,304", true),
                part(" and the platforms claim ", false),
                part("€39,870", true),
                part(" of revenue: 1.9 times what arrived with their tags.", false),
            ],
        ],
        spark: chart::spark(&series, "Net revenue a day, 28 days"),
        spark_days: 28,
        stats: vec![
            stat("Platform-claimed ÷ actual", "1.9", "1.7 the week before"),
            stat("MER", "4.27", "expected 3.9 to 4.6"),
            stat("New customers", "412", "€27.44 a head"),
            stat("Orders", "1,038", "€46.45 on average"),
        ],
        decide: if state == "calm" {
            vec![]
        } else {
            vec![
                item(
                    "“Cedar hand balm” will be out of stock in 4 days, and two ads sell it",
                    "62 left, 15.2 sold a day over 14 days (11 to 19). The next delivery is not in the catalogue.",
                    "bad",
                    "Decide in Review",
                ),
                item(
                    "Meta spends 31 % less than planned",
                    "€1,242 of €1,800 planned by day 8. At this pace €970 stay unspent.",
                    "warn",
                    "Open Review",
                ),
                item(
                    "Sprint 5 waits for its brief",
                    "Two open actions come along from sprint 3.",
                    "",
                    "Write the brief",
                ),
            ]
        },
        calm: "The next review is tomorrow morning.".into(),
        watch: vec![item(
            "Cost per order on Google rose to €12.80.",
            "Expected €8.90 to €13.10 on a Wednesday.",
            "",
            "",
        )],
        know: vec![
            item("Import of 11 Nov took 214 orders.", "3 rows rejected, all without a date.", "", ""),
            item("Kill day of “Refill in one minute” is 5 Dec.", "Until then it is not yet provable.", "", ""),
        ],
        sprint_title: "Sprint 4: Refills before the holidays".into(),
        sprint_dates: "5 Nov to 18 Nov 2026".into(),
        days: (1..=14)
            .map(|number| DayMark {
                number,
                state: if number < 8 {
                    "past"
                } else if number == 8 {
                    "today"
                } else {
                    "next"
                },
                title: marks.iter().find(|m| m.0 == number).map_or(format!("Day {number}"), |m| m.1.to_owned()),
                mark: if number == 8 { "x".into() } else { String::new() },
            })
            .collect(),
        steps: vec![
            Step { label: "Three bets live.".into(), text: "Expect none or one to win.".into() },
            Step { label: "€4,110 of €7,000 spent.".into(), text: "Plan by today: €4,000.".into() },
            Step { label: "Post-mortem from 19 Nov.".into(), text: "Due on 21 Nov.".into() },
        ],
        ..TodayView::default()
    }
}

fn board(state: &str) -> BoardView {
    if state == "empty" {
        return BoardView { start: "#".into(), lanes: vec![] };
    }
    let long = state == "long";
    let card = |title: &str, segment: &str, angle: &str, pool: &str, word: &str, tone: &'static str| Ticket {
        title: if long {
            format!("{title}, Donaudampfschifffahrtsgesellschaftskapitänsmützenpflegemittel und noch viel mehr Text")
        } else {
            title.into()
        },
        href: "#".into(),
        segment: segment.into(),
        angle: angle.into(),
        pool: pool.into(),
        state: word.into(),
        tone,
        move_to: "#".into(),
        targets: ["Concepts", "Picked", "Set aside"]
            .map(|name| Target { key: name.to_lowercase(), name: name.into() })
            .to_vec(),
    };
    let lane = |key: &str, name: &str, hint: &str, cards: Vec<Ticket>| Lane {
        key: key.into(),
        name: name.into(),
        hint: hint.into(),
        empty: "Nothing here.".into(),
        cards,
    };
    BoardView {
        start: "#".into(),
        lanes: vec![
            lane(
                "open",
                "Concepts",
                "17 open",
                vec![
                    card(
                        "The second bar costs you no thought",
                        "Bought once, 40 to 70 days ago",
                        "Convenience",
                        "1,204 people, €61,880 so far",
                        "",
                        "",
                    ),
                    card(
                        "What 312 people add to the cedar balm",
                        "Bought cedar hand balm",
                        "Bundle",
                        "312 people, €20,130 so far",
                        "",
                        "",
                    ),
                    card(
                        "It is dry-air season again",
                        "Bought winter care last year",
                        "Season",
                        "846 people, €71,402 so far",
                        "",
                        "",
                    ),
                ],
            ),
            lane(
                "picked",
                "Picked",
                "3 of 3",
                vec![card(
                    "Refill in one minute",
                    "Refill due in 14 days",
                    "Convenience",
                    "980 people, €88,210 so far",
                    "",
                    "",
                )],
            ),
            lane(
                "studio",
                "Studio",
                "1 blocked",
                vec![card(
                    "Made in one room in Malmö",
                    "New visitors",
                    "Craft",
                    "no pool: new people",
                    "2 checks block",
                    "bad",
                )],
            ),
            lane("launch", "Launch", "ready", vec![]),
            lane(
                "live",
                "Live",
                "day 8 of 14",
                vec![card(
                    "Two scents that 41 % buy together",
                    "Bought one of both",
                    "Bundle",
                    "655 people, €39,744 so far",
                    "Not yet provable",
                    "line",
                )],
            ),
        ],
    }
}

fn sprints(state: &str) -> SprintsView {
    if state == "empty" {
        return SprintsView::default();
    }
    let row = |number, title: &str, stage: &str, tone| SprintLine {
        href: "#".into(),
        number,
        title: title.into(),
        stage: stage.into(),
        tone,
        flight: "5 Nov to 18 Nov 2026".into(),
        by: "Mara Lindqvist".into(),
    };
    SprintsView {
        blocked: "Sprint 4 “Refills before the holidays” has no signed post-mortem. Sign it first; an owner may go on without, with a reason.".into(),
        rows: vec![row(5, "Gifting", "Brief", "line"), row(4, "Refills before the holidays", "Live", "accent"), row(3, "Autumn", "Signed", "good")],
    }
}

//! The pages about recommendations.

use server::{chart, frame::Nav, views::*};

use crate::{frame, html, rules_pages::rules};

pub fn render(page: &str, state: &str) -> Option<Result<String, askama::Error>> {
    let frame = |nav, title| frame(nav, title, "Nordlicht");
    match page {
        "recommend" => html(&RecommendPage { frame: frame(Nav::Recommend, "Recommendations"), view: overview(state) }),
        "placements" => {
            html(&PlacementsPage { frame: frame(Nav::Recommend, "Placements"), view: placements(state == "empty") })
        }
        "workbench" => html(&WorkbenchPage { frame: frame(Nav::Workbench, "Workbench"), view: workbench(state) }),
        "rules" => html(&RulesPage { frame: frame(Nav::Rules, "Rules"), view: rules(state) }),
        "sessions" => {
            html(&SessionsPage { frame: frame(Nav::Recommend, "Sessions that mislead"), view: sessions(state) })
        }
        _ => None,
    }
}

pub(crate) fn badge(tone: &'static str, text: &str) -> Badge {
    Badge { text: text.into(), tone, title: text.into() }
}

fn stat(label: &str, value: &str, note: &str) -> Stat {
    Stat { label: label.into(), value: value.into(), note: note.into(), href: String::new() }
}

fn tabs(on: usize) -> Vec<Tab> {
    ["Overview", "Placements", "Sessions that mislead"]
        .into_iter()
        .enumerate()
        .map(|(n, label)| Tab { href: "#".into(), label: label.into(), count: String::new(), on: n == on })
        .collect()
}

pub(crate) fn choices(words: &[&str], on: usize) -> Vec<Choice> {
    words.iter().enumerate().map(|(n, word)| Choice::new(*word, *word, n == on)).collect()
}

pub(crate) const PLACES: [&str; 6] =
    ["Home page", "Product page", "Cart", "After purchase", "E-mail", "Search without results"];
pub(crate) const LONG: &str =
    "Donaudampfschifffahrtsgesellschaftskapitänskajütenkaffeevollautomatenentkalker, 12 × 250 ml";

fn overview(state: &str) -> RecommendView {
    if state == "empty" {
        return RecommendView {
            tabs: tabs(0),
            lede: "Each visitor is shown what fits them, learnt from your own orders and events.".into(),
            is_new: true,
            can_train: true,
            ..RecommendView::default()
        };
    }
    let refused = state == "refused";
    let condition = |what: &str, there: &str, needed: &str, holds: bool, mend: &str| ConditionLine {
        what: what.into(),
        there: there.into(),
        needed: needed.into(),
        holds,
        mend: mend.into(),
    };
    let member = |name: &str, percent: u32, text: &str| MemberLine {
        name: name.into(),
        text: text.into(),
        share: format!("{percent}\u{a0}%"),
        percent,
    };
    let version = |version: i64, state: Badge, trained: &str, quality: &str, can_serve: bool| TrainedLine {
        version,
        state,
        model: "auto".into(),
        trained: trained.into(),
        learnt: "48,213 sessions".into(),
        quality: quality.into(),
        size: "4.2 MB".into(),
        can_serve,
    };
    let points: Vec<chart::CoursePoint> = [18.2, 18.9, 18.4, 19.6, 20.3, 20.1, 21.4]
        .iter()
        .enumerate()
        .map(|(n, rate)| chart::CoursePoint { label: format!("{} Nov", n + 5), mid: Some(*rate), range: None })
        .collect();
    let best = chart::RefLine { values: vec![Some(9.1); 7], is_limit: false };
    let title = "How often the next product was among the ten";
    RecommendView {
        tabs: tabs(0),
        headline: if refused { "Best-sellers serve".into() } else { "Version 7 serves 4 of 6 placements".into() },
        lede: "Each visitor is shown what fits them, learnt from your own orders and events.".into(),
        is_new: false,
        problem: String::new(),
        job: (state == "job").then(|| JobView {
            id: "1".into(),
            title: "Training".into(),
            count: "3 of 8".into(),
            note: "Sequential rules, tried on the newest sessions".into(),
            href: "/jobs/1".into(),
            done: 3,
            total: 8,
            running: true,
            failed: false,
        }),
        gate_open: !refused,
        gate_text: if refused {
            "Personalising would be guesswork, so every placement shows best-sellers and says so.".into()
        } else {
            "Checked at every training, on what was known then.".into()
        },
        conditions: vec![
            condition(
                "orders and sessions",
                if refused { "87" } else { "48,213" },
                "at least 200",
                !refused,
                "Import older orders, or send events for some weeks.",
            ),
            condition(
                "products bought or viewed five times",
                if refused { "4" } else { "212" },
                "at least 10",
                !refused,
                "Products repeat too seldom; recommend by category until more was sold.",
            ),
            condition("days of history", "412", "at least 14", true, ""),
            condition("per cent of events with unknown products", "1", "at most 20", true, ""),
        ],
        stats: vec![
            stat("Orders", "12,431", "3,870 customers, 1,204 of them more than once"),
            stat("Sessions of visits", "35,782", "from events of the storefront"),
            stat("Products", "231", "212 with five sessions or more"),
            stat("Answers since the start", "18,204", "all of them recorded"),
        ],
        facts: vec![
            Fact::noted("Model", "auto, version 7", "the mix that would have foreseen the newest sessions best"),
            Fact::noted("Trained", "12 Nov 2026, 03:00", "by the night; knows everything up to then"),
            Fact::new("Rules", "version 4"),
            Fact::noted("File", "4.2 MB", "checksum 3f9a1c07…"),
        ],
        members: if refused {
            Vec::new()
        } else {
            vec![
                member(
                    "Sessions like this one",
                    46,
                    "What others went on to, who looked at the same in the same order (V-STAN).",
                ),
                member(
                    "Bought and viewed together",
                    31,
                    "Products whose sessions overlap more than chance would have it (SLIST).",
                ),
                member("What comes next", 23, "Which product usually follows which (sequential rules)."),
            ]
        },
        quality: ChartView {
            svg: if refused {
                String::new()
            } else {
                chart::course(&points, &[best], title, "From 18 to 21 of 100 in a week", |v| format!("{v:.0}\u{a0}%"))
            },
            title: title.into(),
            note: "Each version was examined on the newest tenth of the sessions, by a copy that had not seen them."
                .into(),
            none: "A second training makes a line of it.".into(),
            columns: ["Trained", "Version", "The model", "Best-sellers"].map(str::to_owned).to_vec(),
            rows: if refused {
                Vec::new()
            } else {
                (0..7)
                    .map(|n| {
                        vec![format!("{} Nov", n + 5), (n + 1).to_string(), "19\u{a0}%".into(), "9.1\u{a0}%".into()]
                    })
                    .collect()
            },
        },
        versions: vec![
            version(7, badge("good", "Serves"), "12 Nov 2026, 03:00, by the night", "21\u{a0}%", false),
            version(6, badge("accent", "Challenger"), "11 Nov 2026, 16:20, by Mara Lindqvist", "20\u{a0}%", false),
            version(5, badge("line", "Ready"), "10 Nov 2026, 03:00, by the night", "20\u{a0}%", true),
            version(4, badge("line", "Retired"), "9 Nov 2026, 03:00, by the night", "–", false),
        ],
        contests: if refused {
            Vec::new()
        } else {
            vec![ContestView {
                text: "Version 6 against version 7 on the product page".into(),
                href: "#".into(),
                net: "+€120".into(),
                range: "−€340 to +€580".into(),
                grade: badge("good", "A randomised"),
                verdict: badge("line", "Not yet provable"),
                lines: vec![
                    ["Version 7".into(), "4,210".into(), "11\u{a0}%".into(), "204".into(), "€1.42".into()],
                    ["Version 6".into(), "4,187".into(), "10\u{a0}%".into(), "198".into(), "€1.39".into()],
                ],
            }]
        },
        placements: choices(&PLACES, 0),
        challengers: choices(&["Version 5, 10 Nov", "Version 6, 11 Nov"], 0),
        can_contest: !refused,
        can_train: true,
        can_serve: true,
        can_export: true,
    }
}

fn placements(empty: bool) -> PlacementsView {
    let arm = |name: &str, note: &str, cells: [&str; 7]| ArmLine {
        name: name.into(),
        note: note.into(),
        cells: cells.map(str::to_owned).to_vec(),
    };
    let off = |word: &str, name: &str| {
        PlacementCard {
        word: word.into(),
        name: name.into(),
        state: badge("line", "Off"),
        text: "Nobody has switched it on; the API answers best-sellers here.".into(),
        none: "Nothing was shown here in these days. Switch it on below, then let the shop ask for recommendations (the API reference shows how).".into(),
        items: "8".into(),
        holdout: "10".into(),
        window: "7".into(),
        baselines: choices(&["Best-sellers", "These products", "Nothing: what the shop showed before"], 0),
        ..PlacementCard::default()
    }
    };
    let mut cards = vec![off("cart", "Cart"), off("search_empty", "Search without results")];
    if !empty {
        cards.insert(
            0,
            PlacementCard {
                word: "product".into(),
                name: "Product page".into(),
                state: badge("accent", "Running"),
                text: "8 products; 10\u{a0}% of the visitors see best-sellers instead. Orders count for 7 days.".into(),
                arms: vec![
                    arm("Recommendations", "version 7", ["9,412", "3,120", "1,044", "312", "204", "€6,120", "€2,754"]),
                    arm("Holdout", "best-sellers", ["1,038", "341", "74", "22", "14", "€398", "€171"]),
                ],
                none: String::new(),
                change_href: "#".into(),
                grade: badge("good", "A randomised"),
                net: "+€1,240".into(),
                range: "−€210 to +€2,690".into(),
                svg: chart::on_scale(
                    [-210.0, 1_240.0, 2_690.0],
                    (-2_000.0, 4_000.0),
                    false,
                    "Product page",
                    "−€210 to +€2,690",
                ),
                verdict: badge("line", "Not yet provable"),
                verdict_text: "Open. Off on Sat 21 Nov unless it wins or is kept.".into(),
                is_on: true,
                ..off("product", "Product page")
            },
        );
        cards.insert(
            1,
            PlacementCard {
                state: badge("accent", "Running"),
                text: "6 products; 10\u{a0}% of the visitors see what the shop showed before. Orders count for 7 days."
                    .into(),
                none: "It is on, and nothing was asked for in these days. Look whether the shop’s pages ask for it."
                    .into(),
                change_href: "#".into(),
                grade: badge("good", "A randomised"),
                net: "–".into(),
                verdict: badge("line", "Not yet provable"),
                verdict_text: "No visitor has met it yet.".into(),
                is_on: true,
                ..off("home", "Home page")
            },
        );
    }
    PlacementsView {
        tabs: tabs(1),
        lede: "Where recommendations stand, what followed, and what of it would not have happened anyway.".into(),
        problem: String::new(),
        days: ["7 days", "28 days", "90 days"].iter().enumerate().map(|(n, label)| Tab { href: "#".into(), label: (*label).into(), count: String::new(), on: n == 1 }).collect(),
        columns: ["Answers", "Visitors", "Clicked", "Added", "Bought", "Revenue", "Margin"].map(str::to_owned).to_vec(),
        cards,
        can_set: true,
        note: "Bought counts within a week of being shown, revenue is of the products shown, margin is what is known of their cost. These columns say what happened; only the holdout says what would not have happened anyway.".into(),
    }
}

fn workbench(state: &str) -> WorkbenchView {
    if state == "empty" {
        return WorkbenchView {
            none: "Train a model first; then this page shows, customer by customer, what it would recommend and why."
                .into(),
            ..WorkbenchView::default()
        };
    }
    let is_product = state == "product";
    let pick = |name: &str, note: &str| PickLine { href: "#".into(), name: name.into(), note: note.into() };
    let base = WorkbenchView {
        modes: ["A customer", "A product"]
            .iter()
            .enumerate()
            .map(|(n, label)| Tab {
                href: "#".into(),
                label: (*label).into(),
                count: String::new(),
                on: (n == 1) == is_product,
            })
            .collect(),
        mode: if is_product { "product" } else { "customer" },
        query: if is_product { "Filter papers".into() } else { "c_9f3e".into() },
        placements: choices(&PLACES, 1),
        models: choices(&["Version 7, serves", "Version 6, challenger"], 0),
        found: vec![
            pick("c_9f3e21ab77d04c51", "4 orders, last 2 Nov"),
            pick("c_04be71c9a1", "3 orders, last 11 Nov"),
            pick(LONG, "1 order, last 3 Jan"),
        ],
        found_note: "Customers who bought lately".into(),
        ..WorkbenchView::default()
    };
    if state == "search" {
        return WorkbenchView {
            problem: "No customer’s pseudonym begins with “zzz”. Pseudonyms stand in the export.".into(),
            query: "zzz".into(),
            ..base
        };
    }
    let opinion = |model: &str, share: &str, rank: &str, percent: u32| OpinionLine {
        model: model.into(),
        share: share.into(),
        rank: rank.into(),
        percent,
    };
    let line = |position: usize, title: &str, reason: &str, source: Badge| BlendLine {
        position,
        href: "#".into(),
        title: title.into(),
        note: "€14.50, Coffee".into(),
        reason: reason.into(),
        source,
        opinions: vec![
            opinion("Sessions like this one", "46\u{a0}%", "1st", 100),
            opinion("Bought and viewed together", "31\u{a0}%", "3rd", 62),
            opinion("What comes next", "23\u{a0}%", "not known to it", 0),
        ],
        steps: vec![
            "the model ranks it 2 (score 1.9321)".into(),
            "boosts and margin multiply its score by 1.20".into(),
            format!("stands at position {position}"),
        ],
    };
    let column = |name: &str, share: &str| MemberColumn {
        name: name.into(),
        share: share.into(),
        picks: ["Filter papers, 100", "House blend, 1 kg", LONG, "Hand grinder", "Kettle"]
            .iter()
            .enumerate()
            .map(|(n, title)| MemberPick {
                rank: n as u32 + 1,
                title: (*title).into(),
                note: "2nd".into(),
                is_in: n % 2 == 0,
            })
            .collect(),
    };
    WorkbenchView {
        found: Vec::new(),
        subject: if is_product { "Filter papers, 100".into() } else { "c_9f3e21ab77d04c51".into() },
        subject_note: if is_product {
            "€6.90, Accessories, 412 in stock".into()
        } else {
            "4 orders, 7 products, the last 10 days ago".into()
        },
        bought: if is_product {
            Vec::new()
        } else {
            vec![
                ["House blend, 1 kg".into(), "Coffee, 2 Nov 2026".into()],
                ["Filter papers, 100".into(), "Accessories, 2 Nov 2026".into()],
                [LONG.into(), "Care, 14 Sep 2026".into()],
            ]
        },
        made_by: badge("good", "Personalised, version 7"),
        blend: vec![
            line(1, "Gift card", "Chosen by the shop", badge("accent", "Pinned")),
            line(2, "House blend, 1 kg", "Time to restock: last bought 42 days ago", badge("line", "")),
            line(3, LONG, "Bought with House blend, 1 kg", badge("line", "")),
            line(4, "Hand grinder", "Because you viewed Filter papers, 100", badge("line", "")),
            line(5, "Kettle", "A best-seller", badge("line", "Filled in")),
        ],
        members: vec![
            column("Sessions like this one", "46\u{a0}%"),
            column("Bought and viewed together", "31\u{a0}%"),
            column("What comes next", "23\u{a0}%"),
            MemberColumn { name: "Long-term taste".into(), share: "0\u{a0}%".into(), picks: Vec::new() },
        ],
        left_out: vec![
            LeftOut {
                title: "Mug".into(),
                steps: vec!["the model ranks it 3 (score 1.4)".into(), "left out: 0 in stock".into()],
            },
            LeftOut { title: "House blend, 250 g".into(), steps: vec!["left out: bought 3 days ago".into()] },
        ],
        left_out_note: "2 products that were left out, and why".into(),
        ..base
    }
}

fn sessions(state: &str) -> SessionsView {
    let lede = "Some sessions teach the models what no shopper wants. Here they are, with the reason; leave them out, or take them back in.";
    if state == "empty" {
        return SessionsView { tabs: tabs(2), lede: lede.into(), is_empty: true, ..SessionsView::default() };
    }
    let calm = state == "calm";
    let line = |who: &str, why: &str, events: &str, share: &str| SuspectLine {
        id: who.into(),
        who: who.into(),
        href: "#".into(),
        why: why.into(),
        events: events.into(),
        share: share.into(),
        last: "11 Nov 2026".into(),
    };
    let group = |id, heading: &str, text: &str, lines: Vec<SuspectLine>| SuspectGroup {
        id,
        heading: heading.into(),
        text: text.into(),
        sum: if lines.is_empty() || calm { String::new() } else { "4,120 events, 3.1\u{a0}% of all".into() },
        lines: if calm { Vec::new() } else { lines },
    };
    SessionsView {
        tabs: tabs(2),
        lede: lede.into(),
        problem: String::new(),
        is_empty: false,
        stats: vec![
            stat("Looked at", "132,904 events", "of 35,782 visitors, last 90 days"),
            stat("Suspicious", if calm { "0" } else { "5" }, "3.4\u{a0}% of all events"),
            stat("Left out", if calm { "0" } else { "1" }, "by pseudonym"),
            stat("Model in service", "12 Nov 2026, 03:00", "knows 0 of 1 exclusions"),
        ],
        groups: vec![
            group(
                "bots",
                "Robots",
                "More pages than a person opens, and nothing bought.",
                vec![
                    line("d_77aa01", "812 products viewed on one day, none put into a cart", "3,204", "2.4\u{a0}%"),
                    line(
                        "d_77aa02d_77aa02d_77aa02d_77aa02d_77aa02",
                        "404 products viewed on one day, none put into a cart",
                        "916",
                        "0.7\u{a0}%",
                    ),
                ],
            ),
            group(
                "staff",
                "Staff",
                "Here nearly every day, or orders for nothing.",
                vec![line("c_5512", "active on 61 of 90 days", "402", "0.3\u{a0}%")],
            ),
            group(
                "bulk",
                "Bulk buyers",
                "Orders far larger than anybody else’s.",
                vec![line("c_9001", "240 pieces in one order; 99 of 100 orders have at most 12", "18", "0.0\u{a0}%")],
            ),
        ],
        excluded: if calm {
            Vec::new()
        } else {
            vec![line("d_00ff", "Robot: 1,204 products viewed on one day", "", "")]
        },
        pending: if calm { String::new() } else { "One exclusion waits for the next training.".into() },
        can_exclude: true,
    }
}

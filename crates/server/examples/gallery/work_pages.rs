//! Launch, review, post-mortem, library, data, settings.

use server::{chart, frame::Nav, views::*};

use crate::{frame, html};

pub fn render(page: &str, state: &str) -> Option<Result<String, askama::Error>> {
    let frame = |nav, title| frame(nav, title, "Nordlicht");
    match page {
        "launch" => html(&LaunchPage { frame: frame(Nav::Launch, "Launch"), view: launch(state) }),
        "review" => html(&ReviewPage { frame: frame(Nav::Review, "Review"), view: review(state) }),
        "post-mortem" => {
            html(&PostMortemPage { frame: frame(Nav::PostMortem, "Post-mortem"), view: post_mortem(state) })
        }
        _ => None,
    }
}

fn gate(name: &str, state: &'static str, line: &str, action: &str) -> GateView {
    GateView {
        name: name.into(),
        state,
        lines: vec![line.into()],
        href: if action.is_empty() { String::new() } else { "#".into() },
        action: action.into(),
        tone: match state {
            "pass" => "good",
            "warn" => "warn",
            _ => "bad",
        },
        word: match state {
            "pass" => "Ready",
            "warn" => "Thin",
            _ => "Not ready",
        }
        .into(),
    }
}

fn launch(state: &str) -> LaunchView {
    if state == "empty" {
        return LaunchView {
            studio_href: "#".into(),
            verdict: "Checks, budget and files, once there is copy.".into(),
            ..LaunchView::default()
        };
    }
    let blocked = state == "blocked";
    let mut gates = vec![
        gate("Limits", "pass", "54 texts within the platforms’ limits.", ""),
        gate("Banned words", "pass", "None of 2 occurs.", ""),
        gate("Offer dates", "warn", "REFILL10 ends on 30 Nov, twelve days after the flight.", ""),
        gate("UTM with concept id", "pass", "9 addresses carry utm_content.", ""),
    ];
    if blocked {
        gates.insert(
            0,
            gate("Approval", "block", "“Made in one room in Malmö”, Meta: nobody approved it.", "Open in Studio"),
        );
        gates.insert(
            1,
            gate(
                "Ungrounded number",
                "block",
                "Google search, headline 3: “980” is counted, “34 %” is not.",
                "Open in Studio",
            ),
        );
    }
    LaunchView {
        verdict: if blocked {
            "Two checks block.".into()
        } else {
            "All checks pass. Exported and live since 5 Nov.".into()
        },
        passed: "4 of 6 pass".into(),
        blocked: if blocked { 2 } else { 0 },
        blocked_text: "2 checks block the launch.".into(),
        gates,
        budgets: vec![
            BudgetView {
                key: "google".into(),
                label: "Google search, a day".into(),
                hint: "at least €60 a concept".into(),
                value: "250.00".into(),
            },
            BudgetView {
                key: "meta".into(),
                label: "Meta, a day".into(),
                hint: "at least €60 a concept".into(),
                value: "250.00".into(),
            },
        ],
        budget_sum: "14 days make €7,000 of €7,000.".into(),
        budget_href: "#".into(),
        files: if blocked {
            vec![]
        } else {
            vec![
                FileView { name: "google-ads-editor.csv".into(), href: "#".into(), size: "14 kB".into() },
                FileView { name: "meta-bulk.csv".into(), href: "#".into(), size: "11 kB".into() },
            ]
        },
        exported: "Exported by Mara Lindqvist on 4 Nov 2026, 16:20.".into(),
        changes: if blocked {
            vec![]
        } else {
            vec![ChangeView {
                id: "x".into(),
                name: "Refill in one minute".into(),
                metric: "Repeat revenue".into(),
                baseline: "C: before and after with season".into(),
                starts: "5 Nov 2026".into(),
                kill: "5 Dec 2026".into(),
                state: "Running".into(),
                tone: "accent",
                kill_href: "#".into(),
                dialog: "kill-x".into(),
            }]
        },
        can_edit: true,
        can_export: true,
        can_go_live: true,
        can_kill: true,
        export_href: "#".into(),
        live_href: "#".into(),
        studio_href: "#".into(),
        today: "2026-11-12".into(),
    }
}

fn review(state: &str) -> ReviewView {
    if state == "empty" {
        return ReviewView {
            heading: "Review".into(),
            lede: "Every morning of the flight, at most five lines.".into(),
            is_empty: true,
            empty_title: "Nothing is live yet".into(),
            empty_text: "The first review comes the morning after the launch is switched on.".into(),
            empty_href: "#".into(),
            empty_action: "Open Launch".into(),
            ..ReviewView::default()
        };
    }
    let line = |key: &str, title: &str, text: &str, tone, suggestion: &str, open: bool| ReviewLine {
        key: key.into(),
        title: title.into(),
        text: text.into(),
        tone,
        suggestion: suggestion.into(),
        evidence: "/evidence".into(),
        decided: if open { String::new() } else { "Accepted by Mara Lindqvist, 08:12".into() },
        open,
        dialog: format!("dismiss-{key}"),
    };
    let points: Vec<chart::BandPoint> = (0..28)
        .map(|i| chart::BandPoint {
            label: format!("{} Nov", i + 1),
            actual: Some(4.1 + (f64::from(i) * 0.7).sin() * 0.5),
            low: 3.6,
            high: 4.7,
        })
        .collect();
    let x: Vec<i64> = (0..28).map(|i| 1_760_745_600 + i * 86_400).collect();
    let nums = |f: &dyn Fn(usize) -> f64| (0..28).map(|i| format!("{:.2}", f(i))).collect::<Vec<_>>().join(",");
    let xs = x.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    ReviewView {
        heading: "Review of Thu 12 Nov".into(),
        lede: if state == "calm" {
            "One line: nothing to do.".into()
        } else {
            "Three lines, two of them to decide.".into()
        },
        day: "2026-11-12".into(),
        days: vec![Choice::new("2026-11-12", "Thu 12 Nov", true), Choice::new("2026-11-11", "Wed 11 Nov", false)],
        lines: if state == "calm" {
            vec![line(
                "calm",
                "Nothing to do",
                "Spend, revenue, stock and tracking are inside their ranges.",
                "",
                "",
                false,
            )]
        } else {
            vec![
                line(
                    "stock",
                    "“Cedar hand balm” will be out of stock in 4 days",
                    "62 left, 15.2 sold a day over 14 days (11 to 19). Two live ads lead to it.",
                    "bad",
                    "Pause both ads until the delivery is in.",
                    true,
                ),
                line(
                    "pacing",
                    "Meta spends 31 % less than planned",
                    "€1,242 of €1,800 planned by day 8.",
                    "warn",
                    "Raise the daily budget to €214 for six days.",
                    true,
                ),
                line(
                    "mer",
                    "MER 4.27 is inside its expected range",
                    "3.6 to 4.7 on a Thursday of this season.",
                    "",
                    "",
                    false,
                ),
            ]
        },
        can_edit: true,
        can_run: true,
        run_href: "#".into(),
        decide_href: "#".into(),
        series: format!(
            "{{\"x\":[{xs}],\"high\":[{}],\"low\":[{}],\"expected\":[{}],\"actual\":[{}],\"unit\":\"\",\"labels\":{{\"high\":\"high\",\"low\":\"low\",\"expected\":\"Expected\",\"actual\":\"MER\"}}}}",
            nums(&|_| 4.7),
            nums(&|_| 3.6),
            nums(&|_| 4.15),
            nums(&|i| 4.1 + (i as f64 * 0.7).sin() * 0.62)
        ),
        chart: chart::band(&points, "MER by day", ""),
        chart_title: "MER by day against its expected range".into(),
        chart_note: "Store revenue, not what platforms claim.".into(),
        band_label: "range of 9 in 10 comparable days".into(),
        no_chart: String::new(),
        table: (0..4)
            .map(|i| MerDay {
                day: format!("{} Nov", 9 + i),
                net: "€6,887".into(),
                spend: "€1,612".into(),
                mer: "4.27".into(),
                range: "3.6 to 4.7".into(),
            })
            .collect(),
        unchecked: vec![(
            "Fatigue".into(),
            "Needs ad-level impressions for 14 days; the Google report has campaigns only.".into(),
        )],
        ..ReviewView::default()
    }
}

fn post_mortem(state: &str) -> PostMortemView {
    if state == "empty" {
        return PostMortemView {
            status: "Drafted from data, edited and signed by people.".into(),
            is_empty: true,
            can_draft: true,
            draft_href: "#".into(),
            empty_title: "The flight is not over".into(),
            empty_text: "From 19 Nov on the numbers are read and the draft waits here.".into(),
            ..PostMortemView::default()
        };
    }
    let score = |label: &str, note: &str, now: &str, before: &str, change: &str| ScoreRow {
        label: label.into(),
        note: note.into(),
        now: now.into(),
        before: before.into(),
        change: change.into(),
        href: "/evidence".into(),
    };
    let result = |name: &str, spend: &str, orders: &str, revenue: &str, claimed: &str, word: &str| ConceptResult {
        name: name.into(),
        note: "Kill day 5 Dec 2026".into(),
        spend: spend.into(),
        orders: orders.into(),
        revenue: revenue.into(),
        claimed: claimed.into(),
        result: word.into(),
        href: "/evidence".into(),
    };
    let bar =
        |label: &str, value: f64, quiet| chart::Bar { label: label.into(), value, text: format!("{value} d"), quiet };
    PostMortemView {
        status: "Draft of 19 Nov 2026, not signed.".into(),
        can_draft: true,
        can_edit: true,
        can_sign: true,
        can_act: true,
        compared: "Against sprint 3, the same length. A comparison, not a proof.".into(),
        against: "Sprint 3".into(),
        scores: vec![
            score("Net revenue", "of the store, all channels", "€96,424", "€88,120", "+9.4 %"),
            score("Platform-claimed ÷ actual", "claimed €79,740", "1.9", "1.6", "+0.3"),
            score("MER", "net revenue ÷ ad spend", "4.27", "4.01", "+0.26"),
            score("New-customer CAC", "ad spend ÷ new customers", "€27.44", "€29.10", "−5.7 %"),
            score("Contribution after ads", "margin − ad spend", "€31,002", "€27,413", "+13 %"),
        ],
        bets: "Bets: of three, expect none or one to win.".into(),
        concepts: vec![
            result("Refill in one minute", "€2,410", "214", "€10,122", "€18,440", "Not yet provable"),
            result("Two scents that 41 % buy together", "€2,388", "131", "€6,204", "€11,930", "Not yet provable"),
            result("Made in one room in Malmö", "€0", "0", "€0", "€0", "Not tested"),
        ],
        time_note: "From activity in Fortnight.".into(),
        time_svg: chart::bars(
            &[
                bar("Ideation, map", 5.0, true),
                bar("Ideation", 1.5, false),
                bar("Copy, map", 12.0, true),
                bar("Copy", 4.0, false),
            ],
            "Days per stage",
        ),
        times: vec![
            ("Ideation".into(), "5".into(), "1.5".into()),
            ("Copy and creative".into(), "12".into(), "4".into()),
        ],
        actions: vec![ActionView {
            text: "Photograph the refill pouch in daylight".into(),
            owner: "Jonas".into(),
            due: "20 Nov 2026".into(),
            done: false,
            href: "#".into(),
        }],
        action_href: "#".into(),
        text_note: "Drafted from the numbers above. Make it yours.".into(),
        sections: ["What worked", "What did not", "What we do next"]
            .iter()
            .map(|label| Passage {
                key: (*label).to_lowercase().replace(' ', "_"),
                label: (*label).into(),
                text: "The refill concept brought 214 orders on €2,410 of spend.".into(),
            })
            .collect(),
        ..PostMortemView::default()
    }
}

//! The judge's pages.

use server::{chart, frame::Nav, views::*};

use crate::{frame, html};

pub fn render(page: &str, state: &str) -> Option<Result<String, askama::Error>> {
    let frame = |nav, title| frame(nav, title, "Nordlicht");
    let empty = state == "empty";
    match page {
        "earned" => html(&EarnedPage { frame: frame(Nav::Earned, "Earned"), view: earned(empty) }),
        "ledger" => html(&LedgerPage { frame: frame(Nav::Ledger, "Ledger"), view: ledger(empty) }),
        "change" => {
            let view = match state {
                "regions" => by_region(change("")),
                "days" => by_day(change("")),
                _ => change(state),
            };
            html(&ChangePage { frame: frame(Nav::Ledger, "Refill reminder"), view })
        }
        "killed" => html(&KilledPage { frame: frame(Nav::Killed, "Killed"), view: killed(empty) }),
        "health" => html(&HealthPage { frame: frame(Nav::Judge, "Health of the judge"), view: health(empty) }),
        "plan" => html(&PlanPage {
            frame: frame(Nav::Plan, "Plan"),
            view: if state == "regions" { plan_regions() } else { plan(empty) },
        }),
        _ => None,
    }
}

fn badge(tone: &'static str, text: &str) -> Badge {
    Badge { text: text.into(), tone, title: text.into() }
}

fn stat(label: &str, value: &str, note: &str) -> Stat {
    Stat { label: label.into(), value: value.into(), note: note.into(), href: String::new() }
}

fn line(name: &str, grade: Badge, net: [f64; 3], cost: &str, verdict: Badge, decision: &str) -> ChangeLine {
    let money = |x: f64| format!("{}€{:.0}", if x < 0.0 { "−" } else { "+" }, x.abs());
    let range = format!("{} to {}", money(net[0]), money(net[2]));
    ChangeLine {
        href: "#".into(),
        name: name.into(),
        note: "Email, owned by Mara Lindqvist".into(),
        svg: chart::on_scale(net, (-2_000.0, 9_000.0), verdict.tone == "good", name, &range),
        grade,
        net: money(net[1]),
        range,
        cost: cost.into(),
        verdict,
        decision: decision.into(),
    }
}

fn refill() -> ChangeLine {
    let won = badge("good", "Won");
    line(
        "Refill reminder",
        badge("good", "A randomised"),
        [1_900.0, 4_820.0, 7_750.0],
        "€312",
        won,
        "Won, so it stays.",
    )
}

fn bundle() -> ChangeLine {
    let open = badge("line", "Not yet provable");
    let decision = "Open. Off on Sat 21 Nov unless it wins or is kept.";
    line("Bundle on the product page", badge("good", "A randomised"), [-640.0, 1_450.0, 3_540.0], "€85", open, decision)
}

fn earned(empty: bool) -> EarnedView {
    if empty {
        return EarnedView {
            headline: "Nothing AI-made is live yet.".into(),
            lede: "Once something is, this page says what it earned beyond what would have come in anyway.".into(),
            is_empty: true,
            ..EarnedView::default()
        };
    }
    let off = "Off since Mon 2 Nov by the calendar. It earned less than its baseline.";
    EarnedView {
        headline: "+€4,820 net, proven.".into(),
        lede: "1 of 4 changes earned +€4,820 beyond their baselines after cost; with 95 of 100 certainty +€1,900 to +€7,750. \
               The rest may be luck and is not in this figure."
            .into(),
        stats: vec![
            stat("Proven, net of cost", "+€4,820", "+€1,900 to +€7,750; 1 change won"),
            stat("Unproven, may be luck", "+€1,830", "−€900 to +€4,560; 2 changes. Never added to the proven."),
            stat("Lost or futile", "−€980", "−€1,720 to −€240; 1 change"),
            stat("What all of it cost", "€2,414", "Ads, discounts, models and work, as booked. It is taken off every figure here."),
        ],
        is_empty: false,
        groups: vec![
            ChangeGroup {
                id: "proven",
                heading: "Proven".into(),
                text: "Beat a baseline that can prove it, beyond what chance explains.".into(),
                sum: "+€4,820, +€1,900 to +€7,750".into(),
                lines: vec![refill()],
            },
            ChangeGroup {
                id: "unproven",
                heading: "Not proven, may be luck".into(),
                text: "The middle is what was seen. Nobody may count it as made.".into(),
                sum: "+€1,830, −€900 to +€4,560".into(),
                lines: vec![
                    bundle(),
                    line(
                        "“Made in one room in Malmö”, a concept whose name is long enough to wrap",
                        badge("warn", "D before/after"),
                        [-1_380.0, 380.0, 2_140.0],
                        "€1,204",
                        badge("line", "Not yet provable"),
                        "Kept unproven until Mon 28 Dec, for at most €400.",
                    ),
                ],
            },
            ChangeGroup {
                id: "lost",
                heading: "Lost or futile".into(),
                text: "Earned less than their baseline, or cannot reach what they set out to earn.".into(),
                sum: "−€980, −€1,720 to −€240".into(),
                lines: vec![line(
                    "Second win-back mail",
                    badge("good", "A randomised"),
                    [-1_720.0, -980.0, -240.0],
                    "€813",
                    badge("bad", "Lost"),
                    off,
                )],
            },
        ],
        scale: "Range around zero".into(),
        asks: "One change waits for its owner.".into(),
        always_on: "There is no global holdout. With one, this says what everything that stays switched on makes together.".into(),
        killed_text: "1 change is off. Another 30 days of it would have cost €813; net of what it brought that saved +€980 \
                      (+€240 to +€1,720)."
            .into(),
        lifts: vec![["Refill reminder".into(), "+18\u{a0}%".into(), "+7.1\u{a0}% to +29\u{a0}%".into(), "+11\u{a0}%".into()]],
    }
}

fn task() -> TaskLine {
    TaskLine {
        href: "#".into(),
        confirm_href: "#".into(),
        target: "Meta".into(),
        text: "Switch “Made in one room in Malmö” off on Meta and confirm it here.".into(),
        since: "Waiting since 9 Nov 2026, 06:00.".into(),
        done: String::new(),
    }
}

fn ledger(empty: bool) -> LedgerView {
    let tab = |label: &str, count: &str, on| Tab { href: "#".into(), label: label.into(), count: count.into(), on };
    let of = |line: ChangeLine, state: Badge, off_on: &str| LedgerLine {
        line,
        state,
        starts: "22 Oct 2026".into(),
        off_on: off_on.into(),
        metric: "Repeat revenue".into(),
    };
    LedgerView {
        lede: "2 changes: +€4,820 (+€1,900 to +€7,750) proven, net of cost. Everything AI-made stands here before it goes \
               live, with its baseline and the day it goes off."
            .into(),
        is_empty: empty,
        filters: vec![tab("All", "2", true), tab("Running", "1", false), tab("Won", "1", false)],
        asks: vec![AskLine {
            href: "#".into(),
            name: "Bundle on the product page".into(),
            owner: "Jonas Berg".into(),
            question: "Off, or keep it unproven?".into(),
            text: "So far +€1,450 net, range −€640 to +€3,540. At this pace it becomes decidable about Mon 14 Dec. It costs €3 a day.".into(),
            off_on: "Sat 21 Nov, in 4 days".into(),
        }],
        tasks: vec![task()],
        lines: vec![
            of(refill(), badge("good", "Stays"), "stays"),
            of(bundle(), badge("accent", "Running"), "21 Nov 2026"),
        ],
        can_confirm: true,
    }
}

fn change(state: &str) -> ChangePageView {
    let is_new = state == "new";
    let points: Vec<chart::CoursePoint> = (0..22)
        .map(|i| {
            let day = f64::from(i);
            let mid = 60.0 * day + 180.0 * (day * 1.7).sin();
            let half = 900.0 + 30.0 * day;
            chart::CoursePoint {
                label: format!("{} Nov", i + 1),
                mid: Some(mid),
                range: Some((mid - half, mid + half)),
            }
        })
        .collect();
    let z: Vec<chart::CoursePoint> = (0..15)
        .map(|i| chart::CoursePoint { label: format!("{} Nov", i + 8), mid: Some(0.12 * f64::from(i)), range: None })
        .collect();
    let bound = |sign: f64| chart::RefLine {
        values: (0..15).map(|i| Some(sign * 2.0 * (23.0 / (f64::from(i) + 8.0)).sqrt())).collect(),
        is_limit: true,
    };
    let columns = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    ChangePageView {
        id: "x".into(),
        name: "Bundle on the product page".into(),
        hypothesis: "Who looks at a bar of soap wants the dish with it; showing both raises the order by one item."
            .into(),
        state: badge("accent", "Running"),
        grade: Badge { text: "A randomised".into(), tone: "good", title: "Randomised".into() },
        verdict: badge("line", "Not yet provable"),
        verdict_title: if is_new {
            "Too little was read to say anything about money.".into()
        } else {
            "Not proven: +€1,450 was seen, and anything from −€640 to +€3,540 fits.".into()
        },
        verdict_text:
            "Randomised; daily looks by a group-sequential test of the absolute difference. 15 looks were taken. \
                       4,120 units met the change, 4,087 the baseline."
                .into(),
        notes: if is_new {
            Vec::new()
        } else {
            vec![badge("warn", "Weekends differ from weekdays: read whole weeks.")]
        },
        stats: vec![
            stat("Net money beyond baseline", "+€1,450", "−€640 to +€3,540"),
            stat("Lift, observed", "+6.2\u{a0}%", "−2.7\u{a0}% to +15\u{a0}%; to be expected +3.1\u{a0}%"),
            stat("It cost", "€85", "Taken off the net money."),
            stat("Off by", "Sat 21 Nov", "Open. Off on Sat 21 Nov unless it wins or is kept."),
        ],
        facts: vec![
            Fact::new("Owner", "Jonas Berg"),
            Fact::noted("Compared with", "Half of the visitors see the page as it was.", "Randomised"),
            Fact::new("Kill day", "21 Nov 2026"),
        ],
        plan: vec![
            Fact::new("Metric", "Net revenue"),
            Fact::noted("Window", "7 days", "Orders within it count for a unit, counted from its first meeting."),
            Fact::new("Outlier cap", "€400 a unit"),
            Fact::noted("Allowed error", "5.0\u{a0}%", "O’Brien-Fleming: almost nothing early, almost all at the end"),
        ],
        net: ChartView {
            svg: if is_new {
                String::new()
            } else {
                chart::course(&points, &[], "Net money", "22 days", |x| format!("€{x:.0}"))
            },
            title: "Net money beyond the baseline, as read each day".into(),
            note: "After what it cost. Only a verdict says whether it is more than luck.".into(),
            none: "The chart begins with the second day on which something can be said about money.".into(),
            columns: columns(&["Day", "Net money", "From", "To"]),
            rows: vec![columns(&["Sun 22 Nov", "+€1,450", "−€640", "+€3,540"])],
        },
        z: ChartView {
            svg: if is_new {
                String::new()
            } else {
                chart::course(&z, &[bound(1.0), bound(-1.0)], "z", "15 looks", |x| x.to_string())
            },
            title: "The test, look by look".into(),
            note: String::new(),
            none: "No look was taken yet: the first is when the first units’ windows are over.".into(),
            columns: columns(&["Look", "Units", "z", "Stops beyond ±"]),
            rows: vec![columns(&["Sun 22 Nov", "8,207", "1.68", "2.04"])],
        },
        is_randomised: true,
        exposures: vec![
            columns(&["The change", "4,120", "131", "€11,906", "€2.89"]),
            columns(&["Baseline", "4,087", "122", "€11,116", "€2.72"]),
        ],
        exposures_note: "Units count from their first meeting; revenue is net, within the window, of all days so far."
            .into(),
        srm: Fact::noted("Are the arms as large as they should be?", "Yes.", "p = 0.412; below 0.001 is an alarm."),
        srm_tone: "good",
        costs: vec![["Work".into(), "Thu 22 Oct".into(), "Two hours of copy".into(), "€85".into()]],
        cost_sum: "€85".into(),
        ask: if is_new { String::new() } else { "So far +€1,450 net, range −€640 to +€3,540.".into() },
        can_kill: true,
        can_keep: !is_new,
        can_confirm: true,
        kill_text: "From this moment everybody gets the baseline. It is not registered again.".into(),
        keep_until: "2026-12-14".into(),
        keep_first: "2026-11-22".into(),
        keep_last: "2027-01-20".into(),
        keep_cap: "120.00".into(),
        keep_hint: "At the pace so far about Mon 14 Dec. At most 60 days more.".into(),
        currency: "EUR".into(),
        ..ChangePageView::default()
    }
}

/// The same change, given to some regions.
fn by_region(view: ChangePageView) -> ChangePageView {
    let taken = |day: i32| 3_200.0 + 500.0 * f64::from(day % 7 / 5) + 180.0 * (f64::from(day) * 1.7).sin();
    let points: Vec<chart::CoursePoint> = (0..21)
        .map(|day| chart::CoursePoint { label: format!("{} Nov", day + 1), mid: Some(1.12 * taken(day)), range: None })
        .collect();
    let without = chart::RefLine {
        values: (0..21).map(|day| Some(taken(day) + 90.0 * (f64::from(day) * 2.3).cos())).collect(),
        is_limit: false,
    };
    let columns = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    ChangePageView {
        grade: Badge {
            text: "B regions".into(),
            tone: "accent",
            title: "Grade B: regions that get it against regions that do not".into(),
        },
        is_randomised: false,
        exposures: Vec::new(),
        exposures_note: "No unit is drawn here: regions that get it are held against regions that do not.".into(),
        compared: ChartView {
            svg: chart::course(&points, &[without], "What its regions took", "21 days", |x| format!("€{x:.0}")),
            title: "What its regions took, beside what they would have taken".into(),
            note: "Net revenue a day. The other line is a weighted mix of regions without it that followed these before the \
                   start; the range of the verdict rests on 35 other ways to choose the regions."
                .into(),
            none: String::new(),
            columns: columns(&["Day", "Taken", "Without it"]),
            rows: vec![columns(&["Sat 21 Nov", "€3,921", "€3,480"])],
        },
        weights: [("Netherlands", "41\u{a0}%"), ("Belgium", "33\u{a0}%"), ("Denmark", "26\u{a0}%")]
            .map(|(name, weight)| [name.to_owned(), weight.to_owned()])
            .to_vec(),
        ..view
    }
}

/// The same change, switched on and off.
fn by_day(view: ChangePageView) -> ChangePageView {
    let on = [true, false, false, true, true, false, true, false, false, true, false, true, true, false];
    let block = |(at, on): (usize, &bool)| Badge {
        tone: match on {
            true if at == 4 => "good",
            true => "accent",
            false => "line",
        },
        text: format!("{} {} Nov to {} Nov", if *on { "On" } else { "Off" }, 2 * at + 1, 2 * at + 2),
        title: String::new(),
    };
    ChangePageView {
        grade: Badge {
            text: "B switched days".into(),
            tone: "accent",
            title: "Grade B: days on against days off, drawn at random".into(),
        },
        is_randomised: false,
        exposures: Vec::new(),
        exposures_note: "No unit is drawn here: days on which it is on are held against days on which it is off."
            .into(),
        schedule: on.iter().enumerate().map(block).collect(),
        ..view
    }
}

fn plan_regions() -> PlanView {
    let option =
        |key: &str, label: &str, text: &str| PlanOption { key: key.into(), label: label.into(), text: text.into() };
    let mut view = plan(true);
    view.source = "From what each country took, and how much your days differ.".into();
    view.tabs.push(Tab { href: "#".into(), label: "Regions or days".into(), count: String::new(), on: true });
    view.tabs[1].on = false;
    view.split = SplitPlan {
        on: true,
        days: "28".into(),
        refusal: String::new(),
        options: vec![
            option(
                "r:Austria|Italy",
                "Give it to Austria, Italy",
                "Finds a true +11\u{a0}% or more in 80 of 100 runs. These take 18\u{a0}% of all; 7 regions are compared with.",
            ),
            option(
                "r:Belgium|Spain",
                "Give it to Belgium, Spain",
                "Finds a true +13\u{a0}% or more in 80 of 100 runs. These take 22\u{a0}% of all; 7 regions are compared with.",
            ),
            option(
                "p:2",
                "Switch it on and off in blocks of 2 days",
                "Finds a true +17\u{a0}% or more in 80 of 100 runs: 7 blocks on and 7 off, drawn by a hash. Only where one \
                 block does not carry over into the next.",
            ),
        ],
        regions: vec![
            ["Germany".into(), "€4,120".into(), "90".into(), "yes".into()],
            ["Austria".into(), "€612".into(), "88".into(), "yes".into()],
            ["Malta".into(), "€9".into(), "12".into(), "too thin".into()],
        ],
        waiting: vec![["x".into(), "Your usual, kept warm".into()]],
        from: "2026-11-23".into(),
        first: "2026-11-23".into(),
    };
    view
}

fn killed(empty: bool) -> KilledView {
    let line = KilledLine {
        href: "#".into(),
        name: "Second win-back mail".into(),
        note: "Flow, owned by Mara Lindqvist".into(),
        when: "2 Nov 2026".into(),
        why: "It earned less than its baseline. (the calendar)".into(),
        grade: badge("good", "A randomised"),
        verdict: badge("bad", "Lost"),
        cost: "€813".into(),
        saved: "+€980".into(),
        range: "+€240 to +€1,720".into(),
        open: "Still to be switched off in one place outside.".into(),
    };
    KilledView {
        headline: "Killed, and what that saved".into(),
        lede: "By day 30 a change has won, is off, or is kept as unproven. Switching off is not failing: it is what keeps \
               noise from costing money."
            .into(),
        stats: vec![
            stat("Net saved in the 30 days after", "+€980", "+€240 to +€1,720; 1 had a reading"),
            stat("Cost not booked any more", "€813", "Part of the net figure."),
            stat("Off", "1 change", "1 by the calendar, 0 by people"),
        ],
        lines: if empty { Vec::new() } else { vec![line] },
    }
}

fn health(empty: bool) -> HealthView {
    let card = |question: &str, value: &str, pill: Badge, text: &str, next: &str| HealthCard {
        question: question.into(),
        value: value.into(),
        pill,
        text: text.into(),
        next: next.into(),
    };
    let unknown = || badge("line", "Unknown");
    let cards = if empty {
        vec![
            card(
                "Does it find what is not there?",
                "Not checked",
                unknown(),
                "It splits customers at random, changes nothing, and reads them daily for 30 days.",
                "It needs 200 customers.",
            ),
            card(
                "Do wins hold when tested again?",
                "No re-test yet",
                unknown(),
                "0 changes have won so far; none was tested again.",
                "Run a winner again against a holdout.",
            ),
            card(
                "Do predictions come true?",
                "Nothing to compare",
                unknown(),
                "No change with a prediction is over yet.",
                "Say what a change is expected to earn.",
            ),
        ]
    } else {
        vec![
            card(
                "Does it find what is not there?",
                "9 of 200 runs",
                badge("good", "As promised"),
                "Experiments in which nothing was changed, played on 3,412 customers of this brand and read daily: 4.5 % were called won or lost. At most about 5.0 % may be.",
                "",
            ),
            card(
                "Do wins hold when tested again?",
                "1 of 2 held",
                badge("good", "Most held"),
                "3 changes have won; 2 were tested again, 1 won again.",
                "With few re-tests this share is rough.",
            ),
            card(
                "Do predictions come true?",
                "61 % of what was predicted",
                badge("warn", "Mostly off"),
                "Of 6 finished changes with a prediction, 2 earned within the range that was predicted.",
                "Below 100 % predictions promise too much; above, too little.",
            ),
        ]
    };
    HealthView {
        lede: "Three questions that a judge must be asked before its verdicts are believed.".into(),
        cards,
        can_check: true,
        checked: "Checked on this brand’s past on 9 Nov 2026; again every week.".into(),
    }
}

fn plan(empty: bool) -> PlanView {
    let tab = |label: &str, on| Tab { href: "#".into(), label: label.into(), count: String::new(), on };
    let mut view = PlanView {
        tabs: vec![tab("Visitors", !empty), tab("Typed", empty)],
        source: "Visits and orders of the last 28 days.".into(),
        lift: "15".into(),
        days: "30".into(),
        can_choose: true,
        ..PlanView::default()
    };
    if empty {
        return view;
    }
    (view.units, view.mean, view.sd, view.conversion) = ("200".into(), "2.70".into(), "25.56".into(), "3".into());
    view.headline =
        "This cannot be answered in 30 days with your traffic: a true +15\u{a0}% would be found in only 14 of 100 runs.".into();
    view.answer = "In the other 86 it ends as “not yet provable”, although it works.".into();
    view.tone = "warn";
    view.stats = vec![
        stat("Power", "14\u{a0}%", "with one look at the end 14\u{a0}%"),
        stat("Smallest lift found", "+49\u{a0}%", "in 80 of 100 runs of 30 days"),
        stat("Days needed", "319", "for +15\u{a0}% in 80 of 100 runs"),
        stat("Units per arm", "6,000", "€2.70 net a unit, ± €25.56"),
    ];
    let curve = [(7, 5.0), (14, 8.0), (30, 14.0), (60, 24.0), (90, 33.0)];
    let points: Vec<chart::CoursePoint> = curve
        .iter()
        .map(|(days, power)| chart::CoursePoint { label: format!("{days} days"), mid: Some(*power), range: None })
        .collect();
    let target = chart::RefLine { values: vec![Some(80.0); 5], is_limit: false };
    view.curve.title = "How often a true +15\u{a0}% is found, by length of the run".into();
    view.curve.svg = chart::course(&points, &[target], &view.curve.title, "14 of 100 after 30 days", |x| x.to_string());
    view.curve.columns = vec!["Length".into(), "Found, of 100 runs".into()];
    view.curve.rows = curve.iter().map(|(days, power)| vec![format!("{days} days"), power.to_string()]).collect();
    let option =
        |key: &str, label: &str, text: &str| PlanOption { key: key.into(), label: label.into(), text: text.into() };
    view.options = vec![
        option(
            "denser_metric",
            "Judge whether people buy, not how much",
            "The same lift is found in 29 % of runs. It says that more people buy, not that money comes in.",
        ),
        option("longer_run", "Run longer, up to 90 days", "Run 90 days: it is found in 33 % of runs."),
        option("as_asked", "Ask it as it is", "Knowing that 86 of 100 times it cannot be proven even if it is true."),
    ];
    view.choices = vec![[
        "Mon 9 Nov: Pool similar changes into one test".into(),
        "Pool 8 similar changes into one test.".into(),
        "Chosen by Mara Lindqvist.".into(),
    ]];
    view
}

//! Earned: what made money that would not have been made anyway, on one page.

use axum::{Extension, extract::State, http::HeaderMap};
use domain::sprint::ResultWord;
use measure::{Earned, EarnedLine, EarnedSum, Killed};

use super::say;
use crate::{
    App,
    auth::access::Who,
    chart,
    frame::Nav,
    html::{self, Page},
    pages::desk::Desk,
    view,
    views::{ChangeGroup, ChangeLine, EarnedPage, EarnedView, Stat},
};

/// `GET /measure`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let today = desk.ctx.today();
    let earned = measure::earned(app.store(), today).await?;
    let killed = measure::killed(app.store(), today).await?;
    let asks = measure::asks(app.store(), today).await?.len();
    let mut view = fill(&desk, &earned, &killed);
    if asks > 0 {
        view.asks = match asks {
            1 => "One change waits for its owner.".into(),
            n => format!("{n} changes wait for their owners."),
        };
    }
    html::page(&EarnedPage { frame: desk.frame(Nav::Earned, "Earned"), view })
}

fn fill(desk: &Desk, earned: &Earned, killed: &[Killed]) -> EarnedView {
    let (proven, unproven, lost) = (&earned.proven, &earned.unproven, &earned.lost);
    let range = |sum: &EarnedSum| say::range(desk, [sum.low_micros, sum.micros, sum.high_micros]);
    let mut view = EarnedView { is_empty: earned.lines.is_empty(), ..EarnedView::default() };
    view.headline = match proven.changes {
        _ if view.is_empty => "Nothing AI-made is live yet.".into(),
        0 => "Nothing is proven yet.".into(),
        _ if proven.low_micros > 0 => format!("{} net, proven.", say::signed(desk, proven.micros)),
        // A verdict is about the lift; what is left after cost may still be anything.
        _ => "A lift is proven, its money is not sure yet.".into(),
    };
    view.lede = match (earned.lines.len(), proven.changes) {
        (0, _) => "Once something is, this page says what it earned beyond what would have come in anyway.".into(),
        (all, 0) => format!(
            "{} on record cost {} so far. None has beaten its baseline beyond what chance explains.",
            view::plural(all as i64, "change", "changes"),
            say::money(desk, earned.cost_micros)
        ),
        (all, won) if proven.low_micros <= 0 => format!(
            "{won} of {} beat their baselines beyond chance. After cost that is {}, with 95 of 100 certainty {}: it may \
             still have cost more than it brought.",
            view::plural(all as i64, "change", "changes"),
            say::signed(desk, proven.micros),
            range(proven)
        ),
        (all, won) => format!(
            "{won} of {} earned {} beyond their baselines after cost; with 95 of 100 certainty {}. The rest may be luck \
             and is not in this figure.",
            view::plural(all as i64, "change", "changes"),
            say::signed(desk, proven.micros),
            range(proven)
        ),
    };
    let saved = measure::saved(killed);
    view.stats = vec![
        Stat {
            label: "Proven, net of cost".into(),
            value: if proven.changes > 0 { say::signed(desk, proven.micros) } else { "Nothing yet".into() },
            note: if proven.changes > 0 {
                format!("{}; {} won", range(proven), view::plural(proven.changes as i64, "change", "changes"))
            } else {
                "No change has won.".into()
            },
            href: String::new(),
        },
        Stat {
            label: "Unproven, may be luck".into(),
            value: say::signed(desk, unproven.micros),
            note: format!(
                "{}; {}. Never added to the proven.",
                range(unproven),
                view::plural(unproven.changes as i64, "change", "changes")
            ),
            href: String::new(),
        },
        Stat {
            label: "Lost or futile".into(),
            value: if lost.changes > 0 { say::signed(desk, lost.micros) } else { "None".into() },
            note: if lost.changes > 0 {
                format!("{}; {}", range(lost), view::plural(lost.changes as i64, "change", "changes"))
            } else {
                "No change has been shown to lose.".into()
            },
            href: String::new(),
        },
        Stat {
            label: "What all of it cost".into(),
            value: say::money(desk, earned.cost_micros),
            note: "Ads, discounts, models and work, as booked. It is taken off every figure here.".into(),
            href: String::new(),
        },
    ];
    view.groups = groups(desk, earned, &range);
    view.scale = "Range around zero".into();
    view.killed_text = killed_text(desk, &saved);
    view.always_on = always_on(desk, earned);
    view.lifts = earned.lines.iter().filter_map(lifts).collect();
    view
}

fn killed_text(desk: &Desk, saved: &measure::Saved) -> String {
    match (saved.changes, saved.read) {
        (0, _) => "Nothing is off yet.".into(),
        (all, 0) => format!(
            "{} off. Another 30 days would have cost {}.",
            view::plural(all as i64, "change is", "changes are"),
            say::money(desk, saved.cost_micros)
        ),
        (all, _) => format!(
            "{} off. Another 30 days would have cost {}; with what came in against it, being off saved {} ({}).",
            view::plural(all as i64, "change is", "changes are"),
            say::money(desk, saved.cost_micros),
            say::signed(desk, saved.net_micros[1]),
            say::range(desk, saved.net_micros)
        ),
    }
}

fn always_on(desk: &Desk, earned: &Earned) -> String {
    let Some(reading) = &earned.always_on else {
        return "There is no global holdout. With one, this says what everything that stays switched on makes together."
            .into();
    };
    match reading.findings.revenue {
        Some(span) => {
            let micros = |major: f64| (major * 1e6) as i64;
            let net = [micros(span.low), micros(span.mid), micros(span.high)];
            format!(
                "{} revenue against the global holdout, before cost ({}). {} as of {}.",
                say::signed(desk, net[1]),
                say::range(desk, net),
                reading.word.label(),
                view::weekday(reading.day)
            )
        }
        None => format!(
            "Read on {}: {}",
            view::weekday(reading.day),
            reading.findings.notes.first().map_or("too little to compare.", String::as_str)
        ),
    }
}

fn groups(desk: &Desk, earned: &Earned, range: &dyn Fn(&EarnedSum) -> String) -> Vec<ChangeGroup> {
    let nets = || earned.lines.iter().filter_map(|line| line.net_micros);
    let low = nets().map(|net| net[0]).min().unwrap_or(0).min(0) as f64;
    let high = nets().map(|net| net[2]).max().unwrap_or(0).max(0) as f64;
    let scale = (low * 1.04, high * 1.04);
    let is_lost = |line: &EarnedLine| matches!(line.word, ResultWord::Lost | ResultWord::Futile);
    let pick = |keep: &dyn Fn(&EarnedLine) -> bool| -> Vec<ChangeLine> {
        earned.lines.iter().filter(|line| keep(line)).map(|line| line_of(desk, line, scale)).collect()
    };
    let sum = |sum: &EarnedSum| format!("{}, {}", say::signed(desk, sum.micros), range(sum));
    let all = vec![
        ChangeGroup {
            id: "proven",
            heading: "Proven".into(),
            text: "Beat a baseline that can prove it, beyond what chance explains.".into(),
            sum: sum(&earned.proven),
            lines: pick(&|line| line.is_proven),
        },
        ChangeGroup {
            id: "unproven",
            heading: "Not proven, may be luck".into(),
            text: "The middle is what was seen. Nobody may count it as made.".into(),
            sum: sum(&earned.unproven),
            lines: pick(&|line| !line.is_proven && !is_lost(line) && line.net_micros.is_some()),
        },
        ChangeGroup {
            id: "lost",
            heading: "Lost or futile".into(),
            text: "Earned less than their baseline, or cannot reach what they set out to earn.".into(),
            sum: sum(&earned.lost),
            lines: pick(&is_lost),
        },
        ChangeGroup {
            id: "unread",
            heading: "Nothing to say yet".into(),
            text: "Not started, or too little was read.".into(),
            sum: String::new(),
            lines: pick(&|line| !line.is_proven && !is_lost(line) && line.net_micros.is_none()),
        },
    ];
    all.into_iter().filter(|group| !group.lines.is_empty()).collect()
}

fn line_of(desk: &Desk, line: &EarnedLine, scale: (f64, f64)) -> ChangeLine {
    let entry = &line.entry;
    let range = line.net_micros.map(|net| say::range(desk, net)).unwrap_or_default();
    let svg = line.net_micros.map(|net| {
        let title = format!("Net money of {}", entry.change.name);
        let text = format!("{}, range {range}", say::signed(desk, net[1]));
        chart::on_scale(net.map(|micros| micros as f64), scale, line.is_proven, &title, &text)
    });
    ChangeLine {
        href: format!("/measure/changes/{}", entry.change.id),
        name: entry.change.name.clone(),
        note: say::note(entry),
        grade: say::grade(&entry.change),
        net: say::middle(desk, line.net_micros),
        range,
        svg: svg.unwrap_or_default(),
        cost: say::money(desk, line.cost_micros),
        verdict: say::verdict(line.word),
        decision: say::decision(desk, entry),
    }
}

fn lifts(line: &EarnedLine) -> Option<[String; 4]> {
    let found = line.findings.as_ref()?;
    let lift = found.lift?;
    let end = |end: Option<f64>| end.map_or_else(|| "open".to_owned(), view::change);
    let range = match (found.lift_low, found.lift_high) {
        (None, None) => "unknown".into(),
        (low, high) => format!("{} to {}", end(low), end(high)),
    };
    let expected = found.shrunk_lift.map_or_else(|| "–".into(), view::change);
    Some([line.entry.change.name.clone(), view::change(lift), range, expected])
}

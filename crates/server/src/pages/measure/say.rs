//! How a change reads: money with its range, grades, verdicts, states and decisions.

use domain::{
    Day, Money,
    sprint::{BaselineGrade, ResultWord},
};
use measure::{Entry, Split, off_on};
use store::changes::{ChangeRow, ChangeStatus};

use crate::{pages::desk::Desk, view, views::Badge};

/// Money out of millionths, rounded to whole units.
pub fn money(desk: &Desk, micros: i64) -> String {
    desk.money(Money::from_micros(i128::from(micros), desk.ctx.brand.currency).minor)
}

/// The same with its sign.
pub fn signed(desk: &Desk, micros: i64) -> String {
    let text = money(desk, micros);
    if micros > 0 { format!("+{text}") } else { text }
}

/// A range: `−€120 to +€900`.
pub fn range(desk: &Desk, net: [i64; 3]) -> String {
    format!("{} to {}", signed(desk, net[0]), signed(desk, net[2]))
}

/// The middle of a range, or that nothing can be said.
pub fn middle(desk: &Desk, net: Option<[i64; 3]>) -> String {
    net.map_or_else(|| "–".to_owned(), |net| signed(desk, net[1]))
}

/// Money on an axis, major units: a plain zero, whole units from ten on.
pub fn on_axis(desk: &Desk, major: f64) -> String {
    match major {
        0.0 => format!("{}0", desk.ctx.brand.currency.symbol()),
        _ => money(desk, (major * 1e6) as i64),
    }
}

/// Money per unit, major units: two decimals.
pub fn per_unit(desk: &Desk, major: f64) -> String {
    let text = format!("{}{:.2}", desk.ctx.brand.currency.symbol(), major.abs());
    if major < 0.0 { format!("−{text}") } else { text }
}

/// What a verdict's net money is: low, middle, high.
pub fn net_of(entry: &Entry) -> Option<[i64; 3]> {
    let verdict = entry.verdict.as_ref()?;
    Some([verdict.net_low_micros?, verdict.net_micros?, verdict.net_high_micros?])
}

/// The grade of a change's baseline.
pub fn grade(change: &ChangeRow) -> Badge {
    let (text, tone, title) = match (change.baseline_grade, measure::split_of(change)) {
        (BaselineGrade::A, _) => ("A randomised", "good", "Grade A: a random holdout"),
        (BaselineGrade::B, Some(Split::Periods { .. })) => {
            ("B switched days", "accent", "Grade B: days on against days off, drawn at random")
        }
        (BaselineGrade::B, _) => ("B regions", "accent", "Grade B: regions that get it against regions that do not"),
        (BaselineGrade::C, _) => ("C calibrated", "accent", "Grade C: a counterfactual, calibrated on the past"),
        (BaselineGrade::D, _) => ("D before/after", "warn", "Grade D: before and after, proves nothing"),
    };
    Badge { text: text.into(), tone, title: title.into() }
}

/// The judge's word.
pub fn verdict(word: ResultWord) -> Badge {
    let tone = match word {
        ResultWord::Won => "good",
        ResultWord::Lost => "bad",
        ResultWord::Futile => "warn",
        ResultWord::NotYetProvable | ResultWord::NotTested => "line",
    };
    Badge { text: word.label().into(), tone, title: String::new() }
}

/// Whether it is live.
pub fn state(entry: &Entry, today: Day) -> Badge {
    let change = &entry.change;
    let (text, tone): (String, _) = match change.status {
        ChangeStatus::Running if today < change.starts_on => {
            (format!("Starts {}", view::weekday(change.starts_on)), "line")
        }
        ChangeStatus::Running if entry.is_overdue => ("Off, its day has come".into(), "bad"),
        ChangeStatus::Running if change.kept_until.is_some() => ("Kept, unproven".into(), "warn"),
        ChangeStatus::Running => ("Running".into(), "accent"),
        ChangeStatus::Won => ("Stays".into(), "good"),
        ChangeStatus::Killed => ("Off".into(), "line"),
        ChangeStatus::Ended => ("Ended".into(), "line"),
    };
    Badge { text, tone, title: String::new() }
}

/// Where the decision stands.
pub fn decision(desk: &Desk, entry: &Entry) -> String {
    let change = &entry.change;
    let closed = |verb: &str| {
        let when = change.closed_at.map(|at| view::weekday(at.day_in(&desk.ctx.zone))).unwrap_or_default();
        let by = change.closed_by.as_deref().unwrap_or_default();
        let why = change.closed_reason.as_deref().unwrap_or_default();
        format!("{verb} {when} by {by}. {why}")
    };
    match change.status {
        ChangeStatus::Won => "Won, so it stays.".into(),
        ChangeStatus::Killed => closed("Off since"),
        ChangeStatus::Ended => closed("Ended"),
        ChangeStatus::Running => match (change.kept_until, change.kept_cap_micros) {
            (Some(until), Some(cap)) => {
                format!("Kept unproven until {}, for at most {}.", view::weekday(until), money(desk, cap))
            }
            _ if entry.is_overdue => "Off: its day has come.".into(),
            _ => format!("Open. Off on {} unless it wins or is kept.", view::weekday(off_on(change))),
        },
    }
}

/// Kind and owner.
pub fn note(entry: &Entry) -> String {
    let owner = if entry.change.owner.is_empty() { "nobody" } else { &entry.change.owner };
    format!("{}, owned by {owner}", view::capital(&entry.change.kind))
}

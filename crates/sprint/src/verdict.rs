//! Verdicts of the ledger in words: always with the range, the grade of the baseline and the money.

use domain::sprint::{BaselineGrade, ResultWord};
use measure::{Findings, Lesson};

use crate::Context;

/// Whether a change was decided by the judge: what is not teaches nothing but that it is open.
pub(crate) fn is_decided(word: ResultWord) -> bool {
    matches!(word, ResultWord::Won | ResultWord::Lost | ResultWord::Futile)
}

/// The verdict in a word, as a sentence's end takes it.
pub(crate) fn word(word: ResultWord) -> &'static str {
    match word {
        ResultWord::Won => "won",
        ResultWord::Lost => "lost",
        ResultWord::Futile => "was futile",
        ResultWord::NotYetProvable => "is not yet provable",
        ResultWord::NotTested => "was not tested",
    }
}

/// `+8 % [1, 15], shrunk`: the lift to learn from with the observed range, or the observed one where none was shrunk yet.
/// `None` where there is no lift.
pub(crate) fn lift(lesson: &Lesson) -> Option<String> {
    let found = findings(lesson)?;
    let percent = |share: f64| format!("{:.0}", share * 100.0).replace('-', "\u{2212}");
    let range = match (found.lift_low, found.lift_high) {
        (Some(low), Some(high)) => format!(" [{}, {}]", percent(low), percent(high)),
        (Some(low), None) => format!(" [{} or more]", percent(low)),
        (None, Some(high)) => format!(" [{} or less]", percent(high)),
        (None, None) => String::new(),
    };
    let (share, kind) = match (lesson.lift, lesson.observed_lift) {
        (Some(shrunk), _) => (shrunk, "shrunk"),
        (None, Some(observed)) => (observed, "as observed"),
        (None, None) => return None,
    };
    let sign = if share > 0.0 { "+" } else { "" };
    Some(format!("{sign}{} %{range}, {kind}", percent(share)))
}

/// `€300 net [−€900, €1,500]`: money against the baseline after cost; `None` where nothing can be said.
pub(crate) fn net(ctx: &Context, lesson: &Lesson) -> Option<String> {
    let verdict = lesson.entry.verdict.as_ref()?;
    let money = |micros: i64| ctx.money_from_micros(micros);
    Some(format!(
        "{} net [{}, {}]",
        money(verdict.net_micros?),
        money(verdict.net_low_micros?),
        money(verdict.net_high_micros?)
    ))
}

/// What its baseline is worth.
pub(crate) fn grade(grade: BaselineGrade) -> &'static str {
    match grade {
        BaselineGrade::A => "randomised holdout, grade A",
        BaselineGrade::B => "split by region or time, grade B",
        BaselineGrade::C => "calibrated counterfactual, grade C",
        BaselineGrade::D => "before and after only, grade D",
    }
}

fn findings(lesson: &Lesson) -> Option<Findings> {
    lesson.entry.verdict.as_ref().and_then(measure::findings)
}

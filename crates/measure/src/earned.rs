//! One page for one question: what made money that we would not have made anyway?

use domain::{Day, sprint::ResultWord};
use serde::Serialize;
use store::{Store, changes::ChangeStatus, measure_tasks as tasks};

use crate::{Entry, Findings, GlobalReading, MeasureError, ledger::list, pages::findings, tick::global_reading};

/// What one change made beyond its baseline. Money in millionths of the currency, after cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EarnedLine {
    /// The change.
    pub entry: Entry,
    /// What the judge says.
    pub word: ResultWord,
    /// It has won: its money counts as made.
    pub is_proven: bool,
    /// An owner keeps it although nothing is proven.
    pub is_kept_unproven: bool,
    /// Lower end, middle and upper end of the net money; none where nothing can be said.
    pub net_micros: Option<[i64; 3]>,
    /// What it cost until then; part of the net money.
    pub cost_micros: i64,
    /// What the verdict rests on.
    pub findings: Option<Findings>,
}

/// A sum of lines with its range: middles add, and so do the squares of the half-widths, the changes being judged
/// independently of each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct EarnedSum {
    /// How many lines.
    pub changes: usize,
    /// Lower end.
    pub low_micros: i64,
    /// Middle.
    pub micros: i64,
    /// Upper end.
    pub high_micros: i64,
    /// What they cost.
    pub cost_micros: i64,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Earned {
    /// The proven first, then by middle.
    pub lines: Vec<EarnedLine>,
    /// Won: money that would not have been made anyway.
    pub proven: EarnedSum,
    /// Proven to have lost or futile: what it cost to find that out.
    pub lost: EarnedSum,
    /// Everything else: may be luck.
    pub unproven: EarnedSum,
    /// What all changes cost.
    pub cost_micros: i64,
    /// Everything always on together against the brand's global holdout, where there is one.
    pub always_on: Option<GlobalReading>,
}

/// What each change made that would not have been made anyway, with the totals of the proven and, apart, the rest.
///
/// # Errors
/// The database refused.
pub async fn earned(store: &Store, today: Day) -> Result<Earned, MeasureError> {
    let costs = tasks::sums(store).await?;
    let mut lines = Vec::new();
    for entry in list(store, today).await? {
        let verdict = entry.verdict.as_ref();
        let net =
            verdict.and_then(|verdict| Some([verdict.net_low_micros?, verdict.net_micros?, verdict.net_high_micros?]));
        lines.push(EarnedLine {
            word: entry.result,
            is_proven: is_proven(&entry),
            is_kept_unproven: entry.change.kept_until.is_some() && entry.result == ResultWord::NotYetProvable,
            net_micros: net,
            cost_micros: costs.get(&entry.change.id).copied().unwrap_or(0),
            findings: verdict.and_then(findings),
            entry,
        });
    }
    lines.sort_by_key(|line| (!line.is_proven, std::cmp::Reverse(line.net_micros.map(|net| net[1]))));
    let is_lost = |line: &&EarnedLine| matches!(line.word, ResultWord::Lost | ResultWord::Futile);
    Ok(Earned {
        proven: sum(lines.iter().filter(|line| line.is_proven)),
        lost: sum(lines.iter().filter(is_lost)),
        unproven: sum(lines.iter().filter(|line| !line.is_proven && !is_lost(line))),
        cost_micros: costs.values().sum(),
        always_on: global_reading(store).await?,
        lines,
    })
}

/// Won by the judge, and not by a before-and-after. What was killed after its win had still made its money.
fn is_proven(entry: &Entry) -> bool {
    let is_graded = entry.change.baseline_grade != domain::sprint::BaselineGrade::D;
    let has_run = entry.change.status != ChangeStatus::Running || entry.verdict.is_some();
    entry.result == ResultWord::Won && is_graded && has_run
}

fn sum<'l>(lines: impl Iterator<Item = &'l EarnedLine>) -> EarnedSum {
    let (mut total, mut below, mut above) = (EarnedSum::default(), 0.0, 0.0);
    for line in lines {
        total.changes += 1;
        total.cost_micros += line.cost_micros;
        if let Some([low, mid, high]) = line.net_micros {
            total.micros += mid;
            below += ((mid - low) as f64).powi(2);
            above += ((high - mid) as f64).powi(2);
        }
    }
    total.low_micros = total.micros - below.sqrt() as i64;
    total.high_micros = total.micros + above.sqrt() as i64;
    total
}

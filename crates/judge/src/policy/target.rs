//! The other policy, in whichever way its file gives it.

use std::collections::{BTreeSet, HashMap};

use super::Args;
use crate::{JudgeError, Table};

/// Names under which a chance may stand, best first.
const CHANCE: [&str; 9] =
    ["probability", "prob", "target_probability", "target_propensity", "target", "pi", "p", "chance", "propensity"];

/// The chance of each action in each row of the log.
pub(super) enum Target {
    /// By context and action.
    Policy {
        /// The context of each row of the log, by its place in `chances`.
        rows: Vec<usize>,
        chances: Vec<HashMap<String, f64>>,
        /// It was estimated from another policy's log.
        is_log: bool,
    },
    /// A column per action, a row per row of the log.
    Wide { columns: HashMap<String, Vec<f64>> },
    /// The chance of the action taken, a row per row of the log.
    Taken { chances: Vec<f64> },
}

impl Target {
    pub(super) fn read(args: &Args, log: &Table, other: &Table) -> Result<Target, JudgeError> {
        let action = log.column(&args.action)?;
        let other_action = other.column(&args.action).ok();
        let chance = CHANCE.iter().find_map(|name| other.column(name).ok()).or(other.column(&args.propensity).ok());
        match (other_action, chance) {
            (Some(place), Some(chance)) => {
                let is_row_by_row = other.len() == log.len()
                    && (0..log.len()).all(|row| other.text(row, place) == log.text(row, action));
                if is_row_by_row && !is_policy(args, log, other, place, chance)? {
                    return taken(other, chance);
                }
                policy(args, log, other, place, chance)
            }
            (Some(place), None) => policy_of_log(args, log, other, place),
            (None, _) => by_row(log, other, action, chance),
        }
    }

    /// The chance of every action in every row of the log: `chance(row, place of the action in names)`.
    pub(super) fn lookup<'a>(&'a self, names: &[String]) -> Box<dyn Fn(usize, usize) -> f64 + 'a> {
        match self {
            Target::Taken { chances } => Box::new(|row, _| chances[row]),
            Target::Wide { columns } => {
                let columns: Vec<Option<&Vec<f64>>> = names.iter().map(|name| columns.get(name)).collect();
                Box::new(move |row, action| columns[action].map_or(0.0, |values| values[row]))
            }
            Target::Policy { rows, chances, .. } => {
                let chance = |of: &HashMap<String, f64>, name: &String| of.get(name).copied().unwrap_or(0.0);
                let dense: Vec<Vec<f64>> =
                    chances.iter().map(|of| names.iter().map(|name| chance(of, name)).collect()).collect();
                Box::new(move |row, action| dense[rows[row]][action])
            }
        }
    }

    /// All actions of the log and of the policy, sorted.
    pub(super) fn actions(&self, log: &Table, action: usize) -> Vec<String> {
        let mut names: BTreeSet<String> = (0..log.len()).map(|row| log.text(row, action).to_owned()).collect();
        match self {
            Target::Policy { chances, .. } => names.extend(chances.iter().flat_map(|of| of.keys().cloned())),
            Target::Wide { columns } => names.extend(columns.keys().cloned()),
            Target::Taken { .. } => {}
        }
        names.into_iter().collect()
    }

    /// Whether chances of actions not taken are known.
    pub(super) fn knows_all(&self) -> bool {
        !matches!(self, Target::Taken { .. })
    }

    pub(super) fn notes(&self) -> Vec<String> {
        match self {
            Target::Policy { is_log: true, .. } => vec![
                "The target file is a log: the policy judged is how often each action was taken there in each context."
                    .into(),
            ],
            _ => Vec::new(),
        }
    }
}

/// Context columns that the other file has too, in both files.
fn shared_context(args: &Args, log: &Table, other: &Table) -> Result<(Vec<usize>, Vec<usize>), JudgeError> {
    let (mut here, mut there) = (Vec::new(), Vec::new());
    for name in &args.context {
        let column = log.column(name)?;
        if let Ok(place) = other.column(name) {
            here.push(column);
            there.push(place);
        }
    }
    Ok((here, there))
}

fn key(table: &Table, row: usize, columns: &[usize]) -> Vec<String> {
    columns.iter().map(|&column| table.text(row, column).to_owned()).collect()
}

/// Whether the chances of each context add up to one with one row per action: a policy's own table.
fn is_policy(args: &Args, log: &Table, other: &Table, action: usize, chance: usize) -> Result<bool, JudgeError> {
    let (_, columns) = shared_context(args, log, other)?;
    let mut sums: HashMap<Vec<String>, f64> = HashMap::new();
    let mut seen = BTreeSet::new();
    for row in 0..other.len() {
        let key = key(other, row, &columns);
        if !seen.insert((key.clone(), other.text(row, action).to_owned())) {
            return Ok(false);
        }
        *sums.entry(key).or_default() += other.number(row, chance)?;
    }
    Ok(sums.values().all(|sum| (sum - 1.0).abs() < 0.01))
}

fn policy(args: &Args, log: &Table, other: &Table, action: usize, chance: usize) -> Result<Target, JudgeError> {
    let (context, columns) = shared_context(args, log, other)?;
    let mut chances: HashMap<Vec<String>, HashMap<String, f64>> = HashMap::new();
    for row in 0..other.len() {
        let p = other.number(row, chance)?;
        if !(0.0..=1.0 + 1e-6).contains(&p) {
            return Err(other.bad(row, chance, "is not a chance; it is between 0 and 1."));
        }
        let of_context = chances.entry(key(other, row, &columns)).or_default();
        let before = of_context.insert(other.name(row, action)?.to_owned(), p);
        if before.is_some_and(|before| (before - p).abs() > 1e-9) {
            // The same action with another chance: nobody's table, somebody's log.
            return policy_of_log(args, log, other, action);
        }
    }
    for (key, of_context) in &chances {
        let sum: f64 = of_context.values().sum();
        if (sum - 1.0).abs() > 0.01 {
            let what = if key.is_empty() { "all rows".to_owned() } else { format!("the context {}", key.join(", ")) };
            return Err(JudgeError::Invalid(format!(
                "{}: the chances of {what} add up to {sum:.4}; they must add up to 1.",
                other.file()
            )));
        }
    }
    by_context(log, &context, chances, false)
}

fn policy_of_log(args: &Args, log: &Table, other: &Table, action: usize) -> Result<Target, JudgeError> {
    let (context, columns) = shared_context(args, log, other)?;
    let mut chances: HashMap<Vec<String>, HashMap<String, f64>> = HashMap::new();
    for row in 0..other.len() {
        let of_context = chances.entry(key(other, row, &columns)).or_default();
        *of_context.entry(other.name(row, action)?.to_owned()).or_default() += 1.0;
    }
    for of_context in chances.values_mut() {
        let total: f64 = of_context.values().sum();
        of_context.values_mut().for_each(|count| *count /= total);
    }
    by_context(log, &context, chances, true)
}

/// Finds the context of every row of the log.
fn by_context(
    log: &Table,
    context: &[usize],
    chances: HashMap<Vec<String>, HashMap<String, f64>>,
    is_log: bool,
) -> Result<Target, JudgeError> {
    let mut places = HashMap::new();
    let mut of_places = Vec::new();
    for (key, of_context) in chances {
        places.insert(key, of_places.len());
        of_places.push(of_context);
    }
    let find = |row: usize| {
        let key = key(log, row, context);
        places.get(&key).copied().ok_or_else(|| {
            JudgeError::Invalid(format!(
                "{}, row {}: the target has no chances for the context {}; add rows for it.",
                log.file(),
                row + 1,
                key.join(", ")
            ))
        })
    };
    let rows = (0..log.len()).map(find).collect::<Result<Vec<usize>, JudgeError>>()?;
    Ok(Target::Policy { rows, chances: of_places, is_log })
}

fn taken(other: &Table, chance: usize) -> Result<Target, JudgeError> {
    let mut chances = Vec::with_capacity(other.len());
    for row in 0..other.len() {
        let p = other.number(row, chance)?;
        if !(0.0..=1.0 + 1e-6).contains(&p) {
            return Err(other.bad(row, chance, "is not a chance; it is between 0 and 1."));
        }
        chances.push(p);
    }
    Ok(Target::Taken { chances })
}

/// A row per row of the log, without the action: a column per action, or one column of chances.
fn by_row(log: &Table, other: &Table, action: usize, chance: Option<usize>) -> Result<Target, JudgeError> {
    if other.len() != log.len() {
        return Err(JudgeError::Invalid(format!(
            "{}: it has no column for the action, so it must have a row for each of the {} rows of {}; it has {}.",
            other.file(),
            log.len(),
            log.file(),
            other.len()
        )));
    }
    if let Some(chance) = chance {
        return taken(other, chance);
    }
    let names: BTreeSet<&str> = (0..log.len()).map(|row| log.text(row, action)).collect();
    let mut columns: HashMap<String, Vec<f64>> = HashMap::new();
    for (place, header) in other.header().iter().enumerate() {
        // `14`, `p_14`, `prob_14`, `action_14` all stand for action 14.
        let name = match header.split_once('_') {
            Some((_, name)) if !names.contains(header.as_str()) => name,
            _ => header.as_str(),
        };
        let is_number = (0..other.len()).all(|row| other.number(row, place).is_ok());
        if names.contains(name) || (is_number && header.contains('_')) {
            let values = (0..other.len()).map(|row| other.number(row, place)).collect::<Result<Vec<f64>, _>>()?;
            columns.insert(name.to_owned(), values);
        }
    }
    for row in 0..other.len() {
        let sum: f64 = columns.values().map(|values| values[row]).sum();
        if (sum - 1.0).abs() > 0.01 || columns.values().any(|values| values[row] < 0.0) {
            return Err(JudgeError::Invalid(format!(
                "{}, row {}: the chances of the actions add up to {sum:.4}; they must add up to 1. Name one column per \
                 action as the log does, or give columns {} and probability.",
                other.file(),
                row + 1,
                log.header()[action]
            )));
        }
    }
    Ok(Target::Wide { columns })
}

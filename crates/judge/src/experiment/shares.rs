//! Planned shares of the arms: as stated, or a plain guess that is said.

use stats::experiment::DayReading;

use super::Args;
use crate::JudgeError;

/// Below this share of one of two arms nobody planned halves: losing units to that extent would be noticed first.
const FAR_FROM_HALF: f64 = 0.35;
/// Splits that people plan, as the smaller arm's share.
const USUAL_SPLITS: [f64; 9] = [1.0 / 3.0, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05, 0.02, 0.01];

/// Planned shares in the order of the arms; empty where none are stated.
pub(super) fn stated(args: &Args, arms: &[String]) -> Result<Vec<f64>, JudgeError> {
    if args.shares.is_empty() {
        return Ok(Vec::new());
    }
    let mut shares = vec![f64::NAN; arms.len()];
    for part in &args.shares {
        let refuse = |why: &str| JudgeError::Invalid(format!("--shares: `{part}` {why}"));
        let (name, share) = part.rsplit_once('=').ok_or_else(|| refuse("is not NAME=SHARE."))?;
        let place = arms.iter().position(|arm| arm == name).ok_or_else(|| refuse("names no arm of the file."))?;
        shares[place] = share.parse().map_err(|_| refuse("has no number after `=`."))?;
    }
    match shares.iter().position(|share| !(share.is_finite() && *share > 0.0)) {
        Some(place) => {
            Err(JudgeError::Invalid(format!("--shares: give the arm `{}` a share above zero.", arms[place])))
        }
        None => Ok(shares),
    }
}

/// The usual split nearest to what two arms got, where that is far from halves and nothing is stated: a holdout is small on
/// purpose, and against halves every one of them would look broken. None where halves are meant.
pub(super) fn assumed(days: &[DayReading], horizon_days: u32) -> Option<[f64; 2]> {
    let last = days.iter().rev().find(|day| day.day <= horizon_days)?;
    let [control, treatment] = last.arms.as_slice() else { return None };
    let all = (control.units + treatment.units) as f64;
    let smaller = control.units.min(treatment.units) as f64 / all;
    if !(smaller > 0.0 && smaller < FAR_FROM_HALF) {
        return None;
    }
    let distance = |split: &f64| (split / smaller).ln().abs();
    let split = USUAL_SPLITS.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    Some(if control.units < treatment.units { [split, 1.0 - split] } else { [1.0 - split, split] })
}

#[cfg(test)]
mod tests {
    use stats::experiment::ArmSums;

    use super::*;

    #[test]
    fn a_small_holdout_is_taken_as_planned_and_a_leak_is_not() {
        let at = |control: u64, treatment: u64| {
            let arms = [control, treatment].map(|units| ArmSums::of_values(units, 0.0, 0.0)).to_vec();
            assumed(&[DayReading { day: 1, arms }], 30)
        };
        assert_eq!(at(1_030, 8_970), Some([0.1, 0.9]));
        assert_eq!(at(7_510, 2_490), Some([0.75, 0.25]));
        assert_eq!((at(5_000, 4_000), at(0, 10), at(0, 0)), (None, None, None));
        assert_eq!(assumed(&[], 30), None);
    }
}

//! Who sees what: a hash, never a stored coin toss.

use super::ExperimentError;

/// A number in [0, 1) that depends on nothing but `salt` and `unit`: the first 53 bits (little endian) of BLAKE3 over the
/// salt's length as eight bytes (little endian), the salt, and the unit's id. Two salts give independent numbers for the
/// same unit; any implementation of BLAKE3 can recompute it.
pub fn uniform(salt: &str, unit: &str) -> f64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(salt.len() as u64).to_le_bytes());
    hasher.update(salt.as_bytes());
    hasher.update(unit.as_bytes());
    let mut first = [0u8; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    (u64::from_le_bytes(first) >> 11) as f64 / (1u64 << 53) as f64
}

/// The id to hash for somebody who may be known or not, so that an assignment sticks across devices:
///
/// 1. a customer whose first exposure to this change is on record keeps the id it was exposed under (the visitor who
///    logs in half-way keeps what was seen);
/// 2. otherwise a known customer is hashed by customer id, the same on every device;
/// 3. otherwise the device's own id.
///
/// A second device that was exposed before its owner logged in may have seen another arm: such a customer is a unit in
/// two arms, excluded from the reading and counted (see [`super::read_units`]).
pub fn unit_to_hash<'a>(device: &'a str, customer: Option<&'a str>, first_exposed_as: Option<&'a str>) -> &'a str {
    match (customer, first_exposed_as) {
        (Some(_), Some(first)) => first,
        (Some(customer), None) => customer,
        (None, _) => device,
    }
}

/// Everything that decides one unit's arm in one change.
#[derive(Debug, Clone, PartialEq)]
pub struct Assigner {
    salt: String,
    /// Upper ends of the arms' shares in [0, 1].
    ends: Vec<f64>,
    layer: Option<Layer>,
    global_holdout: Option<GlobalHoldout>,
}

/// A layer of changes that must not meet: each owns a slice of the units, slices do not overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Salt of the layer, shared by its changes.
    pub salt: String,
    /// Start of this change's slice in [0, 1).
    pub from: f64,
    /// End of it (exclusive).
    pub to: f64,
}

impl Layer {
    /// Whether two changes can meet in one unit: never within one layer with disjoint slices.
    pub fn can_meet(&self, other: &Layer) -> bool {
        self.salt != other.salt || (self.from < other.to && other.from < self.to)
    }
}

/// Units that no always-on change ever reaches: the yardstick for all of them together.
#[derive(Debug, Clone, PartialEq)]
pub struct GlobalHoldout {
    /// Salt of the holdout, one for the brand and never changed while it is measured.
    pub salt: String,
    /// Share of the units held out, e.g. 0.05.
    pub share: f64,
}

/// What a unit gets. Everything but a treatment arm gets the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Assignment {
    /// An arm of the change; arm 0 is its control or per-change holdout.
    Arm(usize),
    /// In the brand's global holdout: baseline, not counted in the change.
    GlobalHoldout,
    /// In another change's slice of the layer: baseline, not counted in the change.
    OtherSlice,
}

impl Assigner {
    /// Arms by weight (any positive scale; arm 0 is the control, or the change's holdout). The salt is the change's own.
    ///
    /// # Errors
    /// Fewer than two arms, no weight above zero, or a weight that is negative or not finite.
    pub fn new(salt: impl Into<String>, weights: &[f64]) -> Result<Assigner, ExperimentError> {
        let total: f64 = weights.iter().sum();
        if weights.len() < 2 || weights.iter().any(|w| !w.is_finite() || *w < 0.0) || total <= 0.0 {
            return Err(ExperimentError::Weights);
        }
        let mut sum = 0.0;
        let ends = weights.iter().map(|weight| {
            sum += weight;
            sum / total
        });
        Ok(Assigner { salt: salt.into(), ends: ends.collect(), layer: None, global_holdout: None })
    }

    /// The same within a slice of a layer.
    ///
    /// # Errors
    /// The slice is empty or not within [0, 1].
    pub fn in_layer(self, layer: Layer) -> Result<Assigner, ExperimentError> {
        if !(layer.from >= 0.0 && layer.from < layer.to && layer.to <= 1.0) {
            return Err(ExperimentError::Slice { from: layer.from, to: layer.to });
        }
        Ok(Assigner { layer: Some(layer), ..self })
    }

    /// The same with the brand's global holdout kept out.
    ///
    /// # Errors
    /// The share is not in [0, 1).
    pub fn with_global_holdout(self, holdout: GlobalHoldout) -> Result<Assigner, ExperimentError> {
        if !(holdout.share >= 0.0 && holdout.share < 1.0) {
            return Err(ExperimentError::Slice { from: 0.0, to: holdout.share });
        }
        Ok(Assigner { global_holdout: Some(holdout), ..self })
    }

    /// The unit's assignment; the same today, tomorrow and on another machine.
    pub fn assign(&self, unit: &str) -> Assignment {
        if let Some(holdout) = &self.global_holdout
            && uniform(&holdout.salt, unit) < holdout.share
        {
            return Assignment::GlobalHoldout;
        }
        if let Some(layer) = &self.layer {
            let place = uniform(&layer.salt, unit);
            if place < layer.from || place >= layer.to {
                return Assignment::OtherSlice;
            }
        }
        let place = uniform(&self.salt, unit);
        Assignment::Arm(self.ends.iter().position(|end| place < *end).unwrap_or(self.ends.len() - 1))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::experiment::srm::{chi_square_p, chi_square_sf};

    fn units() -> impl Iterator<Item = String> {
        (0..20_000).map(|k| format!("customer-{k}"))
    }

    /// Stability across releases: a change of these numbers would move every running experiment's units.
    #[test]
    fn never_changes() {
        insta::assert_snapshot!(
            format!("{:.17} {:.17}", uniform("change-1", "visitor-1"), uniform("change-2", "visitor-1")),
            @"0.58501753475633023 0.51728452646160972"
        );
        assert_ne!(uniform("ab", "c"), uniform("a", "bc"), "salt and unit do not run together");
    }

    /// 100 equal cells of the unit interval, 20,000 units: chi-square with 99 degrees.
    #[test]
    fn uniform_by_chi_square() {
        for salt in ["a", "b", "summer-sale"] {
            let mut cells = [0u64; 100];
            units().for_each(|unit| cells[(uniform(salt, &unit) * 100.0) as usize] += 1);
            let p = chi_square_p(&cells, &[1.0; 100]);
            assert!(p > 1e-4, "{salt}: {p}");
        }
    }

    /// Two changes with similar salts: the 3 × 3 table of their arms has independent rows, chi-square with 4 degrees.
    #[test]
    fn independent_across_changes_by_chi_square() {
        let (one, two) = (Assigner::new("c-1", &[1., 1., 2.]).unwrap(), Assigner::new("c-2", &[1., 1., 2.]).unwrap());
        let mut table = [[0.0f64; 3]; 3];
        for unit in units() {
            let (Assignment::Arm(a), Assignment::Arm(b)) = (one.assign(&unit), two.assign(&unit)) else { panic!() };
            table[a][b] += 1.0;
        }
        let rows: Vec<f64> = table.iter().map(|row| row.iter().sum()).collect();
        let columns: Vec<f64> = (0..3).map(|b| table.iter().map(|row| row[b]).sum()).collect();
        let mut statistic = 0.0;
        for a in 0..3 {
            for b in 0..3 {
                let expected = rows[a] * columns[b] / 20_000.0;
                statistic += (table[a][b] - expected).powi(2) / expected;
            }
        }
        assert!(chi_square_sf(statistic, 4.0) > 1e-4, "{statistic}");
        let rows: Vec<u64> = rows.iter().map(|n| *n as u64).collect();
        assert!(chi_square_p(&rows, &[1., 1., 2.]) > 1e-4, "{rows:?}");
    }

    #[test]
    fn slices_never_meet_and_the_holdout_sees_nothing() {
        let holdout = GlobalHoldout { salt: "brand".into(), share: 0.1 };
        let slice = |from, to| Layer { salt: "layer".into(), from, to };
        let make = |salt: &str, from, to| {
            Assigner::new(salt, &[1., 1.])
                .unwrap()
                .in_layer(slice(from, to))
                .unwrap()
                .with_global_holdout(holdout.clone())
                .unwrap()
        };
        let (one, two) = (make("one", 0.0, 0.5), make("two", 0.5, 1.0));
        assert!(!slice(0.0, 0.5).can_meet(&slice(0.5, 1.0)) && slice(0.0, 0.6).can_meet(&slice(0.5, 1.0)));
        let mut held = 0;
        for unit in units() {
            match (one.assign(&unit), two.assign(&unit)) {
                (Assignment::GlobalHoldout, Assignment::GlobalHoldout) => held += 1,
                (Assignment::Arm(_), Assignment::OtherSlice) | (Assignment::OtherSlice, Assignment::Arm(_)) => {}
                other => panic!("{unit}: {other:?}"),
            }
        }
        // 10 % of 20,000 within 4 standard errors.
        assert!((1_830..=2_170).contains(&held), "{held}");
    }

    #[test]
    fn what_is_hashed_once_the_customer_is_known() {
        assert_eq!(unit_to_hash("phone", None, None), "phone");
        assert_eq!(unit_to_hash("phone", Some("c1"), None), "c1");
        assert_eq!(unit_to_hash("laptop", Some("c1"), Some("phone")), "phone");
    }

    #[test]
    fn bad_weights_are_refused() {
        for weights in [&[][..], &[1.0], &[0.0, 0.0], &[1.0, -1.0], &[1.0, f64::NAN]] {
            assert!(Assigner::new("s", weights).is_err());
        }
        let never = Assigner::new("s", &[1.0, 0.0]).unwrap();
        assert!(units().take(500).all(|unit| never.assign(&unit) == Assignment::Arm(0)));
        let layer = Layer { salt: "l".into(), from: 0.5, to: 0.5 };
        assert!(never.clone().in_layer(layer).is_err());
        assert!(never.with_global_holdout(GlobalHoldout { salt: "g".into(), share: 1.0 }).is_err());
    }
}

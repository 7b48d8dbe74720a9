//! Many series at once: how many alarms may be false, and which belong together.

/// Which p-values are discoveries at false-discovery rate `q`: the step-up procedure of Benjamini & Hochberg (1995).
/// Holds for independent and positively dependent series. NaN counts as 1.
pub fn benjamini_hochberg(p: &[f64], q: f64) -> Vec<bool> {
    let value = |place: &usize| if p[*place].is_nan() { 1.0 } else { p[*place] };
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| value(a).total_cmp(&value(b)));
    let m = p.len() as f64;
    let last = order.iter().enumerate().rev().find(|(rank, place)| value(place) <= q * (*rank as f64 + 1.0) / m);
    let mut found = vec![false; p.len()];
    if let Some((last, _)) = last {
        for place in &order[..=last] {
            found[*place] = true;
        }
    }
    found
}

/// Online false-discovery control for p-values that come one by one and are decided at once: LORD++ (Ramdas, Yang,
/// Wainwright & Jordan, NeurIPS 2017), with γⱼ ∝ log(max(j, 2)) / (j·exp(√log j)) and half of the level as initial wealth.
#[derive(Debug, Clone)]
pub struct Lord {
    q: f64,
    tests: u64,
    found: Vec<u64>,
}

/// Normalises γ over the first 10 million tests.
const GAMMA: f64 = 0.077_213_7;
/// Discoveries further back than this many add nothing that could be seen.
const FOUND_KEPT: usize = 64;

fn gamma(j: u64) -> f64 {
    let j = j as f64;
    GAMMA * j.max(2.0).ln() / (j * j.ln().sqrt().exp())
}

impl Lord {
    /// Controls the false-discovery rate at `q`.
    pub fn new(q: f64) -> Lord {
        Lord { q: q.clamp(1e-9, 0.999), tests: 0, found: Vec::new() }
    }

    /// Level of the next test.
    pub fn level(&self) -> f64 {
        let t = self.tests + 1;
        let wealth = self.q / 2.0;
        let mut level = wealth * gamma(t);
        for (rank, at) in self.found.iter().enumerate() {
            let share = if rank == 0 { self.q - wealth } else { self.q };
            level += share * gamma(t - at);
        }
        level
    }

    /// Decides the next p-value.
    pub fn test(&mut self, p: f64) -> bool {
        let is_found = p <= self.level();
        self.tests += 1;
        if is_found {
            self.found.push(self.tests);
            if self.found.len() > FOUND_KEPT {
                self.found.remove(1);
            }
        }
        is_found
    }
}

/// An alarm of one series of a board.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// Place of the series.
    pub series: usize,
    /// Start of the slot, seconds since 1970.
    pub at: i64,
    /// Chance of it if nothing has changed.
    pub p: f64,
    /// Whether the value is above what was expected.
    pub is_up: bool,
    /// Money (or the board's common unit) that the value is away from what was expected.
    pub at_stake: f64,
}

/// Control of a board, slot by slot.
#[derive(Debug, Clone)]
pub struct Board {
    /// Share of false alarms among the alarms that is accepted.
    pub q: f64,
}

impl Board {
    /// Which alarms of one slot stand, judged together with the p-values of all series in it (`tested` of them).
    pub fn stand(&self, alarms: &[Alarm], tested: usize) -> Vec<bool> {
        let mut p: Vec<f64> = alarms.iter().map(|alarm| alarm.p).collect();
        p.resize(tested.max(alarms.len()), 1.0);
        let mut found = benjamini_hochberg(&p, self.q);
        found.truncate(alarms.len());
        found
    }
}

/// Groups alarms of one time into causes: `overlap(a, b)` says what share of series b's change series a contains (a
/// campaign contains its ads: 1). An alarm joins the one with most at stake that contains at least half of it and goes the
/// same way. Returns per alarm the place of its group's leader (its own place if it leads).
pub fn group_by_overlap(alarms: &[Alarm], overlap: impl Fn(usize, usize) -> f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..alarms.len()).collect();
    order.sort_by(|a, b| alarms[*b].at_stake.abs().total_cmp(&alarms[*a].at_stake.abs()).then(a.cmp(b)));
    let mut leader: Vec<usize> = (0..alarms.len()).collect();
    let mut leaders: Vec<usize> = Vec::new();
    for place in order {
        let own = &alarms[place];
        let found = leaders.iter().copied().find(|lead| {
            let lead = &alarms[*lead];
            lead.is_up == own.is_up && overlap(lead.series, own.series) >= 0.5
        });
        match found {
            Some(lead) => leader[place] = lead,
            None => leaders.push(place),
        }
    }
    leader
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};

    #[test]
    fn the_textbook_example() {
        // Benjamini & Hochberg 1995, section 3: fifteen p-values, four discoveries at 5 %.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0,
        ];
        assert_eq!(benjamini_hochberg(&p, 0.05).iter().filter(|found| **found).count(), 4);
        assert_eq!(benjamini_hochberg(&[], 0.05), Vec::<bool>::new());
        assert_eq!(benjamini_hochberg(&[f64::NAN, 0.001], 0.05), [false, true]);
    }

    #[test]
    fn lord_spends_no_more_than_it_has() {
        let sum: f64 = (1..200_000).map(gamma).sum();
        assert!(sum < 1.0 && sum > 0.3, "{sum}");
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        let (mut false_share, runs) = (0.0, 200);
        for _ in 0..runs {
            let mut lord = Lord::new(0.1);
            let (mut wrong, mut all) = (0u32, 0u32);
            for k in 0..400 {
                let is_real = k % 20 == 7;
                let p: f64 = if is_real { 1e-6 } else { rng.random() };
                if lord.test(p) {
                    all += 1;
                    wrong += u32::from(!is_real);
                }
            }
            false_share += f64::from(wrong) / f64::from(all.max(1));
        }
        assert!(false_share / f64::from(runs) < 0.1, "{false_share}");
    }

    #[test]
    fn ads_join_their_campaign() {
        let alarm = |series, at_stake: f64| Alarm { series, at: 0, p: 1e-6, is_up: at_stake > 0.0, at_stake };
        let alarms = [alarm(1, -40.0), alarm(0, -100.0), alarm(2, 30.0), alarm(3, -20.0)];
        let contains = |a: usize, b: usize| if a == 0 && b < 3 { 1.0 } else { 0.0 };
        assert_eq!(group_by_overlap(&alarms, contains), [1, 1, 2, 3]);
        let board = Board { q: 0.1 };
        assert_eq!(board.stand(&alarms, 1_000), [true; 4]);
        assert_eq!(board.stand(&[Alarm { p: 0.01, ..alarms[0].clone() }], 1_000), [false]);
    }
}

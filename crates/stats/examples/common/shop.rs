//! A shop in a test: revenue per visitor is zero for most and lognormal for the few who buy, as in the peers' scripts.
//! Only the day's sums are drawn: the number of buyers is binomial, and only buyers have an amount.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution, StandardNormal};
use stats::experiment::{ArmSums, Metric, UnitFigures, difference};
use stats::normal;
use stats::sequential::{Decision, Design, Look, Monitor, SequentialError};

/// Days of a run.
pub const DAYS: usize = 30;

/// Revenue per visitor.
#[derive(Debug, Clone, Copy)]
pub struct Revenue {
    /// Share of visitors who buy.
    pub conversion: f64,
    /// Standard deviation of the logarithm of an order's amount; its mean is 4.
    pub sigma: f64,
}

impl Revenue {
    /// Mean per visitor.
    pub fn mean(self) -> f64 {
        self.conversion * (4.0 + self.sigma.powi(2) / 2.0).exp()
    }

    /// Variance per visitor.
    pub fn variance(self) -> f64 {
        self.conversion * (8.0 + 2.0 * self.sigma.powi(2)).exp() - self.mean().powi(2)
    }
}

/// How visitors come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// As planned, the same every day and in both arms.
    Equal,
    /// Half at weekends; arms by the toss of a coin.
    Weekends,
    /// One day, at random, four times the rest; arms by the toss of a coin.
    Peak,
    /// Every day anywhere within ±40 % of plan, and the run as a whole too; arms by the toss of a coin.
    OffPlan,
    /// All three at once.
    Everything,
}

impl Traffic {
    /// All of them.
    #[allow(dead_code, reason = "used by the soak, not by its twin")]
    pub const ALL: [Traffic; 5] =
        [Traffic::Equal, Traffic::Weekends, Traffic::Peak, Traffic::OffPlan, Traffic::Everything];

    /// For tables.
    #[allow(dead_code, reason = "used by the soak, not by its twin")]
    pub fn name(self) -> &'static str {
        match self {
            Traffic::Equal => "equal",
            Traffic::Weekends => "weekends half",
            Traffic::Peak => "one day 4x",
            Traffic::OffPlan => "±40 % of plan",
            Traffic::Everything => "all three",
        }
    }

    /// Visitors on each day in (control, treatment), `plan` per arm and day on average.
    fn draw(self, plan: u64, share: f64, rng: &mut impl Rng) -> Vec<(u64, u64)> {
        if self == Traffic::Equal {
            let treated = (2.0 * plan as f64 * share).round() as u64;
            return vec![(2 * plan - treated, treated); DAYS];
        }
        let all = self == Traffic::Everything;
        let peak = rng.random_range(0..DAYS);
        let level: f64 = rng.random_range(0.6..1.4);
        (0..DAYS)
            .map(|day| {
                let mut visitors = 2.0 * plan as f64;
                if (all || self == Traffic::Weekends) && day % 7 >= 5 {
                    visitors *= 0.5;
                }
                if (all || self == Traffic::Peak) && day == peak {
                    visitors *= 4.0;
                }
                if all || self == Traffic::OffPlan {
                    visitors *= level * rng.random_range(0.6..1.4);
                }
                let visitors = visitors.round() as u64;
                let treated = binomial(visitors, share, rng);
                (visitors - treated, treated)
            })
            .collect()
    }
}

/// One kind of run.
#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    pub revenue: Revenue,
    pub traffic: Traffic,
    /// Planned visitors per arm and day, averaged over the arms.
    pub plan: u64,
    /// Share of all visitors who are treated; one half but for holdouts.
    pub treated_share: f64,
    /// True relative lift, by more buyers.
    pub lift: f64,
}

/// How one run ended.
#[derive(Debug, Clone, Copy)]
pub struct End {
    pub decision: Decision,
    /// 1-based day of the decision.
    pub day: usize,
    pub estimate: f64,
    pub covers: bool,
    /// What a t-test, made once on the last day, says.
    pub single_rejects: bool,
}

/// A day's visitors of one arm.
fn add_day(arm: &mut ArmSums, visitors: u64, conversion: f64, sigma: f64, rng: &mut impl Rng) {
    let buyers = binomial(visitors, conversion, rng);
    arm.units += visitors - buyers;
    for _ in 0..buyers {
        let z: f64 = StandardNormal.sample(rng);
        arm.add(UnitFigures { value: (4.0 + sigma * z).exp(), ..UnitFigures::default() });
    }
}

fn binomial(n: u64, p: f64, rng: &mut impl Rng) -> u64 {
    Binomial::new(n, p).map_or(0, |b| b.sample(rng))
}

impl Scenario {
    /// True absolute difference.
    pub fn difference(&self) -> f64 {
        self.lift * self.revenue.mean()
    }

    /// Expectation of z at the horizon when traffic is as planned.
    pub fn drift(&self) -> f64 {
        let treated = Revenue { conversion: self.revenue.conversion * (1.0 + self.lift), ..self.revenue };
        let n = self.plan as f64 * DAYS as f64;
        self.difference() / ((self.revenue.variance() + treated.variance()) / n).sqrt()
    }

    /// Plays one run, read daily by `design`, error spent by the calendar.
    pub fn play(&self, design: &Design, seed: u64, run: u64) -> Result<End, SequentialError> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(run);
        let mut monitor = Monitor::new(design)?;
        let (mut control, mut treated) = (ArmSums::default(), ArmSums::default());
        let mut single_rejects = false;
        let visitors = self.traffic.draw(self.plan, self.treated_share, &mut rng);
        for (day, (to_control, to_treated)) in visitors.into_iter().enumerate() {
            let Revenue { conversion, sigma } = self.revenue;
            add_day(&mut control, to_control, conversion, sigma, &mut rng);
            add_day(&mut treated, to_treated, conversion * (1.0 + self.lift), sigma, &mut rng);
            let Some(found) = difference(&control, &treated, Metric::Mean, false) else { continue };
            let (n0, n1) = (control.units as f64, treated.units as f64);
            if !monitor.has_ended() {
                monitor.read(&Look {
                    estimate: found.estimate,
                    standard_error: found.standard_error,
                    information: Some(n0 * n1 / (n0 + n1)),
                    spending_time: Some((day + 1) as f64 / DAYS as f64),
                })?;
            }
            single_rejects = found.z().is_some_and(|z| z.abs() > normal::upper_quantile(0.025));
        }
        let outcome = monitor.outcome();
        Ok(End {
            decision: outcome.decision,
            day: outcome.stopped_look.unwrap_or(DAYS),
            estimate: outcome.estimate,
            covers: (outcome.ci_low..=outcome.ci_high).contains(&self.difference()),
            single_rejects,
        })
    }
}

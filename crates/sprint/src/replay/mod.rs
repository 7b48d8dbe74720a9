//! Replay: what the miners would have sized some fortnights ago, each on the snapshot of that day, against what those
//! customers and products then did. It sets how loudly each miner may speak.
//!
//! What a miner is held to is [`miners::Expected`]: people of the pool who buy what the opportunity is about within the
//! fortnight, and what they pay for it, if nobody does anything. [`miners::pool::Outcome`] says what that is.

pub mod calibrate;

use std::collections::BTreeMap;

use domain::{Day, DayRange, InstantMs, Money};
use serde::{Deserialize, Serialize};
use store::replays::{self, ReplayRow};

pub use calibrate::Ratio;

use crate::{
    Context, SprintError,
    miners::{self, Found, Frame, Miner, Opportunity, Silence, pool},
};

/// Days of a fortnight.
pub const FORTNIGHT_DAYS: i32 = 14;
/// Fortnights that are replayed unless somebody asks for more.
pub const FORTNIGHTS: usize = 6;
/// Most fortnights of one run: a year.
pub const MOST_FORTNIGHTS: usize = 26;
/// Days of orders before the first replayed day.
const MIN_HISTORY_DAYS: i32 = 84;

/// One opportunity against what happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The miner.
    pub miner: Miner,
    /// Whom it was about.
    pub segment: miners::SegmentKind,
    /// Titles of the products, the leading one first.
    pub products: Vec<String>,
    /// About the whole shop.
    pub is_shop_wide: bool,
    /// People in the pool.
    pub people: i64,
    /// People expected to buy.
    pub expected_people: f64,
    /// What they were expected to pay, minor units.
    pub expected_minor: i64,
    /// How many bought.
    pub bought: i64,
    /// What they paid, minor units.
    pub bought_minor: i64,
    /// How many would have bought if they were any active customers.
    pub comparable: f64,
}

/// One fortnight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fortnight {
    /// The day of the snapshot: nothing of it or later was known.
    pub as_of: Day,
    /// The days that followed.
    pub flight: DayRange,
    /// Opportunities with an expectation.
    pub records: Vec<Record>,
    /// Miners that were silent that day.
    pub silences: Vec<Silence>,
}

/// One miner over all fortnights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// The miner.
    pub miner: Miner,
    /// Fortnights in which it sized something.
    pub heard: usize,
    /// Opportunities it sized.
    pub opportunities: usize,
    /// People in their pools; who is in several counts in each.
    pub people: i64,
    /// People expected to buy.
    pub expected_people: f64,
    /// How many bought.
    pub bought: i64,
    /// How many would have if they were any active customers.
    pub comparable: f64,
    /// Money expected, minor units.
    pub expected_minor: i64,
    /// Money that came, minor units.
    pub bought_minor: i64,
    /// People bought over people expected.
    pub of_people: Option<Ratio>,
    /// Money over money expected.
    pub of_money: Option<Ratio>,
    /// How loudly it may speak: multiplies the weight of its opportunities.
    pub loudness: f64,
    /// Why it was silent last, where it never spoke.
    pub silence: Option<Silence>,
}

/// A run of Replay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    /// The day after the last one that counted.
    pub until: Day,
    /// Oldest first.
    pub fortnights: Vec<Fortnight>,
    /// By miner.
    pub miners: Vec<Calibration>,
    /// Error of people, walking forward: the root of the Poisson deviance per person that came ([`calibrate::Walk`]), as
    /// sized. Small ones read as a share: 0.2 is off by about a fifth.
    pub error_as_sized: Option<f64>,
    /// The same with the factors learnt on the fortnights before.
    pub error_calibrated: Option<f64>,
}

/// What a run will do: the days it stands on, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The day after the last one that counts.
    pub until: Day,
    /// The day of each snapshot.
    pub days: Vec<Day>,
}

/// Which days can be replayed: at most `fortnights`, as far as the orders reach back.
///
/// # Errors
/// A query fails, or the orders do not reach back far enough for one.
pub async fn plan(ctx: &Context, fortnights: usize) -> Result<Plan, SprintError> {
    let today = ctx.today();
    let snapshot = ctx.lake.snapshot(today.start_in(&ctx.zone)).await?;
    let flight = DayRange { from: today, to: today.plus(FORTNIGHT_DAYS - 1) };
    let Some(frame) = Frame::load(&snapshot, flight, ctx.brand.currency, &[]).await? else {
        return Err(SprintError::refused("There are no orders yet. Import your shop's order export first."));
    };
    let wanted = fortnights.clamp(1, MOST_FORTNIGHTS) as i32;
    let days: Vec<Day> = (1..=wanted)
        .rev()
        .map(|back| frame.until.plus(-back * FORTNIGHT_DAYS))
        .filter(|day| day.days_since(frame.first_day) >= MIN_HISTORY_DAYS)
        .collect();
    if days.is_empty() {
        let need = MIN_HISTORY_DAYS + FORTNIGHT_DAYS;
        let have = frame.history_days();
        return Err(SprintError::refused(format!(
            "Replay needs {need} days of orders, and there are {have}. Import an older export."
        )));
    }
    Ok(Plan { until: frame.until, days })
}

/// Replays the fortnight that began on `as_of`: one step of the work.
///
/// # Errors
/// A query fails.
pub async fn fortnight(ctx: &Context, as_of: Day) -> Result<Fortnight, SprintError> {
    let flight = DayRange { from: as_of, to: as_of.plus(FORTNIGHT_DAYS - 1) };
    let then = ctx.lake.snapshot(as_of.start_in(&ctx.zone)).await?;
    let mut step = Fortnight { as_of, flight, records: Vec::new(), silences: Vec::new() };
    let Some(frame) = Frame::load(&then, flight, ctx.brand.currency, &[]).await? else { return Ok(step) };
    let frame = frame.without_stock();
    let found = miners::mine(&then, &frame).await?;
    drop(then);
    let later = ctx.lake.snapshot(ctx.today().start_in(&ctx.zone)).await?;
    let kinds = pool::kinds(&found.opportunities);
    let read = kinds.iter().map(|kind| pool::happened(&later, &frame, kind));
    for (kind, read) in kinds.iter().zip(futures::future::join_all(read).await) {
        let (happened, _) = read?;
        step.records.extend(kind.iter().filter_map(|item| {
            // A pool in which nobody is found has no row.
            record(ctx, item, happened.get(&item.key()).copied().unwrap_or_default())
        }));
    }
    step.records.sort_by(|a, b| (a.miner, a.segment, &a.products).cmp(&(b.miner, b.segment, &b.products)));
    step.silences = found.silences;
    Ok(step)
}

fn record(ctx: &Context, item: &Opportunity, happened: pool::Happened) -> Option<Record> {
    let expected = item.expected?;
    Some(Record {
        miner: item.miner,
        segment: item.segment,
        products: item.products.iter().map(|product| product.title.clone()).collect(),
        is_shop_wide: item.is_shop_wide,
        people: item.pool.people,
        expected_people: expected.people,
        expected_minor: expected.money_minor,
        bought: happened.bought,
        bought_minor: ctx.money_from_micros(happened.bought_micros).minor,
        comparable: happened.comparable(),
    })
}

/// What the fortnights say together.
pub fn conclude(until: Day, fortnights: Vec<Fortnight>) -> Replay {
    let sums: Vec<Vec<Sums>> =
        fortnights.iter().map(|step| Miner::ALL.map(|miner| Sums::of(miner, step)).to_vec()).collect();
    let by_miner = |at: usize, pair: fn(&Sums) -> (f64, f64)| -> Vec<(f64, f64)> {
        sums.iter().map(|step| &step[at]).filter(|sums| sums.expected_people > 0.0).map(pair).collect()
    };
    let people: Vec<Vec<(f64, f64)>> = (0..Miner::ALL.len()).map(|at| by_miner(at, Sums::people)).collect();
    let factors = calibrate::factors(&people);
    let miners: Vec<Calibration> = Miner::ALL
        .into_iter()
        .enumerate()
        .map(|(at, miner)| calibration(miner, &fortnights, (&people[at], &by_miner(at, Sums::money)), factors[at]))
        .collect();
    let steps: Vec<Vec<Option<(f64, f64)>>> = sums
        .iter()
        .map(|step| step.iter().map(|sums| Some(sums.people()).filter(|(expected, _)| *expected > 0.0)).collect())
        .collect();
    let (as_sized, calibrated) = calibrate::walk(&steps).errors().unzip();
    Replay { until, fortnights, miners, error_as_sized: as_sized, error_calibrated: calibrated }
}

/// What one miner expected in a fortnight and what came; money in minor units.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    expected_people: f64,
    bought: f64,
    expected_minor: f64,
    bought_minor: f64,
}

impl Sums {
    fn of(miner: Miner, step: &Fortnight) -> Sums {
        step.records.iter().filter(|record| record.miner == miner).fold(Sums::default(), |sums, record| Sums {
            expected_people: sums.expected_people + record.expected_people,
            bought: sums.bought + record.bought as f64,
            expected_minor: sums.expected_minor + record.expected_minor as f64,
            bought_minor: sums.bought_minor + record.bought_minor as f64,
        })
    }

    fn people(&self) -> (f64, f64) {
        (self.expected_people, self.bought)
    }

    fn money(&self) -> (f64, f64) {
        (self.expected_minor, self.bought_minor)
    }
}

type Pairs = Vec<(f64, f64)>;

fn calibration(miner: Miner, fortnights: &[Fortnight], (people, money): (&Pairs, &Pairs), factor: f64) -> Calibration {
    let records = || fortnights.iter().flat_map(|step| &step.records).filter(|record| record.miner == miner);
    let bought: i64 = records().map(|record| record.bought).sum();
    let bought_minor: i64 = records().map(|record| record.bought_minor).sum();
    let of_people = calibrate::ratio(people, 1.0, factor);
    Calibration {
        miner,
        heard: people.len(),
        opportunities: records().count(),
        people: records().map(|record| record.people).sum(),
        expected_people: records().map(|record| record.expected_people).sum(),
        bought,
        comparable: records().map(|record| record.comparable).sum(),
        expected_minor: records().map(|record| record.expected_minor).sum(),
        bought_minor,
        of_people,
        // Who comes decides what is paid: money follows people.
        of_money: calibrate::ratio(money, bought_minor as f64 / bought.max(1) as f64, factor),
        loudness: of_people.map_or(1.0, |ratio| calibrate::loudness(ratio.factor)),
        silence: fortnights
            .iter()
            .rev()
            .flat_map(|step| &step.silences)
            .find(|silence| silence.miner == miner && records().next().is_none())
            .cloned(),
    }
}

/// Replays and keeps the result, step by step: `progress` is told how many of how many fortnights are done.
///
/// # Errors
/// There is too little history, or a query fails.
pub async fn run(
    ctx: &Context,
    fortnights: usize,
    mut progress: impl FnMut(usize, usize),
) -> Result<Replay, SprintError> {
    let plan = plan(ctx, fortnights).await?;
    let mut done = Vec::with_capacity(plan.days.len());
    for day in &plan.days {
        progress(done.len(), plan.days.len());
        done.push(fortnight(ctx, *day).await?);
    }
    progress(done.len(), plan.days.len());
    let replay = conclude(plan.until, done);
    save(ctx, &replay).await?;
    Ok(replay)
}

/// Keeps a run: from now on it is the newest.
///
/// # Errors
/// The database refused.
pub async fn save(ctx: &Context, replay: &Replay) -> Result<(), SprintError> {
    let as_of_seq = ctx.lake.snapshot(ctx.now).await?.as_of_seq();
    let row = ReplayRow { made_at: ctx.now, made_by: ctx.actor.clone(), as_of_seq, document: replay };
    let mut tx = ctx.store.begin().await?;
    replays::add(&mut tx, &row).await?;
    let detail = format!("{} fortnights up to {}", replay.fortnights.len(), replay.until);
    ctx.record(&mut tx, (None, None), "replay.run", "Replay", &detail).await?;
    tx.commit().await?;
    Ok(())
}

/// The newest run and when it was made.
///
/// # Errors
/// The database refused. A document of an older form counts as none.
pub async fn newest(ctx: &Context) -> Result<Option<(InstantMs, Replay)>, SprintError> {
    match replays::newest::<Replay>(&ctx.store).await {
        Ok(row) => Ok(row.map(|row| (row.made_at, row.document))),
        Err(store::StoreError::Document { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Lets the newest Replay speak on what was found: expected figures are multiplied by their miner's factors, and every
/// opportunity carries its miner's loudness.
///
/// # Errors
/// The database refused.
pub async fn listen(ctx: &Context, found: &mut Found) -> Result<(), SprintError> {
    if let Some((_, replay)) = newest(ctx).await? {
        apply(found, &replay.miners);
    }
    Ok(())
}

/// [`listen`] with calibrations at hand.
pub fn apply(found: &mut Found, miners: &[Calibration]) {
    let by: BTreeMap<Miner, &Calibration> = miners.iter().map(|one| (one.miner, one)).collect();
    for item in &mut found.opportunities {
        let Some(calibration) = by.get(&item.miner) else { continue };
        item.voice = calibration.loudness;
        if let Some(expected) = &mut item.expected {
            let factor = |ratio: Option<Ratio>| ratio.map_or(1.0, |ratio| ratio.factor);
            expected.people = (expected.people * factor(calibration.of_people)).min(item.pool.people as f64);
            expected.money_minor = (expected.money_minor as f64 * factor(calibration.of_money)).round() as i64;
        }
    }
}

/// What a calibration comes to, in a sentence.
pub fn sentence(one: &Calibration, currency: domain::Currency) -> String {
    let Some(people) = one.of_people else {
        return match &one.silence {
            Some(silence) => format!("Silent: {} It has {} and needs {}.", silence.reason, silence.have, silence.need),
            None => "It sized nothing that an earlier fortnight could have told.".into(),
        };
    };
    let money = |minor: i64| Money::new(minor, currency);
    let held = match people {
        Ratio { low, .. } if low > 1.0 => "more came than it sized",
        Ratio { high, .. } if high < 1.0 => "it sized more than came",
        _ => "what it sized came, within its interval",
    };
    format!(
        "Expected {:.0} people and {}, {} came with {}: {held}.",
        one.expected_people,
        money(one.expected_minor),
        one.bought,
        money(one.bought_minor)
    )
}

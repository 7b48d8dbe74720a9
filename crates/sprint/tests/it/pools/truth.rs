//! Pools of the miners against the simulator's hidden state: precision and recall, one by one. Shared by the test and by
//! `cargo xtask soak replay`.
//!
//! What is true:
//! - **Due**: customer and product with a re-order habit, bought at least twice, whose own clock (last purchase plus their
//!   true mean cycle) rings in the flight, give or take [`GIVE_DAYS`]. Real gaps scatter around that clock by a third, so
//!   nobody could name the day; whether they have left since is not asked.
//! - **Once**: customers with one order whose first basket's true usual gap to a second order has passed, not three times
//!   over. The true gap is the median over everybody who began with it and ever came back, a year of the future included.
//! - **Gone**: of the fifth that spent most, those with three orders or more, silent for at least [`SILENT_GAPS`] of their
//!   usual gaps and 30 days, who have truly left for good. Who has just left looks like everybody else.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Day, DayRange, InstantMs, facts::Order};
use jiff::tz::TimeZone;
use simulate::{Config, World};
use sprint::miners::{lapsed, replenishment, second_order};

/// Days by which a clock may miss the flight and still count.
pub const GIVE_DAYS: i32 = 7;
/// Fewer gaps of silence say nothing yet.
pub const SILENT_GAPS: f64 = 2.0;

/// How a pool overlaps with the truth.
#[derive(Debug, Clone, Copy)]
pub struct Overlap {
    pub found: usize,
    pub truth: usize,
    pub both: usize,
}

impl Overlap {
    fn of<T: Ord>(found: &BTreeSet<T>, truth: &BTreeSet<T>) -> Overlap {
        Overlap { found: found.len(), truth: truth.len(), both: found.intersection(truth).count() }
    }

    pub fn precision(self) -> f64 {
        self.both as f64 / self.found.max(1) as f64
    }

    pub fn recall(self) -> f64 {
        self.both as f64 / self.truth.max(1) as f64
    }
}

/// The three pools of one seed.
#[derive(Debug, Clone, Copy)]
pub struct Pools {
    pub due: Overlap,
    /// Against the clocks that ring in the flight to the day.
    pub due_to_the_day: Overlap,
    pub once: Overlap,
    pub gone: Overlap,
}

/// A simulated shop as of its last day, its context, and what it looks like a year later.
pub struct Planted {
    _folder: tempfile::TempDir,
    pub ctx: sprint::Context,
    pub world: World,
    pub today: Day,
}

/// Builds the shop of a seed.
pub async fn plant(config: Config) -> Planted {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { zone: TimeZone::UTC, ..config };
    let today = config.last_day().plus(1);
    let mut world = World::new(config);
    world.run_until(today.plus(-1));
    let now = InstantMs(today.start_in(&TimeZone::UTC).0);
    let ctx = crate::common::context(folder.path(), crate::common::brand("Planted", "EUR"), now).await;
    crate::common::put(&ctx, &world.order_facts()).await;
    Planted { _folder: folder, ctx, world, today }
}

impl Planted {
    /// The folder that must outlive its store and lake.
    #[allow(dead_code, reason = "not every binary needs it")]
    pub fn into_folder(self) -> tempfile::TempDir {
        self._folder
    }
}

/// Holds the pools against the truth.
pub async fn overlap(planted: &mut Planted) -> Pools {
    let today = planted.today;
    let flight = DayRange { from: today, to: today.plus(13) };
    let truth = planted.world.pool_truth(flight);
    let orders = planted.world.order_facts();
    planted.world.run_until(today.plus(365));
    let future = planted.world.order_facts();
    let snapshot = planted.ctx.lake.snapshot(planted.ctx.now).await.unwrap();
    let read = async |sql: String| {
        let table = snapshot.query(&sql).await.unwrap();
        let rows = table.iter();
        rows.map(|row| (row.text("customer_id").unwrap().to_owned(), row.text("k").unwrap().to_owned()))
            .collect::<BTreeSet<_>>()
    };
    let people = |pairs: BTreeSet<(String, String)>| pairs.into_iter().map(|(who, _)| who).collect::<BTreeSet<_>>();

    let skus: BTreeSet<&str> = truth.clocks.keys().map(|(_, sku)| sku.as_str()).collect();
    let skus: Vec<&str> = skus.into_iter().collect();
    let due = read(replenishment::members(today, flight, Some(&skus))).await;
    let ringing = |give: i32| {
        let clocks = truth.clocks.iter();
        clocks
            .filter(|(_, day)| **day >= flight.from.plus(-give) && **day <= flight.to.plus(give))
            .map(|(pair, _)| pair.clone())
            .collect::<BTreeSet<_>>()
    };
    let once = people(read(second_order::members(today, None)).await);
    let late = late(&orders, &future, today);
    let gone = people(read(lapsed::members(today, None)).await);
    let left = left(&orders, today).intersection(&truth.gone).cloned().collect();
    Pools {
        due: Overlap::of(&due, &ringing(GIVE_DAYS)),
        due_to_the_day: Overlap::of(&due, &ringing(0)),
        once: Overlap::of(&once, &late),
        gone: Overlap::of(&gone, &left),
    }
}

/// Days with an order, and what was bought on each.
type Rhythm = (BTreeSet<i32>, BTreeMap<i32, BTreeSet<String>>);

/// The rhythm of every customer.
fn rhythm(orders: &[Order]) -> BTreeMap<String, Rhythm> {
    let mut all: BTreeMap<String, Rhythm> = BTreeMap::new();
    for order in orders.iter().filter(|order| !order.is_cancelled) {
        let Some(who) = &order.customer_key else { continue };
        let day = order.placed_at.day_in(&TimeZone::UTC).epoch_days();
        let (days, baskets) = all.entry(who.clone()).or_default();
        days.insert(day);
        baskets.entry(day).or_default().extend(order.lines.iter().map(|line| line.product_id.clone()));
    }
    all
}

fn late(orders: &[Order], future: &[Order], today: Day) -> BTreeSet<String> {
    let mut gaps: BTreeMap<String, Vec<i32>> = BTreeMap::new();
    for (days, baskets) in rhythm(future).values() {
        let mut days = days.iter();
        if let (Some(first), Some(second)) = (days.next(), days.next())
            && *first < today.epoch_days()
        {
            for sku in &baskets[first] {
                gaps.entry(sku.clone()).or_default().push(second - first);
            }
        }
    }
    let usual: BTreeMap<String, i32> = gaps
        .into_iter()
        .filter(|(_, gaps)| gaps.len() >= 20)
        .map(|(sku, mut gaps)| {
            gaps.sort_unstable();
            (sku, gaps[gaps.len() / 2])
        })
        .collect();
    let t = today.epoch_days();
    rhythm(orders)
        .into_iter()
        .filter(|(_, (days, baskets))| {
            let Some(first) = days.first().filter(|_| days.len() == 1) else { return false };
            let gap = baskets[first].iter().filter_map(|sku| usual.get(sku)).max();
            gap.is_some_and(|gap| first + gap < t && first + 3 * gap >= t)
        })
        .map(|(who, _)| who)
        .collect()
}

fn left(orders: &[Order], today: Day) -> BTreeSet<String> {
    let mut spent: BTreeMap<&str, i64> = BTreeMap::new();
    for order in orders {
        if let Some(who) = &order.customer_key {
            let lines: i64 = order.lines.iter().map(|line| line.quantity * line.unit_price_micros).sum();
            *spent.entry(who.as_str()).or_default() += lines - order.discount_micros - order.refunded_micros;
        }
    }
    let mut ranked: Vec<(&str, i64)> = spent.into_iter().filter(|(_, net)| *net > 0).collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let best: BTreeSet<&str> = ranked[..ranked.len() / 5].iter().map(|(who, _)| *who).collect();
    let t = today.epoch_days();
    rhythm(orders)
        .into_iter()
        .filter(|(who, (days, _))| {
            let (Some(first), Some(last)) = (days.first(), days.last()) else { return false };
            let silent = t - last;
            let gap = f64::from(last - first) / (days.len().max(2) - 1) as f64;
            best.contains(who.as_str())
                && days.len() >= 3
                && (30..=540).contains(&silent)
                && f64::from(silent) >= SILENT_GAPS * gap
        })
        .map(|(who, _)| who)
        .collect()
}

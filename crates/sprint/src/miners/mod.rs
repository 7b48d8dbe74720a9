//! Fourteen opportunity miners: SQL on a snapshot, each answer with its countable pool and the query behind it.
//!
//! Rules they share: only product lines of sales count; money is what customers paid, returns deducted; people are
//! known customers; a pool is counted, never forecast. Where data is thin a miner is silent and says what it lacks.

mod arrivals;
mod discount;
mod expect;
mod fatigue;
mod frame;
pub mod lapsed;
pub mod pool;
mod region;
pub mod replenishment;
mod reviews;
mod rising;
mod season;
pub mod second_order;
mod sized;
mod sql;
mod stock;
mod substitute;
mod together;
mod viewed;

use std::collections::BTreeMap;

use domain::sprint::{Evidence, Pool};
use lake::Snapshot;
use serde::{Deserialize, Serialize};

pub use expect::Expected;
pub use frame::{Frame, ProductInfo};
pub(crate) use together::are_versions;

use crate::SprintError;

/// Fewer people than this are not a pool worth a concept.
pub const MIN_PEOPLE: i64 = 15;
/// How many opportunities each miner hands on.
const KEEP: usize = 14;

/// The miners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Miner {
    /// Products whose orders grow faster than the shop.
    RisingProducts,
    /// Customers whose usual gap for a product ends inside the flight.
    ReplenishmentDue,
    /// One-time buyers past the usual gap to a second order.
    SecondOrderGap,
    /// The best fifth of customers, silent for more than 2.5 of their usual gaps.
    LapsedHighValue,
    /// Pairs bought together; people who have only one of the two.
    BoughtTogether,
    /// What sold in the coming weeks last year; people who bought then and not since.
    SeasonAhead,
    /// Known customers who looked at a product and have not bought it since.
    ViewedNotBought,
    /// Well-earning products that lie on the shelf too long; customers of their category without them.
    StockImbalance,
    /// Ads that are clicked clearly less than before.
    AdFatigue,
    /// Customers who order again and again, but mostly with a code.
    DiscountDependence,
    /// Products first sold lately; customers of their category without them.
    NewArrivals,
    /// Products that one country buys clearly less often than the others.
    RegionGap,
    /// What reviews of one product repeat; customers of its category without it.
    ReviewsSay,
    /// Products out of stock; their buyers without what replaces them.
    SubstituteAfterStockOut,
}

impl Miner {
    /// All of them.
    pub const ALL: [Miner; 14] = [
        Miner::RisingProducts,
        Miner::ReplenishmentDue,
        Miner::SecondOrderGap,
        Miner::LapsedHighValue,
        Miner::BoughtTogether,
        Miner::SeasonAhead,
        Miner::ViewedNotBought,
        Miner::StockImbalance,
        Miner::AdFatigue,
        Miner::DiscountDependence,
        Miner::NewArrivals,
        Miner::RegionGap,
        Miner::ReviewsSay,
        Miner::SubstituteAfterStockOut,
    ];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Miner::RisingProducts => "rising_products",
            Miner::ReplenishmentDue => "replenishment_due",
            Miner::SecondOrderGap => "second_order_gap",
            Miner::LapsedHighValue => "lapsed_high_value",
            Miner::BoughtTogether => "bought_together",
            Miner::SeasonAhead => "season_ahead",
            Miner::ViewedNotBought => "viewed_not_bought",
            Miner::StockImbalance => "stock_imbalance",
            Miner::AdFatigue => "ad_fatigue",
            Miner::DiscountDependence => "discount_dependence",
            Miner::NewArrivals => "new_arrivals",
            Miner::RegionGap => "region_gap",
            Miner::ReviewsSay => "reviews_say",
            Miner::SubstituteAfterStockOut => "substitute_after_stock_out",
        }
    }

    /// How a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Miner::RisingProducts => "Rising products",
            Miner::ReplenishmentDue => "Due for reorder",
            Miner::SecondOrderGap => "Second order missing",
            Miner::LapsedHighValue => "Best customers gone quiet",
            Miner::BoughtTogether => "Bought together",
            Miner::SeasonAhead => "Season ahead",
            Miner::ViewedNotBought => "Looked at, not bought",
            Miner::StockImbalance => "Margin on the shelf",
            Miner::AdFatigue => "Tired ads",
            Miner::DiscountDependence => "Only with a code",
            Miner::NewArrivals => "New and near their taste",
            Miner::RegionGap => "Region gap",
            Miner::ReviewsSay => "What reviews keep saying",
            Miner::SubstituteAfterStockOut => "Sold out, something else in",
        }
    }
}

/// Which people an opportunity is about; its label is the concept's segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// Bought lately, never this.
    NeverTried,
    /// Ordered for the first time lately, with this in the basket.
    NewFaces,
    /// Their usual gap for this ends inside the flight.
    DueToReorder,
    /// One order so far, past the usual gap.
    BoughtOnce,
    /// Best fifth, gone quiet.
    LapsedBest,
    /// Have one of a pair.
    OwnOneOfPair,
    /// Bought this in the same weeks last year.
    LastSeason,
    /// Looked at it and left it.
    LookedAtIt,
    /// Buy from the category of a product that lies too long.
    FullShelf,
    /// Like those who came by ads that are now tired.
    TiredAudience,
    /// Order mostly with a code.
    OnlyWithACode,
    /// Buy from the category of a new product.
    NewNearTaste,
    /// Live where it is hardly bought.
    RegionWithout,
    /// Buy from the category of a product whose reviews repeat something.
    PraisedUntried,
    /// Bought what is now out of stock.
    MissTheirs,
}

impl SegmentKind {
    /// How a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            SegmentKind::NeverTried => "Active customers who never tried it",
            SegmentKind::NewFaces => "People like your newest customers",
            SegmentKind::DueToReorder => "Regulars due to reorder",
            SegmentKind::BoughtOnce => "Bought once, not back yet",
            SegmentKind::LapsedBest => "Best customers gone quiet",
            SegmentKind::OwnOneOfPair => "Own one of the pair",
            SegmentKind::LastSeason => "Bought it this time last year",
            SegmentKind::LookedAtIt => "Looked at it, did not buy",
            SegmentKind::FullShelf => "Buy its kind, never had this one",
            SegmentKind::TiredAudience => "People your tired ads used to reach",
            SegmentKind::OnlyWithACode => "Order again, mostly with a code",
            SegmentKind::NewNearTaste => "Buy its kind, have not seen the new one",
            SegmentKind::RegionWithout => "A country that passes it by",
            SegmentKind::PraisedUntried => "Buy its kind, never tried the praised one",
            SegmentKind::MissTheirs => "Their usual is out of stock",
        }
    }
}

/// Something the data says could be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opportunity {
    /// The miner it came out of.
    pub miner: Miner,
    /// Whom it is about.
    pub segment: SegmentKind,
    /// The products, the leading one first; the owned one first in a pair.
    pub products: Vec<ProductInfo>,
    /// True when it is about the whole shop and the products only stand for it.
    pub is_shop_wide: bool,
    /// The countable people.
    pub pool: Pool,
    /// Numbers for sentences, all read or computed from the evidence.
    pub numbers: BTreeMap<String, f64>,
    /// Words for sentences besides names and numbers: a country, a phrase, a quote and its `review_id`.
    #[serde(default)]
    pub words: BTreeMap<String, String>,
    /// What its people are expected to do within the flight by themselves; `None` where the history is too short for a
    /// base rate or the pool only stands for strangers.
    #[serde(default)]
    pub expected: Option<Expected>,
    /// How loudly its miner may speak: 1 until Replay has measured it; multiplies the opportunity's weight.
    #[serde(default = "plain_voice")]
    pub voice: f64,
    /// 0 to 1: how clear the signal is among its miner's.
    pub strength: f64,
    /// The query and what it gave.
    pub evidence: Evidence,
}

fn plain_voice() -> f64 {
    1.0
}

/// A miner that has nothing to say, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// The miner.
    pub miner: Miner,
    /// Why, in a sentence.
    pub reason: String,
    /// What there is.
    pub have: String,
    /// What it would take.
    pub need: String,
}

/// What the miners found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Found {
    /// Opportunities, by miner.
    pub opportunities: Vec<Opportunity>,
    /// Silent miners.
    pub silences: Vec<Silence>,
}

/// Runs all miners.
///
/// # Errors
/// A query fails.
pub async fn mine(snapshot: &Snapshot, frame: &Frame) -> Result<Found, SprintError> {
    // Together: a query over a small history keeps one core busy.
    let first = futures::join!(
        rising::mine(snapshot, frame),
        replenishment::mine(snapshot, frame),
        second_order::mine(snapshot, frame),
        lapsed::mine(snapshot, frame),
        together::mine(snapshot, frame),
        season::mine(snapshot, frame),
    );
    let second = futures::join!(
        viewed::mine(snapshot, frame),
        stock::mine(snapshot, frame),
        fatigue::mine(snapshot, frame),
        discount::mine(snapshot, frame),
        arrivals::mine(snapshot, frame),
        region::mine(snapshot, frame),
        reviews::mine(snapshot, frame),
        substitute::mine(snapshot, frame),
    );
    let mut found = Found::default();
    let first = [first.0, first.1, first.2, first.3, first.4, first.5];
    let second = [second.0, second.1, second.2, second.3, second.4, second.5, second.6, second.7];
    for mined in first.into_iter().chain(second) {
        let mined = mined?;
        match mined {
            Ok(mut opportunities) => found.opportunities.append(&mut opportunities),
            Err(silence) => found.silences.push(silence),
        }
    }
    expect::fill(snapshot, frame, &mut found.opportunities).await?;
    Ok(found)
}

/// What one miner says: opportunities, or why there are none.
type Mined = Result<Vec<Opportunity>, Silence>;

fn silent(miner: Miner, reason: &str, have: impl Into<String>, need: impl Into<String>) -> Mined {
    Err(Silence { miner, reason: reason.to_owned(), have: have.into(), need: need.into() })
}

/// What an opportunity is about.
type About = (Miner, SegmentKind);

/// Turns the rows of a discovery into opportunities: one a row whose product the brief wants, evidence being the
/// discovery restricted to that product. `columns` are the columns kept as values and as numbers.
fn from_rows(
    snapshot: &Snapshot,
    frame: &Frame,
    (miner, segment): About,
    discovery: &str,
    columns: &[&str],
    table: &lake::Table,
) -> Result<Vec<Opportunity>, SprintError> {
    let mut kept = Vec::new();
    for row in table.iter() {
        let product_id = row.text("product_id")?;
        let Some(product) = frame.product(product_id).filter(|product| frame.wants(product)) else { continue };
        if row.int("people")? < MIN_PEOPLE {
            continue;
        }
        let sql = format!(
            "SELECT {} FROM ({discovery}) AS found WHERE product_id = {}",
            columns.join(", "),
            lake::quote(product_id)
        );
        let mut evidence = crate::evidence::from_row(snapshot, miner.as_str(), sql, &row);
        evidence.values.retain(|column, _| columns.contains(&column.as_str()));
        kept.push(opportunity(frame, (miner, segment), vec![product.clone()], evidence));
        if kept.len() == KEEP {
            break;
        }
    }
    for (rank, opportunity) in kept.iter_mut().enumerate() {
        opportunity.strength = 1.0 - rank as f64 / KEEP as f64;
    }
    Ok(kept)
}

/// An opportunity whose pool stands in its evidence as `people` and `past_micros`.
fn opportunity(frame: &Frame, (miner, segment): About, products: Vec<ProductInfo>, evidence: Evidence) -> Opportunity {
    let numbers =
        evidence.values.iter().filter_map(|(column, value)| Some((column.clone(), value.as_f64()?))).collect();
    let past_micros = crate::evidence::int(&evidence, "past_micros");
    let past = domain::Money::from_micros(i128::from(past_micros), frame.currency);
    let pool = Pool { people: crate::evidence::int(&evidence, "people"), past_revenue_minor: past.minor };
    Opportunity {
        miner,
        segment,
        products,
        is_shop_wide: false,
        pool,
        numbers,
        words: BTreeMap::new(),
        expected: None,
        voice: 1.0,
        strength: 1.0,
        evidence,
    }
}

//! The data gate: what the data supports, with numbers, and the export that would mend what it does not.
//!
//! *Not ready* refuses: [`require`] is what the command line, the API and the pages ask before they let a capability work.

use domain::Day;
use lake::{LakeError, Snapshot};
use serde::{Deserialize, Serialize};

use crate::IntakeError;

/// What a capability may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Too little or broken: it refuses.
    NotReady,
    /// It works, and says that it stands on little.
    Thin,
    /// Enough.
    Ready,
}

impl Verdict {
    /// The words people read.
    pub fn label(self) -> &'static str {
        match self {
            Verdict::NotReady => "not ready",
            Verdict::Thin => "thin",
            Verdict::Ready => "ready",
        }
    }
}

/// Something Fortnight can do only with data that carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Concepts out of the brand's own numbers.
    Concepts,
    /// Products that sell faster than before.
    RisingProducts,
    /// Customers who are due to buy again.
    Replenishment,
    /// Customers who bought once and are overdue for a second time.
    SecondOrder,
    /// Good customers who went silent.
    LapsedCustomers,
    /// Products that are bought together.
    BoughtTogether,
    /// What the same weeks brought last year.
    SeasonAhead,
    /// Revenue against ad spend, with its expected range.
    MarketingEfficiency,
    /// Orders and revenue of one concept, by `utm_content`.
    ConceptMoney,
    /// Warnings before a featured product sells out.
    StockChecks,
    /// What is left of revenue after cost of goods and ads.
    Contribution,
}

impl Capability {
    /// All of them, in the order people read them.
    pub const ALL: [Capability; 11] = [
        Capability::Concepts,
        Capability::RisingProducts,
        Capability::Replenishment,
        Capability::SecondOrder,
        Capability::LapsedCustomers,
        Capability::BoughtTogether,
        Capability::SeasonAhead,
        Capability::MarketingEfficiency,
        Capability::ConceptMoney,
        Capability::StockChecks,
        Capability::Contribution,
    ];

    /// The word machines read, e.g. `rising_products`.
    pub fn as_str(self) -> &'static str {
        match self {
            Capability::Concepts => "concepts",
            Capability::RisingProducts => "rising_products",
            Capability::Replenishment => "replenishment",
            Capability::SecondOrder => "second_order",
            Capability::LapsedCustomers => "lapsed_customers",
            Capability::BoughtTogether => "bought_together",
            Capability::SeasonAhead => "season_ahead",
            Capability::MarketingEfficiency => "marketing_efficiency",
            Capability::ConceptMoney => "concept_money",
            Capability::StockChecks => "stock_checks",
            Capability::Contribution => "contribution",
        }
    }

    /// The name people read.
    pub fn title(self) -> &'static str {
        match self {
            Capability::Concepts => "Concepts from your numbers",
            Capability::RisingProducts => "Rising products",
            Capability::Replenishment => "Replenishment due",
            Capability::SecondOrder => "Second-order gap",
            Capability::LapsedCustomers => "Lapsed high-value customers",
            Capability::BoughtTogether => "Bought together",
            Capability::SeasonAhead => "Season ahead",
            Capability::MarketingEfficiency => "Revenue against ad spend",
            Capability::ConceptMoney => "Money per concept",
            Capability::StockChecks => "Stock warnings",
            Capability::Contribution => "Contribution after ads",
        }
    }
}

impl std::str::FromStr for Capability {
    type Err = IntakeError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Capability::ALL.into_iter().find(|capability| capability.as_str() == text);
        found.ok_or_else(|| IntakeError::UnknownCapability(text.to_owned()))
    }
}

/// One figure that decided.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// What is counted, with its unit.
    pub what: &'static str,
    /// How much there is.
    pub have: i64,
    /// How much makes it ready.
    pub ready_from: i64,
    /// How much lets it work at all.
    pub thin_from: i64,
}

impl Figure {
    fn verdict(&self) -> Verdict {
        match self.have {
            have if have >= self.ready_from => Verdict::Ready,
            have if have >= self.thin_from => Verdict::Thin,
            _ => Verdict::NotReady,
        }
    }
}

/// The gate of one capability.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gate {
    /// Which capability.
    pub capability: Capability,
    /// Its name for people.
    pub title: &'static str,
    /// May it work?
    pub verdict: Verdict,
    /// The verdict's reason in a sentence with its numbers.
    pub why: String,
    /// The figures that decided, the weakest first.
    pub figures: Vec<Figure>,
    /// The export that would mend it, in a sentence; `None` when ready.
    pub mend: Option<&'static str>,
}

fn group(value: i64) -> String {
    let sign = if value < 0 { "−" } else { "" };
    format!("{sign}{}", domain::group_thousands(value.unsigned_abs()))
}

const ORDERS_EXPORT: &str =
    "Import your orders, as far back as your shop exports them (`fortnight import shopify orders.csv`).";
const ADS_EXPORT: &str =
    "Import the daily report of your ad accounts, by day and ad, at least 8 weeks back (`fortnight import meta report.csv`).";
const FUNNEL_EXPORT: &str = "Import a GA4 export by day, source, medium, campaign and ad content (`fortnight import ga4 export.csv`).";
const PRODUCTS_EXPORT: &str = "Import your products with inventory (`fortnight import shopify products.csv`).";
const COST_EXPORT: &str = "Import your products with “Cost per item” filled in (`fortnight import shopify products.csv`).";

/// What the history holds, counted once.
#[derive(Debug, Default)]
struct Counts {
    orders: i64,
    customers: i64,
    repeaters: i64,
    one_time: i64,
    history_days: i64,
    recent_days: i64,
    reorders: i64,
    baskets: i64,
    ad_days: i64,
    funnel_days: i64,
    funnel_content: i64,
    with_stock: i64,
    with_cost: i64,
}

const ORDERS: &str = "SELECT COUNT(*) AS orders, MIN(day) AS first_day, MAX(day) AS last_day FROM orders WHERE kind = 'sale'";
const CUSTOMERS: &str = "SELECT COUNT(*) AS customers, COALESCE(SUM(CASE WHEN n >= 2 THEN 1 ELSE 0 END), 0) AS repeaters, \
COALESCE(SUM(CASE WHEN n = 1 THEN 1 ELSE 0 END), 0) AS one_time FROM (SELECT customer_id, COUNT(DISTINCT day) AS n FROM orders \
WHERE kind = 'sale' AND customer_id IS NOT NULL GROUP BY customer_id) c";
const REORDERS: &str = "SELECT COUNT(*) AS reorders FROM (SELECT customer_id, product_id FROM order_lines \
WHERE kind = 'sale' AND is_product AND quantity > 0 AND customer_id IS NOT NULL \
GROUP BY customer_id, product_id HAVING COUNT(DISTINCT day) >= 2) r";
const BASKETS: &str = "SELECT COUNT(*) AS baskets FROM (SELECT order_id FROM order_lines \
WHERE kind = 'sale' AND is_product AND quantity > 0 GROUP BY order_id HAVING COUNT(DISTINCT product_id) >= 2) b";
const ADS: &str = "SELECT COUNT(DISTINCT day) AS days FROM ad_totals WHERE spend_micros > 0";
const FUNNEL: &str = "SELECT COUNT(DISTINCT day) AS days, \
COALESCE(SUM(CASE WHEN content <> '' AND content <> '(not set)' THEN 1 ELSE 0 END), 0) AS content FROM funnel_days";
const PRODUCTS: &str = "SELECT COALESCE(SUM(CASE WHEN stock_units IS NOT NULL THEN 1 ELSE 0 END), 0) AS with_stock, \
COALESCE(SUM(CASE WHEN cost_micros IS NOT NULL THEN 1 ELSE 0 END), 0) AS with_cost FROM products WHERE is_active";

async fn count(snapshot: &Snapshot) -> Result<Counts, LakeError> {
    let orders = snapshot.query(ORDERS).await?;
    let orders = orders.first()?;
    let (first, last): (Option<Day>, Option<Day>) = (orders.opt_day("first_day")?, orders.opt_day("last_day")?);
    let today = snapshot.today();
    let (Some(first), Some(last)) = (first, last) else {
        return rest(snapshot, Counts::default()).await;
    };
    let customers = snapshot.query(CUSTOMERS).await?;
    let customers = customers.first()?;
    let counts = Counts {
        orders: orders.int("orders")?,
        customers: customers.int("customers")?,
        repeaters: customers.int("repeaters")?,
        one_time: customers.int("one_time")?,
        history_days: i64::from(last.days_since(first)) + 1,
        // Figures from months ago say nothing about today: 28 days less those the data is behind.
        recent_days: (28 - i64::from(today.days_since(last)) + 1).clamp(0, 28),
        reorders: snapshot.query(REORDERS).await?.first()?.int("reorders")?,
        baskets: snapshot.query(BASKETS).await?.first()?.int("baskets")?,
        ..Counts::default()
    };
    rest(snapshot, counts).await
}

async fn rest(snapshot: &Snapshot, counts: Counts) -> Result<Counts, LakeError> {
    let funnel = snapshot.query(FUNNEL).await?;
    let funnel = funnel.first()?;
    let products = snapshot.query(PRODUCTS).await?;
    let products = products.first()?;
    Ok(Counts {
        ad_days: snapshot.query(ADS).await?.first()?.int("days")?,
        funnel_days: funnel.int("days")?,
        funnel_content: funnel.int("content")?,
        with_stock: products.int("with_stock")?,
        with_cost: products.int("with_cost")?,
        ..counts
    })
}

/// Asks the snapshot what it carries, one gate a capability, in the order of [`Capability::ALL`].
///
/// # Errors
/// The history cannot be queried.
pub async fn doctor(snapshot: &Snapshot) -> Result<Vec<Gate>, LakeError> {
    let counts = count(snapshot).await?;
    let mut gates: Vec<Gate> = Capability::ALL[1..].iter().map(|&capability| gate(capability, &counts)).collect();
    gates.insert(0, concepts(&gates, &counts));
    Ok(gates)
}

/// Lets a capability work, or says why not.
///
/// # Errors
/// [`IntakeError::NotReady`] with the numbers and the export that would mend it; or the history cannot be queried.
pub async fn require(snapshot: &Snapshot, capability: Capability) -> Result<Gate, IntakeError> {
    let gates = doctor(snapshot).await?;
    match gates.into_iter().find(|gate| gate.capability == capability) {
        Some(gate) if gate.verdict != Verdict::NotReady => Ok(gate),
        Some(gate) => Err(IntakeError::NotReady(Box::new(gate))),
        None => Err(IntakeError::UnknownCapability(capability.as_str().to_owned())),
    }
}

fn figure(what: &'static str, have: i64, thin_from: i64, ready_from: i64) -> Figure {
    Figure { what, have, ready_from, thin_from }
}

/// Thresholds: a rate over 100 people has a standard error of at most 5 points; 8 weeks give every weekday eight times.
fn gate(capability: Capability, counts: &Counts) -> Gate {
    let orders = |thin, ready| figure("orders", counts.orders, thin, ready);
    let fresh = figure("of the last 28 days covered by orders", counts.recent_days, 1, 21);
    let (figures, mend) = match capability {
        Capability::Concepts => (vec![orders(100, 1_000)], ORDERS_EXPORT),
        Capability::RisingProducts => {
            (vec![orders(100, 500), figure("days of orders", counts.history_days, 56, 84), fresh], ORDERS_EXPORT)
        }
        Capability::Replenishment => (
            vec![figure("times a customer bought the same product again", counts.reorders, 30, 200), fresh],
            ORDERS_EXPORT,
        ),
        Capability::SecondOrder => (
            vec![
                figure("customers who bought once", counts.one_time, 50, 200),
                figure("customers who bought on two days or more", counts.repeaters, 50, 200),
                fresh,
            ],
            ORDERS_EXPORT,
        ),
        Capability::LapsedCustomers => (
            vec![
                figure("customers who bought on two days or more", counts.repeaters, 50, 200),
                figure("days of orders", counts.history_days, 120, 240),
                fresh,
            ],
            ORDERS_EXPORT,
        ),
        Capability::BoughtTogether => (vec![figure("orders with two products or more", counts.baskets, 100, 500)], ORDERS_EXPORT),
        Capability::SeasonAhead => (vec![figure("days of orders", counts.history_days, 380, 394), orders(200, 1_000)], ORDERS_EXPORT),
        Capability::MarketingEfficiency => (
            vec![figure("days with ad spend", counts.ad_days, 14, 56), figure("days of orders", counts.history_days, 14, 56)],
            ADS_EXPORT,
        ),
        Capability::ConceptMoney => (
            vec![
                figure("days of web analytics", counts.funnel_days, 7, 28),
                figure("rows that name the ad content", counts.funnel_content, 1, 1),
            ],
            FUNNEL_EXPORT,
        ),
        Capability::StockChecks => (vec![figure("active products with stock", counts.with_stock, 1, 5)], PRODUCTS_EXPORT),
        Capability::Contribution => (
            vec![figure("active products with their cost", counts.with_cost, 1, 5), figure("days with ad spend", counts.ad_days, 14, 28)],
            if counts.with_cost == 0 { COST_EXPORT } else { ADS_EXPORT },
        ),
    };
    close(capability, figures, mend)
}

/// Concepts need orders of known customers and at least one of the six questions answered.
fn concepts(miners: &[Gate], counts: &Counts) -> Gate {
    let asked = Capability::ALL[1..=6].to_vec();
    let answered = miners.iter().filter(|gate| asked.contains(&gate.capability) && gate.verdict != Verdict::NotReady).count();
    let figures = vec![
        figure("of the six questions that your data answers", answered as i64, 1, 4),
        figure("orders", counts.orders, 100, 1_000),
        figure("customers known by name or number", counts.customers, 50, 300),
    ];
    close(Capability::Concepts, figures, ORDERS_EXPORT)
}

/// The weakest figure decides.
fn close(capability: Capability, mut figures: Vec<Figure>, mend: &'static str) -> Gate {
    figures.sort_by_key(Figure::verdict);
    let verdict = figures.first().map_or(Verdict::NotReady, Figure::verdict);
    let why = match figures.first() {
        Some(weakest) if verdict != Verdict::Ready => {
            format!("Your data has {} {}; it takes {}.", group(weakest.have), weakest.what, group(weakest.ready_from))
        }
        Some(figure) => format!("Your data has {} {}.", group(figure.have), figure.what),
        None => String::new(),
    };
    let mend = (verdict != Verdict::Ready).then_some(mend);
    Gate { capability, title: capability.title(), verdict, why, figures, mend }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weakest_figure_decides_and_is_named() {
        let counts = Counts { orders: 5_000, history_days: 60, recent_days: 28, ..Counts::default() };
        let gate = gate(Capability::RisingProducts, &counts);
        assert_eq!(gate.verdict, Verdict::Thin);
        assert_eq!(gate.why, "Your data has 60 days of orders; it takes 84.");
        assert_eq!(gate.mend, Some(ORDERS_EXPORT));
    }

    #[test]
    fn an_empty_store_is_ready_for_nothing() {
        let counts = Counts::default();
        let gates: Vec<Gate> = Capability::ALL[1..].iter().map(|&c| gate(c, &counts)).collect();
        assert!(gates.iter().all(|gate| gate.verdict == Verdict::NotReady && gate.mend.is_some()));
        assert_eq!(concepts(&gates, &counts).verdict, Verdict::NotReady);
    }

    #[test]
    fn old_data_is_not_fresh_data() {
        let counts =
            Counts { orders: 50_000, history_days: 700, reorders: 9_000, recent_days: 0, ..Counts::default() };
        assert_eq!(gate(Capability::Replenishment, &counts).verdict, Verdict::NotReady);
        assert_eq!(gate(Capability::SeasonAhead, &counts).verdict, Verdict::Ready);
    }
}

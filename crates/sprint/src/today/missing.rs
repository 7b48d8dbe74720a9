//! What each export that was not imported would add.

use serde::Serialize;

use crate::{Context, SprintError, miners::Miner};

/// An export that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Stored word: `ads`, `catalogue`, `customers`, `visits`, `events`, `stock`, `reviews`, `mail`.
    pub key: &'static str,
    /// Which export.
    pub export: &'static str,
    /// What it would add.
    pub adds: &'static str,
    /// Miners that are silent without it.
    pub wakes: Vec<&'static str>,
}

/// Key, export, what it adds, the miners that need it, and a query for how many rows there are.
type Known = (&'static str, &'static str, &'static str, &'static [Miner], &'static str);

const KNOWN: [Known; 7] = [
    (
        "ads",
        "Meta and Google ad reports, by day",
        "Spend and what platforms claim stand beside net revenue; a live sprint is reviewed each morning.",
        &[Miner::AdFatigue],
        "SELECT COUNT(*) AS n FROM ad_days",
    ),
    (
        "catalogue",
        "Shopify products export",
        "Margin and stock: no ad for what is sold out, and what earns well but lies on the shelf.",
        &[Miner::StockImbalance, Miner::NewArrivals, Miner::SubstituteAfterStockOut],
        "SELECT COUNT(*) AS n FROM products WHERE category <> '' OR cost_micros IS NOT NULL OR stock_units IS NOT NULL",
    ),
    (
        "visits",
        "GA4 report of sessions and purchases, by day",
        "How many visits became orders, and revenue that really came through paid links beside what platforms claim.",
        &[],
        "SELECT COUNT(*) AS n FROM funnel_days",
    ),
    (
        "events",
        "What visitors do (events of your shop's pages)",
        "Who looked at a product and left; recommendations within a visit.",
        &[Miner::ViewedNotBought],
        "SELECT COUNT(*) AS n FROM events",
    ),
    (
        "reviews",
        "Reviews (Judge.me, Loox, Yotpo, Okendo)",
        "Concepts begin with a customer's own words, with the review's id.",
        &[Miner::ReviewsSay],
        "SELECT COUNT(*) AS n FROM product_reviews",
    ),
    (
        "stock",
        "Shopify inventory export, week by week",
        "Stock as it was on each day, so that a stock-out is not read as a loss of interest.",
        &[Miner::StockImbalance, Miner::SubstituteAfterStockOut],
        "SELECT COUNT(*) AS n FROM stock_days",
    ),
    (
        "mail",
        "Klaviyo or Mailchimp campaign report",
        "What your e-mails already do, so that a sprint's e-mail is not sent into a full inbox.",
        &[],
        "SELECT COUNT(*) AS n FROM mail_days",
    ),
];

/// What is not there, the most useful first. Empty before any order was imported: then orders come first.
///
/// # Errors
/// A query fails.
pub async fn missing(ctx: &Context) -> Result<Vec<Missing>, SprintError> {
    let snapshot = ctx.lake.snapshot(ctx.now).await?;
    let mut found = Vec::new();
    for (key, export, adds, wakes, sql) in KNOWN {
        if snapshot.query(sql).await?.first()?.int("n")? == 0 {
            let wakes = wakes.iter().map(|miner| miner.label()).collect();
            found.push(Missing { key, export, adds, wakes });
        }
    }
    let people = store::customers::counts(&ctx.store).await?;
    if people.accept_email == 0 {
        found.push(Missing {
            key: "customers",
            export: "Shopify customers export",
            adds: "Names and who accepts e-mail: people behind a figure can be taken away as a list without those who said no.",
            wakes: Vec::new(),
        });
    }
    Ok(found)
}

//! The data gate: what the recorded data carries, capability by capability, with the export that would mend it.

use domain::{Currency, Day, InstantMs};
use lake::Snapshot;

use crate::{
    Intake, IntakeError,
    gate::{Capability, Gate, Number, Verdict},
};

/// What is there, counted once for all gates.
#[derive(Debug, Default)]
struct Facts {
    orders: i64,
    customers: i64,
    repeat_customers: i64,
    days: i64,
    days_since_order: i64,
    recent_orders: i64,
    baskets: i64,
    repeat_pairs: i64,
    ad_days: i64,
    ad_days_since: i64,
    other_currency_rows: i64,
    funnel_days: i64,
    tagged_rows: i64,
    concept_rows: i64,
    products: i64,
    with_stock: i64,
    repeated_products: i64,
    visits: i64,
}

/// The last judgement: it stands until something is recorded, the day turns or the brand's currency changes.
#[derive(Debug)]
pub(crate) struct Judged {
    as_of_seq: i64,
    today: Day,
    currency: Currency,
    gates: Vec<Gate>,
}

/// Judges every capability on everything recorded before `now`. Judged once per day and state of the lake.
///
/// # Errors
/// The lake cannot be read.
pub async fn doctor(intake: &Intake, now: InstantMs) -> Result<Vec<Gate>, IntakeError> {
    let snapshot = intake.lake.snapshot(now).await?;
    let currency = store::brand::get_or_default(&intake.store).await?.currency;
    let (as_of_seq, today) = (snapshot.as_of_seq(), snapshot.today());
    {
        let judged = intake.judged.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let standing = judged.as_ref().filter(|j| (j.as_of_seq, j.today, j.currency) == (as_of_seq, today, currency));
        if let Some(judged) = standing {
            return Ok(judged.gates.clone());
        }
    }
    let facts = count(&snapshot, currency).await?;
    let gates: Vec<Gate> = Capability::ALL.into_iter().map(|capability| judge(capability, &facts)).collect();
    let fresh = Judged { as_of_seq, today, currency, gates: gates.clone() };
    *intake.judged.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(fresh);
    Ok(gates)
}

/// The gate of one capability, for those who are about to use it.
///
/// # Errors
/// The data does not carry it ([`IntakeError::NotReady`]), or the lake cannot be read.
pub async fn require(intake: &Intake, capability: Capability, now: InstantMs) -> Result<Gate, IntakeError> {
    let gates = doctor(intake, now).await?;
    let found = gates.into_iter().find(|gate| gate.capability == capability);
    let gate = found.ok_or_else(|| IntakeError::UnknownCapability { word: capability.as_str().to_owned() })?;
    match gate.verdict {
        Verdict::NotReady => Err(IntakeError::NotReady(Box::new(gate))),
        Verdict::Thin | Verdict::Ready => Ok(gate),
    }
}

/// The gates of the six miners; concepts need at least one that is not refused.
///
/// # Errors
/// None of them is carried ([`IntakeError::NotReady`] with the first), or the lake cannot be read.
pub async fn require_concepts(intake: &Intake, now: InstantMs) -> Result<Vec<Gate>, IntakeError> {
    let gates: Vec<Gate> =
        doctor(intake, now).await?.into_iter().filter(|gate| Capability::MINERS.contains(&gate.capability)).collect();
    match gates.iter().all(|gate| gate.verdict == Verdict::NotReady) {
        true => Err(IntakeError::NotReady(Box::new(gates[0].clone()))),
        false => Ok(gates),
    }
}

async fn count(snapshot: &Snapshot, currency: Currency) -> Result<Facts, IntakeError> {
    let today = snapshot.today().epoch_days();
    let code = lake::quote(currency.code());
    let queries = [
        format!(
            "SELECT COUNT(*) AS orders, \
             COALESCE(MAX(CAST(day AS INT)) - MIN(CAST(day AS INT)) + 1, 0) AS days, \
             COALESCE({today} - MAX(CAST(day AS INT)), 0) AS days_since_order, \
             COUNT(*) FILTER (WHERE CAST(day AS INT) > {today} - 29) AS recent_orders FROM orders WHERE kind = 'sale'"
        ),
        "SELECT COUNT(*) AS customers, COUNT(*) FILTER (WHERE n > 1) AS repeat_customers FROM (SELECT customer_id, \
         COUNT(DISTINCT order_id) AS n FROM order_lines WHERE kind = 'sale' AND customer_id IS NOT NULL GROUP BY customer_id)"
            .to_owned(),
        "SELECT COUNT(*) AS baskets FROM (SELECT order_id FROM order_lines WHERE kind = 'sale' AND is_product \
         GROUP BY order_id HAVING COUNT(DISTINCT product_id) > 1)"
            .to_owned(),
        "SELECT COUNT(*) AS repeat_pairs FROM (SELECT customer_id, product_id FROM order_lines WHERE kind = 'sale' AND \
         is_product AND customer_id IS NOT NULL AND quantity > 0 GROUP BY customer_id, product_id HAVING COUNT(DISTINCT day) > 1)"
            .to_owned(),
        format!(
            "SELECT COUNT(DISTINCT day) AS ad_days, COALESCE({today} - MAX(CAST(day AS INT)), 0) AS ad_days_since, \
             COUNT(*) FILTER (WHERE currency <> {code}) AS other_currency_rows FROM ad_days"
        ),
        "SELECT COUNT(DISTINCT day) AS funnel_days, \
         COUNT(*) FILTER (WHERE content <> '' AND content <> '(not set)') AS tagged_rows, \
         COUNT(*) FILTER (WHERE content LIKE 'fn-%') AS concept_rows FROM funnel_days"
            .to_owned(),
        "SELECT COUNT(*) AS products, COUNT(stock_units) AS with_stock FROM products WHERE is_active".to_owned(),
        "SELECT COUNT(*) AS repeated_products FROM (SELECT product_id FROM order_lines WHERE kind = 'sale' AND is_product \
         AND quantity > 0 GROUP BY product_id HAVING COUNT(DISTINCT order_id) >= 5)"
            .to_owned(),
        "SELECT COUNT(*) AS visits FROM (SELECT device_id, day FROM events WHERE device_id IS NOT NULL \
         GROUP BY device_id, day)"
            .to_owned(),
    ];
    let mut found = std::collections::HashMap::new();
    for table in futures::future::try_join_all(queries.iter().map(|sql| snapshot.query(sql))).await? {
        let row = table.first()?;
        for column in &table.columns {
            found.insert(column.clone(), row.int(column)?);
        }
    }
    let get = |name: &str| found.get(name).copied().unwrap_or(0);
    Ok(Facts {
        orders: get("orders"),
        customers: get("customers"),
        repeat_customers: get("repeat_customers"),
        days: get("days"),
        days_since_order: get("days_since_order"),
        recent_orders: get("recent_orders"),
        baskets: get("baskets"),
        repeat_pairs: get("repeat_pairs"),
        ad_days: get("ad_days"),
        ad_days_since: get("ad_days_since"),
        other_currency_rows: get("other_currency_rows"),
        funnel_days: get("funnel_days"),
        tagged_rows: get("tagged_rows"),
        concept_rows: get("concept_rows"),
        products: get("products"),
        with_stock: get("with_stock"),
        repeated_products: get("repeated_products"),
        visits: get("visits"),
    })
}

/// A number with the limits from which it is thin and ready.
fn need(label: &'static str, value: i64, thin_from: i64, ready_from: i64) -> Number {
    Number { label, value, thin_from: Some(thin_from), ready_from: Some(ready_from) }
}

fn info(label: &'static str, value: i64) -> Number {
    Number { label, value, thin_from: None, ready_from: None }
}

const ORDERS: &str = "Import an orders export that reaches further back (Shopify: Orders › Export › All orders; any other shop: order lines as CSV with the source `transactions`).";
const UP_TO_DATE: &str = "Import an orders export that reaches up to yesterday.";
const PEOPLE: &str = "Import an orders export with a customer id or e-mail on each order.";
const ADS: &str = "Import daily ad reports: Meta Ads Manager › Export by day and ad, Google Ads › Report by day, in the brand's currency.";
const GA4: &str = "Import a GA4 exploration by date, session source / medium, campaign and manual ad content, with sessions, purchases and revenue.";
const TAGS: &str = "Put utm_content on every ad's link, and export GA4 with the dimension Session manual ad content.";
const EVENTS: &str = "Import an orders export that reaches further back, or put the storefront's script on the shop's pages: visits count as well.";
const STOCK: &str = "Import a products export with stock (Shopify: Products › Export, column Variant Inventory Qty).";

/// The limits: enough history that the sentence the capability makes is about the shop and not about chance. They are
/// judgement, in one place, shown with every verdict.
fn judge(capability: Capability, f: &Facts) -> Gate {
    let (numbers, mend) = match capability {
        Capability::RisingProducts => (
            vec![need("days of orders", f.days, 28, 56), need("orders in the last 28 days", f.recent_orders, 50, 300)],
            ORDERS,
        ),
        Capability::ReplenishmentDue => (
            vec![
                need("customers who bought a product on two days", f.repeat_pairs, 50, 300),
                need("days of orders", f.days, 60, 120),
            ],
            PEOPLE,
        ),
        Capability::SecondOrder => {
            (vec![need("customers", f.customers, 100, 500), need("days of orders", f.days, 60, 120)], PEOPLE)
        }
        Capability::LapsedHighValue => (
            vec![
                need("customers with two or more orders", f.repeat_customers, 50, 300),
                need("days of orders", f.days, 150, 270),
            ],
            PEOPLE,
        ),
        Capability::BoughtTogether => (vec![need("orders with two or more products", f.baskets, 100, 500)], ORDERS),
        Capability::SeasonAhead => {
            (vec![need("days of orders", f.days, 340, 390), need("orders", f.orders, 200, 1_000)], ORDERS)
        }
        Capability::DailyReview => (
            vec![need("days of orders", f.days, 7, 28), info("days since the last order", f.days_since_order)],
            UP_TO_DATE,
        ),
        Capability::Mer => (
            vec![
                need("days of ad reports", f.ad_days, 7, 28),
                need("days of orders", f.days, 7, 28),
                info("ad rows in another currency", f.other_currency_rows),
                info("days since the last ad report", f.ad_days_since),
            ],
            ADS,
        ),
        Capability::ConceptMoney => (
            vec![
                need("days of GA4 reports", f.funnel_days, 1, 7),
                need("rows with an ad content", f.tagged_rows, 1, 1),
                info("rows of launched concepts", f.concept_rows),
            ],
            GA4,
        ),
        Capability::StockChecks => (
            vec![
                need("active products with stock", f.with_stock, 1, (f.products / 2).max(1)),
                info("active products", f.products),
            ],
            STOCK,
        ),
        Capability::Scorecard => {
            (vec![need("days of orders", f.days, 28, 56), need("days of ad reports", f.ad_days, 0, 28)], ADS)
        }
        // What training asks for before it fits (`personalize::gate`), as far as it can be told without reading visits.
        Capability::Recommendations => (
            vec![
                need("orders and visits", f.orders + f.visits, 200, 2_000),
                need("products in five orders", f.repeated_products, 10, 30),
                need("days of orders", f.days, 14, 56),
                info("visits with events", f.visits),
            ],
            EVENTS,
        ),
        Capability::Lifecycle => return later(capability, f),
    };
    let verdict = numbers.iter().map(verdict_of).min().unwrap_or(Verdict::NotReady);
    let mut gate = Gate { capability, title: capability.title(), verdict, why: why(&numbers), numbers, mend: None };
    if capability == Capability::DailyReview && f.orders > 0 && f.days_since_order > 3 && gate.verdict == Verdict::Ready
    {
        gate.verdict = Verdict::Thin;
        gate.why = format!("The last order is {} days old.", f.days_since_order);
        gate.mend = Some(UP_TO_DATE.to_owned());
        return gate;
    }
    if capability == Capability::Mer && f.other_currency_rows > 0 {
        gate.verdict = Verdict::NotReady;
        gate.why = format!("{} ad rows are in another currency than the shop.", f.other_currency_rows);
    }
    gate.mend = (gate.verdict != Verdict::Ready).then(|| mend_of(&gate.numbers, mend).to_owned());
    gate
}

/// What to import: the export that raises the number that decides, and the capability's own one otherwise.
fn mend_of(numbers: &[Number], usual: &'static str) -> &'static str {
    match deciding(numbers).map(|number| number.label) {
        Some("days of orders" | "orders" | "orders in the last 28 days") => ORDERS,
        Some("rows with an ad content") => TAGS,
        _ => usual,
    }
}

/// What a later version brings, with what it will need.
fn later(capability: Capability, f: &Facts) -> Gate {
    Gate {
        capability,
        title: capability.title(),
        verdict: Verdict::NotReady,
        numbers: vec![info("customers", f.customers), info("customers with two or more orders", f.repeat_customers)],
        why: "This comes in a later version.".into(),
        mend: Some("It will need a customers export with consent, and live events of the shop.".into()),
    }
}

fn verdict_of(number: &Number) -> Verdict {
    match (number.thin_from, number.ready_from) {
        (Some(thin), _) if number.value < thin => Verdict::NotReady,
        (_, Some(ready)) if number.value < ready => Verdict::Thin,
        _ => Verdict::Ready,
    }
}

/// The number that decides: the first of those with the worst verdict.
fn deciding(numbers: &[Number]) -> Option<&Number> {
    numbers.iter().min_by_key(|number| verdict_of(number))
}

/// The number that decides, in a sentence.
fn why(numbers: &[Number]) -> String {
    let count = |n: i64| match n {
        0 => "no".to_owned(),
        n => domain::group_thousands(n.unsigned_abs()),
    };
    match deciding(numbers) {
        Some(number) => match (verdict_of(number), number.thin_from, number.ready_from) {
            (Verdict::NotReady, Some(wanted), _) => {
                format!("There are {} {}; it takes {}.", count(number.value), number.label, count(wanted))
            }
            (Verdict::Thin, _, Some(wanted)) => format!(
                "There are {} {}; results are steady from {} on.",
                count(number.value),
                number.label,
                count(wanted)
            ),
            _ => format!("There are {} {}.", count(number.value), number.label),
        },
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_shop_is_told_what_to_export() {
        let facts = Facts::default();
        let text: Vec<String> = Capability::ALL
            .into_iter()
            .map(|capability| judge(capability, &facts))
            .map(|gate| format!("{} · {} · {}", gate.capability.as_str(), gate.verdict.label(), gate.why))
            .collect();
        insta::assert_snapshot!(text.join("\n"));
    }

    #[test]
    fn more_data_never_lowers_a_verdict() {
        let mut last = vec![Verdict::NotReady; Capability::ALL.len()];
        for n in [0, 10, 30, 60, 100, 200, 400, 1_000, 5_000] {
            let facts = Facts {
                orders: n,
                customers: n,
                repeat_customers: n,
                days: n,
                recent_orders: n,
                baskets: n,
                repeat_pairs: n,
                ad_days: n,
                funnel_days: n,
                tagged_rows: n,
                products: 100,
                with_stock: n.min(100),
                repeated_products: n,
                visits: n,
                ..Facts::default()
            };
            let now: Vec<Verdict> = Capability::ALL.into_iter().map(|c| judge(c, &facts).verdict).collect();
            assert!(now.iter().zip(&last).all(|(a, b)| a >= b), "{n}: {now:?} after {last:?}");
            last = now;
        }
        let ready = last.iter().filter(|verdict| **verdict == Verdict::Ready).count();
        assert_eq!(ready, 12, "all but the one of a later version");
    }

    #[test]
    fn the_mend_names_what_raises_the_number_that_decides() {
        let mend = |capability, facts: Facts| judge(capability, &facts).mend.expect("not ready");
        let short = Facts { days: 20, repeat_pairs: 900, ..Facts::default() };
        assert_eq!(mend(Capability::ReplenishmentDue, short), ORDERS);
        let nameless = Facts { days: 700, repeat_pairs: 3, ..Facts::default() };
        assert_eq!(mend(Capability::ReplenishmentDue, nameless), PEOPLE);
        let untagged = Facts { funnel_days: 60, ..Facts::default() };
        assert_eq!(mend(Capability::ConceptMoney, untagged), TAGS);
    }

    #[test]
    fn another_currency_and_old_orders_are_named() {
        let facts = Facts {
            days: 400,
            orders: 9,
            days_since_order: 9,
            ad_days: 60,
            other_currency_rows: 5,
            ..Facts::default()
        };
        let review = judge(Capability::DailyReview, &facts);
        assert_eq!((review.verdict, review.why.as_str()), (Verdict::Thin, "The last order is 9 days old."));
        assert_eq!(judge(Capability::Mer, &facts).verdict, Verdict::NotReady);
    }
}

//! Bought together: pairs of products found in one basket more often than chance, and the people who have only one.

use domain::Day;
use lake::{Snapshot, quote};

use super::{Frame, KEEP, Mined, Miner, Opportunity, SegmentKind, opportunity, silent, sql::*};
use crate::{SprintError, evidence};

const DAYS: i32 = 365;
/// Owners are asked for the other half while they have just bought the one; "six weeks" in phrases.
const OWNER_DAYS: i32 = 42;
/// A pair that is shown is found together at least this many times as often as chance.
const SHOWN_LIFT: f64 = 1.5;
/// Pairs are looked for among the products in the most orders.
const BUSY: usize = 300;
/// Larger baskets are a shop's restocking, not a person's taste.
const MAX_LINES: usize = 30;
const MIN_BOTH: i64 = 20;
const MIN_LIFT: f64 = 2.0;
const COLUMNS: [&str; 6] = ["own_orders", "lack_orders", "both_orders", "shop_orders", "people", "past_micros"];

fn lines(frame: &Frame) -> String {
    let sold = format!("{SOLD} AND {}", between(frame.until.plus(-DAYS), frame.until));
    format!(
        "lines AS (SELECT order_id, product_id FROM order_lines WHERE {sold} AND order_id IN (SELECT order_id FROM order_lines \
         WHERE {sold} GROUP BY order_id HAVING COUNT(*) BETWEEN 2 AND {MAX_LINES}) GROUP BY order_id, product_id)"
    )
}

/// Pairs among the busy products, with how many baskets had each and both.
fn pairs(frame: &Frame) -> String {
    format!(
        "WITH {}, busy AS (SELECT product_id, COUNT(*) AS n FROM lines GROUP BY product_id \
         ORDER BY n DESC, product_id LIMIT {BUSY}), \
         few AS (SELECT l.order_id, l.product_id, busy.n FROM lines l JOIN busy ON busy.product_id = l.product_id) \
         SELECT a.product_id AS a_id, b.product_id AS b_id, MIN(a.n) AS a_orders, MIN(b.n) AS b_orders, COUNT(*) AS both_orders \
         FROM few a JOIN few b ON a.order_id = b.order_id WHERE a.product_id < b.product_id \
         GROUP BY a.product_id, b.product_id HAVING COUNT(*) >= {MIN_BOTH}",
        lines(frame)
    )
}

/// For ways (own, lack): baskets with each and both, and the people who have only the first.
fn ways(frame: &Frame, ways: &[(String, String)]) -> String {
    let values: Vec<String> = ways.iter().map(|(own, lack)| format!("({}, {})", quote(own), quote(lack))).collect();
    let mut ids: Vec<String> = ways.iter().flat_map(|(own, lack)| [quote(own), quote(lack)]).collect();
    ids.sort();
    ids.dedup();
    let ids = ids.join(", ");
    format!(
        "WITH {lines}, ways AS (SELECT column1 AS own_id, column2 AS lack_id FROM (VALUES {values}) AS v), \
         shop AS (SELECT COUNT(DISTINCT order_id) AS n FROM lines), \
         some AS (SELECT order_id, product_id FROM lines WHERE product_id IN ({ids})), \
         each AS (SELECT product_id, COUNT(*) AS n FROM some GROUP BY product_id), \
         joint AS (SELECT w.own_id, w.lack_id, COUNT(*) AS n FROM ways w JOIN some a ON a.product_id = w.own_id \
           JOIN some b ON b.product_id = w.lack_id AND b.order_id = a.order_id GROUP BY w.own_id, w.lack_id), \
         owners AS (SELECT customer_id, product_id, MAX(CASE WHEN day >= DATE '{from}' THEN 1 ELSE 0 END) AS lately FROM order_lines \
           WHERE {SOLD} AND customer_id IS NOT NULL AND product_id IN ({ids}) \
           AND day < DATE '{until}' GROUP BY customer_id, product_id), \
         {worth}, \
         gap AS (SELECT w.own_id, w.lack_id, COUNT(*) AS people, SUM(worth.net) AS past_micros FROM ways w \
           JOIN owners o ON o.product_id = w.own_id AND o.lately = 1 \
           LEFT JOIN owners x ON x.product_id = w.lack_id AND x.customer_id = o.customer_id \
           JOIN worth ON worth.customer_id = o.customer_id WHERE x.customer_id IS NULL GROUP BY w.own_id, w.lack_id) \
         SELECT g.own_id, g.lack_id, eo.n AS own_orders, el.n AS lack_orders, j.n AS both_orders, shop.n AS shop_orders, \
         g.people, g.past_micros FROM gap g JOIN joint j ON j.own_id = g.own_id AND j.lack_id = g.lack_id \
         JOIN each eo ON eo.product_id = g.own_id JOIN each el ON el.product_id = g.lack_id CROSS JOIN shop",
        lines = lines(frame),
        values = values.join(", "),
        from = frame.until.plus(-OWNER_DAYS),
        until = frame.until,
        worth = worth(frame.until),
    )
}

/// Who is meant, by `own>lack`: people who bought the first within six weeks and never the second.
pub(super) fn members(until: Day, ways: &[(&str, &str)]) -> String {
    lacking(until, OWNER_DAYS, ways)
}

/// By `own>lack`: people who bought the first within so many days and never the second.
pub(super) fn lacking(until: Day, days: i32, ways: &[(&str, &str)]) -> String {
    let values: Vec<String> = ways
        .iter()
        .map(|(own, lack)| format!("({}, {}, {})", quote(&key(own, lack)), quote(own), quote(lack)))
        .collect();
    let ids = any_of("product_id", ways.iter().flat_map(|(own, lack)| [*own, *lack]));
    format!(
        "SELECT k, customer_id FROM (WITH ways AS (SELECT column1 AS k, column2 AS own_id, column3 AS lack_id \
           FROM (VALUES {values}) AS v), \
         owners AS (SELECT customer_id, product_id, MAX(CASE WHEN day >= DATE '{from}' THEN 1 ELSE 0 END) AS lately \
           FROM order_lines WHERE {SOLD} AND customer_id IS NOT NULL AND day < DATE '{until}' AND {ids} \
           GROUP BY customer_id, product_id) \
         SELECT w.k, o.customer_id FROM ways w JOIN owners o ON o.product_id = w.own_id AND o.lately = 1 \
           LEFT JOIN owners x ON x.product_id = w.lack_id AND x.customer_id = o.customer_id \
           WHERE x.customer_id IS NULL) AS r",
        values = values.join(", "),
        from = until.plus(-days),
    )
}

/// How a way is named in [`members`].
pub(super) fn key(own: &str, lack: &str) -> String {
    format!("{own}>{lack}")
}

pub(super) async fn mine(snapshot: &Snapshot, frame: &Frame) -> Result<Mined, SprintError> {
    let sql = format!("{} ORDER BY both_orders DESC, a_id, b_id LIMIT 2000", pairs(frame));
    let table = snapshot.query(&sql).await?;
    let found = strongest(frame, &table)?;
    if found.is_empty() {
        let reason = "No two products are found in one basket clearly more often than chance.";
        let have = format!("{} orders", frame.orders);
        return Ok(silent(
            Miner::BoughtTogether,
            reason,
            have,
            format!("a pair in {MIN_BOTH} baskets, twice as often as chance"),
        ));
    }
    let sql = format!("{} ORDER BY past_micros DESC, own_id, lack_id", ways(frame, &found));
    let table = snapshot.query(&sql).await?;
    let mut all: Vec<Opportunity> = Vec::new();
    for row in table.iter() {
        let (own_id, lack_id) = (row.text("own_id")?, row.text("lack_id")?);
        let (Some(own), Some(lack)) = (frame.product(own_id), frame.product(lack_id)) else { continue };
        let is_mirror = all.iter().any(|other| other.products[0].id == lack_id && other.products[1].id == own_id);
        if row.int("people")? < super::MIN_PEOPLE || is_mirror || !(frame.wants(own) || frame.wants(lack)) {
            continue;
        }
        let sql = format!(
            "SELECT {} FROM ({}) AS found",
            COLUMNS.join(", "),
            ways(frame, &[(own_id.to_owned(), lack_id.to_owned())])
        );
        let mut evidence = evidence::from_row(snapshot, Miner::BoughtTogether.as_str(), sql, &row);
        evidence.values.retain(|column, _| COLUMNS.contains(&column.as_str()));
        let about = (Miner::BoughtTogether, SegmentKind::OwnOneOfPair);
        let mut item = opportunity(frame, about, vec![own.clone(), lack.clone()], evidence);
        let n = |key: &str| item.numbers.get(key).copied().unwrap_or(0.0);
        let (own_n, lack_n, both, shop) = (n("own_orders"), n("lack_orders"), n("both_orders"), n("shop_orders"));
        let lift = both * shop / (own_n * lack_n).max(1.0);
        if lift < SHOWN_LIFT {
            continue;
        }
        item.numbers.insert("lift".into(), lift);
        item.numbers.insert("share_percent".into(), 100.0 * both / own_n.max(1.0));
        all.push(item);
        if all.len() == KEEP {
            break;
        }
    }
    for (rank, item) in all.iter_mut().enumerate() {
        item.strength = 1.0 - rank as f64 / KEEP as f64;
    }
    if all.is_empty() {
        let reason = "Pairs are known, but too few people have only one of the two.";
        let need = format!("{} known customers who have one and not the other", super::MIN_PEOPLE);
        return Ok(silent(Miner::BoughtTogether, reason, format!("{} pairs", found.len() / 2), need));
    }
    Ok(Ok(all))
}

/// Both ways of the strongest pairs: twice as frequent as chance, best by baskets × log lift, each product at most
/// twice and no pair of two versions of one thing (their titles' first words agree) more than a third of the time.
fn strongest(frame: &Frame, table: &lake::Table) -> Result<Vec<(String, String)>, SprintError> {
    let baskets = frame.orders as f64;
    let mut scored = Vec::new();
    for row in table.iter() {
        let (a, b, both) = (row.int("a_orders")? as f64, row.int("b_orders")? as f64, row.int("both_orders")? as f64);
        // Baskets of the year are fewer than all orders; the bound is only a first sieve, the lift shown is exact.
        let lift = both * baskets / (a * b).max(1.0);
        let (a_id, b_id) = (row.text("a_id")?, row.text("b_id")?);
        let (Some(pa), Some(pb)) = (frame.product(a_id), frame.product(b_id)) else { continue };
        if lift < MIN_LIFT || !(frame.wants(pa) || frame.wants(pb)) {
            continue;
        }
        let versions = are_versions(&pa.title, &pb.title);
        // The share of the rarer one's baskets that hold both says how much they belong together.
        let bond = both / a.min(b).max(1.0);
        scored.push((both.ln() * bond * if versions { 0.4 } else { 1.0 }, a_id.to_owned(), b_id.to_owned()));
    }
    scored.sort_by(|x, y| y.0.total_cmp(&x.0).then_with(|| (&x.1, &x.2).cmp(&(&y.1, &y.2))));
    let mut uses: std::collections::HashMap<String, u32> = std::collections::HashMap::new();
    let mut found = Vec::new();
    for (_, a, b) in scored {
        if uses.get(&a).copied().unwrap_or(0) >= 2 || uses.get(&b).copied().unwrap_or(0) >= 2 {
            continue;
        }
        *uses.entry(a.clone()).or_insert(0) += 1;
        *uses.entry(b.clone()).or_insert(0) += 1;
        found.push((a.clone(), b.clone()));
        found.push((b, a));
        if found.len() == 4 * KEEP {
            break;
        }
    }
    Ok(found)
}

/// Two versions of one thing: more than half of the words of the shorter title are in the other.
pub(crate) fn are_versions(a: &str, b: &str) -> bool {
    let words = |title: &str| title.to_lowercase().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (a, b) = (words(a), words(b));
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let shared = short.iter().filter(|word| long.contains(word)).count();
    shared * 2 > short.len()
}

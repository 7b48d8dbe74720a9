//! History out of the lake, as models learn from it: sessions, purchases, counts. Pseudonyms only.

use std::collections::{HashMap, HashSet};

use domain::Day;
use lake::{Row, Snapshot, quote};
use recommend::{Catalogue, Item, Sessions, Signal};

use crate::{PersonalizeError, gate::Counts};

/// Days read with one query: bounds what is in memory as rows.
const DAYS_A_QUERY: i32 = 60;
/// A visitor who does nothing for this long has left; what follows is another session (the web-analytics convention).
const SESSION_GAP_MS: i64 = 30 * 60_000;
/// Orders of one customer this close together tell of each other: they become one session.
const ORDER_GAP_MS: i64 = 45 * 86_400_000;
/// Longest session learnt from; longer ones are bots and resellers, and their last events are taken.
const MOST_EVENTS: usize = 100;
/// An item has support with this many sessions.
const SUPPORT: u32 = 5;

/// What models learn from.
#[derive(Debug, Default)]
pub struct History {
    /// Sessions of orders and events, in order of their last event.
    pub sessions: Sessions,
    /// Names of the items.
    pub catalogue: Catalogue,
    /// Purchases: pseudonym, day since 1970, item.
    pub bought: Vec<(Box<str>, u32, Item)>,
    /// What there is.
    pub counts: Counts,
}

#[derive(Default)]
struct Draft {
    items: Vec<Item>,
    signals: Vec<Signal>,
    times_s: Vec<i64>,
    last_ms: i64,
    order: String,
    /// Whose; empty for nobody known.
    who: String,
}

impl Draft {
    fn push(&mut self, item: Item, signal: Signal, at_ms: i64) {
        self.items.push(item);
        self.signals.push(signal);
        self.times_s.push(at_ms.div_euclid(1000));
        self.last_ms = at_ms;
    }
}

struct Collector {
    history: History,
    open: HashMap<String, Draft>,
    closed: Vec<Draft>,
}

impl Collector {
    fn close(&mut self, mut draft: Draft) {
        if draft.items.len() > MOST_EVENTS {
            let cut = draft.items.len() - MOST_EVENTS;
            draft.items.drain(..cut);
            draft.signals.drain(..cut);
            draft.times_s.drain(..cut);
        }
        if !draft.items.is_empty() {
            self.closed.push(draft);
        }
    }

    /// Adds an event to whom it belongs; a gap longer than `gap_ms` begins a new session.
    fn add(&mut self, who: &str, item: Item, signal: Signal, at_ms: i64, gap_ms: i64) {
        if let Some(draft) = self.open.get_mut(who) {
            if at_ms - draft.last_ms <= gap_ms {
                return draft.push(item, signal, at_ms);
            }
            let ended = std::mem::take(draft);
            draft.who.clone_from(&ended.who);
            draft.push(item, signal, at_ms);
            return self.close(ended);
        }
        let mut draft = Draft { who: who.to_owned(), ..Draft::default() };
        draft.push(item, signal, at_ms);
        self.open.insert(who.to_owned(), draft);
    }

    fn close_all(&mut self) -> u64 {
        let mut open: Vec<(String, Draft)> = std::mem::take(&mut self.open).into_iter().collect();
        open.sort_by(|a, b| a.0.cmp(&b.0));
        for (_, draft) in open {
            self.close(draft);
        }
        self.closed.len() as u64
    }
}

/// Reads orders and events of a snapshot. Customers and devices in `excluded` (staff, bots, resellers) are left out.
///
/// # Errors
/// The lake cannot be read.
pub async fn read(snapshot: &Snapshot, excluded: &HashSet<String>) -> Result<History, PersonalizeError> {
    let mut all = Collector { history: History::default(), open: HashMap::new(), closed: Vec::new() };
    orders(snapshot, excluded, &mut all).await?;
    let of_orders = all.close_all();
    let known: HashSet<String> = known_products(snapshot).await?;
    events(snapshot, excluded, &known, &mut all).await?;
    all.history.counts.sessions = all.close_all() - of_orders;
    Ok(finish(all))
}

async fn days_of(snapshot: &Snapshot, view: &str) -> Result<Option<(Day, Day)>, PersonalizeError> {
    let table = snapshot.query(&format!("SELECT MIN(day) AS first, MAX(day) AS last FROM {view}")).await?;
    let row = table.first()?;
    Ok(row.opt_day("first")?.zip(row.opt_day("last")?))
}

fn windows(first: Day, last: Day) -> impl Iterator<Item = (Day, Day)> {
    let count = last.days_since(first) / DAYS_A_QUERY + 1;
    (0..count).map(move |n| (first.plus(n * DAYS_A_QUERY), first.plus((n + 1) * DAYS_A_QUERY - 1).min(last)))
}

async fn orders(snapshot: &Snapshot, excluded: &HashSet<String>, all: &mut Collector) -> Result<(), PersonalizeError> {
    let Some((first, last)) = days_of(snapshot, "order_lines").await? else { return Ok(()) };
    all.history.counts.days = last.days_since(first).max(0) as u64 + 1;
    let mut last_order = String::new();
    let mut orders_of: HashMap<Box<str>, u32> = HashMap::new();
    for (from, to) in windows(first, last) {
        let sql = format!(
            "SELECT order_id, ts_ms, day, customer_id, product_id FROM order_lines \
             WHERE kind = 'sale' AND is_product AND quantity > 0 AND NOT is_cancelled \
             AND day >= DATE '{from}' AND day <= DATE '{to}' ORDER BY ts_ms, order_id, line_no"
        );
        for row in snapshot.query(&sql).await?.iter() {
            let customer = row.opt_text("customer_id")?;
            if customer.is_some_and(|customer| excluded.contains(customer)) {
                continue;
            }
            let (order, at_ms) = (row.text("order_id")?, row.int("ts_ms")?);
            let item = all.history.catalogue.intern(row.text("product_id")?);
            if order != last_order {
                last_order = order.to_owned();
                all.history.counts.orders += 1;
                if let Some(customer) = customer {
                    *orders_of.entry(customer.into()).or_default() += 1;
                }
            }
            match customer {
                Some(customer) => {
                    let day = row.day("day")?.epoch_days().max(0) as u32;
                    all.history.bought.push((customer.into(), day, item));
                    all.add(customer, item, Signal::Purchase, at_ms, ORDER_GAP_MS);
                }
                None => anonymous(all, order, item, at_ms),
            }
        }
    }
    all.history.counts.customers = orders_of.len() as u64;
    all.history.counts.repeat_customers = orders_of.values().filter(|&&orders| orders > 1).count() as u64;
    Ok(())
}

/// A line of an order of nobody known: the order is a session of its own, and its lines come one after the other.
fn anonymous(all: &mut Collector, order: &str, item: Item, at_ms: i64) {
    if let Some(draft) = all.closed.last_mut().filter(|draft| draft.order == order) {
        return draft.push(item, Signal::Purchase, at_ms);
    }
    let mut draft = Draft { order: order.to_owned(), ..Draft::default() };
    draft.push(item, Signal::Purchase, at_ms);
    all.closed.push(draft);
}

async fn known_products(snapshot: &Snapshot) -> Result<HashSet<String>, PersonalizeError> {
    let table = snapshot.query("SELECT product_id FROM products").await?;
    table.iter().map(|row| Ok(row.text("product_id")?.to_owned())).collect()
}

async fn events(
    snapshot: &Snapshot,
    excluded: &HashSet<String>,
    known: &HashSet<String>,
    all: &mut Collector,
) -> Result<(), PersonalizeError> {
    let Some((first, last)) = days_of(snapshot, "events").await? else { return Ok(()) };
    let span = last.days_since(first).max(0) as u64 + 1;
    all.history.counts.days = all.history.counts.days.max(span);
    let names = ["product_viewed", "product_clicked", "product_added"].map(quote).join(", ");
    for (from, to) in windows(first, last) {
        let sql = format!(
            "SELECT ts_ms, name, COALESCE(customer_id, device_id) AS who, product_id FROM events \
             WHERE name IN ({names}) AND product_id IS NOT NULL AND COALESCE(customer_id, device_id) IS NOT NULL \
             AND day >= DATE '{from}' AND day <= DATE '{to}' ORDER BY ts_ms, seq, line_no"
        );
        for row in snapshot.query(&sql).await?.iter() {
            event(&row, excluded, known, all)?;
        }
    }
    Ok(())
}

fn event(
    row: &Row<'_>,
    excluded: &HashSet<String>,
    known: &HashSet<String>,
    all: &mut Collector,
) -> Result<(), PersonalizeError> {
    let (who, product) = (row.text("who")?, row.text("product_id")?);
    if excluded.contains(who) {
        return Ok(());
    }
    all.history.counts.event_rows += 1;
    if all.history.catalogue.item(product).is_none() && !known.contains(product) {
        all.history.counts.unknown_event_rows += 1;
        return Ok(());
    }
    let item = all.history.catalogue.intern(product);
    let signal = if row.text("name")? == "product_added" { Signal::AddToCart } else { Signal::View };
    all.add(who, item, signal, row.int("ts_ms")?, SESSION_GAP_MS);
    Ok(())
}

fn finish(mut all: Collector) -> History {
    all.closed.sort_by_key(|draft| draft.last_ms);
    let mut history = all.history;
    let mut sessions = Sessions::new();
    let mut users: HashMap<String, u32> = HashMap::new();
    let mut count = 0;
    let mut support = vec![0u32; history.catalogue.len()];
    for draft in all.closed {
        let mut distinct = draft.items.clone();
        distinct.sort_unstable();
        distinct.dedup();
        for item in distinct {
            support[item as usize] += 1;
        }
        // An order of nobody known is a person of its own.
        let user = if draft.who.is_empty() { count } else { *users.entry(draft.who).or_insert(count) };
        count += u32::from(user == count);
        sessions.users.push(user);
        sessions.items.extend(draft.items);
        sessions.signals.extend(draft.signals);
        sessions.times_s.extend(draft.times_s);
        sessions.starts.push(sessions.items.len());
    }
    history.sessions = sessions;
    history.counts.items = support.len() as u64;
    history.counts.items_with_support = support.iter().filter(|&&sessions| sessions >= SUPPORT).count() as u64;
    history
}

/// Usual days between two purchases of each item by one customer: the median over customers who bought it on at least
/// two days; 0 where fewer than `LEAST_REPEATERS` or fewer than an eighth of its buyers did.
pub(crate) fn gaps(bought: &[(Box<str>, u32, Item)], items: usize) -> Vec<u32> {
    const LEAST_REPEATERS: usize = 5;
    let mut by_item: Vec<(Item, &str, u32)> =
        bought.iter().map(|(who, day, item)| (*item, who.as_ref(), *day)).collect();
    by_item.sort_unstable();
    by_item.dedup();
    let mut gaps = vec![0; items];
    for of_item in by_item.chunk_by(|a, b| a.0 == b.0) {
        let (mut buyers, mut repeaters, mut days) = (0usize, 0usize, Vec::new());
        for of_buyer in of_item.chunk_by(|a, b| a.1 == b.1) {
            buyers += 1;
            repeaters += usize::from(of_buyer.len() > 1);
            days.extend(of_buyer.windows(2).map(|pair| pair[1].2 - pair[0].2));
        }
        if repeaters >= LEAST_REPEATERS && repeaters * 8 >= buyers {
            let middle = days.len() / 2;
            gaps[of_item[0].0 as usize] = *days.select_nth_unstable(middle).1;
        }
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_usual_only_where_buyers_come_back() {
        let mut bought: Vec<(Box<str>, u32, Item)> = Vec::new();
        for customer in 0..10u32 {
            for order in 0..3u32 {
                bought.push((format!("c{customer}").into(), customer + order * 30, 0));
            }
            bought.push((format!("c{customer}").into(), 5, 1));
        }
        assert_eq!(gaps(&bought, 3), [30, 0, 0]);
    }

    #[test]
    fn windows_cover_every_day_once() {
        let first = Day::parse("2026-01-01").expect("day");
        for days in [0, 1, 59, 60, 61, 200] {
            let all: Vec<_> = windows(first, first.plus(days)).collect();
            assert_eq!(all[0].0, first);
            assert_eq!(all[all.len() - 1].1, first.plus(days));
            assert!(all.windows(2).all(|pair| pair[1].0 == pair[0].1.plus(1)));
        }
    }
}

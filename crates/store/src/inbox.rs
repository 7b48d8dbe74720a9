//! The inbox: events that were received and are not in the lake yet, and the message ids seen lately.
//!
//! A row per product of an event (one where it names none), so that inbox and lake have the same columns. SQLite
//! commits with `synchronous=FULL` (see `pool`), PostgreSQL by its own default: what was accepted survives a crash.

use std::{collections::HashSet, future::Future, pin::Pin};

use domain::{
    Day, InstantMs,
    event::{Event, EventName},
};

use crate::{Backend, Result, Row, Store, Tx, Value};

/// Days for which message ids are kept. An older event is not taken live: whether it was seen could not be told.
pub const SEEN_DAYS: i32 = 30;

/// Key of the compactor's advisory lock on PostgreSQL: any number that nothing else takes.
const COMPACTOR: i64 = 5_505_001;

/// An event as it was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Its `seq`.
    pub seq: i64,
    /// Its day in the brand's time zone.
    pub day: Day,
    /// Pseudonym of the device.
    pub device_id: Option<String>,
    /// Pseudonym of the customer.
    pub customer_id: Option<String>,
    /// The event as it came in. Its raw ids are personal data: they leave this process in no way.
    pub event: Event,
}

/// What somebody does about an event, in the transaction that records it: a timer, an enrolment, a link.
pub type Reaction<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// Called inside the transaction that records events, so that what follows from an event is there exactly when the
/// event is. An error undoes both.
pub trait OnEvent: Send + Sync {
    /// Events were recorded, in the order of their `seq`, each of them for the first time.
    fn on_events<'a>(&'a self, tx: &'a mut Tx, events: &'a [Recorded]) -> Reaction<'a>;
}

/// One row of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The event's `seq`.
    pub seq: i64,
    /// Number of the product within the event, from 1.
    pub line_no: i64,
    /// Keyed hash of the message id.
    pub message_hash: i64,
    /// Its day in the brand's time zone.
    pub day: Day,
    /// When it happened.
    pub at: InstantMs,
    /// How it came: `api`, `events`.
    pub source: String,
    /// What happened.
    pub name: EventName,
    /// Pseudonym of the device.
    pub device_id: Option<String>,
    /// Pseudonym of the customer.
    pub customer_id: Option<String>,
    /// Product; `None` where the event names none.
    pub product_id: Option<String>,
    /// Units; 0 where the event names no product.
    pub quantity: i64,
    /// Price of one unit, where named.
    pub price_micros: Option<i64>,
    /// Order number.
    pub order_id: Option<String>,
    /// Placement of the recommendation that led here.
    pub placement: Option<String>,
    /// Its change.
    pub change_id: Option<String>,
    /// Its arm.
    pub arm: Option<String>,
}

impl Line {
    /// The rows of an event.
    pub fn of(recorded: &Recorded, message_hash: i64, source: &str) -> Vec<Line> {
        let event = &recorded.event;
        let line = |(index, product): (usize, Option<&domain::event::EventProduct>)| Line {
            seq: recorded.seq,
            line_no: index as i64 + 1,
            message_hash,
            day: recorded.day,
            at: event.at,
            source: source.to_owned(),
            name: event.name,
            device_id: recorded.device_id.clone(),
            customer_id: recorded.customer_id.clone(),
            product_id: product.map(|product| product.product_id.clone()),
            quantity: product.map_or(0, |product| product.quantity),
            price_micros: product.and_then(|product| product.price_micros),
            order_id: event.order_id.clone(),
            placement: event.shown.placement.clone(),
            change_id: event.shown.change.clone(),
            arm: event.shown.arm.clone(),
        };
        match event.products.is_empty() {
            true => vec![line((0, None))],
            false => event.products.iter().map(Some).enumerate().map(line).collect(),
        }
    }
}

const COLUMNS: [&str; 16] = [
    "seq",
    "line_no",
    "message_hash",
    "day",
    "ts_ms",
    "source",
    "name",
    "device_id",
    "customer_id",
    "product_id",
    "quantity",
    "price_micros",
    "order_id",
    "placement",
    "change_id",
    "arm",
];

fn read(row: &Row) -> Result<Line> {
    Ok(Line {
        seq: row.int("seq")?,
        line_no: row.int("line_no")?,
        message_hash: row.int("message_hash")?,
        day: Day::from_epoch_days(row.int("day")? as i32),
        at: row.instant("ts_ms")?,
        source: row.text("source")?,
        name: row.parse("name")?,
        device_id: row.opt_text("device_id")?,
        customer_id: row.opt_text("customer_id")?,
        product_id: row.opt_text("product_id")?,
        quantity: row.int("quantity")?,
        price_micros: row.opt_int("price_micros")?,
        order_id: row.opt_text("order_id")?,
        placement: row.opt_text("placement")?,
        change_id: row.opt_text("change_id")?,
        arm: row.opt_text("arm")?,
    })
}

/// Notes message ids (hash, day of the event) as seen; returns those that were not. Of two transactions that claim the
/// same id one waits for the other and gets nothing.
///
/// # Errors
/// The database refused.
pub async fn claim(tx: &mut Tx, messages: &[(i64, Day)]) -> Result<HashSet<i64>> {
    let mark = |number: usize, unnamed: bool| if unnamed { "?".to_owned() } else { format!("${number}") };
    let mut fresh = HashSet::with_capacity(messages.len());
    // In one order for everybody: two transactions with the same ids wait for each other, but not both.
    let mut messages = messages.to_vec();
    messages.sort_unstable();
    for chunk in messages.chunks(2_000) {
        let unnamed = matches!(tx, Tx::Sqlite(_));
        let places: Vec<String> = (0..chunk.len())
            .map(|at| format!("({}, {})", mark(2 * at + 1, unnamed), mark(2 * at + 2, unnamed)))
            .collect();
        let sql = format!(
            "INSERT INTO seen (message_hash, day) VALUES {} ON CONFLICT (message_hash) DO NOTHING RETURNING message_hash",
            places.join(", ")
        );
        let params: Vec<Value> =
            chunk.iter().flat_map(|(hash, day)| [Value::from(*hash), day.epoch_days().into()]).collect();
        for row in tx.fetch(&sql, &params).await? {
            fresh.insert(row.int("message_hash")?);
        }
    }
    Ok(fresh)
}

/// Which of these message ids were seen.
///
/// # Errors
/// The database refused.
pub async fn seen(tx: &mut Tx, hashes: &[i64]) -> Result<HashSet<i64>> {
    let keys: Vec<Value> = hashes.iter().map(|hash| Value::from(*hash)).collect();
    let rows = tx.fetch_in("SELECT message_hash FROM seen WHERE message_hash IN ", &[], &keys).await?;
    rows.iter().map(|row| row.int("message_hash")).collect()
}

/// Forgets message ids of events before a day; returns how many.
///
/// # Errors
/// The database refused.
pub async fn forget_seen(store: &Store, before: Day) -> Result<u64> {
    store.execute("DELETE FROM seen WHERE day < $1", &[before.epoch_days().into()]).await
}

/// Writes rows.
///
/// # Errors
/// The database refused.
pub async fn insert(tx: &mut Tx, lines: &[Line]) -> Result<()> {
    let rows: Vec<Vec<Value>> = lines
        .iter()
        .map(|line| {
            vec![
                line.seq.into(),
                line.line_no.into(),
                line.message_hash.into(),
                line.day.epoch_days().into(),
                line.at.into(),
                (&line.source).into(),
                line.name.as_str().into(),
                line.device_id.clone().into(),
                line.customer_id.clone().into(),
                line.product_id.clone().into(),
                line.quantity.into(),
                line.price_micros.into(),
                line.order_id.clone().into(),
                line.placement.clone().into(),
                line.change_id.clone().into(),
                line.arm.clone().into(),
            ]
        })
        .collect();
    tx.insert_many("inbox", &COLUMNS, &rows, "").await?;
    Ok(())
}

/// What a snapshot at `as_of_seq` sees of the inbox, in order.
///
/// # Errors
/// The database refused.
pub async fn at(tx: &mut Tx, as_of_seq: i64) -> Result<Vec<Line>> {
    let sql = "SELECT * FROM inbox WHERE seq <= $1 ORDER BY seq, line_no";
    tx.fetch(sql, &[as_of_seq.into()]).await?.iter().map(read).collect()
}

/// The oldest whole events of the inbox, at most `most` rows (an event alone may have more).
///
/// # Errors
/// The database refused.
pub async fn oldest(tx: &mut Tx, most: usize) -> Result<Vec<Line>> {
    let sql = "SELECT * FROM inbox ORDER BY seq, line_no LIMIT $1";
    let mut limit = most + 1;
    loop {
        let rows = tx.fetch(sql, &[(limit as i64).into()]).await?;
        let mut lines: Vec<Line> = rows.iter().map(read).collect::<Result<_>>()?;
        let (Some(first), Some(last)) = (lines.first().map(|line| line.seq), lines.last().map(|line| line.seq)) else {
            return Ok(lines);
        };
        let is_cut = lines.len() == limit;
        if is_cut {
            lines.retain(|line| line.seq != last);
        }
        if limit > most + 1 {
            lines.retain(|line| line.seq == first);
        }
        if !is_cut || !lines.is_empty() {
            return Ok(lines);
        }
        limit *= 2;
    }
}

/// Takes exactly these events out of the inbox.
///
/// # Errors
/// The database refused.
pub async fn delete(tx: &mut Tx, seqs: &[i64]) -> Result<u64> {
    let mark = if matches!(tx, Tx::Sqlite(_)) { '?' } else { '$' };
    let mut gone = 0;
    for chunk in seqs.chunks(1_000) {
        let places: Vec<String> = (1..=chunk.len()).map(|number| format!("{mark}{number}")).collect();
        let params: Vec<Value> = chunk.iter().map(|seq| Value::from(*seq)).collect();
        gone += tx.execute(&format!("DELETE FROM inbox WHERE seq IN ({})", places.join(", ")), &params).await?;
    }
    Ok(gone)
}

/// What waits in the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// Rows.
    pub rows: i64,
    /// When the oldest event happened.
    pub since: Option<InstantMs>,
}

/// Counts what waits in the inbox.
///
/// # Errors
/// The database refused.
pub async fn waiting(store: &Store) -> Result<Waiting> {
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) AS n, MIN(ts_ms) AS since FROM inbox";
    match store.fetch_one(sql, &[]).await? {
        Some(row) => Ok(Waiting { rows: row.int("n")?, since: row.opt_int("since")?.map(InstantMs) }),
        None => Ok(Waiting::default()),
    }
}

/// Whether this transaction is the only compactor until it ends. On SQLite a transaction that may write is.
///
/// # Errors
/// The database refused.
pub async fn lock_compactor(store: &Store, tx: &mut Tx) -> Result<bool> {
    if store.backend() == Backend::Sqlite {
        return Ok(true);
    }
    let sql = "SELECT CAST(CASE WHEN pg_try_advisory_xact_lock($1) THEN 1 ELSE 0 END AS BIGINT) AS got";
    match tx.fetch_one(sql, &[COMPACTOR.into()]).await? {
        Some(row) => row.flag("got"),
        None => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use domain::event::{EventProduct, Shown};

    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).expect("a day")
    }

    fn recorded(seq: i64, products: &[&str]) -> Recorded {
        Recorded {
            seq,
            day: day("2026-01-02"),
            device_id: Some("d".into()),
            customer_id: (seq % 2 == 0).then(|| "c".into()),
            event: Event {
                message_id: format!("m{seq}"),
                name: EventName::OrderCompleted,
                at: InstantMs(1_000 + seq),
                anonymous_id: Some("raw".into()),
                user_id: None,
                products: products.iter().map(|id| EventProduct::one(id)).collect(),
                order_id: None,
                shown: Shown { placement: Some("cart".into()), ..Shown::default() },
            },
        }
    }

    #[tokio::test]
    async fn an_id_is_claimed_once_until_it_is_forgotten() {
        for store in crate::testing::stores().await {
            let (old, new) = (day("2026-01-01"), day("2026-02-01"));
            let mut tx = store.begin().await.expect("begin");
            let many: Vec<(i64, Day)> = (0..4_500).map(|hash| (hash - 2_000, new)).collect();
            assert_eq!(claim(&mut tx, &many).await.expect("claim").len(), 4_500);
            let fresh = claim(&mut tx, &[(1, old), (9_000, old), (-2_000, old)]).await.expect("claim");
            assert_eq!(fresh, HashSet::from([9_000]));
            assert_eq!(seen(&mut tx, &[1, 9_000, 9_001]).await.expect("seen").len(), 2);
            tx.commit().await.expect("commit");
            assert_eq!(forget_seen(&store, new).await.expect("forget"), 1);
            let mut tx = store.begin().await.expect("begin");
            assert_eq!(claim(&mut tx, &[(9_000, new)]).await.expect("claim").len(), 1);
        }
    }

    #[tokio::test]
    async fn whole_events_go_in_and_exactly_those_named_go_out() {
        for store in crate::testing::stores().await {
            let mut tx = store.begin().await.expect("begin");
            let mut lines = Vec::new();
            for (seq, products) in [(1, vec!["a", "b"]), (2, vec![]), (3, vec!["a", "b", "c"]), (4, vec!["z"])] {
                lines.extend(Line::of(&recorded(seq, &products), seq * 7, "api"));
            }
            insert(&mut tx, &lines).await.expect("insert");
            assert_eq!(at(&mut tx, 9).await.expect("read"), lines, "what was written is read");
            assert_eq!(at(&mut tx, 2).await.expect("read").len(), 3);
            let seqs = |lines: Vec<Line>| lines.into_iter().map(|line| line.seq).collect::<Vec<_>>();
            assert_eq!(seqs(oldest(&mut tx, 4).await.expect("read")), [1, 1, 2], "no event is torn");
            assert_eq!(seqs(oldest(&mut tx, 1).await.expect("read")), [1, 1], "one event always fits");
            assert_eq!(seqs(oldest(&mut tx, 100).await.expect("read")).len(), 7);
            assert!(lock_compactor(&store, &mut tx).await.expect("lock"));
            assert_eq!(delete(&mut tx, &[1, 3]).await.expect("delete"), 5);
            tx.commit().await.expect("commit");
            let left = waiting(&store).await.expect("count");
            assert_eq!(left, Waiting { rows: 2, since: Some(InstantMs(1_002)) });
        }
    }
}

//! A batch of facts is sorted into new, known and revised against what is recorded.

use std::collections::HashMap;

use domain::{
    ImportId, InstantMs,
    facts::{Fact, Order, OrderKind},
};
use formats::{Row, Source};
use jiff::tz::TimeZone;
use store::{
    Tx,
    fact_keys::{self, Known},
};

use crate::{Intake, IntakeError, earlier::Earlier};

/// Where facts of a kind are known under. Events are
/// known by their message ids alone, see [`crate::events`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Table {
    OrderLines,
    AdDays,
    FunnelDays,
    Products,
    Customers,
    StockDays,
    ProductReviews,
    MailDays,
    Events,
}

impl Table {
    /// Those whose facts are known by key and digest.
    pub(crate) const ALL: [Table; 8] = [
        Table::OrderLines,
        Table::AdDays,
        Table::FunnelDays,
        Table::Products,
        Table::Customers,
        Table::StockDays,
        Table::ProductReviews,
        Table::MailDays,
    ];

    /// Whether its facts are rows of the lake that a newer content replaces.
    pub(crate) fn is_replaced_in_the_lake(self) -> bool {
        !matches!(self, Table::Products | Table::Customers | Table::Events)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Table::OrderLines => "order_lines",
            Table::AdDays => "ad_days",
            Table::FunnelDays => "funnel_days",
            Table::Products => "products",
            Table::Customers => "customers",
            Table::StockDays => "stock_days",
            Table::ProductReviews => "product_reviews",
            Table::MailDays => "mail_days",
            Table::Events => "events",
        }
    }
}

/// Table and key of a fact: by them it is known whatever file it comes in.
pub(crate) fn identity(source: Source, fact: &Fact) -> (Table, String) {
    match fact {
        Fact::Order(order) => (Table::OrderLines, format!("{source}:{}", order.order_id)),
        Fact::AdDay(row) => (Table::AdDays, row.key()),
        Fact::FunnelDay(row) => (Table::FunnelDays, row.key()),
        Fact::Product(product) => (Table::Products, product.product_id.clone()),
        Fact::Customer(customer) => (Table::Customers, crate::pseudonym::normalise(&customer.customer_key)),
        Fact::Event(event) => (Table::Events, event.message_id.clone()),
        Fact::Stock(row) => (Table::StockDays, row.key()),
        Fact::Review(review) => (Table::ProductReviews, review.key()),
        Fact::Mail(row) => (Table::MailDays, row.key()),
    }
}

pub(crate) fn hex(digest: [u8; 16]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A fact to be recorded.
#[derive(Debug)]
pub(crate) struct New {
    pub(crate) table: Table,
    pub(crate) key: String,
    pub(crate) fact: Fact,
    pub(crate) digest: String,
    /// The earlier content in whose place it stands.
    pub(crate) replaces: Option<Known>,
    /// Pseudonym that stands with an earlier part of the order and whose key is not at hand any more.
    pub(crate) customer_id: Option<String>,
}

/// Rows by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Counts {
    pub(crate) taken: u64,
    pub(crate) known: u64,
    pub(crate) revised: u64,
    pub(crate) rejected: u64,
}

impl Counts {
    pub(crate) fn total(&self) -> u64 {
        self.taken + self.known + self.revised + self.rejected
    }
}

/// What is the same for all batches of an import.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context {
    pub(crate) source: Source,
    pub(crate) import_id: ImportId,
    pub(crate) exported_at: InstantMs,
}

/// Rows that were known from, or revise, other imports: those cannot be undone before this one.
pub(crate) type Leans = std::collections::BTreeMap<ImportId, u64>;

/// What is recorded of the batch's facts.
pub(crate) type Recorded = HashMap<(Table, String), Known>;

/// Looks up what is recorded of the facts, with few statements.
pub(crate) async fn look_up(
    tx: &mut Tx,
    context: Context,
    around: (&Intake, &TimeZone, InstantMs),
    rows: &[Row],
) -> Result<Recorded, IntakeError> {
    let mut keys: HashMap<Table, Vec<String>> = HashMap::new();
    let mut recorded = Recorded::new();
    if context.source == Source::Events {
        for message_id in crate::events::known(tx, around, rows).await? {
            let Context { import_id, exported_at, .. } = context;
            let known = Known { digest: String::new(), seq: 0, import_id, exported_at };
            recorded.insert((Table::Events, message_id), known);
        }
        return Ok(recorded);
    }
    for row in rows {
        let (table, key) = identity(context.source, &row.fact);
        keys.entry(table).or_default().push(key);
    }
    for (table, keys) in keys {
        let found = fact_keys::lookup(tx, table.name(), keys.iter().map(String::as_str)).await?;
        recorded.extend(found.into_iter().map(|(key, known)| ((table, key), known)));
    }
    Ok(recorded)
}

/// Keys of orders of which an earlier part of the *same file* is recorded with other lines.
pub(crate) fn continued(context: Context, recorded: &Recorded, rows: &[Row]) -> Vec<String> {
    let mut keys: Vec<String> = rows
        .iter()
        .filter(|_| context.source == Source::Transactions)
        .filter_map(|row| {
            let (table, key) = identity(context.source, &row.fact);
            let known = recorded.get(&(table, key.clone()))?;
            let continues =
                table == Table::OrderLines && known.import_id == context.import_id && known.digest != hex(row.digest);
            continues.then_some(key)
        })
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

/// Sorts a batch into facts to be recorded, and says on which imports it leans. `earlier` holds the recorded parts of [`continued`] orders.
pub(crate) fn sort(
    context: Context,
    recorded: &Recorded,
    mut earlier: Earlier,
    rows: Vec<Row>,
    counts: &mut Counts,
) -> (Vec<New>, Leans) {
    let mut news: Vec<New> = Vec::with_capacity(rows.len());
    let mut leans = Leans::new();
    let mut places: HashMap<(Table, String), usize> = HashMap::new();
    for row in rows {
        let (table, key) = identity(context.source, &row.fact);
        let (digest, count) = (hex(row.digest), u64::from(row.rows));
        let place = (table, key.clone());
        if let Some(&index) = places.get(&place) {
            let new = &mut news[index];
            // An event is what it was when it was first told.
            if new.digest == digest || table == Table::Events {
                counts.known += count;
            } else if let (Source::Transactions, Fact::Order(order)) = (context.source, &row.fact) {
                if let Fact::Order(standing) = &mut new.fact {
                    join(standing, order);
                }
                new.digest = hex(formats::digest(&new.fact));
                counts.taken += count;
            } else {
                new.fact = row.fact;
                new.digest = digest;
                counts.revised += count;
            }
            continue;
        }
        let mut lean = |known: &Known| {
            if known.import_id != context.import_id {
                *leans.entry(known.import_id).or_default() += count;
            }
        };
        let mut new = New { table, key, fact: row.fact, digest, replaces: None, customer_id: None };
        match recorded.get(&place) {
            None => counts.taken += count,
            Some(known) if known.digest == new.digest || table == Table::Events => {
                lean(known);
                counts.known += count;
                continue;
            }
            Some(known) if known.exported_at > context.exported_at => {
                lean(known);
                counts.known += count;
                continue;
            }
            Some(known) => {
                lean(known);
                new.replaces = Some(known.clone());
                match (earlier.remove(&new.key), &mut new.fact) {
                    (Some((mut standing, customer_id)), Fact::Order(order)) => {
                        join(&mut standing, order);
                        *order = standing;
                        new.digest = hex(formats::digest(&new.fact));
                        new.customer_id = customer_id;
                        counts.taken += count;
                    }
                    _ => counts.revised += count,
                }
            }
        }
        places.insert(place, news.len());
        news.push(new);
    }
    (news, leans)
}

/// Adds the lines of a later part of an order. Amounts that stand on every line of an order are not added up.
fn join(standing: &mut Order, part: &Order) {
    standing.kind = match (standing.kind, part.kind) {
        (OrderKind::Sale, _) | (_, OrderKind::Sale) => OrderKind::Sale,
        (OrderKind::WriteOff, other) => other,
        (kind, _) => kind,
    };
    standing.placed_at = standing.placed_at.min(part.placed_at);
    standing.customer_key = standing.customer_key.take().or_else(|| part.customer_key.clone());
    standing.country = standing.country.take().or_else(|| part.country.clone());
    standing.discount_code = standing.discount_code.take().or_else(|| part.discount_code.clone());
    standing.discount_micros += part.discount_micros;
    standing.shipping_micros = standing.shipping_micros.max(part.shipping_micros);
    standing.tax_micros = standing.tax_micros.max(part.tax_micros);
    standing.refunded_micros = standing.refunded_micros.max(part.refunded_micros);
    standing.lines.extend(part.lines.iter().cloned());
}

//! Snapshots of the inventory: history into the lake, the newest of them into the products.

use std::collections::{BTreeMap, HashMap};

use domain::facts::{Fact, Product, StockDay};
use jiff::tz::TimeZone;
use lake::StockFact;
use store::{
    Tx,
    fact_keys::{self, Known},
    products::{self, Origin},
};

use crate::{
    IntakeError,
    batch::{Leans, New, Table, hex},
    record::Surroundings,
};

/// Records the rows of a batch. A product's stock follows its newest snapshot, unless a catalogue of a later day stands:
/// whoever imports last year's snapshots after today's catalogue gets the history and keeps today's stock.
pub(crate) async fn record<'n>(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    news: impl Iterator<Item = (&'n New, i64)>,
) -> Result<(), IntakeError> {
    let facts: Vec<StockFact<'_>> = news
        .filter_map(|(new, seq)| match &new.fact {
            Fact::Stock(row) => Some(StockFact { seq, fact_key: &new.key, row }),
            _ => None,
        })
        .collect();
    let Some(last) = facts.last().map(|fact| fact.seq) else { return Ok(()) };
    around.lake.write_stock_days(tx, &facts, around.now).await?;
    let rows: Vec<&StockDay> = facts.iter().map(|fact| fact.row).collect();
    // One statement must not name a product and place twice; a batch holds a key once, but perhaps on several days.
    let mut newest: BTreeMap<(&str, &str), &StockDay> = BTreeMap::new();
    for row in &rows {
        let place = newest.entry((&row.product_id, &row.location)).or_insert(row);
        if place.day <= row.day {
            *place = row;
        }
    }
    store::stock::upsert(tx, &newest.values().copied().collect::<Vec<_>>()).await?;
    let followed = follow(tx, around.zone, &rows, last).await?;
    for (on, rows) in followed {
        if on != around.context.import_id {
            store::undo::note_leans(tx, around.context.import_id, on, rows).await?;
        }
    }
    Ok(())
}

/// A new state of every product whose stock or price the newest snapshot says otherwise. Returns the imports of the
/// catalogue whose products those were, with how many.
pub(crate) async fn follow(tx: &mut Tx, zone: &TimeZone, rows: &[&StockDay], seq: i64) -> Result<Leans, IntakeError> {
    let named: BTreeMap<&str, &StockDay> = rows.iter().map(|row| (row.product_id.as_str(), *row)).collect();
    let levels = store::stock::levels(tx, named.keys().copied()).await?;
    let standing = products::find(tx, named.keys().copied()).await?;
    let catalogue = fact_keys::lookup(tx, Table::Products.name(), named.keys().copied()).await?;
    let (mut states, mut known): (Vec<(i64, Product)>, HashMap<String, Known>) = Default::default();
    let mut leans = Leans::new();
    for (id, row) in named {
        let Some(level) = levels.get(id) else { continue };
        let fact = catalogue.get(id);
        if fact.is_some_and(|known| known.exported_at.day_in(zone) > level.day) {
            continue;
        }
        let product = match standing.get(id) {
            Some((product, Origin::Catalogue)) => product.clone(),
            // A title out of an order line gives way to the shop's own.
            Some((product, Origin::OrderLines | Origin::Gone)) => {
                Product { title: row.title.clone(), handle: row.handle.clone(), ..product.clone() }
            }
            None => Product { handle: row.handle.clone(), ..products::from_title(id, &row.title) },
        };
        let next = Product {
            stock_units: level.units,
            price_micros: level.price_micros.or(product.price_micros),
            ..product.clone()
        };
        if standing.get(id).is_some_and(|(product, _)| *product == next) {
            continue;
        }
        if let Some(fact) = fact {
            // A later catalogue that says what the last one said is news again.
            let digest = hex(formats::digest(&Fact::Product(next.clone())));
            *leans.entry(fact.import_id).or_default() += 1;
            known.insert(id.to_owned(), Known { digest, seq, ..fact.clone() });
        }
        states.push((seq, next));
    }
    products::insert(tx, Origin::Catalogue, &states).await?;
    let known: Vec<(String, Known)> = known.into_iter().collect();
    fact_keys::upsert(tx, Table::Products.name(), &known).await?;
    Ok(leans)
}

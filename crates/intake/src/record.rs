//! A sorted batch becomes one Parquet file per table and state rows, all in the caller's transaction.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use domain::{
    Currency, InstantMs,
    facts::{Customer, Fact, Order, OrderKind, Product},
};
use jiff::tz::TimeZone;
use lake::{AdFact, FunnelFact, Lake, MailFact, OrderFact, ReviewFact};
use store::{
    Tx, customers,
    fact_keys::{self, Known},
    files,
    inbox::OnEvent,
    products::{self, Origin},
};

use crate::{
    IntakeError,
    batch::{Context, New, Table},
    pseudonym::{normalise, pseudonym},
};

/// What recording needs besides the facts.
pub(crate) struct Surroundings<'s> {
    pub(crate) context: Context,
    pub(crate) lake: &'s Lake,
    pub(crate) salt: &'s [u8; 32],
    pub(crate) zone: &'s TimeZone,
    pub(crate) currency: Currency,
    pub(crate) now: InstantMs,
    pub(crate) on_event: &'s [Arc<dyn OnEvent>],
}

/// Records new facts under the next `seq` numbers.
pub(crate) async fn record(tx: &mut Tx, around: &Surroundings<'_>, mut news: Vec<New>) -> Result<(), IntakeError> {
    if news.is_empty() {
        return Ok(());
    }
    // Whoever was erased is not brought back by an old export, not even as a key.
    let people = news.iter().filter(|new| new.table == Table::Customers).map(|new| pseudonym(around.salt, &new.key));
    let people: Vec<String> = people.collect();
    let erased = store::erasure::erased(tx, people.iter().map(String::as_str)).await?;
    if !erased.is_empty() {
        news.retain(|new| new.table != Table::Customers || !erased.contains(&pseudonym(around.salt, &new.key)));
        if news.is_empty() {
            return Ok(());
        }
    }
    let first = store::seq::allocate(tx, news.len() as i64).await?;
    let last = first + news.len() as i64 - 1;
    let import_id = around.context.import_id;
    store::undo::note_batch(tx, import_id, (first, last)).await?;
    for new in &mut news {
        match &mut new.fact {
            Fact::AdDay(row) => row.currency = row.currency.or(Some(around.currency)),
            Fact::FunnelDay(row) => row.currency = row.currency.or(Some(around.currency)),
            Fact::Mail(row) => row.currency = row.currency.or(Some(around.currency)),
            _ => {}
        }
    }
    let numbered = || news.iter().zip(first..);
    write_orders(tx, around, numbered()).await?;
    crate::events::record(tx, around, numbered()).await?;
    let ads: Vec<AdFact<'_>> = numbered()
        .filter_map(|(new, seq)| match &new.fact {
            Fact::AdDay(row) => Some(AdFact { seq, fact_key: &new.key, row }),
            _ => None,
        })
        .collect();
    around.lake.write_ad_days(tx, &ads, around.now).await?;
    let funnel: Vec<FunnelFact<'_>> = numbered()
        .filter_map(|(new, seq)| match &new.fact {
            Fact::FunnelDay(row) => Some(FunnelFact { seq, fact_key: &new.key, row }),
            _ => None,
        })
        .collect();
    around.lake.write_funnel_days(tx, &funnel, around.now).await?;
    let reviews: Vec<ReviewFact<'_>> = numbered()
        .filter_map(|(new, seq)| match &new.fact {
            Fact::Review(row) => Some(ReviewFact { seq, fact_key: &new.key, row }),
            _ => None,
        })
        .collect();
    around.lake.write_product_reviews(tx, &reviews, around.now).await?;
    let mails: Vec<MailFact<'_>> = numbered()
        .filter_map(|(new, seq)| match &new.fact {
            Fact::Mail(row) => Some(MailFact { seq, fact_key: &new.key, row }),
            _ => None,
        })
        .collect();
    around.lake.write_mail_days(tx, &mails, around.now).await?;

    let catalogue: Vec<(i64, Product)> = numbered()
        .filter_map(|(new, seq)| match &new.fact {
            Fact::Product(product) => Some((seq, product.clone())),
            _ => None,
        })
        .collect();
    products::insert(tx, Origin::Catalogue, &catalogue).await?;
    crate::stock::record(tx, around, numbered()).await?;
    write_titles(tx, last, &news).await?;
    write_customers(tx, around, &news).await?;

    for table in Table::ALL {
        let of_table = || numbered().filter(move |(new, _)| new.table == table);
        let known: Vec<(String, Known)> = of_table()
            .map(|(new, seq)| {
                let exported_at = around.context.exported_at;
                (new.key.clone(), Known { digest: new.digest.clone(), seq, import_id, exported_at })
            })
            .collect();
        fact_keys::upsert(tx, table.name(), &known).await?;
        let replaced: Vec<(&str, &Known)> = of_table()
            .filter_map(|(new, _)| Some((new.key.as_str(), new.replaces.as_ref()?)))
            .filter(|(_, known)| known.import_id != import_id)
            .collect();
        store::undo::note_replaced(tx, import_id, table.name(), &replaced).await?;
        if table.is_replaced_in_the_lake() {
            let replaced: Vec<(String, i64)> =
                of_table().filter(|(new, _)| new.replaces.is_some()).map(|(new, seq)| (new.key.clone(), seq)).collect();
            files::supersede(tx, table.name(), &replaced).await?;
        }
    }
    Ok(())
}

async fn write_orders<'n>(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    news: impl Iterator<Item = (&'n New, i64)>,
) -> Result<(), IntakeError> {
    let source = around.context.source.as_str();
    let orders: Vec<(&New, &Order, i64, Option<String>)> = news
        .filter_map(|(new, seq)| match &new.fact {
            Fact::Order(order) => {
                let customer = order.customer_key.as_deref().map(|key| pseudonym(around.salt, key));
                Some((new, order, seq, customer.or_else(|| new.customer_id.clone())))
            }
            _ => None,
        })
        .collect();
    let facts: Vec<OrderFact<'_>> = orders
        .iter()
        .map(|(new, order, seq, customer_id)| OrderFact {
            seq: *seq,
            source,
            fact_key: &new.key,
            customer_id: customer_id.as_deref(),
            day: order.placed_at.day_in(around.zone),
            order,
        })
        .collect();
    around.lake.write_orders(tx, &facts, around.now).await?;
    Ok(())
}

/// Products that no catalogue file named get a title from order lines, so that a join always finds one. The latest
/// title of a paid line wins (unpaid lines carry remarks such as `damaged`).
async fn write_titles(tx: &mut Tx, seq: i64, news: &[New]) -> Result<(), IntakeError> {
    let mut titles: BTreeMap<&str, (&str, bool)> = BTreeMap::new();
    for new in news {
        let Fact::Order(order) = &new.fact else { continue };
        for line in &order.lines {
            let title = line.title.trim();
            let paid = order.kind == OrderKind::Sale && line.unit_price_micros > 0 && !title.is_empty();
            let standing = titles.entry(&line.product_id).or_insert((title, paid));
            if paid || (!standing.1 && !title.is_empty()) {
                *standing = (title, paid);
            }
        }
    }
    let found = products::find(tx, titles.keys().copied()).await?;
    let fresh: Vec<(i64, Product)> = titles
        .iter()
        .filter(|(id, (title, paid))| match found.get(**id) {
            None => true,
            Some((_, Origin::Catalogue)) => false,
            Some((product, Origin::OrderLines | Origin::Gone)) => *paid && product.title != *title,
        })
        .map(|(id, (title, _))| (seq, products::from_title(id, if title.is_empty() { id } else { title })))
        .collect();
    products::insert(tx, Origin::OrderLines, &fresh).await?;
    Ok(())
}

async fn write_customers(tx: &mut Tx, around: &Surroundings<'_>, news: &[New]) -> Result<(), IntakeError> {
    let salt = around.salt;
    let mut named: Vec<(String, Customer)> = Vec::new();
    let mut met: HashMap<String, Customer> = HashMap::new();
    for new in news {
        match &new.fact {
            Fact::Customer(customer) => {
                let record = Customer { customer_key: new.key.clone(), ..customer.clone() };
                named.push((pseudonym(salt, &new.key), record));
            }
            Fact::Order(order) => {
                let Some(key) = order.customer_key.as_deref().map(normalise) else { continue };
                met.entry(key.clone()).or_insert_with(|| Customer {
                    email: key.contains('@').then(|| key.clone()),
                    customer_key: key,
                    first_name: None,
                    last_name: None,
                    country: order.country.clone(),
                    accepts_email: None,
                    tags: Vec::new(),
                });
            }
            _ => {}
        }
    }
    let mut met: Vec<(String, Customer)> = met.into_iter().map(|(key, c)| (pseudonym(salt, &key), c)).collect();
    // Nor by an order.
    let erased = store::erasure::erased(tx, met.iter().map(|(id, _)| id.as_str())).await?;
    met.retain(|(id, _)| !erased.contains(id));
    let keys: Vec<(&str, &str)> =
        named.iter().map(|(pseudonym, customer)| (customer.customer_key.as_str(), pseudonym.as_str())).collect();
    store::undo::keep_customers(tx, around.context.import_id, &keys).await?;
    customers::upsert(tx, &named).await?;
    met.sort_by(|a, b| a.1.customer_key.cmp(&b.1.customer_key));
    customers::insert_new(tx, &met).await?;
    Ok(())
}

//! Stores and lakes for tests: orders of a fixture, or the real data set, put in without the importer.
#![allow(dead_code, missing_docs)]

use std::{
    collections::{BTreeMap, HashSet},
    io::BufReader,
    path::{Path, PathBuf},
};

use domain::{
    Currency, Day, InstantMs,
    facts::{Fact, Order, OrderKind, OrderLine},
};
use jiff::tz::TimeZone;
use lake::{Lake, OrderFact};
use store::{
    Store,
    brand::Brand,
    products::{self, Origin},
};

/// Where the real data sets are read in place.
pub fn shared_data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data")
}

/// A context over an empty store and lake in a folder.
pub async fn context(folder: &Path, brand: Brand, now: InstantMs) -> sprint::Context {
    let store = Store::open(&format!("sqlite://{}", folder.join("fortnight.db").display())).await.expect("store");
    let lake = Lake::open(store.clone(), &format!("file://{}", folder.join("lake").display())).expect("lake");
    let mut tx = store.begin().await.expect("begin");
    store::brand::set(&mut tx, &brand).await.expect("brand");
    tx.commit().await.expect("commit");
    sprint::Context::load(store, lake, now, "test").await.expect("context")
}

pub fn brand(name: &str, currency: &str) -> Brand {
    Brand {
        name: name.into(),
        currency: Currency::parse(currency).expect("currency"),
        time_zone: "UTC".into(),
        site_url: "https://shop.example".into(),
    }
}

/// Puts orders and the titles of their products into the lake.
pub async fn put(ctx: &sprint::Context, orders: &[Order]) {
    for chunk in orders.chunks(20_000) {
        let mut tx = ctx.store.begin().await.expect("begin");
        let first = store::seq::allocate(&mut tx, chunk.len() as i64).await.expect("seq");
        let keys: Vec<String> = chunk.iter().map(|order| format!("transactions:{}", order.order_id)).collect();
        let people: Vec<Option<String>> = chunk
            .iter()
            .map(|order| order.customer_key.as_ref().map(|key| format!("{:0>16}", key.to_lowercase())))
            .collect();
        let facts: Vec<OrderFact<'_>> = chunk
            .iter()
            .enumerate()
            .map(|(index, order)| OrderFact {
                seq: first + index as i64,
                source: "transactions",
                fact_key: &keys[index],
                customer_id: people[index].as_deref(),
                day: order.placed_at.day_in(&TimeZone::UTC),
                order,
            })
            .collect();
        ctx.lake.write_orders(&mut tx, &facts, ctx.now).await.expect("write");
        let mut titles = BTreeMap::new();
        for line in chunk.iter().flat_map(|order| &order.lines) {
            if line.is_product && line.quantity > 0 && line.unit_price_micros > 0 && !line.title.is_empty() {
                titles.insert(line.product_id.clone(), line.title.clone());
            }
        }
        let seq = store::seq::allocate(&mut tx, titles.len().max(1) as i64).await.expect("seq");
        let rows: Vec<_> =
            (seq..).zip(&titles).map(|(seq, (id, title))| (seq, products::from_title(id, title))).collect();
        products::insert(&mut tx, Origin::OrderLines, &rows).await.expect("products");
        tx.commit().await.expect("commit");
    }
}

/// All orders of both files of the real data set, the overlap once; `None` where the folder is absent.
pub fn retail_orders() -> Option<Vec<Order>> {
    let mut seen = HashSet::new();
    let mut orders = Vec::new();
    for name in ["online_retail_2009_2010.csv.gz", "online_retail_2010_2011.csv.gz"] {
        let path = shared_data().join("online_retail").join(name);
        let Ok(file) = std::fs::File::open(&path) else {
            eprintln!("skipped: {} is absent", path.display());
            return None;
        };
        let input = BufReader::new(flate2::read::MultiGzDecoder::new(file));
        let options = formats::ReadOptions { currency: Currency::parse("GBP").ok(), ..Default::default() };
        let reader = formats::open(formats::Source::Transactions, input, &options).expect("readable");
        for row in reader {
            if let Fact::Order(order) = row.expect("no rejects").fact
                && seen.insert(order.order_id.clone())
            {
                orders.push(order);
            }
        }
    }
    Some(orders)
}

/// An order of a fixture: day, customer, product ids (one unit at 10.00 each).
pub fn order(number: usize, day: Day, customer: &str, lines: &[&str]) -> Order {
    let line = |id: &&str| OrderLine {
        product_id: (*id).to_owned(),
        title: format!("Product {id}"),
        quantity: 1,
        unit_price_micros: 10_000_000,
        is_product: true,
    };
    Order {
        order_id: format!("o{number}"),
        kind: OrderKind::Sale,
        placed_at: InstantMs(day.start_in(&TimeZone::UTC).0 + 36_000_000),
        customer_key: (!customer.is_empty()).then(|| customer.to_owned()),
        currency: Currency::parse("EUR").expect("currency"),
        country: None,
        discount_micros: 0,
        discount_code: None,
        shipping_micros: 0,
        tax_micros: 0,
        refunded_micros: 0,
        is_cancelled: false,
        marks: Default::default(),
        lines: lines.iter().map(line).collect(),
    }
}

/// A brief for two weeks with one offer and two facts.
pub fn brief(currency: Currency, flight: domain::DayRange) -> domain::sprint::Brief {
    use domain::sprint::{Brief, Channel, Kpi, Offer};
    Brief {
        title: "Fortnight test".into(),
        objective: "More second orders".into(),
        kpi: Kpi::NetRevenue,
        guardrail: String::new(),
        audience: String::new(),
        products: Vec::new(),
        offers: vec![Offer {
            label: "10% off everything".into(),
            code: Some("TEN".into()),
            percent_off: Some(10),
            ends_on: flight.to,
        }],
        channels: vec![Channel::Meta, Channel::GoogleSearch, Channel::Email],
        budget_minor: 500_000,
        currency,
        flight,
        banned_words: Vec::new(),
        landing_url: "https://shop.example".into(),
        facts: vec!["Every parcel is packed by hand within two working days".into()],
        concept_count: 20,
        pick_count: 3,
        carried_actions: Vec::new(),
    }
}

/// The rules of variety that every sheet keeps.
pub fn assert_varied(concepts: &[domain::sprint::Concept], wanted: usize) {
    assert_eq!(concepts.len(), wanted);
    let ideas: HashSet<String> = concepts.iter().map(store::concepts::idea_key).collect();
    assert_eq!(ideas.len(), wanted, "no two share product set, segment and angle");
    let titles: HashSet<&str> = concepts.iter().map(|concept| concept.title.as_str()).collect();
    assert_eq!(titles.len(), wanted);
    let angles: HashSet<&str> = concepts.iter().map(|concept| concept.angle.as_str()).collect();
    assert!(angles.len() >= sprint::concepts::MIN_ANGLES, "{angles:?}");
    let segments: HashSet<&str> = concepts.iter().map(|concept| concept.segment.as_str()).collect();
    assert!(segments.len() >= sprint::concepts::MIN_SEGMENTS, "{segments:?}");
    let discounts = concepts.iter().filter(|concept| concept.is_discount_led()).count();
    assert!(discounts * sprint::concepts::DISCOUNT_SHARE <= wanted, "{discounts} led by a discount");
    let insights = sprint::concepts::distinct_insights(concepts);
    assert!(insights >= sprint::concepts::MIN_INSIGHTS.min(wanted), "{insights} distinct insights");
    let quotes: Vec<_> = concepts.iter().filter_map(|concept| concept.quote.as_ref()).collect();
    let told: HashSet<(&str, &str)> = quotes.iter().map(|quote| (&*quote.review_id, &*quote.words)).collect();
    assert_eq!(told.len(), quotes.len(), "a customer's words are used once");
    let texts: Vec<String> = concepts.iter().map(sprint::concepts::text).collect();
    let alike = sprint::concepts::largest_similarity(&texts);
    assert!(alike <= sprint::concepts::MAX_SIMILARITY, "{alike}");
    for concept in concepts {
        let text = format!("{} {} {} {}", concept.title, concept.hook, concept.insight, concept.hypothesis);
        assert!(!text.contains(['{', '}']), "{text}");
        assert!(!text.contains("  ") && !text.contains("about about") && !text.contains("every about"), "{text}");
        assert!(concept.why_now.len() > 20 && !concept.why_now.contains(['{', '}']), "why now? {concept:?}");
        assert!(concept.pool.people >= sprint::miners::MIN_PEOPLE && !concept.evidence.is_empty());
    }
}

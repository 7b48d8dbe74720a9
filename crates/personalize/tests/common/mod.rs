//! A shop of teas and pots with orders of two tastes, in a store and lake of its own.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

use domain::{
    Currency, InstantMs,
    event::{Event, EventName, EventProduct, Shown},
    facts::{Order, OrderKind, OrderLine, Product},
};
use lake::{Lake, OrderFact};
use personalize::{Ask, Placement, Service, placements::Settings, train};
use store::{Store, inbox::Recorded, products::Origin};

pub const DAY_MS: i64 = 86_400_000;
pub const NOW: InstantMs = InstantMs(20_400 * DAY_MS + 9 * 3_600_000);

pub struct Shop {
    pub folder: tempfile::TempDir,
    pub store: Store,
    pub lake: Lake,
}

pub fn product(number: usize) -> Product {
    let taste = if number.is_multiple_of(2) { "green" } else { "black" };
    Product {
        product_id: format!("p{number}"),
        handle: Some(format!("tea-{number}")),
        title: format!("Tea {number}"),
        description: String::new(),
        category: Some(taste.into()),
        vendor: None,
        tags: Vec::new(),
        price_micros: Some(5_000_000 + number as i64 * 1_000_000),
        cost_micros: Some(2_000_000),
        stock_units: Some(50),
        image_url: None,
        is_active: true,
    }
}

fn order(number: usize, products: &[usize], at: InstantMs) -> Order {
    let line = |product: &usize| OrderLine {
        product_id: format!("p{product}"),
        title: String::new(),
        quantity: 1,
        unit_price_micros: 10_000_000,
        is_product: true,
    };
    Order {
        order_id: format!("o{number}"),
        kind: OrderKind::Sale,
        placed_at: at,
        customer_key: None,
        currency: Currency::parse("EUR").unwrap(),
        country: None,
        discount_micros: 0,
        discount_code: None,
        shipping_micros: 0,
        tax_micros: 0,
        refunded_micros: 0,
        is_cancelled: false,
        marks: Default::default(),
        lines: products.iter().map(line).collect(),
    }
}

impl Shop {
    /// `orders` orders of `products` products over 100 days: even products sell with even ones, odd with odd.
    pub async fn open(store: Store, products: usize, orders: usize) -> Shop {
        let folder = tempfile::tempdir().unwrap();
        let mut tx = store.begin().await.unwrap();
        let brand = store::brand::Brand { site_url: "https://tea.example".into(), ..Default::default() };
        store::brand::set(&mut tx, &brand).await.unwrap();
        tx.commit().await.unwrap();
        let lake = Lake::open(store.clone(), &format!("file://{}", folder.path().join("lake").display())).unwrap();
        let mut tx = store.begin().await.unwrap();
        let first = store::seq::allocate(&mut tx, products as i64).await.unwrap();
        let all: Vec<_> = (0..products).map(|number| (first + number as i64, product(number))).collect();
        store::products::insert(&mut tx, Origin::Catalogue, &all).await.unwrap();
        let first = store::seq::allocate(&mut tx, orders as i64).await.unwrap();
        let orders: Vec<(Order, String)> = (0..orders)
            .map(|number| {
                let taste = number % 2;
                let pick = |n: usize| (number / 2 * 7 + n * n * 3 + n) % (products / 2) * 2 + taste;
                let at = InstantMs(NOW.0 - (100 - (number % 100) as i64) * DAY_MS + number as i64 * 1000);
                let customer = format!("c{:04}", number % (orders / 3).max(1) / 2 * 2 + taste);
                (order(number, &[pick(0), pick(1), pick(2)], at), customer)
            })
            .collect();
        let keys: Vec<String> = orders.iter().map(|(order, _)| format!("t:{}", order.order_id)).collect();
        let facts: Vec<OrderFact> = orders
            .iter()
            .enumerate()
            .map(|(index, (order, customer))| OrderFact {
                seq: first + index as i64,
                source: "t",
                fact_key: &keys[index],
                customer_id: Some(customer),
                day: order.placed_at.day_in(&jiff::tz::TimeZone::UTC),
                order,
            })
            .collect();
        lake.write_orders(&mut tx, &facts, InstantMs(1)).await.unwrap();
        tx.commit().await.unwrap();
        Shop { folder, store, lake }
    }

    pub async fn train(&self, at: InstantMs) -> train::Report {
        let options = train::Options { model: Some("tfidf".into()), ..train::Options::default() };
        train::train(&self.lake, self.folder.path(), &options, at, "test", &|_| {}).await.unwrap()
    }

    pub async fn serve(&self) -> Service {
        Service::open(self.store.clone(), self.folder.path()).await.unwrap()
    }

    /// Switches every placement on.
    pub async fn switch_on(&self, service: &Service, holdout_permille: i64) {
        for placement in Placement::ALL {
            let settings = Settings { holdout_permille, ..Settings::default() };
            personalize::set_placement(service, placement, &settings, NOW, "ann").await.unwrap();
        }
    }

    /// Events as an import brings them.
    pub async fn events(&self, events: &[Recorded]) {
        let mut tx = self.store.begin().await.unwrap();
        let first = store::seq::allocate(&mut tx, events.len() as i64).await.unwrap();
        let numbered = events.iter().zip(first..).map(|(event, seq)| Recorded { seq, ..event.clone() });
        let lines: Vec<_> = numbered.flat_map(|event| store::inbox::Line::of(&event, event.seq, "t")).collect();
        self.lake.write_events(&mut tx, &lines, NOW).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// One more order of a customer: so many pieces of the first product, with so much off.
    pub async fn order(&self, number: usize, customer: &str, pieces: i64, discount_micros: i64, at: InstantMs) {
        let mut order = Order { discount_micros, ..order(number, &[0], at) };
        order.lines[0].quantity = pieces;
        let mut tx = self.store.begin().await.unwrap();
        let seq = store::seq::allocate(&mut tx, 1).await.unwrap();
        let fact = OrderFact {
            seq,
            source: "t",
            fact_key: &format!("t:{number}"),
            customer_id: Some(customer),
            day: at.day_in(&jiff::tz::TimeZone::UTC),
            order: &order,
        };
        self.lake.write_orders(&mut tx, &[fact], NOW).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn put(&self, product: Product) {
        let mut tx = self.store.begin().await.unwrap();
        let seq = store::seq::allocate(&mut tx, 1).await.unwrap();
        store::products::insert(&mut tx, Origin::Catalogue, &[(seq, product)]).await.unwrap();
        tx.commit().await.unwrap();
    }
}

pub fn ask(placement: Placement, device: &str) -> Ask {
    Ask { placement: Some(placement), device: Some(device.into()), ..Ask::default() }
}

pub fn event(name: EventName, device: &str, product: &str, at: InstantMs) -> Recorded {
    Recorded {
        seq: 1,
        day: at.day_in(&jiff::tz::TimeZone::UTC),
        device_id: Some(device.into()),
        customer_id: None,
        event: Event {
            message_id: format!("{device}{product}{}", at.0),
            name,
            at,
            anonymous_id: Some(device.into()),
            user_id: None,
            products: vec![EventProduct::one(product)],
            order_id: None,
            shown: Shown::default(),
        },
    }
}

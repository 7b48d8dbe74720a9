//! A small tea shop with a known history, put into store and lake without the importer, and a sprint with its concepts.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

use domain::{
    ConceptId, Currency, Day, DayRange, InstantMs, SprintId,
    facts::{AdDay, AdPlatform, Customer, FunnelDay, Order, OrderKind, OrderLine, Product},
    sprint::{Angle, Brief, Channel, Concept, Effort, Kpi, Offer, Pool, SprintStage},
};
use jiff::tz::TimeZone;
use lake::{AdFact, FunnelFact, Lake, OrderFact};
use sprint::Context;
use store::{Store, brand::Brand, products};

/// First day of the flight, and the day on which the sprint is launched.
pub fn launch_day() -> Day {
    Day::parse("2026-05-04").unwrap()
}

pub fn noon(day: Day) -> InstantMs {
    InstantMs(day.start_in(&TimeZone::UTC).0 + 12 * 3_600_000)
}

pub fn eur() -> Currency {
    Currency::parse("EUR").unwrap()
}

pub struct Shop {
    _folder: tempfile::TempDir,
    pub ctx: Context,
    pub sprint: SprintId,
    pub concepts: Vec<Concept>,
}

impl Shop {
    /// The context at noon of a day.
    pub fn at(&self, day: Day) -> Context {
        self.ctx.at(noon(day), "Ada")
    }
}

fn product(id: &str, title: &str, price: i64, cost: i64, stock: i64) -> Product {
    Product {
        title: title.into(),
        description: "Loose leaves from a small garden. Questions: anna.schmidt@example.org".into(),
        category: Some("Tea".into()),
        price_micros: Some(price * 1_000_000),
        cost_micros: Some(cost * 1_000_000),
        stock_units: Some(stock),
        ..products::from_title(id, title)
    }
}

pub fn brief() -> Brief {
    Brief {
        title: "Spring refill".into(),
        objective: "More second orders of tea.".into(),
        kpi: Kpi::NetRevenue,
        guardrail: String::new(),
        audience: "People who bought tea".into(),
        products: vec![],
        offers: vec![Offer {
            label: "10% off refills".into(),
            code: Some("REFILL10".into()),
            percent_off: Some(10),
            ends_on: launch_day().plus(20),
        }],
        channels: vec![Channel::GoogleSearch, Channel::Meta, Channel::Email],
        budget_minor: 280_000,
        currency: eur(),
        flight: DayRange { from: launch_day(), to: launch_day().plus(13) },
        banned_words: vec!["detox".into(), "cosy".into()],
        landing_url: "https://leaf.example/tea".into(),
        facts: vec!["Packed by hand in Bremen".into(), "Free shipping from €40".into()],
        concept_count: 3,
        pick_count: 3,
        carried_actions: vec![],
    }
}

fn concept(name: &str, title: &str, angle: Angle, product: &str, product_title: &str, offer: Option<usize>) -> Concept {
    Concept {
        id: ConceptId::derive(noon(launch_day()), &[name]),
        title: title.into(),
        insight: "120 people are due for a refill.".into(),
        hook: "Is your tin nearly empty?".into(),
        segment: "Customers whose last tin is six weeks old".into(),
        pool: Pool { people: 120, past_revenue_minor: 480_000 },
        effort: Effort::Small,
        angle,
        product_ids: vec![product.into()],
        product_titles: vec![product_title.into()],
        offer,
        channels: vec![Channel::GoogleSearch, Channel::Meta, Channel::Email],
        hypothesis: "Net revenue of tea rises.".into(),
        miner: "replenishment_due".into(),
        evidence: vec![],
        quote: None,
        expect: None,
        why_now: String::new(),
        brought_by: None,
    }
}

/// The shop on its launch day, its sprint with brief and three picked concepts, on a SQLite store.
pub async fn open() -> Shop {
    open_on(store::testing::sqlite().await).await
}

pub async fn open_on(store: Store) -> Shop {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(store.clone(), &format!("file://{}", folder.path().join("lake").display())).unwrap();
    let now = noon(launch_day());
    let mut tx = store.begin().await.unwrap();
    let brand = Brand {
        name: "Leaf & Co".into(),
        currency: eur(),
        time_zone: "UTC".into(),
        site_url: "https://leaf.example".into(),
    };
    store::brand::set(&mut tx, &brand).await.unwrap();
    let seq = store::seq::allocate(&mut tx, 3).await.unwrap();
    let tins = [
        product("TEA-1", "Green tea tin", 12, 5, 900),
        product("TEA-2", "Black tea tin", 14, 6, 900),
        product("TEA-3", "Mint tea tin", 10, 4, 0),
    ];
    let rows: Vec<(i64, Product)> =
        tins.into_iter().enumerate().map(|(index, tin)| (seq + index as i64, tin)).collect();
    products::insert(&mut tx, products::Origin::Catalogue, &rows).await.unwrap();
    let people: Vec<(String, Customer)> = (0..40)
        .map(|index| {
            let customer = Customer {
                customer_key: format!("anna{index}@example.org"),
                email: Some(if index == 0 {
                    "anna.schmidt@example.org".into()
                } else {
                    format!("anna{index}@example.org")
                }),
                first_name: Some("Annegret".into()),
                last_name: Some(format!("Schmidtbauer{index}")),
                country: None,
                accepts_email: Some(true),
                tags: vec![],
            };
            (format!("{index:016x}"), customer)
        })
        .collect();
    store::customers::upsert(&mut tx, &people).await.unwrap();
    tx.commit().await.unwrap();

    let ctx = Context::load(store, lake, now, "Ada").await.unwrap();
    let sprint = sprint::sprints::create(&ctx, "Spring refill", None).await.unwrap().id;
    let concepts = vec![
        concept("green", "Never run out of green tea", Angle::Convenience, "TEA-1", "Green tea tin", None),
        concept("black", "A tin for the desk", Angle::Education, "TEA-2", "Black tea tin", Some(0)),
        concept("mint", "Mint for warm evenings", Angle::Season, "TEA-3", "Mint tea tin", None),
    ];
    let mut tx = ctx.store.begin().await.unwrap();
    store::sprints::save_brief(&mut tx, sprint, &brief()).await.unwrap();
    sprint::sprints::advance(&ctx, &mut tx, sprint, SprintStage::Concepts).await.unwrap();
    store::concepts::replace(&mut tx, sprint, &concepts, &"sheet").await.unwrap();
    for concept in &concepts {
        let picked = store::concepts::ConceptState::Picked;
        store::concepts::decide(&mut tx, concept.id, picked, Some("worth a try"), now, "Ada").await.unwrap();
    }
    tx.commit().await.unwrap();
    Shop { _folder: folder, ctx, sprint, concepts }
}

/// What happens on a day besides the shop's everyday.
#[derive(Default, Clone)]
pub struct Extra {
    /// Ad spend in euros and orders of each concept, by its place.
    pub concepts: Vec<(i64, i64)>,
    /// GA4's tag is broken: it sees a quarter of the orders.
    pub tag_broken: bool,
    /// Click rate of the first concept's ads in per mille.
    pub click_rate: i64,
}

/// The facts of some days, on their way into the lake in one batch.
#[derive(Default)]
struct Facts {
    orders: Vec<Order>,
    people: Vec<String>,
    ads: Vec<AdDay>,
    visits: Vec<FunnelDay>,
}

/// Puts the everyday of `count` days into the lake.
pub async fn everyday(shop: &Shop, first: Day, count: i32) {
    let mut facts = Facts::default();
    (0..count).for_each(|n| facts.add(shop, first.plus(n), &Extra::default()));
    facts.write(shop, first).await;
}

/// Puts a day into the lake.
pub async fn day(shop: &Shop, day: Day, extra: &Extra) {
    let mut facts = Facts::default();
    facts.add(shop, day, extra);
    facts.write(shop, day).await;
}

impl Facts {
    /// A day's orders, ad reports and GA4 rows. The everyday: 14 to 18 orders, €40 of Google and Meta ads.
    fn add(&mut self, shop: &Shop, day: Day, extra: &Extra) {
        let number = i64::from(day.epoch_days());
        let everyday = 14 + number % 5;
        let mut orders: Vec<Order> = (0..everyday).map(|index| order(day, index, "TEA-1", 12)).collect();
        for platform in [AdPlatform::Google, AdPlatform::Meta] {
            self.ads.push(ad(day, platform, "Always on", "always-on", 20, 12));
        }
        let seen = |orders: i64| if extra.tag_broken { orders / 4 } else { orders - orders / 12 };
        self.visits.push(funnel(day, ("google", "organic", "(not set)"), 300, seen(everyday)));
        for ((spend, bought), concept) in extra.concepts.iter().zip(&shop.concepts) {
            let mark = concept.id.utm_content();
            let product = concept.product_ids[0].as_str();
            let first = 100 + orders.len() as i64;
            orders.extend((0..*bought).map(|index| order(day, first + index, product, 12)));
            let rate = if concept.title.starts_with("Never") { extra.click_rate.max(1) } else { 12 };
            let group = format!("{} · {mark}", concept.title);
            self.ads.push(ad(day, AdPlatform::Google, &group, &format!("g {mark}"), spend / 2, rate));
            self.ads.push(ad(day, AdPlatform::Meta, &group, &format!("m {mark}"), spend - spend / 2, rate));
            self.visits.push(funnel(day, ("google", "cpc", &mark), 40, seen(*bought) / 2));
            self.visits.push(funnel(day, ("facebook", "paid", &mark), 60, seen(*bought) - seen(*bought) / 2));
        }
        let person = |index: usize| format!("{:016x}", (number * 7 + index as i64 * 3) % 4_000);
        self.people.extend((0..orders.len()).map(person));
        self.orders.extend(orders);
    }

    async fn write(&self, shop: &Shop, day: Day) {
        let Facts { orders, people, ads, visits } = self;
        let (ctx, now) = (&shop.ctx, noon(day));
        let mut tx = ctx.store.begin().await.unwrap();
        let first = store::seq::allocate(&mut tx, (orders.len() + ads.len() + visits.len()) as i64).await.unwrap();
        let mut seq = first..;
        let keys: Vec<String> = orders.iter().map(|order| format!("shopify:{}", order.order_id)).collect();
        let mut facts = Vec::new();
        for ((order, fact_key), person) in orders.iter().zip(&keys).zip(people) {
            let day = order.placed_at.day_in(&TimeZone::UTC);
            let (seq, customer_id) = (seq.next().unwrap(), Some(person.as_str()));
            facts.push(OrderFact { seq, source: "shopify", fact_key, customer_id, day, order });
        }
        ctx.lake.write_orders(&mut tx, &facts, now).await.unwrap();
        let keys: Vec<String> = ads.iter().map(AdDay::key).collect();
        let mut facts = Vec::new();
        for (row, fact_key) in ads.iter().zip(&keys) {
            facts.push(AdFact { seq: seq.next().unwrap(), fact_key, row });
        }
        ctx.lake.write_ad_days(&mut tx, &facts, now).await.unwrap();
        let keys: Vec<String> = visits.iter().map(FunnelDay::key).collect();
        let mut facts = Vec::new();
        for (row, fact_key) in visits.iter().zip(&keys) {
            facts.push(FunnelFact { seq: seq.next().unwrap(), fact_key, row });
        }
        ctx.lake.write_funnel_days(&mut tx, &facts, now).await.unwrap();
        tx.commit().await.unwrap();
    }
}

fn order(day: Day, index: i64, product: &str, price: i64) -> Order {
    Order {
        order_id: format!("{day}-{index}"),
        kind: OrderKind::Sale,
        placed_at: InstantMs(day.start_in(&TimeZone::UTC).0 + 3_600_000 + index * 60_000),
        customer_key: None,
        currency: eur(),
        country: None,
        discount_micros: 0,
        discount_code: None,
        shipping_micros: 0,
        tax_micros: 0,
        refunded_micros: 0,
        is_cancelled: false,
        marks: Default::default(),
        lines: vec![OrderLine {
            product_id: product.into(),
            title: product.into(),
            quantity: 2,
            unit_price_micros: price * 1_000_000,
            is_product: true,
        }],
    }
}

fn ad(day: Day, platform: AdPlatform, group: &str, name: &str, euros: i64, per_mille: i64) -> AdDay {
    let impressions = euros * 100;
    AdDay {
        platform,
        account_id: "1".into(),
        day,
        campaign_id: group.into(),
        campaign_name: group.into(),
        ad_group_name: group.into(),
        ad_id: name.into(),
        ad_name: name.into(),
        breakdown_dims: String::new(),
        breakdown_values: String::new(),
        impressions,
        clicks: impressions * per_mille / 1_000,
        spend_micros: euros * 1_000_000,
        conversions_micros: 1_000_000,
        value_micros: euros * 3_000_000,
        currency: Some(eur()),
    }
}

fn funnel(day: Day, (source, medium, content): (&str, &str, &str), sessions: i64, purchases: i64) -> FunnelDay {
    FunnelDay {
        day,
        source: source.into(),
        medium: medium.into(),
        campaign: "spring-refill".into(),
        content: content.into(),
        sessions,
        views: sessions,
        add_to_carts: purchases * 2,
        checkouts: purchases,
        purchases,
        revenue_micros: purchases * 24_000_000,
        currency: Some(eur()),
    }
}

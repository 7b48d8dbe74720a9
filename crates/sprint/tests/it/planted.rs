//! Planted shops: what a miner exists for is put in, and the size it names is the one that was put in.

use domain::{
    Currency, Day, DayRange, InstantMs,
    event::EventName,
    facts::{AdDay, AdPlatform, Order, Product, ProductReview},
};
use lake::{AdFact, ReviewFact};
use sprint::{
    evidence,
    miners::{self, Miner, Opportunity},
};
use store::inbox::Line;

fn today() -> Day {
    Day::parse("2026-06-01").unwrap()
}

/// What a shop has, besides titles that its orders name.
#[derive(Default)]
struct Shop {
    orders: Vec<Order>,
    catalogue: Vec<Product>,
    ads: Vec<AdDay>,
    reviews: Vec<ProductReview>,
    /// What visitors did; numbered when it is written.
    events: Vec<Line>,
}

/// What one miner finds in a shop of these orders.
async fn found(orders: &[Order], miner: Miner) -> Vec<Opportunity> {
    found_in(&Shop { orders: orders.to_vec(), ..Shop::default() }, miner).await
}

/// What one miner finds in a shop.
async fn found_in(shop: &Shop, miner: Miner) -> Vec<Opportunity> {
    let folder = tempfile::tempdir().unwrap();
    let now = InstantMs(today().start_in(&jiff::tz::TimeZone::UTC).0);
    let ctx = crate::common::context(folder.path(), crate::common::brand("Planted", "EUR"), now).await;
    crate::common::put(&ctx, &shop.orders).await;
    let mut tx = ctx.store.begin().await.unwrap();
    let count = shop.catalogue.len() + shop.ads.len() + shop.reviews.len() + shop.events.len();
    let first = store::seq::allocate(&mut tx, count.max(1) as i64).await.unwrap();
    let rows: Vec<(i64, Product)> = (first..).zip(shop.catalogue.iter().cloned()).collect();
    store::products::insert(&mut tx, store::products::Origin::Catalogue, &rows).await.unwrap();
    let keys: Vec<String> = shop.ads.iter().map(AdDay::key).collect();
    let facts: Vec<AdFact<'_>> = (first + shop.catalogue.len() as i64..)
        .zip(shop.ads.iter().zip(&keys))
        .map(|(seq, (row, fact_key))| AdFact { seq, fact_key, row })
        .collect();
    if !facts.is_empty() {
        ctx.lake.write_ad_days(&mut tx, &facts, now).await.unwrap();
    }
    let keys: Vec<String> = shop.reviews.iter().map(ProductReview::key).collect();
    let facts: Vec<ReviewFact<'_>> = (first + (shop.catalogue.len() + shop.ads.len()) as i64..)
        .zip(shop.reviews.iter().zip(&keys))
        .map(|(seq, (row, fact_key))| ReviewFact { seq, fact_key, row })
        .collect();
    if !facts.is_empty() {
        ctx.lake.write_product_reviews(&mut tx, &facts, now).await.unwrap();
    }
    let last = first + (count - shop.events.len()) as i64;
    let lines: Vec<Line> =
        (last..).zip(shop.events.clone()).map(|(seq, line)| Line { seq, message_hash: seq, ..line }).collect();
    if !lines.is_empty() {
        ctx.lake.write_events(&mut tx, &lines, now).await.unwrap();
    }
    tx.commit().await.unwrap();
    let snapshot = ctx.lake.snapshot(now).await.unwrap();
    let flight = DayRange { from: today(), to: today().plus(13) };
    let frame = miners::Frame::load(&snapshot, flight, ctx.brand.currency, &[]).await.unwrap().unwrap();
    let found = miners::mine(&snapshot, &frame).await.unwrap();
    let all: Vec<_> = found.opportunities.into_iter().filter(|item| item.miner == miner).collect();
    for item in &all {
        evidence::verify(&ctx.lake, &item.evidence).await.unwrap();
    }
    all
}

fn said(item: &Opportunity, names: &[(&str, i64)]) {
    for (name, value) in names {
        assert_eq!(evidence::int(&item.evidence, name), *value, "{name} of {item:?}");
    }
}

/// Customers `prefix0…` with an order every 30 days, the newest ten days ago.
fn regulars(
    from: usize,
    (prefix, people, orders): (&str, usize, usize),
    basket: impl Fn(usize) -> &'static [&'static str],
) -> Vec<Order> {
    let pairs = (0..people).flat_map(|who| (0..orders).map(move |nth| (who, nth)));
    pairs
        .enumerate()
        .map(|(at, (who, nth))| {
            let day = today().plus(-10 - 30 * nth as i32);
            crate::common::order(from + at, day, &format!("{prefix}{who}"), basket(nth))
        })
        .collect()
}

/// 20 people order four times, three times of them with a code; 40 order three times without: 60 of 200 orders are coded.
#[tokio::test]
async fn who_orders_only_with_a_code_is_counted() {
    let mut orders = regulars(0, ("coded", 20, 4), |_| &["soap"]);
    for (at, order) in orders.iter_mut().enumerate() {
        order.discount_code = (at % 4 != 3).then(|| "TEN".to_owned());
    }
    orders.extend(regulars(1000, ("plain", 40, 3), |_| &["soap"]));
    let all = found(&orders, Miner::DiscountDependence).await;
    assert_eq!(all.len(), 1, "{all:?}");
    said(&all[0], &[("people", 20), ("coded_buyers", 20), ("buyers", 60), ("coded_orders", 60), ("their_orders", 80)]);
    // 80 orders of 10.00.
    said(&all[0], &[("shop_coded_percent", 30), ("past_micros", 800_000_000)]);
    assert_eq!(all[0].pool.people, 20);
}

/// Of 280 French orders 140 have tea, of 120 German ones none: 60 would be expected. The 30 Germans never had it.
#[tokio::test]
async fn a_country_that_leaves_a_product_aside_is_counted() {
    let mut orders = regulars(0, ("fr", 70, 4), |nth| if nth < 2 { &["soap", "tea"] } else { &["soap"] });
    orders.iter_mut().for_each(|order| order.country = Some("FR".into()));
    let mut german = regulars(1000, ("de", 30, 4), |_| &["soap"]);
    german.iter_mut().for_each(|order| order.country = Some("DE".into()));
    orders.extend(german);
    let all = found(&orders, Miner::RegionGap).await;
    assert_eq!(all.len(), 1, "{all:?}");
    said(
        &all[0],
        &[("people", 30), ("here_orders", 0), ("here_shop", 120), ("there_orders", 140), ("there_shop", 280)],
    );
    assert_eq!(all[0].words["country"], "DE");
    assert_eq!(all[0].products[0].id, "tea");
}

/// A product of the catalogue; price and cost in whole euros.
fn product(id: &str, category: &str, stock_units: i64, (price, cost): (i64, i64)) -> Product {
    Product {
        category: Some(category.into()),
        stock_units: Some(stock_units),
        price_micros: Some(price * 1_000_000),
        cost_micros: Some(cost * 1_000_000),
        ..store::products::from_title(id, &format!("Product {id}"))
    }
}

/// Somebody unknown orders on the last day, so that the data end there.
fn yesterday(of: &str) -> Order {
    crate::common::order(9_999, today().plus(-1), "", &[of])
}

/// One more order, of one product, of each of some customers.
fn once(from: usize, prefix: &str, people: usize, days_ago: i32, basket: &[&str]) -> Vec<Order> {
    let one = |who: usize| crate::common::order(from + who, today().plus(-days_ago), &format!("{prefix}{who}"), basket);
    (0..people).map(one).collect()
}

/// 60 people buy soap every 30 days, 12 of them a bath bomb that is first sold 20 days ago: the other 48 lack it. The 40 who
/// buy tea have another taste.
#[tokio::test]
async fn who_lacks_a_new_product_of_their_taste_is_counted() {
    let mut orders = regulars(0, ("bath", 60, 5), |_| &["soap"]);
    orders.extend(regulars(1_000, ("kitchen", 40, 5), |_| &["tea"]));
    orders.push(yesterday("tea"));
    let before = Shop {
        orders: orders.clone(),
        catalogue: vec![product("soap", "Bath", 50, (10, 5)), product("tea", "Kitchen", 50, (10, 5))],
        ..Shop::default()
    };
    assert_eq!(found_in(&before, Miner::NewArrivals).await, [], "nothing is new");
    orders.extend(once(2_000, "bath", 12, 20, &["bomb"]));
    let mut catalogue = before.catalogue;
    catalogue.push(product("bomb", "Bath", 50, (10, 5)));
    let all = found_in(&Shop { orders, catalogue, ..Shop::default() }, Miner::NewArrivals).await;
    assert_eq!(all.len(), 1, "{all:?}");
    // 48 people with five orders of 10.00.
    said(&all[0], &[("people", 48), ("orders_new", 12), ("buyers_new", 12), ("age_days", 20)]);
    said(&all[0], &[("past_micros", 2_400_000_000)]);
    assert_eq!(all[0].products[0].id, "bomb");
}

/// 60 people bought oats, which are sold out; 20 of them know rye, which is there: the other 40 may want it.
#[tokio::test]
async fn who_misses_what_is_sold_out_is_counted() {
    let mut orders = regulars(0, ("eater", 60, 2), |_| &["oats"]);
    orders.extend(once(1_000, "eater", 20, 15, &["rye"]));
    let shop = |oats| Shop {
        orders: orders.clone(),
        catalogue: vec![product("oats", "Food", oats, (10, 5)), product("rye", "Food", 50, (10, 5))],
        ..Shop::default()
    };
    assert_eq!(found_in(&shop(5), Miner::SubstituteAfterStockOut).await, [], "both are there");
    let all = found_in(&shop(0), Miner::SubstituteAfterStockOut).await;
    assert_eq!(all.len(), 1, "{all:?}");
    // 40 people with two orders of 10.00.
    said(&all[0], &[("people", 40), ("gone_buyers", 60), ("both_buyers", 20), ("substitute_units", 50)]);
    said(&all[0], &[("past_micros", 800_000_000)]);
    assert_eq!(all[0].products.iter().map(|product| product.id.as_str()).collect::<Vec<_>>(), ["oats", "rye"]);
}

/// Vases and bowls sell 120 and 80 pieces in 56 days with as many in stock. Lamps earn 75 % and ten were sold of 510: they
/// last 2,800 days. Of 100 people who buy for the home ten have one.
#[tokio::test]
async fn what_earns_well_and_lies_on_the_shelf_is_found() {
    let mut orders = regulars(0, ("vase", 60, 4), |_| &["vase"]);
    orders.extend(regulars(1_000, ("bowl", 40, 2), |_| &["bowl"]));
    orders.extend(once(2_000, "vase", 10, 30, &["lamp"]));
    let shop = |lamps| Shop {
        orders: orders.clone(),
        catalogue: vec![
            product("vase", "Home", 120, (20, 10)),
            product("bowl", "Home", 80, (20, 10)),
            product("lamp", "Home", lamps, (40, 10)),
        ],
        ..Shop::default()
    };
    assert_eq!(found_in(&shop(10), Miner::StockImbalance).await, [], "lamps last as long as the rest");
    let all = found_in(&shop(500), Miner::StockImbalance).await;
    assert_eq!(all.len(), 1, "{all:?}");
    said(&all[0], &[("people", 90), ("stock_units", 500), ("units_sold", 10), ("units_before", 0)]);
    said(&all[0], &[("cover_days", 2_800), ("usual_cover_days", 56), ("margin_percent", 75)]);
    // 50 people with four orders and 40 with two, of 10.00 each.
    said(&all[0], &[("past_micros", 2_800_000_000)]);
    assert_eq!(all[0].products[0].id, "lamp");
}

/// An ad's days: 1,000 impressions and 10.00 a day.
fn ad(name: &str, days_ago: std::ops::Range<i32>, clicks: i64) -> impl Iterator<Item = AdDay> {
    days_ago.map(move |ago| AdDay {
        platform: AdPlatform::Meta,
        account_id: "1".into(),
        day: today().plus(-ago),
        campaign_id: "c".into(),
        campaign_name: "c".into(),
        ad_group_name: "g".into(),
        ad_id: name.into(),
        ad_name: name.into(),
        breakdown_dims: String::new(),
        breakdown_values: String::new(),
        impressions: 1_000,
        clicks,
        spend_micros: 10_000_000,
        conversions_micros: 0,
        value_micros: 0,
        currency: Currency::parse("EUR").ok(),
    })
}

/// Of two ads one falls from 5 % clicks to 2 %; 60 people came within 90 days and began with soap.
#[tokio::test]
async fn a_tired_ad_is_told_with_what_newcomers_begin_with() {
    let mut orders = regulars(0, ("new", 60, 2), |_| &["soap"]);
    orders.push(yesterday("soap"));
    let steady = || ad("steady", 1..43, 40);
    let shop = |now| Shop {
        orders: orders.clone(),
        ads: ad("worn", 15..43, 50).chain(ad("worn", 1..15, now)).chain(steady()).collect(),
        ..Shop::default()
    };
    assert_eq!(found_in(&shop(45), Miner::AdFatigue).await, [], "a tenth less is no fatigue");
    let all = found_in(&shop(20), Miner::AdFatigue).await;
    assert_eq!(all.len(), 1, "{all:?}");
    said(&all[0], &[("people", 60), ("newcomers", 60), ("tired_ads", 1), ("ads", 2)]);
    said(&all[0], &[("ctr_before_bp", 500), ("ctr_now_bp", 200), ("tired_spend_micros", 140_000_000)]);
    // 60 people with two orders of 10.00.
    said(&all[0], &[("past_micros", 1_200_000_000)]);
}

fn review(number: usize, product_id: &str, rating: i64, body: &str) -> ProductReview {
    ProductReview {
        platform: "judge.me".into(),
        review_id: format!("r{number}"),
        day: today().plus(-20),
        product_id: product_id.into(),
        handle: None,
        product_title: None,
        rating,
        title: String::new(),
        body: body.into(),
        is_verified: Some(true),
        is_published: true,
    }
}

/// Six of soap's seven reviews say the same of it, nobody says it of tea; 40 people buy for the bath and lack soap.
#[tokio::test]
async fn what_reviews_keep_saying_is_told_to_who_lacks_it() {
    let mut orders = regulars(0, ("owner", 30, 2), |_| &["soap"]);
    orders.extend(regulars(1_000, ("bath", 40, 3), |_| &["sponge"]));
    let praise = [
        "It smells like summer rain every single time.",
        "My whole bathroom smells like summer rain now!",
        "Honestly, it smells like summer rain.",
        "The foam smells like summer rain and lasts.",
        "Even my son noticed that it smells like summer rain.",
        "First bar I finished: it smells like summer rain.",
    ];
    let others =
        ["Arrived quickly and well packed.", "Strong taste, dark leaves.", "Fine in the morning.", "A gift for mum."];
    let mut reviews: Vec<ProductReview> =
        praise.iter().enumerate().map(|(at, body)| review(at, "soap", 5, body)).collect();
    reviews.push(review(50, "soap", 4, "Came a day late, still glad."));
    // What is hidden, or no praise, is repeated to nobody.
    reviews.push(review(60, "soap", 1, "It broke apart in my hands."));
    reviews.push(ProductReview { is_published: false, ..review(61, "soap", 5, "Hidden: smells like summer rain.") });
    reviews.extend(others.iter().enumerate().map(|(at, body)| review(100 + at, "tea", 5, body)));
    let shop = |reviews: Vec<ProductReview>| Shop {
        orders: orders.clone(),
        catalogue: vec![
            product("soap", "Bath", 50, (10, 5)),
            product("sponge", "Bath", 50, (10, 5)),
            product("tea", "Kitchen", 50, (10, 5)),
        ],
        reviews,
        ..Shop::default()
    };
    let unrepeated = reviews.iter().filter(|review| !review.body.contains("summer rain")).cloned().collect();
    assert_eq!(found_in(&shop(unrepeated), Miner::ReviewsSay).await, [], "nothing is repeated");
    let all = found_in(&shop(reviews.clone()), Miner::ReviewsSay).await;
    assert_eq!(all.len(), 1, "{all:?}");
    // 40 people with three orders of 10.00; eight published reviews, one of them of four stars and one of one.
    said(&all[0], &[("people", 40), ("past_micros", 1_200_000_000), ("reviews", 8)]);
    said(&all[0], &[("rating_tenths", 10 * (6 * 5 + 4 + 1) / 8), ("reviews_new", 8)]);
    assert_eq!((all[0].numbers["say_it"], all[0].numbers["praise"]), (6.0, 7.0));
    let (quote, id) = (&all[0].words["quote"], &all[0].words["review_id"]);
    let of = reviews.iter().find(|review| review.review_id == *id).unwrap();
    assert!(of.body.contains(quote.as_str()) && of.rating == 5 && of.is_published, "{quote}");
    assert_eq!(all[0].products[0].id, "soap");
}

/// A look at soap, by a known customer or an unknown device.
fn look(name: EventName, customer: Option<&str>, days_ago: i32) -> Line {
    let day = today().plus(-days_ago);
    Line {
        seq: 0,
        line_no: 1,
        message_hash: 0,
        day,
        at: InstantMs(day.start_in(&jiff::tz::TimeZone::UTC).0 + 3_600_000),
        source: "api".into(),
        name,
        device_id: Some("device".into()),
        customer_id: customer.map(|key| format!("{key:0>16}")),
        product_id: Some("soap".into()),
        quantity: 1,
        price_micros: None,
        order_id: None,
        placement: None,
        change_id: None,
        arm: None,
    }
}

/// 30 known people looked at soap, 8 of them put it into the cart, 6 bought it afterwards: 24 did not.
#[tokio::test]
async fn who_looked_and_did_not_buy_is_counted() {
    let mut orders = regulars(0, ("seen", 30, 2), |_| &["tea"]);
    orders.extend(once(1_000, "seen", 6, 3, &["soap"]));
    // One more bought before looking, which is no answer to it.
    orders.push(crate::common::order(2_000, today().plus(-9), "seen29", &["soap"]));
    orders.push(yesterday("tea"));
    let strangers = (0..50).map(|_| look(EventName::ProductViewed, None, 4));
    let shop = |events: Vec<Line>| Shop { orders: orders.clone(), events, ..Shop::default() };
    let unknown = shop(strangers.clone().collect());
    assert_eq!(found_in(&unknown, Miner::ViewedNotBought).await, [], "nobody is known by name");
    let known = (0..30).map(|who| look(EventName::ProductViewed, Some(&format!("seen{who}")), 5));
    let added = (10..18).map(|who| look(EventName::ProductAdded, Some(&format!("seen{who}")), 5));
    let all = found_in(&shop(strangers.chain(known).chain(added).collect()), Miner::ViewedNotBought).await;
    assert_eq!(all.len(), 1, "{all:?}");
    said(&all[0], &[("people", 24), ("viewers", 30), ("adders", 8), ("views", 38)]);
    // 24 people with two orders of 10.00, one of them with a third.
    said(&all[0], &[("past_micros", 490_000_000)]);
    assert_eq!(all[0].products[0].id, "soap");
}

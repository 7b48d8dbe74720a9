//! Cold products on Online Retail: does the catalogue text find what is truly bought together with a product whose whole
//! history is hidden? Prints Markdown; exits 1 on a missed bar.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod shop;

use std::time::Instant;

use recommend::{
    Item, Scored, Scores,
    basket::{Past, bought_together, decayed_popularity},
    content::{Content, Entry},
    keep_top,
};

/// The year's last quarter is the test; what came before is the past.
const CUT_S: i64 = 1_314_835_200; // 2011-09-01
const LIST: usize = 10;

fn main() {
    let Some(shop) = shop::online_retail(&["2009_2010", "2010_2011"]) else { return };
    let log = shop.baskets();
    let past = Past::new(&log, CUT_S);
    let items = log.item_count();
    let (mut money, mut lines) = (vec![0.0f64; items], vec![0.0f64; items]);
    for (line, units) in shop.lines.iter().zip(&shop.units) {
        money[line.item as usize] += f64::from(line.value) / f64::from(*units);
        lines[line.item as usize] += 1.0;
    }
    let price = |item: usize| Some((money[item] / lines[item]) as f32);
    let titles: Vec<Entry<'_>> = shop.titles.iter().map(|title| Entry { title, ..Entry::default() }).collect();
    let priced: Vec<Entry<'_>> =
        titles.iter().enumerate().map(|(item, entry)| Entry { price: price(item), ..*entry }).collect();
    let began = Instant::now();
    let by_title = Content::fit(&titles);
    let fitted = began.elapsed();
    let with_price = Content::fit(&priced);
    let together = bought_together(past, 1);
    let popularity = decayed_popularity(past, 28.0);
    let mut best_sellers: Vec<Scored> =
        popularity.iter().enumerate().map(|(item, &score)| Scored { item: item as Item, score }).collect();
    keep_top(LIST + 1, &mut best_sellers);

    // Test: baskets from the cut on; an item counts if at least five of them hold it and it was sold before.
    let mut holders: Vec<Vec<u32>> = vec![Vec::new(); items];
    for &basket in log.by_time().iter().filter(|&&basket| log.time_s(basket as usize) >= CUT_S) {
        log.items(basket as usize).iter().for_each(|&item| holders[item as usize].push(basket));
    }
    let asked: Vec<Item> = (0..items as Item)
        .filter(|&item| holders[item as usize].len() >= 5 && popularity[item as usize] > 0.0)
        .collect();
    let sold = |item: Item| popularity[item as usize] > 0.0;
    let (mut scores, mut best) = (Scores::new(items), Vec::new());
    let mut content_list = |content: &Content, item: Item| -> Vec<Item> {
        content.similar(item, LIST, &sold, &mut scores, &mut best);
        best.iter().map(|scored| scored.item).collect()
    };
    let began = Instant::now();
    asked.iter().for_each(|&item| drop(content_list(&by_title, item)));
    let micros = began.elapsed().as_secs_f64() * 1e6 / asked.len() as f64;
    println!(
        "## Cold products: {} of Online Retail, each with its history hidden, in {} baskets from 2011-09-01 on\n",
        asked.len(),
        asked.iter().map(|&item| holders[item as usize].len()).sum::<usize>()
    );
    println!("| ten products by | baskets with the product that hold one of the ten | share of the ten per basket |");
    println!("| --- | --- | --- |");
    let show = |name: &str, list: &mut dyn FnMut(Item) -> Vec<Item>| -> f64 {
        let (mut any, mut share) = (0.0, 0.0);
        for &item in &asked {
            let list = list(item);
            let baskets = &holders[item as usize];
            let hits = |&basket: &u32| {
                list.iter().filter(|other| log.items(basket as usize).binary_search(other).is_ok()).count()
            };
            any += baskets.iter().filter(|basket| hits(basket) > 0).count() as f64 / baskets.len() as f64;
            share += baskets.iter().map(hits).sum::<usize>() as f64 / (LIST * baskets.len()) as f64;
        }
        let (any, share) = (any / asked.len() as f64, share / asked.len() as f64);
        println!("| {name} | {:.1} % | {:.2} % |", 100.0 * any, 100.0 * share);
        share
    };
    let popular = show("best-sellers", &mut |item| {
        best_sellers.iter().map(|scored| scored.item).filter(|&other| other != item).take(LIST).collect()
    });
    let title = show("title", &mut |item| content_list(&by_title, item));
    show("title and price", &mut |item| content_list(&with_price, item));
    let mut scratch = [Scores::new(items), Scores::new(items)];
    let mut lent = Vec::new();
    let mut company = |content: &Content, item: Item| -> Vec<Item> {
        let near = |of, each: &mut dyn FnMut(Item, f32)| together.of(of).for_each(|(other, score)| each(other, score));
        content.goes_with(item, &near, LIST, &sold, &mut scratch, &mut lent);
        lent.iter().map(|scored| scored.item).collect()
    };
    show("title, and what like products go with", &mut |item| company(&by_title, item));
    let lends = show("title and price, and what like products go with", &mut |item| company(&with_price, item));
    let warm = show("bought together before (needs the hidden history)", &mut |item| {
        together.of(item).take(LIST).map(|(other, _)| other).collect()
    });
    println!("\nFitting {} titles: {:.0} ms; a list: {micros:.0} µs.", items, fitted.as_secs_f64() * 1e3);
    let met = lends > 1.2 * popular;
    println!(
        "\nCold bar: what like products go with is bought with it {:.2} times as often as best-sellers (≥ 1.2), {:.0} % of what the \
         hidden history would have told; titles alone {:.0} %{}",
        lends / popular,
        100.0 * lends / warm,
        100.0 * title / warm,
        if met { " – met" } else { " – MISSED" }
    );
    std::process::exit(i32::from(!met));
}

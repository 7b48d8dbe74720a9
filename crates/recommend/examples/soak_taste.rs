//! Long-term taste on Online Retail: the first basket of each customer on or after 2011-10-01 from all that the customer
//! bought before, and how much of what is *new* to the customer each model finds.
//!
//! Prints Markdown (`--variants`: EASE with other options too, a minute more); exits 1 where EASE is not at least 5 % above cosine and best-sellers on new items.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod shop;

use std::{collections::HashSet, time::Instant};

use recommend::{
    Item, Model, Query, Scores, Session, Sessions, Signal,
    item_item::{ItemItem, Similarity},
    linear::{Ease, EaseOptions, Linear, LinearOptions},
    pairs::PairOptions,
};

const AT: usize = 10;
/// 2011-10-01 in seconds since 1970.
const CUT_S: i64 = 1_317_427_200;

struct Asked {
    history: Vec<Item>,
    basket: Vec<Item>,
}

fn main() {
    let Some(shop) = shop::online_retail(&["2009_2010", "2010_2011"]) else { return };
    let log = shop.baskets();
    let (mut past, mut asked) = (Sessions::new(), Vec::new());
    let mut popularity = vec![0.0_f32; log.item_count()];
    for customer in 0..log.customer_count() as u32 {
        let own = log.of(customer);
        let (mut history, mut next) = (Vec::new(), None);
        for basket in own {
            if log.time_s(basket) >= CUT_S {
                next = next.or(Some(basket));
                continue;
            }
            let weight = (-((CUT_S - log.time_s(basket)) as f32) / (28.0 * 86_400.0)).exp2();
            log.items(basket).iter().for_each(|&item| popularity[item as usize] += weight);
            history.extend(log.items(basket));
        }
        if history.is_empty() {
            continue;
        }
        // A customer is one session: what was bought together over the years.
        past.items.extend(&history);
        past.starts.push(past.items.len());
        past.users.push(customer);
        asked.extend(next.map(|basket| Asked { history, basket: log.items(basket).to_vec() }));
    }
    past.signals = vec![Signal::Purchase; past.items.len()];
    past.times_s = vec![0; past.items.len()];
    let items = log.item_count();
    println!("{} customers, {items} items, {} asked\n", past.len(), asked.len());
    println!("| model | recall@{AT}, all | NDCG, all | recall@{AT}, new items | NDCG, new items | fit, s |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let best_sellers = show("best-sellers", &asked, items, 0.0, |_, scores| {
        popularity.iter().enumerate().for_each(|(item, &count)| scores.add(item as Item, count));
    });
    let everything = PairOptions {
        own: 0.0,
        query_power: 0.0,
        query_items: 500,
        window: 10_000,
        neighbours: items,
        ..Similarity::Cosine.options()
    };
    let cosine = model("cosine", &asked, items, || ItemItem::fit(&past, items, Similarity::Cosine, &everything, 1));
    model("slis", &asked, items, || {
        let options = LinearOptions {
            ridge: 1.0,
            half_life: 1e9,
            session_events: 2_000,
            top: 500,
            query_decay: 1e9,
            query_items: 2_000,
            ..LinearOptions::slis(items)
        };
        Linear::fit(&past, items, &options, 1, &|_| ())
    });
    let variants = [(20, 500.0), (50, 200.0), (50, 1_000.0), (200, 500.0)];
    for (neighbours, ridge) in
        variants.into_iter().filter(|_| std::env::args().any(|argument| argument == "--variants"))
    {
        let options = EaseOptions { neighbours, ridge, ..EaseOptions::new(items) };
        model(&format!("ease, {neighbours} neighbours, λ {ridge}"), &asked, items, || {
            Ease::fit(&past, items, &options, 1, &|_| ())
        });
    }
    let ease = model("ease", &asked, items, || Ease::fit(&past, items, &EaseOptions::new(items), 1, &|_| ()));
    println!(
        "\nEASE finds {:.2} × the new items that cosine finds and {:.2} × those of best-sellers.",
        ease / cosine,
        ease / best_sellers
    );
    if ease < 1.05 * cosine.max(best_sellers) {
        std::process::exit(1);
    }
}

fn model<M: Model>(name: &str, asked: &[Asked], items: usize, fit: impl FnOnce() -> M) -> f64 {
    let began = Instant::now();
    let model = fit();
    let seconds = began.elapsed().as_secs_f64();
    show(name, asked, items, seconds, |history, scores| {
        let signals = vec![Signal::Purchase; history.len()];
        let times_s = vec![0; history.len()];
        let session = Session { items: history, signals: &signals, times_s: &times_s, user: None };
        model.score(&Query { session, history: &[] }, scores);
    })
}

/// Recall of new items.
fn show(name: &str, asked: &[Asked], items: usize, seconds: f64, score: impl Fn(&[Item], &mut Scores)) -> f64 {
    let (mut scores, mut best) = (Scores::new(items), Vec::new());
    let mut sums = [[0.0; 3]; 2];
    for Asked { history, basket } in asked {
        let had: HashSet<Item> = history.iter().copied().collect();
        for (new, sums) in sums.iter_mut().enumerate() {
            let wanted: Vec<Item> = basket.iter().copied().filter(|item| new == 0 || !had.contains(item)).collect();
            if wanted.is_empty() {
                continue;
            }
            score(history, &mut scores);
            scores.take_top_where(AT, &|item| new == 0 || !had.contains(&item), &mut best);
            let gain = |rank: usize| 1.0 / (rank as f64 + 2.0).log2();
            let hits = best.iter().enumerate().filter(|(_, scored)| wanted.contains(&scored.item));
            let (count, gains) = hits.fold((0, 0.0), |(count, gains), (rank, _)| (count + 1, gains + gain(rank)));
            sums[0] += f64::from(count) / wanted.len() as f64;
            sums[1] += gains / (0..AT.min(wanted.len())).map(gain).sum::<f64>();
            sums[2] += 1.0;
        }
    }
    let mean = |at: usize, what: usize| sums[at][what] / f64::max(sums[at][2], 1.0);
    println!(
        "| {name} | {:.4} | {:.4} | {:.4} | {:.4} | {seconds:.1} |",
        mean(0, 0),
        mean(0, 1),
        mean(1, 0),
        mean(1, 1)
    );
    mean(1, 0)
}

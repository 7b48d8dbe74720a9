//! What it gains to know what happened: simulated shops' visits (views, adds to the cart, orders), `auto` with the kinds of
//! events and `auto` told that all are views. The newest tenth of the sessions is asked.
//!
//! Prints Markdown. `FORTNIGHT_SEEDS` is a comma-separated list (default 7,8,9).
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{collections::HashMap, time::Duration};

use domain::{Day, event::EventName};
use recommend::{
    Catalogue, Hooks, Model as _, Sessions, Signal,
    auto::{self, MemberOptions},
    evaluate::{Counts, EvaluateOptions, next_item},
    models::TrainOptions,
};
use simulate::{Config, World};

/// When, which item, what happened.
type Row = (i64, u32, Signal);

/// People's visits, a visitor's day being a session; crawlers and staff are left out, as a shop would.
fn sessions(seed: u64) -> (Sessions, usize) {
    let today = Day::parse("2026-03-02").unwrap();
    let mut world = World::new(Config { days: 150, start: today.plus(-150), ..Config::small(seed, today) });
    world.run_until(today.plus(-1));
    let (mut items, mut users) = (Catalogue::default(), HashMap::new());
    let mut drafts: HashMap<(String, i64), Vec<Row>> = HashMap::new();
    for event in world.events(world.span()) {
        let signal = match event.name {
            EventName::ProductViewed => Signal::View,
            EventName::ProductAdded => Signal::AddToCart,
            EventName::OrderCompleted => Signal::Purchase,
            _ => continue,
        };
        let Some(device) = event.anonymous_id.filter(|device| device.starts_with('a')) else { continue };
        let time_s = event.at.0 / 1_000;
        let draft = drafts.entry((device, time_s / 86_400)).or_default();
        draft.extend(event.products.iter().map(|product| (time_s, items.intern(&product.product_id), signal)));
    }
    let mut drafts: Vec<_> = drafts.into_iter().collect();
    drafts.sort_by(|(a, of_a), (b, of_b)| (of_a[of_a.len() - 1].0, a).cmp(&(of_b[of_b.len() - 1].0, b)));
    let mut sessions = Sessions::new();
    for ((device, _), events) in drafts {
        let next = users.len() as u32;
        sessions.users.push(*users.entry(device).or_insert(next));
        for (time_s, item, signal) in events {
            sessions.items.push(item);
            sessions.signals.push(signal);
            sessions.times_s.push(time_s);
        }
        sessions.starts.push(sessions.items.len());
    }
    (sessions, items.len())
}

fn main() {
    let seeds = std::env::var("FORTNIGHT_SEEDS").unwrap_or_else(|_| "7,8,9".to_owned());
    println!("| seed | sessions | log | HR@5 | MRR@5 | learnt |\n| --- | --- | --- | --- | --- | --- |");
    for seed in seeds.split(',').map(|seed| seed.parse().expect("a number")) {
        let (all, items) = sessions(seed);
        let cut = all.len() - all.len() / 10;
        let views = Sessions { signals: vec![Signal::View; all.items.len()], ..all.clone() };
        for (name, log) in [("kinds", &all), ("views only", &views)] {
            let (training, test) = (log.slice(0..cut), log.slice(cut..log.len()));
            let options = TrainOptions { threads: 2, ..TrainOptions::default() };
            let members = MemberOptions::defaults(items);
            let model = auto::train_with(members, &training, items, &options, Hooks::only(&|_| ()));
            let how = EvaluateOptions { at: 5, threads: 2, ..EvaluateOptions::default() };
            let found = next_item(&model, &test, &Counts::of(&training, items), &how, &|| Duration::ZERO);
            let mut out = recommend::artefact::Writer::new();
            model.save(&mut out);
            let bytes = out.finish();
            let text = String::from_utf8_lossy(&bytes);
            let learnt: Vec<&str> = ["\"signals\":", "\"query_signals\":", "\"signal_weights\":"]
                .iter()
                .flat_map(|key| text.match_indices(key).map(|(at, _)| text[at..].split('}').next().unwrap_or_default()))
                .map(|found| found.split("],\"ridge").next().unwrap_or_default())
                .collect();
            println!(
                "| {seed} | {} | {name} | {:.4} | {:.4} | {} |",
                all.len(),
                found.hit_rate,
                found.mrr,
                learnt.join(" ")
            );
            for choice in model.report().map_or(&[][..], |report| &report.choices) {
                println!(
                    "| {seed} | {} questions | {:?}{} | {:.4} | {:.4} | {} |",
                    choice.examples,
                    choice.purpose,
                    if choice.inherits { " (inherits)" } else { "" },
                    choice.hit_rate,
                    choice.mrr,
                    choice.model
                );
            }
        }
    }
}

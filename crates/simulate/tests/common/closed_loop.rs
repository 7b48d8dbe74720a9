//! The closed loop: a recommender learns from a simulated shop's own events, visitors are drawn to get its lists or
//! nothing, and the judge has to find what the lists truly did. Shared by the test and by `soak_closed_loop`.
#![allow(dead_code)]

use std::collections::HashMap;

use domain::{
    Day, DayRange,
    event::{Event, EventName},
};
use recommend::{Catalogue, Recommender, Sessions, Signal, models::TrainOptions};
use simulate::{Config, Response, Shopper, World};
use stats::{
    experiment::{ArmSums, Assigner, Assignment, Metric, UnitFigures, difference},
    sequential::{Decision, Design, Look, analyse},
};

/// Days of events that the model learns from.
const LEARNS_DAYS: i32 = 28;
/// Days of the experiment.
pub const DAYS: u32 = 14;
/// Products of a list.
const LIST: usize = 4;
/// A visitor who looks at more products than this in one visit is no visitor.
const MOST_SEEN: usize = 30;

/// What one world came to, money per visitor in major units.
#[derive(Debug, Clone)]
pub struct Loop {
    /// Visitors in both arms.
    pub visitors: u64,
    /// What the lists truly do to the mean of all visitors.
    pub truth: f64,
    /// What the judge says.
    pub estimate: f64,
    /// Its interval at 95 %.
    pub interval: [f64; 2],
    /// What it calls it.
    pub decision: Decision,
    /// Revenue per visitor without lists.
    pub without: f64,
    /// How far the lists met taste, 0 to 1.
    pub taste: f64,
    /// The same of best-sellers, the same for everybody.
    pub taste_best_sellers: f64,
}

impl Loop {
    /// Whether the interval holds the truth.
    pub fn covers(&self) -> bool {
        self.interval[0] <= self.truth && self.truth <= self.interval[1]
    }
}

/// Visits as sessions, as [`World::events`] tells them: a message id names its visit.
pub fn sessions(events: &[Event]) -> (Sessions, Catalogue) {
    let mut visits: HashMap<&str, Vec<&Event>> = HashMap::new();
    for event in events {
        let visit = event.message_id.rsplit_once('-').map_or("", |(visit, _)| visit);
        visits.entry(visit).or_default().push(event);
    }
    let mut visits: Vec<Vec<&Event>> = visits.into_values().collect();
    visits.sort_by(|a, b| {
        (a.last().map(|one| one.at), &a[0].message_id).cmp(&(b.last().map(|one| one.at), &b[0].message_id))
    });
    let (mut sessions, mut catalogue) = (Sessions::new(), Catalogue::default());
    for visit in visits {
        let steps: Vec<(&str, Signal, i64)> = visit
            .iter()
            .filter_map(|event| {
                let signal = match event.name {
                    EventName::ProductViewed | EventName::ProductClicked => Signal::View,
                    EventName::ProductAdded => Signal::AddToCart,
                    EventName::OrderCompleted => Signal::Purchase,
                    _ => return None,
                };
                Some(
                    event.products.iter().map(move |product| (product.product_id.as_str(), signal, event.at.0 / 1_000)),
                )
            })
            .flatten()
            .collect();
        if steps.is_empty() || steps.len() > MOST_SEEN {
            continue;
        }
        for (sku, signal, at_s) in steps {
            sessions.items.push(catalogue.intern(sku));
            sessions.signals.push(signal);
            sessions.times_s.push(at_s);
        }
        sessions.starts.push(sessions.items.len());
    }
    (sessions, catalogue)
}

/// One world: learns, shows, judges.
pub fn run(seed: u64, model: &str, visitors_a_day: u32, response: Response) -> Loop {
    let first = Day::parse("2026-03-02").expect("a day");
    let history = LEARNS_DAYS + 2;
    let config = Config { start: first.plus(-history), days: history as u32 + DAYS, ..Config::small(seed, first) };
    let mut world = World::new(config);
    world.run_until(first.plus(DAYS as i32 - 1));
    let (sessions, catalogue) =
        sessions(&world.events(DayRange { from: first.plus(-LEARNS_DAYS), to: first.plus(-1) }));
    let options = TrainOptions { budget: 2, seed, ..TrainOptions::default() };
    let recommender = Recommender::train(model, &sessions, catalogue, &options, &|_| ()).expect("a known model");
    let assigner = Assigner::new(format!("closed loop {seed}"), &[0.5, 0.5]).expect("weights");
    let (mut workspace, mut answer) = (recommender.workspace(), Vec::new());
    let mut list = |shopper: &Shopper, session: &[&str]| -> Vec<String> {
        let seen: Vec<_> = shopper.seen.iter().filter_map(|sku| recommender.catalogue().item(sku)).collect();
        recommender.recommend(session, &[], LIST, &|item| !seen.contains(&item), &mut workspace, &mut answer);
        answer.iter().map(|one| recommender.catalogue().name(one.item).to_owned()).collect()
    };
    let mut arms = [ArmSums::default(); 2];
    let (mut looks, mut truth, mut without, mut taste, mut plain) = (Vec::new(), 0.0, 0.0, 0.0, 0.0);
    for day in 1..=DAYS {
        for shopper in world.shoppers(first.plus(day as i32 - 1), visitors_a_day) {
            let shown = list(&shopper, &shopper.seen);
            let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
            let best = list(&shopper, &[]);
            let best: Vec<&str> = best.iter().map(String::as_str).collect();
            let money = |shown: &[&str]| world.buys(&shopper, shown, response).net_minor as f64 / 100.0;
            let (with, none) = (money(&shown), money(&[]));
            truth += with - none;
            without += none;
            taste += world.taste(&shopper, &shown);
            plain += world.taste(&shopper, &best);
            let (arm, value) = match assigner.assign(&shopper.device) {
                Assignment::Arm(1) => (1, with),
                _ => (0, none),
            };
            arms[arm].add(UnitFigures { value, ..UnitFigures::default() });
        }
        if let Some(found) = difference(&arms[0], &arms[1], Metric::Mean, false) {
            let (a, b) = (arms[0].units as f64, arms[1].units as f64);
            looks.push(Look {
                estimate: found.estimate,
                standard_error: found.standard_error,
                information: Some(a * b / (a + b)),
                spending_time: Some(f64::from(day) / f64::from(DAYS)),
            });
        }
    }
    let outcome = analyse(&Design::default(), &looks).expect("a design");
    let visitors = arms[0].units + arms[1].units;
    let mean = |sum: f64| sum / visitors as f64;
    Loop {
        visitors,
        truth: mean(truth),
        estimate: outcome.estimate,
        interval: [outcome.ci_low, outcome.ci_high],
        decision: outcome.decision,
        without: mean(without),
        taste: mean(taste),
        taste_best_sellers: mean(plain),
    }
}

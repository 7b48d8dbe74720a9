//! What an answer is for, and what serves it: the blend, one of its members, or best-sellers, whichever answered the
//! questions of that place best on sessions newer than all that it learnt from.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{Auto, Way};
use crate::{
    Item, Query, Scores, Session, Sessions, Signal, parallel,
    popularity::{Popularity, PopularityOptions},
    signals::has_kinds,
};

/// What an answer is for. Places of a shop ask different questions, so they are judged by different ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Nothing in particular: the very next item.
    #[default]
    General,
    /// A start page: the first item of a visit, from what the customer bought before.
    Home,
    /// Beside an item: what comes after a view, other than the item itself.
    Product,
    /// In the cart: what is added or bought next that is not in it.
    Cart,
    /// After an order: the items of the next order, from those of this one.
    AfterPurchase,
    /// In a mail: the items of the next order, from what the customer bought before.
    Email,
    /// After a search in vain: the next item that the session has not had.
    SearchEmpty,
}

impl Purpose {
    /// All but the general one.
    pub const PLACED: [Purpose; 6] =
        [Purpose::Home, Purpose::Product, Purpose::Cart, Purpose::AfterPurchase, Purpose::Email, Purpose::SearchEmpty];

    pub(super) fn index(self) -> usize {
        self as usize
    }
}

/// What serves a purpose, and how well it did on the newest sessions of the training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// What for.
    pub purpose: Purpose,
    /// `auto` (the blend), a member's name, or `best-sellers`.
    pub model: String,
    /// Too few questions to choose by (or no time): it has what serves [`Purpose::General`].
    pub inherits: bool,
    /// Questions that were asked.
    pub examples: u64,
    /// Share of these with the wanted item among the first 20; 0 without questions.
    pub hit_rate: f64,
    /// Mean reciprocal rank of the wanted item among the first 20.
    pub mrr: f64,
}

impl Choice {
    /// Figures are rounded to six digits, so that they are the same after having been kept as JSON.
    pub(super) fn new(
        purpose: Purpose,
        model: String,
        inherits: bool,
        examples: u64,
        (hit_rate, mrr): (f64, f64),
    ) -> Choice {
        let round = |figure: f64| (figure * 1e6).round() / 1e6;
        Choice { purpose, model, inherits, examples, hit_rate: round(hit_rate), mrr: round(mrr) }
    }
}

/// What training came to besides the model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TrainingReport {
    /// The wall clock stopped something before the budget was spent, so another run may come to something else.
    pub truncated: bool,
    /// By purpose; empty where the log has one kind of event and names nobody, because nothing then tells places apart.
    pub choices: Vec<Choice>,
}

/// Fewer questions than this choose nothing.
const LEAST_EXAMPLES: usize = 200;
/// Questions of a purpose at most, evenly spread.
const MOST_EXAMPLES: usize = 2_000;
/// Items of an answer.
const AT: usize = 20;
/// Purchases of one customer within this are one order.
const ORDER_S: i64 = 3_600;
/// Last purchases that stand for a session where there is none.
const HISTORY: usize = 10;
/// Items of the next order that are asked for.
const WANTED: usize = 5;

/// One question.
#[derive(Debug, Clone, PartialEq)]
struct Example {
    items: Vec<Item>,
    signals: Vec<Signal>,
    target: Item,
    /// Never in the answer.
    excluded: Vec<Item>,
}

impl Example {
    fn prefix(session: &Session<'_>, until: usize, target: Item, excluded: Vec<Item>) -> Example {
        Example { items: session.items[..until].to_vec(), signals: session.signals[..until].to_vec(), target, excluded }
    }

    fn bought(items: Vec<Item>, target: Item) -> Example {
        Example { signals: vec![Signal::Purchase; items.len()], items, target, excluded: Vec::new() }
    }
}

/// Whether purposes differ at all in this log.
pub(super) fn tells_places(sessions: &Sessions) -> bool {
    has_kinds(sessions) || !sessions.users.is_empty()
}

/// The newest sessions by use: the ranker learnt from `from..proof` what comes next within a session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// The first session that no member knows.
    pub(super) from: usize,
    /// The first session that nothing knows.
    pub(super) proof: usize,
}

/// For each of [`Purpose::PLACED`] what serves it best.
pub(super) fn choose(auto: &Auto, general: Way, sessions: &Sessions, window: Window, threads: usize) -> Vec<Choice> {
    let older = sessions.slice(0..window.from);
    let popularity = Popularity::fit(&older, auto.items(), &PopularityOptions::default());
    let mut known = vec![false; auto.items()];
    older.items.iter().for_each(|&item| known[item as usize] = true);
    drop(older);
    let bought = Bought::of(sessions, window.from);
    Purpose::PLACED
        .into_iter()
        .map(|purpose| {
            let mut all = examples(purpose, sessions, window, &bought);
            all.retain(|example| known[example.target as usize]);
            let every = all.len().div_ceil(MOST_EXAMPLES).max(1);
            let all: Vec<Example> = all.into_iter().step_by(every).collect();
            let found = |way| judge(auto, way, &all, &popularity, threads);
            let (mut way, mut best) = (general, found(general));
            let inherits = all.len() < LEAST_EXAMPLES;
            if !inherits {
                for other in auto.all_ways().filter(|&other| other != general) {
                    let tried = found(other);
                    if tried.0 * tried.1 > best.0 * best.1 {
                        (way, best) = (other, tried);
                    }
                }
            }
            let (hit_rate, mrr) = best;
            let model = auto.way_name(way).to_owned();
            Choice::new(purpose, model, inherits, all.len() as u64, (hit_rate, mrr))
        })
        .collect()
}

/// Hit rate and MRR of one way, its answers filled up with best-sellers as in service.
fn judge(auto: &Auto, way: Way, examples: &[Example], popularity: &Popularity, threads: usize) -> (f64, f64) {
    let ranks = parallel::chunks(examples.len(), threads, |range| {
        let (mut scores, mut best) = (Scores::new(auto.items()), Vec::new());
        let mut ranks = Vec::with_capacity(range.len());
        for Example { items, signals, target, excluded } in &examples[range] {
            let times_s = vec![0; items.len()];
            let session = Session { items, signals, times_s: &times_s, user: None };
            if !items.is_empty() {
                auto.score_way(way, &Query { session, history: &[] }, &mut scores);
            }
            scores.take_top_where(AT, &|item| !excluded.contains(&item), &mut best);
            let named = best.iter().position(|scored| scored.item == *target);
            ranks.push(named.or_else(|| {
                let fill = popularity.ranking().iter().map(|&(item, _)| item);
                let fill = fill.filter(|item| !excluded.contains(item) && best.iter().all(|one| one.item != *item));
                fill.take(AT - best.len()).position(|item| item == *target).map(|at| best.len() + at)
            }));
        }
        ranks
    });
    let (mut hits, mut sum) = (0.0, 0.0);
    for rank in ranks.into_iter().flatten().flatten() {
        hits += 1.0;
        sum += 1.0 / (rank + 1) as f64;
    }
    let count = examples.len().max(1) as f64;
    (hits / count, sum / count)
}

/// What the customers of the newest sessions bought, oldest first.
struct Bought(HashMap<u32, Vec<(i64, Item)>>);

impl Bought {
    fn of(sessions: &Sessions, from: usize) -> Bought {
        let newest: HashSet<u32> = sessions.users.get(from..).unwrap_or_default().iter().copied().collect();
        let mut bought: HashMap<u32, Vec<(i64, Item)>> = HashMap::new();
        for session in sessions.iter() {
            let Some(user) = session.user.filter(|user| newest.contains(user)) else { continue };
            let events = session.items.iter().zip(session.signals).zip(session.times_s);
            let lines = events.filter(|((_, signal), _)| **signal == Signal::Purchase);
            bought.entry(user).or_default().extend(lines.map(|((&item, _), &time_s)| (time_s, item)));
        }
        bought.values_mut().for_each(|lines| lines.sort_by_key(|&(time_s, _)| time_s));
        Bought(bought)
    }

    /// What a customer bought before an instant.
    fn before(&self, user: Option<u32>, time_s: i64) -> &[(i64, Item)] {
        let lines = user.and_then(|user| self.0.get(&user)).map_or(&[][..], Vec::as_slice);
        &lines[..lines.partition_point(|&(bought_s, _)| bought_s < time_s)]
    }
}

fn last(lines: &[(i64, Item)], count: usize) -> Vec<Item> {
    lines[lines.len().saturating_sub(count)..].iter().map(|&(_, item)| item).collect()
}

/// The questions of a purpose in the newest sessions. Questions that were lessons of the ranker are asked of the proof only.
fn examples(purpose: Purpose, sessions: &Sessions, window: Window, bought: &Bought) -> Vec<Example> {
    let is_new = matches!(purpose, Purpose::Home | Purpose::AfterPurchase | Purpose::Email);
    let first = if is_new { window.from } else { window.proof };
    let mut all = Vec::new();
    for session in (first..sessions.len()).map(|index| sessions.get(index)) {
        match purpose {
            Purpose::General => {}
            Purpose::Home => home(&session, bought, &mut all),
            Purpose::Product => product(&session, &mut all),
            Purpose::Cart => cart(&session, &mut all),
            Purpose::AfterPurchase | Purpose::Email => next_order(purpose, &session, bought, &mut all),
            Purpose::SearchEmpty => search(&session, &mut all),
        }
    }
    all
}

fn home(session: &Session<'_>, bought: &Bought, all: &mut Vec<Example>) {
    if let (Some(&target), Some(&time_s)) = (session.items.first(), session.times_s.first()) {
        let before = bought.before(session.user, time_s);
        if !before.is_empty() {
            all.push(Example::bought(last(before, HISTORY), target));
        }
    }
}

fn product(session: &Session<'_>, all: &mut Vec<Example>) {
    for at in 1..session.items.len() {
        let current = session.items[at - 1];
        let next = session.items[at..].iter().find(|&&item| item != current);
        if let (Signal::View, Some(&target)) = (session.signals[at - 1], next) {
            all.push(Example::prefix(session, at, target, vec![current]));
        }
    }
}

fn cart(session: &Session<'_>, all: &mut Vec<Example>) {
    let mut cart: Vec<Item> = Vec::new();
    for at in 0..session.items.len() {
        if session.signals[at] == Signal::View {
            continue;
        }
        if !cart.contains(&session.items[at]) {
            cart.push(session.items[at]);
        }
        // An order is complete when it is placed: later ones of the session are another cart.
        let later = (at + 1..session.items.len())
            .find(|&later| session.signals[later] != Signal::View && !cart.contains(&session.items[later]));
        if let Some(later) = later.filter(|&later| session.times_s[later] - session.times_s[at] <= ORDER_S) {
            all.push(Example::prefix(session, at + 1, session.items[later], cart.clone()));
        }
    }
}

fn next_order(purpose: Purpose, session: &Session<'_>, bought: &Bought, all: &mut Vec<Example>) {
    let mut at = 0;
    while at < session.items.len() {
        let time_s = session.times_s[at];
        if session.signals[at] != Signal::Purchase {
            at += 1;
            continue;
        }
        let mut order: Vec<Item> = Vec::new();
        while at < session.items.len() && session.times_s[at] - time_s <= ORDER_S {
            if session.signals[at] == Signal::Purchase && !order.contains(&session.items[at]) {
                order.push(session.items[at]);
            }
            at += 1;
        }
        let before = bought.before(session.user, time_s - ORDER_S);
        let Some(&(last_s, _)) = before.last() else { continue };
        let asked = match purpose {
            Purpose::Email => last(before, HISTORY),
            _ => last(&before[before.partition_point(|&(bought_s, _)| bought_s < last_s - ORDER_S)..], HISTORY),
        };
        all.extend(order.into_iter().take(WANTED).map(|target| Example::bought(asked.clone(), target)));
    }
}

fn search(session: &Session<'_>, all: &mut Vec<Example>) {
    for at in 1..session.items.len() {
        let seen = &session.items[..at];
        if let Some(&target) = session.items[at..].iter().find(|item| !seen.contains(item)) {
            all.push(Example::prefix(session, at, target, seen.to_vec()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A visit of user 0 that ends with an order, and their next order ten days later.
    fn sessions() -> Sessions {
        use Signal::{AddToCart, Purchase, View};
        Sessions {
            items: vec![1, 1, 2, 3, 1, 3, 5, 6],
            signals: vec![View, AddToCart, View, AddToCart, Purchase, Purchase, Purchase, Purchase],
            times_s: vec![0, 10, 20, 30, 40, 40, 900_000, 900_000],
            starts: vec![0, 6, 8],
            users: vec![0, 0],
        }
    }

    fn asked(purpose: Purpose) -> Vec<(Vec<Item>, Item, Vec<Item>)> {
        let sessions = sessions();
        let found = examples(purpose, &sessions, Window { from: 0, proof: 0 }, &Bought::of(&sessions, 0));
        found.into_iter().map(|example| (example.items, example.target, example.excluded)).collect()
    }

    #[test]
    fn each_place_asks_its_own_questions() {
        assert_eq!(asked(Purpose::Home), [(vec![1, 3], 5, vec![])]);
        assert_eq!(asked(Purpose::Email), [(vec![1, 3], 5, vec![]), (vec![1, 3], 6, vec![])]);
        assert_eq!(asked(Purpose::Email), asked(Purpose::AfterPurchase));
        assert_eq!(asked(Purpose::Product), [(vec![1], 2, vec![1]), (vec![1, 1, 2], 3, vec![2])]);
        let cart = asked(Purpose::Cart);
        assert_eq!(cart, [(vec![1, 1], 3, vec![1]), (vec![5], 6, vec![5])]);
        assert_eq!(asked(Purpose::SearchEmpty)[2], (vec![1, 1, 2], 3, vec![1, 1, 2]));
        assert!(asked(Purpose::General).is_empty());
    }
}

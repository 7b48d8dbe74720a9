//! One list: what is known of the visitor, candidates of the model, the rules, and a reason for each product.

use std::cell::RefCell;

use domain::{Day, InstantMs};
use recommend::{
    Signal,
    basket::{self, BasketRecommender, History, Shopper},
};

use super::{
    cold::Cold,
    fresh::{self, Near},
    memory::Visitor,
    reasons::{self, Anchors, Finder, Language},
    state::{Mounted, State},
};
use crate::{
    Placement,
    ask::{Ask, ModelName, Shown},
    model::Bought,
    rules::{self, Candidate, Compiled, MOST_ITEMS, Matcher, Offer, Placed, Source, Trace},
    shelf::Good,
};

/// Milliseconds of a day and an hour.
const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
/// Events of the visitor that a model is asked with.
const MOST_SESSION: usize = 20;
/// Earlier purchases that a model is asked with.
const MOST_HISTORY: usize = 50;
/// Score of best-sellers, by rank, where the model names nothing and the best of what is known otherwise has 1.
const NO_NAME: f32 = 1e-3;
/// Without a session, this many of the last purchases stand for one.
const HISTORY_AS_SESSION: usize = 10;

/// Who makes a list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Maker<'a> {
    /// A model.
    Model(&'a Mounted),
    /// Sales, by this model's counts.
    BestSellers(Option<&'a Mounted>),
    /// A person.
    Chosen(&'a [Good]),
}

/// A visitor as one request sees it: what it says, added to what was observed.
#[derive(Debug)]
pub(crate) struct Person<'a> {
    session: Vec<Good>,
    cart: Vec<Good>,
    at_hand: Vec<Good>,
    bought: Vec<(Good, u16)>,
    shown: Vec<(Good, u16)>,
    history: Bought<'a>,
    segments: Vec<String>,
    today: Day,
    now_s: i64,
}

impl<'a> Person<'a> {
    pub(crate) fn new(
        state: &State,
        model: Option<&'a Mounted>,
        rules: &Compiled,
        ask: &Ask,
        visitor: &Visitor,
        now: InstantMs,
    ) -> Person<'a> {
        let goods = |ids: &[String]| -> Vec<Good> { ids.iter().filter_map(|id| state.shelf.number(id)).collect() };
        let told = goods(&ask.session);
        let cart = goods(&ask.cart);
        let product = ask.product.as_deref().and_then(|id| state.shelf.number(id));
        // What was observed comes first, as far as the request does not tell it itself.
        let mut session: Vec<Good> =
            visitor.seen.iter().map(|(good, ..)| *good).filter(|good| !told.contains(good)).collect();
        session.extend(&told);
        if ask.placement != Some(Placement::Product) || product.is_none() {
            session.extend(&cart);
        }
        session.extend(product);
        if let Some(surplus) = session.len().checked_sub(MOST_SESSION) {
            session.drain(..surplus);
        }
        let at_hand: Vec<Good> = product.into_iter().chain(cart.iter().copied()).collect();

        let history = match (model, ask.customer.as_deref()) {
            (Some(model), Some(customer)) => model.trained.customers.of(customer),
            _ => Bought::default(),
        };
        let today = now.day_in(&state.zone);
        let exclude = i64::from(rules.rules().bought.exclude_days);
        let ago = |days: i64| u16::try_from(days.max(0)).unwrap_or(u16::MAX);
        let mut bought: Vec<(Good, u16)> =
            visitor.bought.iter().map(|(good, at)| (*good, ago((now.0 - at.0) / DAY_MS))).collect();
        if let Some(model) = model {
            let late = history.iter().rev().take_while(|(_, day)| i64::from(today.days_since(*day)) < exclude);
            bought.extend(late.filter_map(|(item, day)| Some((model.good(item)?, ago(today.days_since(day).into())))));
        }

        let since = InstantMs(now.0 - i64::from(rules.rules().frequency.within_hours) * HOUR_MS);
        let is_counted = rules.rules().frequency.most_times > 0;
        let unclicked = visitor.shown.iter().filter(|shown| is_counted && shown.at >= since && !shown.is_clicked);
        let mut shown: Vec<Good> = unclicked.map(|shown| shown.good).collect();
        shown.sort_unstable();
        let shown = shown.chunk_by(|a, b| a == b).map(|times| (times[0], times.len() as u16)).collect();
        let segments = ask.segments.iter().map(|segment| segment.trim().to_lowercase()).collect();
        Person { session, cart, at_hand, bought, shown, history, segments, today, now_s: now.0.div_euclid(1000) }
    }

    /// Whether anything is known that could make a list personal.
    pub(crate) fn is_known(&self) -> bool {
        !self.session.is_empty() || !self.history.items.is_empty()
    }
}

/// A list by the rules.
#[derive(Debug, Default)]
pub(crate) struct List {
    pub(crate) placed: Vec<Placed>,
    /// Reasons that the model gave itself.
    reasons: Vec<(Good, recommend::Reason)>,
    /// Made by the model of baskets.
    pub(crate) is_basket: bool,
}

impl List {
    /// The name of what made it, where the model that serves is `of`.
    pub(crate) fn name(&self, of: ModelName) -> ModelName {
        if self.is_basket { ModelName { name: "baskets".into(), version: of.version } } else { of }
    }
}

thread_local! {
    static BASKETS: RefCell<basket::Workspace> = RefCell::default();
}

/// What one list is made with.
pub(crate) struct Making<'a> {
    pub(crate) state: &'a State,
    /// What visitors looked at together since the model was trained.
    pub(crate) near: &'a Near,
    /// What products that the model does not know go with.
    pub(crate) cold: &'a Cold,
    pub(crate) rules: &'a Compiled,
    pub(crate) ask: &'a Ask,
    pub(crate) person: &'a Person<'a>,
    pub(crate) limit: usize,
}

impl Making<'_> {
    fn placement(&self) -> Placement {
        self.ask.placement.unwrap_or(Placement::Home)
    }

    /// The list, by rules.
    pub(crate) fn list(&self, maker: Maker<'_>, trace: Option<&mut Trace>) -> List {
        let (state, person) = (self.state, self.person);
        let (only, without) = self.filters();
        let (mut reasons, mut is_basket) = (Vec::new(), false);
        let candidates = match maker {
            Maker::Model(model) => match self.basket(model) {
                Some(baskets) => {
                    is_basket = true;
                    self.likely_basket(model, baskets, (only.as_ref(), without.as_ref()), &mut reasons)
                }
                None => self.candidates(model, only.as_ref(), without.as_ref()),
            },
            // Scores that keep the order.
            Maker::Chosen(goods) => {
                goods.iter().enumerate().map(|(n, &good)| Candidate { good, score: 1.0 / (n + 1) as f32 }).collect()
            }
            Maker::BestSellers(_) => Vec::new(),
        };
        let popular: &[Good] = match maker {
            Maker::Model(model) | Maker::BestSellers(Some(model)) => &model.popular,
            _ => state.active.as_ref().map_or(&[], |model| &model.popular),
        };
        let offer = Offer {
            placement: self.placement(),
            limit: self.limit.clamp(1, MOST_ITEMS),
            candidates: &candidates,
            at_hand: &person.at_hand,
            bought: &person.bought,
            shown: &person.shown,
            segments: &person.segments,
            only: only.as_ref(),
            without: without.as_ref(),
        };
        let rest = 0..state.shelf.len() as Good;
        let placed = match popular.is_empty() {
            true => rules::arrange(self.rules, &state.shelf, &offer, rest, trace),
            false => rules::arrange(self.rules, &state.shelf, &offer, popular.iter().copied(), trace),
        };
        List { placed, reasons, is_basket }
    }

    /// The model of baskets, where a customer's history is all that is known of them: nothing seen in this visit.
    fn basket<'m>(&self, model: &'m Mounted) -> Option<&'m BasketRecommender> {
        let is_history_only = self.person.session.is_empty() && !self.person.history.items.is_empty();
        model.trained.baskets.as_ref().filter(|_| is_history_only && self.placement() != Placement::Product)
    }

    fn likely_basket(
        &self,
        model: &Mounted,
        baskets: &BasketRecommender,
        filters: (Option<&Matcher>, Option<&Matcher>),
        reasons: &mut Vec<(Good, recommend::Reason)>,
    ) -> Vec<Candidate> {
        let person = self.person;
        let shopper = Shopper {
            customer: person.history.number,
            history: History { items: person.history.items, times_s: person.history.times_s },
            now_s: person.now_s,
        };
        let allowed = |item: recommend::Item| self.may(model, item, filters);
        let mut answer = Vec::new();
        BASKETS.with_borrow_mut(|workspace| {
            baskets.recommend(&shopper, self.wanted(), &allowed, workspace, &mut answer);
        });
        let least = answer.iter().map(|one| one.score).filter(|score| *score > 0.0).fold(f32::INFINITY, f32::min);
        let least = if least.is_finite() { least } else { 1.0 };
        let mut candidates = Vec::with_capacity(answer.len());
        for (rank, one) in answer.iter().enumerate() {
            let Some(good) = model.good(one.item) else { continue };
            reasons.push((good, one.reason));
            let score = if one.score > 0.0 { one.score } else { least / (rank + 2) as f32 };
            candidates.push(Candidate { good, score });
        }
        candidates
    }

    /// Candidates that a model is asked for: enough that rules may drop some and move others up. Rules that leave the
    /// model's order as it is need no more than what was bought lately can take out.
    fn wanted(&self) -> usize {
        let enough = match self.rules.keep_order(self.placement()) {
            true => self.limit + self.limit / 2 + 10 + self.person.bought.len(),
            false => self.limit * 3 + 40,
        };
        enough.min(300)
    }

    /// Whether an item may be shown at all, as far as that is known before the rules are applied.
    fn may(
        &self,
        model: &Mounted,
        item: recommend::Item,
        (only, without): (Option<&Matcher>, Option<&Matcher>),
    ) -> bool {
        model.good(item).is_some_and(|good| self.may_show(good, (only, without)))
    }

    fn may_show(&self, good: Good, (only, without): (Option<&Matcher>, Option<&Matcher>)) -> bool {
        self.rules.local(self.placement()).allowed.has(good)
            && !self.person.at_hand.contains(&good)
            && (only.is_none() && without.is_none()
                || self.state.shelf.get(good).is_some_and(|stocked| {
                    only.is_none_or(|only| only.fits(good, stocked))
                        && !without.is_some_and(|without| without.fits(good, stocked))
                }))
    }

    fn filters(&self) -> (Option<Matcher>, Option<Matcher>) {
        let on = |selector: &rules::Selector| {
            (!selector.is_empty()).then(|| selector.on(&self.state.shelf, self.state.minor_micros))
        };
        (on(&self.ask.only), on(&self.ask.without))
    }

    /// What the model names, filters applied before the best are taken, so that a narrow filter still finds enough.
    fn candidates(&self, model: &Mounted, only: Option<&Matcher>, without: Option<&Matcher>) -> Vec<Candidate> {
        let allowed = |item: recommend::Item| self.may(model, item, (only, without));
        let (session, history) = self.query(model);
        let mut answer = Vec::new();
        model.trained.with_workspace(|workspace| {
            let (signals, purpose) = (self.signals(session.len()), self.placement().purpose());
            let asked = recommend::Asked { session: &session, signals: &signals, history: &history, purpose };
            model.trained.recommender.recommend_for(&asked, self.wanted(), &allowed, workspace, &mut answer);
        });
        // Best-sellers that fill up score below everything that the model named, in their order.
        let named = || answer.iter().filter(|one| !one.best_seller).map(|one| one.score);
        let (least, best) = (named().fold(f32::INFINITY, f32::min), named().fold(0.0, f32::max));
        // Where it named nothing, e.g. for a product that it has never seen, any company comes before best-sellers.
        let (least, best) = if best > 0.0 { (least, best) } else { (NO_NAME, 1.0) };
        let score = |(rank, one): (usize, &recommend::Recommendation)| match one.best_seller {
            true => least / (rank + 2) as f32,
            false => one.score,
        };
        let mut candidates: Vec<Candidate> = answer
            .iter()
            .enumerate()
            .filter_map(|(rank, one)| Some(Candidate { good: model.good(one.item)?, score: score((rank, one)) }))
            .collect();
        self.freshen(&mut candidates, best, (only, without));
        candidates
    }

    /// Adds what visitors looked at together lately, and what products that the model does not know go with.
    /// `best` is the score that they are measured by.
    fn freshen(
        &self,
        candidates: &mut Vec<Candidate>,
        best: f32,
        (only, without): (Option<&Matcher>, Option<&Matcher>),
    ) {
        for (distance, &good) in self.person.session.iter().rev().take(3).enumerate() {
            for &(other, weight) in self.near.of(good).iter().chain(self.cold.of(good)) {
                let score = fresh::WEIGHT * best * weight / (distance + 1) as f32;
                match candidates.iter_mut().find(|candidate| candidate.good == other) {
                    Some(candidate) => candidate.score += score,
                    None if self.may_show(other, (only, without)) => candidates.push(Candidate { good: other, score }),
                    None => {}
                }
            }
        }
    }

    /// What happened to each of the `count` products that [`Making::query`] asks with.
    fn signals(&self, count: usize) -> Vec<Signal> {
        let person = self.person;
        if person.session.is_empty() {
            return vec![Signal::Purchase; count];
        }
        let known = person.session.iter().filter(|&&good| self.state.shelf.get(good).is_some());
        let of = |good: &Good| if person.cart.contains(good) { Signal::AddToCart } else { Signal::View };
        known.map(of).collect()
    }

    /// The session and the history that a model is asked with. Without a session the last purchases stand for one.
    pub(crate) fn query<'q>(&'q self, model: &'q Mounted) -> (Vec<&'q str>, Vec<&'q str>) {
        let person = self.person;
        let catalogue = model.trained.recommender.catalogue();
        let items = person.history.items;
        let history: Vec<&str> =
            items[items.len().saturating_sub(MOST_HISTORY)..].iter().map(|&item| catalogue.name(item)).collect();
        let session = match person.session.is_empty() {
            false => person.session.iter().filter_map(|&good| Some(self.state.shelf.get(good)?.id.as_ref())).collect(),
            true => history[history.len().saturating_sub(HISTORY_AS_SESSION)..].to_vec(),
        };
        (session, history)
    }

    /// The list as it is shown. `propensity` is the probability of what serves it.
    pub(crate) fn show(&self, maker: Maker<'_>, list: &List, propensity: f32) -> Vec<Shown> {
        let (shelf, person) = (&self.state.shelf, self.person);
        let language = Language::of(&self.ask.locale);
        let goods: Vec<Good> = list.placed.iter().map(|placed| placed.good).collect();
        shelf.bring_near(&goods);
        let model = match maker {
            Maker::Model(model) => Some(model),
            _ => None,
        };
        let finder = model.map(|model| {
            let anchors =
                Anchors { cart: &person.cart, seen: &person.session, bought: person.history, today: person.today };
            Finder::new(model, anchors, &goods)
        });
        let show = |(index, placed): (usize, &Placed)| {
            let stocked = shelf.get(placed.good)?;
            let given = list.reasons.iter().find(|(good, _)| *good == placed.good).map(|(_, reason)| *reason);
            let reason = match (placed.source, &finder, maker) {
                (Source::Pin, ..) => reasons::pinned(language),
                (_, _, Maker::Chosen(chosen)) if chosen.contains(&placed.good) => reasons::pinned(language),
                (_, Some(finder), _) => {
                    let like = |good| self.cold.like(good).map(|item| recommend::Reason::Similar { item });
                    let reason = given.or_else(|| like(placed.good)).unwrap_or_else(|| finder.find(placed.good));
                    reasons::said(reason, model, shelf, language)
                }
                _ => reasons::said(recommend::Reason::BestSeller, None, shelf, language),
            };
            Some(Shown {
                product_id: stocked.id.clone(),
                title: stocked.title.clone(),
                url: stocked.url.clone(),
                image_url: stocked.image_url.clone(),
                price_minor: stocked.price_micros.map(|micros| micros / self.state.minor_micros.max(1)),
                position: index + 1,
                score: placed.score,
                propensity,
                source: placed.source,
                reason,
            })
        };
        // An iterator that may leave some out tells no size, and a list that grows moves what it holds.
        let mut items = Vec::with_capacity(list.placed.len());
        items.extend(list.placed.iter().enumerate().filter_map(show));
        items
    }
}

/// What an event of the vocabulary says of a product.
pub(crate) fn signal(name: domain::event::EventName) -> Option<Signal> {
    use domain::event::EventName as E;
    match name {
        E::ProductViewed | E::ProductClicked => Some(Signal::View),
        E::ProductAdded => Some(Signal::AddToCart),
        E::OrderCompleted => Some(Signal::Purchase),
        _ => None,
    }
}

//! Recommendations in service: answers out of memory, exposures and outcomes written behind them.
//!
//! One request takes one state (an atomic pointer) and answers from it, so a new model, new rules or a new catalogue
//! are seen by whole answers only. [`Service::refresh`] makes the next state; it runs once a second, and whoever changed
//! something may call it to see the change in the very next answer.
//!
//! **How to be told of events:** [`Service`] is a [`store::inbox::OnEvent`]; give it to the intake of live events. It
//! only notes them in memory, so it costs a transaction nothing. [`Service::observe`] does the same for one event.

pub mod browse;
mod cold;
mod compose;
mod fresh;
mod log;
mod look;
mod memory;
mod reasons;
mod state;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Weak,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use domain::{ChangeId, InstantMs, event::EventName};
use measure::{Arm, Assignment, Draw, Unit};
use recommend::Signal;
use store::{
    Store, Tx,
    inbox::{OnEvent, Reaction, Recorded},
    recommend_shown::{OutcomeRow, ShownRow},
};

use crate::{
    PersonalizeError, Placement,
    ask::{Answer, Ask, ModelName, Why},
    placements::Baseline,
};
use cold::Cold;
use compose::{Maker, Making, Person};
use fresh::{Fresh, Near};
use log::{Log, Record};
use memory::{Memory, ShownBefore};
use state::{Live, Mounted, State};

pub use look::{Look, Looked, Opinion, Opinions, Steps};

/// Visitors kept in memory at most.
const MOST_VISITORS: usize = 200_000;
/// How often the state is made anew. A kill in the ledger takes effect with the next one.
const REFRESH_EVERY: Duration = Duration::from_secs(1);
/// Refreshes between two appends of what visitors looked at together.
const APPEND_EVERY: u64 = 5;
/// Products seen before that a view is told to have met, within this time.
const MEETS: usize = 4;
const MEET_MS: i64 = 30 * 60_000;
/// A click counts for an answer shown at most this long ago.
const CLICK_MS: i64 = 30 * 60_000;
/// An add to cart counts for an answer shown at most this long ago.
const ADD_MS: i64 = 24 * 3_600_000;
/// A purchase counts for an answer shown at most this long ago.
const PURCHASE_MS: i64 = 7 * 24 * 3_600_000;
/// Bits of an answer's number that count within a millisecond.
const COUNTER_BITS: u32 = 20;

/// The service; cheap to clone.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    data_dir: PathBuf,
    state: ArcSwap<State>,
    memory: Memory,
    fresh: Fresh,
    near: ArcSwap<Near>,
    cold: ArcSwap<Cold>,
    log: Log,
    counter: AtomicI64,
    answers: AtomicU64,
    refreshing: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("data_dir", &self.inner.data_dir).finish_non_exhaustive()
    }
}

/// What the service holds, for `/metrics` and the page.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Status {
    /// The active model's version; 0 for none.
    pub model_version: i64,
    /// Name of the active model.
    pub model: String,
    /// The challenger's version, where a contest runs.
    pub challenger: Option<i64>,
    /// What the active model's artefact says of itself.
    pub meta: Option<crate::model::Meta>,
    /// Version of the rules; 0 for the built-in ones.
    pub rules_version: i64,
    /// Products in memory.
    pub products: usize,
    /// Visitors in memory.
    pub visitors: usize,
    /// Answers since the start.
    pub answers: u64,
    /// Records that could not be written since the start.
    pub dropped: u64,
}

/// What serves a visitor, and what is recorded of it.
struct Served<'s> {
    maker: Option<Maker<'s>>,
    name: ModelName,
    arm: Arm,
    why: Why,
    change: Option<ChangeId>,
    contest: Option<ChangeId>,
    propensity: f32,
    assignments: Vec<Assignment>,
    notes: Vec<String>,
}

impl Service {
    /// Reads everything once and starts the log. Needs a Tokio runtime.
    ///
    /// # Errors
    /// The store cannot be read. A model that cannot be loaded is no error: best-sellers serve, and the log says why.
    pub async fn open(store: Store, data_dir: &Path) -> Result<Service, PersonalizeError> {
        let inner = Inner {
            log: Log::start(store.clone()),
            store,
            data_dir: data_dir.to_owned(),
            state: ArcSwap::from_pointee(State::empty()),
            memory: Memory::new(MOST_VISITORS),
            fresh: Fresh::default(),
            near: ArcSwap::default(),
            cold: ArcSwap::default(),
            counter: AtomicI64::new(0),
            answers: AtomicU64::new(0),
            refreshing: tokio::sync::Mutex::default(),
        };
        let service = Service { inner: Arc::new(inner) };
        service.refresh().await?;
        Ok(service)
    }

    /// Refreshes every second until the last handle is gone.
    pub fn keep_fresh(&self) {
        let inner: Weak<Inner> = Arc::downgrade(&self.inner);
        tokio::spawn(async move {
            let mut ticks = 0u64;
            loop {
                tokio::time::sleep(REFRESH_EVERY).await;
                let Some(inner) = inner.upgrade() else { return };
                let service = Service { inner };
                ticks += 1;
                if ticks.is_multiple_of(APPEND_EVERY) {
                    service.append();
                }
                if let Err(error) = service.refresh().await {
                    tracing::warn!(%error, "recommendations could not be refreshed; the state before goes on serving");
                }
            }
        });
    }

    /// Makes the next state: models, rules, catalogue, placements as the store has them now.
    ///
    /// # Errors
    /// The store cannot be read; the state before goes on serving.
    pub async fn refresh(&self) -> Result<(), PersonalizeError> {
        let inner = &*self.inner;
        let _one_at_a_time = inner.refreshing.lock().await;
        let now = inner.state.load_full();
        let next = now.next(&inner.store, &inner.data_dir).await?;
        let next = Arc::new(next);
        let is_same = Arc::ptr_eq(&next.shelf, &now.shelf)
            && next.active.as_ref().map(|model| model.version) == now.active.as_ref().map(|model| model.version);
        inner.state.store(Arc::clone(&next));
        if !is_same {
            // After the state: what is sold out is gone whatever this takes.
            let cold = inner.cold.load_full();
            let work = tokio::task::spawn_blocking(move || cold.renewed(&next.shelf, next.active.as_deref()));
            match work.await {
                Ok(Some(cold)) => inner.cold.store(Arc::new(cold)),
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "new products could not be placed beside known ones"),
            }
        }
        Ok(())
    }

    /// Lets what visitors looked at together lately count for all; runs every few seconds.
    pub fn append(&self) {
        if let Some(near) = self.inner.fresh.append() {
            self.inner.near.store(Arc::new(near));
        }
    }

    /// Answers a request and records what it showed. Touches memory only.
    pub fn answer(&self, ask: &Ask, now: InstantMs) -> Answer {
        let inner = &*self.inner;
        let state = inner.state.load_full();
        let placement = ask.placement.unwrap_or(Placement::Home);
        let known;
        // A device whose customer an event named is that customer's.
        let ask = match (&ask.customer, ask.device.as_deref().and_then(|device| inner.memory.customer_of(device))) {
            (None, Some(customer)) => {
                known = Ask { customer: Some(customer.to_string()), ..ask.clone() };
                &known
            }
            _ => ask,
        };
        let visitor = inner.memory.of(ask.customer.as_deref(), ask.device.as_deref());
        let who = unit(ask);
        let met = |change: ChangeId| visitor.arm(change);
        let served = serve(&state, placement, who.as_ref(), &met, now);
        let model = match served.maker {
            Some(Maker::Model(model)) => Some(model),
            _ => state.active.as_deref(),
        };
        let limit = match (ask.limit, state.live(placement)) {
            (0, Some(live)) => live.settings.items,
            (0, None) => crate::ask::USUAL_ITEMS,
            (limit, _) => limit,
        };
        let person = Person::new(&state, model, &state.rules, ask, &visitor, now);
        let making = Making {
            state: &state,
            near: &inner.near.load(),
            cold: &inner.cold.load(),
            rules: &state.rules,
            ask,
            person: &person,
            limit,
        };
        let list = served.maker.map(|maker| making.list(maker, None)).unwrap_or_default();
        let items = match served.maker {
            Some(maker) => making.show(maker, &list, served.propensity),
            None => Vec::new(),
        };
        let number = inner.number(now);
        inner.answers.fetch_add(1, Ordering::Relaxed);
        let answer = Answer {
            answer: format!("{number:x}"),
            placement,
            personalised: matches!(served.maker, Some(Maker::Model(_))) && person.is_known(),
            items,
            model: list.name(served.name),
            change: served.change,
            arm: served.arm,
            why: served.why,
            contest: served.contest,
            rules: state.rules_version,
            notes: served.notes,
        };
        inner.record(ask, &answer, number, &list.placed, served.assignments, now);
        answer
    }

    /// Notes one event. Products that are not on the shelf are passed over.
    pub fn observe(&self, recorded: &Recorded) {
        let inner = &*self.inner;
        let Some(signal) = compose::signal(recorded.event.name) else { return };
        let state = inner.state.load();
        let at = recorded.event.at;
        let (device, customer) = (recorded.device_id.as_deref(), recorded.customer_id.as_deref());
        if let (Some(device), Some(customer)) = (device, customer) {
            inner.memory.with(device, |visitor| visitor.customer = Some(customer.into()));
        }
        for product in &recorded.event.products {
            let Some(good) = state.shelf.number(&product.product_id) else { continue };
            let visitor = device.or(customer).unwrap_or_default();
            let met: Vec<_> = inner.memory.with(visitor, |visitor| {
                let lately = visitor.seen.iter().rev().filter(|(_, _, seen)| at.0 - seen.0 <= MEET_MS);
                lately.map(|(good, ..)| *good).take(MEETS).collect()
            });
            for other in met {
                inner.fresh.meet(good, other);
            }
            let mut is_told = false;
            for id in [device, customer].into_iter().flatten() {
                let outcome = inner.memory.with(id, |visitor| {
                    match signal {
                        Signal::Purchase => visitor.buy(good, at),
                        _ => visitor.see(good, signal, at),
                    }
                    let (kind, within_ms) = match recorded.event.name {
                        EventName::OrderCompleted => ("purchase", PURCHASE_MS),
                        EventName::ProductAdded => ("add", ADD_MS),
                        _ => ("click", CLICK_MS),
                    };
                    let shown = visitor
                        .shown
                        .iter_mut()
                        .rev()
                        .find(|shown| shown.good == good && shown.at <= at && at.0 - shown.at.0 <= within_ms)?;
                    shown.is_clicked = true;
                    Some((shown.answer, kind))
                });
                if let Some((answer, kind)) = outcome.filter(|_| !is_told) {
                    is_told = true;
                    inner.log.put(Record::Outcome(OutcomeRow {
                        answer,
                        product_id: product.product_id.clone(),
                        kind: kind.to_owned(),
                        at,
                        unit: customer.or(device).unwrap_or_default().to_owned(),
                    }));
                }
            }
        }
    }

    /// Forgets somebody in memory; what is stored is for [`store::recommend_shown::forget`].
    pub fn forget(&self, pseudonym: &str) {
        self.inner.memory.forget(pseudonym);
    }

    /// Waits until everything recorded so far is written: before the server stops, and in tests.
    pub async fn flush(&self) {
        self.inner.log.flush().await;
    }

    /// What it holds.
    pub fn status(&self) -> Status {
        let state = self.inner.state.load();
        let active = state.active.as_ref();
        Status {
            model_version: active.map_or(0, |model| model.version),
            model: active.map_or_else(String::new, |model| model.name.to_string()),
            challenger: state.challenger.as_ref().map(|model| model.version),
            meta: active.map(|model| model.trained.meta.clone()),
            rules_version: state.rules_version,
            products: state.shelf.len(),
            visitors: self.inner.memory.len(),
            answers: self.inner.answers.load(Ordering::Relaxed),
            dropped: self.inner.log.dropped(),
        }
    }

    /// The store it reads.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Folder of the data, with the models in it.
    pub fn data_dir(&self) -> &Path {
        &self.inner.data_dir
    }

    pub(crate) fn state(&self) -> Arc<State> {
        self.inner.state.load_full()
    }
}

impl OnEvent for Service {
    fn on_events<'a>(&'a self, _: &'a mut Tx, events: &'a [Recorded]) -> Reaction<'a> {
        for event in events {
            self.observe(event);
        }
        Box::pin(std::future::ready(Ok(())))
    }
}

impl Inner {
    /// A number that is greater for every later answer of this process.
    fn number(&self, now: InstantMs) -> i64 {
        let least = now.0.max(0) << COUNTER_BITS;
        let next = |last: i64| Some((last + 1).max(least));
        match self.counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next) {
            Ok(last) | Err(last) => (last + 1).max(least),
        }
    }

    fn record(
        &self,
        ask: &Ask,
        answer: &Answer,
        number: i64,
        list: &[crate::rules::Placed],
        mut assignments: Vec<Assignment>,
        now: InstantMs,
    ) {
        // Without an id nothing that follows can be told to be the same visitor's: the answer counts for nothing.
        let Some(id) = ask.customer.as_deref().or(ask.device.as_deref()) else { return };
        self.memory.with(id, |visitor| {
            for placed in list {
                visitor.show(ShownBefore { good: placed.good, answer: number, at: now, is_clicked: false });
            }
            // The first exposure counts; what is known already need not be written again.
            assignments.retain(|assignment| visitor.meet(assignment.change(), assignment.arm()));
        });
        let items = log::items(&answer.items);
        let row = ShownRow {
            answer: number,
            at: now,
            placement: answer.placement.as_str().to_owned(),
            unit: id.to_owned(),
            change: answer.change.map(|id| id.to_string()),
            arm: answer.arm.as_str().to_owned(),
            why: answer.why.as_str().to_owned(),
            contest: answer.contest.map(|id| id.to_string()),
            model_version: answer.model.version,
            rules_version: answer.rules,
            items,
        };
        self.log.put(Record::Shown(row, assignments));
    }
}

/// Whom the answer is for. Without any id the first product of the session stands for the visitor, so that the arm at
/// least stays the same through the session; nothing of it is recorded.
fn unit(ask: &Ask) -> Option<Unit> {
    match (ask.device.as_deref(), ask.customer.as_deref()) {
        (Some(device), Some(customer)) => Unit::device(device).ok()?.known_as(customer).ok(),
        (None, Some(customer)) => Unit::customer(customer).ok(),
        (Some(device), None) => Unit::device(device).ok(),
        (None, None) => {
            let first = ask.session.first().or(ask.product.as_ref()).or(ask.cart.first());
            let text: String = first.map_or("-", String::as_str).chars().filter(char::is_ascii_alphanumeric).collect();
            Unit::device(&format!("s-{}", text.get(..text.len().min(60)).unwrap_or_default())).ok()
        }
    }
}

/// Who serves this visitor in this placement.
fn serve<'s>(
    state: &'s State,
    placement: Placement,
    who: Option<&Unit>,
    met: &dyn Fn(ChangeId) -> Option<Arm>,
    now: InstantMs,
) -> Served<'s> {
    let active = state.active.as_deref();
    let baseline = |why: Why, live: Option<&'s Live>| {
        let maker = match live.map(|live| &live.settings.baseline) {
            Some(Baseline::Nothing) => None,
            Some(Baseline::Chosen { .. }) => live.map(|live| Maker::Chosen(&live.chosen)),
            Some(Baseline::BestSellers) | None => Some(Maker::BestSellers(active)),
        };
        let name = match maker {
            None => "nothing",
            Some(Maker::Chosen(_)) => "chosen",
            Some(_) => "best_sellers",
        };
        Served {
            maker,
            name: ModelName { name: name.into(), version: 0 },
            arm: Arm::Baseline,
            why,
            change: None,
            contest: None,
            propensity: 1.0,
            assignments: Vec::new(),
            notes: Vec::new(),
        }
    };
    let live = state.live(placement);
    let (Some(settings), Some(draw), Some(who)) = (live, live.and_then(|live| live.draw.as_ref()), who) else {
        return baseline(Why::Off, live);
    };
    let Some(model) = active else { return baseline(Why::NoModel, live) };
    if !model.trained.meta.gate.open {
        return Served {
            maker: Some(Maker::BestSellers(active)),
            name: ModelName { name: "best_sellers".into(), version: model.version },
            notes: model.trained.meta.gate.notes(),
            ..baseline(Why::DataGate, live)
        };
    }
    let assigned = assign(draw, who, met, now);
    let treated = (1000 - settings.settings.holdout_permille) as f32 / 1000.0;
    let why = match assigned.why() {
        measure::Why::Drawn => Why::Drawn,
        measure::Why::Won => Why::Won,
        measure::Why::Off | measure::Why::OtherSlice => Why::Off,
        measure::Why::GlobalHoldout => Why::GlobalHoldout,
    };
    if !assigned.serves_change() {
        let propensity = if why == Why::Drawn { 1.0 - treated } else { 1.0 };
        let change = Some(assigned.change());
        return Served { change, propensity, assignments: vec![assigned], ..baseline(why, live) };
    }
    let mut served = Served {
        change: Some(assigned.change()),
        arm: Arm::Change,
        propensity: if why == Why::Drawn { treated } else { 1.0 },
        assignments: vec![assigned],
        ..by_model(model, why)
    };
    if let (Some(contest), Some(challenger)) = (&settings.contest, &state.challenger)
        && contest.is_served(now)
    {
        let drawn = assign(contest, who, met, now);
        served.contest = Some(drawn.change());
        served.propensity *= 0.5;
        if drawn.serves_change() {
            let of = by_model(challenger, why);
            (served.maker, served.name) = (of.maker, of.name);
        }
        served.assignments.push(drawn);
    }
    served
}

fn by_model(model: &Mounted, why: Why) -> Served<'_> {
    Served {
        maker: Some(Maker::Model(model)),
        name: ModelName { name: Arc::clone(&model.name), version: model.version },
        arm: Arm::Change,
        why,
        change: None,
        contest: None,
        propensity: 1.0,
        assignments: Vec::new(),
        notes: Vec::new(),
    }
}

fn assign(draw: &Draw, who: &Unit, met: &dyn Fn(ChangeId) -> Option<Arm>, now: InstantMs) -> Assignment {
    draw.assign(who, met(draw.change()), now)
}

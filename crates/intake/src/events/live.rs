//! Live events: whoever sends some waits until the transaction that holds them is durable; while one commits, others
//! gather for the next, so that many senders share one fsync.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use domain::{InstantMs, event::Event};
use serde::Serialize;
use store::inbox::{self, Line, Recorded};
use tokio::sync::{mpsc, oneshot};

use super::{message_hash, oldest_seen};
use crate::{Intake, IntakeError, pseudonym};

/// Events of one transaction, about.
const MOST_EVENTS: usize = 10_000;

/// Requests that may wait; more of them wait outside.
const MOST_WAITING: usize = 1_024;

/// Source word of live events.
const SOURCE: &str = "api";

/// Hears of events right after they became durable, in the order of their `seq`. It must be quick: the next commit waits.
pub type Listener = Arc<dyn Fn(&[Recorded]) + Send + Sync>;

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "status", content = "reason", rename_all = "snake_case")]
pub enum Outcome {
    /// Durable, and counted from now on.
    Accepted,
    /// Its message id was seen before; nothing changed.
    Duplicate,
    /// Not taken, and why.
    Rejected(String),
}

struct Job {
    events: Vec<Event>,
    reply: oneshot::Sender<Result<Vec<Outcome>, IntakeError>>,
}

/// Takes live events. Cheap to clone; the committing task ends with the last of them.
#[derive(Debug, Clone)]
pub struct Events {
    jobs: mpsc::Sender<Job>,
}

impl Events {
    /// Starts the committing task. `clock` tells the time of receipt.
    ///
    /// # Panics
    /// Called outside a runtime.
    pub fn start(intake: Intake, clock: Arc<dyn Fn() -> InstantMs + Send + Sync>, listeners: Vec<Listener>) -> Events {
        let (jobs, mut waiting) = mpsc::channel::<Job>(MOST_WAITING);
        tokio::spawn(async move {
            let mut since_compaction = 0;
            while let Some(first) = waiting.recv().await {
                let mut group = vec![first];
                let mut events = group[0].events.len();
                while let (true, Ok(next)) = (events < MOST_EVENTS, waiting.try_recv()) {
                    events += next.events.len();
                    group.push(next);
                }
                since_compaction += commit(&intake, group, clock(), &listeners).await;
                // Under load the inbox would grow to a minute's worth before it is tended.
                if since_compaction >= lake::MOST_ROWS {
                    since_compaction = 0;
                    tokio::spawn(compact(intake.lake.clone(), clock()));
                }
            }
        });
        Events { jobs }
    }

    /// Records events; answers for each of them, in order, once they are durable.
    ///
    /// # Errors
    /// The store refused; then none of them was taken.
    pub async fn take(&self, events: Vec<Event>) -> Result<Vec<Outcome>, IntakeError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let stopped = || IntakeError::Interrupted("events".into());
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Job { events, reply }).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

async fn compact(lake: lake::Lake, now: InstantMs) {
    if let Err(error) = lake.compact_if_due(now).await {
        tracing::warn!(%error, "the inbox could not be emptied; it is tried again");
    }
}

/// One transaction for all; where it fails, one each, so that nobody fails for somebody else's events. Returns how many
/// events were recorded.
async fn commit(intake: &Intake, group: Vec<Job>, now: InstantMs, listeners: &[Listener]) -> usize {
    let accepted = |outcomes: &[Outcome]| outcomes.iter().filter(|one| **one == Outcome::Accepted).count();
    if group.len() > 1 {
        let all: Vec<&Event> = group.iter().flat_map(|job| &job.events).collect();
        if let Ok(outcomes) = record(intake, &all, now, listeners).await {
            let recorded = accepted(&outcomes);
            let mut outcomes = outcomes.into_iter();
            for job in group {
                let own = outcomes.by_ref().take(job.events.len()).collect();
                // Whoever hung up gets no answer; their events stand.
                let _ = job.reply.send(Ok(own));
            }
            return recorded;
        }
    }
    let mut recorded = 0;
    for job in group {
        let events: Vec<&Event> = job.events.iter().collect();
        let result = record(intake, &events, now, listeners).await;
        recorded += result.as_ref().map_or(0, |outcomes| accepted(outcomes));
        let _ = job.reply.send(result);
    }
    recorded
}

async fn record(
    intake: &Intake,
    events: &[&Event],
    now: InstantMs,
    listeners: &[Listener],
) -> Result<Vec<Outcome>, IntakeError> {
    let mut tx = intake.store.begin().await?;
    let zone = store::brand::get_in(&mut tx).await?.zone()?;
    let oldest = oldest_seen(now.day_in(&zone));
    let mut outcomes = vec![Outcome::Duplicate; events.len()];
    let mut claims = Vec::with_capacity(events.len());
    let mut first: HashMap<i64, usize> = HashMap::with_capacity(events.len());
    for (index, event) in events.iter().enumerate() {
        let day = event.at.day_in(&zone);
        if day < oldest {
            let days = inbox::SEEN_DAYS;
            let reason = format!("it is older than {days} days; bring it in with `fortnight import events`");
            outcomes[index] = Outcome::Rejected(reason);
            continue;
        }
        let hash = message_hash(&intake.salt, &event.message_id);
        first.entry(hash).or_insert_with(|| {
            claims.push((hash, day));
            index
        });
    }
    let fresh = inbox::claim(&mut tx, &claims).await?;
    claims.retain(|(hash, _)| fresh.contains(hash));
    if claims.is_empty() {
        return Ok(outcomes);
    }
    let customers: HashMap<&str, String> = claims
        .iter()
        .filter_map(|(hash, _)| events[first[hash]].user_id.as_deref())
        .map(|key| (key, pseudonym::pseudonym(&intake.salt, key)))
        .collect();
    let erased: HashSet<String> = store::erasure::erased(&mut tx, customers.values().map(String::as_str)).await?;
    let seq = store::seq::allocate(&mut tx, claims.len() as i64).await?;
    let mut recorded = Vec::with_capacity(claims.len());
    let mut lines = Vec::with_capacity(claims.len());
    for ((hash, day), seq) in claims.into_iter().zip(seq..) {
        let index = first[&hash];
        outcomes[index] = Outcome::Accepted;
        let event = events[index].clone();
        let customer_id = event.user_id.as_deref().and_then(|key| customers.get(key)).cloned();
        let one = Recorded {
            seq,
            day,
            device_id: event.anonymous_id.as_deref().map(|id| intake.device_id(id)),
            customer_id: customer_id.filter(|id| !erased.contains(id)),
            event,
        };
        lines.extend(Line::of(&one, hash, SOURCE));
        recorded.push(one);
    }
    inbox::insert(&mut tx, &lines).await?;
    for on_event in intake.on_event.iter() {
        on_event.on_events(&mut tx, &recorded).await?;
    }
    tx.commit().await?;
    for listener in listeners {
        listener(&recorded);
    }
    Ok(outcomes)
}

//! Events out of files: known by message id, recorded as one Parquet file a batch.

use std::collections::{HashMap, HashSet};

use domain::{Day, InstantMs, event::Event, facts::Fact};
use formats::Row;
use jiff::tz::TimeZone;
use store::{
    Tx,
    inbox::{self, Line, Recorded},
};

use super::{message_hash, oldest_seen};
use crate::{
    Intake, IntakeError,
    batch::New,
    pseudonym::{device, pseudonym},
    record::Surroundings,
};

/// Source word of imported events.
const SOURCE: &str = "events";

/// Which of a batch's events are recorded, by message id: recent ones by what was seen, older ones by the lake.
pub(crate) async fn known(
    tx: &mut Tx,
    (intake, zone, now): (&Intake, &TimeZone, InstantMs),
    rows: &[Row],
) -> Result<HashSet<String>, IntakeError> {
    let oldest = oldest_seen(now.day_in(zone));
    let (mut recent, mut older) = (Vec::new(), Vec::new());
    let mut days: Option<(Day, Day)> = None;
    for row in rows {
        let Fact::Event(event) = &row.fact else { continue };
        let (hash, day) = (message_hash(&intake.salt, &event.message_id), event.at.day_in(zone));
        if day >= oldest {
            recent.push((hash, &event.message_id));
        } else {
            older.push((hash, &event.message_id));
            days = Some(days.map_or((day, day), |(from, to)| (from.min(day), to.max(day))));
        }
    }
    let hashes: Vec<i64> = recent.iter().map(|(hash, _)| *hash).collect();
    let mut found = inbox::seen(tx, &hashes).await?;
    if let Some((from, to)) = days {
        found.extend(stored(tx, intake, from, to).await?);
    }
    let all = recent.into_iter().chain(older);
    Ok(all.filter(|(hash, _)| found.contains(hash)).map(|(_, id)| id.clone()).collect())
}

/// Hashes that the lake holds of a range of days.
async fn stored(tx: &mut Tx, intake: &Intake, from: Day, to: Day) -> Result<HashSet<i64>, IntakeError> {
    let files = store::files::live(tx, i64::MAX).await?;
    if !files.iter().any(|file| file.table == "events" && file.first_day <= to && file.last_day >= from) {
        return Ok(HashSet::new());
    }
    let snapshot = intake.lake.snapshot(InstantMs(i64::MAX)).await?;
    let sql = format!("SELECT DISTINCT message_hash FROM events WHERE day >= DATE '{from}' AND day <= DATE '{to}'");
    let table = snapshot.query(&sql).await?;
    Ok(table.iter().map(|row| row.int("message_hash")).collect::<Result<_, _>>()?)
}

/// Records the events of a batch.
pub(crate) async fn record<'n>(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    news: impl Iterator<Item = (&'n New, i64)>,
) -> Result<(), IntakeError> {
    let events: Vec<(&Event, i64)> = news
        .filter_map(|(new, seq)| match &new.fact {
            Fact::Event(event) => Some((event, seq)),
            _ => None,
        })
        .collect();
    if events.is_empty() {
        return Ok(());
    }
    let mut people: HashMap<&str, String> = HashMap::new();
    let mut devices: HashMap<&str, String> = HashMap::new();
    for (event, _) in &events {
        if let Some(key) = event.user_id.as_deref() {
            people.entry(key).or_insert_with(|| pseudonym(around.salt, key));
        }
        if let Some(id) = event.anonymous_id.as_deref() {
            devices.entry(id).or_insert_with(|| device(around.salt, id));
        }
    }
    let erased = store::erasure::erased(tx, people.values().map(String::as_str)).await?;
    people.retain(|_, id| !erased.contains(id));
    let oldest = oldest_seen(around.now.day_in(around.zone));
    let (mut lines, mut claims) = (Vec::with_capacity(events.len()), Vec::new());
    let mut recorded = Vec::new();
    for (event, seq) in events {
        let one = Recorded {
            seq,
            day: event.at.day_in(around.zone),
            device_id: event.anonymous_id.as_deref().and_then(|id| devices.get(id)).cloned(),
            customer_id: event.user_id.as_deref().and_then(|key| people.get(key)).cloned(),
            event: event.clone(),
        };
        let hash = message_hash(around.salt, &event.message_id);
        if one.day >= oldest {
            claims.push((hash, one.day));
        }
        lines.extend(Line::of(&one, hash, SOURCE));
        if !around.on_event.is_empty() {
            recorded.push(one);
        }
    }
    inbox::claim(tx, &claims).await?;
    around.lake.write_events(tx, &lines, around.now).await?;
    for on_event in around.on_event {
        on_event.on_events(tx, &recorded).await?;
    }
    Ok(())
}

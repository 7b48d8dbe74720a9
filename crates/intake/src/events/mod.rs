//! Events of visitors: live ones by group commit into the inbox, files of them straight into the lake.
//!
//! **Architecture invariant:** an event counts once, by its message id: for [`inbox::SEEN_DAYS`] days in the table
//! `seen`, for ever in the lake's own `message_hash`. What is older than the first is not taken live, so that nothing
//! falls between the two. Raw ids of devices and customers end here; inbox and lake carry keyed hashes.

mod files;
mod live;

use std::sync::Arc;

use domain::{Day, InstantMs};
use store::{
    erasure::{self, Erased},
    inbox,
};

pub(crate) use files::{known, record};
pub use live::{Events, Listener, Outcome};

use crate::{Intake, IntakeError, pseudonym};

impl Intake {
    /// The pseudonym under which inbox and lake know a device.
    pub fn device_id(&self, anonymous_id: &str) -> String {
        pseudonym::device(&self.salt, anonymous_id)
    }

    /// Who is told of every event in the transaction that records it, live or imported.
    pub fn with_on_event(mut self, on_event: Vec<Arc<dyn inbox::OnEvent>>) -> Intake {
        self.on_event = on_event.into();
        self
    }
}

/// What tending the inbox did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Tended {
    /// What moved into the lake.
    pub compacted: lake::Compacted,
    /// Message ids forgotten.
    pub forgotten: u64,
    /// Files of the watched folder that were imported.
    pub imported: u32,
    /// Files of the watched folder that were refused.
    pub refused: u32,
}

/// What is to be done every minute: events move from the inbox into the lake when a file's worth of them waits or the
/// oldest has waited for six hours, message ids too old to come again are forgotten, and exports that landed in the
/// watched folder are imported.
///
/// # Errors
/// The lake or the store refused; it is safe to try again.
pub async fn tend(intake: &Intake, now: InstantMs) -> Result<Tended, IntakeError> {
    let compacted = intake.lake.compact_if_due(now).await?;
    let zone = store::brand::get_or_default(&intake.store).await?.zone()?;
    let forgotten = inbox::forget_seen(&intake.store, oldest_seen(now.day_in(&zone)).plus(-1)).await?;
    let landed = crate::watch::look(intake, now).await?;
    let refused = landed.iter().filter(|file| file.problem.is_some()).count() as u32;
    Ok(Tended { compacted, forgotten, imported: landed.len() as u32 - refused, refused })
}

/// The oldest day whose events are taken live, and whose message ids are kept.
fn oldest_seen(today: Day) -> Day {
    today.plus(-inbox::SEEN_DAYS)
}

/// Erases a person: their record and what ties waiting events to them. The lake keeps rows of a pseudonym that leads to
/// nobody, and a later import or event of the same person is taken without them.
///
/// # Errors
/// The store refused; then nothing was erased.
pub async fn erase(intake: &Intake, customer_key: &str, now: InstantMs) -> Result<Erased, IntakeError> {
    let key = pseudonym::normalise(customer_key);
    let mut tx = intake.store.begin().await?;
    let pseudonym = intake.pseudonym(&key);
    let mut erased = erasure::erase(&mut tx, &key, &pseudonym, now).await?;
    erased.records += store::recommend_shown::forget(&mut tx, &pseudonym).await?;
    tx.commit().await?;
    Ok(erased)
}

/// Keyed hash of a message id: nobody who does not know the salt can make two ids meet.
fn message_hash(salt: &[u8; 32], message_id: &str) -> i64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&blake3::keyed_hash(salt, message_id.as_bytes()).as_bytes()[..8]);
    i64::from_le_bytes(bytes)
}

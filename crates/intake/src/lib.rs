//! Facts come in: files are recognised, read, deduplicated and recorded; and the data gate says what they carry.
//!
//! **API boundary:** [`import`] takes a file, [`recognise_file`] looks at one, [`look`] takes what landed in the watched folder, [`doctor`] and [`require`] judge what is
//! there, [`undo`] takes an import back, [`fingerprint`] says whether two stores hold the same; [`Events`] takes live events, [`erase`] forgets a person.
//!
//! **Architecture invariant:** a fact is identified by source and key, so importing twice changes nothing; a batch is
//! one transaction; personal data goes into the store only, the lake sees pseudonyms.

mod batch;
mod doctor;
mod earlier;
mod error;
mod events;
mod fingerprint;
mod gate;
mod import;
mod input;
mod orders;
mod parse;
mod preview;
mod pseudonym;
mod rates;
mod record;
mod rejects;
mod request;
mod stock;
mod totals;
mod undo;
mod watch;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use lake::Lake;
use store::Store;

pub use doctor::{doctor, require, require_concepts};
pub use error::IntakeError;
pub use events::{Events, Listener, Outcome, Tended, erase, tend};
pub use fingerprint::fingerprint;
pub use gate::{Capability, Gate, Number, Verdict};
pub use import::import;
pub use orders::{KindCount, OrderKinds, order_kinds, order_rules, order_rules_history, save_order_rules};
pub use preview::{Mapped, Preview, preview_as, recognise_file};
pub use pseudonym::pseudonym;
pub use rates::{Rate, Rates, rates, set_rate};
pub use request::{ImportReport, ImportRequest, Input, Progress, RejectSample, Span};
pub use undo::{Undone, undo};
pub use watch::{FOLDER as INBOX_FOLDER, Landed, look};

/// Rows of one transaction.
const BATCH_ROWS: u64 = 100_000;

/// Where facts are taken in. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    /// State.
    pub store: Store,
    /// History.
    pub lake: Lake,
    /// Folder for `rejects/` and uploads under way.
    pub data_dir: PathBuf,
    pub(crate) salt: [u8; 32],
    pub(crate) batch_rows: u64,
    pub(crate) judged: Arc<Mutex<Option<doctor::Judged>>>,
    pub(crate) seen: Arc<Mutex<watch::Seen>>,
    pub(crate) on_event: Arc<[Arc<dyn store::inbox::OnEvent>]>,
}

impl std::fmt::Debug for Intake {
    /// Without the salt, which must not get into a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Intake").field("data_dir", &self.data_dir).finish_non_exhaustive()
    }
}

impl Intake {
    /// Opens intake. `random` becomes the salt of the pseudonyms where the store has none yet.
    ///
    /// # Errors
    /// The store refused.
    pub async fn open(store: Store, lake: Lake, data_dir: &Path, random: [u8; 32]) -> Result<Intake, IntakeError> {
        let salt = store::brand::pseudonym_salt(&store, random).await?;
        Ok(Intake {
            store,
            lake,
            data_dir: data_dir.to_owned(),
            salt,
            batch_rows: BATCH_ROWS,
            judged: Arc::default(),
            seen: Arc::default(),
            on_event: Arc::new([]),
        })
    }

    /// With smaller batches, for tests of interruption.
    pub fn with_batch_rows(mut self, rows: u64) -> Intake {
        self.batch_rows = rows.clamp(1, BATCH_ROWS);
        self
    }

    /// The pseudonym under which the lake knows a customer.
    pub fn pseudonym(&self, customer_key: &str) -> String {
        pseudonym::pseudonym(&self.salt, customer_key)
    }
}

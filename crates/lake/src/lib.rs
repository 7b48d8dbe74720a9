//! History as immutable Parquet files, listed in the store's catalogue and queried by DataFusion.
//!
//! **API boundary:** plain values go in and come out ([`Table`], [`Value`]); DataFusion and Arrow are named in no
//! signature. SQL on a [`Snapshot`] sees the views `order_lines`, `orders`, `ad_days`, `ad_totals`, `funnel_days`,
//! `events`, `stock_days`, `product_reviews`, `mail_days` and `products` (see [`views`]).
//!
//! **Architecture invariant:** a file is durable before a row lists it, is never changed, and a snapshot
//! (`as_of_seq`, `now`) gives the same answer for ever, whatever is imported or revised later.

mod build;
pub mod classes;
mod compact;
mod engine;
mod error;
mod schema;
mod share;
mod snapshot;
mod sweep;
mod table;
pub mod views;
mod write;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, Weak},
};

use store::Store;

pub use build::{AdFact, FunnelFact, MailFact, OrderFact, ReviewFact, StockFact};
pub use compact::{Compacted, MOST_ROWS};
pub use error::LakeError;
pub use schema::LakeTable;
pub use snapshot::Snapshot;
pub use sweep::Swept;
pub use table::{Row, Table, Value, quote};

/// A handle to history; cheap to clone.
#[derive(Clone)]
pub struct Lake {
    shared: Arc<Shared>,
}

struct Shared {
    store: Store,
    root: PathBuf,
    engine: engine::Engine,
    /// Snapshots lately taken, newest last: pages ask for the same one again and again.
    recent: Mutex<Vec<Arc<snapshot::Inner>>>,
    /// Every snapshot of this process that may still be queried: the leases on its files.
    leases: Mutex<Vec<Weak<snapshot::Inner>>>,
}

impl std::fmt::Debug for Lake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lake").field("root", &self.shared.root).finish_non_exhaustive()
    }
}

impl Lake {
    /// Opens the lake at `file://FOLDER` (created where missing), whose catalogue is in `store`.
    ///
    /// # Errors
    /// The address is of another kind, or the folder cannot be made.
    pub fn open(store: Store, url: &str) -> Result<Lake, LakeError> {
        let folder = url.strip_prefix("file://").ok_or_else(|| LakeError::Address(url.to_owned()))?;
        let root = PathBuf::from(folder);
        for table in LakeTable::ALL {
            let folder = root.join(table.name());
            write::on(&folder, std::fs::create_dir_all(&folder))?;
        }
        let root = write::on(&root, root.canonicalize())?;
        let engine = engine::Engine::new()?;
        let shared = Shared { store, root, engine, recent: Mutex::new(Vec::new()), leases: Mutex::new(Vec::new()) };
        Ok(Lake { shared: Arc::new(shared) })
    }

    /// The store that holds the catalogue.
    pub fn store(&self) -> &Store {
        &self.shared.store
    }

    pub(crate) fn root(&self) -> &Path {
        &self.shared.root
    }
}

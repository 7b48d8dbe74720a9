//! Files that nobody needs any more are removed.

use std::{collections::HashSet, fs, path::Path, time::UNIX_EPOCH};

use domain::InstantMs;
use store::files;

use crate::{Lake, LakeError, LakeTable, write::on};

/// A file that no row lists may belong to a batch that is about to be committed; after a day it does not.
const ORPHAN_MS: i64 = 86_400_000;

/// A retired file stays for those who listed it before it was retired; a query takes ten minutes at most.
const RETIRED_MS: i64 = 3_600_000;

/// What a sweep removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Swept {
    /// Files that no row listed, by path inside the lake.
    pub orphans: Vec<String>,
    /// Retired files.
    pub retired: Vec<String>,
}

impl Lake {
    /// Removes files that no row has listed for a day (left by interrupted imports), and files retired more than an
    /// hour ago that no snapshot of this process still reads.
    ///
    /// # Errors
    /// A folder cannot be read, a file cannot be removed, or the catalogue refused.
    pub async fn sweep(&self, now: InstantMs) -> Result<Swept, LakeError> {
        let mut swept = Swept::default();
        let leased = self.leased();
        let listed = files::all(self.store()).await?;
        for file in &listed {
            let over = file.retired_at.is_some_and(|retired| retired.0 + RETIRED_MS <= now.0);
            if over && !leased.contains(&file.path) {
                remove(&self.root().join(&file.path))?;
                files::forget(self.store(), &file.path).await?;
                swept.retired.push(file.path.clone());
            }
        }
        let listed: HashSet<&str> = listed.iter().map(|file| file.path.as_str()).collect();
        for table in LakeTable::ALL {
            let folder = self.root().join(table.name());
            for entry in on(&folder, fs::read_dir(&folder))? {
                let entry = on(&folder, entry)?;
                let path = format!("{}/{}", table.name(), entry.file_name().to_string_lossy());
                if listed.contains(path.as_str()) {
                    continue;
                }
                let changed = on(&entry.path(), entry.metadata().and_then(|data| data.modified()))?;
                let age = changed.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_millis() as i64);
                if age + ORPHAN_MS <= now.0 {
                    remove(&entry.path())?;
                    swept.orphans.push(path);
                }
            }
        }
        swept.orphans.sort();
        Ok(swept)
    }

    /// Files that living snapshots read; snapshots only kept for the next who asks are let go first.
    fn leased(&self) -> HashSet<String> {
        self.shared.recent.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
        let leases = self.shared.leases.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        leases.iter().filter_map(std::sync::Weak::upgrade).flat_map(|inner| inner.files.clone()).collect()
    }
}

/// Removes a file; one that is gone already is fine.
fn remove(path: &Path) -> Result<(), LakeError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        result => on(path, result),
    }
}

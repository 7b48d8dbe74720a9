//! The watched folder `DATA/inbox/`: exports that land there come in by themselves.
//!
//! A file is taken when neither its size nor its time moved between two looks. It is recognised from its header,
//! imported, and moved to `inbox/done/DAY/`, or to `inbox/refused/` when nobody can tell what it is or it cannot be read;
//! beside it lies `NAME.report.json`. Nothing is ever deleted.
//!
//! **Architecture invariant:** killed at any moment, the next two looks end where they would have ended: an import goes on
//! where it was and takes nothing twice, and a file leaves the folder only after its report is written.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use domain::InstantMs;
use formats::{Recognition, SURE};
use serde::Serialize;

use crate::{ImportReport, ImportRequest, Intake, IntakeError, input, preview};

/// The folder inside the data folder.
pub const FOLDER: &str = "inbox";

/// Endings of files that are still being written, or are ours.
const NOT_YET: [&str; 6] = [".part", ".tmp", ".partial", ".crdownload", ".filepart", ".report.json"];

/// Bytes looked at to recognise a file.
const HEAD_BYTES: u64 = 64 * 1024;

/// Size and time of the files at the last look.
pub(crate) type Seen = HashMap<PathBuf, (u64, SystemTime)>;

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Landed {
    /// Name of the file.
    pub file: String,
    /// Where it is now, relative to the data folder.
    pub moved_to: String,
    /// When it was taken, milliseconds UTC.
    pub at_ms: i64,
    /// What it was recognised as.
    pub recognised: Option<Recognition>,
    /// Why it was refused; `None` when it was imported.
    pub problem: Option<String>,
    /// What came of the import.
    pub report: Option<ImportReport>,
}

/// Looks into the folder once and takes what stood still since the last look, oldest first. Whoever calls it again and
/// again (see [`crate::tend`]) has a watched folder.
///
/// # Errors
/// The folder cannot be read or written, or the store or the lake refused: what was not taken stays for the next look.
pub async fn look(intake: &Intake, now: InstantMs) -> Result<Vec<Landed>, IntakeError> {
    let folder = intake.data_dir.join(FOLDER);
    let ready = still(&folder, intake).map_err(|source| failed(&folder, source))?;
    let mut landed = Vec::new();
    for (path, modified) in ready {
        landed.push(take(intake, &folder, &path, modified, now).await?);
    }
    Ok(landed)
}

/// Files that did not change since the last look, oldest first.
fn still(folder: &Path, intake: &Intake) -> io::Result<Vec<(PathBuf, SystemTime)>> {
    fs::create_dir_all(folder)?;
    let mut now: Seen = Seen::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_lowercase();
        // Not followed: a link could point at anything.
        let metadata = entry.metadata()?;
        if !metadata.is_file() || metadata.len() == 0 || name.starts_with(['.', '~']) {
            continue;
        }
        if NOT_YET.iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        now.insert(entry.path(), (metadata.len(), metadata.modified()?));
    }
    let mut seen = intake.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let is_still = |(path, state): &(&PathBuf, &(u64, SystemTime))| seen.get(*path) == Some(state);
    let mut ready: Vec<(PathBuf, SystemTime)> =
        now.iter().filter(is_still).map(|(path, (_, modified))| (path.clone(), *modified)).collect();
    ready.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
    *seen = now;
    Ok(ready)
}

async fn take(
    intake: &Intake,
    folder: &Path,
    path: &Path,
    modified: SystemTime,
    now: InstantMs,
) -> Result<Landed, IntakeError> {
    let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let zone = store::brand::get_or_default(&intake.store).await?.zone()?;
    let (recognised, problem) = match preview::identify(&head(path).map_err(|source| failed(path, source))?) {
        Ok(Some(found)) if found.confidence >= SURE => (Some(found), None),
        Ok(Some(found)) => {
            let why = format!("It is not sure enough what this file is. {}", found.reasons.join(" "));
            (Some(found), Some(why))
        }
        Ok(None) => {
            let why = "The columns belong to no export that is known; upload it and name the columns".to_owned();
            (None, Some(why))
        }
        Err(error) => (None, Some(error.to_string())),
    };
    let mut landed =
        Landed { file: file.clone(), moved_to: String::new(), at_ms: now.0, recognised, problem, report: None };
    if let (None, Some(found)) = (&landed.problem, &landed.recognised) {
        let since = modified.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let written = InstantMs(i64::try_from(since.as_millis()).unwrap_or(0)).day_in(&zone);
        let day = (found.source == formats::Source::Inventory).then(|| input::day_in_name(&file).unwrap_or(written));
        let request = ImportRequest { day, ..ImportRequest::new(found.source, path, now) };
        match crate::import(intake, request, &|_| {}).await {
            Ok(report) => landed.report = Some(report),
            Err(error) if error.is_input() => landed.problem = Some(error.to_string()),
            Err(error) => return Err(error),
        }
    }
    let target = match landed.problem {
        None => folder.join("done").join(now.day_in(&zone).to_string()),
        Some(_) => folder.join("refused"),
    };
    put_away(path, &target, &file, &mut landed).map_err(|source| failed(path, source))?;
    Ok(landed)
}

/// Writes the report and moves the file beside it.
fn put_away(path: &Path, target: &Path, file: &str, landed: &mut Landed) -> io::Result<()> {
    fs::create_dir_all(target)?;
    // A name that is taken belongs to an earlier file. A report alone is left of an interrupted move.
    let free = (1..).map(|n| if n == 1 { file.to_owned() } else { format!("{n}-{file}") });
    let name = free.into_iter().find(|name| !target.join(name).exists()).unwrap_or_else(|| file.to_owned());
    let place = target.components().rev().take_while(|part| part.as_os_str() != FOLDER).collect::<Vec<_>>();
    let place: Vec<String> = place.iter().rev().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    landed.moved_to = format!("{FOLDER}/{}/{name}", place.join("/"));
    let text = serde_json::to_string_pretty(landed).map_err(io::Error::other)?;
    let report = target.join(format!("{name}.report.json"));
    let unfinished = target.join(format!(".{name}.report.tmp"));
    fs::write(&unfinished, text)?;
    fs::rename(&unfinished, &report)?;
    fs::rename(path, target.join(name))
}

fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(fs::File::open(path)?, HEAD_BYTES), &mut bytes)?;
    Ok(bytes)
}

fn failed(path: &Path, source: io::Error) -> IntakeError {
    IntakeError::File { file: path.display().to_string(), source }
}

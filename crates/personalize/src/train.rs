//! Training: history into an artefact on disk, and its row, so that it exists or does not.

use std::{
    collections::HashSet,
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use domain::InstantMs;
use lake::Lake;
use recommend::{
    Hooks, Recommender, Stages, TrainingReport,
    artefact::{ArtefactError, Writer, Written},
    basket::{BasketRecommender, BlendOptions, Past},
    item_item::{ItemItem, Similarity},
    models::TrainOptions,
    pairs::PairOptions,
};
use serde::{Deserialize, Serialize};
use store::{
    recommend_models::{self as models, ModelRow, ModelState},
    settings,
};

use crate::{
    PersonalizeError,
    error::on,
    gate::Gate,
    history,
    model::{Customers, Meta, Trained},
    partial::Partial,
    quality::{self, Quality},
};

/// Folder of the artefacts inside the data folder.
pub const FOLDER: &str = "recommend";
/// Setting that names customers and devices nobody learns from.
const EXCLUDED: &str = "recommend.excluded";
/// Neighbours kept of each item for reasons.
const REASON_NEIGHBOURS: usize = 60;
/// Customers with two orders or more from which on next baskets are learnt.
const LEAST_REPEAT_CUSTOMERS: u64 = 50;
/// The wall clock stops the search of a training after so many seconds for each unit of its budget, and [`NET_S`]: a safety
/// net for a machine that is busy with something else, never what decides usually.
const NET_FACTOR: u64 = 4;
const NET_S: u64 = 60;
/// Files kept beside those that serve.
const KEPT_FILES: usize = 3;

/// How to train.
#[derive(Debug, Clone)]
pub struct Options {
    /// Name of the model; `None` for the best there is.
    pub model: Option<String>,
    /// Work units that tuning may spend; one is about a second of one core.
    pub budget: u64,
    /// Threads.
    pub threads: usize,
    /// Makes the new model the active one.
    pub activate: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { model: None, budget: 300, threads: 1, activate: true }
    }
}

/// What training came to; also what stands in the model's row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The version.
    pub version: i64,
    /// Name of the model.
    pub model: String,
    /// What there was to learn from.
    pub counts: crate::gate::Counts,
    /// Whether it may be personalised.
    pub gate: Gate,
    /// How well it foresees; `None` where it was not examined.
    #[serde(default)]
    pub quality: Option<Quality>,
    /// What serves each placement and how well it did, and whether the wall clock cut the search short.
    #[serde(default)]
    pub training: Option<TrainingReport>,
    /// Size of the file.
    pub size_bytes: i64,
    /// BLAKE3 of the file.
    pub checksum: String,
}

/// The name of the model that is trained where nobody names one: the blend.
pub const USUAL_MODEL: &str = "auto";

/// Trains on everything known before `now`, writes the artefact to `data_dir` and records it. `say` hears what is done.
///
/// # Errors
/// The lake cannot be read, the file cannot be written, or there is no model of that name.
pub async fn train(
    lake: &Lake,
    data_dir: &Path,
    options: &Options,
    now: InstantMs,
    by: &str,
    say: &(dyn Fn(&str) + Sync),
) -> Result<Report, PersonalizeError> {
    say("Reading orders and events");
    let snapshot = lake.snapshot(now).await?;
    let excluded = excluded(lake.store()).await?;
    let history = history::read(&snapshot, &excluded.into_iter().collect::<HashSet<_>>()).await?;
    say("Training");
    let (options_of, as_of_seq) = (options.clone(), snapshot.as_of_seq());
    drop(snapshot);
    let folder = data_dir.join(FOLDER);
    let work = move || -> Result<_, PersonalizeError> {
        let partial = Partial::open(&folder);
        let stages = partial.as_ref().map(|partial| partial as &dyn Stages);
        let trained = fit_with(history, &options_of, now, as_of_seq, stages)?;
        Ok((trained, partial))
    };
    let fitted = tokio::task::spawn_blocking(work).await;
    let (trained, partial) =
        fitted.map_err(|error| PersonalizeError::Refused(format!("Training stopped: {error}")))??;
    say("Writing the model");
    let report = record(lake.store(), data_dir, &trained, options.activate, by).await?;
    if let Some(partial) = partial {
        partial.remove();
    }
    Ok(report)
}

/// History into a model.
///
/// # Errors
/// There is no model of that name.
pub fn fit(
    history: history::History,
    options: &Options,
    now: InstantMs,
    as_of_seq: i64,
) -> Result<Trained, PersonalizeError> {
    fit_with(history, options, now, as_of_seq, None)
}

/// As [`fit`], with finished stages kept, so that it goes on where it was killed.
///
/// # Errors
/// There is no model of that name.
pub fn fit_with(
    history: history::History,
    options: &Options,
    now: InstantMs,
    as_of_seq: i64,
    stages: Option<&dyn Stages>,
) -> Result<Trained, PersonalizeError> {
    let history::History { sessions, catalogue, bought, counts } = history;
    let gate = Gate::of(&counts);
    let items = catalogue.len();
    let gaps = history::gaps(&bought, items);
    let reasons = PairOptions { neighbours: REASON_NEIGHBOURS, own: 0.0, ..Similarity::Cosine.options() };
    let because = ItemItem::fit(&sessions, items, Similarity::Cosine, &reasons, options.threads);
    // Thin data is not tuned on: best-sellers are what it carries.
    let name = match &options.model {
        Some(name) => name.as_str(),
        None if gate.open => USUAL_MODEL,
        None => "popularity",
    };
    let tuning = TrainOptions { threads: options.threads.max(1), budget: options.budget, seed: 1 };
    let net = Duration::from_secs(options.budget.saturating_mul(NET_FACTOR).saturating_add(NET_S));
    let began = Instant::now();
    let is_examined_long = || began.elapsed() > net;
    let hooks = Hooks { stages, is_time_up: &is_examined_long, ..Hooks::only(&|_| ()) };
    let quality = if gate.open { quality::examine(name, &sessions, items, &tuning, hooks)? } else { None };
    let began = Instant::now();
    let is_trained_long = || began.elapsed() > net;
    let hooks = Hooks { is_time_up: &is_trained_long, ..hooks };
    let recommender = Recommender::train_with(name, &sessions, catalogue, &tuning, hooks)?;
    let customers = Customers::new(bought);
    let baskets = (gate.open && counts.repeat_customers >= LEAST_REPEAT_CUSTOMERS).then(|| {
        let options = BlendOptions { threads: options.threads.max(1), ..BlendOptions::default() };
        BasketRecommender::fit(Past::new(&customers.baskets(), now.0.div_euclid(1000)), options)
    });
    let meta = Meta { model: name.to_owned(), trained_at: now, as_of_seq, counts, gate, quality };
    Ok(Trained::new(meta, recommender, because, customers, gaps, baskets))
}

/// Writes an artefact under a temporary name, makes it durable, gives it its name, and records it in one transaction.
///
/// # Errors
/// The file cannot be written, or the database refused.
pub async fn record(
    store: &store::Store,
    data_dir: &Path,
    trained: &Trained,
    activate: bool,
    by: &str,
) -> Result<Report, PersonalizeError> {
    let folder = data_dir.join(FOLDER);
    let write = {
        let (folder, artefact, trained_at) = (folder.clone(), trained.save(), trained.meta.trained_at);
        move || write_durably(&folder, trained_at, &artefact)
    };
    let (file, written) = tokio::task::spawn_blocking(write)
        .await
        .map_err(|error| PersonalizeError::Refused(format!("Writing stopped: {error}")))??;
    let (checksum, size_bytes) = (hex(&written.checksum), written.bytes as i64);
    let meta = &trained.meta;
    let mut tx = store.begin().await?;
    let version = models::next_version(&mut tx).await?;
    let report = Report {
        version,
        model: meta.model.clone(),
        counts: meta.counts,
        gate: meta.gate.clone(),
        quality: meta.quality,
        training: trained.recommender.model().report().cloned(),
        size_bytes,
        checksum: checksum.clone(),
    };
    let row = ModelRow {
        version,
        file,
        checksum,
        size_bytes,
        trained_at: meta.trained_at,
        trained_by: by.to_owned(),
        as_of_seq: meta.as_of_seq,
        state: ModelState::Ready,
        metrics: serde_json::to_value(&report).unwrap_or_default(),
    };
    models::insert(&mut tx, &row).await?;
    if activate {
        models::promote(&mut tx, version, ModelState::Active).await?;
    }
    tx.commit().await?;
    sweep(store, &folder, meta.trained_at).await?;
    Ok(report)
}

/// Hour at which a new day's model is trained, in the brand's time zone: the shop sleeps.
const NIGHT_HOUR: i64 = 3;
/// Work units of a nightly training.
const NIGHTLY_BUDGET: u64 = 600;
/// Days that what was shown is kept.
const SHOWN_DAYS: i64 = 180;

/// Trains where no model serves yet, or where the newest is from before this night's hour and facts came since. One
/// thread, so that the shop is served meanwhile. Returns whether it trained.
///
/// # Errors
/// As [`train`]; the model before goes on serving.
pub async fn nightly(service: &crate::Service, lake: &Lake, now: InstantMs) -> Result<bool, PersonalizeError> {
    let store = lake.store();
    let latest = store::seq::latest(store).await?;
    let (active, _) = models::serving(store).await?;
    let zone = store::brand::get_or_default(store).await?.zone()?;
    let night = InstantMs(now.day_in(&zone).start_in(&zone).0 + NIGHT_HOUR * 3_600_000);
    let is_due = match &active {
        None => latest > 0,
        Some(active) => now >= night && active.trained_at < night && active.as_of_seq < latest,
    };
    if !is_due {
        return Ok(false);
    }
    let options = Options { budget: NIGHTLY_BUDGET, ..Options::default() };
    train(lake, service.data_dir(), &options, now, "the night", &|step| tracing::info!(step, "training")).await?;
    let mut tx = store.begin().await?;
    store::recommend_shown::prune(&mut tx, now.plus_days(-SHOWN_DAYS)).await?;
    tx.commit().await?;
    service.refresh().await?;
    Ok(true)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes an artefact and answers its name. The file is never touched again: models are used where they lie in it.
fn write_durably(
    folder: &Path,
    trained_at: InstantMs,
    artefact: &Writer,
) -> Result<(String, Written), PersonalizeError> {
    on(folder, std::fs::create_dir_all(folder))?;
    let temporary = folder.join(format!("{}-{}.part", trained_at.0, std::process::id()));
    let mut out = std::io::BufWriter::new(on(&temporary, File::create(&temporary))?);
    let written = on(&temporary, artefact.write_to(&mut out))?;
    let out = on(&temporary, out.into_inner().map_err(std::io::IntoInnerError::into_error))?;
    on(&temporary, out.sync_all())?;
    drop(out);
    let file = format!("{}-{}.model", trained_at.0, &hex(&written.checksum)[..12]);
    let last = folder.join(&file);
    on(&last, std::fs::rename(&temporary, &last))?;
    // The name is durable once its folder is.
    on(folder, File::open(folder).and_then(|folder| folder.sync_all()))?;
    Ok((file, written))
}

/// Whether a file is what a training left that died while it wrote: begun a day or longer before `now`, by its name.
fn is_left_over(name: &str, now: InstantMs) -> bool {
    let begun = name.strip_suffix(".part").and_then(|stem| stem.split('-').next()?.parse().ok());
    begun.is_some_and(|begun: i64| begun <= now.plus_days(-1).0)
}

/// Deletes the files of models that have not served for long, and what dead trainings left.
async fn sweep(store: &store::Store, folder: &Path, now: InstantMs) -> Result<(), PersonalizeError> {
    for entry in on(folder, std::fs::read_dir(folder))?.flatten() {
        if entry.file_name().to_str().is_some_and(|name| is_left_over(name, now)) {
            on(&entry.path(), std::fs::remove_file(entry.path()))?;
        }
    }
    let rows = models::list(store, 1_000).await?;
    let idle = rows.iter().filter(|row| matches!(row.state, ModelState::Ready | ModelState::Retired));
    for row in idle.skip(KEPT_FILES) {
        let path = folder.join(&row.file);
        if path.exists() {
            on(&path, std::fs::remove_file(&path))?;
        }
    }
    Ok(())
}

/// The checksum that an artefact ends in, hex; whether it holds is verified on loading.
fn recorded_checksum(path: &Path) -> Result<String, PersonalizeError> {
    let mut checksum = [0; 32];
    let mut file = on(path, File::open(path))?;
    let length = on(path, file.metadata())?.len();
    on(path, file.seek(SeekFrom::Start(length.saturating_sub(32))))?;
    match file.read_exact(&mut checksum) {
        Ok(()) => Ok(hex(&checksum)),
        Err(_) => Err(ArtefactError::NotAnArtefact.into()),
    }
}

/// Loads a recorded model and verifies that it is the one that was recorded.
///
/// # Errors
/// The file is missing, damaged, or another.
pub async fn load(data_dir: &Path, row: &ModelRow) -> Result<Arc<Trained>, PersonalizeError> {
    let path: PathBuf = data_dir.join(FOLDER).join(&row.file);
    let wanted = row.checksum.clone();
    let work = move || -> Result<Arc<Trained>, PersonalizeError> {
        if recorded_checksum(&path)? != wanted {
            return Err(ArtefactError::Damaged.into());
        }
        Ok(Arc::new(Trained::open(&path)?))
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| PersonalizeError::Refused(format!("Loading stopped: {error}")))?
}

/// Customers and devices that nobody learns from: bots, staff, resellers.
///
/// # Errors
/// The database refused.
pub async fn excluded(store: &store::Store) -> Result<Vec<String>, PersonalizeError> {
    Ok(settings::get(store, EXCLUDED).await?.unwrap_or_default())
}

/// Sets them; the next training leaves them out.
///
/// # Errors
/// The database refused.
pub async fn set_excluded(tx: &mut store::Tx, pseudonyms: &[String]) -> Result<(), PersonalizeError> {
    Ok(settings::set(tx, EXCLUDED, &pseudonyms).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_dead_training_left_is_swept() {
        let now = InstantMs(1_790_000_000_000);
        let begun = |days: i64| format!("{}-4711.part", now.plus_days(-days).0);
        assert!(is_left_over(&begun(1), now) && is_left_over(&begun(400), now));
        for kept in [begun(0), "1-0123456789ab.model".into(), "training.partial".into(), "notes.part".into()] {
            assert!(!is_left_over(&kept, now), "{kept}");
        }
    }
}

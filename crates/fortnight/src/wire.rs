//! Wiring: from flags to an open store and lake, with the time everything is told.

use std::path::{Path, PathBuf};

use domain::InstantMs;
use jiff::{Timestamp, civil, tz::TimeZone};
use lake::Lake;
use store::{Store, brand::Brand};

use crate::{args::Global, failure::Failure};

/// What every command works with.
pub struct Wired {
    /// State.
    pub store: Store,
    /// History.
    pub lake: Lake,
    /// The data folder.
    pub data: PathBuf,
    /// The brand, or the defaults where none is named yet.
    pub brand: Brand,
    /// Its time zone.
    pub zone: TimeZone,
    /// Now: the system's clock, or what `--now` says.
    pub now: InstantMs,
    /// Whether `--now` fixed it.
    pub now_is_fixed: bool,
    /// Who acts.
    pub actor: String,
}

impl Wired {
    /// Where facts are taken in.
    pub async fn intake(&self) -> Result<intake::Intake, Failure> {
        let random = server::system_random()();
        Ok(intake::Intake::open(self.store.clone(), self.lake.clone(), &self.data, random).await?)
    }

    /// What every use case is given.
    pub fn context(&self) -> sprint::Context {
        sprint::Context {
            store: self.store.clone(),
            lake: self.lake.clone(),
            brand: self.brand.clone(),
            zone: self.zone.clone(),
            now: self.now,
            actor: self.actor.clone(),
        }
    }
}

/// Opens the data folder (made where missing), the store and the lake.
pub async fn open(global: &Global) -> Result<Wired, Failure> {
    std::fs::create_dir_all(&global.data).map_err(|error| {
        Failure::input("data_folder", format!("the data folder {} cannot be made: {error}", global.data.display()))
    })?;
    let data = std::path::absolute(&global.data)?;
    let store_url = match &global.store {
        Some(url) => url.clone(),
        None => format!("sqlite://{}", data.join("fortnight.db").display()),
    };
    let lake_url = match &global.lake {
        Some(url) => url.clone(),
        None => format!("file://{}", data.join("lake").display()),
    };
    let store = Store::open(&store_url).await?;
    let lake = Lake::open(store.clone(), &lake_url)?;
    let brand = store::brand::get_or_default(&store).await?;
    let zone = brand.zone()?;
    let now = match &global.now {
        Some(text) => parse_now(text, &zone)?,
        None => system_now(),
    };
    let actor = global.actor.trim().to_owned();
    Ok(Wired { store, lake, data, brand, zone, now, now_is_fixed: global.now.is_some(), actor })
}

/// The system's clock: the one place that asks it.
pub fn system_now() -> InstantMs {
    InstantMs::from(Timestamp::now())
}

/// `2011-11-01` (the day's start in the brand's zone), `2011-11-01T09:00`, or a full RFC 3339 time.
fn parse_now(text: &str, zone: &TimeZone) -> Result<InstantMs, Failure> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(InstantMs::from(instant));
    }
    let local = text.parse::<civil::DateTime>().or_else(|_| text.parse::<civil::Date>().map(civil::DateTime::from));
    let zoned = local.and_then(|local| local.to_zoned(zone.clone()));
    zoned.map(|zoned| InstantMs::from(zoned.timestamp())).map_err(|_| {
        Failure::input(
            "now",
            format!("--now `{text}` is not a time; write 2011-11-01, 2011-11-01T09:00 or 2011-11-01T09:00:00Z"),
        )
    })
}

/// Reads a text file, or says which one cannot be read.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| Failure::input("file", format!("{} cannot be read: {error}", path.display())))
}

/// A day out of an argument.
pub fn parse_day(flag: &str, text: &str) -> Result<domain::Day, Failure> {
    domain::Day::parse(text)
        .map_err(|_| Failure::input("day", format!("{flag} `{text}` is not a day; write it as 2026-03-31")))
}

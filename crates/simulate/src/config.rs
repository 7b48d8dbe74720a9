//! What a simulated store is asked for.

use domain::{Currency, Day};
use jiff::tz::TimeZone;

use crate::{BrandKind, incident::Incident};

/// How big the store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// A tenth of the demo: for tests.
    Small,
    /// Two years give about 14,000 customers and 40,000 orders.
    #[default]
    Demo,
    /// Two years give more than a million orders; see [`crate::World::write_transactions`].
    Large,
}

impl Scale {
    /// Factor on every rate and budget.
    pub fn factor(self) -> f64 {
        match self {
            Scale::Small => 0.1,
            Scale::Demo => 1.0,
            Scale::Large => 30.0,
        }
    }
}

/// The language of the Meta report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReportLocale {
    /// English headers, ISO dates, decimal point.
    English,
    /// German headers, `DD.MM.YYYY`, decimal comma.
    #[default]
    German,
}

/// A store to simulate. The same config gives the same bytes.
#[derive(Debug, Clone)]
pub struct Config {
    /// Seed of everything.
    pub seed: u64,
    /// First day of history.
    pub start: Day,
    /// Days of history; growth and planted velocities end with it. A world may be run beyond it, day by day.
    pub days: u32,
    /// Size.
    pub size: Scale,
    /// Currency of shop and ad accounts.
    pub currency: Currency,
    /// The brand's time zone.
    pub zone: TimeZone,
    /// Catalogue.
    pub brand: BrandKind,
    /// Language of the Meta report.
    pub meta_locale: ReportLocale,
    /// Whether a tracking outage, a stock-out, a cost spike and a slow day are planted in the history.
    pub plant_history: bool,
    /// More incidents, e.g. one on day 8 of a live sprint. [`crate::World::plant`] adds them later.
    pub incidents: Vec<Incident>,
}

impl Config {
    /// The demo: two years that end on the day before `today`, in euros, Europe/Berlin (UTC where the system has no
    /// time zone database), the coffee brand, German Meta reports.
    pub fn demo(seed: u64, today: Day) -> Config {
        let days = 730;
        Config {
            seed,
            start: today.plus(-days),
            days: days as u32,
            size: Scale::Demo,
            currency: Currency::parse("EUR").unwrap_or_else(|_| unreachable!("EUR is three letters")),
            zone: TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC),
            brand: BrandKind::default(),
            meta_locale: ReportLocale::default(),
            plant_history: true,
            incidents: Vec::new(),
        }
    }

    /// A tenth of the demo, for tests.
    pub fn small(seed: u64, today: Day) -> Config {
        Config { size: Scale::Small, ..Config::demo(seed, today) }
    }

    /// The last day of history.
    pub fn last_day(&self) -> Day {
        self.start.plus(self.days as i32 - 1)
    }
}

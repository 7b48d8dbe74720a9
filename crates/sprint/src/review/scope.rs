//! What a review looks at: the days since a sprint went live, its ads and links, and how far each source reaches.

use domain::{
    ConceptId, Day, Money, SprintId,
    sprint::{Channel, Concept},
};
use lake::{Snapshot, Table};

use crate::{
    Context, SprintError,
    ask::ask,
    launch::{Launch, LaunchDoc},
};
use domain::sprint::Evidence;

/// Days until a report's orders are complete: platforms and GA4 restate them for about that long.
pub const CONVERSION_LAG_DAYS: i32 = 3;
/// How far back a source counts as one the brand reports at all.
const SOURCE_DAYS: i32 = 60;

/// How far the imported data of a source reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// `meta`, `google`, `ga4` or `orders`.
    pub name: String,
    /// Name for people.
    pub label: &'static str,
    /// Its last day; `None` where nothing of it was imported lately.
    pub last_day: Option<Day>,
}

/// A live sprint as the checks see it.
pub(crate) struct Scope {
    pub snapshot: Snapshot,
    pub launch: Launch,
    pub concepts: Vec<Concept>,
    pub flight: domain::DayRange,
    pub live_on: Day,
    /// The last day that is over.
    pub yesterday: Day,
    pub sources: Vec<Source>,
    pub sources_evidence: Evidence,
    pub currency: domain::Currency,
    /// The brand's price offers that ran.
    pub offers: Vec<domain::DayRange>,
}

impl Scope {
    /// Reads what the checks need of a sprint that has gone live.
    ///
    /// # Errors
    /// The sprint is not live, or the store or the lake failed.
    pub async fn open(ctx: &Context, sprint: SprintId) -> Result<Scope, SprintError> {
        let row = crate::sprints::get(ctx, sprint).await?;
        let flight = crate::sprints::brief_of(&row)?.flight;
        let launch = store::launches::get::<LaunchDoc>(&ctx.store, sprint).await?;
        let Some((launch, live_on)) = launch.and_then(|launch| launch.live_on.map(|day| (launch, day))) else {
            return Err(SprintError::Refused(
                "This sprint is not live yet. Export the launch, switch it on, and mark it as live.".into(),
            ));
        };
        let launched: Vec<ConceptId> = launch.document.concepts.iter().map(|concept| concept.concept_id).collect();
        let rows = store::concepts::list(&ctx.store, sprint).await?;
        let concepts =
            rows.into_iter().map(|row| row.concept).filter(|concept| launched.contains(&concept.id)).collect();
        let snapshot = ctx.lake.snapshot(ctx.now).await?;
        let (sources, sources_evidence) = sources(&snapshot, ctx.today()).await?;
        Ok(Scope {
            snapshot,
            launch,
            concepts,
            flight,
            live_on,
            yesterday: ctx.today().plus(-1),
            sources,
            sources_evidence,
            currency: ctx.brand.currency,
            offers: super::known::offers(ctx).await?,
        })
    }

    /// Runs a query and keeps it.
    pub async fn ask(&self, name: &str, sql: &str) -> Result<(Table, Evidence), SprintError> {
        Ok(ask(&self.snapshot, name, sql).await?)
    }

    /// An exact sum in the brand's currency.
    pub fn money(&self, micros: i64) -> Money {
        Money::from_micros(i128::from(micros), self.currency)
    }

    /// Last imported day of a source.
    pub fn last_day(&self, name: &str) -> Option<Day> {
        self.sources.iter().find(|source| source.name == name).and_then(|source| source.last_day)
    }

    /// The paid channels of the launch with the names their reports go by.
    pub fn paid(&self) -> Vec<(Channel, &'static str)> {
        self.launch
            .document
            .plan
            .channels
            .iter()
            .filter_map(|budget| Some((budget.channel, platform(budget.channel)?)))
            .collect()
    }

    /// The last day for which every paid channel of the launch is reported; `None` while one of them is not at all.
    pub fn ads_through(&self) -> Option<Day> {
        let days: Vec<Option<Day>> = self.paid().iter().map(|(_, name)| self.last_day(name)).collect();
        days.into_iter().collect::<Option<Vec<Day>>>()?.into_iter().min()
    }

    /// First day whose orders may still be restated.
    pub fn provisional_from(&self) -> Day {
        self.yesterday.plus(1 - CONVERSION_LAG_DAYS)
    }

    /// Marks of all launched concepts.
    pub fn marks(&self) -> Vec<&str> {
        self.launch.document.concepts.iter().map(|concept| concept.utm_content.as_str()).collect()
    }
}

/// The name by which a channel's reports are stored; `None` for channels without reports.
pub(crate) fn platform(channel: Channel) -> Option<&'static str> {
    match channel {
        Channel::GoogleSearch => Some("google"),
        Channel::Meta => Some("meta"),
        Channel::Email => None,
    }
}

/// Condition for the ads of concepts: their marks stand in the ad's or its group's name.
pub(crate) fn ours(marks: &[&str]) -> String {
    let one = |mark: &&str| {
        let mark = lake::quote(mark);
        format!("strpos(lower(ad_name), {mark}) > 0 OR strpos(lower(ad_group_name), {mark}) > 0")
    };
    match marks {
        [] => "FALSE".to_owned(),
        _ => format!("({})", marks.iter().map(one).collect::<Vec<_>>().join(" OR ")),
    }
}

/// Condition for the visits of concepts.
pub(crate) fn visits_of(marks: &[&str]) -> String {
    match marks {
        [] => "FALSE".to_owned(),
        _ => {
            format!("lower(content) IN ({})", marks.iter().map(|mark| lake::quote(mark)).collect::<Vec<_>>().join(", "))
        }
    }
}

async fn sources(snapshot: &Snapshot, today: Day) -> Result<(Vec<Source>, Evidence), SprintError> {
    let since = today.plus(-SOURCE_DAYS);
    let sql = format!(
        "SELECT (SELECT MAX(day) FROM ad_days WHERE platform = 'google' AND day >= DATE '{since}') AS google, \
         (SELECT MAX(day) FROM ad_days WHERE platform = 'meta' AND day >= DATE '{since}') AS meta, \
         (SELECT MAX(day) FROM funnel_days WHERE day >= DATE '{since}') AS ga4, \
         (SELECT MAX(day) FROM order_lines WHERE day >= DATE '{since}' AND day < DATE '{today}') AS orders"
    );
    let (table, evidence) = ask(snapshot, "last imported days", &sql).await?;
    let row = table.first()?;
    let mut sources = Vec::new();
    for (name, label) in [("google", "Google Ads"), ("meta", "Meta"), ("ga4", "GA4"), ("orders", "store orders")] {
        sources.push(Source { name: name.to_owned(), label, last_day: row.opt_day(name)? });
    }
    Ok((sources, evidence))
}

//! The workflow map: the team's value stream today, the redesign, and what the last sprint really took.

mod template;
mod times;

use domain::workflow::{Redesign, Stage, Stream};
use serde::Serialize;
use store::maps;

pub use template::template;
pub use times::{StageTime, stage_times};

use crate::{Context, FieldError, SprintError};

/// Longest map that still reads as one.
const MAX_STAGES: usize = 20;

/// What a value stream adds up to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Working days from first wait to last end.
    pub lead_time_days: f64,
    /// Hours somebody works on it.
    pub hands_on_hours: f64,
    /// Touch time over lead time, 0 to 1; `None` without lead time.
    pub flow_efficiency: Option<f64>,
    /// Name of the stage that takes longest, waiting included.
    pub bottleneck: Option<String>,
    /// Names of the painful stages (pain 4 or 5), worst first.
    pub painful: Vec<String>,
    /// Direct cost of one sprint, minor units.
    pub cost_minor: i64,
}

/// The map as people see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MapView {
    /// The stream today.
    pub stream: Stream,
    /// What it adds up to.
    pub today: Figures,
    /// The redesigned stream.
    pub redesigned: Stream,
    /// What that adds up to.
    pub redesign: Figures,
    /// True until the team saved a map of its own: then this is the built-in template.
    pub is_template: bool,
}

impl MapView {
    /// Share of lead time that the redesign saves, 0 to 1; negative where it takes longer; `None` without lead time.
    pub fn saved_share(&self) -> Option<f64> {
        let before = self.today.lead_time_days;
        (before > 0.0).then(|| 1.0 - self.redesign.lead_time_days / before)
    }
}

/// Reads off a stream what lean practice reads off it.
pub fn figures(stream: &Stream) -> Figures {
    let name = |index: usize| stream.stages[index].name.clone();
    Figures {
        lead_time_days: stream.lead_time_days(),
        hands_on_hours: stream.hands_on_hours(),
        flow_efficiency: stream.flow_efficiency(),
        bottleneck: stream.bottleneck().map(name),
        painful: stream.painful().into_iter().map(name).collect(),
        cost_minor: stream.stages.iter().map(|stage| stage.cost_minor).sum(),
    }
}

/// The team's map, or the built-in template where none was saved yet.
///
/// # Errors
/// The database refused.
pub async fn show(ctx: &Context) -> Result<MapView, SprintError> {
    let saved = maps::current(&ctx.store).await?;
    let is_template = saved.is_none();
    let stream = saved.map_or_else(template, |row| row.stream);
    let redesigned = stream.redesigned();
    Ok(MapView { today: figures(&stream), redesign: figures(&redesigned), stream, redesigned, is_template })
}

/// Saves the team's map; earlier ones are kept.
///
/// # Errors
/// [`SprintError::Invalid`] with every field that is wrong; or the database refused.
pub async fn save(ctx: &Context, stream: &Stream) -> Result<MapView, SprintError> {
    let faults = faults(stream);
    if !faults.is_empty() {
        return Err(SprintError::Invalid(faults));
    }
    let mut tx = ctx.store.begin().await?;
    maps::save(&mut tx, stream, ctx.now, &ctx.actor).await?;
    let subject = format!("{} stages", stream.stages.len());
    ctx.record(&mut tx, (None, None), "map.save", &subject, "").await?;
    tx.commit().await?;
    show(ctx).await
}

/// The map as TOML, to edit and give back to [`from_toml`].
pub fn to_toml(stream: &Stream) -> String {
    let body = toml::to_string_pretty(stream).unwrap_or_default();
    format!(
        "# The workflow map, one [[stages]] a stage. Hours are hands-on, days are working days, cost is in minor units\n\
         # (cents) for one sprint, pain goes from 1 (fine) to 5 (everybody dreads it).\n\n{body}"
    )
}

/// Reads a map from TOML.
///
/// # Errors
/// [`SprintError::Invalid`] naming the place the parser stopped at.
pub fn from_toml(text: &str) -> Result<Stream, SprintError> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        SprintError::Invalid(vec![FieldError { field: format!("line {line}"), message: error.message().to_owned() }])
    })
}

fn faults(stream: &Stream) -> Vec<FieldError> {
    let mut faults = Vec::new();
    if stream.stages.is_empty() {
        faults.push(fault("stages", "Add at least one stage."));
    }
    if stream.stages.len() > MAX_STAGES {
        faults.push(fault("stages", &format!("Keep the map to {MAX_STAGES} stages; join the small ones.")));
    }
    for (index, stage) in stream.stages.iter().enumerate() {
        stage_faults(&format!("stages[{}]", index + 1), stage, &mut faults);
    }
    faults
}

fn stage_faults(place: &str, stage: &Stage, faults: &mut Vec<FieldError>) {
    if stage.name.trim().is_empty() {
        faults.push(fault(&format!("{place}.name"), "Give the stage a name."));
    }
    if !(1..=5).contains(&stage.pain) {
        faults.push(fault(&format!("{place}.pain"), "Pain goes from 1 (fine) to 5 (everybody dreads it)."));
    }
    if stage.cost_minor < 0 {
        faults.push(fault(&format!("{place}.cost_minor"), "A cost cannot be negative."));
    }
    let mut times = vec![
        ("hands_on_hours", stage.hands_on_hours),
        ("elapsed_days", stage.elapsed_days),
        ("waiting_days", stage.waiting_days),
    ];
    if let Some(Redesign { hands_on_hours, elapsed_days, waiting_days, .. }) = &stage.redesign {
        times.push(("redesign.hands_on_hours", *hands_on_hours));
        times.push(("redesign.elapsed_days", *elapsed_days));
        times.push(("redesign.waiting_days", *waiting_days));
    }
    for (name, value) in times {
        if !value.is_finite() || value < 0.0 {
            faults.push(fault(&format!("{place}.{name}"), "A time is a number from 0 up."));
        }
    }
}

fn fault(field: &str, message: &str) -> FieldError {
    FieldError { field: field.to_owned(), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_template_halves_the_lead_time_and_survives_toml() {
        let stream = template();
        let (today, redesign) = (figures(&stream), figures(&stream.redesigned()));
        assert_eq!(stream.stages.len(), 5);
        assert_eq!(today.bottleneck.as_deref(), Some("Assets"));
        // The mission: changing the shape of the sprint gains 40-60 %.
        let saved = 1.0 - redesign.lead_time_days / today.lead_time_days;
        assert!((0.4..=0.6).contains(&saved), "{saved}");
        assert_eq!(from_toml(&to_toml(&stream)).unwrap(), stream);
    }

    #[test]
    fn faults_name_their_field() {
        let mut stream = template();
        stream.stages[1].pain = 9;
        stream.stages[2].waiting_days = f64::NAN;
        stream.stages[3].name = " ".into();
        let fields: Vec<String> = faults(&stream).into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["stages[2].pain", "stages[3].waiting_days", "stages[4].name"]);
        assert!(from_toml("stages = 3").unwrap_err().to_string().starts_with("line 1: "));
    }
}

//! What the demo's people do with the files they downloaded this morning: import them, as anybody would.

use domain::{Day, DayRange, InstantMs};
use intake::{ImportRequest, Input, Intake};
use simulate::{ExportFile, World};

use crate::DemoError;

/// What the imports of one morning came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Imported {
    /// Files read.
    pub files: u64,
    /// Rows read.
    pub rows_read: u64,
    /// Rows of new facts.
    pub rows_taken: u64,
    /// Rows of restated facts.
    pub rows_revised: u64,
    /// Rows that could not be used.
    pub rows_rejected: u64,
}

/// Imports the whole history up to the world's last day.
pub(crate) async fn history(intake: &Intake, world: &World, now: InstantMs) -> Result<Imported, DemoError> {
    import(intake, world, world.span(), now).await
}

/// Imports what is new since `since`, with the four weeks before it, so that refunds and restated claims come in.
pub(crate) async fn news(intake: &Intake, world: &World, since: Day, now: InstantMs) -> Result<Imported, DemoError> {
    let four_weeks = world.today().plus(-27);
    import(intake, world, DayRange { from: since.min(four_weeks), to: world.today() }, now).await
}

/// Imports what visitors did on these days.
pub(crate) async fn events(
    intake: &Intake,
    world: &World,
    range: DayRange,
    now: InstantMs,
) -> Result<Imported, DemoError> {
    take(intake, [world.events_export(range)], now).await
}

async fn import(intake: &Intake, world: &World, range: DayRange, now: InstantMs) -> Result<Imported, DemoError> {
    take(intake, world.exports(range), now).await
}

async fn take(
    intake: &Intake,
    files: impl IntoIterator<Item = ExportFile>,
    now: InstantMs,
) -> Result<Imported, DemoError> {
    let mut sum = Imported::default();
    for file in files {
        let input = Input::Reader { name: file.name, reader: Box::new(std::io::Cursor::new(file.bytes)) };
        let request = ImportRequest { input, ..ImportRequest::new(file.source, "", now) };
        let report = intake::import(intake, request, &|_| {}).await?;
        sum.files += 1;
        sum.rows_read += report.rows_read;
        sum.rows_taken += report.rows_taken;
        sum.rows_revised += report.rows_revised;
        sum.rows_rejected += report.rows_rejected;
    }
    Ok(sum)
}

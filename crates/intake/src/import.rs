//! One file comes in: read on a thread, recorded batch by batch, resumable after any interruption.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use domain::{Currency, ImportId, InstantMs, facts::Fact};
use formats::{FileKind, ReadOptions, Reject, Row};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use store::{
    brand::{self, Brand},
    imports::{self, Import, ImportStatus},
};

use crate::{
    Intake, IntakeError,
    batch::{self, Context, Counts, Recorded},
    earlier::{self, Earlier},
    input::Source,
    parse::{self, Message},
    rates::{self, Rates},
    record::{self, Surroundings},
    rejects::Rejects,
    request::{ImportReport, ImportRequest, Progress},
    totals::Totals,
};

/// Where an interrupted import goes on. The reader gives the same items for the same bytes and options, so a number of
/// items is a place in the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Checkpoint {
    items: u64,
    counts: Counts,
    reject_bytes: u64,
}

/// Facts on their way into one transaction.
#[derive(Default)]
struct Batch {
    rows: Vec<Row>,
    data_rows: u64,
    rejects: Vec<Reject>,
    items: u64,
}

struct Run<'i> {
    intake: &'i Intake,
    dry_run: bool,
    now: InstantMs,
    source: Arc<Source>,
    context: Context,
    zone: TimeZone,
    /// The brand as it stands; `None` where nobody set it yet: then the first import does.
    brand: Option<Brand>,
    currency: Option<Currency>,
    /// Currency of a report's rows, where no brand's is known.
    reported: Option<Currency>,
    kind: FileKind,
    checkpoint: Checkpoint,
    totals: Totals,
    rejects: Rejects,
    batch: Batch,
    batches: u64,
    notes: Vec<String>,
    /// In a dry run: digests of what earlier batches would have recorded.
    pretended: HashMap<blake3::Hash, String>,
    /// What other currencies are worth.
    rates: Rates,
    /// The other currency in which rows came, where they did.
    converted: Option<Currency>,
}

/// Imports one file: streaming, idempotent, resumable. Each batch of at most 100,000 rows, cut between facts, is one
/// transaction of Parquet file, state rows and checkpoint; after a crash the same call goes on behind the last one, and
/// the end is the same as without the crash. The same file with the same options again takes nothing.
///
/// # Errors
/// See [`IntakeError`]; unless the error says otherwise nothing was changed.
pub async fn import(
    intake: &Intake,
    mut request: ImportRequest,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<ImportReport, IntakeError> {
    let input = std::mem::replace(&mut request.input, crate::Input::Path(Default::default()));
    let folder = intake.data_dir.join("incoming");
    let prepared = tokio::task::spawn_blocking(move || {
        let source = Source::make(input, &folder)?;
        let (checksum, size) = source.examine()?;
        Ok::<_, IntakeError>((source, checksum, size))
    });
    let (source, checksum, size) = prepared.await.map_err(|_| IntakeError::Interrupted("the file".into()))??;
    let source = Arc::new(source);

    let brand = brand::get(&intake.store).await?;
    if let (Some(asked), Some(brand)) = (request.currency, &brand)
        && asked != brand.currency
    {
        return Err(IntakeError::Currency { asked, brand: brand.currency });
    }
    let settings = brand.clone().unwrap_or_default();
    if request.source == formats::Source::Inventory {
        request.day = request.day.or_else(|| crate::input::day_in_name(&source.name));
    }
    let given = rates::rates(&intake.store).await?;
    let mut options = serde_json::json!({
        "map": request.map,
        "currency": request.currency,
        "day": request.day,
        "zone": settings.time_zone,
    });
    if !given.is_empty() && rates::applies_to(request.source) {
        // A report that was refused, or converted at another rate, is read again.
        options["rates"] = given.iter().map(|(code, rate)| format!("{code}={}", rate.rate_micros)).collect();
    }
    let options = options.to_string();
    let found = imports::find(&intake.store, request.source.as_str(), &checksum, &options).await?;
    if let Some(done) = found.as_ref().filter(|import| import.status == ImportStatus::Done) {
        return known_already(done, &source.name);
    }

    let zone = settings.zone()?;
    let read_options = ReadOptions {
        map: request.map.clone(),
        default_day: request.day,
        currency: Some(request.currency.unwrap_or(settings.currency)),
        zone: zone.clone(),
    };
    let bytes = Arc::new(AtomicU64::new(0));
    let mut messages = parse::start(Arc::clone(&source), request.source, read_options, Arc::clone(&bytes));
    let (kind, names_currency) = match messages.recv().await {
        Some(Message::Opened { kind, names_currency }) => (kind, names_currency),
        Some(Message::Unreadable(error)) => {
            return Err(IntakeError::Format { file: source.name.clone(), source: error });
        }
        Some(Message::NotOpened(error)) => return Err(error),
        _ => return Err(IntakeError::Interrupted(source.name.clone())),
    };

    let import_id = match &found {
        Some(import) => import.id,
        None => {
            let source = request.source.as_str();
            // The same file may come again after it was undone.
            match imports::undone_before(&intake.store, source, &checksum, &options).await? {
                0 => ImportId::derive(request.now, &[source, &checksum, &options]),
                times => ImportId::derive(request.now, &[source, &checksum, &options, &times.to_string()]),
            }
        }
    };
    let checkpoint = match &found {
        Some(import) if !request.dry_run => import.checkpoint::<Checkpoint>()?,
        _ => Checkpoint::default(),
    };
    let mut run = Run {
        context: Context { source: request.source, import_id, exported_at: request.exported_at.unwrap_or(request.now) },
        zone,
        currency: brand.as_ref().map(|brand| brand.currency).or(request.currency),
        reported: None,
        kind,
        checkpoint,
        totals: Totals::default(),
        rejects: Rejects::new(&intake.data_dir, import_id, &source.name, checkpoint.reject_bytes),
        batch: Batch { items: checkpoint.items, ..Batch::default() },
        batches: 0,
        notes: Vec::new(),
        pretended: HashMap::new(),
        rates: given,
        converted: None,
        intake,
        dry_run: request.dry_run,
        now: request.now,
        source: Arc::clone(&source),
        brand,
    };
    let has_money = matches!(
        kind,
        FileKind::OrderLines | FileKind::ShopifyOrders | FileKind::WoocommerceOrders | FileKind::BigcommerceOrders
    );
    if has_money && !names_currency && run.currency.is_none() {
        let currency = settings.currency;
        run.notes.push(format!(
            "Neither the file nor the brand's settings say a currency; amounts were read as {currency}. Import with the right currency into a new data folder if that is wrong."
        ));
    }
    if !request.dry_run && found.is_none() {
        run.begin(&checksum, &options, size).await?;
    }
    let told = |run: &Run<'_>| {
        progress(Progress {
            file: run.source.name.clone(),
            bytes_done: bytes.load(Ordering::Relaxed).min(size),
            bytes_total: size,
            rows: run.checkpoint.counts.total() + run.batch.data_rows,
            batches: run.batches,
        });
    };
    match run.take_all(messages, &told).await {
        Ok(report) => Ok(report),
        Err(error) => {
            let elsewhere = matches!(error, IntakeError::Store(store::StoreError::Conflict(_)));
            if !request.dry_run && !elsewhere {
                imports::fail(&intake.store, import_id, &error.to_string(), request.now).await?;
            }
            Err(error)
        }
    }
}

/// The same bytes with the same options were read to their end before: all of it is known. Nothing is read again, so
/// that a later export's corrections stay.
fn known_already(done: &Import, file: &str) -> Result<ImportReport, IntakeError> {
    let text = done.report.as_deref().unwrap_or("null");
    let document = |source| store::StoreError::Document { column: "imports.report".into(), source };
    let mut report: ImportReport = serde_json::from_str(text).map_err(document)?;
    report.rows_known += report.rows_taken + report.rows_revised;
    (report.rows_taken, report.rows_revised) = (0, 0);
    report.file = file.to_owned();
    report.notes = vec![format!("The same file was imported before, as {}.", done.file_name)];
    Ok(report)
}

impl Run<'_> {
    async fn begin(&self, checksum: &str, options: &str, size: u64) -> Result<(), IntakeError> {
        let import = Import {
            id: self.context.import_id,
            source: self.context.source.to_string(),
            file_name: self.source.name.clone(),
            checksum: checksum.to_owned(),
            options: options.to_owned(),
            size_bytes: size as i64,
            status: ImportStatus::Running,
            checkpoint: to_text(&self.checkpoint),
            report: None,
            error: None,
            rejects_path: None,
            started_at: self.now,
            finished_at: None,
            undone: None,
        };
        let mut tx = self.intake.store.begin().await?;
        imports::begin(&mut tx, &import).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What looking up needs beside the rows.
    fn around(&self) -> (&Intake, &TimeZone, InstantMs) {
        (self.intake, &self.zone, self.now)
    }

    async fn take_all(
        &mut self,
        mut messages: tokio::sync::mpsc::Receiver<Message>,
        told: &(dyn Fn(&Run<'_>) + Send + Sync),
    ) -> Result<ImportReport, IntakeError> {
        let mut position = 0;
        while let Some(message) = messages.recv().await {
            match message {
                Message::Items(items) => {
                    for item in items {
                        position += 1;
                        let is_new = position > self.checkpoint.items;
                        self.take(item, is_new).await?;
                    }
                    told(self);
                }
                Message::End { failure: Some(reason), .. } => {
                    let (file, rows) = (self.source.name.clone(), self.checkpoint.counts.total());
                    return Err(match rows {
                        0 => IntakeError::Damaged { file, reason },
                        rows => IntakeError::BrokeOff { file, reason, rows },
                    });
                }
                Message::End { rows_skipped, failure: None } => {
                    let report = self.flush(Some(rows_skipped)).await?;
                    told(self);
                    return report.ok_or_else(|| IntakeError::Interrupted(self.source.name.clone()));
                }
                Message::NotOpened(error) => return Err(error),
                Message::Opened { .. } | Message::Unreadable(_) => {}
            }
        }
        Err(IntakeError::Interrupted(self.source.name.clone()))
    }

    /// Takes one item. Items before the checkpoint are recorded already and only count for the file's figures.
    async fn take(&mut self, item: Result<Row, Reject>, is_new: bool) -> Result<(), IntakeError> {
        let item = item.and_then(|row| self.in_the_brands_money(row)).and_then(|row| match self.refuse(&row) {
            Some(reject) => Err(reject),
            None => Ok(row),
        });
        if let (Ok(row), true) = (&item, is_new) {
            let would_be = self.batch.data_rows + u64::from(row.rows);
            if would_be > self.intake.batch_rows && !self.batch.rows.is_empty() {
                self.flush(None).await?;
            }
        }
        match item {
            Ok(row) => {
                self.totals.add(&row.fact, &self.zone);
                if is_new {
                    self.batch.data_rows += u64::from(row.rows);
                    self.batch.rows.push(row);
                }
            }
            Err(reject) => {
                self.rejects.sample(&reject);
                if is_new {
                    self.batch.data_rows += u64::from(reject.rows);
                    self.batch.rejects.push(reject);
                }
            }
        }
        self.batch.items += u64::from(is_new);
        Ok(())
    }

    /// A report's money at the rate that was given for its currency; refused where none was.
    fn in_the_brands_money(&mut self, mut row: Row) -> Result<Row, Reject> {
        let (Some(brand), Some(other)) = (self.currency, rates::currency_of(&row.fact)) else { return Ok(row) };
        if other == brand {
            return Ok(row);
        }
        let Some(rate) = self.rates.get(other.code()) else {
            let reason = format!(
                "The report is in {other} and the brand's money is in {brand}. Say what one {other} is in {brand}: \
                 `fortnight brand --rate {other}=RATE`, then import the file again; or export it in {brand}"
            );
            let (column, value) = ("currency".to_owned(), other.to_string());
            return Err(Reject { row: row.last_row, line: 0, column, value, reason, rows: row.rows });
        };
        rates::convert(&mut row.fact, rate, brand);
        // What a row says is its converted content: at another rate it is another.
        row.digest = formats::digest(&row.fact);
        if self.converted.replace(other).is_none_or(|known| known != other) {
            let (whole, rest) = (rate.rate_micros / 1_000_000, rate.rate_micros % 1_000_000);
            self.notes.push(format!(
                "Amounts in {other} were converted to {brand} at {}, the rate that {} gave on {}.",
                format!("{whole}.{rest:06}").trim_end_matches('0').trim_end_matches('.'),
                rate.given_by,
                rate.given_at.day_in(&self.zone)
            ));
        }
        Ok(row)
    }

    /// What a reader cannot know: money in another currency than the brand's cannot be added up.
    fn refuse(&mut self, row: &Row) -> Option<Reject> {
        let order = match &row.fact {
            Fact::Order(order) => order,
            Fact::AdDay(ad) => {
                self.reported = self.reported.or(ad.currency);
                return None;
            }
            Fact::FunnelDay(funnel) => {
                self.reported = self.reported.or(funnel.currency);
                return None;
            }
            Fact::Mail(mail) => {
                self.reported = self.reported.or(mail.currency);
                return None;
            }
            _ => return None,
        };
        let reject = |column: &str, value: String, reason: String| Reject {
            row: row.last_row,
            line: 0,
            column: column.to_owned(),
            value,
            reason,
            rows: row.rows,
        };
        let brand = *self.currency.get_or_insert(order.currency);
        if order.currency != brand {
            let reason = format!(
                "Order {} is in {} and the brand's money is in {brand}; export it in {brand}",
                order.order_id, order.currency
            );
            return Some(reject("currency", order.currency.to_string(), reason));
        }
        let too_large = order.lines.iter().find(|line| line.quantity.checked_mul(line.unit_price_micros).is_none())?;
        let value = format!("{} × {}", too_large.quantity, too_large.unit_price_micros);
        Some(reject("quantity", value, format!("Order {} has an amount that is too large", order.order_id)))
    }

    /// Records the batch, and with the last one the end of the import.
    async fn flush(&mut self, rows_skipped: Option<u64>) -> Result<Option<ImportReport>, IntakeError> {
        let batch = std::mem::take(&mut self.batch);
        self.batch.items = batch.items;
        let mut next = self.checkpoint;
        next.items = batch.items;
        next.counts.rejected += batch.rejects.iter().map(|reject| u64::from(reject.rows)).sum::<u64>();
        if self.dry_run {
            self.pretend(batch, &mut next.counts).await?;
            self.checkpoint.counts = next.counts;
            return Ok(rows_skipped.map(|skipped| self.report(skipped)));
        }
        self.rejects.write(&batch.rejects)?;
        next.reject_bytes = self.rejects.bytes;
        let currency = self.currency.unwrap_or(Brand::default().currency);
        let mut tx = self.intake.store.begin().await?;
        let recorded = batch::look_up(&mut tx, self.context, self.around(), &batch.rows).await?;
        let continued = batch::continued(self.context, &recorded, &batch.rows);
        let earlier = earlier::read(&self.intake.lake, &continued, currency).await?;
        let (news, leans) = batch::sort(self.context, &recorded, earlier, batch.rows, &mut next.counts);
        let around = Surroundings {
            context: self.context,
            lake: &self.intake.lake,
            salt: &self.intake.salt,
            zone: &self.zone,
            currency,
            now: self.now,
            on_event: &self.intake.on_event,
        };
        record::record(&mut tx, &around, news).await?;
        for (on, rows) in leans {
            store::undo::note_leans(&mut tx, self.context.import_id, on, rows).await?;
        }
        if let (None, Some(currency)) = (&self.brand, self.currency) {
            brand::set_if_absent(&mut tx, &Brand { currency, ..Brand::default() }).await?;
        }
        imports::advance(&mut tx, self.context.import_id, &to_text(&self.checkpoint), &to_text(&next)).await?;
        self.checkpoint = next;
        let report = rows_skipped.map(|skipped| self.report(skipped));
        if let Some(report) = &report {
            let path = self.rejects.path();
            imports::finish(&mut tx, self.context.import_id, report, path.as_deref(), self.now).await?;
        }
        tx.commit().await?;
        self.batches += 1;
        Ok(report)
    }

    /// What recording the batch would do; earlier batches of the same file are remembered by digest only.
    async fn pretend(&mut self, batch: Batch, counts: &mut Counts) -> Result<(), IntakeError> {
        let mut tx = self.intake.store.begin_read().await?;
        let mut recorded: Recorded = batch::look_up(&mut tx, self.context, self.around(), &batch.rows).await?;
        for row in &batch.rows {
            let (table, key) = batch::identity(self.context.source, &row.fact);
            if let Some(digest) = self.pretended.get(&place(table, &key)) {
                let known = store::fact_keys::Known {
                    digest: digest.clone(),
                    seq: 0,
                    import_id: self.context.import_id,
                    exported_at: self.context.exported_at,
                };
                recorded.insert((table, key), known);
            }
        }
        for new in batch::sort(self.context, &recorded, Earlier::new(), batch.rows, counts).0 {
            self.pretended.insert(place(new.table, &new.key), new.digest);
        }
        Ok(())
    }

    fn report(&self, rows_skipped: u64) -> ImportReport {
        let counts = self.checkpoint.counts;
        let currency = self.currency.or(self.reported).unwrap_or(Brand::default().currency);
        let mut report = ImportReport {
            rows_read: counts.total() + rows_skipped,
            rows_taken: counts.taken,
            rows_known: counts.known,
            rows_revised: counts.revised,
            rows_rejected: counts.rejected,
            rows_skipped,
            orders: 0,
            customers: 0,
            products: 0,
            gross_minor: 0,
            discounts_minor: 0,
            returns_minor: 0,
            adjustments_minor: 0,
            net_minor: 0,
            spend_minor: 0,
            currency,
            span: None,
            kind: self.kind.label().to_owned(),
            file: self.source.name.clone(),
            import_id: (!self.dry_run).then_some(self.context.import_id),
            rejects_path: self.rejects.path(),
            rejects: self.rejects.samples.clone(),
            notes: self.notes.clone(),
        };
        self.totals.report(currency, &mut report);
        report
    }
}

fn place(table: batch::Table, key: &str) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(table.name().as_bytes());
    hasher.update(&[0]);
    hasher.update(key.as_bytes());
    hasher.finalize()
}

fn to_text(checkpoint: &Checkpoint) -> String {
    serde_json::to_string(checkpoint).expect("numbers have a textual form")
}

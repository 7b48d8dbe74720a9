//! A snapshot: the facts with `seq <= as_of_seq` before `now`, the same for ever.

use std::{sync::Arc, time::Duration};

use datafusion::{
    arrow::{
        array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray},
        compute::cast,
        datatypes::DataType,
    },
    catalog::TableProvider,
    datasource::{
        MemTable,
        file_format::parquet::ParquetFormat,
        listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl},
    },
    error::DataFusionError,
    execution::context::SQLOptions,
    prelude::SessionContext,
};
use domain::{Day, InstantMs, facts::Product, order_kinds::OrderRules};
use jiff::tz::TimeZone;
use store::{Tx, files::LakeFile, inbox::Line};

use crate::{
    Lake, LakeError, LakeTable, Table, build, classes, engine,
    share::Shared,
    views::{self, Restriction},
};

/// How long one query may take.
const QUERY_LIMIT: Duration = Duration::from_secs(600);

/// How many snapshots are kept for the next who asks for the same.
const KEPT: usize = 4;

/// History as it was known at one `seq`, up to one instant. Cheap to clone; while it lives, its files are not removed.
#[derive(Clone)]
pub struct Snapshot {
    inner: Arc<Inner>,
    now: InstantMs,
}

pub(crate) struct Inner {
    as_of_seq: i64,
    /// The instant to which orders are cut off; `None` where no file reaches into today: then every instant of today
    /// sees the same.
    cut: Option<InstantMs>,
    today: Day,
    zone: TimeZone,
    session: SessionContext,
    turns: engine::Turns,
    shared: Shared,
    pub(crate) files: Vec<String>,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot")
            .field("as_of_seq", &self.as_of_seq())
            .field("now", &self.now())
            .finish_non_exhaustive()
    }
}

/// What one read transaction saw.
struct State {
    as_of_seq: i64,
    zone: TimeZone,
    files: Vec<LakeFile>,
    superseded: Vec<(LakeTable, Vec<(String, i64)>)>,
    products: Vec<Product>,
    inbox: Vec<Line>,
    rules: OrderRules,
    marks: Vec<(i64, String)>,
}

impl Lake {
    /// The newest snapshot: everything recorded so far that happened before `now`.
    ///
    /// # Errors
    /// The catalogue cannot be read.
    pub async fn snapshot(&self, now: InstantMs) -> Result<Snapshot, LakeError> {
        self.take(None, now).await
    }

    /// An earlier snapshot again, e.g. of an [`domain::sprint::Evidence`]: its queries give the values they gave then.
    ///
    /// # Errors
    /// `as_of_seq` has not been reached yet, or the catalogue cannot be read.
    pub async fn snapshot_at(&self, as_of_seq: i64, now: InstantMs) -> Result<Snapshot, LakeError> {
        self.take(Some(as_of_seq), now).await
    }

    async fn take(&self, asked: Option<i64>, now: InstantMs) -> Result<Snapshot, LakeError> {
        let mut tx = self.store().begin_read().await?;
        let latest = newest_seq(&mut tx).await?;
        let as_of_seq = asked.unwrap_or(latest);
        if as_of_seq > latest {
            return Err(LakeError::Future { asked: as_of_seq, latest });
        }
        let zone = store::brand::get_in(&mut tx).await?.zone()?;
        if let Some(inner) = self.kept(as_of_seq, now, &zone) {
            return Ok(Snapshot { inner, now });
        }
        let mut superseded = Vec::new();
        for table in LakeTable::ALL {
            superseded.push((table, store::files::superseded(&mut tx, table.name(), as_of_seq).await?));
        }
        let files = store::files::live(&mut tx, as_of_seq).await?;
        let products = store::products::at(&mut tx, as_of_seq).await?;
        // In the same transaction as the list of files: an event is in exactly one of the two.
        let inbox = store::inbox::at(&mut tx, as_of_seq).await?;
        let rules = store::order_rules::at(&mut tx, as_of_seq).await?.map(|row| row.doc).unwrap_or_default();
        let marks = store::order_rules::marks(&mut tx).await?;
        drop(tx);
        let state = State { as_of_seq, zone, files, superseded, products, inbox, rules, marks };
        let inner = self.prepare(state, now).await?;
        let inner = Arc::new(inner);
        self.keep(&inner);
        Ok(Snapshot { inner, now })
    }

    fn kept(&self, as_of_seq: i64, now: InstantMs, zone: &TimeZone) -> Option<Arc<Inner>> {
        let recent = self.shared.recent.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let today = now.day_in(zone);
        let sees_the_same = |inner: &&Arc<Inner>| {
            inner.as_of_seq == as_of_seq
                && inner.today == today
                && inner.zone == *zone
                && inner.cut.is_none_or(|cut| cut == now)
        };
        recent.iter().find(sees_the_same).cloned()
    }

    fn keep(&self, inner: &Arc<Inner>) {
        let mut recent = self.shared.recent.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if recent.len() == KEPT {
            recent.remove(0);
        }
        // Together they would take too much: only the newest keeps what it computed.
        recent.iter().for_each(|older| older.shared.clear());
        recent.push(Arc::clone(inner));
        let mut leases = self.shared.leases.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        leases.retain(|lease| lease.strong_count() > 0);
        leases.push(Arc::downgrade(inner));
    }

    async fn prepare(&self, state: State, now: InstantMs) -> Result<Inner, LakeError> {
        let today = now.day_in(&state.zone);
        let stored_rows = state.files.iter().map(|file| u64::try_from(file.rows).unwrap_or(0)).sum();
        let partitions = engine::partitions(stored_rows);
        let session = self.shared.engine.session(partitions);
        let failed = |error: DataFusionError| engine::explain("preparing the snapshot", &error);
        let named = state.products.iter().map(|product| (product.product_id.as_str(), product.title.as_str()));
        let class = classes::sql(&state.rules, &state.marks, named);
        let mut listed = Vec::new();
        let mut cut = None;
        for (table, superseded) in &state.superseded {
            let (table, name) = (*table, table.name());
            // Orders of today may lie before `now`; a report of today does not count yet.
            let last = if table.reaches_today() { today } else { today.plus(-1) };
            let files: Vec<&LakeFile> =
                state.files.iter().filter(|file| file.table == name && file.first_day <= last).collect();
            let rows = self.rows(table, &files).map_err(failed)?;
            let waiting: &[Line] = if table == LakeTable::Events { &state.inbox } else { &[] };
            match build::events(waiting)? {
                None => drop(session.register_table(format!("{name}_rows"), rows).map_err(failed)?),
                Some(waiting) => {
                    session.register_table(format!("{name}_files"), rows).map_err(failed)?;
                    session
                        .register_table(format!("{name}_inbox"), scanned(waiting.batch).map_err(failed)?)
                        .map_err(failed)?;
                    let both = format!("SELECT * FROM {name}_files UNION ALL SELECT * FROM {name}_inbox");
                    view(&session, &format!("{name}_rows"), &both).await.map_err(failed)?;
                }
            }
            if !superseded.is_empty() {
                let replaced = replaced(superseded).map_err(failed)?;
                session.register_table(format!("{name}_superseded"), replaced).map_err(failed)?;
            }
            let restriction = Restriction {
                as_of_seq: files.iter().any(|file| file.max_seq > state.as_of_seq).then_some(state.as_of_seq),
                until: (files.iter().any(|file| file.last_day >= today)
                    || waiting.iter().any(|line| line.day >= today))
                .then_some((now, today)),
                superseded: !superseded.is_empty(),
            };
            cut = cut.or(restriction.until.map(|(now, _)| now));
            let class = (table == LakeTable::OrderLines).then_some(class.as_str());
            view(&session, name, &views::stored(table, restriction, class)).await.map_err(failed)?;
            listed.extend(files.iter().map(|file| file.path.clone()));
        }
        session.register_table("products", products(&state.products).map_err(failed)?).map_err(failed)?;
        view(&session, "orders", views::ORDERS).await.map_err(failed)?;
        view(&session, "ad_totals", views::AD_TOTALS).await.map_err(failed)?;
        let turns = self.shared.engine.turns(partitions);
        Ok(Inner {
            as_of_seq: state.as_of_seq,
            cut,
            today,
            zone: state.zone,
            session,
            turns,
            shared: Shared::default(),
            files: listed,
        })
    }

    /// The rows of exactly these files.
    fn rows(&self, table: LakeTable, files: &[&LakeFile]) -> Result<Arc<dyn TableProvider>, DataFusionError> {
        let schema = table.schema(DataType::Utf8View);
        if files.is_empty() {
            return Ok(Arc::new(MemTable::try_new(schema, vec![vec![]])?));
        }
        let urls = files.iter().map(|file| ListingTableUrl::parse(file_url(&self.root().join(&file.path))));
        let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
        let config = ListingTableConfig::new_with_multi_paths(urls.collect::<Result<_, _>>()?)
            .with_listing_options(options)
            .with_schema(schema);
        let cache = self.shared.engine.statistics_cache();
        Ok(Arc::new(ListingTable::try_new(config)?.with_cache(cache)))
    }
}

async fn newest_seq(tx: &mut Tx) -> Result<i64, LakeError> {
    match tx.fetch_one("SELECT value FROM counters WHERE name = 'seq'", &[]).await? {
        Some(row) => Ok(row.int("value")?),
        None => Ok(0),
    }
}

async fn view(session: &SessionContext, name: &str, sql: &str) -> Result<(), DataFusionError> {
    let view = session.sql(sql).await?.into_view();
    session.register_table(name, view)?;
    Ok(())
}

/// `file://` with everything but unreserved characters percent-encoded, so that no folder name is taken for a pattern.
fn file_url(path: &std::path::Path) -> String {
    let mut url = String::from("file://");
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => url.push(char::from(byte)),
            _ => url += &format!("%{byte:02X}"),
        }
    }
    url
}

fn memory(columns: Vec<(&str, ArrayRef)>) -> Result<Arc<dyn TableProvider>, DataFusionError> {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))?;
    Ok(Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch]])?))
}

/// A batch in a file's types as a table in a scan's types, so that it stands beside scanned files.
fn scanned(batch: RecordBatch) -> Result<Arc<dyn TableProvider>, DataFusionError> {
    let schema = LakeTable::Events.schema(DataType::Utf8View);
    let columns = batch.columns().iter().zip(schema.fields());
    let columns = columns.map(|(column, field)| cast(column, field.data_type())).collect::<Result<Vec<_>, _>>()?;
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns)?;
    Ok(Arc::new(MemTable::try_new(schema, vec![vec![batch]])?))
}

fn replaced(facts: &[(String, i64)]) -> Result<Arc<dyn TableProvider>, DataFusionError> {
    let keys = StringArray::from_iter_values(facts.iter().map(|(key, _)| key));
    let below = Int64Array::from_iter_values(facts.iter().map(|(_, seq)| *seq));
    memory(vec![("k", Arc::new(keys)), ("below", Arc::new(below))])
}

fn products(products: &[Product]) -> Result<Arc<dyn TableProvider>, DataFusionError> {
    let text =
        |get: fn(&Product) -> Option<&str>| -> ArrayRef { Arc::new(StringArray::from_iter(products.iter().map(get))) };
    let int =
        |get: fn(&Product) -> Option<i64>| -> ArrayRef { Arc::new(Int64Array::from_iter(products.iter().map(get))) };
    let active: ArrayRef = Arc::new(BooleanArray::from_iter(products.iter().map(|p| Some(p.is_active))));
    memory(vec![
        ("product_id", text(|p| Some(&p.product_id))),
        ("title", text(|p| Some(&p.title))),
        ("category", text(|p| p.category.as_deref())),
        ("vendor", text(|p| p.vendor.as_deref())),
        ("price_micros", int(|p| p.price_micros)),
        ("cost_micros", int(|p| p.cost_micros)),
        ("stock_units", int(|p| p.stock_units)),
        ("image_url", text(|p| p.image_url.as_deref())),
        ("is_active", active),
        ("handle", text(|p| p.handle.as_deref())),
    ])
}

impl Snapshot {
    /// Facts with a greater `seq` are not seen.
    pub fn as_of_seq(&self) -> i64 {
        self.inner.as_of_seq
    }

    /// What happened at or after this instant is not seen.
    pub fn now(&self) -> InstantMs {
        self.now
    }

    /// The day of [`Snapshot::now`] in the brand's time zone.
    pub fn today(&self) -> Day {
        self.inner.today
    }

    /// The brand's time zone when the snapshot was taken.
    pub fn zone(&self) -> &TimeZone {
        &self.inner.zone
    }

    /// Runs one `SELECT`; literals are written into the text by the caller, texts with [`crate::quote`]. Dropping the
    /// future stops the query.
    ///
    /// # Errors
    /// The text is not a query over the views, it fails, needs more than 2 GiB, or takes more than ten minutes.
    pub async fn query(&self, sql: &str) -> Result<Table, LakeError> {
        self.query_within(sql, QUERY_LIMIT).await
    }

    /// Like [`Snapshot::query`] with a limit of its own.
    ///
    /// # Errors
    /// As [`Snapshot::query`].
    pub async fn query_within(&self, sql: &str, limit: Duration) -> Result<Table, LakeError> {
        let (inner, text) = (Arc::clone(&self.inner), sql.to_owned());
        let work = engine::spawn(async move {
            let _turn = inner.turns.next().await;
            let run = async {
                let only_select =
                    SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
                let plan = inner.session.state().create_logical_plan(&text).await?;
                only_select.verify_plan(&plan)?;
                let plan = inner.shared.apply(&inner.session, plan).await?;
                let frame = inner.session.execute_logical_plan(plan).await?;
                let columns = frame.schema().fields().iter().map(|field| field.name().clone()).collect();
                engine::table(columns, &frame.collect().await?)
            };
            match tokio::time::timeout(limit, run).await {
                Ok(result) => result.map_err(|error| engine::explain(&text, &error)),
                Err(_) => Err(LakeError::Timeout { sql: text, seconds: limit.as_secs() }),
            }
        });
        match work.await {
            Ok(result) => result,
            Err(error) => Err(LakeError::Query { sql: sql.to_owned(), reason: error.to_string() }),
        }
    }
}

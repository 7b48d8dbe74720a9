//! DataFusion, set up once per process: its own threads, a memory limit for all queries together, caches of footers.

use std::{
    future::Future,
    num::NonZeroUsize,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use datafusion::{
    arrow::{
        array::{Array, AsArray, RecordBatch},
        compute::cast,
        datatypes::{DataType, Date32Type, Float64Type, Int64Type},
    },
    error::DataFusionError,
    execution::{
        SessionStateBuilder,
        cache::cache_manager::FileStatisticsCache,
        memory_pool::{GreedyMemoryPool, TrackConsumersPool},
        runtime_env::{RuntimeEnv, RuntimeEnvBuilder},
    },
    prelude::{SessionConfig, SessionContext},
};
use domain::Day;
use tokio::{
    runtime::Runtime,
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinHandle,
};

use crate::{LakeError, Table, Value};

/// Memory that all queries of the process may take together.
pub(crate) const MEMORY_LIMIT_MIB: usize = 2_048;

/// From so many rows on a query is spread over the cores; below, dealing rows out and putting partial results together
/// costs more than it saves.
const SPLIT_FROM_ROWS: u64 = 1_000_000;

/// What all sessions share.
pub(crate) struct Engine {
    environment: Arc<RuntimeEnv>,
    /// One a core: a query holds as many as it has partitions, so that queries asked together keep the cores busy but
    /// do not starve each other of memory.
    slots: Arc<Semaphore>,
}

/// Lets queries run in the order in which they were asked, as many at a time as there are cores for.
pub(crate) struct Turns {
    slots: Arc<Semaphore>,
    wanted: u32,
}

impl Turns {
    /// Waits for a turn; it is over when the answer is dropped.
    pub(crate) async fn next(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.slots).acquire_many_owned(self.wanted).await.ok()
    }
}

/// How many partitions a query over about so many stored rows is dealt out to.
pub(crate) fn partitions(rows: u64) -> usize {
    if rows < SPLIT_FROM_ROWS { 1 } else { cores() }
}

/// Queries run on threads of their own, so that a long one never starves whoever awaits it (an HTTP server, say).
fn threads() -> &'static Runtime {
    static THREADS: OnceLock<Runtime> = OnceLock::new();
    THREADS.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(cores())
            .thread_name("lake-query")
            .enable_time()
            .build()
            .expect("the system lets a process start threads")
    })
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, NonZeroUsize::get)
}

impl Engine {
    pub(crate) fn new() -> Result<Engine, LakeError> {
        let largest = NonZeroUsize::MIN.saturating_add(2);
        // Greedy, not fair: fair shares of 2 GiB among the dozens of operators of one query refuse a sort of 90 MB while
        // nearly everything is free; queries take turns, so there is nobody else to be fair to.
        let pool = TrackConsumersPool::new(GreedyMemoryPool::new(MEMORY_LIMIT_MIB << 20), largest);
        let environment = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(pool))
            .build_arc()
            .map_err(|error| LakeError::Query { sql: String::new(), reason: error.to_string() })?;
        Ok(Engine { environment, slots: Arc::new(Semaphore::new(cores())) })
    }

    /// The turns of queries with so many partitions.
    pub(crate) fn turns(&self, partitions: usize) -> Turns {
        Turns { slots: Arc::clone(&self.slots), wanted: u32::try_from(partitions.min(cores())).unwrap_or(1) }
    }

    /// Row counts and ranges of files, read from their footers once per process.
    pub(crate) fn statistics_cache(&self) -> Option<Arc<FileStatisticsCache>> {
        self.environment.cache_manager.get_file_statistic_cache()
    }

    /// A session with nothing in it.
    pub(crate) fn session(&self, partitions: usize) -> SessionContext {
        let config = SessionConfig::new()
            .with_target_partitions(partitions)
            .with_information_schema(false)
            .with_collect_statistics(true);
        let state = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(Arc::clone(&self.environment))
            .with_default_features()
            .build();
        SessionContext::new_with_state(state)
    }
}

/// Runs on the query threads; dropping the returned future stops the work.
pub(crate) fn spawn<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Spawned<T> {
    Spawned(threads().spawn(work))
}

/// Work on the query threads that ends when nobody waits for it any more.
pub(crate) struct Spawned<T>(JoinHandle<T>);

impl<T> Future for Spawned<T> {
    type Output = Result<T, tokio::task::JoinError>;
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for Spawned<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Names the query in an error of the engine.
pub(crate) fn explain(sql: &str, error: &DataFusionError) -> LakeError {
    let sql = sql.to_owned();
    match error.find_root() {
        DataFusionError::ResourcesExhausted(reason) => {
            LakeError::Memory { sql, limit_mib: MEMORY_LIMIT_MIB, reason: reason.clone() }
        }
        root => LakeError::Query { sql, reason: root.strip_backtrace() },
    }
}

/// Arrow batches as a table of plain values.
pub(crate) fn table(columns: Vec<String>, batches: &[RecordBatch]) -> Result<Table, DataFusionError> {
    let mut rows = Vec::with_capacity(batches.iter().map(RecordBatch::num_rows).sum());
    for batch in batches {
        let mut values = batch.columns().iter().map(|column| column_values(column)).collect::<Result<Vec<_>, _>>()?;
        for index in 0..batch.num_rows() {
            rows.push(values.iter_mut().map(|column| std::mem::replace(&mut column[index], Value::Null)).collect());
        }
    }
    Ok(Table { columns, rows })
}

fn column_values(array: &dyn Array) -> Result<Vec<Value>, DataFusionError> {
    use DataType as T;
    let values = match array.data_type() {
        T::Null => vec![Value::Null; array.len()],
        T::Boolean => array.as_boolean().iter().map(|v| v.map_or(Value::Null, Value::Bool)).collect(),
        T::Int8 | T::Int16 | T::Int32 | T::Int64 | T::UInt8 | T::UInt16 | T::UInt32 | T::UInt64 => {
            let cast = cast(array, &T::Int64)?;
            cast.as_primitive::<Int64Type>().iter().map(|v| v.map_or(Value::Null, Value::Int)).collect()
        }
        T::Float16 | T::Float32 | T::Float64 | T::Decimal32(..) | T::Decimal64(..) | T::Decimal128(..) => {
            let cast = cast(array, &T::Float64)?;
            cast.as_primitive::<Float64Type>().iter().map(|v| v.map_or(Value::Null, Value::Float)).collect()
        }
        T::Date32 => {
            let days = array.as_primitive::<Date32Type>();
            days.iter().map(|v| v.map_or(Value::Null, |days| Value::Day(Day::from_epoch_days(days)))).collect()
        }
        _ => {
            let cast = cast(array, &T::Utf8)?;
            cast.as_string::<i32>().iter().map(|v| v.map_or(Value::Null, |text| Value::Text(text.into()))).collect()
        }
    };
    Ok(values)
}

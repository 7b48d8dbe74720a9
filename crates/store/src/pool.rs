//! Two databases behind one enum.

use std::{str::FromStr, time::Duration};

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, PgPool, Postgres, Sqlite, SqlitePool, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{Result, Row, StoreError, Value};

/// Placeholders one statement may carry (SQLite's limit is 32,766, PostgreSQL's 65,535).
const MAX_PARAMETERS: usize = 30_000;

/// Which database is behind a [`Store`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// The embedded default.
    Sqlite,
    /// The outgrown form.
    Postgres,
}

/// A handle to durable state; cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pools: Pools,
}

#[derive(Debug, Clone)]
enum Pools {
    /// SQLite has one writer; readers have a pool of their own so that they never wait for it (WAL).
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    /// PostgreSQL.
    Postgres(PgPool),
}

/// A transaction. Dropped without [`Tx::commit`] it never happened.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite; taken with `BEGIN IMMEDIATE`, so it holds the write lock from its first statement.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

macro_rules! bind_all {
    ($query:expr, $params:expr) => {{
        let mut query = $query;
        for value in $params {
            query = match value {
                Value::Int(v) => query.bind(*v),
                Value::Float(v) => query.bind(*v),
                Value::Text(v) => query.bind(v.clone()),
                Value::Bytes(v) => query.bind(v.clone()),
            };
        }
        query
    }};
}

macro_rules! execute {
    ($executor:expr, $sql:expr, $params:expr) => {
        bind_all!(sqlx::query(AssertSqlSafe($sql.to_owned())), $params).execute($executor).await?.rows_affected()
    };
}

macro_rules! fetch {
    ($executor:expr, $sql:expr, $params:expr, $variant:ident) => {
        bind_all!(sqlx::query(AssertSqlSafe($sql.to_owned())), $params)
            .fetch_all($executor)
            .await?
            .into_iter()
            .map(Row::$variant)
            .collect()
    };
}

impl Store {
    /// Opens the store at `sqlite://PATH` (created where missing) or `postgres://…` and brings its schema up to date.
    ///
    /// # Errors
    /// The address is of another kind, the database cannot be reached, or a migration fails.
    pub async fn open(url: &str) -> Result<Store> {
        let pools = if let Some(path) = url.strip_prefix("sqlite://") {
            let options = SqliteConnectOptions::from_str("sqlite://")?
                .filename(path)
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(30))
                .pragma("cache_size", "-65536")
                .pragma("temp_store", "memory")
                // A big import is slow by nature; the log is for what is wrong.
                .disable_statement_logging();
            let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
            sqlx::migrate!("migrations/sqlite").run(&writer).await?;
            let readers = SqlitePoolOptions::new().max_connections(8).connect_with(options.read_only(true)).await?;
            Pools::Sqlite { writer, readers }
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url)?.disable_statement_logging();
            let pool = PgPoolOptions::new().max_connections(16).connect_with(options).await?;
            sqlx::migrate!("migrations/postgres").run(&pool).await?;
            Pools::Postgres(pool)
        } else {
            return Err(StoreError::Address(url.to_owned()));
        };
        Ok(Store { pools })
    }

    /// Which database this is.
    pub fn backend(&self) -> Backend {
        match self.pools {
            Pools::Sqlite { .. } => Backend::Sqlite,
            Pools::Postgres(_) => Backend::Postgres,
        }
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// The database cannot be reached or stays locked for 30 seconds.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match &self.pools {
            Pools::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => Tx::Postgres(begin_whole(pool, "BEGIN").await?),
        })
    }

    /// Begins a transaction that only reads and sees one state of the database throughout.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn begin_read(&self) -> Result<Tx> {
        Ok(match &self.pools {
            Pools::Sqlite { readers, .. } => Tx::Sqlite(readers.begin().await?),
            Pools::Postgres(pool) => {
                Tx::Postgres(begin_whole(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        })
    }

    /// Runs one statement that writes, in a transaction of its own; returns the rows it touched.
    ///
    /// # Errors
    /// The database refused.
    pub async fn execute(&self, sql: &str, params: &[Value]) -> Result<u64> {
        Ok(match &self.pools {
            Pools::Sqlite { writer, .. } => execute!(writer, sql, params),
            Pools::Postgres(pool) => execute!(pool, sql, params),
        })
    }

    /// Runs a query outside any transaction. Do not call it while holding a [`Tx`] whose writes it should see.
    ///
    /// # Errors
    /// The database refused.
    pub async fn fetch(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        Ok(match &self.pools {
            Pools::Sqlite { readers, .. } => fetch!(readers, sql, params, Sqlite),
            Pools::Postgres(pool) => fetch!(pool, sql, params, Postgres),
        })
    }

    /// The first row of a query, if any.
    ///
    /// # Errors
    /// The database refused.
    pub async fn fetch_one(&self, sql: &str, params: &[Value]) -> Result<Option<Row>> {
        Ok(self.fetch(sql, params).await?.into_iter().next())
    }

    /// Closes all connections; what is still in a transaction is rolled back.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

/// Begins a transaction in a task of its own, so that a caller who gives up in between leaves none open: sqlx 0.9 counts
/// a PostgreSQL transaction only once the server has answered, so one given up before that is never rolled back, and
/// what the pool's next user of the connection writes is lost with it.
async fn begin_whole(pool: &PgPool, statement: &'static str) -> Result<Transaction<'static, Postgres>> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(statement).await });
    // The task ends early only with the runtime.
    Ok(begun.await.unwrap_or(Err(sqlx::Error::PoolClosed))?)
}

impl Tx {
    /// Runs one statement that writes; returns the rows it touched.
    ///
    /// # Errors
    /// The database refused.
    pub async fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        Ok(match self {
            Tx::Sqlite(tx) => execute!(&mut **tx, sql, params),
            Tx::Postgres(tx) => execute!(&mut **tx, sql, params),
        })
    }

    /// Runs a query that sees this transaction's own writes; also for `… RETURNING`.
    ///
    /// # Errors
    /// The database refused.
    pub async fn fetch(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        Ok(match self {
            Tx::Sqlite(tx) => fetch!(&mut **tx, sql, params, Sqlite),
            Tx::Postgres(tx) => fetch!(&mut **tx, sql, params, Postgres),
        })
    }

    /// The first row of a query, if any.
    ///
    /// # Errors
    /// The database refused.
    pub async fn fetch_one(&mut self, sql: &str, params: &[Value]) -> Result<Option<Row>> {
        Ok(self.fetch(sql, params).await?.into_iter().next())
    }

    /// Inserts many rows with few statements (one statement a row is 16 times slower). `conflict` is put behind the
    /// values, e.g. `ON CONFLICT (key) DO UPDATE SET digest = excluded.digest`; empty for none. Returns rows touched.
    ///
    /// # Errors
    /// The database refused.
    pub async fn insert_many(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: &[Vec<Value>],
        conflict: &str,
    ) -> Result<u64> {
        // SQLite takes `$7` for a name and compares it with all names before it: quadratic, and three quarters of an
        // import's time once. A bare `?` has no name.
        let unnamed = matches!(self, Tx::Sqlite(_));
        let mut touched = 0;
        for chunk in rows.chunks((MAX_PARAMETERS / columns.len().max(1)).clamp(1, 2_000)) {
            let mut sql = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
            let mut number = 0;
            for index in 0..chunk.len() {
                sql.push_str(if index == 0 { "(" } else { ", (" });
                for column in 0..columns.len() {
                    number += 1;
                    sql.push_str(if column == 0 { "" } else { ", " });
                    match unnamed {
                        true => sql.push('?'),
                        false => sql += &format!("${number}"),
                    }
                }
                sql.push(')');
            }
            sql.push(' ');
            sql.push_str(conflict);
            let params: Vec<Value> = chunk.iter().flatten().cloned().collect();
            touched += self.execute(&sql, &params).await?;
        }
        Ok(touched)
    }

    /// The rows of `sql` for any number of keys: `sql` ends in `IN ` and the placeholders are appended in brackets,
    /// a thousand at a time. Parameters before the list are given in `before`.
    ///
    /// # Errors
    /// The database refused.
    pub async fn fetch_in(&mut self, sql: &str, before: &[Value], keys: &[Value]) -> Result<Vec<Row>> {
        let mark = if matches!(self, Tx::Sqlite(_)) { '?' } else { '$' };
        let mut rows = Vec::new();
        for chunk in keys.chunks(1_000) {
            let places: Vec<String> = (1..=chunk.len()).map(|i| format!("{mark}{}", before.len() + i)).collect();
            let statement = format!("{sql}({})", places.join(", "));
            let params: Vec<Value> = before.iter().chain(chunk).cloned().collect();
            rows.append(&mut self.fetch(&statement, &params).await?);
        }
        Ok(rows)
    }

    /// Makes everything done in it durable.
    ///
    /// # Errors
    /// The database refused; then nothing was done.
    pub async fn commit(self) -> Result<()> {
        match self {
            Tx::Sqlite(tx) => tx.commit().await?,
            Tx::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Undoes everything done in it.
    ///
    /// # Errors
    /// The connection is gone; then nothing was done either.
    pub async fn rollback(self) -> Result<()> {
        match self {
            Tx::Sqlite(tx) => tx.rollback().await?,
            Tx::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::{TcpListener, TcpStream},
    };

    use super::*;

    /// What goes between us and a server comes some milliseconds late.
    async fn late(server: String) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            while let Ok((ours, _)) = listener.accept().await {
                let theirs = TcpStream::connect(&server).await.expect("the server answers");
                let (ours, theirs) = (ours.into_split(), theirs.into_split());
                for (mut from, mut to) in [(ours.0, theirs.1), (theirs.0, ours.1)] {
                    tokio::spawn(async move {
                        let mut bytes = vec![0; 65_536];
                        while let Ok(n @ 1..) = from.read(&mut bytes).await {
                            tokio::time::sleep(Duration::from_millis(3)).await;
                            if to.write_all(&bytes[..n]).await.is_err() {
                                break;
                            }
                        }
                    });
                }
            }
        });
        port
    }

    #[tokio::test]
    async fn a_transaction_given_up_while_it_begins_is_not_open() {
        let Some(url) = crate::testing::postgres_url().await else {
            eprintln!("skipped: FORTNIGHT_TEST_POSTGRES is not set");
            return;
        };
        let at = url.rsplit(['@', '/']).nth(1).expect("host and port");
        let store =
            Store::open(&url.replace(at, &format!("127.0.0.1:{}", late(at.to_owned()).await))).await.expect("open");
        let beside = Store::open(&url).await.expect("open");
        for n in 1..=16 {
            // A connection is tried first, then the transaction begins: each asks and is answered.
            let patience = Duration::from_millis(n);
            match n % 2 {
                0 => drop(tokio::time::timeout(patience, store.begin_read()).await),
                _ => drop(tokio::time::timeout(patience, store.begin()).await),
            }
            // The connection goes back to the pool by a task of its own.
            tokio::time::sleep(Duration::from_millis(60)).await;
            let sql = "SELECT COUNT(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND \
                       state LIKE 'idle in transaction%'";
            let open = beside.fetch(sql, &[]).await.expect("count")[0].int("n").expect("count");
            assert_eq!(open, 0, "given up after {patience:?}");
        }
    }
}

//! Stores for tests: a throw-away SQLite file, and PostgreSQL where `FORTNIGHT_TEST_POSTGRES` names a server.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::Store;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// A unique name for this process and call.
fn unique() -> String {
    format!("fortnight_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// An empty SQLite store in the system's temporary folder.
///
/// # Panics
/// The temporary folder cannot be written.
pub async fn sqlite() -> Store {
    let path = std::env::temp_dir().join(unique());
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}.db", path.display()));
    }
    Store::open(&format!("sqlite://{}.db", path.display())).await.expect("the temporary folder can be written")
}

/// An empty PostgreSQL store in a database of its own, where `FORTNIGHT_TEST_POSTGRES` is set
/// (`postgres://user@host:port`, without a database name).
///
/// # Panics
/// The server does not let a database be made.
pub async fn postgres() -> Option<Store> {
    let url = postgres_url().await?;
    Some(Store::open(&url).await.expect("a new database can be migrated"))
}

/// Makes the database of [`postgres`] and gives its address.
pub(crate) async fn postgres_url() -> Option<String> {
    let server = std::env::var("FORTNIGHT_TEST_POSTGRES").ok()?;
    let name = unique();
    let admin = sqlx::PgPool::connect(&format!("{server}/postgres")).await.expect("the test server answers");
    for sql in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&admin).await.expect("the test role may create databases");
    }
    admin.close().await;
    Some(format!("{server}/{name}"))
}

/// Every kind of store that this machine can test.
pub async fn stores() -> Vec<Store> {
    let mut all = vec![sqlite().await];
    match postgres().await {
        Some(store) => all.push(store),
        None => eprintln!("skipped PostgreSQL: FORTNIGHT_TEST_POSTGRES is not set"),
    }
    all
}

//! A store, a lake and a data folder for one test.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

use std::path::PathBuf;

use domain::{Currency, InstantMs};
use formats::Source;
use intake::{ImportReport, ImportRequest, Input, Intake, IntakeError};
use lake::Lake;

pub struct World {
    pub folder: tempfile::TempDir,
    pub intake: Intake,
}

/// 2026-01-01.
pub const NOW: InstantMs = InstantMs(1_767_225_600_000);

pub async fn world() -> World {
    world_on(store::testing::sqlite().await).await
}

pub async fn world_on(store: store::Store) -> World {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(store.clone(), &format!("file://{}/lake", folder.path().display())).unwrap();
    let intake = Intake::open(store, lake, folder.path(), [7; 32]).await.unwrap();
    World { folder, intake }
}

pub fn gbp() -> Currency {
    Currency::parse("GBP").unwrap()
}

/// A request for a file that is given as text.
pub fn request(source: Source, name: &str, text: &str) -> ImportRequest {
    let input = Input::Reader { name: name.into(), reader: Box::new(std::io::Cursor::new(text.as_bytes().to_vec())) };
    ImportRequest { input, currency: Some(gbp()), ..ImportRequest::new(source, "", NOW) }
}

impl World {
    pub async fn import(&self, source: Source, name: &str, text: &str) -> Result<ImportReport, IntakeError> {
        intake::import(&self.intake, request(source, name, text), &|_| {}).await
    }

    /// One whole number out of the newest snapshot.
    pub async fn int(&self, sql: &str) -> i64 {
        let snapshot = self.intake.lake.snapshot(InstantMs(4_000_000_000_000)).await.unwrap();
        let table = snapshot.query(sql).await.unwrap();
        table.first().unwrap().opt_int(&table.columns[0]).unwrap().unwrap_or(0)
    }
}

/// Where the real data sets lie, if they are on this machine.
pub fn real(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(path);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

/// A file of order lines: `orders` orders of one to four lines, some of them cancellations, write-offs or rejects, some
/// with lines that come up again much later.
pub fn order_lines(seed: u64, orders: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = move |n: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % n
    };
    let mut text = String::from("Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n");
    let mut late = Vec::new();
    for index in 0..orders {
        let day = 1 + index * 28 / orders.max(1);
        let prefix = if draw(12) == 0 { "C" } else { "" };
        let sign = if prefix.is_empty() { 1 } else { -1 };
        let customer = if draw(5) == 0 { String::new() } else { format!("{}", 12_000 + draw(40)) };
        for line in 0..1 + draw(4) {
            let price = if draw(30) == 0 { "oops".into() } else { format!("{}.{:02}", draw(9), draw(100)) };
            let code = 20_000 + draw(25);
            let row = format!(
                "{prefix}{},{code},Thing {code},{},2025-11-{day:02} 10:{:02}:00,{price},{customer},France\n",
                500_000 + index,
                sign * (1 + draw(6) as i64),
                draw(60),
            );
            if line > 0 && draw(15) == 0 && price != "oops" { late.push(row) } else { text += &row }
        }
    }
    text + &late.concat()
}

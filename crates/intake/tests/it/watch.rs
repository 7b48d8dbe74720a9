//! The watched folder: what lands there comes in by itself, once, whatever happens in between.

use std::path::{Path, PathBuf};

use crate::common::{NOW, World, world};
use formats::Source;
use intake::{ImportRequest, Landed};

const ORDERS: &str = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n\
                      1001,A,Mug,2,2025-12-01 10:00:00,5.00,17850,France\n";
const STOCK: &str = "Handle,Title,SKU,HS Code,COO,Location,Available\nmug,Mug,A,,,Berlin,7\n";

fn inbox(world: &World) -> PathBuf {
    let folder = world.folder.path().join(intake::INBOX_FOLDER);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

async fn look(world: &World) -> Vec<Landed> {
    intake::look(&world.intake, NOW).await.unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let read = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = read.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn what_stands_still_is_recognised_imported_and_put_away() {
    let world = world().await;
    assert!(look(&world).await.is_empty(), "the folder is made");
    let inbox = inbox(&world);
    std::fs::write(inbox.join("orders.csv"), ORDERS).unwrap();
    std::fs::write(inbox.join("inventory_2025-12-31.csv"), STOCK).unwrap();
    std::fs::write(inbox.join("notes.csv"), "a,b\n1,2\n").unwrap();
    std::fs::write(inbox.join("big.csv"), "Invoice,StockCode").unwrap();
    std::fs::write(inbox.join("late.csv.part"), ORDERS).unwrap();
    assert!(look(&world).await.is_empty(), "the first look only remembers");
    std::fs::write(inbox.join("big.csv"), ORDERS.replace("1001", "1002")).unwrap();
    let landed = look(&world).await;
    let mut told: Vec<(&str, bool)> = landed.iter().map(|one| (one.file.as_str(), one.problem.is_none())).collect();
    told.sort();
    assert_eq!(told, [("inventory_2025-12-31.csv", true), ("notes.csv", false), ("orders.csv", true)]);
    assert_eq!(look(&world).await.len(), 1, "the one that was still growing");
    assert_eq!(names(&inbox), ["done", "late.csv.part", "refused"]);
    let day = NOW.day_in(&jiff::tz::TimeZone::UTC).to_string();
    let done = names(&inbox.join("done").join(&day));
    assert_eq!(done.len(), 6, "{done:?}");
    assert_eq!(names(&inbox.join("refused")), ["notes.csv", "notes.csv.report.json"]);
    let report = std::fs::read_to_string(inbox.join("done").join(&day).join("orders.csv.report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["recognised"]["source"], "transactions");
    assert_eq!(report["report"]["rows_taken"], 1);
    assert_eq!(report["moved_to"], format!("inbox/done/{day}/orders.csv"));
    assert_eq!(world.int("SELECT COUNT(*) FROM orders").await, 2);
    assert_eq!(world.int("SELECT SUM(available_units) FROM stock_days WHERE day = DATE '2025-12-31'").await, 7);
}

#[tokio::test]
async fn a_kill_between_import_and_move_changes_nothing() {
    let world = world().await;
    let inbox = inbox(&world);
    let path = inbox.join("orders.csv");
    std::fs::write(&path, ORDERS).unwrap();
    // Imported, and killed before it was moved; a report is left of another interrupted move.
    intake::import(&world.intake, ImportRequest::new(Source::Transactions, &path, NOW), &|_| {}).await.unwrap();
    let before = intake::fingerprint(&world.intake).await.unwrap();
    let refused = inbox.join("refused");
    std::fs::create_dir_all(&refused).unwrap();
    assert!(look(&world).await.is_empty());
    let landed = look(&world).await;
    assert_eq!(landed[0].report.as_ref().map(|report| (report.rows_taken, report.rows_known)), Some((0, 1)));
    assert_eq!(intake::fingerprint(&world.intake).await.unwrap(), before);
    assert!(look(&world).await.is_empty() && !path.exists());
    // The same name again on the same day stands beside it.
    for _ in 0..2 {
        std::fs::write(&path, ORDERS).unwrap();
        look(&world).await;
        look(&world).await;
    }
    let day = NOW.day_in(&jiff::tz::TimeZone::UTC).to_string();
    assert_eq!(names(&inbox.join("done").join(day)).len(), 6);
    assert_eq!(world.int("SELECT COUNT(*) FROM orders").await, 1);
}

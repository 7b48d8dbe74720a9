//! What an import promises: counts add up, nothing counts twice, newer replaces older, bad rows are named.

use crate::common::{NOW, World, order_lines, request, world};
use domain::{Day, InstantMs};
use formats::Source;
use intake::{ImportReport, IntakeError};

const HEAD: &str = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n";

fn counts(report: &ImportReport) -> [u64; 5] {
    [report.rows_read, report.rows_taken, report.rows_known, report.rows_revised, report.rows_rejected]
}

const SUMS: &str = "SELECT SUM(amount_micros) FROM order_lines";

#[tokio::test]
async fn overlapping_files_count_once_and_newer_replaces_older() {
    let world = world().await;
    let one =
        "1001,A,Mug,2,2025-12-01 10:00:00,5.00,17850,France\n1001,A,Mug,2,2025-12-01 10:00:00,5.00,17850,France\n";
    let two = "1002,B,Plate,1,2025-12-02 10:00:00,7.50,,France\n1002,A,Mug,1,2025-12-02 10:00:00,5.00,,France\n";
    let first = world.import(Source::Transactions, "a.csv", &format!("{HEAD}{one}{two}")).await.unwrap();
    assert_eq!(counts(&first), [4, 4, 0, 0, 0]);
    assert_eq!((first.orders, first.customers, first.products, first.gross_minor), (2, 1, 2, 3_250));
    assert_eq!(world.int(SUMS).await, 32_500_000, "identical lines are real and count");
    let before = world.intake.lake.snapshot(NOW).await.unwrap().as_of_seq();

    // Order 1002 again with its lines the other way round and one more; a known order; a new one.
    let changed = "1002,A,Mug,1,2025-12-02 10:00:00,5.00,,France\n1002,B,Plate,3,2025-12-02 10:00:00,7.50,,France\n";
    let three = "1003,A,Mug,1,2025-12-03 10:00:00,5.00,17850,France\n";
    let second = world.import(Source::Transactions, "b.csv", &format!("{HEAD}{one}{changed}{three}")).await.unwrap();
    assert_eq!(counts(&second), [5, 1, 2, 2, 0]);
    assert_eq!(second.gross_minor, 2_000 + 2_750 + 500, "the figures are the file's own");
    assert_eq!(world.int(SUMS).await, 52_500_000);
    let then = world.intake.lake.snapshot_at(before, NOW).await.unwrap().query(SUMS).await.unwrap();
    assert_eq!(then.rows[0][0], lake::Value::Int(32_500_000), "yesterday's number, after a revision");

    let again =
        world.import(Source::Transactions, "renamed.csv", &format!("{HEAD}{one}{changed}{three}")).await.unwrap();
    assert_eq!(counts(&again), [5, 0, 5, 0, 0]);
    let old = world.import(Source::Transactions, "a.csv", &format!("{HEAD}{one}{two}")).await.unwrap();
    assert_eq!(counts(&old), [4, 0, 4, 0, 0], "the first file again does not bring the old order back");
    assert_eq!(world.int(SUMS).await, 52_500_000);

    // Files that say when they were exported are put in that order.
    let stale = format!("{HEAD}1003,A,Mug,9,2025-12-03 10:00:00,5.00,17850,France\n");
    let mut earlier = request(Source::Transactions, "c.csv", &stale);
    earlier.exported_at = Some(NOW.plus_days(-3));
    let report = intake::import(&world.intake, earlier, &|_| {}).await.unwrap();
    assert_eq!(counts(&report), [1, 0, 1, 0, 0]);
}

#[tokio::test]
async fn an_order_whose_lines_are_far_apart_is_one_order() {
    let world = world().await;
    let world = World { intake: world.intake.clone().with_batch_rows(700), ..world };
    let filler = |from: u32| -> String {
        (from..from + 5_000).map(|id| format!("{id},A,Mug,1,2025-12-02 10:00:00,1.00,,France\n")).collect()
    };
    let part = |price: &str| format!("1001,B,Plate,1,2025-12-01 10:00:00,{price},17850,France\n");
    let text = [HEAD, &part("0.00"), &filler(2_000), &part("4.00"), &filler(10_000), &part("4.00")].concat();
    let report = world.import(Source::Transactions, "far.csv", &text).await.unwrap();
    assert_eq!(report.rows_read, report.rows_taken + report.rows_known + report.rows_revised);
    let mine = "FROM orders WHERE order_id = 'transactions:1001'";
    assert_eq!(world.int(&format!("SELECT COUNT(*) {mine}")).await, 1);
    assert_eq!(world.int(&format!("SELECT lines {mine}")).await, 3);
    assert_eq!(world.int(&format!("SELECT gross_micros {mine} AND kind = 'sale'")).await, 8_000_000);
    assert_eq!(
        world
            .int("SELECT COUNT(*) FROM order_lines WHERE order_id = 'transactions:1001' AND customer_id IS NULL")
            .await,
        0
    );
}

#[tokio::test]
async fn bad_rows_are_named_and_a_bad_file_changes_nothing() {
    let world = world().await;
    let text =
        format!("{HEAD}1,A,Mug,two,2025-12-01 10:00:00,5.00,,France\n2,A,=1+1,1,2025-12-01 10:00:00,5.00,,France\n");
    let mut dry = request(Source::Transactions, "bad.csv", &text);
    dry.dry_run = true;
    let dry = intake::import(&world.intake, dry, &|_| {}).await.unwrap();
    assert_eq!((counts(&dry), dry.import_id, dry.rejects_path.clone()), ([2, 1, 0, 0, 1], None, None));
    assert_eq!(world.int("SELECT COUNT(*) FROM orders").await, 0);
    assert_eq!(
        std::fs::read_dir(world.folder.path()).unwrap().count(),
        2,
        "the lake's folder and an empty one for uploads"
    );

    let report = world.import(Source::Transactions, "bad.csv", &text).await.unwrap();
    assert_eq!(counts(&report), counts(&dry));
    assert_eq!(report.gross_minor, dry.gross_minor);
    let rejects = std::fs::read_to_string(world.folder.path().join(report.rejects_path.unwrap())).unwrap();
    let line = rejects.lines().nth(1).unwrap();
    assert!(line.starts_with("bad.csv,2,Quantity,two,"), "{line}");

    for (bytes, code) in
        [(&b""[..], "file_unreadable"), (b"a,b\n1,2\n", "file_unreadable"), (b"\x1f\x8b\x08\0cut", "file_damaged")]
    {
        let input = intake::Input::Reader { name: "x.csv".into(), reader: Box::new(bytes) };
        let request = intake::ImportRequest { input, ..request(Source::Transactions, "x", "") };
        let error = intake::import(&world.intake, request, &|_| {}).await.unwrap_err();
        assert_eq!((error.code(), error.is_input()), (code, true), "{error}");
    }
    let missing = intake::ImportRequest::new(Source::Meta, "no such file.csv", NOW);
    let error = intake::import(&world.intake, missing, &|_| {}).await.unwrap_err();
    assert_eq!(error.code(), "file_not_opened");
    assert_eq!(store::imports::recent(&world.intake.store, 10).await.unwrap().len(), 1);

    let mut other = request(Source::Transactions, "y", HEAD);
    other.currency = domain::Currency::parse("USD").ok();
    let error = intake::import(&world.intake, other, &|_| {}).await.unwrap_err();
    assert!(matches!(error, IntakeError::Currency { .. }), "the first import set the brand's currency: {error}");
}

#[tokio::test]
async fn restated_ad_days_replace_and_are_kept() {
    let world = world().await;
    let head = "Day,Campaign name,Ad set name,Ad name,Impressions,Link clicks,Amount spent (GBP)\n";
    let day = |day: u32, spent: &str| format!("2025-12-{day:02},Brand,Mugs,Ad 1,100,5,{spent}\n");
    let first =
        world.import(Source::Meta, "m1.csv", &format!("{head}{}{}", day(1, "10.00"), day(2, "20.00"))).await.unwrap();
    assert_eq!((counts(&first), first.spend_minor), ([2, 2, 0, 0, 0], 3_000));
    let seq = world.intake.lake.snapshot(NOW).await.unwrap().as_of_seq();
    let second = world
        .import(Source::Meta, "m2.csv", &format!("{head}{}{}{}", day(1, "10.00"), day(2, "25.00"), day(3, "1.00")))
        .await
        .unwrap();
    assert_eq!(counts(&second), [3, 1, 1, 1, 0]);
    const SPEND: &str = "SELECT SUM(spend_micros) FROM ad_totals";
    assert_eq!(world.int(SPEND).await, 36_000_000);
    let then = world.intake.lake.snapshot_at(seq, NOW).await.unwrap().query(SPEND).await.unwrap();
    assert_eq!(then.rows[0][0], lake::Value::Int(30_000_000), "what the report said then");
}

#[tokio::test]
async fn personal_data_stays_in_the_store() {
    let world = world().await;
    let text = "Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Currency\n\
                #1001,Ada@Example.com,paid,2025-12-01 10:00:00 +0000,2,Mug,5.00,MUG,GBP\n";
    let report = world.import(Source::Shopify, "orders.csv", text).await.unwrap();
    assert_eq!((counts(&report), report.customers), ([1, 1, 0, 0, 0], 1));
    let pseudonym = world.intake.pseudonym("ada@example.com");
    assert_eq!(
        world.int(&format!("SELECT COUNT(*) FROM orders WHERE customer_id = {}", lake::quote(&pseudonym))).await,
        1
    );
    let mut folders = vec![world.folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap().to_ascii_lowercase();
                assert!(!bytes.windows(11).any(|w| w == b"ada@example"), "{} knows Ada", path.display());
            }
        }
    }
    let mut tx = world.intake.store.begin_read().await.unwrap();
    let found = store::customers::by_pseudonyms(&mut tx, &[pseudonym]).await.unwrap();
    assert_eq!(found[0].email.as_deref(), Some("ada@example.com"));
    assert_eq!(world.int("SELECT COUNT(*) FROM products WHERE title = 'Mug'").await, 1, "titles come from order lines");
}

#[tokio::test]
async fn the_gate_refuses_and_names_the_export() {
    let world = world().await;
    let error = intake::require(&world.intake, intake::Capability::Mer, NOW).await.unwrap_err();
    assert!(error.to_string().contains("Meta Ads Manager"), "{error}");
    assert!(intake::require_concepts(&world.intake, NOW).await.is_err());
    world.import(Source::Transactions, "o.csv", &order_lines(3, 900)).await.unwrap();
    let now = Day::parse("2025-11-30").unwrap().start_in(&jiff::tz::TimeZone::UTC);
    let gate = intake::require(&world.intake, intake::Capability::BoughtTogether, now).await.unwrap();
    assert!(gate.numbers[0].value > 100, "{gate:?}");
    let nothing_yet = InstantMs(now.0 - 40 * 86_400_000);
    assert!(
        intake::require(&world.intake, intake::Capability::BoughtTogether, nothing_yet).await.is_err(),
        "time is an argument"
    );
}

//! The real files give the figures of the shared data README, to the digit. Skipped where the files are not there.

use crate::common::{NOW, World, gbp, real, world};
use domain::Money;
use formats::Source;
use intake::{ImportReport, ImportRequest};

async fn import(world: &World, path: std::path::PathBuf) -> ImportReport {
    let request = ImportRequest { currency: Some(gbp()), ..ImportRequest::new(Source::Transactions, path, NOW) };
    let report = intake::import(&world.intake, request, &|_| {}).await.unwrap();
    assert_eq!(
        report.rows_read,
        report.rows_taken + report.rows_known + report.rows_revised + report.rows_rejected,
        "the counts add up"
    );
    report
}

/// An amount of the README, rounded once.
fn minor(micros: i128) -> i64 {
    Money::from_micros(micros, gbp()).minor
}

#[tokio::test]
async fn both_online_retail_files_and_their_overlap() {
    let (Some(first), Some(second)) =
        (real("online_retail/online_retail_2009_2010.csv.gz"), real("online_retail/online_retail_2010_2011.csv.gz"))
    else {
        return;
    };
    let world = world().await;
    let a = import(&world, first.clone()).await;
    assert_eq!((a.rows_read, a.rows_taken, a.rows_rejected, a.rows_skipped), (525_461, 525_461, 0, 0));
    assert_eq!((a.customers, a.products), (4_383, 4_632));
    assert_eq!(a.gross_minor, minor(10_305_892_024_000));
    assert_eq!(a.returns_minor, minor(-629_855_370_000));
    assert_eq!(a.net_minor, minor(9_539_484_634_000));
    let span = a.span.unwrap();
    assert_eq!((span.from.to_string(), span.to.to_string()), ("2009-12-01".into(), "2010-12-09".into()));

    let b = import(&world, second.clone()).await;
    assert_eq!((b.rows_read, b.rows_known, b.rows_revised, b.rows_rejected), (541_909, 22_523, 0, 0));
    assert_eq!((b.rows_taken, b.orders, b.customers, b.products), (519_386, 19_959, 4_372, 4_070));
    assert_eq!(b.gross_minor, minor(10_655_622_484_000));
    assert_eq!(b.returns_minor, minor(-896_812_490_000));
    assert_eq!(b.adjustments_minor, minor(-11_062_060_000));
    assert_eq!(b.net_minor, minor(9_747_747_934_000));

    for (path, rows) in [(first, 525_461), (second, 541_909)] {
        let again = import(&world, path).await;
        assert_eq!((again.rows_taken, again.rows_revised, again.rows_known), (0, 0, rows));
    }

    let snapshot = world.intake.lake.snapshot(NOW).await.unwrap();
    let sql = "SELECT COUNT(*) AS lines, SUM(amount_micros) AS amount, COUNT(DISTINCT order_id) AS invoices, \
               COUNT(DISTINCT order_id) FILTER (WHERE kind = 'cancellation') AS cancellations, \
               COUNT(DISTINCT order_id) FILTER (WHERE kind = 'adjustment') AS adjustments, \
               COUNT(DISTINCT order_id) FILTER (WHERE kind = 'sale' AND day >= DATE '2010-12-01') AS orders \
               FROM order_lines";
    let table = snapshot.query(sql).await.unwrap();
    let row = table.first().unwrap();
    let int = |column| row.int(column).unwrap();
    assert_eq!(int("lines"), 525_461 + 541_909 - 22_523);
    assert_eq!(int("amount"), 9_539_484_634_000 + 9_747_747_934_000 - 377_488_450_000, "overlap counted once");
    assert_eq!(int("invoices"), 28_816 + 25_900 - 1_088);
    assert_eq!(int("orders"), 19_959, "all of the second file's and those the first shares with it");
    let titled = "SELECT COUNT(*) AS missing FROM (SELECT DISTINCT product_id FROM order_lines) l \
                  LEFT JOIN products p USING (product_id) WHERE p.title IS NULL";
    assert_eq!(snapshot.query(titled).await.unwrap().first().unwrap().int("missing").unwrap(), 0);
}

#[tokio::test]
async fn a_campaign_report_without_a_day_column() {
    let Some(path) = real("ads_kag/KAG_conversion_data.csv") else { return };
    let world = world().await;
    let map = [
        ("day", "2017-08-30"),
        ("campaign_id", "xyz_campaign_id"),
        ("campaign_name", "xyz_campaign_id"),
        ("ad_id", "ad_id"),
        ("impressions", "Impressions"),
        ("clicks", "Clicks"),
        ("spend", "Spent"),
        ("conversions", "Total_Conversion"),
        ("breakdown", "age"),
        ("breakdown", "gender"),
        ("breakdown", "interest"),
    ];
    let map = map.map(|(ours, theirs)| (ours.to_owned(), theirs.to_owned())).to_vec();
    let request = ImportRequest { map, ..ImportRequest::new(Source::Meta, path, NOW) };
    let report = intake::import(&world.intake, request, &|_| {}).await.unwrap();
    assert_eq!((report.rows_read, report.rows_taken, report.rows_rejected), (1_143, 1_143, 0), "{report:?}");
    let snapshot = world.intake.lake.snapshot(NOW).await.unwrap();
    let sql = "SELECT SUM(impressions) AS i, SUM(clicks) AS c, SUM(conversions_micros) AS v, COUNT(DISTINCT campaign_id) AS n, \
               SUM(spend_micros) AS s FROM ad_totals";
    let table = snapshot.query(sql).await.unwrap();
    let row = table.first().unwrap();
    let int = |column| row.int(column).unwrap();
    assert_eq!((int("i"), int("c"), int("v"), int("n")), (21_957_412, 5_239, 1_167_000_000, 3));
    assert_eq!(Money::from_micros(i128::from(int("s")), gbp()).minor, 905_019);
}

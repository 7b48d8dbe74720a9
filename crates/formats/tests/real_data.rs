//! The public data sets against every figure of the data README that a reader can compute. Skipped where they are absent.
#![allow(clippy::unwrap_used)]

use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::{BufRead, BufReader},
    path::PathBuf,
};

use domain::{
    Currency,
    facts::{AdDay, Fact, Order, OrderKind},
};
use flate2::read::GzDecoder;
use formats::{FactReader, ReadOptions, Source, open};

fn data(path: &str) -> Option<PathBuf> {
    let file = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(path);
    if !file.exists() {
        eprintln!("skipped: {} is not there", file.display());
        return None;
    }
    Some(file)
}

fn read(source: Source, input: impl BufRead + Send + 'static, map: &[(&str, &str)]) -> FactReader {
    let options = ReadOptions {
        map: map.iter().map(|(ours, theirs)| ((*ours).to_owned(), (*theirs).to_owned())).collect(),
        currency: Some(Currency::parse("GBP").unwrap()),
        ..ReadOptions::default()
    };
    open(source, input, &options).unwrap()
}

struct Retail {
    rows: u64,
    orders: Vec<(Order, [u8; 16])>,
}

fn retail(name: &str) -> Option<Retail> {
    let path = data(&format!("online_retail/{name}.csv.gz"))?;
    let started = std::time::Instant::now();
    let mut reader = read(Source::Transactions, BufReader::new(GzDecoder::new(File::open(path).unwrap())), &[]);
    let mut orders = Vec::new();
    let mut taken = 0;
    for item in reader.by_ref() {
        let row = item.unwrap_or_else(|reject| panic!("nothing of it is rejected: {reject:?}"));
        taken += u64::from(row.rows);
        let Fact::Order(order) = row.fact else { panic!("an order file holds orders") };
        orders.push((order, row.digest));
    }
    assert!(reader.failure().is_none());
    assert_eq!(taken + reader.rows_skipped(), reader.rows_read());
    assert_eq!(reader.rows_skipped(), 0);
    eprintln!("{name}: {} rows in {:?}", reader.rows_read(), started.elapsed());
    Some(Retail { rows: reader.rows_read(), orders })
}

impl Retail {
    fn of(&self, kind: OrderKind) -> usize {
        self.orders.iter().filter(|(order, _)| order.kind == kind).count()
    }

    fn micros(&self, keep: impl Fn(&Order, i64) -> bool) -> i128 {
        let lines = self.orders.iter().flat_map(|(order, _)| order.lines.iter().map(move |line| (order, line)));
        lines.filter(|(order, line)| keep(order, line.quantity)).map(|(_, line)| i128::from(line.amount_micros())).sum()
    }

    fn span(&self) -> (String, String) {
        let show = |order: &(Order, [u8; 16])| order.0.placed_at;
        let first = self.orders.iter().map(show).min().unwrap();
        let last = self.orders.iter().map(show).max().unwrap();
        (first.to_timestamp().to_string(), last.to_timestamp().to_string())
    }

    fn customers(&self) -> usize {
        self.orders.iter().filter_map(|(order, _)| order.customer_key.as_deref()).collect::<HashSet<_>>().len()
    }

    fn codes(&self) -> usize {
        let lines = self.orders.iter().flat_map(|(order, _)| &order.lines);
        lines.map(|line| line.product_id.as_str()).collect::<HashSet<_>>().len()
    }

    fn lines(&self, keep: impl Fn(&Order, &domain::facts::OrderLine) -> bool) -> usize {
        let lines = self.orders.iter().flat_map(|(order, _)| order.lines.iter().map(move |line| (order, line)));
        lines.filter(|(order, line)| keep(order, line)).count()
    }
}

/// Normal invoices: neither `C…` nor `A…`.
fn is_normal(order: &Order) -> bool {
    matches!(order.kind, OrderKind::Sale | OrderKind::WriteOff)
}

#[test]
fn online_retail_reproduces_the_figures() {
    let (Some(first), Some(second)) = (retail("online_retail_2009_2010"), retail("online_retail_2010_2011")) else {
        return;
    };

    assert_eq!((first.rows, second.rows), (525_461, 541_909));
    // Invoices: all numbers, of which cancellations and adjustments.
    let invoices = |retail: &Retail| {
        let all = retail.orders.len();
        (all, retail.of(OrderKind::Cancellation), retail.of(OrderKind::Adjustment))
    };
    assert_eq!(invoices(&first), (24_221 + 4_592 + 3, 4_592, 3));
    assert_eq!(invoices(&second), (22_061 + 3_836 + 3, 3_836, 3));
    assert_eq!(second.of(OrderKind::Sale), 19_959);
    assert_eq!(second.of(OrderKind::WriteOff), 22_061 - 19_959);
    assert_eq!(first.span(), ("2009-12-01T07:45:00Z".into(), "2010-12-09T20:01:00Z".into()));
    assert_eq!(second.span(), ("2010-12-01T08:26:00Z".into(), "2011-12-09T12:50:00Z".into()));

    let rows = |retail: &Retail| {
        (
            retail.lines(|order, _| order.kind == OrderKind::Cancellation),
            retail.lines(|order, _| order.customer_key.is_none()),
            retail.lines(|order, line| line.quantity < 0 && order.kind != OrderKind::Cancellation),
            retail.lines(|_, line| line.unit_price_micros == 0),
            retail.lines(|_, line| line.unit_price_micros < 0),
        )
    };
    assert_eq!(rows(&first), (10_206, 107_927, 2_121, 3_687, 3));
    assert_eq!(rows(&second), (9_288, 135_080, 1_336, 2_515, 2));
    assert_eq!((first.customers(), first.codes()), (4_383, 4_632));
    assert_eq!((second.customers(), second.codes()), (4_372, 4_070));

    assert_eq!(first.micros(|_, _| true), 9_539_484_634_000);
    assert_eq!(second.micros(|_, _| true), 9_747_747_934_000);
    assert_eq!(first.micros(|order, quantity| is_normal(order) && quantity > 0), 10_305_892_024_000);
    assert_eq!(second.micros(|order, quantity| is_normal(order) && quantity > 0), 10_655_622_484_000);
    assert_eq!(first.micros(|order, _| order.kind == OrderKind::Cancellation), -629_855_370_000);
    assert_eq!(second.micros(|order, _| order.kind == OrderKind::Cancellation), -896_812_490_000);
    assert_eq!(second.micros(|order, _| order.kind == OrderKind::Adjustment), -11_062_060_000);

    // The overlap: the same invoices with the same content, whatever the order of their lines.
    let known: HashMap<&str, &(Order, [u8; 16])> =
        first.orders.iter().map(|item| (item.0.order_id.as_str(), item)).collect();
    let shared: Vec<_> =
        second.orders.iter().filter_map(|item| Some((known.get(item.0.order_id.as_str())?, item))).collect();
    assert_eq!(shared.len(), 1_088);
    assert!(shared.iter().all(|(a, b)| a.1 == b.1), "shared invoices have equal digests");
    assert_eq!(shared.iter().map(|(_, b)| b.0.lines.len()).sum::<usize>(), 22_523);
    assert_eq!(shared.iter().map(|(_, b)| b.0.lines_micros()).sum::<i128>(), 377_488_450_000);

    // No number comes twice: the window is wide enough.
    for retail in [&first, &second] {
        let ids: HashSet<&str> = retail.orders.iter().map(|(order, _)| order.order_id.as_str()).collect();
        assert_eq!(ids.len(), retail.orders.len());
    }
    // Special codes are charges, the others products.
    let special: HashSet<&str> = second
        .orders
        .iter()
        .flat_map(|(order, _)| &order.lines)
        .filter(|line| !line.is_product)
        .map(|line| line.product_id.as_str())
        .collect();
    let mut special: Vec<&str> = special.into_iter().collect();
    special.sort_unstable();
    // 22016 is a "Dotcomgiftshop Gift Voucher £100.00", known by its title.
    insta::assert_snapshot!(special.join(" "), @"22016 AMAZONFEE B BANK CHARGES C2 CRUK D DOT M PADS POST S gift_0001_10 gift_0001_20 gift_0001_30 gift_0001_40 gift_0001_50 m");
}

#[test]
fn kag_goes_in_through_meta_with_a_map() {
    let Some(path) = data("ads_kag/KAG_conversion_data.csv") else { return };
    let map = [
        ("day", "2017-08-30"),
        ("campaign_id", "xyz_campaign_id"),
        ("spend", "Spent"),
        ("conversions", "Total_Conversion"),
    ];
    let mut reader = read(Source::Meta, BufReader::new(File::open(path).unwrap()), &map);
    let ads: Vec<AdDay> = reader
        .by_ref()
        .map(|item| match item.unwrap().fact {
            Fact::AdDay(ad) => ad,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!((reader.rows_read(), reader.rows_skipped()), (1_143, 0));
    assert_eq!(ads.len(), 1_143);
    assert_eq!(ads.iter().map(|ad| ad.impressions).sum::<i64>(), 21_957_412);
    assert_eq!(ads.iter().map(|ad| ad.clicks).sum::<i64>(), 5_239);
    let conversions: i64 = ads.iter().map(|ad| ad.conversions_micros).sum();
    assert_eq!(conversions, 1_167_000_000);
    assert_eq!(ads.iter().map(|ad| ad.key()).collect::<HashSet<_>>().len(), 1_143);
    let campaigns: HashSet<&str> = ads.iter().map(|ad| ad.campaign_id.as_str()).collect();
    assert_eq!(campaigns, HashSet::from(["916", "936", "1178"]));
    let spend = ads.iter().map(|ad| i128::from(ad.spend_micros)).sum();
    assert_eq!(domain::Money::from_micros(spend, Currency::parse("USD").unwrap()).minor, 905_019);
    assert_eq!(ads[0].day.to_string(), "2017-08-30");
    assert_eq!(
        (ads[0].breakdown_dims.as_str(), ads[0].breakdown_values.as_str()),
        ("age,gender,interest", "35-39,M,90")
    );
}

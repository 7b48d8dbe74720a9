use std::io::Write as _;

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("file");
    file.write_all(text.as_bytes()).expect("written");
    file
}

/// 60 customers of two shops, with a refund, a nameless row and a late customer.
fn log() -> String {
    let mut text = String::from("who,when,paid,shop\n");
    for i in 0..60_u32 {
        let shop = if i % 2 == 0 { "north" } else { "south" };
        for n in 0..=(i * i % 7) {
            let day = (i % 5 + n * (9 + i % 4)).min(150);
            let when = domain::Day::from_epoch_days(14_610 + day as i32);
            text += &format!("c{i},{when},{},{shop}\n", 10 + (i * 13 + n * 7) % 40);
        }
    }
    text + "c1,2010-05-01,-10,south\n,2010-02-01,5,north\nlate,2010-05-30,5,north\n"
}

#[test]
fn fits_holds_out_and_forecasts() {
    let file = file(&log());
    let path = file.path().to_str().expect("path");
    let words = ["customers", path, "--customer", "who", "--time", "when", "--amount", "paid"];
    for model in ["bgnbd", "mbgcnbdk", "pnbd", "gamma-gamma"] {
        let more = ["--calibration-end", "2010-02-10", "--model", model, "--json"];
        let text = crate::run_from(words.into_iter().chain(more)).expect("answer");
        let json: serde_json::Value = serde_json::from_str(&text).expect("json");
        assert!(json["log_likelihood"].as_f64().is_some_and(f64::is_finite), "{text}");
        assert!(json["params"].as_object().is_some_and(|params| params.len() >= 3), "{text}");
        assert!(json["holdout"]["actual"].as_f64().is_some_and(|actual| actual > 0.0), "{text}");
        assert_eq!(json["left_out"]["refund_rows"], 1);
        assert_eq!(json["left_out"]["rows_without_customer"], 1);
        assert_eq!(json["left_out"]["customers_after_calibration"], 1);
    }
    let text = crate::run_from(words.into_iter().chain(["--by", "shop", "--json"])).expect("answer");
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(text.starts_with("{\"group\":\"north\""), "{text}");
    // Groups of one customer each cannot be fitted, and say so in their own line.
    let text = crate::run_from(words.into_iter().chain(["--by", "who", "--json"])).expect("answer");
    assert!(text.lines().any(|line| line.contains("\"error\":")), "{text}");
}

#[test]
fn forecasts_per_customer_are_written() {
    let file = file(&log());
    let out = tempfile::NamedTempFile::new().expect("file");
    let (path, out) = (file.path().to_str().expect("path"), out.path().to_str().expect("path"));
    let words = ["customers", path, "--customer", "who", "--time", "when", "--amount", "paid", "--predictions", out];
    let text = crate::run_from(words.into_iter().chain(["--calibration-end", "2010-02-10", "--predict-days", "90"]));
    assert!(text.expect("answer").contains("Forecast of 90 days"));
    let rows = crate::Table::read(std::path::Path::new(out)).expect("table");
    assert_eq!(rows.len(), 60);
    let value = rows.column("value").expect("column");
    assert!((0..60).all(|row| rows.number(row, value).is_ok_and(|value| value >= 0.0)));
}

#[test]
fn what_is_wrong_is_named() {
    let file = file("who,when\na,2010-01-01\na,2010-13-01\n");
    let path = file.path().to_str().expect("path");
    let words = ["customers", path, "--customer", "who", "--time", "when"];
    let error = crate::run_from(words).expect_err("no such day").to_string();
    assert!(error.contains("row 2, column `when`: `2010-13-01`"), "{error}");
    let file = self::file("who,when\na,2010-01-01\nb,2010-02-01\n");
    let path = file.path().to_str().expect("path");
    let words = ["customers", path, "--customer", "who", "--time", "when"];
    let error = crate::run_from(words).expect_err("nobody came back").to_string();
    assert!(error.contains("bought a second time"), "{error}");
    let error = crate::run_from(words.into_iter().chain(["--model", "gamma-gamma"])).expect_err("no amount");
    assert!(error.is_input() && error.to_string().contains("--amount"), "{error}");
}

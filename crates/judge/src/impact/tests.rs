#![allow(clippy::unwrap_used)]
use stats::impact::synthetic::Store;

/// Writes a store-like series from 2024-01-01 with its control; returns the file.
fn file(
    folder: &tempfile::TempDir,
    name: &str,
    store: &Store,
    lift: f64,
    edit: impl Fn(usize, String) -> String,
) -> String {
    let drawn = store.draw(lift, 5);
    let mut out = String::from("day,revenue,market\n");
    for t in 0..drawn.y.len() {
        let day = domain::Day::from_epoch_days(19_723 + t as i32);
        out += &edit(t, format!("{day},{:.2},{:.2}\n", drawn.y[t], drawn.control[t]));
    }
    let path = folder.path().join(name);
    std::fs::write(&path, out).unwrap();
    path.display().to_string()
}

fn run(file: &str, start: &str, more: &[&str]) -> Result<String, crate::JudgeError> {
    let mut words = vec!["impact", file, "--time", "day", "--value", "revenue", "--start", start];
    words.extend(more);
    crate::run_from(words)
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_planted_effect_with_its_stable_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "a.csv", &Store::default(), 0.3, |_, line| line);
    let answer = json(&run(&path, "2024-03-11", &["--controls", "market", "--json"]).unwrap());
    assert_eq!((answer["n_pre"].as_u64(), answer["n_post"].as_u64()), (Some(70), Some(30)));
    assert_eq!((answer["verdict"].as_str(), answer["grade"].as_str()), (Some("won"), Some("C")));
    assert!(answer["relative_low"].as_f64().unwrap() < 0.3 && answer["relative_high"].as_f64().unwrap() > 0.3);
    for key in ["effect", "ci_low", "ci_high", "relative_effect", "p_value", "certifiable_effect"] {
        assert!(answer[key].is_f64(), "{key}");
    }
    for key in ["method", "windows", "width_factor"] {
        assert!(!answer["calibration"][key].is_null(), "{key}");
    }
    assert_eq!(answer["before_after"]["grade"], "D");
    assert!(answer.get("days").is_none());
    let text = run(&path, "2024-03-11", &["--daily"]).unwrap();
    assert!(
        text.contains("Grade C") && text.contains("proves effects from about") && text.contains("2024-03-11"),
        "{text}"
    );
}

#[test]
fn groups_are_judged_apart() {
    let folder = tempfile::tempdir().unwrap();
    let one = std::fs::read_to_string(file(&folder, "a.csv", &Store::default(), 0.0, |_, line| line)).unwrap();
    let mut out = String::from("shop,day,revenue,market\n");
    for shop in ["north", "south"] {
        for line in one.lines().skip(1) {
            out += &format!("{shop},{line}\n");
        }
    }
    let path = folder.path().join("both.csv");
    std::fs::write(&path, out).unwrap();
    let path = path.display().to_string();
    let text = run(&path, "2024-03-11", &["--by", "shop", "--json"]).unwrap();
    let groups: Vec<_> = text.lines().map(|line| json(line)["group"].as_str().unwrap().to_owned()).collect();
    assert_eq!(groups, ["north", "south"]);
    let error = run(&path, "2024-03-11", &[]).unwrap_err().to_string();
    assert!(error.contains("row 101, column `day`") && error.contains("row 1 already"), "{error}");
}

#[test]
fn what_is_wrong_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let good = file(&folder, "a.csv", &Store::default(), 0.0, |_, line| line);
    for (start, more, says) in [
        ("2024-01-30", vec![], "29 known days before the change, 42 are needed"),
        ("2025-01-01", vec![], "reach from 2024-01-01 to 2024-04-09"),
        ("soon", vec![], "write a date"),
        ("2024-03-11", vec!["--controls", "weather"], "no column `weather`"),
        ("2024-03-11", vec!["--controls", "revenue"], "its own control"),
        ("2024-03-11", vec!["--alpha", "2"], "between 0 and 1"),
        ("2024-03-11", vec!["--season", "400"], "at most 60"),
    ] {
        let error = run(&good, start, &more).unwrap_err();
        assert!(error.to_string().contains(says) && error.is_input(), "{error}");
    }
    let bad =
        file(&folder, "b.csv", &Store::default(), 0.0, |t, line| if t == 3 { line.replace('.', "x") } else { line });
    let error = run(&bad, "2024-03-11", &[]).unwrap_err().to_string();
    assert!(error.contains("row 4, column `revenue`"), "{error}");
    let flat = file(&folder, "c.csv", &Store::default(), 0.0, |t, _| {
        format!("{},5,5\n", domain::Day::from_epoch_days(19_723 + t as i32))
    });
    assert!(run(&flat, "2024-03-11", &[]).unwrap_err().to_string().contains("does not vary"));
}

#[test]
fn missing_days_are_counted_not_made_up() {
    let folder = tempfile::tempdir().unwrap();
    let gaps = file(&folder, "a.csv", &Store::default(), 0.0, |t, line| match t % 10 {
        4 => String::new(),
        5 => line.split(',').next().unwrap().to_owned() + ",,\n",
        _ => line,
    });
    let answer = json(&run(&gaps, "2024-03-11", &["--controls", "market", "--json"]).unwrap());
    assert_eq!(answer["missing_days"], 20);
    assert_eq!((answer["n_pre"].as_u64(), answer["n_post"].as_u64()), (Some(56), Some(24)));
    assert!(answer["ci_low"].as_f64() < answer["ci_high"].as_f64());
}

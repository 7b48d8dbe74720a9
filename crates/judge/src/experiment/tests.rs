#![allow(clippy::unwrap_used)]
use std::{fmt::Write as _, io::Write as _};

use proptest::prelude::*;
use serde_json::Value;

use crate::{JudgeError, run_from};

const COLUMNS: [&str; 8] = ["--unit", "user", "--arm", "arm", "--time", "day", "--value", "revenue"];

fn run_on(csv: &str, more: &[&str]) -> Result<String, JudgeError> {
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    file.write_all(csv.as_bytes()).unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    let mut words = vec!["experiment", path.as_str()];
    words.extend(COLUMNS);
    words.extend(more);
    run_from(words).map_err(|error| match error {
        JudgeError::Cell { row, column, value, reason, .. } => {
            JudgeError::Cell { file: "file.csv".into(), row, column, value, reason }
        }
        JudgeError::File { reason, .. } => JudgeError::File { file: "file.csv".into(), reason },
        JudgeError::Column { column, known, .. } => JudgeError::Column { file: "file.csv".into(), column, known },
        other => other,
    })
}

fn json_on(csv: &str, more: &[&str]) -> Value {
    let mut words = vec!["--json"];
    words.extend(more);
    serde_json::from_str(&run_on(csv, &words).unwrap()).unwrap()
}

/// `days` days of `units` units per arm; control earns 10 ± 1, new 10 + `effect` ± 1, by a fixed pattern.
fn shop(days: u32, units: u32, effect: f64) -> String {
    let mut csv = String::from("user,arm,day,revenue,before,store\n");
    for day in 1..=days {
        for unit in 0..units {
            for (arm, mean) in [("control", 10.0), ("new", 10.0 + effect)] {
                let wave = f64::from((unit * 7 + day * 3 + u32::from(arm == "new") * 5) % 11) / 5.0 - 1.0;
                let store = if unit % 2 == 0 { "north" } else { "south" };
                writeln!(csv, "{arm}{day}-{unit},{arm},2026-03-{day:02},{:.3},{wave:.3},{store}", mean + wave).unwrap();
            }
        }
    }
    csv
}

#[test]
fn a_win_with_its_stable_names() {
    let answer = json_on(&shop(14, 40, 0.5), &[]);
    assert_eq!(answer["decision"], "won");
    assert_eq!((&answer["arm"], &answer["control"]), (&Value::from("new"), &Value::from("control")));
    let looks = answer["looks"].as_array().unwrap();
    assert_eq!(looks.len(), 14);
    assert_eq!(looks[0]["date"], "2026-03-01");
    assert!(looks[5]["boundary"].is_null() && looks[6]["boundary"].is_f64());
    for name in [
        "z",
        "boundary",
        "information_fraction",
        "estimate",
        "ci_low",
        "ci_high",
        "lift",
        "lift_low",
        "lift_high",
        "p_value",
        "srm_p",
    ] {
        assert!(looks[13][name].is_f64(), "looks[].{name}");
    }
    for name in ["estimate", "ci_low", "ci_high", "lift", "lift_low", "lift_high", "p_value", "srm_p", "stopped_look"] {
        assert!(answer[name].is_number(), "{name}");
    }
    assert!((answer["lift"].as_f64().unwrap() - 0.05).abs() < 0.01);
    assert!(answer["lift_low"].as_f64().unwrap() > 0.0);
}

#[test]
fn words_and_table() {
    insta::assert_snapshot!(run_on(&shop(9, 10, 0.0), &[]).unwrap(), @r"
        new against control: still running, nothing proven yet. +0.0222 [-0.3522, +0.3966] per unit, +0.2 % [-3.5 %, +4.0 %], p = 1.000.
        control 90 units, 9.9889 each; new 90 units, 10.0111 each.
        To expect: +0.1 % [-1.3 %, +1.6 %], shrunk from the observed +0.2 %. Prior: Stated, not learnt: no past changes yet. It expects 25 % of changes to move the metric by more than 5 %, up or down, and 6 % by more than 20 %.
        Note: 9 days are not whole weeks: weekdays with one more day weigh more. A multiple of 7 is cleaner.

         look      units  estimate        z  boundary                 interval
            3         60    0.0467    0.281         –                        –
            4         80    0.0100    0.070         –                        –
            5        100    0.0320    0.251         –                        –
            6        120    0.0100    0.086         –                        –
            7        140   -0.0057   -0.053     4.495         -0.4897 … 0.4783
            8        160    0.0100    0.100     4.204         -0.4123 … 0.4323
            9        180    0.0222    0.235     3.956         -0.3522 … 0.3966
        ");
}

#[test]
fn traffic_that_does_not_fit_is_said_first() {
    let csv: String = shop(9, 60, 0.5).lines().filter(|line| !line.contains("new") || !line.contains("5-1")).fold(
        String::new(),
        |mut csv, line| {
            writeln!(csv, "{line}").unwrap();
            csv
        },
    );
    let shares = ["--shares", "control=1,new=3"];
    let answer = json_on(&csv, &shares);
    assert_eq!((&answer["is_trustworthy"], &answer["warnings"][0]["code"]), (&false.into(), &"sample_ratio".into()));
    assert!(run_on(&csv, &shares).unwrap().starts_with("Do not believe this result"));
    assert_eq!(json_on(&csv, &[])["is_trustworthy"], true);
}

#[test]
fn covariate_groups_and_plain_days() {
    let with = json_on(&shop(10, 20, 0.2), &["--covariate", "before"]);
    assert!(with["variance_saved"].as_f64().unwrap() > 0.99);
    let lines = run_on(&shop(10, 20, 0.2), &["--json", "--by", "store"]).unwrap();
    let groups: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((groups.len(), &groups[0]["group"]), (2, &Value::from("north")));
    let plain = shop(10, 20, 0.2).replace("2026-03-0", "").replace("2026-03-", "");
    let plain = json_on(&plain, &[]);
    assert_eq!(plain["looks"].as_array().unwrap().len(), 10);
    assert!(plain["looks"][0].get("date").is_none());
}

#[test]
fn refunds_duplicates_empties_cap_and_window() {
    let csv = "user,arm,day,revenue\n\
        a,control,2026-03-01,20\na,control,2026-03-03,-25\n\
        b,control,2026-03-01,\nc,new,2026-03-01,900\nd,new,2026-03-02,10\nd,new,2026-03-20,10\n\
        e,new,2026-03-02,7\ne,control,2026-03-03,7\n";
    let answer = json_on(csv, &["--cap", "100", "--attribution-days", "7"]);
    insta::assert_json_snapshot!(answer["left_out"], @r#"
        {
          "duplicate_units": 1,
          "rows_outside_window": 1,
          "capped_units": 1,
          "negative_units": 1,
          "empty_values": 1,
          "units_without_covariate": 0
        }
        "#);
    insta::assert_json_snapshot!(answer["units"], @r#"
        [
          {
            "arm": "control",
            "units": 2,
            "mean": -2.5
          },
          {
            "arm": "new",
            "units": 2,
            "mean": 55.0
          }
        ]
        "#);
    let codes: Vec<_> = answer["warnings"].as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap()).collect();
    assert!(
        codes.contains(&"duplicate_units") && codes.contains(&"empty_values") && codes.contains(&"no_lift"),
        "{codes:?}"
    );
}

#[test]
fn one_arm_and_no_variance_have_answers() {
    let one = json_on("user,arm,day,revenue\na,new,2026-03-01,1\nb,new,2026-03-30,2\n", &[]);
    assert_eq!((&one["decision"], &one["estimate"]), (&Value::from("inconclusive"), &Value::Null));
    assert_eq!(one["warnings"][0]["code"], "empty_arm");
    let flat = "user,arm,day,revenue\na,x,1,0\nb,x,9,0\nc,y,1,0\nd,y,9,0\n";
    let flat = json_on(flat, &[]);
    assert_eq!(
        (&flat["decision"], &flat["estimate"], &flat["looks"][1]["z"]),
        (&"running".into(), &0.0.into(), &Value::Null)
    );
}

#[test]
fn several_arms_and_secondary_metrics() {
    let mut csv = shop(14, 40, 0.5);
    for day in 1..=14 {
        for unit in 0..40 {
            let wave = f64::from((unit * 7 + day * 3) % 11) / 5.0 - 1.0;
            writeln!(csv, "third{day}-{unit},third,2026-03-{day:02},{:.3},{wave:.3},north", 10.0 + wave).unwrap();
        }
    }
    let answer = json_on(&csv, &["--secondary", "before"]);
    let arms = answer["arms"].as_array().unwrap();
    let said: Vec<_> =
        arms.iter().map(|arm| (arm["arm"].as_str().unwrap(), arm["decision"].as_str().unwrap())).collect();
    assert_eq!(said, [("new", "won"), ("third", "running")]);
    assert_eq!((&answer["arm"], &arms[1]["alpha"]), (&"new".into(), &0.05.into()));
    assert_eq!(answer["secondary"].as_array().unwrap().len(), 2);
}

#[test]
fn lifts_are_shrunk_towards_what_changes_usually_bring() {
    let csv = shop(9, 10, 1.0);
    let stated = json_on(&csv, &[]);
    let mut past = tempfile::NamedTempFile::new().unwrap();
    writeln!(past, "lift,standard_error").unwrap();
    (0..60).for_each(|k| writeln!(past, "{},0.004", f64::from(k % 3 - 1) * 0.002).unwrap());
    let learnt = json_on(&csv, &["--past", past.path().to_str().unwrap()]);
    let lift = |answer: &Value| answer["shrunk"]["lift"].as_f64().unwrap();
    assert_eq!(stated["shrunk"]["observed"], learnt["shrunk"]["observed"]);
    assert!(lift(&learnt) < lift(&stated) && lift(&stated) < stated["shrunk"]["observed"].as_f64().unwrap());
    assert!(learnt["prior"].as_str().unwrap().starts_with("From 60 past changes"));
    writeln!(past, "0.1,0").unwrap();
    let error = run_on(&csv, &["--past", past.path().to_str().unwrap()]).unwrap_err();
    assert!(error.to_string().ends_with("row 61, column `standard_error`: `0` is not above zero."), "{error}");
}

#[test]
fn summaries_are_read_like_rows() {
    let csv = "look,arm,n,sum,sum_sq\n1,a,100,500,2600\n1,b,100,520,2800\n2,a,200,1000,5200\n2,b,200,1180,7100\n";
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(csv.as_bytes()).unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    let out = run_from(["experiment", "--summary", &path, "--planned-n", "200", "--json"]).unwrap();
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&answer["decision"], &answer["stopped_look"]), (&"won".into(), &2.into()));
    assert_eq!(answer["looks"][1]["information_fraction"], 1.0);
}

/// Rows and the sums somebody else made of them give the same looks.
#[test]
fn rows_and_their_sums_agree() {
    let csv = shop(12, 25, 0.15);
    let rows = json_on(&csv, &["--min-days", "1"]);
    let mut sums = [[0.0f64; 3]; 2];
    let mut summary = String::from("look,arm,n,sum,sum_sq\n");
    for day in 1..=12 {
        for line in csv.lines().filter(|line| line.contains(&format!(",2026-03-{day:02},"))) {
            let cells: Vec<&str> = line.split(',').collect();
            let value: f64 = cells[3].parse().unwrap();
            let arm = &mut sums[usize::from(cells[1] == "new")];
            *arm = [arm[0] + 1.0, arm[1] + value, arm[2] + value * value];
        }
        for (name, [n, sum, sum_sq]) in ["control", "new"].iter().zip(sums) {
            writeln!(summary, "{day},{name},{n},{sum},{sum_sq}").unwrap();
        }
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(summary.as_bytes()).unwrap();
    let out = run_from(["experiment", "--summary", file.path().to_str().unwrap(), "--json"]).unwrap();
    let other: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&rows["decision"], &rows["stopped_look"]), (&other["decision"], &other["stopped_look"]));
    for (a, b) in rows["looks"].as_array().unwrap().iter().zip(other["looks"].as_array().unwrap()) {
        for name in ["z", "boundary", "information_fraction", "lift_low", "p_value", "srm_p"] {
            let (a, b) = (a[name].as_f64().unwrap_or(0.0), b[name].as_f64().unwrap_or(0.0));
            assert!((a - b).abs() < 1e-6, "{name}: {a} {b}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let csv = |rows: &str| format!("user,arm,day,revenue\n{rows}");
    let cases: Vec<(String, Vec<&str>)> = vec![
        (csv("a,x,2026-03-01,ten\n"), vec![]),
        (csv("a,x,2026-03-01,1\n,y,2026-03-01,1\n"), vec![]),
        (csv("a,x,2026-03-01,1\nb,,2026-03-01,1\n"), vec![]),
        (csv("a,x,soon,1\n"), vec![]),
        (csv("a,x,2026-03-01,1\nb,y,2,1\n"), vec![]),
        (csv("a,x,2026-03-01,2\n"), vec!["--metric", "proportion"]),
        (csv("a,x,2026-03-01,2\n"), vec!["--control", "z"]),
        (csv("a,x,2026-03-01,2\nb,y,2026-03-01,2\n"), vec!["--shares", "x=1,q=2"]),
        (csv("a,x,2026-03-01,2\nb,y,2026-03-01,2\n"), vec!["--alpha", "2"]),
        (csv("a,x,2026-03-01,2\nb,y,2026-03-01,2\n"), vec!["--cap", "0"]),
        (csv(""), vec![]),
        ("user,arm,day\na,x,1\n".to_owned(), vec![]),
    ];
    let said: Vec<String> = cases
        .iter()
        .map(|(csv, more)| {
            let error = run_on(csv, more).unwrap_err();
            assert!(error.is_input());
            error.to_string().split_once("tmp").map_or_else(|| error.to_string(), |(_, rest)| rest.to_owned())
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"), @r"
        file.csv, row 1, column `revenue`: `ten` is not a number; write it plainly, e.g. 12.50.
        file.csv, row 2, column `user`: `` is empty; fill it or leave the row out.
        file.csv, row 2, column `arm`: `` is empty; fill it or leave the row out.
        file.csv, row 1, column `day`: `soon` is not a time; write 2011-11-01 or 2011-11-01 09:00:00.
        file.csv, row 2, column `day`: `2` mixes dates with plain day numbers; write all rows alike.
        file.csv, row 1, column `revenue`: `2` is neither 0 nor 1; use --metric mean for amounts.
        There is no arm `z`; the arms are: x.
        --shares: `q=2` names no arm of the file.
        The error allowed is 2; choose one above 0 and up to 0.5, e.g. 0.05.
        The cap on a unit's value must be above zero, or left out.
        file.csv: has a header but no rows.
        file.csv: there is no column `revenue`; the columns are: user, arm, day.
        ");
    assert!(matches!(run_from(["experiment", "x.csv"]), Err(JudgeError::Usage(_))));
}

/// Whatever stands in the cells: an answer that is JSON, or a message that names what to mend. Never a panic.
fn cell() -> impl Strategy<Value = String> {
    let odd = [
        "",
        "NA",
        "0",
        "-0",
        "1e308",
        "-1e308",
        "1e-320",
        "inf",
        "x",
        "2026-03-01",
        "9999-12-31",
        "\u{e9}",
        "a",
        "b",
        "\"q\"",
    ];
    prop_oneof![
        4 => (-5i32..40).prop_map(|n| n.to_string()),
        1 => prop::sample::select(odd.to_vec()).prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn any_file_has_an_answer_or_a_reason(
        rows in prop::collection::vec((0u8..6, prop::sample::select(vec!["a", "b", "c"]), cell(), cell(), cell()), 0..25),
        plain in prop::bool::ANY, cap in prop::option::of(1u8..9), window in prop::option::of(0u8..9),
    ) {
        let mut csv = String::from("user,arm,day,revenue,before\n");
        for (user, arm, day, value, before) in rows {
            let day = if plain { "7".to_owned() } else { day };
            writeln!(csv, "u{user},{arm},{day},{value},{before}").unwrap();
        }
        let (cap, window) = (cap.map(|c| c.to_string()), window.map(|w| w.to_string()));
        let mut more = vec!["--json", "--covariate", "before", "--secondary", "before", "--stop-for-futility"];
        if let Some(cap) = &cap {
            more.extend(["--cap", cap]);
        }
        if let Some(window) = &window {
            more.extend(["--attribution-days", window]);
        }
        match run_on(&csv, &more) {
            Ok(text) => prop_assert!(serde_json::from_str::<Value>(&text).unwrap()["decision"].is_string()),
            Err(error) => prop_assert!(error.is_input() && !error.to_string().is_empty()),
        }
    }
}

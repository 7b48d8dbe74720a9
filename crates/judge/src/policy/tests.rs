use std::io::Write as _;

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("file");
    file.write_all(text.as_bytes()).expect("written");
    file
}

/// 400 decisions, two segments, two offers logged evenly; `b` pays in the north only.
fn log() -> String {
    let mut text = String::from("segment,offer,paid,chance\n");
    for i in 0..400_u32 {
        let (segment, offer) = (["north", "south"][(i % 2) as usize], ["a", "b"][(i / 2 % 2) as usize]);
        let pays = match (segment, offer) {
            ("north", "b") => i % 3 == 0,
            (_, "a") => i % 8 == 1 || i % 12 == 4,
            _ => i % 20 == 3,
        };
        text += &format!("{segment},{offer},{},0.5\n", u8::from(pays));
    }
    text
}

fn judge(target: &str, more: &[&str]) -> Result<String, crate::JudgeError> {
    let (log, target) = (file(&log()), file(target));
    let (log, target) = (log.path().to_str().expect("path"), target.path().to_str().expect("path"));
    let words =
        ["policy", log, "--context", "segment", "--action", "offer", "--reward", "paid", "--propensity", "chance"];
    crate::run_from(words.into_iter().chain(["--target", target]).chain(more.iter().copied()))
}

fn number(text: &str, estimator: &str) -> Option<f64> {
    let json: serde_json::Value = serde_json::from_str(text).expect("json");
    json[estimator]["value"].as_f64()
}

/// The same policy in four ways of writing it is worth the same.
#[test]
fn ways_to_write_a_policy() {
    let table = "segment,offer,probability\nnorth,b,1\nnorth,a,0\nsouth,a,1\n";
    let (mut wide, mut taken) = (String::from("p_a,p_b\n"), String::from("probability\n"));
    let mut other_log = String::from("segment,offer\n");
    for i in 0..400_u32 {
        let (is_north, is_b) = (i % 2 == 0, i / 2 % 2 == 1);
        wide += if is_north { "0,1\n" } else { "1,0\n" };
        taken += if is_north == is_b { "1\n" } else { "0\n" };
        other_log += if is_north { "north,b\n" } else { "south,a\n" };
    }
    let first = judge(table, &["--json"]).expect("answer");
    for (name, target) in [("wide", wide), ("log", other_log), ("taken", taken.clone())] {
        let text = judge(&target, &["--json"]).expect(name);
        for estimator in ["ipw", "snipw"] {
            assert_eq!(number(&first, estimator), number(&text, estimator), "{name}");
        }
        assert_eq!(number(&text, "dr"), if name == "taken" { None } else { number(&first, "dr") }, "{name}");
    }
    // North always b: 33 or 34 of 100 pay; south always a.
    assert!((number(&first, "dr").expect("model") - number(&first, "ipw").expect("ipw")).abs() < 0.03, "{first}");
    assert!(judge(table, &[]).expect("text").contains("DR"));
    let groups = judge(table, &["--by", "segment", "--json"]).expect("groups");
    assert_eq!(groups.lines().count(), 2);
}

#[test]
fn what_is_wrong_is_named() {
    for (target, part) in [
        ("segment,offer,probability\nnorth,b,1\nsouth,a,0.4\n", "add up to 0.4"),
        ("segment,offer,probability\nnorth,b,1\n", "row 2: the target has no chances for the context south"),
        ("segment,offer,probability\nnorth,b,x\n", "row 1, column `probability`"),
        ("probability\n1\n", "it has 1."),
    ] {
        let error = judge(target, &[]).expect_err(part);
        assert!(error.is_input() && error.to_string().contains(part), "{error}");
    }
}

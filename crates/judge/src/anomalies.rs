//! `measure anomalies`: which points of a series are unusual, and how.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    path::PathBuf,
};

use clap::{Args as ClapArgs, ValueEnum};
use domain::InstantMs;
use serde::Serialize;
use stats::anomaly::{Detector, Measure, Point, Reading, Settings, benjamini_hochberg, step_of};

use crate::{Group, JudgeError, Table, answer};

/// Arguments of `measure anomalies`.
#[derive(ClapArgs)]
pub struct Args {
    /// CSV with one point a row
    file: PathBuf,
    /// Column with the time; rows may stand in any order
    #[arg(long)]
    time: String,
    /// Column with the value; an empty cell is a point that did not come
    #[arg(long)]
    value: String,
    /// What is measured
    #[arg(long, value_enum, default_value_t = What::Auto)]
    measure: What,
    /// Column with the denominator of a rate (sessions, impressions)
    #[arg(long)]
    exposure: Option<String>,
    /// Known days, such as holidays and promotions: 2025-11-28=sale,2025-12-25=christmas. Days of one name share their
    /// effect, which is learnt
    #[arg(long, value_delimiter = ',')]
    known_days: Vec<String>,
    /// Chance of an alarm on one ordinary point (default: 0.0001 hourly, 0.005 daily)
    #[arg(long)]
    alarm_p: Option<f64>,
    /// With --by: most of the board's alarms that may be false, e.g. 0.1; alarms that do not stand are left out
    #[arg(long)]
    fdr: Option<f64>,
    /// Write a score in [0, 1] for every row to this file; 0.5 and above is an alarm
    #[arg(long)]
    scores: Option<PathBuf>,
    /// Column whose values are series of their own
    #[arg(long)]
    by: Option<String>,
}

/// Measures by their names on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// Found from the values
    Auto,
    /// Amounts above 0
    Money,
    /// Events counted
    Count,
    /// A share between 0 and 1
    Rate,
    /// Amounts with many zeros
    Sparse,
    /// Anything else, negative values too
    Plain,
}

impl From<What> for Measure {
    fn from(what: What) -> Measure {
        match what {
            What::Auto => Measure::Auto,
            What::Money => Measure::Money,
            What::Count => Measure::Count,
            What::Rate => Measure::Rate,
            What::Sparse => Measure::Sparse,
            What::Plain => Measure::Plain,
        }
    }
}

#[derive(Debug, Clone, Serialize)]
struct Anomaly {
    time: String,
    value: Option<f64>,
    expected: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    score: f64,
    kind: &'static str,
    p: f64,
    /// Other series of the file that alarm at the same time: one cause may be behind them.
    #[serde(skip_serializing_if = "Option::is_none")]
    together_with: Option<usize>,
}

#[derive(Serialize)]
struct Answer {
    rows: usize,
    step_seconds: i64,
    alarm_p: f64,
    warm_up_rows: usize,
    inside_range: Option<f64>,
    anomalies: Vec<Anomaly>,
}

/// One series judged.
struct Judged {
    settings: Settings,
    /// Row and what was said to it, in time order.
    rows: Vec<(usize, Reading)>,
}

/// Judges every series.
///
/// # Errors
/// A cell cannot be read, a time stands twice, or the scores cannot be written.
pub fn run(args: &Args, json: bool) -> Result<String, JudgeError> {
    for (name, share) in [("--alarm-p", args.alarm_p), ("--fdr", args.fdr)] {
        if share.is_some_and(|share| !(share > 0.0 && share < 1.0)) {
            return Err(JudgeError::Invalid(format!("{name} must lie between 0 and 1, e.g. 0.01.")));
        }
    }
    let table = Table::read(&args.file)?;
    let known = known_days(&args.known_days)?;
    let groups = table.groups(args.by.as_deref())?;
    let judged = in_threads(&groups, |group| judge(args, &table, group, &known))?;
    let board = board(&judged, args.fdr);
    if let Some(path) = &args.scores {
        write_scores(path, args, &table, &groups, &judged)?;
    }
    let places: HashMap<Option<&str>, usize> =
        groups.iter().enumerate().map(|(place, group)| (group.name.as_deref(), place)).collect();
    let answer = |group: &Group| {
        let place = places.get(&group.name.as_deref()).copied().unwrap_or(0);
        put(args, &table, &judged[place], place, &board)
    };
    answer::by_group(&groups, json, answer, text)
}

fn known_days(words: &[String]) -> Result<BTreeMap<i32, u32>, JudgeError> {
    let mut names: Vec<&str> = Vec::new();
    let mut days = BTreeMap::new();
    for word in words {
        let (day, name) = word.split_once('=').unwrap_or((word, "known"));
        let day = crate::time::parse(day).map(crate::time::day).ok_or_else(|| {
            JudgeError::Invalid(format!("--known-days {word} is not a day; write 2025-11-28 or 2025-11-28=sale."))
        })?;
        let place = names.iter().position(|own| *own == name).unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        });
        days.insert(day.epoch_days(), place as u32);
    }
    Ok(days)
}

fn in_threads<T: Send>(
    groups: &[Group],
    judge: impl Fn(&Group) -> Result<T, JudgeError> + Sync,
) -> Result<Vec<T>, JudgeError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = groups.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let judge = &judge;
        let hands: Vec<_> = groups
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(judge).collect::<Result<Vec<T>, JudgeError>>()))
            .collect();
        let mut all = Vec::with_capacity(groups.len());
        for hand in hands {
            let part = hand.join().map_err(|_| JudgeError::Invalid("a series could not be judged.".into()))?;
            all.extend(part?);
        }
        Ok(all)
    })
}

fn judge(args: &Args, table: &Table, group: &Group, known: &BTreeMap<i32, u32>) -> Result<Judged, JudgeError> {
    let time = table.column(&args.time)?;
    let value = table.column(&args.value)?;
    let exposure = args.exposure.as_deref().map(|name| table.column(name)).transpose()?;
    let mut points: Vec<(usize, Point)> = Vec::with_capacity(group.rows.len());
    for &row in &group.rows {
        let instant = table.instant(row, time)?;
        let at = instant.0.div_euclid(1_000);
        let exposure = exposure.map(|column| table.opt_number(row, column)).transpose()?.flatten();
        let event = known.get(&crate::time::day(instant).epoch_days()).copied();
        points.push((row, Point { at, value: table.opt_number(row, value)?, exposure, event }));
    }
    points.sort_by_key(|(row, point)| (point.at, *row));
    // A clock set back repeats an hour, and such a row is judged as one more; many repeats are several series in one.
    let twice: Vec<usize> = points.windows(2).filter(|p| p[0].1.at == p[1].1.at).map(|pair| pair[1].0).collect();
    if let Some(row) = twice.first().filter(|_| twice.len() * 20 > points.len()) {
        return Err(table.bad(
            *row,
            time,
            "stands twice; add the rows up, or name with --by the column that tells the series apart.",
        ));
    }
    let times: Vec<i64> = points.iter().map(|(_, point)| point.at).collect();
    let step = step_of(&times).ok_or_else(|| {
        JudgeError::Invalid(
            "A series needs at least two rows at different times, and three weeks of days or two days of hours before anything can be said.".into(),
        )
    })?;
    let mut settings = Settings { measure: args.measure.into(), ..Settings::for_step(step) };
    settings.alarm_p = args.alarm_p.unwrap_or(settings.alarm_p);
    let mut detector = Detector::new(settings);
    Ok(Judged { settings, rows: points.into_iter().map(|(row, point)| (row, detector.update(point))).collect() })
}

/// Which readings stand at the board's false-discovery rate, and how many series alarm at each time.
struct Board {
    alarms: HashMap<i64, usize>,
    fallen: std::collections::HashSet<(usize, i64)>,
}

fn board(judged: &[Judged], fdr: Option<f64>) -> Board {
    let mut by_time: BTreeMap<i64, Vec<(usize, f64, bool)>> = BTreeMap::new();
    for (place, series) in judged.iter().enumerate() {
        for (_, reading) in series.rows.iter().filter(|(_, reading)| reading.expected.is_finite()) {
            by_time.entry(reading.at).or_default().push((place, reading.p, reading.is_alarm));
        }
    }
    let mut board = Board { alarms: HashMap::new(), fallen: std::collections::HashSet::new() };
    for (at, series) in by_time {
        let alarms = series.iter().filter(|(.., is_alarm)| *is_alarm).count();
        if alarms == 0 {
            continue;
        }
        board.alarms.insert(at, alarms);
        if let Some(q) = fdr {
            let p: Vec<f64> = series.iter().map(|(_, p, _)| *p).collect();
            let stands = benjamini_hochberg(&p, q);
            board
                .fallen
                .extend(series.iter().zip(stands).filter(|(_, stands)| !stands).map(|((place, ..), _)| (*place, at)));
        }
    }
    board
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

fn put(args: &Args, table: &Table, judged: &Judged, place: usize, board: &Board) -> Result<Answer, JudgeError> {
    let time = table.column(&args.time)?;
    let settings = judged.settings;
    let mut anomalies = Vec::new();
    let (mut inside, mut ranged) = (0usize, 0usize);
    for (row, reading) in &judged.rows {
        if reading.value.is_finite() && reading.low.is_finite() {
            ranged += 1;
            inside += usize::from((reading.low..=reading.high).contains(&reading.value));
        }
        if reading.missing_p <= settings.alarm_p {
            let first = reading.at - i64::from(reading.missing_before) * settings.step_seconds;
            anomalies.push(Anomaly {
                time: time_text(first, table.text(*row, time)),
                value: None,
                expected: None,
                low: None,
                high: None,
                score: score_of(reading.missing_p, settings.alarm_p),
                kind: "missing",
                p: reading.missing_p,
                together_with: None,
            });
        }
        if reading.is_alarm && !board.fallen.contains(&(place, reading.at)) {
            anomalies.push(Anomaly {
                time: table.text(*row, time).to_owned(),
                value: finite(reading.value),
                expected: finite(reading.expected),
                low: finite(reading.low),
                high: finite(reading.high),
                score: reading.score,
                kind: reading.kind.map_or("spike", stats::anomaly::Kind::name),
                p: reading.p,
                together_with: args.by.as_ref().map(|_| board.alarms.get(&reading.at).map_or(0, |count| count - 1)),
            });
        }
    }
    Ok(Answer {
        rows: judged.rows.len(),
        step_seconds: settings.step_seconds,
        alarm_p: settings.alarm_p,
        warm_up_rows: judged.rows.iter().take_while(|(_, reading)| reading.expected.is_nan()).count(),
        inside_range: (ranged > 0).then(|| inside as f64 / ranged as f64),
        anomalies,
    })
}

fn score_of(p: f64, alarm_p: f64) -> f64 {
    let (surprise, line) = (-p.max(1e-300).log10(), -alarm_p.log10());
    (surprise / (surprise + line)).clamp(0.0, 1.0)
}

/// A time in the manner of the file: a day where it writes days.
fn time_text(at: i64, like: &str) -> String {
    let instant = InstantMs(at * 1_000);
    if like.len() <= 10 {
        return crate::time::day(instant).to_string();
    }
    jiff::Timestamp::from_millisecond(instant.0).map_or_else(|_| String::new(), |at| at.strftime("%F %T").to_string())
}

fn write_scores(
    path: &PathBuf,
    args: &Args,
    table: &Table,
    groups: &[Group],
    judged: &[Judged],
) -> Result<(), JudgeError> {
    let failed = |error: csv::Error| JudgeError::Write { file: path.display().to_string(), reason: error.to_string() };
    let (time, value) = (table.column(&args.time)?, table.column(&args.value)?);
    let mut rows: Vec<(usize, Option<&str>, &Reading)> = Vec::with_capacity(table.len());
    for (group, series) in groups.iter().zip(judged) {
        rows.extend(series.rows.iter().map(|(row, reading)| (*row, group.name.as_deref(), reading)));
    }
    rows.sort_by_key(|(row, ..)| *row);
    let mut writer = csv::Writer::from_path(path).map_err(failed)?;
    let by = args.by.as_deref();
    let header = by.into_iter().chain([&*args.time, &*args.value, "score", "expected", "low", "high", "kind"]);
    writer.write_record(header).map_err(failed)?;
    let number = |value: f64| finite(value).map_or_else(String::new, |value| value.to_string());
    for (row, name, reading) in rows {
        let mut cells: Vec<String> = by.map(|_| name.unwrap_or_default().to_owned()).into_iter().collect();
        cells.push(table.text(row, time).to_owned());
        cells.push(table.text(row, value).to_owned());
        cells.push(reading.score.to_string());
        cells.extend([number(reading.expected), number(reading.low), number(reading.high)]);
        cells.push(reading.kind.map_or("", stats::anomaly::Kind::name).to_owned());
        writer.write_record(&cells).map_err(failed)?;
    }
    writer.flush().map_err(|error| JudgeError::Write { file: path.display().to_string(), reason: error.to_string() })
}

fn text(answer: &Answer) -> String {
    let every = match answer.step_seconds {
        3_600 => "hourly".to_owned(),
        86_400 => "daily".to_owned(),
        seconds => format!("every {seconds} seconds"),
    };
    let mut text = match answer.anomalies.len() {
        0 => format!("Nothing unusual in {} rows ({every}).", answer.rows),
        1 => format!("1 anomaly in {} rows ({every}).", answer.rows),
        count => format!("{count} anomalies in {} rows ({every}).", answer.rows),
    };
    if answer.warm_up_rows == answer.rows {
        let _ = write!(text, " The series is too short: nothing can be said before {} rows.", answer.rows + 1);
    }
    for anomaly in &answer.anomalies {
        let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"));
        let _ = write!(
            text,
            "\n  {}  {:<11} {} (expected {}, range {} to {}), score {:.2}",
            anomaly.time,
            anomaly.kind,
            number(anomaly.value),
            number(anomaly.expected),
            number(anomaly.low),
            number(anomaly.high),
            anomaly.score
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("file");
        file.write_all(text.as_bytes()).expect("written");
        file
    }

    fn ask(text: &str, more: &[&str]) -> Result<String, String> {
        let file = file(text);
        let path = file.path().display().to_string();
        let words = ["anomalies", &path, "--time", "day", "--value", "v"].into_iter().chain(more.iter().copied());
        crate::run_from(words).map_err(|error| error.to_string().replace(&path, "f.csv"))
    }

    fn days(count: i32, value: impl Fn(i32) -> Option<String>) -> String {
        let start = domain::Day::parse("2025-01-06").expect("day");
        let rows = (0..count).filter_map(|k| value(k).map(|v| format!("{},{v}\n", start.plus(k))));
        format!("day,v\n{}", rows.collect::<String>())
    }

    fn usual(k: i32) -> String {
        format!("{:.2}", 1_000.0 + f64::from((k * 37) % 101) + if k % 7 == 5 { 300.0 } else { 0.0 })
    }

    #[test]
    fn a_drop_and_a_gap_are_named() {
        let csv = days(120, |k| match k {
            100 => Some("200.00".into()),
            80 | 81 => None,
            k => Some(usual(k)),
        });
        let answer: serde_json::Value = serde_json::from_str(&ask(&csv, &["--json"]).expect("answer")).expect("json");
        let found: Vec<(&str, &str)> = answer["anomalies"]
            .as_array()
            .expect("array")
            .iter()
            .map(|a| (a["time"].as_str().expect("time"), a["kind"].as_str().expect("kind")))
            .collect();
        assert_eq!(found, [("2025-03-27", "missing"), ("2025-04-16", "drop")]);
        let drop = &answer["anomalies"][1];
        assert!(drop["score"].as_f64().expect("score") >= 0.5 && drop["low"].as_f64().expect("low") > 200.0);
    }

    #[test]
    fn scores_are_causal() {
        let csv = days(90, |k| Some(if k == 70 { "9000".into() } else { usual(k) }));
        let out = tempfile::NamedTempFile::new().expect("file");
        let path = out.path().display().to_string();
        ask(&csv, &["--scores", &path]).expect("answer");
        let whole = std::fs::read_to_string(out.path()).expect("scores");
        let cut: String = csv.lines().take(61).map(|line| format!("{line}\n")).collect();
        ask(&cut, &["--scores", &path]).expect("answer");
        let part = std::fs::read_to_string(out.path()).expect("scores");
        assert!(part.lines().zip(whole.lines()).all(|(a, b)| a == b) && part.lines().count() == 61);
        assert!(whole.starts_with("day,v,score,expected,low,high,kind\n"));
    }

    #[test]
    fn known_days_and_groups() {
        let mut csv = "day,v,shop\n".to_owned();
        for shop in ["a", "b"] {
            for line in days(100, |k| Some(if k % 28 == 27 { "2500".into() } else { usual(k) })).lines().skip(1) {
                csv.push_str(&format!("{line},{shop}\n"));
            }
        }
        let known = "2025-02-02=sale,2025-03-02=sale,2025-03-30=sale";
        let answer = ask(&csv, &["--by", "shop", "--known-days", known, "--fdr", "0.1", "--json"]).expect("answer");
        assert_eq!(answer.lines().count(), 2);
        assert!(answer.lines().all(|line| line.contains("\"anomalies\":[]")), "{answer}");
    }

    #[test]
    fn what_cannot_be_is_named() {
        let twice = "day,v\n2025-01-01,1\n2025-01-01,2\n";
        let said = [
            ask(twice, &[]),
            ask("day,v\n2025-01-01,1\n", &[]),
            ask("day,v\n2025-01-01,x\n2025-01-02,1\n", &[]),
            ask(twice, &["--alarm-p", "2"]),
            ask("day,v\n", &["--known-days", "soon"]),
        ]
        .map(|answer| answer.expect_err("refused"));
        insta::assert_snapshot!(said.join("\n"), @r"
        f.csv, row 2, column `day`: `2025-01-01` stands twice; add the rows up, or name with --by the column that tells the series apart.
        A series needs at least two rows at different times, and three weeks of days or two days of hours before anything can be said.
        f.csv, row 1, column `v`: `x` is not a number; write it plainly, e.g. 12.50.
        --alarm-p must lie between 0 and 1, e.g. 0.01.
        --known-days soon is not a day; write 2025-11-28 or 2025-11-28=sale.
        ");
        let short = ask("day,v\n2025-01-01,1\n2025-01-02,1\n", &[]).expect("answer");
        assert!(short.contains("too short"), "{short}");
    }
}

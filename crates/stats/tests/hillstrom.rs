//! A real experiment: Hillstrom's e-mail test (64,000 customers, two mailings and nobody mailed), against the figures of
//! numpy 1.26 and pandas 2.1 on the same file (the peers' script: Welch, CUPED with `history`, Fieller's closed form).

use std::{error::Error, fs::File, path::Path};

use stats::experiment::{DayReading, Decision, Design, Metric, UnitFigures, difference, judge_experiment};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/hillstrom/hillstrom.csv.gz");

#[test]
fn spend_per_customer() -> Result<(), Box<dyn Error>> {
    if !Path::new(FILE).exists() {
        eprintln!("skipped: {FILE} is not there");
        return Ok(());
    }
    let mut reader = csv::Reader::from_reader(flate2::read::MultiGzDecoder::new(File::open(FILE)?));
    let header = reader.headers()?.clone();
    let column = |name: &str| header.iter().position(|c| c == name).ok_or("column");
    let (segment, history, spend) = (column("segment")?, column("history")?, column("spend")?);
    // One reading, on the last day of the two weeks that the test ran.
    let mut day = DayReading { day: 14, arms: vec![Default::default(); 3] };
    for record in reader.records() {
        let record = record?;
        let arm = match &record[segment] {
            "No E-Mail" => 0,
            "Mens E-Mail" => 1,
            _ => 2,
        };
        let figures =
            UnitFigures { value: record[spend].parse()?, denominator: 0.0, covariate: record[history].parse()? };
        day.arms[arm].add(figures);
    }
    let near = |ours: f64, theirs: f64| assert!((ours / theirs - 1.0).abs() < 1e-6, "{ours} is not {theirs}");
    let expected = [
        (1, [0.769_827_155_9, 0.145_246_560_2, 0.767_449_667_6, 0.145_215_041_5, 0.643_690_438, 1.977_447_361]),
        (2, [0.424_412_215_9, 0.130_332_858_5, 0.422_707_620_3, 0.130_308_218_7, 0.224_172_787, 1.274_940_895]),
    ];
    for (arm, [lift, se, adjusted, adjusted_se, low, high]) in expected {
        let plain = difference(&day.arms[0], &day.arms[arm], Metric::Mean, false).ok_or("plain")?;
        near(plain.estimate, lift);
        near(plain.standard_error, se);
        let interval = plain.relative.interval(1.959_963_984_540_054);
        near(interval.0.ok_or("low")?, low);
        near(interval.1.ok_or("high")?, high);
        let cuped = difference(&day.arms[0], &day.arms[arm], Metric::Mean, true).ok_or("cuped")?;
        near(cuped.estimate, adjusted);
        near(cuped.standard_error, adjusted_se);
    }
    let design = Design { horizon_days: 14, ..Design::default() };
    let reading = judge_experiment(&design, &[day])?;
    assert!(reading.arms.iter().all(|arm| arm.decision == Decision::Won));
    assert!(reading.srm_p > 0.05, "{}", reading.srm_p);
    Ok(())
}

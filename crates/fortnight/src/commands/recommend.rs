//! `fortnight recommend`: train, ask, export, and evaluate on files.

use std::{
    fs::File,
    io::{BufReader, BufWriter, Read, Write as _},
    path::Path,
    time::Instant,
};

use personalize::{Ask, Look, Looked, Placement, Service, export, train};
use recommend::{evaluate::EvaluateOptions, models::TrainOptions};

use crate::{
    args::{self, RecommendExport, RecommendQuery, RecommendTrain},
    failure::Failure,
    output::{Output, count, row, table},
    wire::Wired,
};

/// Trains, asks, exports.
pub async fn run(wired: &Wired, command: &args::Recommend, out: Output) -> Result<(), Failure> {
    match command {
        args::Recommend::Train(args) => train_model(wired, args, out).await,
        args::Recommend::Query(args) => query(wired, args, out).await,
        args::Recommend::Export(args) => write_export(wired, args, out).await,
        // Chosen before a brand was opened.
        args::Recommend::Evaluate(args) => evaluate(args, out),
    }
}

impl From<personalize::PersonalizeError> for Failure {
    fn from(error: personalize::PersonalizeError) -> Self {
        use personalize::PersonalizeError as E;
        match error {
            E::Store(error) => error.into(),
            E::Lake(error) => error.into(),
            E::Measure(error) => error.into(),
            E::File { .. } | E::Artefact(_) => Failure::fault("io", error.to_string()),
            E::Refused(message) => Failure::input("refused", message),
            E::Rules(_) | E::Model(_) => Failure::input("bad_input", error.to_string()),
        }
    }
}

fn threads(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1)
}

/// `10m`, `90s`, `2h`, or a plain number of work units: a unit is about a second of one core.
fn budget(text: &str) -> Result<u64, Failure> {
    let (number, factor) = match text.trim().char_indices().last() {
        Some((at, 's')) => (&text.trim()[..at], 1),
        Some((at, 'm')) => (&text.trim()[..at], 60),
        Some((at, 'h')) => (&text.trim()[..at], 3_600),
        _ => (text.trim(), 1),
    };
    let number: u64 = number
        .parse()
        .map_err(|_| Failure::input("budget", format!("--budget `{text}` is no time; write 90s, 10m or 2h")))?;
    Ok(number.saturating_mul(factor))
}

async fn train_model(wired: &Wired, args: &RecommendTrain, out: Output) -> Result<(), Failure> {
    let options = train::Options {
        model: args.model.clone(),
        budget: budget(&args.budget)?,
        threads: threads(args.threads),
        activate: !args.keep_active,
    };
    let say = |step: &str| eprintln!("{step} …");
    let report = train::train(&wired.lake, &wired.data, &options, wired.now, &wired.actor, &say).await?;
    out.put(&report, |report| {
        let counts = &report.counts;
        let mut text = format!(
            "Model {} ({}) of {} and {}, {}\n",
            report.version,
            report.model,
            count(counts.orders, "order"),
            count(counts.sessions, "session"),
            count(counts.items, "product"),
        );
        for note in report.gate.notes() {
            text.push_str(&note);
            text.push('\n');
        }
        if let Some(training) = &report.training {
            for choice in training.choices.iter().filter(|choice| !choice.inherits) {
                let (purpose, hits) = (format!("{:?}", choice.purpose), choice.hit_rate * 100.0);
                text.push_str(&format!("{purpose}: {} ({hits:.1} % of {} questions)\n", choice.model, choice.examples));
            }
            if training.truncated {
                text.push_str("truncated: the clock ended the search for options before the budget was spent\n");
            }
        }
        text
    });
    Ok(())
}

async fn query(wired: &Wired, args: &RecommendQuery, out: Output) -> Result<(), Failure> {
    let service = Service::open(wired.store.clone(), &wired.data).await?;
    let intake = wired.intake().await?;
    let usual = match (&args.product, &args.customer) {
        (Some(_), _) => Placement::Product,
        (None, Some(_)) => Placement::Email,
        (None, None) => Placement::Home,
    };
    let placement = match &args.placement {
        Some(word) => word.parse().map_err(|word| {
            let all = Placement::ALL.map(Placement::as_str).join(", ");
            Failure::input("placement", format!("--placement `{word}` is none; choose one of {all}"))
        })?,
        None => usual,
    };
    let ask = Ask {
        placement: Some(placement),
        customer: args.customer.as_deref().map(|key| intake.pseudonym(key)),
        session: args.session.clone(),
        product: args.product.clone(),
        limit: args.limit,
        ..Ask::default()
    };
    let looked = service.look(&ask, &Look { explain: args.explain, ..Look::default() }, wired.now);
    out.put(&looked, shown);
    Ok(())
}

fn shown(looked: &Looked) -> String {
    let answer = &looked.answer;
    let mut text = format!("{} (model {}, rules {})\n", answer.model.name, answer.model.version, answer.rules);
    for note in &answer.notes {
        text.push_str(note);
        text.push('\n');
    }
    let mut rows = vec![row(["", "product", "title", "score", "why"])];
    for item in &answer.items {
        let (position, score) = (item.position.to_string(), format!("{:.4}", item.score));
        rows.push(row([&position, &item.product_id, &*item.title, &score, &item.reason.text]));
    }
    text.push_str(&table(&rows));
    for opinions in &looked.opinions {
        let said = opinions.members.iter().map(|one| match one.rank {
            Some(rank) => format!("{} {:.0} %: rank {rank}", one.model, one.weight * 100.0),
            None => format!("{} {:.0} %: –", one.model, one.weight * 100.0),
        });
        text.push_str(&format!("\n{}: {}", opinions.product_id, said.collect::<Vec<_>>().join("; ")));
    }
    for steps in looked.trace.iter().take(answer.items.len() + 10) {
        text.push_str(&format!("\n{}: {}", steps.product_id, steps.steps.join("; ")));
    }
    text
}

async fn write_export(wired: &Wired, args: &RecommendExport, out: Output) -> Result<(), Failure> {
    let per: export::Per = args
        .per
        .parse()
        .map_err(|word| Failure::input("per", format!("--per `{word}` is none; choose customer or product")))?;
    let service = Service::open(wired.store.clone(), &wired.data).await?;
    let mut file = BufWriter::new(
        File::create(&args.file)
            .map_err(|error| Failure::input("file", format!("{} cannot be written: {error}", args.file.display())))?,
    );
    let top = args.top.clamp(1, 20);
    let rows = export::write(&service, per, top, wired.now, &|key| key.to_owned(), &mut file)?;
    file.flush()?;
    out.put(&serde_json::json!({ "rows": rows, "file": args.file }), |_| {
        format!("{} in {}", count(rows, "row"), args.file.display())
    });
    Ok(())
}

/// Opens a file, also `.gz`.
fn open(path: &Path) -> std::io::Result<Box<dyn Read>> {
    let file = BufReader::new(File::open(path)?);
    Ok(match path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz")) {
        true => Box::new(flate2::read::MultiGzDecoder::new(file)),
        false => Box::new(file),
    })
}

/// The most memory this process ever held, where the system tells.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// Needs no brand: files in, figures out. The test is opened after training has ended.
pub fn evaluate(args: &args::RecommendEvaluate, out: Output) -> Result<(), Failure> {
    if !["next-item", "next-basket"].contains(&args.protocol.as_str()) {
        let message = format!("\"{}\" is no protocol; use next-item or next-basket", args.protocol);
        return Err(Failure::input("protocol", message));
    }
    let training = open(&args.train)
        .map_err(|error| Failure::input("file", format!("{} cannot be read: {error}", args.train.display())))?;
    let options = TrainOptions { threads: threads(args.threads), budget: budget(&args.budget)?, seed: 1 };
    let judged = EvaluateOptions {
        at: args.at,
        min_prefix: args.min_prefix,
        no_repeats: args.no_repeats,
        threads: threads(args.threads),
    };
    let start = Instant::now();
    let clock = move || start.elapsed();
    let probes = recommend::command::Probes {
        clock: &clock,
        peak_bytes: &peak_bytes,
        progress: &|progress| eprintln!("{} ({} of {}) …", progress.step, progress.done, progress.total),
    };
    let open_test = || open(&args.test);
    let failed = |error: String| Failure::input("evaluate", error);
    if args.protocol == "next-basket" {
        let (at, threads) = (judged.at, options.threads);
        let answer = recommend::basket::evaluate_next_basket(training, open_test, &args.model, at, threads, probes)
            .map_err(|error| failed(error.to_string()))?;
        out.put(&answer, |answer| serde_json::to_string_pretty(answer).unwrap_or_default());
        return Ok(());
    }
    let answer = recommend::command::evaluate_next_item(training, open_test, &args.model, &options, &judged, probes)
        .map_err(|error| failed(error.to_string()))?;
    out.put(&answer, |answer| serde_json::to_string_pretty(answer).unwrap_or_default());
    Ok(())
}

//! `fortnight serve`: the pages and the API.

use std::{
    future::Future,
    net::IpAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use domain::InstantMs;
use tokio::net::TcpListener;

use crate::{
    args,
    failure::Failure,
    output,
    wire::{self, Wired},
};

/// How often a demo's clock is read from its store: *Next day ▸* moves it.
const DEMO_CLOCK: Duration = Duration::from_millis(250);

/// How often the judge reads what is due.
const JUDGE_EVERY: Duration = Duration::from_secs(3_600);

/// How long a demo's first page has to itself.
const DEMO_FIRST_PAGE: Duration = Duration::from_secs(5);

/// How often it is asked whether the recommender is to be trained anew.
const TRAIN_LOOK_EVERY: Duration = Duration::from_secs(600);

/// How often the inbox of events is looked after.
const TEND_EVERY: Duration = Duration::from_secs(60);

/// Serves until Ctrl-C or SIGTERM. A folder that holds a demo is served as one.
pub async fn run(wired: Wired, args: &args::Serve) -> Result<(), Failure> {
    let demo = demo::clock(&wired.store).await.map_err(|error| Failure::fault("demo", error.to_string()))?;
    serve(wired, &args.host, args.port, demo, args.clean_up.program.clone()).await
}

/// Serves a brand; `demo` is the demo's morning where it is one.
pub async fn serve(
    wired: Wired,
    host: &str,
    port: u16,
    demo: Option<InstantMs>,
    clean_up: Option<PathBuf>,
) -> Result<(), Failure> {
    let is_loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if demo.is_some() && !is_loopback {
        let message = format!(
            "A demo signs every visitor in as its owner, so it is served on this machine only; `{host}` can be reached \
             from elsewhere. Leave --host out."
        );
        return Err(Failure::input("demo_host", message));
    }
    sprint::library::ensure_built_in(&wired.context()).await?;
    let clock = clock(&wired, demo);
    tokio::spawn(judge(wired.lake.clone(), Arc::clone(&clock), demo.is_some(), clean_up));
    let config = server::Config { demo: demo.is_some(), secure_cookies: false, data_dir: wired.data.clone() };
    let app = server::App::new(wired.store.clone(), wired.lake.clone(), clock, server::system_random(), config);
    tokio::spawn(tend(app.clone()));
    tokio::spawn(recommend(app.clone(), demo.is_some()));
    let listener = TcpListener::bind((host, port)).await.map_err(|error| {
        Failure::input(
            "address",
            format!("{host}:{port} cannot be listened on: {error}; choose another --port, or 0 for a free one"),
        )
    })?;
    let address = listener.local_addr()?;
    let shown =
        if address.ip().is_unspecified() { format!("localhost:{}", address.port()) } else { address.to_string() };
    output::line(&format!("Fortnight serves {} at http://{shown}  (Ctrl-C stops)", wired.brand.name));
    if !is_loopback {
        eprintln!("Plain HTTP: put a proxy with TLS in front of it before anybody signs in from elsewhere.");
    }
    server::serve(listener, app, stopped()?).await?;
    Ok(())
}

/// The judge's day: at the start and each hour it reads what is due and has cleaned up what is off, and once a week it is
/// held against itself. A demo is read when its day moves, so only the check is left to do here. What fails is told, and
/// tried again.
async fn judge(lake: lake::Lake, clock: server::Clock, is_demo: bool, clean_up: Option<PathBuf>) {
    loop {
        if !is_demo {
            match measure::tick(&lake, clock()).await {
                Ok(report) => {
                    for (id, why) in report.failed {
                        eprintln!("Change {id} could not be read: {why}");
                    }
                }
                Err(error) => eprintln!("The ledger could not be read: {error}; it is tried again in an hour."),
            }
        }
        match super::clean::run(lake.store(), clock(), clean_up.as_deref()).await {
            Ok((_, 0)) => {}
            Ok((_, failed)) => {
                eprintln!("{failed} clean-ups outside failed; the ledger says why, and they are tried again.")
            }
            Err(error) => eprintln!("Nothing could be cleaned up: {error}; it is tried again in an hour."),
        }
        if let Err(error) = measure::self_check_if_due(&lake, clock()).await {
            eprintln!("The judge could not be checked: {error}; it is tried again in an hour.");
        }
        tokio::time::sleep(JUDGE_EVERY).await;
    }
}

/// The recommender is opened, so that it hears of events from the beginning, and trained anew each night and where there
/// is none. What fails is told, and tried again; the model before goes on serving.
async fn recommend(app: server::App, is_demo: bool) {
    if is_demo {
        // After the demo's first page, which neither waits for it nor shares its cores with it.
        tokio::time::sleep(DEMO_FIRST_PAGE).await;
        if let Err(error) = demo::recommendations(app.lake(), &app.config().data_dir, app.now()).await {
            eprintln!("The demo's recommendations could not be made: {error}");
        }
    }
    loop {
        let trained = async {
            let service = app.recommendations().await.map_err(|problem| problem.message)?;
            personalize::train::nightly(service, app.lake(), app.now()).await.map_err(|error| error.to_string())
        };
        if let Err(why) = trained.await {
            eprintln!("The recommender could not be trained: {why}; it is tried again in ten minutes.");
        }
        tokio::time::sleep(TRAIN_LOOK_EVERY).await;
    }
}

/// Live events move from the inbox into the lake, and message ids too old to come again are forgotten.
async fn tend(app: server::App) {
    loop {
        tokio::time::sleep(TEND_EVERY).await;
        let tended = async { intake::tend(&app.live().await?.intake, app.now()).await };
        if let Err(error) = tended.await {
            eprintln!("The inbox could not be emptied: {error}; it is tried again in a minute.");
        }
    }
}

/// The system's clock; with `--now` one that starts there; in a demo the demo's morning.
fn clock(wired: &Wired, demo: Option<InstantMs>) -> server::Clock {
    if let Some(morning) = demo {
        let shared = Arc::new(AtomicI64::new(morning.0));
        let (told, store) = (Arc::clone(&shared), wired.store.clone());
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(DEMO_CLOCK).await;
                if let Ok(Some(morning)) = demo::clock(&store).await {
                    told.store(morning.0, Ordering::Relaxed);
                }
            }
        });
        return Arc::new(move || InstantMs(shared.load(Ordering::Relaxed)));
    }
    if wired.now_is_fixed {
        let (from, start) = (wired.now, Instant::now());
        return Arc::new(move || InstantMs(from.0 + i64::try_from(start.elapsed().as_millis()).unwrap_or(0)));
    }
    Arc::new(wire::system_now)
}

/// Ends on Ctrl-C or SIGTERM; listened for before the address is printed.
fn stopped() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}

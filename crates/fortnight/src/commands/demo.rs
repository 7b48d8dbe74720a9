//! `fortnight demo`: a brand out of the simulator, filled through the real importers and use cases.

use std::path::PathBuf;

use domain::Day;

use super::serve;
use crate::{
    args::{self, Global},
    failure::Failure,
    output::{Output, paragraph},
    wire,
};

/// Fills and serves, or plays one sprint with `--headless`.
pub async fn run(global: &Global, args: &args::Demo, out: Output) -> Result<(), Failure> {
    let folder = Folder::of(args)?;
    let global = Global { data: folder.path.clone(), store: None, lake: None, ..global.clone() };
    let mut wired = wire::open(&global).await?;
    let say = |step: &str| eprintln!("{step} …");
    let today = wired.now.day_in(&wired.zone);
    if args.headless {
        let played = demo::play(&wired.store, &wired.lake, &wired.data, (args.seed, false), today, &say).await;
        let played = played.map_err(failed)?;
        out.put(&played, summary);
        return Ok(());
    }
    let morning = match demo::clock(&wired.store).await.map_err(failed)? {
        Some(morning) => morning,
        None => {
            let filled = demo::fill(&wired.store, &wired.lake, &wired.data, args.seed, today, &say).await;
            let filled = filled.map_err(failed)?;
            if args.fill_only {
                out.put(&filled, |filled| {
                    let sprints = filled.sprints;
                    format!("{sprints} sprints in {}; its day is {}.", folder.path.display(), filled.today)
                });
                return Ok(());
            }
            demo::clock(&wired.store).await.map_err(failed)?.unwrap_or(wired.now)
        }
    };
    if args.fill_only {
        out.say(&format!("{} holds a demo already.", folder.path.display()));
        return Ok(());
    }
    wired.brand = store::brand::get_or_default(&wired.store).await?;
    let served = serve::serve(wired, &args.host, args.port, Some(morning), None).await;
    drop(folder);
    served
}

fn failed(error: demo::DemoError) -> Failure {
    match error {
        demo::DemoError::Refused(message) => Failure::input("refused", message),
        demo::DemoError::Sprint(error) => error.into(),
        demo::DemoError::Intake(error) => error.into(),
        demo::DemoError::Measure(error) => error.into(),
        demo::DemoError::Store(error) => error.into(),
        demo::DemoError::Io(error) => error.into(),
    }
}

fn summary(played: &demo::Played) -> String {
    let Day(from) = played.days.from;
    let mut text = format!("Seed {}: a sprint from {from} to {}\n", played.seed, played.days.to);
    text.push_str(&format!(
        "{} concepts, {} launched, {} drafts approved, {} review lines asked for an action\n",
        played.concepts, played.launched, played.drafts, played.review_actions
    ));
    text.push_str(&paragraph("", "", &played.headline));
    text.push_str(&format!("{} action items enter the next brief.\n", played.carried_actions));
    text
}

/// The demo's folder: the one somebody keeps, or a temporary one that goes with the process.
struct Folder {
    path: PathBuf,
    is_temporary: bool,
}

impl Folder {
    fn of(args: &args::Demo) -> Result<Folder, Failure> {
        if let Some(path) = &args.keep {
            return Ok(Folder { path: path.clone(), is_temporary: false });
        }
        let path = std::env::temp_dir().join(format!("fortnight-demo-{}", std::process::id()));
        std::fs::create_dir(&path)?;
        Ok(Folder { path, is_temporary: true })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_temporary {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

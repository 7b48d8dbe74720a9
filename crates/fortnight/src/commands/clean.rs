//! Cleaning up outside after a change went off: a program of the brand's, told one task at a time.

use std::{
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use domain::InstantMs;
use measure::Task;
use serde_json::json;
use store::Store;

/// A program that takes longer than this for one task is ended, and the task is tried again.
const LONGEST: Duration = Duration::from_secs(120);

/// The end of what a failing program said, in bytes.
const SAID: usize = 300;

/// Does the open tasks with `program`: each is one run with the task as JSON on its input; exit 0 is done, anything else is
/// noted and tried again next time. It may run any number of times for one task. Returns done and failed; without a
/// program nothing is done, and the tasks stay listed.
///
/// # Errors
/// The database refused.
pub async fn run(store: &Store, at: InstantMs, program: Option<&Path>) -> Result<(u64, u64), measure::MeasureError> {
    let Some(program) = program else { return Ok((0, 0)) };
    measure::run_outbox(store, at, |task| {
        let program: PathBuf = program.to_owned();
        async move {
            let work = tokio::task::spawn_blocking(move || one(&program, &task));
            work.await.map_err(|error| error.to_string())?
        }
    })
    .await
}

fn one(program: &Path, task: &Task) -> Result<(), String> {
    let told = json!({ "change": task.change, "target": task.target, "text": task.text, "attempts": task.attempts });
    let named = |error: std::io::Error| format!("{}: {error}", program.display());
    let mut child = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(named)?;
    if let Some(mut input) = child.stdin.take() {
        // A program that does not read is no error.
        let _ = writeln!(input, "{told}");
    }
    let errors = child.stderr.take();
    let listener = std::thread::spawn(move || {
        let mut said = Vec::new();
        let _ = errors.map(|mut errors| errors.read_to_end(&mut said));
        said
    });
    let start = Instant::now();
    let status = loop {
        match child.try_wait().map_err(named)? {
            Some(status) => break status,
            None if start.elapsed() > LONGEST => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("{} took longer than {} s", program.display(), LONGEST.as_secs()));
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    if status.success() {
        return Ok(());
    }
    let said = listener.join().unwrap_or_default();
    let said = String::from_utf8_lossy(&said[said.len().saturating_sub(SAID)..]).trim().replace('\n', " ");
    Err(format!("{} ended with {status}. {said}", program.display()).trim().to_owned())
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt as _;

    use domain::ChangeId;

    use super::*;

    fn script(folder: &tempfile::TempDir, text: &str) -> PathBuf {
        let path = folder.path().join("clean");
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[tokio::test]
    async fn a_task_is_done_once_its_program_says_so_and_a_failure_is_tried_again() {
        for store in store::testing::stores().await {
            let folder = tempfile::tempdir().unwrap();
            let id = ChangeId::derive(InstantMs(1), &["c"]);
            let mut tx = store.begin().await.unwrap();
            store::measure_tasks::add(&mut tx, id, "shop: texts", "machine", "Put back", InstantMs(1)).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(run(&store, InstantMs(2), None).await.unwrap(), (0, 0), "nothing is set up");
            let fails = script(&folder, "echo 'shop is closed' >&2; exit 3");
            assert_eq!(run(&store, InstantMs(2), Some(&fails)).await.unwrap(), (0, 1));
            let open = measure::open_clean_up(&store).await.unwrap();
            assert!(open[0].last_error.as_deref().unwrap().contains("shop is closed"), "{open:?}");
            let heard = folder.path().join("heard");
            let works = script(&folder, &format!("cat > {}", heard.display()));
            assert_eq!(run(&store, InstantMs(3), Some(&works)).await.unwrap(), (1, 0));
            let told: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(heard).unwrap()).unwrap();
            assert_eq!((told["target"].as_str(), told["attempts"].as_i64()), (Some("shop: texts"), Some(1)));
            assert_eq!(run(&store, InstantMs(4), Some(&works)).await.unwrap(), (0, 0), "done is done");
            assert!(measure::open_clean_up(&store).await.unwrap().is_empty());
            let missing = run(&store, InstantMs(5), Some(Path::new("/no/such/program"))).await.unwrap();
            assert_eq!(missing, (0, 0));
        }
    }
}

//! What is left to do outside after a change went off: instructions that a person confirms, and clean-up by machine
//! that may run any number of times.

use domain::{ChangeId, InstantMs};
use store::{
    Store, Tx,
    measure_tasks::{self as tasks, Task},
};

use crate::MeasureError;

/// Instructions to people that nobody has confirmed, oldest first.
///
/// # Errors
/// The database refused.
pub async fn open_instructions(store: &Store) -> Result<Vec<Task>, MeasureError> {
    Ok(tasks::open(store).await?.into_iter().filter(|task| task.kind == "person").collect())
}

/// Clean-up by machine that is not done, oldest first.
///
/// # Errors
/// The database refused.
pub async fn open_clean_up(store: &Store) -> Result<Vec<Task>, MeasureError> {
    Ok(tasks::open(store).await?.into_iter().filter(|task| task.kind == "machine").collect())
}

/// Somebody did what an instruction says. Returns false when it was confirmed before.
///
/// # Errors
/// The database refused.
pub async fn confirm(
    tx: &mut Tx,
    change: ChangeId,
    target: &str,
    at: InstantMs,
    by: &str,
) -> Result<bool, MeasureError> {
    Ok(tasks::done(tx, change, target, at, by).await?)
}

/// Carries out the machine's open tasks with `clean`, which must be idempotent: after a crash between its work and the
/// note that it is done it runs again. A failure is noted and tried again next time. Returns done and failed.
///
/// # Errors
/// The database refused.
pub async fn run_outbox<F, Done>(store: &Store, at: InstantMs, clean: F) -> Result<(u64, u64), MeasureError>
where
    F: Fn(Task) -> Done,
    Done: Future<Output = Result<(), String>>,
{
    let (mut done, mut failed) = (0, 0);
    for task in tasks::open(store).await?.into_iter().filter(|task| task.kind == "machine") {
        let (change, target) = (task.change, task.target.clone());
        let outcome = clean(task).await;
        let mut tx = store.begin().await?;
        match outcome {
            Ok(()) => done += u64::from(tasks::done(&mut tx, change, &target, at, "fortnight").await?),
            Err(error) => {
                tasks::failed(&mut tx, change, &target, &error).await?;
                failed += 1;
            }
        }
        tx.commit().await?;
    }
    Ok((done, failed))
}

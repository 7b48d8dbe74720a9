//! Sums over many rows on several threads, the same to the last bit on any number of them.

/// Rows summed by one task. Fixed, so that the order of additions does not depend on the machine.
const CHUNK: usize = 4096;

/// Runs `task` on each run of rows and gives the answers in order.
pub(super) fn by_chunk<T: Sync, R: Send>(rows: &[T], task: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    let chunks: Vec<&[T]> = rows.chunks(CHUNK).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(chunks.len() / 4);
    if threads <= 1 {
        return chunks.into_iter().map(task).collect();
    }
    let share = chunks.len().div_ceil(threads);
    let task = &task;
    std::thread::scope(|scope| {
        let workers: Vec<_> = chunks
            .chunks(share)
            .map(|mine| scope.spawn(move || mine.iter().map(|chunk| task(chunk)).collect::<Vec<R>>()))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

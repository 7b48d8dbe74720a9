//! Work over a range by threads, with a result that does not depend on how many there are.

use std::{
    ops::Range,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Cuts `0..count` into many ranges, lets `threads` threads work on them, and answers the results in order of the ranges.
/// The cut does not depend on `threads`.
pub fn chunks<T: Send>(count: usize, threads: usize, work: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    let chunk = count.div_ceil(64).max(1);
    let pieces = count.div_ceil(chunk);
    let next = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        loop {
            let piece = next.fetch_add(1, Ordering::Relaxed);
            if piece >= pieces {
                return done;
            }
            done.push((piece, work(piece * chunk..((piece + 1) * chunk).min(count))));
        }
    };
    let mut results: Vec<(usize, T)> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.clamp(1, pieces.max(1))).map(|_| scope.spawn(run)).collect();
        let mut all = run();
        for other in others {
            match other.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    results.sort_by_key(|&(piece, _)| piece);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn in_order_whatever_the_threads() {
        for (count, threads) in [(0, 1), (1, 4), (1000, 1), (1000, 3)] {
            let all: Vec<usize> = super::chunks(count, threads, |range| range.collect::<Vec<_>>()).concat();
            assert_eq!(all, (0..count).collect::<Vec<_>>());
        }
    }
}

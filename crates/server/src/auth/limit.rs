//! Slows guessing down: a handful of failed sign-ins per address and per name, then a wait.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use tokio::time::Instant;

/// Failures that are forgiven.
const FREE: u32 = 5;
/// How long failures are remembered.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Keys that are remembered at most, so that guessing names does not fill memory.
const MAX_KEYS: usize = 50_000;

/// Counts failures by key. In memory on purpose: a restart forgives.
#[derive(Default)]
pub struct Limiter {
    failures: Mutex<HashMap<String, (u32, Instant)>>,
}

impl Limiter {
    /// Whether another attempt may be made; otherwise how long to wait.
    pub fn check(&self, key: &str) -> Result<(), Duration> {
        let failures = self.failures.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match failures.get(key) {
            Some((count, since)) if *count >= FREE && since.elapsed() < WINDOW => Err(WINDOW - since.elapsed()),
            _ => Ok(()),
        }
    }

    /// Counts a failure.
    pub fn failed(&self, key: &str) {
        let mut failures = self.failures.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if failures.len() >= MAX_KEYS {
            failures.retain(|_, (_, since)| since.elapsed() < WINDOW);
            if failures.len() >= MAX_KEYS {
                failures.clear();
            }
        }
        let entry = failures.entry(key.to_owned()).or_insert((0, Instant::now()));
        if entry.1.elapsed() >= WINDOW {
            *entry = (0, Instant::now());
        }
        entry.0 += 1;
    }

    /// Forgets the failures of a key.
    pub fn succeeded(&self, key: &str) {
        self.failures.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_sixth_guess_waits_and_is_forgiven_later() {
        let limiter = Limiter::default();
        for _ in 0..FREE {
            assert!(limiter.check("ann").is_ok());
            limiter.failed("ann");
        }
        assert!(limiter.check("ann").is_err());
        assert!(limiter.check("bob").is_ok());
        tokio::time::advance(WINDOW).await;
        assert!(limiter.check("ann").is_ok());
    }
}

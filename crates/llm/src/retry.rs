//! Waiting and trying again.

use std::time::Duration;

use async_trait::async_trait;

/// Time as the drafter needs it; handed in, so that tests take none.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Waits.
    async fn sleep(&self, duration: Duration);
    /// Milliseconds since some fixed moment; only differences are used.
    fn now_ms(&self) -> u64;
}

/// The runtime's own monotonic time.
#[derive(Debug, Clone, Copy)]
pub struct TokioClock(tokio::time::Instant);

impl Default for TokioClock {
    fn default() -> Self {
        TokioClock(tokio::time::Instant::now())
    }
}

#[async_trait]
impl Clock for TokioClock {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
    fn now_ms(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// How often and how long: exponential with full jitter above a half (Brooker, "Exponential backoff and jitter", 2015).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Attempts in all.
    pub attempts: u32,
    /// First wait at most.
    pub base: Duration,
    /// Longest wait of our own choosing.
    pub longest: Duration,
    /// A provider that asks for a longer wait than this is not waited for.
    pub patience: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Backoff {
            attempts: 4,
            base: Duration::from_millis(500),
            longest: Duration::from_secs(20),
            patience: Duration::from_secs(90),
        }
    }
}

impl Backoff {
    /// The wait after a failed attempt (from 1). `None`: give up. What the provider asks for is the least.
    pub fn wait(&self, attempt: u32, retry_after: Option<Duration>, seed: u64) -> Option<Duration> {
        if attempt >= self.attempts || retry_after.is_some_and(|asked| asked > self.patience) {
            return None;
        }
        let most = self.base.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(self.longest);
        let bytes = blake3::hash(format!("{seed} {attempt}").as_bytes());
        let share = f64::from(u16::from_le_bytes([bytes.as_bytes()[0], bytes.as_bytes()[1]])) / f64::from(u16::MAX);
        let own = most.mul_f64(0.5 + share / 2.0);
        Some(own.max(retry_after.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_follow_the_provider() {
        let backoff = Backoff::default();
        let ms = |attempt, asked: Option<u64>| {
            backoff.wait(attempt, asked.map(Duration::from_millis), 7).map(|wait| wait.as_millis() as u64)
        };
        for (attempt, most) in [(1, 500), (2, 1_000), (3, 2_000)] {
            let wait = ms(attempt, None).unwrap_or(0);
            assert!((most / 2..=most).contains(&wait), "{attempt}: {wait}");
        }
        assert_eq!(ms(1, Some(7_000)), Some(7_000));
        assert_eq!(ms(4, None), None);
        assert_eq!(ms(1, Some(120_000)), None);
        assert_eq!(ms(2, None), ms(2, None), "the seed decides");
    }
}

//! What every handler is given.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use domain::InstantMs;
use intake::Listener;
use lake::Lake;
use store::Store;
use tokio::sync::OnceCell;

use crate::{
    auth::{limit::Limiter, storefront::Remembered},
    live::Live,
    metrics::Metrics,
    recommendations::Recommendations,
};

/// Tells the time. Only the binary knows the real one; tests and the demo hand in their own.
pub type Clock = Arc<dyn Fn() -> InstantMs + Send + Sync>;

/// Fills bytes that nobody can guess (tokens, salts). Handed in for the same reason as the clock.
pub type Random = Arc<dyn Fn() -> [u8; 32] + Send + Sync>;

/// How this server is run.
#[derive(Clone)]
pub struct Config {
    /// Serve a demo: visitors are signed in as its owner and the demo bar is shown. Refused off loopback by the binary.
    pub demo: bool,
    /// Cookies are sent over TLS only.
    pub secure_cookies: bool,
    /// Folder for uploads and rejects.
    pub data_dir: std::path::PathBuf,
}

/// The server's state; cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    lake: Lake,
    clock: Clock,
    random: Random,
    config: Config,
    has_users: AtomicBool,
    limiter: Limiter,
    metrics: Metrics,
    storefront: Remembered,
    live: OnceCell<Live>,
    listeners: Mutex<Vec<Listener>>,
    recommendations: Recommendations,
}

impl App {
    /// Puts the state together.
    pub fn new(store: Store, lake: Lake, clock: Clock, random: Random, config: Config) -> App {
        let recommendations = Recommendations::default();
        let inner = Inner {
            store,
            lake,
            clock,
            random,
            config,
            has_users: AtomicBool::new(false),
            limiter: Limiter::default(),
            metrics: Metrics::default(),
            storefront: Remembered::default(),
            live: OnceCell::new(),
            listeners: Mutex::new(vec![recommendations.listener()]),
            recommendations,
        };
        App { inner: Arc::new(inner) }
    }

    /// Durable state.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// History.
    pub fn lake(&self) -> &Lake {
        &self.inner.lake
    }

    /// The time.
    pub fn now(&self) -> InstantMs {
        (self.inner.clock)()
    }

    /// A token of 64 hex characters that nobody can guess.
    pub fn token(&self) -> String {
        crate::auth::secret::hex(&(self.inner.random)())
    }

    /// 32 bytes that nobody can guess.
    pub fn random(&self) -> [u8; 32] {
        (self.inner.random)()
    }

    /// Whom to ask for the time.
    pub fn clock(&self) -> Clock {
        Arc::clone(&self.inner.clock)
    }

    /// The storefront's public key as it was last read.
    pub(crate) fn storefront(&self) -> &Remembered {
        &self.inner.storefront
    }

    /// Somebody who hears of every live event right after it became durable. Told before the first event comes.
    pub fn listen(&self, listener: Listener) {
        self.inner.listeners.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(listener);
    }

    /// The intake of live events; started with the first use.
    ///
    /// # Errors
    /// The database refused.
    pub async fn live(&self) -> Result<&Live, intake::IntakeError> {
        let listeners = || self.inner.listeners.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        self.inner.live.get_or_try_init(|| Live::start(self, listeners())).await
    }

    /// The recommendation service; opened with the first use.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn recommendations(&self) -> Result<&personalize::Service, crate::problem::Problem> {
        self.inner.recommendations.service(self).await
    }

    /// The recommendation service where it is open.
    pub fn opened_recommendations(&self) -> Option<&personalize::Service> {
        self.inner.recommendations.opened()
    }

    /// How this server is run.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// Attempts to sign in, counted.
    pub fn limiter(&self) -> &Limiter {
        &self.inner.limiter
    }

    /// Counters for `/metrics`.
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// Whether anybody can sign in yet. Once true it stays true, so the answer is remembered.
    ///
    /// # Errors
    /// The database refused.
    pub async fn has_users(&self) -> Result<bool, store::StoreError> {
        if self.inner.has_users.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let any = store::users::any(self.store()).await?;
        self.inner.has_users.store(any, Ordering::Relaxed);
        Ok(any)
    }
}

/// Randomness of the operating system, for the binary to hand in.
///
/// # Panics
/// The operating system has no randomness; then nothing here may run.
pub fn system_random() -> Random {
    use rand::TryRng as _;
    Arc::new(|| {
        let mut bytes = [0; 32];
        rand::rngs::SysRng.try_fill_bytes(&mut bytes).expect("the operating system gives randomness");
        bytes
    })
}

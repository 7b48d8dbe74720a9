//! What can go wrong when a model is asked, in words a user can act on.

use std::time::Duration;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LlmError {
    /// The provider needs a key and none was given.
    #[error("No API key for {provider}. Add it under Settings, or use Copy prompt and Paste answer.")]
    NoKey {
        /// Provider.
        provider: String,
    },
    /// The settings cannot be used.
    #[error("The model settings cannot be used: {reason}.")]
    Config {
        /// What is wrong.
        reason: String,
    },
    /// The key was not accepted.
    #[error("{model} did not accept the API key (HTTP {status}). Check it under Settings.")]
    KeyRefused {
        /// Model.
        model: String,
        /// HTTP status.
        status: u16,
    },
    /// The provider refused the request for what it says, or does not know the model.
    #[error("{model} refused the request: {reason}.")]
    Refused {
        /// Model.
        model: String,
        /// The provider's words, shortened.
        reason: String,
    },
    /// Too many requests; tried again without success.
    #[error("{model} is rate limited. {}", wait_words(.retry_after))]
    RateLimited {
        /// Model.
        model: String,
        /// How long the provider asks to wait.
        retry_after: Option<Duration>,
    },
    /// The provider has a fault; tried again without success.
    #[error("{model} is not available at the moment ({reason}). Try again later.")]
    Unavailable {
        /// Model.
        model: String,
        /// What was seen.
        reason: String,
    },
    /// No connection.
    #[error("{model} cannot be reached: {reason}. Check the address under Settings and the network.")]
    Unreachable {
        /// Model.
        model: String,
        /// What was seen.
        reason: String,
    },
    /// No complete answer in time.
    #[error("{model} gave no complete answer within {} s.", .after.as_secs_f64())]
    TimedOut {
        /// Model.
        model: String,
        /// The time allowed.
        after: Duration,
    },
    /// The call could go over the spend ceiling, so it was not made.
    #[error(
        "Not asked: {spent} of {ceiling} is spent, and this call could cost {next}. Raise the ceiling under Settings, or use Paste answer."
    )]
    OverBudget {
        /// Spent so far, with unit.
        spent: String,
        /// The ceiling, with unit.
        ceiling: String,
        /// What the call could cost at most, with unit.
        next: String,
    },
    /// The answer is not what was asked for, also after it was sent back once.
    #[error("{model} did not answer in the form asked for: {}.", .errors.join("; "))]
    InvalidAnswer {
        /// Model.
        model: String,
        /// What does not hold, at most five.
        errors: Vec<String>,
        /// The last answer, for a person to look at.
        text: String,
    },
}

fn wait_words(retry_after: &Option<Duration>) -> String {
    match retry_after {
        Some(wait) => format!("It asks to wait {} s.", wait.as_secs_f64().ceil()),
        None => "Try again in a minute.".to_owned(),
    }
}

impl LlmError {
    /// Whether asking again may help.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            LlmError::RateLimited { .. }
                | LlmError::Unavailable { .. }
                | LlmError::Unreachable { .. }
                | LlmError::TimedOut { .. }
        )
    }

    /// How long the provider asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            LlmError::RateLimited { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// A short stable name, for logs and the API.
    pub fn code(&self) -> &'static str {
        match self {
            LlmError::NoKey { .. } => "llm_no_key",
            LlmError::Config { .. } => "llm_config",
            LlmError::KeyRefused { .. } => "llm_key_refused",
            LlmError::Refused { .. } => "llm_refused",
            LlmError::RateLimited { .. } => "llm_rate_limited",
            LlmError::Unavailable { .. } => "llm_unavailable",
            LlmError::Unreachable { .. } => "llm_unreachable",
            LlmError::TimedOut { .. } => "llm_timed_out",
            LlmError::OverBudget { .. } => "llm_over_budget",
            LlmError::InvalidAnswer { .. } => "llm_invalid_answer",
        }
    }
}

//! The spend ceiling. A call that could go over it is not made.

use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use crate::error::LlmError;

/// What may be spent; `None` is without limit. A model without a known price counts by tokens only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ceiling {
    /// Millionths of a US dollar.
    pub micro_usd: Option<u64>,
    /// Tokens, prompt and answer together.
    pub tokens: Option<u64>,
}

impl Default for Ceiling {
    /// $5 and two million tokens.
    fn default() -> Self {
        Ceiling { micro_usd: Some(5_000_000), tokens: Some(2_000_000) }
    }
}

/// What has been spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spent {
    /// Millionths of a US dollar.
    pub micro_usd: u64,
    /// Tokens.
    pub tokens: u64,
}

/// A ceiling with what is spent of it, shared by all calls of a brand. The caller fills in what earlier days spent and
/// stores what is spent now.
#[derive(Debug, Clone, Default)]
pub struct Budget {
    ceiling: Ceiling,
    /// Spent and reserved.
    state: Arc<Mutex<Spent>>,
}

impl Budget {
    /// A budget of which some is spent already.
    pub fn new(ceiling: Ceiling, spent: Spent) -> Budget {
        Budget { ceiling, state: Arc::new(Mutex::new(spent)) }
    }

    /// Without limit.
    pub fn unlimited() -> Budget {
        Budget::new(Ceiling { micro_usd: None, tokens: None }, Spent::default())
    }

    /// What is spent, calls under way at their most.
    pub fn spent(&self) -> Spent {
        self.state.lock().map(|state| *state).unwrap_or_default()
    }

    /// Sets aside what a call could cost at most, so that calls side by side cannot go over together. What is not
    /// settled is given back when the reservation is dropped (the call was cancelled or failed).
    pub(crate) fn reserve(&self, most: Spent, has_price: bool) -> Result<Reservation, LlmError> {
        let Ok(mut state) = self.state.lock() else {
            return Err(LlmError::Config { reason: "the budget is broken by an earlier fault; restart".to_owned() });
        };
        if let Some(ceiling) =
            self.ceiling.micro_usd.filter(|ceiling| has_price && state.micro_usd + most.micro_usd > *ceiling)
        {
            let (spent, ceiling, next) = (usd(state.micro_usd), usd(ceiling), usd(most.micro_usd));
            return Err(LlmError::OverBudget { spent, ceiling, next });
        }
        if let Some(ceiling) = self.ceiling.tokens.filter(|ceiling| state.tokens + most.tokens > *ceiling) {
            let tokens = |count: u64| format!("{} tokens", domain::group_thousands(count));
            let (spent, ceiling, next) = (tokens(state.tokens), tokens(ceiling), tokens(most.tokens));
            return Err(LlmError::OverBudget { spent, ceiling, next });
        }
        state.micro_usd += most.micro_usd;
        state.tokens += most.tokens;
        Ok(Reservation { state: Arc::clone(&self.state), held: most, real: Spent::default() })
    }
}

fn usd(micro: u64) -> String {
    format!("${}.{:04}", micro / 1_000_000, micro % 1_000_000 / 100)
}

/// Budget set aside for a call.
pub(crate) struct Reservation {
    state: Arc<Mutex<Spent>>,
    held: Spent,
    real: Spent,
}

impl Reservation {
    /// What the call did cost.
    pub(crate) fn settle(mut self, real: Spent) {
        self.real = real;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if let Ok(mut state) = self.state.lock() {
            state.micro_usd = state.micro_usd.saturating_sub(self.held.micro_usd) + self.real.micro_usd;
            state.tokens = state.tokens.saturating_sub(self.held.tokens) + self.real.tokens;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_side_by_side_cannot_go_over() {
        let ceiling = Ceiling { micro_usd: Some(1_000), tokens: Some(10_000) };
        let budget = Budget::new(ceiling, Spent { micro_usd: 300, tokens: 0 });
        let most = Spent { micro_usd: 400, tokens: 1_000 };
        let first = budget.reserve(most, true).ok();
        assert!(budget.reserve(most, true).is_err());
        first.into_iter().for_each(|reservation| reservation.settle(Spent { micro_usd: 50, tokens: 500 }));
        assert_eq!(budget.spent(), Spent { micro_usd: 350, tokens: 500 });
        drop(budget.reserve(most, true));
        assert_eq!(budget.spent(), Spent { micro_usd: 350, tokens: 500 }, "a cancelled call costs nothing here");
        assert!(budget.reserve(Spent { micro_usd: 9_000, tokens: 1 }, false).is_ok(), "unknown price: by tokens only");
        assert!(budget.reserve(Spent { micro_usd: 0, tokens: 20_000 }, false).is_err());
    }
}

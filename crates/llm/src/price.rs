//! What tokens cost. List prices, written down by us with their date; settings may override them.

use serde::{Deserialize, Serialize};

/// The day the built-in prices were written down.
pub const PRICES_AS_OF: &str = "2025-11-01";

/// Price of a model, in millionths of a US dollar for a million tokens (so 150,000 is $0.15).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Beginning of the model's name.
    pub model: String,
    /// A million prompt tokens.
    pub prompt_micro_usd: u64,
    /// A million answer tokens.
    pub answer_micro_usd: u64,
}

/// Beginnings of model names and their list prices in US cents for a million tokens: prompt, answer.
const LIST: [(&str, u64, u64); 22] = [
    ("gpt-4o-mini", 15, 60),
    ("gpt-4o", 250, 1_000),
    ("gpt-4.1-nano", 10, 40),
    ("gpt-4.1-mini", 40, 160),
    ("gpt-4.1", 200, 800),
    ("gpt-5-nano", 5, 40),
    ("gpt-5-mini", 25, 200),
    ("gpt-5", 125, 1_000),
    ("o4-mini", 110, 440),
    ("claude-3-5-haiku", 80, 400),
    ("claude-3-7-sonnet", 300, 1_500),
    ("claude-haiku-4-5", 100, 500),
    ("claude-sonnet-4", 300, 1_500),
    ("claude-opus-4", 1_500, 7_500),
    ("gemini-2.0-flash-lite", 8, 30),
    ("gemini-2.0-flash", 10, 40),
    ("gemini-2.5-flash-lite", 10, 40),
    ("gemini-2.5-flash", 30, 250),
    ("gemini-2.5-pro", 125, 1_000),
    ("mistral-small", 10, 30),
    ("mistral-large", 200, 600),
    ("deepseek-chat", 28, 42),
];

/// The prices in force: overrides before the built-in list, the longest matching name first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    /// Prices from the settings.
    pub overrides: Vec<Price>,
}

impl Prices {
    /// The price of a model, if it is known.
    pub fn of(&self, model: &str) -> Option<Price> {
        let longest = |prices: Vec<Price>| {
            prices.into_iter().filter(|price| model.starts_with(&price.model)).max_by_key(|price| price.model.len())
        };
        longest(self.overrides.clone()).or_else(|| {
            let list = LIST.iter().map(|(name, prompt, answer)| Price {
                model: (*name).to_owned(),
                prompt_micro_usd: prompt * 10_000,
                answer_micro_usd: answer * 10_000,
            });
            longest(list.collect())
        })
    }
}

impl Price {
    /// Cost of a call in millionths of a US dollar, rounded up.
    pub fn cost_micro_usd(&self, prompt_tokens: u64, answer_tokens: u64) -> u64 {
        let exact = u128::from(prompt_tokens) * u128::from(self.prompt_micro_usd)
            + u128::from(answer_tokens) * u128::from(self.answer_micro_usd);
        u64::try_from(exact.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_and_the_override_win() {
        let mut prices = Prices::default();
        let cost =
            |prices: &Prices, model: &str| prices.of(model).map(|price| price.cost_micro_usd(1_000_000, 100_000));
        assert_eq!(cost(&prices, "gpt-4o-mini-2024-07-18"), Some(150_000 + 60_000));
        assert_eq!(cost(&prices, "gpt-4o-2024-08-06"), Some(2_500_000 + 1_000_000));
        assert_eq!(cost(&prices, "somebody-7b"), None);
        prices.overrides.push(Price { model: "somebody".into(), prompt_micro_usd: 1, answer_micro_usd: 1 });
        assert_eq!(prices.of("somebody-7b").map(|price| price.cost_micro_usd(1, 0)), Some(1), "rounded up");
    }
}

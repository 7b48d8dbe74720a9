//! Language models behind one trait: retries, budget, cache, structured output.
//!
//! - [`connect`] makes a [`Model`] out of [`ModelConfig`]: OpenAI-compatible servers, Anthropic, Gemini, Ollama.
//! - [`Drafter`] puts retries (honouring `retry-after`), a spend ceiling, a cache, validation by JSON schema and one
//!   repair round around it.
//! - [`ScriptedModel`] is for tests.
//!
//! **Architecture invariant:** no vendor is named outside `provider` and `connect`; time, cache and budget are handed in.
//! **API boundary:** what a prompt says is none of this crate's business; `writer` makes prompts, and reads answers.

mod budget;
mod cache;
mod connect;
mod drafter;
mod error;
mod model;
mod price;
mod provider;
mod retry;
mod scripted;
mod validate;

pub use budget::{Budget, Ceiling, Spent};
pub use cache::{AnswerCache, MemoryCache, NoCache, digest};
pub use connect::{ModelConfig, Provider, connect};
pub use drafter::{Drafted, Drafter};
pub use error::LlmError;
pub use model::{Answer, Model, Request, Usage};
pub use price::{PRICES_AS_OF, Price, Prices};
pub use retry::{Backoff, Clock, TokioClock};
pub use scripted::ScriptedModel;

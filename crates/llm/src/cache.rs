//! Answers kept by what was asked, so that the same question is paid for once.

use std::{collections::HashMap, sync::Mutex};

use async_trait::async_trait;

use crate::model::{Answer, Request};

/// Where answers are kept. The store hands one in; a fault there is a miss, never an error of a draft.
#[async_trait]
pub trait AnswerCache: Send + Sync {
    /// The answer kept under a digest.
    async fn get(&self, digest: &str) -> Option<Answer>;
    /// Keeps a valid answer.
    async fn put(&self, digest: &str, answer: &Answer);
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCache;

#[async_trait]
impl AnswerCache for NoCache {
    async fn get(&self, _digest: &str) -> Option<Answer> {
        None
    }
    async fn put(&self, _digest: &str, _answer: &Answer) {}
}

/// Keeps answers as long as it lives.
#[derive(Debug, Default)]
pub struct MemoryCache(Mutex<HashMap<String, Answer>>);

#[async_trait]
impl AnswerCache for MemoryCache {
    async fn get(&self, digest: &str) -> Option<Answer> {
        self.0.lock().ok()?.get(digest).cloned()
    }
    async fn put(&self, digest: &str, answer: &Answer) {
        if let Ok(mut map) = self.0.lock() {
            map.insert(digest.to_owned(), answer.clone());
        }
    }
}

/// blake3 (hex) of all that decides an answer: model, prompt, schema, temperature, seed and length.
pub fn digest(model: &str, request: &Request) -> String {
    let schema = request.schema.as_ref().map(ToString::to_string).unwrap_or_default();
    let numbers = format!("{} {:?} {}", request.temperature, request.seed, request.max_tokens);
    let mut hasher = blake3::Hasher::new();
    for part in [model, &request.prompt, &schema, &numbers] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

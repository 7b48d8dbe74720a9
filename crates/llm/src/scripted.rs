//! A model that says what a test wrote down.

use std::{collections::VecDeque, sync::Mutex};

use async_trait::async_trait;

use crate::{
    error::LlmError,
    model::{Answer, Model, Request, Usage},
};

/// Gives the answers of its script in order and remembers what it was asked.
#[derive(Debug, Default)]
pub struct ScriptedModel {
    script: Mutex<VecDeque<Result<String, LlmError>>>,
    asked: Mutex<Vec<Request>>,
}

impl ScriptedModel {
    /// A model with these answers and errors, in order.
    pub fn new(script: impl IntoIterator<Item = Result<String, LlmError>>) -> ScriptedModel {
        ScriptedModel { script: Mutex::new(script.into_iter().collect()), asked: Mutex::default() }
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().map(|asked| asked.clone()).unwrap_or_default()
    }
}

#[async_trait]
impl Model for ScriptedModel {
    fn name(&self) -> &str {
        "scripted"
    }

    async fn complete(&self, request: &Request) -> Result<Answer, LlmError> {
        let next = self.script.lock().ok().and_then(|mut script| script.pop_front());
        if let Ok(mut asked) = self.asked.lock() {
            asked.push(request.clone());
        }
        let text = next.unwrap_or_else(|| {
            Err(LlmError::Unavailable { model: "scripted".to_owned(), reason: "the script is at its end".to_owned() })
        })?;
        let usage =
            Usage { prompt_tokens: Some(request.prompt.len() as u64 / 4), answer_tokens: Some(text.len() as u64 / 4) };
        Ok(Answer { text, model: "scripted".to_owned(), usage, is_cut: false })
    }
}

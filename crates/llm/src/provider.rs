//! The providers, through `genai`. Only this file names that crate.

use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use genai::{
    Client, ModelIden,
    adapter::AdapterKind,
    chat::{ChatMessage, ChatOptions, ChatRequest, ChatStreamEvent, JsonSpec, StopReason},
    resolver::{AuthData, Endpoint, ProviderConfig},
};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::{
    connect::{ModelConfig, Provider},
    error::LlmError,
    model::{Answer, Model, Request, Usage},
};

/// Most characters of a provider's words that are shown.
const SHOWN: usize = 300;

pub(crate) struct ProviderModel {
    client: Client,
    target: ModelIden,
    provider: Provider,
    name: String,
    is_local: bool,
}

impl ProviderModel {
    pub(crate) fn new(
        config: &ModelConfig,
        base_url: Option<String>,
        key: &str,
        connect_timeout: Duration,
    ) -> Result<ProviderModel, LlmError> {
        // `ring` instead of the default: it builds in seconds. A second call finds it installed, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let fail = |reason: String| LlmError::Config { reason };
        let http = reqwest::Client::builder()
            .connect_timeout(connect_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("fortnight/", env!("CARGO_PKG_VERSION")))
            .tcp_nodelay(true)
            .build()
            .map_err(|error| fail(error.to_string()))?;
        let kind = match config.provider {
            Provider::OpenAi => AdapterKind::OpenAI,
            Provider::Anthropic => AdapterKind::Anthropic,
            Provider::Gemini => AdapterKind::Gemini,
            Provider::Ollama => AdapterKind::Ollama,
        };
        let auth = ProviderConfig::from_auth(AuthData::from_single(key));
        let provider = match base_url {
            Some(url) => auth.with_endpoint(Endpoint::from_owned(url)),
            None => auth,
        };
        let client = Client::builder()
            .with_reqwest(http)
            .with_adapter_kind(kind)
            .append_provider_config(kind, provider)
            .build()
            .map_err(|error| fail(error.to_string()))?;
        Ok(ProviderModel {
            client,
            target: ModelIden::new(kind, config.model.trim()),
            provider: config.provider,
            name: config.model.trim().to_owned(),
            is_local: config.is_local(),
        })
    }

    fn options(&self, request: &Request, is_stream: bool) -> ChatOptions {
        let mut options = ChatOptions::default()
            .with_max_tokens(request.max_tokens)
            .with_temperature(request.temperature)
            .with_capture_usage(true);
        if is_stream {
            options = options.with_capture_content(true).with_stream_header_timeout(request.timeout);
        }
        if let Some(seed) = request.seed {
            options = options.with_seed(seed);
        }
        if let Some(schema) = &request.schema {
            let schema = match self.provider {
                // Its structured output refuses bounds on arrays.
                Provider::Anthropic => without(schema, &["minItems", "maxItems"]),
                _ => schema.clone(),
            };
            options = options.with_response_format(JsonSpec::new(request.schema_name.clone(), schema));
        }
        options
    }

    fn error(&self, error: &genai::Error) -> LlmError {
        let model = self.name.clone();
        if let Some(status) = error.status() {
            let headers = error.headers();
            let header = |name: &str| headers.and_then(|map| map.get(name)).and_then(|value| value.to_str().ok());
            let milliseconds = header("retry-after-ms").and_then(|text| text.trim().parse::<f64>().ok());
            let seconds = header("retry-after").and_then(|text| text.trim().parse::<f64>().ok());
            let wait =
                milliseconds.or(seconds.map(|seconds| seconds * 1_000.0)).filter(|ms| ms.is_finite() && *ms >= 0.0);
            let retry_after = wait.map(|ms| Duration::from_millis(ms.min(86_400_000.0) as u64));
            return match status.as_u16() {
                401 | 403 => LlmError::KeyRefused { model, status: status.as_u16() },
                429 => LlmError::RateLimited { model, retry_after },
                408 | 425 | 500..=599 => LlmError::Unavailable { model, reason: format!("HTTP {}", status.as_u16()) },
                code => LlmError::Refused { model, reason: format!("HTTP {code}, {}", shorten(&body_of(error))) },
            };
        }
        match error {
            genai::Error::RequiresApiKey { .. }
            | genai::Error::NoAuthData { .. }
            | genai::Error::NoAuthResolver { .. } => LlmError::NoKey { provider: self.provider.label().to_owned() },
            genai::Error::WebModelCall { webc_error, .. } | genai::Error::WebAdapterCall { webc_error, .. } => {
                match webc_error {
                    genai::webc::Error::Reqwest(cause) if cause.is_timeout() => {
                        LlmError::Unreachable { model, reason: "no answer to the connection".to_owned() }
                    }
                    genai::webc::Error::Reqwest(cause) => {
                        let mut reason = cause.to_string();
                        let mut source = std::error::Error::source(cause);
                        while let Some(inner) = source {
                            reason = inner.to_string();
                            source = inner.source();
                        }
                        LlmError::Unreachable { model, reason: shorten(&reason) }
                    }
                    other => LlmError::Unavailable { model, reason: shorten(&other.to_string()) },
                }
            }
            genai::Error::WebStream { cause, .. } => LlmError::Unavailable { model, reason: shorten(cause) },
            genai::Error::ChatResponseGeneration { cause, .. } => {
                LlmError::Unavailable { model, reason: shorten(cause) }
            }
            other => LlmError::Unavailable { model, reason: shorten(&other.to_string()) },
        }
    }
}

/// The provider's own words out of an error body.
fn body_of(error: &genai::Error) -> String {
    let body = match error {
        genai::Error::HttpError { body, .. } => body.clone(),
        genai::Error::WebModelCall { webc_error: genai::webc::Error::ResponseFailedStatus { body, .. }, .. } => {
            body.clone()
        }
        other => other.to_string(),
    };
    let json: Option<Value> = serde_json::from_str(&body).ok();
    let message = json.as_ref().and_then(|json| json.pointer("/error/message").or_else(|| json.pointer("/error")));
    message.and_then(Value::as_str).map_or(body.clone(), str::to_owned)
}

fn shorten(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let flat = flat.trim_end_matches('.').to_owned();
    if flat.chars().count() <= SHOWN { flat } else { flat.chars().take(SHOWN).collect::<String>() + "…" }
}

/// A schema without some keywords, at every depth.
pub(crate) fn without(schema: &Value, keywords: &[&str]) -> Value {
    match schema {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, _)| !keywords.contains(&key.as_str()));
            Value::Object(kept.map(|(key, value)| (key.clone(), without(value, keywords))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| without(item, keywords)).collect()),
        other => other.clone(),
    }
}

fn usage(usage: &genai::chat::Usage) -> Usage {
    let positive =
        |tokens: Option<i32>| tokens.and_then(|tokens| u64::try_from(tokens).ok()).filter(|tokens| *tokens > 0);
    Usage { prompt_tokens: positive(usage.prompt_tokens), answer_tokens: positive(usage.completion_tokens) }
}

fn chat(request: &Request) -> ChatRequest {
    ChatRequest::new(vec![ChatMessage::user(request.prompt.clone())])
}

impl ProviderModel {
    fn answer(&self, text: String, model: String, usage: Usage, stop: Option<&StopReason>) -> Result<Answer, LlmError> {
        if text.trim().is_empty() && matches!(stop, Some(StopReason::ContentFilter(_))) {
            return Err(LlmError::Refused {
                model: self.name.clone(),
                reason: "its content filter stopped the answer".to_owned(),
            });
        }
        Ok(Answer { text, model, usage, is_cut: stop.is_some_and(StopReason::is_max_tokens) })
    }
}

#[async_trait]
impl Model for ProviderModel {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_local(&self) -> bool {
        self.is_local
    }

    async fn complete(&self, request: &Request) -> Result<Answer, LlmError> {
        let options = self.options(request, false);
        let response = self.client.exec_chat(self.target.clone(), chat(request), Some(&options)).await;
        let response = response.map_err(|error| self.error(&error))?;
        let text = response.texts().concat();
        let model = response.provider_model_iden.model_name.to_string();
        self.answer(text, model, usage(&response.usage), response.stop_reason.as_ref())
    }

    async fn stream(&self, request: &Request, deltas: mpsc::Sender<String>) -> Result<Answer, LlmError> {
        let options = self.options(request, true);
        let response = self.client.exec_chat_stream(self.target.clone(), chat(request), Some(&options)).await;
        let mut stream = response.map_err(|error| self.error(&error))?.stream;
        let (mut text, mut counted, mut stop, mut has_ended) = (String::new(), Usage::default(), None, false);
        while let Some(event) = stream.next().await {
            match event.map_err(|error| self.error(&error))? {
                ChatStreamEvent::Chunk(chunk) => {
                    text.push_str(&chunk.content);
                    // Nobody listening is not an error: the answer is still wanted.
                    let _ = deltas.send(chunk.content).await;
                }
                ChatStreamEvent::End(end) => {
                    counted = end.captured_usage.as_ref().map(usage).unwrap_or_default();
                    stop = end.captured_stop_reason;
                    has_ended = true;
                }
                _ => {}
            }
        }
        if !has_ended {
            return Err(LlmError::Unavailable { model: self.name.clone(), reason: "the stream broke off".to_owned() });
        }
        self.answer(text, self.name.clone(), counted, stop.as_ref())
    }
}

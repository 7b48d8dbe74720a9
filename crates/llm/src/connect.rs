//! From settings to a model.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{error::LlmError, model::Model, provider::ProviderModel};

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// OpenAI, or any server that speaks its chat completions (with a `base_url`).
    OpenAi,
    /// Anthropic.
    Anthropic,
    /// Google Gemini.
    Gemini,
    /// Ollama, on this machine unless a `base_url` says otherwise.
    Ollama,
}

impl Provider {
    /// Name for people.
    pub fn label(self) -> &'static str {
        match self {
            Provider::OpenAi => "OpenAI",
            Provider::Anthropic => "Anthropic",
            Provider::Gemini => "Gemini",
            Provider::Ollama => "Ollama",
        }
    }
}

impl std::str::FromStr for Provider {
    type Err = LlmError;
    fn from_str(text: &str) -> Result<Self, LlmError> {
        match text.trim().to_lowercase().replace(['-', '_'], "").as_str() {
            "openai" => Ok(Provider::OpenAi),
            "anthropic" => Ok(Provider::Anthropic),
            "gemini" => Ok(Provider::Gemini),
            "ollama" => Ok(Provider::Ollama),
            _ => Err(LlmError::Config {
                reason: format!("`{text}` is not a provider; write openai, anthropic, gemini or ollama"),
            }),
        }
    }
}

/// The settings of a model.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelConfig {
    /// Who.
    pub provider: Provider,
    /// Model name as the provider knows it.
    pub model: String,
    /// Address, e.g. `http://127.0.0.1:8080/v1/`; `None` for the provider's own.
    #[serde(default)]
    pub base_url: Option<String>,
    /// Key; not needed for servers on this machine.
    #[serde(default)]
    pub api_key: Option<String>,
    /// Time to connect, seconds.
    #[serde(default = "default_connect_seconds")]
    pub connect_seconds: u64,
}

fn default_connect_seconds() -> u64 {
    10
}

impl ModelConfig {
    /// Settings for a model, everything else by default.
    pub fn new(provider: Provider, model: impl Into<String>) -> ModelConfig {
        ModelConfig {
            provider,
            model: model.into(),
            base_url: None,
            api_key: None,
            connect_seconds: default_connect_seconds(),
        }
    }

    /// With an address.
    pub fn with_base_url(mut self, url: impl Into<String>) -> ModelConfig {
        self.base_url = Some(url.into());
        self
    }

    /// With a key.
    pub fn with_api_key(mut self, key: impl Into<String>) -> ModelConfig {
        self.api_key = Some(key.into());
        self
    }

    /// Whether the server is on this machine.
    pub fn is_local(&self) -> bool {
        match &self.base_url {
            Some(url) => {
                let host = url.split("://").nth(1).unwrap_or(url).split(['/', '?']).next().unwrap_or_default();
                let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
                name == "localhost" || name.starts_with("127.") || name == "[::1]"
            }
            None => self.provider == Provider::Ollama,
        }
    }
}

// A key never gets into a log.
impl std::fmt::Debug for ModelConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModelConfig")
            .field("provider", &self.provider)
            .field("model", &self.model)
            .field("base_url", &self.base_url)
            .field("api_key", &self.api_key.as_ref().map(|_| "(set)"))
            .finish_non_exhaustive()
    }
}

/// Makes a model out of settings. Nothing is sent yet.
///
/// # Errors
/// No key where one is needed, or an address or name that cannot be used.
pub fn connect(config: &ModelConfig) -> Result<Arc<dyn Model>, LlmError> {
    let bad = |reason: String| Err(LlmError::Config { reason });
    if config.model.trim().is_empty() {
        return bad("the model has no name".to_owned());
    }
    let key = config.api_key.as_deref().map(str::trim).filter(|key| !key.is_empty());
    let base_url = match config.base_url.as_deref().map(str::trim).filter(|url| !url.is_empty()) {
        Some(url) if url.starts_with("https://") => Some(url),
        Some(url) if url.starts_with("http://") && (config.is_local() || key.is_none()) => Some(url),
        Some(url) if url.starts_with("http://") => {
            return bad(format!("`{url}` would send the key unencrypted; use https"));
        }
        Some(url) => return bad(format!("`{url}` is not a web address")),
        None => None,
    };
    // Own servers often want no key; the providers' own addresses always do.
    if key.is_none() && base_url.is_none() && config.provider != Provider::Ollama {
        return Err(LlmError::NoKey { provider: config.provider.label().to_owned() });
    }
    let base_url = base_url.map(|url| if url.ends_with('/') { url.to_owned() } else { format!("{url}/") });
    let connect_timeout = Duration::from_secs(config.connect_seconds.max(1));
    Ok(Arc::new(ProviderModel::new(config, base_url, key.unwrap_or("none"), connect_timeout)?))
}

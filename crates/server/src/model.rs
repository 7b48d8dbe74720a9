//! Which language model drafts: a setting of the brand. The key stays in the environment and is never stored.

use llm::{ModelConfig, Provider};
use serde::{Deserialize, Serialize};
use store::{Store, StoreError, Tx, settings};

const SETTING: &str = "model";

/// Names of environment variables a key may be read from. A fixed list, so that the form cannot be used to send any
/// other secret of the server to an address of somebody's choice.
pub const KEY_NAMES: [&str; 4] = ["FORTNIGHT_MODEL_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"];

/// The model that drafts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelSettings {
    /// Who.
    pub provider: Provider,
    /// Name as the provider knows it.
    pub model: String,
    /// Address of a server of one's own; empty for the provider's.
    #[serde(default)]
    pub base_url: String,
    /// One of [`KEY_NAMES`]; empty for servers that take none.
    #[serde(default)]
    pub key_env: String,
}

impl ModelSettings {
    /// With the key from the environment.
    pub fn config(&self) -> ModelConfig {
        let mut config = ModelConfig::new(self.provider, self.model.clone());
        config.base_url = Some(self.base_url.trim().to_owned()).filter(|url| !url.is_empty());
        config.api_key = key(&self.key_env);
        config
    }
}

/// The key behind a name of the list.
pub fn key(name: &str) -> Option<String> {
    KEY_NAMES.contains(&name).then(|| std::env::var(name).ok()).flatten().filter(|key| !key.trim().is_empty())
}

/// The chosen model; `None` where the composer writes alone.
///
/// # Errors
/// The database refused.
pub async fn get(store: &Store) -> Result<Option<ModelSettings>, StoreError> {
    Ok(settings::get::<Option<ModelSettings>>(store, SETTING).await?.flatten())
}

/// Chooses a model, or none.
///
/// # Errors
/// The database refused.
pub async fn set(tx: &mut Tx, chosen: Option<&ModelSettings>) -> Result<(), StoreError> {
    settings::set(tx, SETTING, &chosen).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_choice_comes_back_and_other_secrets_stay_out_of_reach() {
        let store = store::testing::sqlite().await;
        assert_eq!(get(&store).await.expect("read"), None);
        let chosen = ModelSettings {
            provider: Provider::Ollama,
            model: "llama3.2".into(),
            base_url: "http://127.0.0.1:8080/v1/".into(),
            key_env: "PATH".into(),
        };
        let mut tx = store.begin().await.expect("begin");
        set(&mut tx, Some(&chosen)).await.expect("set");
        tx.commit().await.expect("commit");
        let read = get(&store).await.expect("read").expect("there");
        assert_eq!(read, chosen);
        assert_eq!(read.config().api_key, None, "PATH is set, and no key");
        let mut tx = store.begin().await.expect("begin");
        set(&mut tx, None).await.expect("set");
        tx.commit().await.expect("commit");
        assert_eq!(get(&store).await.expect("read"), None);
    }
}

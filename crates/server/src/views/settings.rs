//! Settings: brand, model, people, keys, audit log.

use super::Choice;

/// A person in the settings.
#[derive(Debug, Clone, Default)]
pub struct PersonView {
    pub id: String,
    pub name: String,
    pub email: String,
    pub roles: Vec<Choice>,
    pub seen: String,
    pub state: String,
    pub tone: &'static str,
    pub disabled: bool,
    /// Has not signed in yet: the link can be renewed.
    pub invited: bool,
    pub is_me: bool,
    pub href: String,
}

/// An API key in the settings.
#[derive(Debug, Clone, Default)]
pub struct KeyView {
    pub name: String,
    pub hint: String,
    pub role: String,
    pub made: String,
    pub used: String,
    pub revoked: bool,
    pub href: String,
}

/// A line of the audit log.
#[derive(Debug, Clone, Default)]
pub struct AuditView {
    pub at: String,
    pub actor: String,
    /// In words.
    pub what: String,
    pub verb: String,
    pub subject: String,
    pub detail: String,
}

/// The settings; `tab` says which of them.
#[derive(Debug, Clone, Default)]
pub struct SettingsView {
    pub tab: &'static str,
    pub secret: String,
    pub secret_title: String,
    pub secret_text: String,
    pub problem: String,
    pub name: String,
    pub site_url: String,
    pub currency: String,
    pub time_zone: String,
    /// Facts are there: currency and time zone stay as they are.
    pub is_fixed: bool,
    pub fixed_note: String,
    pub providers: Vec<Choice>,
    pub model: String,
    pub model_url: String,
    pub key_envs: Vec<Choice>,
    pub budget: String,
    /// What a US dollar is in the brand's currency, as it was set.
    pub usd_rate: String,
    pub model_state: String,
    pub model_tone: &'static str,
    pub can_test: bool,
    pub people: Vec<PersonView>,
    pub permissions: Vec<(&'static str, [bool; 4])>,
    pub keys: Vec<KeyView>,
    pub audit: Vec<AuditView>,
    pub older: String,
}

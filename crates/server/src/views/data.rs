//! Data and settings.

use super::{Choice, GateView, JobView, Stat};

/// A file that was sent and waits for a decision.
#[derive(Debug, Clone, Default)]
pub struct PendingFile {
    pub key: String,
    pub name: String,
    pub size: String,
    pub recognised: bool,
    pub source: String,
    pub sources: Vec<Choice>,
    pub note: String,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
    pub map: String,
    pub fields: String,
}

/// What an import did.
#[derive(Debug, Clone, Default)]
pub struct ImportResult {
    pub name: String,
    pub state: String,
    pub tone: &'static str,
    pub span: String,
    pub stats: Vec<Stat>,
    pub rejects_href: String,
    pub rejects_note: String,
}

/// A line of the list of imports.
#[derive(Debug, Clone, Default)]
pub struct ImportLine {
    pub name: String,
    pub source: String,
    pub at: String,
    pub numbers: Vec<String>,
}

/// Imports and the data gate.
#[derive(Debug, Clone, Default)]
pub struct DataView {
    pub job: Option<JobView>,
    pub pending: Vec<PendingFile>,
    pub results: Vec<ImportResult>,
    pub gates: Vec<GateView>,
    pub imports: Vec<ImportLine>,
}

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
    pub problem: String,
    pub name: String,
    pub site_url: String,
    pub currency: String,
    pub time_zone: String,
    pub providers: Vec<Choice>,
    pub model: String,
    pub model_url: String,
    pub key_env: String,
    pub budget: String,
    pub people: Vec<PersonView>,
    pub permissions: Vec<(&'static str, [bool; 4])>,
    pub keys: Vec<KeyView>,
    pub audit: Vec<AuditView>,
    pub older: String,
}

//! Identifiers: newtypes over UUIDv7 whose time is *given* and whose random part is a hash of what they name.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::InstantMs;

/// A UUIDv7 from a given instant and a hash of `name`, so that the same inputs give the same id
/// (RFC 9562 section 5.7 leaves how the 74 random bits are made to the implementation).
pub fn derive_uuid(now: InstantMs, name: &[&str]) -> Uuid {
    let mut hash = blake3::Hasher::new();
    hash.update(&now.0.to_le_bytes());
    for part in name {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let mut bytes = [0u8; 10];
    bytes.copy_from_slice(&hash.finalize().as_bytes()[..10]);
    uuid::Builder::from_unix_timestamp_millis(now.0.max(0) as u64, &bytes).into_uuid()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Derives the id from the time and from what it names; see [`derive_uuid`].
            pub fn derive(now: InstantMs, name: &[&str]) -> Self {
                let mut parts = vec![stringify!($name)];
                parts.extend_from_slice(name);
                $name(derive_uuid(now, &parts))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok($name(Uuid::parse_str(text)?))
            }
        }
    )*};
}

ids! {
    /// A person who signs in.
    UserId,
    /// One import of one file.
    ImportId,
    /// A two-week sprint.
    SprintId,
    /// One of a sprint's concepts.
    ConceptId,
    /// One drafted asset (an ad, an e-mail) of a concept.
    DraftId,
    /// An entry of the ledger: something AI-made that went live, with its baseline.
    ChangeId,
    /// An action item of a post-mortem.
    ActionId,
    /// A workflow map.
    MapId,
    /// A prompt template of the library (all its versions).
    PromptId,
    /// A job: long work whose progress survives a reload.
    JobId,
    /// An entry of the audit log.
    AuditId,
    /// An API key.
    ApiKeyId,
}

/// The alphabet of [`ConceptId::utm_content`]: Crockford base32, lower case.
const BASE32: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl ConceptId {
    /// The value of `utm_content` (and the marker in ad names) by which reports are led back to the concept:
    /// `fn-` and ten base32 characters of a hash of the id. Lower case, no ambiguous letters.
    pub fn utm_content(self) -> String {
        let hash = blake3::hash(self.0.as_bytes());
        let mut text = String::from("fn-");
        for byte in &hash.as_bytes()[..10] {
            text.push(char::from(BASE32[usize::from(byte & 31)]));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_v7_and_follow_their_inputs() {
        let now = InstantMs(1_700_000_000_000);
        let a = SprintId::derive(now, &["spring"]);
        assert_eq!(a, SprintId::derive(now, &["spring"]));
        assert_ne!(a, SprintId::derive(now, &["summer"]));
        assert_ne!(a.0, ConceptId::derive(now, &["spring"]).0);
        assert_eq!(a.0.get_version_num(), 7);
        assert!(a < SprintId::derive(InstantMs(now.0 + 1), &["spring"]));
    }

    #[test]
    fn name_parts_do_not_run_together() {
        let now = InstantMs(0);
        assert_ne!(derive_uuid(now, &["ab", "c"]), derive_uuid(now, &["a", "bc"]));
    }
}

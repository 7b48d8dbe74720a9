//! Errors at the HTTP edge: `{code, message, link}`, and the catalogue of codes.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:ident, $title:literal, $mend:literal;)*) => {
        /// What went wrong, in a word that programs can rely on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// All codes in the order of the catalogue.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The word.
            pub fn as_str(self) -> &'static str { match self { $(Code::$name => $text,)* } }

            /// The HTTP status that it is answered with.
            pub fn status(self) -> StatusCode { match self { $(Code::$name => StatusCode::$status,)* } }

            /// What it means, in a sentence.
            pub fn title(self) -> &'static str { match self { $(Code::$name => $title,)* } }

            /// What to do about it.
            pub fn mend(self) -> &'static str { match self { $(Code::$name => $mend,)* } }
        }
    };
}

codes! {
    /// Nobody signed in.
    SignInNeeded = "sign_in_needed", UNAUTHORIZED, "The request carries no valid key or session.",
        "Make an API key in Settings and send it as `Authorization: Bearer KEY`.";
    /// The role does not allow it.
    RoleTooLow = "role_too_low", FORBIDDEN, "You may see this, but your role does not allow doing it.",
        "Ask an owner to do it, or to change your role in Settings.";
    /// From another site.
    ForeignOrigin = "foreign_origin", FORBIDDEN, "A browser sent this form from another site.",
        "Open Fortnight itself and do it there. Behind a proxy, pass the `Host` header on unchanged.";
    /// CSRF token missing or old.
    StaleForm = "stale_form", FORBIDDEN, "The form's token is missing or belongs to another session.",
        "Reload the page and send the form again.";
    /// Not there, or not for you.
    NotFound = "not_found", NOT_FOUND, "There is nothing at this address, or nothing that you may see.",
        "Check the address. Things that were deleted do not come back.";
    /// Somebody else was faster, or the state does not allow it.
    Conflict = "conflict", CONFLICT, "Somebody changed it in the meantime, or its state does not allow this.",
        "Reload, look at what is there now, and decide again.";
    /// The input is wrong.
    Invalid = "invalid", UNPROCESSABLE_ENTITY, "Something in the input is missing or cannot be read.",
        "The message names the field and what it takes.";
    /// The data does not carry it.
    DataNotReady = "data_not_ready", UNPROCESSABLE_ENTITY, "The data gate says `not ready` for this.",
        "Open Data: each gate names the export that would mend it.";
    /// Checks block the launch.
    LaunchBlocked = "launch_blocked", UNPROCESSABLE_ENTITY, "At least one launch check blocks.",
        "Open Launch: every check that blocks names its mend.";
    /// Too large.
    TooLarge = "too_large", PAYLOAD_TOO_LARGE, "What was sent is larger than the server takes.",
        "Send less, or import large files by `fortnight import`.";
    /// Too many attempts.
    TooMany = "too_many_attempts", TOO_MANY_REQUESTS, "Too many failed attempts to sign in.",
        "Wait a quarter of an hour. An owner can send a new invitation.";
    /// The language model failed.
    ModelFailed = "model_failed", BAD_GATEWAY, "The language model did not answer usefully.",
        "Check the provider in Settings, or use Copy prompt and Paste answer, or the composer, which needs no model.";
    /// Our fault.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Fortnight failed. The server's log has the details.",
        "Try again. If it stays, report it with the log's lines.";
}

/// An error as a client reads it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", code.as_str())]
pub struct Problem {
    /// The word.
    pub code: Code,
    /// For people.
    pub message: String,
}

/// The JSON form of a [`Problem`].
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ProblemBody {
    /// Word of the error catalogue.
    pub code: String,
    /// For people: what is wrong and what to do.
    pub message: String,
    /// Where the code is explained, relative to the server.
    pub link: String,
}

impl Problem {
    /// An error with its message.
    pub fn new(code: Code, message: impl Into<String>) -> Problem {
        Problem { code, message: message.into() }
    }

    /// Something in the input is wrong.
    pub fn invalid(message: impl Into<String>) -> Problem {
        Problem::new(Code::Invalid, message)
    }

    /// There is no such thing.
    pub fn not_found(what: &str) -> Problem {
        Problem::new(Code::NotFound, format!("There is no {what}."))
    }

    /// Something of ours failed: the log gets the details, the client does not.
    pub fn internal(error: impl std::fmt::Display) -> Problem {
        tracing::error!(%error, "request failed");
        Problem::new(Code::Internal, "Fortnight failed at this. Nothing was changed; the log says why.")
    }

    /// The JSON form.
    pub fn body(&self) -> ProblemBody {
        let code = self.code.as_str();
        ProblemBody { code: code.into(), message: self.message.clone(), link: format!("/help/errors#{code}") }
    }
}

impl IntoResponse for Problem {
    /// JSON; for a browser that wants a page, the layer round every answer makes one of the extension.
    fn into_response(self) -> Response {
        let mut response = (self.code.status(), Json(self.body())).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<store::StoreError> for Problem {
    fn from(error: store::StoreError) -> Problem {
        match error {
            store::StoreError::NotFound(what) => Problem::not_found(&what),
            store::StoreError::Conflict(why) => Problem::new(Code::Conflict, sentence(&why)),
            other => Problem::internal(other),
        }
    }
}

impl From<sprint::SprintError> for Problem {
    fn from(error: sprint::SprintError) -> Problem {
        use sprint::SprintError as E;
        match error {
            E::Store(error) => error.into(),
            E::Invalid(fields) => {
                Problem::invalid(fields.iter().map(|fault| sentence(&fault.to_string())).collect::<Vec<_>>().join(" "))
            }
            E::Measure(measure::MeasureError::Store(error)) => error.into(),
            E::Refused(why) | E::Measure(measure::MeasureError::Refused(why)) => {
                Problem::new(Code::Conflict, sentence(&why))
            }
            evidence @ E::Evidence { .. } => Problem::new(Code::Conflict, sentence(&evidence.to_string())),
            other => Problem::internal(other),
        }
    }
}

impl From<measure::MeasureError> for Problem {
    fn from(error: measure::MeasureError) -> Problem {
        match error {
            measure::MeasureError::Judge(error) => Problem::invalid(sentence(&error.to_string())),
            other => sprint::SprintError::from(other).into(),
        }
    }
}

impl From<lake::LakeError> for Problem {
    fn from(error: lake::LakeError) -> Problem {
        Problem::internal(error)
    }
}

impl From<intake::IntakeError> for Problem {
    fn from(error: intake::IntakeError) -> Problem {
        match error {
            intake::IntakeError::Store(error) => error.into(),
            intake::IntakeError::NotReady(_) => Problem::new(Code::DataNotReady, sentence(&error.to_string())),
            other if other.is_input() => Problem::invalid(sentence(&other.to_string())),
            other => Problem::internal(other),
        }
    }
}

impl From<askama::Error> for Problem {
    fn from(error: askama::Error) -> Problem {
        Problem::internal(error)
    }
}

/// A message of ours as a sentence: capital letter, full stop.
pub fn sentence(text: &str) -> String {
    let mut chars = text.trim().chars();
    let mut out: String = chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect();
    if !out.ends_with(['.', '!', '?', '…']) {
        out.push('.');
    }
    out
}

/// The catalogue as Markdown: `docs/errors.md` is this text, and a test holds it to it.
pub fn catalogue_markdown() -> String {
    let mut out = String::from(
        "# Errors\n\nEvery error of the API is `{\"code\", \"message\", \"link\"}`. The code is for programs and does \
         not change; the message is for people. This page is generated from `crates/server/src/problem.rs`.\n",
    );
    for code in Code::ALL {
        let (name, status) = (code.as_str(), code.status().as_u16());
        out.push_str(&format!("\n## `{name}`\nHTTP {status}. {}\n\n{}\n", code.title(), code.mend()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_in_docs_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");
        if std::env::var_os("FORTNIGHT_BLESS").is_some() {
            std::fs::write(path, catalogue_markdown()).expect("docs can be written");
        }
        let there = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(there, catalogue_markdown(), "run the test with FORTNIGHT_BLESS=1 to write docs/errors.md anew");
    }

    #[test]
    fn messages_become_sentences() {
        assert_eq!(sentence("one owner has to stay"), "One owner has to stay.");
        assert_eq!(sentence("Ready?"), "Ready?");
    }
}

//! How a command fails: one message, one exit code. Bad input is 2, everything else 1.

use std::process::ExitCode;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    code: &'static str,
    message: String,
    exit: u8,
    is_answered: bool,
}

impl Failure {
    /// The person can mend it: a bad file, flag or state.
    pub fn input(code: &'static str, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into(), exit: 2, is_answered: false }
    }

    /// Something under us failed.
    pub fn fault(code: &'static str, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into(), exit: 1, is_answered: false }
    }

    /// The same with a sentence behind it.
    pub fn and(mut self, sentence: &str) -> Failure {
        self.message = format!("{}\n{sentence}", self.message.trim_end());
        self
    }

    /// The JSON object that was printed says it already.
    pub fn quiet_in(mut self, json: bool) -> Failure {
        self.is_answered = json;
        self
    }

    /// Prints it where it belongs and gives the exit code.
    pub fn report(&self, json: bool) -> ExitCode {
        if json && !self.is_answered {
            let error = serde_json::json!({ "error": { "code": self.code, "message": self.message } });
            crate::output::line(&error.to_string());
        }
        eprintln!("fortnight: {}", self.message);
        ExitCode::from(self.exit)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::fault("io", error.to_string())
    }
}

impl From<store::StoreError> for Failure {
    fn from(error: store::StoreError) -> Self {
        match &error {
            store::StoreError::Address(_) => Failure::input("store_address", error.to_string()),
            store::StoreError::NotFound(_) => Failure::input("not_found", error.to_string()),
            store::StoreError::Conflict(_) => Failure::input("conflict", error.to_string()),
            _ => Failure::fault("internal", error.to_string()),
        }
    }
}

impl From<lake::LakeError> for Failure {
    fn from(error: lake::LakeError) -> Self {
        Failure::fault("internal", error.to_string())
    }
}

impl From<measure::MeasureError> for Failure {
    fn from(error: measure::MeasureError) -> Self {
        match error {
            measure::MeasureError::Store(error) => error.into(),
            measure::MeasureError::Lake(error) => error.into(),
            measure::MeasureError::Refused(message) => Failure::input("refused", message),
            measure::MeasureError::Judge(error) => Failure::input("refused", error.to_string()),
        }
    }
}

impl From<judge::JudgeError> for Failure {
    fn from(error: judge::JudgeError) -> Self {
        match error.is_input() {
            true => Failure::input("bad_input", error.to_string()),
            false => Failure::fault("io", error.to_string()),
        }
    }
}

impl From<intake::IntakeError> for Failure {
    fn from(error: intake::IntakeError) -> Self {
        match error.is_input() {
            true => Failure::input(error.code(), error.to_string()),
            false => Failure::fault(error.code(), error.to_string()),
        }
    }
}

impl From<sprint::SprintError> for Failure {
    fn from(error: sprint::SprintError) -> Self {
        use sprint::SprintError;
        match error {
            SprintError::Store(error) => error.into(),
            SprintError::Lake(error) => error.into(),
            SprintError::Measure(error) => error.into(),
            SprintError::Invalid(_) => Failure::input("invalid", error.to_string()),
            SprintError::Refused(message) => Failure::input("refused", message),
            other => Failure::fault("internal", other.to_string()),
        }
    }
}

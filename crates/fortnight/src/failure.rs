//! How a command fails: one message, one exit code. Bad input is 2, everything else 1.

use std::process::ExitCode;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    code: &'static str,
    message: String,
    exit: u8,
}

impl Failure {
    /// The person can mend it: a bad file, flag or state.
    pub fn input(code: &'static str, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into(), exit: 2 }
    }

    /// Something under us failed.
    pub fn fault(code: &'static str, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into(), exit: 1 }
    }

    /// Prints it where it belongs and gives the exit code.
    pub fn report(&self, json: bool) -> ExitCode {
        if json {
            println!("{}", serde_json::json!({ "error": { "code": self.code, "message": self.message } }));
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
            store::StoreError::Address(_) | store::StoreError::NotFound(_) | store::StoreError::Conflict(_) => {
                Failure::input("store", error.to_string())
            }
            _ => Failure::fault("store", error.to_string()),
        }
    }
}

impl From<lake::LakeError> for Failure {
    fn from(error: lake::LakeError) -> Self {
        Failure::fault("lake", error.to_string())
    }
}

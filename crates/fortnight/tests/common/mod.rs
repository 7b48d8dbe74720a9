//! Runs the built binary on a brand in a temporary folder.
#![allow(clippy::unwrap_used, dead_code)]

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// A brand in a folder of its own.
pub struct Brand {
    folder: tempfile::TempDir,
}

impl Brand {
    pub fn new() -> Brand {
        Brand { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder; the binary runs there, so that its name is enough.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The command with a clean environment; `data` is the data folder.
    pub fn command(&self, now: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fortnight"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("FORTNIGHT_")) {
            command.env_remove(name);
        }
        command.current_dir(self.folder.path()).args(["--now", now]).args(args).stdin(Stdio::null());
        command
    }

    pub fn run(&self, now: &str, args: &[&str]) -> Output {
        self.command(now, args).output().unwrap()
    }

    /// Exit code and everything printed, as a snapshot shows it.
    pub fn show(&self, now: &str, args: &[&str]) -> String {
        let output = self.run(now, args);
        let mut text =
            format!("exit {}\n{}", output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout));
        if !output.stderr.is_empty() {
            text.push_str("-- stderr --\n");
            text.push_str(&String::from_utf8_lossy(&output.stderr));
        }
        text.replace(&*self.folder.path().to_string_lossy(), "[FOLDER]")
    }

    /// Standard output of a command that must succeed.
    pub fn ok(&self, now: &str, args: &[&str]) -> String {
        let output = self.run(now, args);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{args:?}\n{out}\n{err}");
        out.into_owned()
    }

    /// The JSON object of a command that must succeed: the last line.
    pub fn json(&self, now: &str, args: &[&str]) -> serde_json::Value {
        let mut all = vec!["--json"];
        all.extend_from_slice(args);
        let out = self.ok(now, &all);
        assert_eq!(out.lines().count(), 1, "{args:?} prints one object: {out}");
        serde_json::from_str(&out).unwrap()
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Ids and instants that a snapshot shall not hold.
pub fn filters() -> Vec<(&'static str, &'static str)> {
    vec![(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "[ID]"), (r"fn-[0-9a-z]{10}", "[UTM]")]
}

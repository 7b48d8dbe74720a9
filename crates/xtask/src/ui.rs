//! The pages' assets: locked npm packages to `ui/dist`.

use std::{fs, path::PathBuf, process::Command};

use crate::run::{Result, exists, root, run};

fn ui_dir() -> PathBuf {
    root().join("ui")
}

/// `npm ci` where the lock file changed since the last one, then the build into `ui/dist`.
pub fn build() -> Result<()> {
    install()?;
    run(Command::new("npm").args(["run", "build", "--silent"]).current_dir(ui_dir()))
}

/// Installs the locked packages where they are not there yet.
pub fn install() -> Result<()> {
    if !exists("npm") {
        return Err("npm is missing: install Node.js 20 or newer (https://nodejs.org), then run this again".into());
    }
    let lock = ui_dir().join("package-lock.json");
    let stamp = ui_dir().join("node_modules/.fortnight-lock");
    let wanted = fs::read(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(ui_dir()))?;
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
}

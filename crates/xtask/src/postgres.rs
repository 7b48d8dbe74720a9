//! A throw-away PostgreSQL for the store's tests, so that they run on both databases.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::run::{Result, is_root, run};

/// A running server; stopped when dropped.
pub struct Server {
    bin: PathBuf,
    dir: PathBuf,
    /// The address without a database name.
    pub url: String,
}

/// Starts a server in a temporary folder on a local port, if PostgreSQL's programs are on this machine.
pub fn start() -> Result<Option<Server>> {
    let Some(bin) = programs() else { return Ok(None) };
    let dir = std::env::temp_dir().join(format!("fortnight-postgres-{}", std::process::id()));
    let port = free_port()?;
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    if is_root() {
        run(Command::new("chown").arg("postgres").arg(&dir))?;
    }
    let data = dir.join("data");
    let quiet = |command: &mut Command| crate::run::output(command).map(|_| ());
    quiet(as_server(&bin.join("initdb")).args(["-A", "trust", "-U", "fortnight", "--no-sync", "-D"]).arg(&data))?;
    let options = format!("-p {port} -h 127.0.0.1 -k {} -c fsync=off -c max_connections=400", dir.display());
    let log = dir.join("log");
    // `status` and not `output`: the server inherits the pipes and would keep them open.
    run(as_server(&bin.join("pg_ctl"))
        .args(["start", "--silent", "-w", "-D"])
        .arg(&data)
        .arg("-l")
        .arg(&log)
        .arg("-o")
        .arg(&options))?;
    Ok(Some(Server { bin, dir, url: format!("postgres://fortnight@127.0.0.1:{port}") }))
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.dir.join("data");
        let _ = run(as_server(&self.bin.join("pg_ctl")).args(["stop", "--silent", "-m", "immediate", "-D"]).arg(&data));
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// PostgreSQL refuses to run as root; then its own user runs it.
fn as_server(program: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(std::env::temp_dir());
    command
}

fn programs() -> Option<PathBuf> {
    let mut places: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    places.sort();
    places.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths).collect::<Vec<_>>());
    places.into_iter().rev().find(|place| place.join("initdb").exists() && place.join("pg_ctl").exists())
}

fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).map_err(|error| format!("no free port: {error}"))?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}

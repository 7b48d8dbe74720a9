//! Files that were sent and wait for a decision: one folder each under the data folder, so that they survive a reload
//! and a restart. What somebody decided about a file stands beside it.

use std::{
    io,
    path::{Path, PathBuf},
};

use axum::extract::{Multipart, multipart::Field};
use domain::InstantMs;
use formats::Source;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{
    App,
    problem::{Code, Problem},
};

/// Largest upload, bytes. Larger files go in by the command line, which reads them in place.
pub const MAX_UPLOAD_BYTES: usize = 2 << 30;
/// First bytes that are looked at to recognise a file.
const HEAD_BYTES: u64 = 64 << 10;
/// Longest file name that is kept, characters.
const MAX_NAME_CHARS: usize = 120;

/// What somebody decided about a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Where it is from; `None` for what was recognised.
    pub source: Option<Source>,
    /// Fields whose column somebody chose.
    pub map: Vec<(String, String)>,
}

/// A file that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Sixteen hex characters.
    pub key: String,
    /// Name as its sender knows it.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// When it was sent.
    pub at: InstantMs,
    /// Who sent it.
    pub by: String,
    /// What was decided.
    pub choice: Choice,
}

impl Upload {
    /// The subject of jobs on it: another decision is another job.
    pub fn subject(&self) -> String {
        let text = serde_json::to_string(&self.choice).unwrap_or_default();
        format!("{}.{}", self.key, &blake3::hash(text.as_bytes()).to_hex()[..8])
    }
}

fn root(app: &App) -> PathBuf {
    app.config().data_dir.join("uploads")
}

fn folder(app: &App, key: &str) -> Result<PathBuf, Problem> {
    let is_key = key.len() == 16 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_key { Ok(root(app).join(key)) } else { Err(gone()) }
}

fn gone() -> Problem {
    Problem::new(Code::NotFound, "This file was imported or discarded meanwhile. Send it again if you need it.")
}

/// Where a file's bytes are.
///
/// # Errors
/// The key is none.
pub fn path(app: &App, upload: &Upload) -> Result<PathBuf, Problem> {
    Ok(folder(app, &upload.key)?.join("file").join(&upload.name))
}

/// Takes every file of a form to disk as its bytes come; answers them in their order.
///
/// # Errors
/// A file is too large, the browser broke off, or the disk refused. Files before that are kept.
pub async fn receive(app: &App, by: &str, mut form: Multipart) -> Result<Vec<Upload>, Problem> {
    let mut uploads = Vec::new();
    while let Some(field) = form.next_field().await.map_err(broken_off)? {
        let Some(name) = field.file_name().map(safe_name).filter(|_| field.name() == Some("files")) else { continue };
        let key = app.token()[..16].to_owned();
        let into = folder(app, &key)?;
        let taken = take(field, &into.join("file"), &name).await;
        match taken {
            Ok(0) => remove_folder(&into).await,
            Ok(bytes) => {
                let choice = Choice::default();
                let upload = Upload { key, name, bytes, at: app.now(), by: by.to_owned(), choice };
                write(app, &upload).await?;
                uploads.push(upload);
            }
            Err(problem) => {
                remove_folder(&into).await;
                return Err(problem);
            }
        }
    }
    Ok(uploads)
}

fn broken_off(error: axum::extract::multipart::MultipartError) -> Problem {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        let message = "Together these files are larger than 2 GB. Send fewer, or import them by `fortnight import`.";
        return Problem::new(Code::TooLarge, message);
    }
    Problem::invalid("The files did not arrive whole. Send them again.")
}

async fn take(mut field: Field<'_>, into: &Path, name: &str) -> Result<u64, Problem> {
    tokio::fs::create_dir_all(into).await.map_err(Problem::internal)?;
    let file = tokio::fs::File::create(into.join(name)).await.map_err(Problem::internal)?;
    let mut file = tokio::io::BufWriter::with_capacity(1 << 18, file);
    let mut bytes = 0;
    while let Some(chunk) = field.chunk().await.map_err(broken_off)? {
        bytes += chunk.len() as u64;
        file.write_all(&chunk).await.map_err(Problem::internal)?;
    }
    file.flush().await.map_err(Problem::internal)?;
    Ok(bytes)
}

/// Writes what was decided about a file.
///
/// # Errors
/// The disk refused.
pub async fn write(app: &App, upload: &Upload) -> Result<(), Problem> {
    let text = serde_json::to_vec(upload).map_err(Problem::internal)?;
    let folder = folder(app, &upload.key)?;
    tokio::fs::write(folder.join("choice.new"), text).await.map_err(Problem::internal)?;
    tokio::fs::rename(folder.join("choice.new"), folder.join("choice.json")).await.map_err(Problem::internal)
}

/// One file.
///
/// # Errors
/// It is not there any more, or the disk refused.
pub async fn get(app: &App, key: &str) -> Result<Upload, Problem> {
    match tokio::fs::read(folder(app, key)?.join("choice.json")).await {
        Ok(text) => serde_json::from_slice(&text).map_err(Problem::internal),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(gone()),
        Err(error) => Err(Problem::internal(error)),
    }
}

/// All files that wait, the oldest first.
///
/// # Errors
/// The disk refused.
pub async fn list(app: &App) -> Result<Vec<Upload>, Problem> {
    let mut entries = match tokio::fs::read_dir(root(app)).await {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Problem::internal(error)),
    };
    let mut uploads = Vec::new();
    while let Some(entry) = entries.next_entry().await.map_err(Problem::internal)? {
        // A folder without a decision is still being sent.
        if let Ok(upload) = get(app, &entry.file_name().to_string_lossy()).await {
            uploads.push(upload);
        }
    }
    uploads.sort_by(|a, b| (a.at, &a.name, &a.key).cmp(&(b.at, &b.name, &b.key)));
    Ok(uploads)
}

/// Forgets a file.
///
/// # Errors
/// The key is none.
pub async fn discard(app: &App, key: &str) -> Result<(), Problem> {
    remove_folder(&folder(app, key)?).await;
    Ok(())
}

async fn remove_folder(folder: &Path) {
    if let Err(error) = tokio::fs::remove_dir_all(folder).await
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, folder = %folder.display(), "an upload cannot be removed");
    }
}

/// The first bytes of a file.
///
/// # Errors
/// The disk refused.
pub async fn head(app: &App, upload: &Upload) -> Result<Vec<u8>, Problem> {
    let file = tokio::fs::File::open(path(app, upload)?).await.map_err(Problem::internal)?;
    let mut bytes = Vec::new();
    file.take(HEAD_BYTES).read_to_end(&mut bytes).await.map_err(Problem::internal)?;
    Ok(bytes)
}

/// A name without folders and without what a file system or a page could trip over.
fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).take(MAX_NAME_CHARS).collect();
    let clean = clean.trim().trim_start_matches('.').to_owned();
    if clean.is_empty() { "upload.csv".to_owned() } else { clean }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere() {
        for (name, safe) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\exports\\orders.csv", "orders.csv"),
            ("..", "upload.csv"),
            ("", "upload.csv"),
            ("Bestellungen März.csv", "Bestellungen März.csv"),
            ("a\u{0}b\n.csv", "ab.csv"),
        ] {
            assert_eq!(safe_name(name), safe, "{name}");
        }
    }
}

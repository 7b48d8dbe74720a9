//! `rejects.csv`: rows that were not taken, with the reason, in a form that a spreadsheet opens without running anything.

use std::{
    fs::{File, OpenOptions},
    io::{self, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use domain::ImportId;
use formats::Reject;

use crate::{IntakeError, request::RejectSample};

/// How many rejects a report shows itself.
const SAMPLES: usize = 20;

/// The file of rejected rows of one import; made with the first of them.
pub(crate) struct Rejects {
    data_dir: PathBuf,
    relative: String,
    file_name: String,
    /// Bytes that belong to recorded batches; what stands behind them is left of an interrupted one.
    pub(crate) bytes: u64,
    open: Option<File>,
    pub(crate) samples: Vec<RejectSample>,
}

impl Rejects {
    pub(crate) fn new(data_dir: &Path, import_id: ImportId, file_name: &str, bytes: u64) -> Rejects {
        Rejects {
            data_dir: data_dir.to_owned(),
            relative: format!("rejects/{import_id}.csv"),
            file_name: file_name.to_owned(),
            bytes,
            open: None,
            samples: Vec::new(),
        }
    }

    /// Path relative to the data folder, where anything was rejected.
    pub(crate) fn path(&self) -> Option<String> {
        (self.bytes > 0).then(|| self.relative.clone())
    }

    pub(crate) fn sample(&mut self, reject: &Reject) {
        if self.samples.len() < SAMPLES {
            self.samples.push(RejectSample {
                line: reject.line,
                column: reject.column.clone(),
                value: reject.value.clone(),
                reason: reject.reason.clone(),
            });
        }
    }

    /// Makes the rejects of a batch durable, before the batch is recorded.
    pub(crate) fn write(&mut self, rejects: &[Reject]) -> Result<(), IntakeError> {
        if rejects.is_empty() {
            return Ok(());
        }
        let path = self.data_dir.join(&self.relative);
        self.append(&path, rejects).map_err(|source| IntakeError::File { file: path.display().to_string(), source })
    }

    fn append(&mut self, path: &Path, rejects: &[Reject]) -> io::Result<()> {
        let file = match &mut self.open {
            Some(file) => file,
            None => {
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder)?;
                }
                let mut file = OpenOptions::new().create(true).write(true).truncate(false).open(path)?;
                file.set_len(self.bytes)?;
                file.seek(SeekFrom::End(0))?;
                self.open.insert(file)
            }
        };
        let mut writer = csv::Writer::from_writer(Vec::new());
        if self.bytes == 0 {
            writer.write_record(["file", "line", "column", "value", "reason"])?;
        }
        for reject in rejects {
            let line = if reject.line == 0 { String::new() } else { reject.line.to_string() };
            let cells = [&self.file_name, &line, &reject.column, &reject.value, &reject.reason];
            writer.write_record(cells.map(|cell| inert(cell)))?;
        }
        let text = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
        file.write_all(&text)?;
        file.sync_all()?;
        self.bytes += text.len() as u64;
        Ok(())
    }
}

/// A cell that a spreadsheet shows instead of computing it (OWASP, *CSV injection*: cells that begin with `= + - @`, a
/// tab or a carriage return get an apostrophe in front).
fn inert(cell: &str) -> String {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => format!("'{cell}"),
        _ => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_batch_leaves_nothing_and_formulas_stay_text() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let id = ImportId::derive(domain::InstantMs(1), &["x"]);
        let reject = |line, value: &str| Reject {
            row: line - 1,
            line,
            column: "Price".into(),
            value: value.into(),
            reason: "Not a number".into(),
            rows: 1,
        };
        let mut first = Rejects::new(folder.path(), id, "orders.csv", 0);
        first.write(&[reject(3, "=HYPERLINK(\"x\")")]).expect("written");
        let recorded = first.bytes;
        first.write(&[reject(4, "lost")]).expect("written");
        let mut second = Rejects::new(folder.path(), id, "orders.csv", recorded);
        second.write(&[reject(4, "a,b")]).expect("written");
        let text = std::fs::read_to_string(folder.path().join(second.path().expect("a path"))).expect("there");
        insta::assert_snapshot!(text, @r#"
        file,line,column,value,reason
        orders.csv,3,Price,"'=HYPERLINK(""x"")",Not a number
        orders.csv,4,Price,"a,b",Not a number
        "#);
    }
}

//! Files: their bytes, unpacked where they are packed, counted while they are read.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use domain::Day;
use flate2::bufread::MultiGzDecoder;

use crate::{IntakeError, request::Input};

const GZIP: [u8; 2] = [0x1f, 0x8b];
const BUFFER: usize = 1 << 18;

/// Numbers the copies of this process: two uploads of one instant must not meet in one file.
static COPIES: AtomicU64 = AtomicU64::new(0);

/// A file on disk, with the name people know it by.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    /// A copy made for the import is removed after it.
    is_copy: bool,
}

impl Drop for Source {
    fn drop(&mut self) {
        if self.is_copy {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Source {
    /// Makes the input a file: a path is taken as it is, other bytes are copied into `folder`.
    pub(crate) fn make(input: Input, folder: &Path) -> Result<Source, IntakeError> {
        match input {
            Input::Path(path) => {
                let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into());
                Ok(Source { path, name, is_copy: false })
            }
            Input::Reader { name, mut reader } => {
                let name = name.rsplit(['/', '\\']).next().unwrap_or("upload").to_owned();
                let number = COPIES.fetch_add(1, Ordering::Relaxed);
                let path = folder.join(format!("{}-{number}.part", std::process::id()));
                let source = Source { path, name, is_copy: true };
                let mut copy = || -> io::Result<()> {
                    std::fs::create_dir_all(folder)?;
                    let mut file = File::create(&source.path)?;
                    io::copy(&mut reader, &mut file)?;
                    file.flush()
                };
                copy().map_err(|error| source.failed(error))?;
                Ok(source)
            }
        }
    }

    fn failed(&self, error: io::Error) -> IntakeError {
        IntakeError::File { file: self.name.clone(), source: error }
    }

    /// Checksum and size of the bytes. A compressed file is unpacked once to its end, so that a damaged one is found
    /// before anything of it is recorded.
    pub(crate) fn examine(&self) -> Result<(String, u64), IntakeError> {
        let file = File::open(&self.path).map_err(|error| self.failed(error))?;
        let mut hashing = Hashing { inner: file, hasher: blake3::Hasher::new(), bytes: 0 };
        let mut reader = BufReader::with_capacity(BUFFER, &mut hashing);
        let packed = reader.fill_buf().map_err(|error| self.failed(error))?.starts_with(&GZIP);
        if packed {
            io::copy(&mut MultiGzDecoder::new(&mut reader), &mut io::sink())
                .map_err(|error| IntakeError::Damaged { file: self.name.clone(), reason: error.to_string() })?;
        }
        io::copy(&mut reader, &mut io::sink()).map_err(|error| self.failed(error))?;
        drop(reader);
        Ok((hashing.hasher.finalize().to_hex().to_string(), hashing.bytes))
    }

    /// The unpacked bytes; `read` counts the bytes of the file itself.
    pub(crate) fn open(&self, read: Arc<AtomicU64>) -> Result<Box<dyn BufRead + Send>, IntakeError> {
        let file = File::open(&self.path).map_err(|error| self.failed(error))?;
        let mut reader = BufReader::with_capacity(BUFFER, Counting { inner: file, read });
        let packed = reader.fill_buf().map_err(|error| self.failed(error))?.starts_with(&GZIP);
        Ok(match packed {
            true => Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(reader))),
            false => Box::new(reader),
        })
    }
}

struct Hashing {
    inner: File,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }
}

struct Counting {
    inner: File,
    read: Arc<AtomicU64>,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// As much of the beginning of a file as can be unpacked.
pub(crate) fn unpack_prefix(bytes: &[u8]) -> Vec<u8> {
    if !bytes.starts_with(&GZIP) {
        return bytes.to_vec();
    }
    let mut unpacked = Vec::new();
    let mut decoder = MultiGzDecoder::new(bytes);
    let mut chunk = [0u8; 8192];
    // The prefix breaks off somewhere; what came before that is good.
    while let Ok(count) = decoder.read(&mut chunk) {
        if count == 0 || unpacked.len() > 1 << 20 {
            break;
        }
        unpacked.extend_from_slice(&chunk[..count]);
    }
    unpacked
}
/// The day in a file's name: `inventory_2026-01-31.csv`, `stock-20260131.csv.gz`. The first that exists counts.
pub(crate) fn day_in_name(name: &str) -> Option<Day> {
    let bytes = name.as_bytes();
    let digit_at = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_digit);
    (0..bytes.len()).filter(|&at| digit_at(at) && (at == 0 || !digit_at(at - 1))).find_map(|at| {
        let part = |length: usize| name.get(at..at + length).filter(|_| !digit_at(at + length));
        let plain = part(8).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let dashed = part(10).map(|text| text.replace(['_', '.'], "-"));
        let plain = plain.map(|text| format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]));
        plain.or(dashed).and_then(|text| Day::parse(&text).ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_stands_in_a_name() {
        let day = |name| day_in_name(name).map(|day| day.to_string());
        for name in ["inventory_2026-01-31.csv", "2026-01-31 stock.csv.gz", "export-1-20260131.csv", "a 2026_01_31.csv"]
        {
            assert_eq!(day(name).as_deref(), Some("2026-01-31"), "{name}");
        }
        for name in ["inventory_export_1.csv", "20261331.csv", "inventory 1234567890.csv", "é2026-01", ""] {
            assert_eq!(day(name), None, "{name}");
        }
    }
}

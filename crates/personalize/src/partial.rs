//! What a training has finished so far, in one file beside the models: a training that was killed goes on after its last
//! finished stage. The file is removed when the model is written.

use std::{
    cell::RefCell,
    fs::{File, OpenOptions},
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use recommend::Stages;

/// Its name in the folder of the models.
const FILE: &str = "training.partial";
/// Ends a stage; one without it was being written when the process died.
const END: &[u8; 8] = b"STAGEEND";

/// Stages on disk: key length (u32), key, data length (u64), data, [`END`]; little-endian, one after another.
#[derive(Debug)]
pub(crate) struct Partial {
    path: PathBuf,
    inner: RefCell<Inner>,
}

#[derive(Debug)]
struct Inner {
    file: File,
    /// Keys with where their data begin and how long they are.
    known: Vec<(String, u64, u64)>,
    end: u64,
    /// Whether a stage was used: then the file is about this training.
    is_ours: bool,
}

impl Partial {
    /// Opens or begins the file; `None` where it cannot be had, or another training has it: then nothing is kept.
    pub(crate) fn open(folder: &Path) -> Option<Partial> {
        std::fs::create_dir_all(folder).ok()?;
        let path = folder.join(FILE);
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).ok()?;
        file.try_lock().ok()?;
        let mut inner = Inner { file, known: Vec::new(), end: 0, is_ours: false };
        while let Some((key, at, length)) = inner.next() {
            inner.end = at + length + END.len() as u64;
            inner.known.push((key, at, length));
        }
        Some(Partial { path, inner: RefCell::new(inner) })
    }

    /// The training is done.
    pub(crate) fn remove(self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "cannot be removed");
        }
    }
}

impl Inner {
    /// The stage that begins at `end`, if it is whole.
    fn next(&mut self) -> Option<(String, u64, u64)> {
        let all = self.file.metadata().ok()?.len();
        self.file.seek(SeekFrom::Start(self.end)).ok()?;
        let mut four = [0; 4];
        self.file.read_exact(&mut four).ok()?;
        let key_length = u64::from(u32::from_le_bytes(four));
        if key_length > all {
            return None;
        }
        let mut key = vec![0; key_length as usize];
        self.file.read_exact(&mut key).ok()?;
        let mut eight = [0; 8];
        self.file.read_exact(&mut eight).ok()?;
        let (at, length) = (self.end + 4 + key_length + 8, u64::from_le_bytes(eight));
        let after = at.checked_add(length).filter(|&after| after <= all)?;
        self.file.seek(SeekFrom::Start(after)).ok()?;
        self.file.read_exact(&mut eight).ok()?;
        (&eight == END).then_some(())?;
        Some((String::from_utf8(key).ok()?, at, length))
    }

    fn append(&mut self, key: &str, bytes: &[u8]) -> std::io::Result<()> {
        if !self.is_ours {
            // Nothing of it was of use: it is about another input.
            self.known.clear();
            self.end = 0;
            self.is_ours = true;
        }
        self.file.set_len(self.end)?;
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&(key.len() as u32).to_le_bytes())?;
        self.file.write_all(key.as_bytes())?;
        self.file.write_all(&(bytes.len() as u64).to_le_bytes())?;
        self.file.write_all(bytes)?;
        self.file.write_all(END)?;
        self.file.sync_data()?;
        let at = self.end + 12 + key.len() as u64;
        self.end = at + (bytes.len() + END.len()) as u64;
        self.known.push((key.to_owned(), at, bytes.len() as u64));
        Ok(())
    }
}

impl Stages for Partial {
    fn load(&self, key: &str) -> Option<Vec<u8>> {
        let mut inner = self.inner.borrow_mut();
        let (_, at, length) = inner.known.iter().rfind(|(known, ..)| known == key).cloned()?;
        let mut bytes = vec![0; usize::try_from(length).ok()?];
        inner.file.seek(SeekFrom::Start(at)).ok()?;
        inner.file.read_exact(&mut bytes).ok()?;
        inner.is_ours = true;
        Some(bytes)
    }

    fn store(&self, key: &str, bytes: &[u8]) {
        if let Err(error) = self.inner.borrow_mut().append(key, bytes) {
            tracing::warn!(%error, path = %self.path.display(), "a stage of the training cannot be kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_stage_is_as_if_it_had_not_been_and_another_inputs_stages_go() {
        let folder = tempfile::tempdir().expect("folder");
        let first = Partial::open(folder.path()).expect("opens");
        first.store("a/options", b"one");
        first.store("a/ranker", b"two");
        assert!(Partial::open(folder.path()).is_none(), "another training has it");
        drop(first);
        let path = folder.path().join(FILE);
        let whole = std::fs::read(&path).expect("reads");
        for length in 0..whole.len() {
            std::fs::write(&path, &whole[..length]).expect("writes");
            let again = Partial::open(folder.path()).expect("opens");
            assert_eq!(again.load("a/ranker"), None, "{length}");
        }
        std::fs::write(&path, &whole).expect("writes");
        let again = Partial::open(folder.path()).expect("opens");
        assert_eq!((again.load("a/options"), again.load("a/ranker")), (Some(b"one".to_vec()), Some(b"two".to_vec())));
        again.store("a/proof", b"three");
        drop(again);
        let other = Partial::open(folder.path()).expect("opens");
        assert_eq!(other.load("b/options"), None);
        other.store("b/options", b"four");
        assert_eq!((other.load("a/proof"), other.load("b/options")), (None, Some(b"four".to_vec())));
        other.remove();
        assert!(!path.exists());
    }
}

//! What a trained model looks like as bytes: a versioned header, a table of named little-endian sections, and a checksum
//! over all. Sections are aligned, so that a model is used where its bytes lie: in a mapped file, for instance.
//!
//! ```text
//! "FNRECOM1" | version u32 | sections u32 | bytes of the table u64
//! table: { name length u32, name, offset u64, length u64 }*      offsets count from the start, multiples of 64
//! sections, zeros between them | blake3 of all before, 32 bytes
//! ```

mod array;
mod checksum;
#[cfg(test)]
pub(crate) mod laws;

use std::{collections::BTreeMap, io, sync::Arc};

pub use array::{Array, Plain};
use bytes::Bytes;

use crate::parallel;

const MAGIC: &[u8; 8] = b"FNRECOM1";
/// Rises when an older reader would misread what is written. 2: sections are aligned and found by a table.
const VERSION: u32 = 2;
const HEADER_BYTES: usize = 24;
const CHECKSUM_BYTES: usize = 32;
/// What sections are aligned to: a cache line.
const ALIGNMENT: usize = 64;
/// Numbers that are checked by one thread: starting another takes longer.
const FEW: usize = 1 << 18;

/// Why bytes are not a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArtefactError {
    /// Something else, or cut short before the header ends.
    #[error("this is not a recommender artefact; train again with `fortnight recommend train`")]
    NotAnArtefact,
    /// Written by another version of the program.
    #[error(
        "the artefact has format {found}, this program reads {VERSION}; train again with `fortnight recommend train`"
    )]
    Version {
        /// The format found.
        found: u32,
    },
    /// Bytes were lost or changed.
    #[error("the artefact is damaged: its checksum does not match; train again or restore the file")]
    Damaged,
    /// A part that the model needs is not there or does not fit the others.
    #[error("the artefact lacks a usable section \"{name}\"; train again with `fortnight recommend train`")]
    Section {
        /// Its name.
        name: String,
    },
}

/// Collects sections and puts them into bytes. Arrays are shared, not copied.
#[derive(Debug, Clone, Default)]
pub struct Writer {
    prefix: String,
    sections: Vec<(String, Bytes)>,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Bytes in all.
    pub bytes: u64,
    /// BLAKE3 of all but itself; the last bytes of what was written.
    pub checksum: [u8; CHECKSUM_BYTES],
}

impl Writer {
    /// No sections.
    pub fn new() -> Writer {
        Writer::default()
    }

    /// Writes what `write` writes under `name/`.
    pub fn scope(&mut self, name: &str, write: impl FnOnce(&mut Writer)) {
        let length = self.prefix.len();
        self.prefix.push_str(name);
        self.prefix.push('/');
        write(self);
        self.prefix.truncate(length);
    }

    /// A section of bytes.
    pub fn bytes(&mut self, name: &str, values: impl Into<Bytes>) {
        self.sections.push((format!("{}{name}", self.prefix), values.into()));
    }

    /// A section of numbers, not copied.
    pub fn array<T: Plain>(&mut self, name: &str, values: &Array<T>) {
        self.bytes(name, values.to_le_bytes());
    }

    /// A section of numbers.
    pub fn numbers<T: Plain>(&mut self, name: &str, values: impl IntoIterator<Item = T>) {
        self.array(name, &values.into_iter().collect());
    }

    /// A section of JSON: for options, which are small.
    pub fn json(&mut self, name: &str, value: &impl serde::Serialize) {
        self.bytes(name, serde_json::to_vec(value).unwrap_or_default());
    }

    /// Header and table, and with each section where it starts.
    fn laid_out(&self) -> (Vec<u8>, Vec<(usize, &Bytes)>) {
        let table: usize = self.sections.iter().map(|(name, _)| 20 + name.len()).sum();
        let mut head = Vec::with_capacity(HEADER_BYTES + table);
        head.extend(MAGIC);
        head.extend(VERSION.to_le_bytes());
        head.extend((self.sections.len() as u32).to_le_bytes());
        head.extend((table as u64).to_le_bytes());
        let mut end = HEADER_BYTES + table;
        let mut placed = Vec::with_capacity(self.sections.len());
        for (name, data) in &self.sections {
            let offset = end.next_multiple_of(ALIGNMENT);
            head.extend((name.len() as u32).to_le_bytes());
            head.extend(name.as_bytes());
            head.extend((offset as u64).to_le_bytes());
            head.extend((data.len() as u64).to_le_bytes());
            placed.push((offset, data));
            end = offset + data.len();
        }
        (head, placed)
    }

    /// Writes the artefact, from first to last byte.
    ///
    /// # Errors
    /// `out` refused.
    pub fn write_to(&self, out: &mut impl io::Write) -> io::Result<Written> {
        let (head, placed) = self.laid_out();
        let mut hasher = blake3::Hasher::new();
        let mut written = 0;
        let mut put = |bytes: &[u8]| {
            hasher.update(bytes);
            written += bytes.len();
            out.write_all(bytes).map(|()| written)
        };
        let mut end = put(&head)?;
        for (offset, data) in placed {
            put(&[0; ALIGNMENT][..offset - end])?;
            end = put(data)?;
        }
        let checksum = *hasher.finalize().as_bytes();
        out.write_all(&checksum)?;
        Ok(Written { bytes: (end + CHECKSUM_BYTES) as u64, checksum })
    }

    /// The artefact.
    pub fn finish(self) -> Vec<u8> {
        let data: usize = self.sections.iter().map(|(name, data)| name.len() + data.len() + 2 * ALIGNMENT).sum();
        let mut bytes = Vec::with_capacity(HEADER_BYTES + data + CHECKSUM_BYTES);
        // A vector takes everything.
        let _ = self.write_to(&mut bytes);
        bytes
    }
}

/// The sections of an artefact, checked; they share its bytes.
#[derive(Debug, Clone)]
pub struct Reader {
    prefix: String,
    sections: Arc<BTreeMap<String, Bytes>>,
}

impl Reader {
    /// Checks header and checksum and finds the sections. Nothing is copied: `bytes` live as long as what was read of them.
    ///
    /// # Errors
    /// If it is not an artefact of this version, whole.
    pub fn new(bytes: Bytes) -> Result<Reader, ArtefactError> {
        let mut rest = bytes.strip_prefix(MAGIC).ok_or(ArtefactError::NotAnArtefact)?;
        let found = u32::from_le_bytes(take(&mut rest)?);
        if found != VERSION {
            return Err(ArtefactError::Version { found });
        }
        let body = bytes.len().checked_sub(CHECKSUM_BYTES).ok_or(ArtefactError::NotAnArtefact)?;
        if checksum::hash(&bytes[..body], threads()) != bytes[body..] {
            return Err(ArtefactError::Damaged);
        }
        let count = u32::from_le_bytes(take(&mut rest)?);
        let table = place(take(&mut rest)?).ok_or(ArtefactError::NotAnArtefact)?;
        let mut table = rest.get(..table).ok_or(ArtefactError::NotAnArtefact)?;
        let mut sections = BTreeMap::new();
        for _ in 0..count {
            let name = u32::from_le_bytes(take(&mut table)?) as usize;
            let (name, after) = table.split_at_checked(name).ok_or(ArtefactError::NotAnArtefact)?;
            table = after;
            let name = std::str::from_utf8(name).map_err(|_| ArtefactError::NotAnArtefact)?.to_owned();
            let (offset, length) = (place(take(&mut table)?), place(take(&mut table)?));
            let range = offset.zip(length).and_then(|(from, length)| Some(from..from.checked_add(length)?));
            match range.filter(|range| range.end <= body) {
                Some(range) => sections.insert(name, bytes.slice(range)),
                None => return Err(ArtefactError::Section { name }),
            };
        }
        Ok(Reader { prefix: String::new(), sections: Arc::new(sections) })
    }

    /// The sections under `name/`.
    pub fn scope(&self, name: &str) -> Reader {
        Reader { prefix: format!("{}{name}/", self.prefix), sections: Arc::clone(&self.sections) }
    }

    /// A section of bytes.
    ///
    /// # Errors
    /// If it is not there.
    pub fn bytes(&self, name: &str) -> Result<Bytes, ArtefactError> {
        let name = format!("{}{name}", self.prefix);
        self.sections.get(&name).cloned().ok_or(ArtefactError::Section { name })
    }

    /// A section of numbers.
    ///
    /// # Errors
    /// If it is not there or its last number is cut.
    pub fn array<T: Plain>(&self, name: &str) -> Result<Array<T>, ArtefactError> {
        Array::from_le_bytes(self.bytes(name)?).ok_or_else(|| self.unusable(name))
    }

    /// A section of JSON.
    ///
    /// # Errors
    /// If it is not there or does not say what it must.
    pub fn json<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, ArtefactError> {
        serde_json::from_slice(&self.bytes(name)?).map_err(|_| self.unusable(name))
    }

    /// The error for a section that does not fit the others.
    pub fn unusable(&self, name: &str) -> ArtefactError {
        ArtefactError::Section { name: format!("{}{name}", self.prefix) }
    }
}

/// Whether all numbers are below `end`, so that they may index what has `end` entries.
pub fn all_below(numbers: &[u32], end: usize) -> bool {
    // Without a way out early, so that it is done with vector instructions.
    let largest = |numbers: &[u32]| numbers.iter().fold(0, |largest, &number| largest.max(number)) as usize;
    if numbers.len() <= FEW {
        return numbers.is_empty() || largest(numbers) < end;
    }
    parallel::chunks(numbers.len(), threads(), |range| largest(&numbers[range])).into_iter().all(|one| one < end)
}

/// Threads that loading uses; what it comes to does not depend on them.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(8)
}

fn place(bytes: [u8; 8]) -> Option<usize> {
    usize::try_from(u64::from_le_bytes(bytes)).ok()
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], ArtefactError> {
    let (bytes, after) = rest.split_first_chunk().ok_or(ArtefactError::NotAnArtefact)?;
    *rest = after;
    Ok(*bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn artefact() -> Vec<u8> {
        let mut writer = Writer::new();
        writer.numbers("numbers", [1_u32, 2, 3]);
        writer.scope("inner", |writer| {
            writer.numbers("weights", [0.5_f32, -1.0]);
            writer.json("options", &("a", 1));
        });
        writer.finish()
    }

    #[test]
    fn what_was_written_is_read() {
        let bytes = artefact();
        let reader = Reader::new(bytes.into()).unwrap();
        assert_eq!(*reader.array::<u32>("numbers").unwrap(), [1, 2, 3]);
        let inner = reader.scope("inner");
        assert_eq!(*inner.array::<f32>("weights").unwrap(), [0.5, -1.0]);
        assert_eq!(inner.json::<(String, u32)>("options").unwrap(), ("a".to_owned(), 1));
        assert_eq!(inner.array::<u32>("absent"), Err(ArtefactError::Section { name: "inner/absent".to_owned() }));
    }

    #[test]
    fn any_changed_or_lost_byte_is_found() {
        let whole = artefact();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 4;
            assert!(Reader::new(bytes.into()).is_err(), "byte {at} changed");
            assert!(Reader::new(whole[..at].to_vec().into()).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn sections_are_aligned_and_what_is_written_does_not_depend_on_where_to() {
        let mut writer = Writer::new();
        writer.bytes("odd", vec![1, 2, 3]);
        writer.numbers("numbers", [5_u64]);
        writer.numbers::<u32>("none", []);
        let (_, placed) = writer.laid_out();
        assert!(placed.iter().all(|(offset, _)| offset.is_multiple_of(ALIGNMENT)));
        let mut out = Vec::new();
        let written = writer.write_to(&mut out).unwrap();
        assert_eq!(written.bytes, out.len() as u64);
        assert!(out.ends_with(&written.checksum));
        assert_eq!(out, writer.finish());
    }

    #[test]
    fn an_older_version_is_refused_with_what_to_do() {
        let mut bytes = artefact();
        bytes[8] = 1;
        let error = Reader::new(bytes.into()).unwrap_err();
        assert_eq!(error, ArtefactError::Version { found: 1 });
        assert!(error.to_string().ends_with("train again with `fortnight recommend train`"));
    }

    #[test]
    fn numbers_that_index() {
        assert!(all_below(&[], 0) && all_below(&[0, 2], 3) && !all_below(&[3, 0], 3));
        let mut many = vec![1; 2 * FEW];
        assert!(all_below(&many, 2));
        many[FEW + 3] = 2;
        assert!(!all_below(&many, 2));
    }
}

//! What a trained model looks like as bytes: a versioned header, named little-endian sections, and a checksum over all.
//!
//! ```text
//! "FNRECOM1" | version u32 | sections u32 | { name length u32, name, data length u64, data }* | blake3 of all before, 32 bytes
//! ```

use std::collections::BTreeMap;

const MAGIC: &[u8; 8] = b"FNRECOM1";
/// Rises when an older reader would misread what is written.
const VERSION: u32 = 1;
const CHECKSUM_BYTES: usize = 32;

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

/// Collects sections and puts them into bytes.
#[derive(Debug, Default)]
pub struct Writer {
    prefix: String,
    sections: Vec<(String, Vec<u8>)>,
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
    pub fn bytes(&mut self, name: &str, values: Vec<u8>) {
        self.sections.push((format!("{}{name}", self.prefix), values));
    }

    /// A section of numbers.
    pub fn u32s(&mut self, name: &str, values: impl IntoIterator<Item = u32>) {
        self.bytes(name, values.into_iter().flat_map(u32::to_le_bytes).collect());
    }

    /// A section of numbers.
    pub fn u64s(&mut self, name: &str, values: impl IntoIterator<Item = u64>) {
        self.bytes(name, values.into_iter().flat_map(u64::to_le_bytes).collect());
    }

    /// A section of numbers.
    pub fn f32s(&mut self, name: &str, values: impl IntoIterator<Item = f32>) {
        self.bytes(name, values.into_iter().flat_map(f32::to_le_bytes).collect());
    }

    /// A section of JSON: for options, which are small.
    pub fn json(&mut self, name: &str, value: &impl serde::Serialize) {
        self.bytes(name, serde_json::to_vec(value).unwrap_or_default());
    }

    /// The artefact.
    pub fn finish(self) -> Vec<u8> {
        let size: usize = self.sections.iter().map(|(name, data)| 12 + name.len() + data.len()).sum();
        let mut bytes = Vec::with_capacity(16 + size + CHECKSUM_BYTES);
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend((self.sections.len() as u32).to_le_bytes());
        for (name, data) in self.sections {
            bytes.extend((name.len() as u32).to_le_bytes());
            bytes.extend(name.as_bytes());
            bytes.extend((data.len() as u64).to_le_bytes());
            bytes.extend(data);
        }
        let checksum = blake3::hash(&bytes);
        bytes.extend(checksum.as_bytes());
        bytes
    }
}

/// The sections of an artefact, checked and borrowed.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    prefix: String,
    sections: BTreeMap<&'a str, &'a [u8]>,
}

impl<'a> Reader<'a> {
    /// Checks header and checksum and finds the sections.
    ///
    /// # Errors
    /// If it is not an artefact of this version, whole.
    pub fn new(bytes: &'a [u8]) -> Result<Reader<'a>, ArtefactError> {
        let body_length = bytes.len().checked_sub(CHECKSUM_BYTES).ok_or(ArtefactError::NotAnArtefact)?;
        let (body, checksum) = bytes.split_at(body_length);
        let mut rest = body.strip_prefix(MAGIC).ok_or(ArtefactError::NotAnArtefact)?;
        let found = u32::from_le_bytes(take(&mut rest)?);
        if found != VERSION {
            return Err(ArtefactError::Version { found });
        }
        if blake3::hash(body).as_bytes() != checksum {
            return Err(ArtefactError::Damaged);
        }
        let mut sections = BTreeMap::new();
        for _ in 0..u32::from_le_bytes(take(&mut rest)?) {
            let name = u32::from_le_bytes(take(&mut rest)?) as usize;
            let (name, after) = rest.split_at_checked(name).ok_or(ArtefactError::NotAnArtefact)?;
            rest = after;
            let name = std::str::from_utf8(name).map_err(|_| ArtefactError::NotAnArtefact)?;
            let data =
                usize::try_from(u64::from_le_bytes(take(&mut rest)?)).map_err(|_| ArtefactError::NotAnArtefact)?;
            let (data, after) = rest.split_at_checked(data).ok_or(ArtefactError::NotAnArtefact)?;
            rest = after;
            sections.insert(name, data);
        }
        Ok(Reader { prefix: String::new(), sections })
    }

    /// The sections under `name/`.
    pub fn scope(&self, name: &str) -> Reader<'a> {
        Reader { prefix: format!("{}{name}/", self.prefix), sections: self.sections.clone() }
    }

    /// A section of bytes.
    ///
    /// # Errors
    /// If it is not there.
    pub fn bytes(&self, name: &str) -> Result<&'a [u8], ArtefactError> {
        let name = format!("{}{name}", self.prefix);
        self.sections.get(name.as_str()).copied().ok_or(ArtefactError::Section { name })
    }

    /// A section of numbers.
    ///
    /// # Errors
    /// If it is not there.
    pub fn u32s(&self, name: &str) -> Result<Vec<u32>, ArtefactError> {
        Ok(self.bytes(name)?.as_chunks().0.iter().map(|&bytes| u32::from_le_bytes(bytes)).collect())
    }

    /// A section of numbers.
    ///
    /// # Errors
    /// If it is not there.
    pub fn u64s(&self, name: &str) -> Result<Vec<u64>, ArtefactError> {
        Ok(self.bytes(name)?.as_chunks().0.iter().map(|&bytes| u64::from_le_bytes(bytes)).collect())
    }

    /// A section of numbers.
    ///
    /// # Errors
    /// If it is not there.
    pub fn f32s(&self, name: &str) -> Result<Vec<f32>, ArtefactError> {
        Ok(self.bytes(name)?.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())
    }

    /// A section of JSON.
    ///
    /// # Errors
    /// If it is not there or does not say what it must.
    pub fn json<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, ArtefactError> {
        serde_json::from_slice(self.bytes(name)?).map_err(|_| self.unusable(name))
    }

    /// The error for a section that does not fit the others.
    pub fn unusable(&self, name: &str) -> ArtefactError {
        ArtefactError::Section { name: format!("{}{name}", self.prefix) }
    }
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
        writer.u32s("numbers", [1, 2, 3]);
        writer.scope("inner", |writer| {
            writer.f32s("weights", [0.5, -1.0]);
            writer.json("options", &("a", 1));
        });
        writer.finish()
    }

    #[test]
    fn what_was_written_is_read() {
        let bytes = artefact();
        let reader = Reader::new(&bytes).unwrap();
        assert_eq!(reader.u32s("numbers").unwrap(), [1, 2, 3]);
        let inner = reader.scope("inner");
        assert_eq!(inner.f32s("weights").unwrap(), [0.5, -1.0]);
        assert_eq!(inner.json::<(String, u32)>("options").unwrap(), ("a".to_owned(), 1));
        assert_eq!(inner.u32s("absent"), Err(ArtefactError::Section { name: "inner/absent".to_owned() }));
    }

    #[test]
    fn any_changed_or_lost_byte_is_found() {
        let whole = artefact();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 4;
            assert!(Reader::new(&bytes).is_err(), "byte {at} changed");
            assert!(Reader::new(&whole[..at]).is_err(), "cut at {at}");
        }
    }
}

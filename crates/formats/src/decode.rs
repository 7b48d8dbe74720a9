//! Bytes of unknown encoding to clean UTF-8 lines.

use std::io::{self, BufRead, Cursor, Read};

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::error::FormatError;

/// How much of the file is looked at to find its encoding, delimiter and header.
const PREFIX_BYTES: usize = 128 * 1024;

/// The stream after decoding (BOM gone, UTF-16 turned into UTF-8, line ends `\n`, last line ended), and its beginning.
pub(crate) struct Decoded {
    /// First bytes after decoding; may end inside a character.
    pub(crate) prefix: Vec<u8>,
    /// The whole stream, prefix included.
    pub(crate) stream: Box<dyn Read + Send>,
}

/// Looks at the beginning of the stream and sets up decoding. Bytes that are not UTF-8 pass here; [`to_text`] reads
/// them as windows-1252 cell by cell, so one bad byte late in a file does no harm.
pub(crate) fn decode(mut input: impl BufRead + Send + 'static) -> Result<Decoded, FormatError> {
    let mut raw = Vec::with_capacity(PREFIX_BYTES);
    input.by_ref().take(PREFIX_BYTES as u64).read_to_end(&mut raw)?;
    refuse_binary(&raw)?;
    let (skip, utf16) = match raw.as_slice() {
        [0xEF, 0xBB, 0xBF, ..] => (3, None),
        [0xFF, 0xFE, ..] => (2, Some(UTF_16LE)),
        [0xFE, 0xFF, ..] => (2, Some(UTF_16BE)),
        bytes => (0, guess_utf16(bytes)),
    };
    if utf16.is_none() && raw.iter().take(4096).any(|&byte| byte == 0) {
        return Err(FormatError::NotText { what: "a binary file", advice: "export it as CSV and import that" });
    }
    let rest = Cursor::new(raw.split_off(skip)).chain(input);
    let mut stream: Box<dyn Read + Send> = match utf16 {
        None => Box::new(CleanLines::new(rest)),
        Some(encoding) => Box::new(CleanLines::new(Transcoded::new(rest, encoding.new_decoder_without_bom_handling()))),
    };
    let mut prefix = Vec::with_capacity(PREFIX_BYTES);
    stream.by_ref().take(PREFIX_BYTES as u64).read_to_end(&mut prefix)?;
    if prefix.iter().all(u8::is_ascii_whitespace) {
        return Err(FormatError::Empty);
    }
    let stream = Box::new(Cursor::new(prefix.clone()).chain(stream));
    Ok(Decoded { prefix, stream })
}

/// A cell as text: UTF-8, or windows-1252 for the bytes that are not.
pub(crate) fn to_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    text
}

/// Known binary beginnings, each with what to do about it.
fn refuse_binary(raw: &[u8]) -> Result<(), FormatError> {
    let known: [(&[u8], &'static str, &'static str); 7] = [
        (b"PK\x03\x04", "an Excel or zip file", "open it, save the sheet as CSV (UTF-8) and import that"),
        (b"\xD0\xCF\x11\xE0", "an old Excel file", "open it, save the sheet as CSV (UTF-8) and import that"),
        (b"\x1F\x8B", "a gzip file", "let its name end in .gz so that it is unpacked, or unpack it first"),
        (b"%PDF", "a PDF", "export the report as CSV and import that"),
        (b"PAR1", "a Parquet file", "export it as CSV and import that"),
        (b"SQLite format 3", "a SQLite database", "export its table as CSV and import that"),
        (b"\x89PNG", "an image", "choose the CSV export"),
    ];
    if let Some((_, what, advice)) = known.into_iter().find(|(magic, _, _)| raw.starts_with(magic)) {
        return Err(FormatError::NotText { what, advice });
    }
    let start = raw.trim_ascii_start();
    let lower: Vec<u8> = start.iter().take(15).map(u8::to_ascii_lowercase).collect();
    if lower.starts_with(b"<!doctype html") || lower.starts_with(b"<html") {
        let advice = "the download was probably a login page; export the report again while signed in";
        return Err(FormatError::NotText { what: "a web page", advice });
    }
    if start.starts_with(b"{") || start.starts_with(b"[{") {
        return Err(FormatError::NotText { what: "a JSON file", advice: "export it as CSV and import that" });
    }
    Ok(())
}

/// UTF-16 without a mark: mostly ASCII, so every other byte is zero.
fn guess_utf16(raw: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = &raw[..raw.len().min(512) & !1];
    if head.len() < 8 {
        return None;
    }
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    match () {
        () if odd * 10 >= half * 7 && even * 10 < half => Some(UTF_16LE),
        () if even * 10 >= half * 7 && odd * 10 < half => Some(UTF_16BE),
        () => None,
    }
}

/// UTF-16 to UTF-8, streaming.
struct Transcoded<R> {
    input: R,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    ended: bool,
    done: bool,
}

impl<R: Read> Transcoded<R> {
    fn new(input: R, decoder: Decoder) -> Self {
        Transcoded { input, decoder, raw: Vec::new(), raw_at: 0, ended: false, done: false }
    }
}

impl<R: Read> Read for Transcoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        // The decoder needs room for one character at least; `CleanLines` always offers 64 KiB.
        while !self.done {
            if self.raw_at == self.raw.len() && !self.ended {
                self.raw.resize(32 * 1024, 0);
                self.raw_at = 0;
                let count = self.input.read(&mut self.raw)?;
                self.raw.truncate(count);
                self.ended = count == 0;
            }
            let (result, read, written, _) = self.decoder.decode_to_utf8(&self.raw[self.raw_at..], out, self.ended);
            self.raw_at += read;
            self.done = self.ended && result == CoderResult::InputEmpty;
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}

/// Turns `\r\n` into `\n` and ends the last line, so that physical lines can be counted.
struct CleanLines<R> {
    input: R,
    buffer: Vec<u8>,
    at: usize,
    pending_return: bool,
    last: u8,
    ended: bool,
}

impl<R: Read> CleanLines<R> {
    fn new(input: R) -> Self {
        CleanLines { input, buffer: Vec::new(), at: 0, pending_return: false, last: b'\n', ended: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut raw = vec![0; 64 * 1024];
        let count = self.input.read(&mut raw)?;
        self.buffer.clear();
        self.at = 0;
        if count == 0 {
            self.ended = true;
            if self.pending_return || self.last != b'\n' {
                self.buffer.push(b'\n');
            }
            return Ok(());
        }
        raw.truncate(count);
        if !self.pending_return && !raw.contains(&b'\r') {
            self.last = raw[count - 1];
            self.buffer = raw;
            return Ok(());
        }
        for byte in raw {
            // A lone carriage return (old Mac files) is a line end too.
            if std::mem::take(&mut self.pending_return) {
                self.buffer.push(b'\n');
                if byte == b'\n' {
                    continue;
                }
            }
            match byte {
                b'\r' => self.pending_return = true,
                byte => self.buffer.push(byte),
            }
        }
        self.last = self.buffer.last().copied().unwrap_or(self.last);
        Ok(())
    }
}

impl<R: Read> Read for CleanLines<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.buffer.len() {
            if self.ended {
                return Ok(0);
            }
            self.fill()?;
        }
        let count = out.len().min(self.buffer.len() - self.at);
        out[..count].copy_from_slice(&self.buffer[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn text(bytes: &[u8]) -> Result<String, FormatError> {
        let mut out = Vec::new();
        decode(Cursor::new(bytes.to_vec()))?.stream.read_to_end(&mut out)?;
        Ok(to_text(&out))
    }

    fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
        let units = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn encodings_and_line_ends() {
        let plain = "Tag\tKäufe\n1\t€\n";
        let cases: [(&str, Vec<u8>, &str); 9] = [
            ("utf-8", plain.into(), plain),
            ("bom", [b"\xEF\xBB\xBF", plain.as_bytes()].concat(), plain),
            ("utf-16 le", utf16(plain, false, true), plain),
            ("utf-16 be", utf16(plain, true, true), plain),
            ("utf-16 le, no mark", utf16(plain, false, false), plain),
            ("utf-16 be, no mark", utf16(plain, true, false), plain),
            ("windows-1252", b"Tag\tK\xE4ufe\n1\t\x80\n".to_vec(), plain),
            ("crlf and no last line end", b"a,b\r\n1,2".to_vec(), "a,b\n1,2\n"),
            ("old mac", b"a\rb\r".to_vec(), "a\nb\n"),
        ];
        for (name, bytes, want) in cases {
            assert_eq!(text(&bytes).unwrap(), want, "{name}");
        }
    }

    #[test]
    fn a_carriage_return_at_a_block_end_is_one_line_end() {
        let long = format!("{}\r\nx\r\n", "y".repeat(64 * 1024 - 1));
        assert_eq!(text(long.as_bytes()).unwrap(), long.replace("\r\n", "\n"));
        let big = "ä,ö\n".repeat(100_000);
        assert_eq!(text(&utf16(&big, false, true)).unwrap(), big);
    }

    #[test]
    fn binaries_are_one_clear_error() {
        let error = |bytes: &[u8]| text(bytes).unwrap_err().to_string();
        insta::assert_snapshot!(error(b"PK\x03\x04...."), @"This is an Excel or zip file, not a CSV file; open it, save the sheet as CSV (UTF-8) and import that");
        insta::assert_snapshot!(error(b"\x1F\x8B\x08"), @"This is a gzip file, not a CSV file; let its name end in .gz so that it is unpacked, or unpack it first");
        insta::assert_snapshot!(error(b"\x00\x01\x02\x03\x04\x05\x06\x07\x00"), @"This is a binary file, not a CSV file; export it as CSV and import that");
        insta::assert_snapshot!(error(b"<!DOCTYPE html><html>"), @"This is a web page, not a CSV file; the download was probably a login page; export the report again while signed in");
        insta::assert_snapshot!(error(b" \r\n "), @"The file is empty; export it again");
    }
}

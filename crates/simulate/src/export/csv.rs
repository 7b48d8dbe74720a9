//! A small CSV writer: fields in order, quoted only where they must be (RFC 4180).

/// Rows under construction.
#[derive(Debug)]
pub(crate) struct Csv {
    bytes: Vec<u8>,
    exponent: u32,
    is_first: bool,
}

impl Csv {
    /// An empty file whose amounts have `exponent` decimals.
    pub fn new(exponent: u32) -> Csv {
        Csv { bytes: Vec::new(), exponent, is_first: true }
    }

    /// Raw text: a byte order mark, a preamble.
    pub fn raw(&mut self, text: &str) -> &mut Csv {
        self.bytes.extend_from_slice(text.as_bytes());
        self
    }

    fn comma(&mut self) {
        if !std::mem::replace(&mut self.is_first, false) {
            self.bytes.push(b',');
        }
    }

    /// One text field.
    pub fn text(&mut self, text: &str) -> &mut Csv {
        self.comma();
        if text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
            self.bytes.push(b'"');
            for byte in text.bytes() {
                if byte == b'"' {
                    self.bytes.push(b'"');
                }
                self.bytes.push(byte);
            }
            self.bytes.push(b'"');
        } else {
            self.bytes.extend_from_slice(text.as_bytes());
        }
        self
    }

    /// Several text fields.
    pub fn texts(&mut self, texts: &[&str]) -> &mut Csv {
        for text in texts {
            self.text(text);
        }
        self
    }

    /// `count` empty fields.
    pub fn skip(&mut self, count: usize) -> &mut Csv {
        for _ in 0..count {
            self.comma();
        }
        self
    }

    /// A whole number.
    pub fn int(&mut self, number: i64) -> &mut Csv {
        self.comma();
        push_int(&mut self.bytes, number);
        self
    }

    /// An amount of minor units with a decimal point.
    pub fn amount(&mut self, minor: i64) -> &mut Csv {
        self.comma();
        push_decimal(&mut self.bytes, minor, self.exponent, b'.', None);
        self
    }

    /// A number of `10^-decimals` with the locale's marks, quoted where it has a comma.
    pub fn local(&mut self, value: i64, decimals: u32, mark: char, group: Option<char>) -> &mut Csv {
        let mut text = Vec::with_capacity(16);
        push_decimal(&mut text, value, decimals, mark as u8, group.map(|mark| mark as u8));
        let text = String::from_utf8_lossy(&text).into_owned();
        self.text(&text)
    }

    /// An amount with the locale's marks.
    pub fn local_amount(&mut self, minor: i64, mark: char, group: Option<char>) -> &mut Csv {
        self.local(minor, self.exponent, mark, group)
    }

    /// Ends the row.
    pub fn end(&mut self) {
        self.bytes.push(b'\n');
        self.is_first = true;
    }

    /// The file.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

fn push_int(into: &mut Vec<u8>, number: i64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        into.push(b'-');
    }
    into.extend_from_slice(&digits[at..]);
}

/// Writes `value × 10^-decimals`.
pub(crate) fn push_decimal(into: &mut Vec<u8>, value: i64, decimals: u32, mark: u8, group: Option<u8>) {
    let unit = 10u64.pow(decimals);
    let (whole, rest) = (value.unsigned_abs() / unit, value.unsigned_abs() % unit);
    if value < 0 {
        into.push(b'-');
    }
    let from = into.len();
    push_int(into, whole as i64);
    if let Some(group) = group {
        let mut at = into.len();
        while at > from + 3 {
            at -= 3;
            into.insert(at, group);
        }
    }
    if decimals > 0 {
        into.push(mark);
        let mut place = unit / 10;
        while place > 0 {
            into.push(b'0' + (rest / place % 10) as u8);
            place /= 10;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use domain::decimal::{DecimalMark, parse_micros};

    use super::*;

    #[test]
    fn numbers_in_two_notations() {
        let show = |value, decimals, mark, group| {
            let mut out = Vec::new();
            push_decimal(&mut out, value, decimals, mark, group);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(show(123_456, 2, b'.', None), "1234.56");
        assert_eq!(show(123_456_789, 2, b',', Some(b'.')), "1.234.567,89");
        assert_eq!(show(-5, 2, b'.', None), "-0.05");
        assert_eq!(show(1_500, 0, b'.', Some(b',')), "1,500");
    }

    proptest::proptest! {
        #[test]
        fn any_text_reads_back(fields in proptest::collection::vec("[ -~äöü€\n\r]{0,12}", 2..6)) {
            let mut csv = Csv::new(2);
            for field in &fields {
                csv.text(field);
            }
            csv.end();
            let bytes = csv.finish();
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
            let read: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            // A row of nothing but empty fields still has its commas, so it is a row.
            proptest::prop_assert_eq!(read.len(), 1);
            proptest::prop_assert_eq!(read[0].iter().map(str::to_owned).collect::<Vec<_>>(), fields);
        }

        #[test]
        fn any_amount_reads_back(minor in -1_000_000_000_000i64..1_000_000_000_000, comma in proptest::bool::ANY) {
            let mut out = Vec::new();
            let (mark, group) = if comma { (b',', b'.') } else { (b'.', b',') };
            push_decimal(&mut out, minor, 2, mark, Some(group));
            let text = String::from_utf8(out).unwrap();
            let notation = if comma { DecimalMark::Comma } else { DecimalMark::Point };
            proptest::prop_assert_eq!(parse_micros(&text, notation), Ok(minor * 10_000));
        }
    }

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        let mut csv = Csv::new(2);
        csv.text("a,b").text("say \"hi\"").skip(1).amount(-1_250).int(7).text("two\nlines").end();
        let bytes = csv.finish();
        assert_eq!(String::from_utf8(bytes).unwrap(), "\"a,b\",\"say \"\"hi\"\"\",,-12.50,7,\"two\nlines\"\n");
    }
}

//! Amounts and counts out of cells, with the notation guessed per column.

use domain::{
    Micros,
    decimal::{DecimalError, DecimalMark, parse_micros},
};

use crate::{
    columns::Columns,
    records::{Problem, Rec},
};

/// Notation of the whole file, the fallback of columns that do not decide it themselves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Notation {
    mark: DecimalMark,
    forced: bool,
}

impl Notation {
    /// Guesses from all cells of the sample; a semicolon as delimiter hints at the comma. `--map decimal=comma` decides.
    pub(crate) fn guess(sample: &[Rec], columns: &Columns, delimiter: u8) -> Notation {
        let named = match columns.setting("decimal") {
            Some("comma" | ",") => Some(DecimalMark::Comma),
            Some("point" | ".") => Some(DecimalMark::Point),
            _ => None,
        };
        let (mut points, mut commas) = (0u32, 0u32);
        for index in 0..columns.header.len() {
            match decide(sample.iter().map(|rec| rec.get(Some(index)))) {
                Some(DecimalMark::Point) => points += 1,
                Some(DecimalMark::Comma) => commas += 1,
                None => {}
            }
        }
        let hint = delimiter == b';' && points == commas;
        let mark = if commas > points || hint { DecimalMark::Comma } else { DecimalMark::Point };
        Notation { mark: named.unwrap_or(mark), forced: named.is_some() }
    }

    /// The mark of the file.
    pub(crate) fn mark(self) -> DecimalMark {
        self.mark
    }
}

/// A column of amounts or counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbers {
    column: Option<usize>,
    mark: DecimalMark,
}

impl Numbers {
    /// The column of a field with its own notation, or the file's.
    pub(crate) fn of(field: &str, columns: &Columns, sample: &[Rec], notation: Notation) -> Numbers {
        let column = columns.at(field);
        let own =
            (column.is_some() && !notation.forced).then(|| decide(sample.iter().map(|rec| rec.get(column)))).flatten();
        Numbers { column, mark: own.unwrap_or(notation.mark) }
    }

    /// A column that is no field's, in the file's notation.
    pub(crate) fn at(column: usize, notation: Notation) -> Numbers {
        Numbers { column: Some(column), mark: notation.mark }
    }

    /// The column index.
    pub(crate) fn column(&self) -> Option<usize> {
        self.column
    }

    /// The amount; `None` for an empty cell or one of the signs for "nothing".
    pub(crate) fn amount(&self, rec: &Rec) -> Result<Option<Micros>, Problem> {
        let text = rec.get(self.column);
        if is_nothing(text) {
            return Ok(None);
        }
        if let Some(micros) = plain(text, self.mark).filter(|micros| in_range(*micros)) {
            return Ok(Some(micros));
        }
        let example = if self.mark == DecimalMark::Point { "12.50" } else { "12,50" };
        if text.contains('%') {
            return Err(Problem::new(
                self.column,
                format!("A percentage where an amount is expected; write it like {example}"),
            ));
        }
        match parse_micros(text, self.mark) {
            Ok(micros) if in_range(micros) => Ok(Some(micros)),
            Ok(_) | Err(DecimalError::OutOfRange(_)) => rounded(text, self.mark)
                .filter(|micros| in_range(*micros))
                .map(Some)
                .ok_or_else(|| Problem::new(self.column, "The number is too large; correct it in the file")),
            Err(_) => Err(Problem::new(self.column, format!("Not an amount; write it like {example}"))),
        }
    }

    /// A whole number. `1.234` and `1,234` are one thousand and more here unless the column uses that mark for decimals.
    pub(crate) fn count(&self, rec: &Rec) -> Result<Option<i64>, Problem> {
        let text = rec.get(self.column);
        if let Ok(count) = text.parse::<i64>()
            && count.unsigned_abs() < 1_000_000_000_000
        {
            return Ok(Some(count));
        }
        if is_nothing(text) {
            return Ok(None);
        }
        let bad = || Problem::new(self.column, "Not a whole number; write it like 1250");
        let micros = parse_micros(text, self.mark).map_err(|_| bad())?;
        if micros % 1_000_000 == 0 {
            return Ok(Some(micros / 1_000_000));
        }
        let other = if self.mark == DecimalMark::Point { DecimalMark::Comma } else { DecimalMark::Point };
        match parse_micros(text, other) {
            Ok(micros) if micros % 1_000_000 == 0 && grouped(text) => Ok(Some(micros / 1_000_000)),
            _ => Err(bad()),
        }
    }
}

/// A hundred milliard units: no cell of a shop is larger, and sums of such stay far from overflow.
fn in_range(micros: Micros) -> bool {
    micros.unsigned_abs() <= 100_000_000_000_000_000
}

/// Whether a cell says "nothing here".
pub(crate) fn is_nothing(text: &str) -> bool {
    matches!(text, "" | "-" | "--" | "–" | "—" | "n/a" | "N/A" | "null" | "NULL" | "NaN" | "nan" | "(not set)")
}

/// The common case without allocation: an optional minus, digits, a mark and up to six decimals.
fn plain(text: &str, mark: DecimalMark) -> Option<Micros> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let point = if mark == DecimalMark::Point { b'.' } else { b',' };
    if digits.len() > 16 || !digits.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    let (mut value, mut decimals) = (0i64, None::<u32>);
    for &byte in digits.as_bytes() {
        match byte {
            b'0'..=b'9' => {
                value = value.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
                if let Some(count) = &mut decimals {
                    *count += 1;
                }
            }
            byte if byte == point && decimals.is_none() => decimals = Some(0),
            _ => return None,
        }
    }
    let power = 6u32.checked_sub(decimals.unwrap_or(0))?;
    let value = value.checked_mul(10i64.pow(power))?;
    Some(if negative { -value } else { value })
}

/// Amounts with more than six decimals (floating-point noise in exports) are rounded to the sixth, half away from zero.
fn rounded(text: &str, mark: DecimalMark) -> Option<Micros> {
    let point = if mark == DecimalMark::Point { '.' } else { ',' };
    let (whole, decimals) = text.split_once(point)?;
    let digits: String = decimals.chars().take_while(char::is_ascii_digit).collect();
    if digits.len() < 7 || !decimals[digits.len()..].trim().is_empty() {
        return None;
    }
    let base = parse_micros(&format!("{whole}{point}{}", &digits[..6]), mark).ok()?;
    let up = i64::from(digits.as_bytes()[6] >= b'5');
    Some(if whole.trim_start().starts_with('-') { base - up } else { base + up })
}

/// Whether every separator stands before exactly three digits: `1.234.567`.
fn grouped(text: &str) -> bool {
    let digits = text.trim_start_matches(['-', '+']);
    let mut parts = digits.split(['.', ',', ' ', '\u{a0}', '\u{202f}', '\'', '’']);
    let first = parts.next().unwrap_or("");
    (1..=3).contains(&first.len()) && parts.all(|part| part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit()))
}

/// The decimal mark that samples decide, as [`domain::decimal::guess_mark`] does, but silent where nothing decides: the
/// last mark of a value, unless it stands before exactly three digits and could be grouping.
fn decide<'a>(samples: impl Iterator<Item = &'a str>) -> Option<DecimalMark> {
    let (mut points, mut commas) = (0u32, 0u32);
    for sample in samples {
        // Texts and dates with words decide nothing; up to three letters may be a currency.
        if sample.chars().filter(|c| c.is_alphabetic()).count() > 3 {
            continue;
        }
        let trimmed = sample.trim_end_matches(|c: char| !c.is_ascii_digit());
        let number = trimmed.trim_start_matches(|c: char| !c.is_ascii_digit());
        if number.is_empty()
            || number.len() > 24
            || !number.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_punctuation() || b >= 0x80 || b == b' ')
        {
            continue;
        }
        let Some(at) = number.rfind(['.', ',']) else { continue };
        let is_comma = number.as_bytes()[at] == b',';
        let (same, other) = if is_comma { (',', '.') } else { ('.', ',') };
        let (before, after) = (&number[..at], number.len() - at - 1);
        if !number[at + 1..].bytes().all(|b| b.is_ascii_digit()) || number.contains(['/', ':']) {
            continue;
        }
        // `1.234.567` is grouped, so the decimals are the other mark's; `01.02.2026` is a date and decides nothing.
        if before.contains(same) {
            if grouped(number) && !before.contains(other) {
                if is_comma { points += 1 } else { commas += 1 }
            }
            continue;
        }
        if after != 3 || before.contains(other) || before == "0" || before.len() > 3 {
            if is_comma { commas += 1 } else { points += 1 }
        }
    }
    match commas.cmp(&points) {
        std::cmp::Ordering::Greater => Some(DecimalMark::Comma),
        std::cmp::Ordering::Less => Some(DecimalMark::Point),
        std::cmp::Ordering::Equal => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn rec(cell: &str) -> Rec {
        let mut rec = Rec::default();
        rec.cells.push_field(cell);
        rec
    }

    #[test]
    fn the_mark_is_decided_or_left_open() {
        use DecimalMark::{Comma, Point};
        let cases: [(&[&str], Option<DecimalMark>); 10] = [
            (&["12,50"], Some(Comma)),
            (&["12.50"], Some(Point)),
            (&["1.234"], None),
            (&["1,234"], None),
            (&["1.234.567"], Some(Comma)),
            (&["1.234,5 €"], Some(Comma)),
            (&["0.125"], Some(Point)),
            (&["01.02.2026"], None),
            (&["2026-01-05 10:11:12.5"], None),
            (&["7", "abc, def", "--"], None),
        ];
        for (samples, want) in cases {
            assert_eq!(decide(samples.iter().copied()), want, "{samples:?}");
        }
    }

    #[test]
    fn amounts_and_counts() {
        let point = Numbers { column: Some(0), mark: DecimalMark::Point };
        let comma = Numbers { column: Some(0), mark: DecimalMark::Comma };
        let amounts = [
            (point, "6.95", Some(6_950_000)),
            (point, "-11062.06", Some(-11_062_060_000)),
            (point, "1,234.5", Some(1_234_500_000)),
            (point, "--", None),
            (point, "1234.5600000000002", Some(1_234_560_000)),
            (point, "0.00000051", Some(1)),
            (comma, "1.234,56 €", Some(1_234_560_000)),
            (comma, "1\u{202f}234,5", Some(1_234_500_000)),
        ];
        for (numbers, text, want) in amounts {
            assert_eq!(numbers.amount(&rec(text)).unwrap(), want, "{text}");
        }
        let counts = [
            (point, "1,234", 1234),
            (point, "1.234", 1234),
            (comma, "1.234", 1234),
            (comma, "12,0", 12),
            (point, "12.0", 12),
            (point, "-3", -3),
        ];
        for (numbers, text, want) in counts {
            assert_eq!(numbers.count(&rec(text)).unwrap(), Some(want), "{text}");
        }
        let reason = |numbers: Numbers, text| numbers.amount(&rec(text)).unwrap_err().reason;
        assert_eq!(reason(point, "abc"), "Not an amount; write it like 12.50");
        assert_eq!(reason(comma, "abc"), "Not an amount; write it like 12,50");
        assert_eq!(reason(point, "10%"), "A percentage where an amount is expected; write it like 12.50");
        assert_eq!(reason(point, "99999999999999999999"), "The number is too large; correct it in the file");
        assert_eq!(point.count(&rec("1.5")).unwrap_err().reason, "Not a whole number; write it like 1250");
    }
}

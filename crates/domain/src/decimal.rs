//! Exact decimal numbers out of text, in the notations that exports use.

use crate::Micros;

/// Why a text is not an amount.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DecimalError {
    /// Nothing but white space.
    #[error("the amount is empty")]
    Empty,
    /// Something other than digits, one decimal mark and grouping.
    #[error("`{0}` is not a number")]
    NotANumber(String),
    /// More than six decimals that are not zero, or too large for 64 bits.
    #[error("`{0}` has more than six decimals or is too large")]
    OutOfRange(String),
}

/// Which character separates the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalMark {
    /// `1,234.56`
    Point,
    /// `1.234,56` or `1 234,56`
    Comma,
}

/// Parses an amount into millionths, exactly. Currency signs, white space (also no-break and narrow) and the grouping
/// character of the notation are skipped; a leading or trailing minus or parentheses make it negative.
///
/// # Errors
/// See [`DecimalError`].
pub fn parse_micros(text: &str, mark: DecimalMark) -> Result<Micros, DecimalError> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(DecimalError::Empty);
    }
    let bad = || DecimalError::NotANumber(text.to_owned());
    let (point, group) = match mark {
        DecimalMark::Point => ('.', ','),
        DecimalMark::Comma => (',', '.'),
    };
    let mut negative = trimmed.starts_with('(') && trimmed.ends_with(')');
    let (mut value, mut digits, mut decimals) = (0i128, 0u32, None::<u32>);
    let mut exponent_part = None;
    for (at, character) in trimmed.char_indices() {
        match character {
            '0'..='9' => {
                let digit = i128::from(character as u8 - b'0');
                match &mut decimals {
                    Some(6) if digit != 0 => return Err(DecimalError::OutOfRange(text.to_owned())),
                    Some(6) => {}
                    Some(count) => {
                        *count += 1;
                        value = value * 10 + digit;
                    }
                    None => value = value * 10 + digit,
                }
                digits += 1;
                if digits > 30 {
                    return Err(DecimalError::OutOfRange(text.to_owned()));
                }
            }
            c if c == point && decimals.is_none() => decimals = Some(0),
            c if c == group && decimals.is_none() && digits > 0 => {}
            '-' | '−' if digits == 0 => negative = true,
            '-' | '−' if trimmed.ends_with(character) && at + character.len_utf8() == trimmed.len() => {
                negative = true
            }
            '+' if digits == 0 => {}
            'e' | 'E' if digits > 0 => {
                exponent_part = Some(trimmed[at + 1..].parse::<i32>().map_err(|_| bad())?);
                break;
            }
            '\'' | '’' if digits > 0 && decimals.is_none() => {}
            '(' | ')' | '$' | '€' | '£' | '¥' | '%' => {}
            c if c.is_whitespace() => {}
            c if c.is_alphabetic() && (digits == 0 || at + 4 > trimmed.len()) => {}
            _ => return Err(bad()),
        }
    }
    if digits == 0 {
        return Err(bad());
    }
    let mut power = 6 - decimals.unwrap_or(0) as i32 + exponent_part.unwrap_or(0);
    while power > 0 && value.unsigned_abs() < u128::MAX >> 8 {
        value *= 10;
        power -= 1;
    }
    while power < 0 {
        if value % 10 != 0 {
            return Err(DecimalError::OutOfRange(text.to_owned()));
        }
        value /= 10;
        power += 1;
    }
    let signed = if negative { -value } else { value };
    i64::try_from(signed).map_err(|_| DecimalError::OutOfRange(text.to_owned()))
}

/// Guesses the decimal mark from several sample values of one column: the last mark in a value that is followed by
/// other than exactly three digits decides; where nothing decides it is the point.
pub fn guess_mark<'a>(samples: impl IntoIterator<Item = &'a str>) -> DecimalMark {
    let (mut point, mut comma) = (0u32, 0u32);
    for sample in samples {
        let trimmed = sample.trim_end_matches(|c: char| !c.is_ascii_digit());
        let Some(at) = trimmed.rfind(['.', ',']) else { continue };
        let after = trimmed.len() - at - 1;
        let is_comma = trimmed.as_bytes()[at] == b',';
        let other = if is_comma { '.' } else { ',' };
        let mixed = trimmed[..at].contains(other);
        if after != 3 || mixed {
            if is_comma { comma += 1 } else { point += 1 }
        }
    }
    if comma > point { DecimalMark::Comma } else { DecimalMark::Point }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_in_many_notations() {
        let cases = [
            ("12.5", DecimalMark::Point, 12_500_000),
            ("1,234.56", DecimalMark::Point, 1_234_560_000),
            ("1.234,56 €", DecimalMark::Comma, 1_234_560_000),
            ("1\u{a0}234,56", DecimalMark::Comma, 1_234_560_000),
            ("-0.001", DecimalMark::Point, -1_000),
            ("(3.20)", DecimalMark::Point, -3_200_000),
            ("3.20-", DecimalMark::Point, -3_200_000),
            ("$ 7", DecimalMark::Point, 7_000_000),
            ("EUR 7.10", DecimalMark::Point, 7_100_000),
            ("1e-3", DecimalMark::Point, 1_000),
            ("0.10000000", DecimalMark::Point, 100_000),
        ];
        for (text, mark, want) in cases {
            assert_eq!(parse_micros(text, mark), Ok(want), "{text}");
        }
        assert_eq!(parse_micros("  ", DecimalMark::Point), Err(DecimalError::Empty));
        for bad in ["12.3.4", "--", "n/a", "1.0000001"] {
            assert!(parse_micros(bad, DecimalMark::Point).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_mark_is_guessed_from_the_column() {
        assert_eq!(guess_mark(["1.234,56", "7,10"]), DecimalMark::Comma);
        assert_eq!(guess_mark(["1,234", "7.10"]), DecimalMark::Point);
        assert_eq!(guess_mark(["1,234"]), DecimalMark::Point);
    }
}

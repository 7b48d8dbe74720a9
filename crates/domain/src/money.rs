//! Money: minor units with a currency. Sums are exact in millionths and rounded once, at the edge.

use serde::{Deserialize, Serialize};

/// Millionths of a currency's major unit: the exact form in which amounts are read, stored and summed
/// (exports carry unit prices such as 0.001). Rounded to minor units once, by [`Money::from_micros`].
pub type Micros = i64;

/// An ISO 4217 currency code, e.g. `EUR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// The text is not three ASCII letters.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a currency code; write three letters such as EUR, USD or GBP")]
pub struct CurrencyError(pub String);

impl Currency {
    /// Parses a code in any case.
    ///
    /// # Errors
    /// The text is not three ASCII letters.
    pub fn parse(text: &str) -> Result<Currency, CurrencyError> {
        let code = text.trim().to_ascii_uppercase();
        match <[u8; 3]>::try_from(code.as_bytes()) {
            Ok(bytes) if bytes.iter().all(u8::is_ascii_uppercase) => Ok(Currency(bytes)),
            _ => Err(CurrencyError(text.to_owned())),
        }
    }

    /// The code, three capital letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Decimal digits of the minor unit: 2 for most, 0 for JPY and its kind, 3 for the dinars (ISO 4217).
    pub fn exponent(self) -> u32 {
        match self.code() {
            "JPY" | "KRW" | "VND" | "CLP" | "ISK" | "PYG" | "UGX" | "XAF" | "XOF" | "XPF" | "RWF" | "GNF" | "KMF"
            | "DJF" | "BIF" | "VUV" => 0,
            "BHD" | "JOD" | "KWD" | "OMR" | "TND" | "IQD" | "LYD" => 3,
            _ => 2,
        }
    }

    /// The symbol people read, or the code and a space where there is none of its own.
    pub fn symbol(self) -> String {
        match self.code() {
            "EUR" => "€".into(),
            "GBP" => "£".into(),
            "USD" => "$".into(),
            "JPY" => "¥".into(),
            code => format!("{code} "),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = CurrencyError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Currency::parse(&text)
    }
}

impl From<Currency> for String {
    fn from(value: Currency) -> Self {
        value.code().to_owned()
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in minor units of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units: cents, pence, yen.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// An amount of `minor` units.
    pub fn new(minor: i64, currency: Currency) -> Money {
        Money { minor, currency }
    }

    /// Rounds an exact sum to minor units, half to even, so that rounding adds no bias.
    pub fn from_micros(micros: i128, currency: Currency) -> Money {
        let unit = 10i128.pow(6 - currency.exponent());
        let (quotient, rest) = (micros.div_euclid(unit), micros.rem_euclid(unit));
        let up = rest * 2 > unit || (rest * 2 == unit && quotient % 2 != 0);
        Money { minor: (quotient + i128::from(up)) as i64, currency }
    }

    /// The exact amount in millionths of the major unit.
    pub fn to_micros(self) -> Micros {
        self.minor * 10i64.pow(6 - self.currency.exponent())
    }

    /// The plain decimal number, as files carry it: `-12.50`.
    pub fn to_decimal(self) -> String {
        let digits = self.currency.exponent();
        let unit = 10u64.pow(digits);
        let sign = if self.minor < 0 { "-" } else { "" };
        let minor = self.minor.unsigned_abs();
        match digits {
            0 => format!("{sign}{minor}"),
            _ => format!("{sign}{}.{:0width$}", minor / unit, minor % unit, width = digits as usize),
        }
    }
}

impl std::fmt::Display for Money {
    /// For people: symbol, thousands separated, minor units shown below 1,000 of the major unit (`€41,200`, `€18.46`, `−€3.20`).
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.minor < 0 { "−" } else { "" };
        let digits = self.currency.exponent();
        let unit = 10u64.pow(digits);
        let minor = self.minor.unsigned_abs();
        let symbol = self.currency.symbol();
        if digits > 0 && minor < 1_000 * unit {
            return write!(f, "{sign}{symbol}{}.{:0width$}", minor / unit, minor % unit, width = digits as usize);
        }
        let major = (minor + unit / 2) / unit;
        write!(f, "{sign}{symbol}{}", group_thousands(major))
    }
}

/// `1234567` as `1,234,567`.
pub fn group_thousands(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eur() -> Currency {
        Currency::parse("eur").expect("valid")
    }

    #[test]
    fn sums_are_rounded_once_half_to_even() {
        // UCI Online Retail II 2010-2011, all rows: 9,747,747.934 (shared data README).
        assert_eq!(Money::from_micros(9_747_747_934_000, eur()).minor, 974_774_793);
        for (micros, minor) in [(5_000, 0), (15_000, 2), (-5_000, 0), (-15_000, -2), (-11_000, -1), (25_001, 3)] {
            assert_eq!(Money::from_micros(micros, eur()).minor, minor, "{micros}");
        }
    }

    #[test]
    fn money_reads_well() {
        let show = |minor| Money::new(minor, eur()).to_string();
        assert_eq!(show(4_120_000), "€41,200");
        assert_eq!(show(1_846), "€18.46");
        assert_eq!(show(-320), "−€3.20");
        assert_eq!(show(0), "€0.00");
        assert_eq!(Money::new(1_500, Currency::parse("JPY").expect("valid")).to_string(), "¥1,500");
        assert_eq!(Money::new(-5, eur()).to_decimal(), "-0.05");
    }
}

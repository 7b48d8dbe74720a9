//! How numbers, money and days read on a page. Rounding happens here and nowhere else in this crate.

use domain::{Currency, Day, InstantMs, group_thousands};
use jiff::tz::TimeZone;

/// Minus as typographers set it.
const MINUS: char = '\u{2212}';

/// Exact money with its minor units: `€1,234.50`.
pub fn money(minor: i64, currency: Currency) -> String {
    let digits = currency.exponent();
    let unit = 10u64.pow(digits);
    let magnitude = minor.unsigned_abs();
    let sign = if minor < 0 { MINUS.to_string() } else { String::new() };
    let major = group_thousands(magnitude / unit);
    if digits == 0 {
        return format!("{sign}{}{major}", currency.symbol());
    }
    format!("{sign}{}{major}.{:0width$}", currency.symbol(), magnitude % unit, width = digits as usize)
}

/// Money rounded to whole units: `€1,235`. Amounts under ten units keep their cents.
pub fn money_round(minor: i64, currency: Currency) -> String {
    let unit = 10i64.pow(currency.exponent());
    if minor.abs() < 10 * unit {
        return money(minor, currency);
    }
    let rounded = (minor.abs() + unit / 2) / unit;
    let sign = if minor < 0 { MINUS.to_string() } else { String::new() };
    format!("{sign}{}{}", currency.symbol(), group_thousands(rounded.unsigned_abs()))
}

/// A whole number: `12,431`.
pub fn count(n: i64) -> String {
    let sign = if n < 0 { MINUS.to_string() } else { String::new() };
    format!("{sign}{}", group_thousands(n.unsigned_abs()))
}

/// A count with its noun: `1 order`, `2 orders`.
pub fn plural(n: i64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// A ratio with two decimals: `2.31`.
pub fn ratio(x: f64) -> String {
    format!("{x:.2}").replace('-', &MINUS.to_string())
}

/// A share as a percentage: `12 %`, one decimal below ten.
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    let text = if value.abs() < 10.0 { format!("{value:.1}") } else { format!("{value:.0}") };
    format!("{}\u{a0}%", text.replace('-', &MINUS.to_string()))
}

/// A change as a signed percentage: `+4.2 %`.
pub fn change(share: f64) -> String {
    let text = percent(share);
    if share > 0.0 { format!("+{text}") } else { text }
}

/// Days and hours with at most one decimal: `2`, `1.5`.
pub fn decimal(x: f64) -> String {
    let text = format!("{x:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned).replace('-', &MINUS.to_string())
}

/// A day: `12 Nov 2026`.
pub fn day(day: Day) -> String {
    day.0.strftime("%-d %b %Y").to_string()
}

/// A day without its year, with its weekday: `Thu 12 Nov`.
pub fn weekday(day: Day) -> String {
    day.0.strftime("%a %-d %b").to_string()
}

/// An instant in the brand's time zone: `12 Nov 2026, 06:00`.
pub fn instant(at: InstantMs, zone: &TimeZone) -> String {
    at.to_timestamp().to_zoned(zone.clone()).strftime("%-d %b %Y, %H:%M").to_string()
}

/// The text with a capital first letter.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

/// A size: `812 bytes`, `4.2 MB`.
pub fn bytes(size: u64) -> String {
    let scaled = |unit: f64| decimal(size as f64 / unit);
    match size {
        0..1_000 => plural(size as i64, "byte", "bytes"),
        1_000..1_000_000 => format!("{} kB", scaled(1e3)),
        1_000_000..1_000_000_000 => format!("{} MB", scaled(1e6)),
        _ => format!("{} GB", scaled(1e9)),
    }
}

/// First letters of the first and last word, for a round badge.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_reads_as_people_write_it() {
        let eur = Currency::parse("EUR").expect("code");
        let cases = [(0, "€0.00", "€0.00"), (123_450, "€1,234.50", "€1,235"), (-5, "−€0.05", "−€0.05")];
        for (minor, exact, rounded) in cases {
            assert_eq!(money(minor, eur), exact);
            assert_eq!(money_round(minor, eur), rounded);
        }
        assert_eq!(money(1_000, Currency::parse("CHF").expect("code")), "CHF 10.00");
        assert_eq!(money_round(99_950_000, Currency::parse("JPY").expect("code")), "¥99,950,000");
    }

    #[test]
    fn shares_and_names() {
        assert_eq!(percent(0.123), "12\u{a0}%");
        assert_eq!(change(0.042), "+4.2\u{a0}%");
        assert_eq!(change(-0.5), "−50\u{a0}%");
        assert_eq!(decimal(2.0), "2");
        assert_eq!(initials("Ada Maria Lovelace"), "AL");
        assert_eq!(initials("nord"), "N");
        assert_eq!(plural(1, "order", "orders"), "1 order");
    }
}

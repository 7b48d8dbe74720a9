//! Numbers in text: digits, percent, money, number words, and dates, each in one comparable form.

use std::collections::BTreeSet;

use domain::Day;

use crate::words;

/// What a number in a text claims.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// A plain number, in canonical digits (`1240`, `0.5`).
    Plain(String),
    /// A percentage.
    Percent(String),
    /// An amount of money.
    Money(String),
    /// A day of a month, `(month, day)`.
    Date(i8, i8),
}

/// A number as found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// As it stands in the text.
    pub text: String,
    /// What it claims.
    pub claim: Claim,
}

const UNITS: [&str; 20] = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];
const OTHER_WORDS: [(&str, &str); 18] = [
    ("thirty", "30"),
    ("forty", "40"),
    ("fifty", "50"),
    ("sixty", "60"),
    ("seventy", "70"),
    ("eighty", "80"),
    ("ninety", "90"),
    ("hundred", "100"),
    ("hundreds", "100"),
    ("thousand", "1000"),
    ("thousands", "1000"),
    ("million", "1000000"),
    ("millions", "1000000"),
    ("dozen", "12"),
    ("dozens", "12"),
    ("half", "0.5"),
    ("double", "2"),
    ("triple", "3"),
];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// English name of a month, 1 to 12.
pub fn month_name(month: i8) -> String {
    words::capitalise(MONTHS.get((month - 1).clamp(0, 11) as usize).copied().unwrap_or_default())
}

/// A day as copy writes it: `30 November`, or `30 Nov` when short.
pub fn day_text(day: Day, is_short: bool) -> String {
    let name = month_name(day.0.month());
    let name = if is_short && name.len() > 4 { name.chars().take(3).collect() } else { name };
    format!("{} {name}", day.0.day())
}

fn month_of(word: &str) -> Option<i8> {
    let word = word.trim_end_matches('.').to_lowercase();
    let found = MONTHS.iter().position(|month| {
        *month == word || (word.len() == 3 && month.starts_with(&word)) || (word == "sept" && *month == "september")
    });
    found.map(|index| index as i8 + 1)
}

fn number_word(word: &str) -> Option<String> {
    if let Some(index) = UNITS.iter().position(|unit| *unit == word) {
        return Some((index + 1).to_string());
    }
    OTHER_WORDS.iter().find(|(name, _)| *name == word).map(|(_, digits)| (*digits).to_owned())
}

/// Digits in one form: `1,240` and `1.240` are `1240`, `18,50` is `18.5`, `007` is `7`.
pub fn canonical(text: &str) -> String {
    let digits = text.trim_matches(|c: char| !c.is_ascii_digit());
    let last_mark = digits.rfind(['.', ',', '\'', ' ', '\u{a0}']);
    let (whole, fraction) = match last_mark {
        Some(at) if digits.len() - at - 1 != 3 && digits.is_char_boundary(at + 1) => (&digits[..at], &digits[at + 1..]),
        _ => (digits, ""),
    };
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// Every number of a text. Digits inside a web address or a voucher code of the list are not numbers.
pub fn find(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let raw: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || matches!(c, '–' | '—' | '…')).filter(|w| !w.is_empty()).collect();
    let mut skip = false;
    for (index, word) in raw.iter().enumerate() {
        if std::mem::take(&mut skip) || word.contains("://") || word.to_lowercase().starts_with("www.") {
            continue;
        }
        let day = day_of_month(word);
        let next_month =
            raw.get(index + 1).and_then(|next| month_of(next.trim_matches([',', '.', '?', ')', ':', ';', '!'])));
        let previous_month = index
            .checked_sub(1)
            .and_then(|at| raw.get(at))
            .and_then(|previous| month_of(previous.trim_matches(['(', ','])));
        match (day, next_month, previous_month) {
            (Some(day), Some(month), _) => {
                found.push(Found { text: format!("{word} {}", raw[index + 1]), claim: Claim::Date(month, day) });
                skip = true;
            }
            (Some(day), None, Some(month)) => {
                found.push(Found { text: format!("{} {word}", raw[index - 1]), claim: Claim::Date(month, day) });
            }
            _ => in_word(word, raw.get(index + 1).copied(), &mut found),
        }
    }
    found
}

/// `30`, `30th`, `30.` as a day of a month.
fn day_of_month(word: &str) -> Option<i8> {
    let word = word.trim_matches(['(', ')', ',', '.', ':', ';', '!', '?']);
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    digits.parse::<i8>().ok().filter(|day| (1..=31).contains(day))
}

fn in_word(word: &str, next: Option<&str>, found: &mut Vec<Found>) {
    if let Some(date) = numeric_date(word) {
        found.push(Found { text: word.to_owned(), claim: date });
        return;
    }
    let characters: Vec<char> = word.chars().collect();
    let mut at = 0;
    while at < characters.len() {
        if !characters[at].is_numeric() {
            at += 1;
            continue;
        }
        let start = at;
        while at < characters.len()
            && (characters[at].is_ascii_digit()
                || (matches!(characters[at], '.' | ',' | '\'')
                    && characters.get(at + 1).is_some_and(char::is_ascii_digit)))
        {
            at += 1;
        }
        if at == start {
            // A digit that is not ASCII (`½`, `²`, `３`) is a number of its own.
            found.push(Found {
                text: characters[start].to_string(),
                claim: Claim::Plain(characters[start].to_string()),
            });
            at += 1;
            continue;
        }
        let digits: String = characters[start..at].iter().collect();
        let before = start.checked_sub(1).map(|index| characters[index]);
        let after = characters.get(at).copied();
        let next = next.unwrap_or_default().to_lowercase();
        let bare = after.is_none();
        let money_words = ["euro", "euros", "eur", "gbp", "usd", "pounds", "dollars", "€", "£", "$"];
        let is_percent =
            after == Some('%') || (bare && (next.starts_with('%') || next.starts_with("percent") || next == "per"));
        let is_money = matches!(before, Some('€' | '£' | '$' | '¥'))
            || matches!(after, Some('€' | '£' | '$'))
            || (bare && money_words.contains(&next.trim_end_matches(['.', ',', '!', '?', ':'])));
        let value = canonical(&digits);
        let claim = if is_percent {
            Claim::Percent(value)
        } else if is_money {
            Claim::Money(value)
        } else {
            Claim::Plain(value)
        };
        found.push(Found { text: word.trim_matches(['(', ')', ',', '.', ':', ';', '!', '?']).to_owned(), claim });
    }
    for part in word.split(|c: char| !c.is_alphabetic()).filter(|part| !part.is_empty()) {
        if let Some(value) = number_word(&part.to_lowercase()) {
            let next = next.unwrap_or_default().to_lowercase();
            let claim = if next.starts_with("percent") { Claim::Percent(value) } else { Claim::Plain(value) };
            found.push(Found { text: part.to_owned(), claim });
        }
    }
}

/// `2026-11-30` and `30.11.2026`, `30.11.`, `30/11`.
fn numeric_date(word: &str) -> Option<Claim> {
    let word = word.trim_matches(['(', ')', ',', ':', ';', '!', '?']);
    if let Ok(day) = Day::parse(word.trim_end_matches('.')) {
        return Some(Claim::Date(day.0.month(), day.0.day()));
    }
    let dotted = word.ends_with('.') || word.matches(['.', '/']).count() == 2 || word.contains('/');
    let parts: Vec<i32> =
        word.split(['.', '/']).filter(|part| !part.is_empty()).map(str::parse).collect::<Result<_, _>>().ok()?;
    match parts[..] {
        [day, month] | [day, month, _] if dotted && (1..=31).contains(&day) && (1..=12).contains(&month) => {
            Some(Claim::Date(month as i8, day as i8))
        }
        _ => None,
    }
}

/// The claims of a text as a set.
pub fn claims(text: &str) -> BTreeSet<Claim> {
    text.lines().flat_map(find).map(|found| found.claim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_every_dress() {
        let plain = |v: &str| Claim::Plain(v.to_owned());
        let percent = |v: &str| Claim::Percent(v.to_owned());
        let money = |v: &str| Claim::Money(v.to_owned());
        for (text, wanted) in [
            ("1,240 orders", vec![plain("1240")]),
            ("1.240 Bestellungen", vec![plain("1240")]),
            ("for €18.50 or 18,50 €", vec![money("18.5"), money("18.5")]),
            ("10% off, 10 % off, ten percent off", vec![percent("10"), percent("10"), percent("10")]),
            ("until 30 November.", vec![Claim::Date(11, 30)]),
            ("by November 30th, 2026", vec![Claim::Date(11, 30), plain("2026")]),
            ("bis 30.11. oder 30/11", vec![Claim::Date(11, 30), Claim::Date(11, 30)]),
            ("until 2026-11-30", vec![Claim::Date(11, 30)]),
            ("set of three, a 32-pack", vec![plain("3"), plain("32")]),
            ("SPF50 and ½ price", vec![plain("50"), plain("½")]),
            ("twenty-two hundreds", vec![plain("20"), plain("2"), plain("100")]),
            ("see https://shop.example/p/123", vec![]),
            ("someone often stones", vec![]),
        ] {
            assert_eq!(find(text).into_iter().map(|f| f.claim).collect::<Vec<_>>(), wanted, "{text}");
        }
    }

    #[test]
    fn digits_have_one_form() {
        for (text, wanted) in [
            ("1,240", "1240"),
            ("18.50", "18.5"),
            ("12,5", "12.5"),
            ("007", "7"),
            ("0.5", "0.5"),
            ("3.14159", "3.14159"),
        ] {
            assert_eq!(canonical(text), wanted);
        }
    }
}

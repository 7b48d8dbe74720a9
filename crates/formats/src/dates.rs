//! Days and times in the notations of exports, with the order of day and month guessed per column.

use domain::{Day, InstantMs, decimal::DecimalMark};
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time, date},
    tz::{Offset, TimeZone},
};

use crate::{
    columns::Columns,
    records::{Problem, Rec},
};

/// Order of the numbers in dates such as 01/02/2026.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateOrder {
    /// Day first.
    Dmy,
    /// Month first.
    Mdy,
}

/// A moment as written: with an offset, or local to the brand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// Local time without zone.
    Local(DateTime),
    /// With an offset of its own.
    Instant(Timestamp),
}

impl When {
    /// The instant, local times read in the brand's zone.
    pub(crate) fn instant(self, zone: &TimeZone) -> InstantMs {
        match self {
            When::Instant(timestamp) => timestamp.into(),
            When::Local(local) => match local.to_zoned(zone.clone()) {
                Ok(zoned) => zoned.timestamp().into(),
                Err(_) => Day(local.date()).start_in(zone),
            },
        }
    }
}

/// A column of days or times.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dates {
    column: Option<usize>,
    order: DateOrder,
}

impl Dates {
    /// Guesses the order of day and month from the sample. `--map dates=dmy` (or `mdy`) decides.
    ///
    /// A number above 12 decides; else the reading under which the sample spans fewer days, since exports run through
    /// time; else the comma as decimal mark speaks for day first.
    pub(crate) fn of(field: &str, columns: &Columns, sample: &[Rec], mark: DecimalMark) -> Dates {
        let column = columns.at(field);
        let order = match columns.setting("dates") {
            Some("dmy") => DateOrder::Dmy,
            Some("mdy") => DateOrder::Mdy,
            _ => guess_order(sample.iter().map(|rec| rec.get(column)), mark),
        };
        Dates { column, order }
    }

    /// The column index.
    pub(crate) fn column(&self) -> Option<usize> {
        self.column
    }

    /// The day of a cell that must hold one.
    pub(crate) fn day(&self, rec: &Rec) -> Result<Day, Problem> {
        match self.when(rec)? {
            When::Local(local) => Ok(Day(local.date())),
            When::Instant(timestamp) => Ok(Day(timestamp.to_zoned(TimeZone::UTC).date())),
        }
    }

    /// The moment of a cell that must hold one.
    pub(crate) fn when(&self, rec: &Rec) -> Result<When, Problem> {
        let text = rec.get(self.column);
        if text.is_empty() {
            return Err(Problem::new(self.column, "The date is empty; fill it in, like 2026-01-31"));
        }
        parse_when(text, self.order).ok_or_else(|| {
            let swapped = if self.order == DateOrder::Dmy { DateOrder::Mdy } else { DateOrder::Dmy };
            let reason = match (parse_when(text, swapped), self.order) {
                (Some(_), DateOrder::Dmy) => {
                    "Dates of this column are read as day/month/year; if it is month/day/year, import with --map dates=mdy"
                }
                (Some(_), DateOrder::Mdy) => {
                    "Dates of this column are read as month/day/year; if it is day/month/year, import with --map dates=dmy"
                }
                (None, _) => "Not a date that exists; write it like 2026-01-31",
            };
            Problem::new(self.column, reason)
        })
    }

    /// The time of day of a cell, for files that keep it in a column of its own.
    pub(crate) fn time_of_day(text: &str) -> Option<Time> {
        let mut scan = Scan::new(text);
        let (time, _) = scan.time()?;
        Some(time)
    }
}

/// Reads a date with an optional time and offset.
pub(crate) fn parse_when(text: &str, order: DateOrder) -> Option<When> {
    let text = text.trim();
    if text.len() > 64 {
        return None;
    }
    let bytes = text.as_bytes();
    let (day, rest) = if bytes.len() == 8 && bytes.iter().all(u8::is_ascii_digit) {
        (civil(number(&bytes[..4])?, number(&bytes[4..6])?, number(&bytes[6..])?)?, "")
    } else if bytes.len() >= 10
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && bytes.get(10).is_none_or(|b| !b.is_ascii_digit())
    {
        (civil(number(&bytes[..4])?, number(&bytes[5..7])?, number(&bytes[8..10])?)?, text.get(10..)?)
    } else {
        let mut scan = Scan::new(text);
        let day = scan.date(order)?;
        (day, scan.rest)
    };
    let rest = rest.trim_start_matches([' ', 'T', ',', '\u{a0}', '\u{202f}']);
    if rest.is_empty() {
        return Some(When::Local(day.to_datetime(Time::midnight())));
    }
    let mut scan = Scan::new(rest);
    let (time, offset) = scan.time()?;
    let local = day.to_datetime(time);
    match offset {
        None => Some(When::Local(local)),
        Some(offset) => Some(When::Instant(offset.to_timestamp(local).ok()?)),
    }
}

fn number(digits: &[u8]) -> Option<i32> {
    digits.iter().try_fold(0i32, |value, byte| {
        byte.is_ascii_digit().then(|| value.checked_mul(10)?.checked_add(i32::from(byte - b'0')))?
    })
}

fn civil(year: i32, month: i32, day: i32) -> Option<Date> {
    let plausible = (1970..=2200).contains(&year);
    plausible.then(|| Date::new(year as i16, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok())?
}

/// Picks numbers and words off a text.
struct Scan<'a> {
    rest: &'a str,
}

enum Token<'a> {
    Number(&'a str),
    Word(&'a str),
    Other,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Self {
        Scan { rest: text }
    }

    fn take(&mut self, end: usize) -> &'a str {
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        token
    }

    fn token(&mut self) -> Option<Token<'a>> {
        let first = self.rest.chars().next()?;
        let until = |keep: fn(char) -> bool| self.rest.find(|c| !keep(c)).unwrap_or(self.rest.len());
        if first.is_ascii_digit() {
            let end = until(|c| c.is_ascii_digit());
            return Some(Token::Number(self.take(end)));
        }
        if first.is_alphabetic() {
            let end = until(char::is_alphabetic);
            return Some(Token::Word(self.take(end)));
        }
        self.take(first.len_utf8());
        Some(Token::Other)
    }

    /// Three parts of a date, in any order that names them.
    fn date(&mut self, order: DateOrder) -> Option<Date> {
        let mut numbers: [(i32, usize); 3] = [(0, 0); 3];
        let (mut count, mut month, mut dotted) = (0, None, false);
        while count + usize::from(month.is_some()) < 3 {
            let before = self.rest;
            match self.token()? {
                Token::Number(digits) => {
                    *numbers.get_mut(count)? = (number(digits.as_bytes())?, digits.len());
                    count += 1;
                    dotted |= count == 1 && self.rest.starts_with('.');
                }
                Token::Word(word) => match month_of(word) {
                    Some(found) if month.is_none() => month = Some(found),
                    // Weekdays before the date, and `de` or `of` within it.
                    _ if count == 0 || word.len() <= 2 => {}
                    _ => return None,
                },
                Token::Other => match before.chars().next()? {
                    ' ' | ',' | '.' | '/' | '-' | '\u{a0}' | '\u{202f}' => {}
                    _ => return None,
                },
            }
        }
        // `2. Jan. 2026`: nothing; `Jan. 5`: the dot goes with the month.
        let [(a, a_len), (b, b_len), (c, c_len)] = numbers;
        let year = |value: i32, digits: usize| match digits {
            4 => Some(value),
            2 => Some(2000 + value),
            _ => None,
        };
        match month {
            Some(month) if a_len == 4 => civil(a, month, b),
            Some(month) => civil(year(b, b_len)?, month, a),
            None if a_len == 4 => civil(a, b, c),
            None if dotted || order == DateOrder::Dmy => civil(year(c, c_len)?, b, a),
            None => civil(year(c, c_len)?, a, b),
        }
    }

    /// `10:11[:12[.5]] [AM|PM] [Z|UTC|+01:00|+0100]` to the end of the text.
    fn time(&mut self) -> Option<(Time, Option<Offset>)> {
        let text = self.rest.trim();
        let split = text.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(text.len());
        let (clock, tail) = text.split_at(split);
        let mut parts = clock.split(':');
        let mut hour: i32 = number(parts.next()?.as_bytes())?;
        let minute = parts.next().map_or(Some(0), |part| number(part.as_bytes()))?;
        let (second, fraction) = match parts.next() {
            None => (0, 0),
            Some(part) => {
                let (whole, decimals) = part.split_once('.').unwrap_or((part, ""));
                let millis: String = decimals.chars().chain("000".chars()).take(3).collect();
                (number(whole.as_bytes())?, number(millis.as_bytes())?)
            }
        };
        if parts.next().is_some() || !clock.contains(':') {
            return None;
        }
        let mut tail = tail.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
        let lower = tail.get(..2).map(str::to_ascii_lowercase);
        if let Some(half @ ("am" | "pm")) = lower.as_deref() {
            if !(1..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + if half == "pm" { 12 } else { 0 };
            tail = tail[2..].trim_start();
        }
        tail = tail.strip_prefix("Uhr").unwrap_or(tail).trim();
        let time = Time::new(i8::try_from(hour).ok()?, minute as i8, second as i8, fraction * 1_000_000).ok()?;
        let offset = match tail {
            "" => None,
            "Z" | "UTC" | "GMT" => Some(Offset::UTC),
            tail => Some(offset_of(tail.strip_prefix("UTC").or(tail.strip_prefix("GMT")).unwrap_or(tail))?),
        };
        Some((time, offset))
    }
}

fn offset_of(text: &str) -> Option<Offset> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: Vec<u8> = text[1..].bytes().filter(|byte| *byte != b':').collect();
    let (hours, minutes) = match digits.len() {
        2 => (number(&digits)?, 0),
        4 => (number(&digits[..2])?, number(&digits[2..])?),
        _ => return None,
    };
    Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok()
}

/// Month names and abbreviations in English, German, French and Spanish.
fn month_of(word: &str) -> Option<i32> {
    let lower = word.to_lowercase();
    let starts: [(&[&str], i32); 12] = [
        (&["jan", "jän", "ene"], 1),
        (&["feb", "fév", "fev"], 2),
        (&["mar", "mär", "mrz", "mae"], 3),
        (&["apr", "avr", "abr"], 4),
        (&["may", "mai"], 5),
        (&["jun", "juin"], 6),
        (&["jul", "juil"], 7),
        (&["aug", "aoû", "aou", "ago"], 8),
        (&["sep", "set"], 9),
        (&["oct", "okt"], 10),
        (&["nov"], 11),
        (&["dec", "dez", "déc", "dic"], 12),
    ];
    starts.into_iter().find(|(names, _)| names.iter().any(|name| lower.starts_with(name))).map(|(_, month)| month)
}

fn guess_order<'a>(samples: impl Iterator<Item = &'a str>, mark: DecimalMark) -> DateOrder {
    let (mut day_first, mut month_first) = (0u32, 0u32);
    let mut spans = [(i32::MAX, i32::MIN); 2];
    for text in samples {
        let mut parts = text.splitn(3, ['/', '-']);
        let (Some(a), Some(b)) = (parts.next(), parts.next()) else { continue };
        let (Some(a), Some(b)) = (number(a.as_bytes()), number(b.as_bytes())) else { continue };
        match (a > 12, b > 12) {
            (true, false) => day_first += u32::from(a <= 31),
            (false, true) => month_first += 1,
            _ => {}
        }
        for (span, order) in spans.iter_mut().zip([DateOrder::Dmy, DateOrder::Mdy]) {
            if let Some(When::Local(local)) = parse_when(text, order) {
                let day = (local.date() - date(1970, 1, 1)).get_days();
                *span = (span.0.min(day), span.1.max(day));
            }
        }
    }
    let length = |span: (i32, i32)| span.1.saturating_sub(span.0);
    let decided = day_first.cmp(&month_first).reverse().then(length(spans[0]).cmp(&length(spans[1])));
    match (decided, mark) {
        (std::cmp::Ordering::Less, _) | (std::cmp::Ordering::Equal, DecimalMark::Comma) => DateOrder::Dmy,
        _ => DateOrder::Mdy,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn dates_in_many_notations() {
        use DateOrder::{Dmy, Mdy};
        let cases = [
            ("2026-01-05", Mdy, "2026-01-05T00:00:00"),
            ("20260105", Mdy, "2026-01-05T00:00:00"),
            ("05.01.2026", Mdy, "2026-01-05T00:00:00"),
            ("5.1.26", Mdy, "2026-01-05T00:00:00"),
            ("05/01/2026", Dmy, "2026-01-05T00:00:00"),
            ("1/5/2026", Mdy, "2026-01-05T00:00:00"),
            ("12/1/2010 8:26", Mdy, "2010-12-01T08:26:00"),
            ("2026/01/05 8:26:01", Mdy, "2026-01-05T08:26:01"),
            ("Jan 5, 2026", Mdy, "2026-01-05T00:00:00"),
            ("Mon, Jan 5, 2026", Mdy, "2026-01-05T00:00:00"),
            ("January 5, 2026, 3:04:05 PM", Mdy, "2026-01-05T15:04:05"),
            ("12:30 PM", Mdy, ""),
            ("5 Jan 2026 12:01 am", Mdy, "2026-01-05T00:01:00"),
            ("5. Jan. 2026", Mdy, "2026-01-05T00:00:00"),
            ("5. März 2026", Mdy, "2026-03-05T00:00:00"),
            ("05.Dez.2026", Mdy, "2026-12-05T00:00:00"),
            ("5 févr. 2026", Mdy, "2026-02-05T00:00:00"),
            ("5 août 2026", Mdy, "2026-08-05T00:00:00"),
            ("5 de enero de 2026", Mdy, "2026-01-05T00:00:00"),
            ("05-Jan-2026", Mdy, "2026-01-05T00:00:00"),
            ("2009-12-01 07:45:00", Mdy, "2009-12-01T07:45:00"),
            ("2026-01-05T10:11:12.345", Mdy, "2026-01-05T10:11:12.345"),
            ("31.02.2026", Mdy, ""),
            ("2026-13-01", Mdy, ""),
            ("13/25/2026", Mdy, ""),
            ("0001-01-01", Mdy, ""),
            ("yesterday", Mdy, ""),
            ("2026-01-05 25:00", Mdy, ""),
            ("2026-01-05 nonsense", Mdy, ""),
        ];
        for (text, order, want) in cases {
            let got = match parse_when(text, order) {
                Some(When::Local(local)) => local.to_string(),
                Some(When::Instant(timestamp)) => timestamp.to_string(),
                None => String::new(),
            };
            assert_eq!(got, want, "{text}");
        }
    }

    #[test]
    fn offsets_make_instants() {
        let cases = [
            ("2026-01-05 10:11:12 +0100", "2026-01-05T09:11:12Z"),
            ("2026-01-05T10:11:12+01:00", "2026-01-05T09:11:12Z"),
            ("2026-01-05T10:11:12Z", "2026-01-05T10:11:12Z"),
            ("2026-01-05 10:11:12 UTC", "2026-01-05T10:11:12Z"),
            ("2026-01-05 10:11:12 -05:30", "2026-01-05T15:41:12Z"),
        ];
        for (text, want) in cases {
            assert_eq!(parse_when(text, DateOrder::Mdy), Some(When::Instant(want.parse().unwrap())), "{text}");
        }
    }

    #[test]
    fn the_order_of_day_and_month_is_guessed() {
        use DateOrder::{Dmy, Mdy};
        let cases: [(&[&str], DecimalMark, DateOrder); 6] = [
            (&["01/02/2026", "13/02/2026"], DecimalMark::Point, Dmy),
            (&["01/02/2026", "02/13/2026"], DecimalMark::Comma, Mdy),
            (&["01/02/2026", "02/02/2026", "03/02/2026"], DecimalMark::Point, Dmy),
            (&["02/01/2026", "02/02/2026", "02/03/2026"], DecimalMark::Comma, Mdy),
            (&["12/1/2010 8:26"], DecimalMark::Point, Mdy),
            (&["12/1/2010 8:26"], DecimalMark::Comma, Dmy),
        ];
        for (samples, mark, want) in cases {
            assert_eq!(guess_order(samples.iter().copied(), mark), want, "{samples:?}");
        }
    }
}

//! Reads sessions from tab- or comma-separated text: `SessionId ItemId Time`, and optionally `UserId`, `EventType` and
//! `Price`, by the names in the first row.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read},
};

use csv::ByteRecord;

use crate::{Catalogue, Item, Sessions, Signal};

/// What is wrong with a file of events, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no first row.
    #[error("the file is empty: its first row must name the columns SessionId, ItemId and Time")]
    Empty,
    /// A needed column is not there.
    #[error("no column {column}: the first row has {found}; name the columns SessionId, ItemId and Time")]
    MissingColumn {
        /// The column.
        column: &'static str,
        /// What the first row has.
        found: String,
    },
    /// A cell does not say what it must.
    #[error("row {row}, column {column}: \"{value}\" is {problem}")]
    Cell {
        /// Which row, the first row of the file being 1.
        row: u64,
        /// Which column.
        column: &'static str,
        /// What stands there.
        value: String,
        /// What is wrong with it, and what to do.
        problem: &'static str,
    },
    /// The rows themselves cannot be told apart.
    #[error("cannot read the rows: {0}; each row needs as many cells as the first")]
    Rows(#[from] csv::Error),
    /// The bytes cannot be had.
    #[error("cannot read: {0}")]
    Bytes(#[from] std::io::Error),
}

/// Sessions as read, with what else the file told.
#[derive(Debug, Clone, Default)]
pub struct Events {
    /// The sessions, in order of their last event.
    pub sessions: Sessions,
    /// The latest price of each item by its number, in the file's own money; `NaN` where none was told, empty without the column.
    pub prices: Vec<f32>,
}

/// What to do with an item that the catalogue does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Give it the next number: for training.
    New,
    /// Call it [`UNKNOWN`]: for a test.
    Known,
}

/// An item that the catalogue does not know.
pub const UNKNOWN: Item = Item::MAX;

const COLUMNS: [&str; 6] = ["SessionId", "ItemId", "Time", "UserId", "EventType", "Price"];
/// Times above this are milliseconds: the year 5138 in seconds.
const LARGEST_SECONDS: f64 = 1e11;

struct Row {
    session: u32,
    item: Item,
    time_s: f64,
    signal: Signal,
}

/// Reads all rows. `items` and `users` are the numberings, which a test shares with its training. Rows may be in any order:
/// sessions are put in order of their last event, events in order of their time, ties in the order of the file. `Time` is
/// seconds or milliseconds since 1970, or `YYYY-MM-DD[ T]hh:mm[:ss[.fff]][Z]` in UTC.
///
/// # Errors
/// The first thing wrong, with its row and column.
pub fn read(
    input: impl Read,
    names: Names,
    items: &mut Catalogue,
    users: &mut HashMap<Vec<u8>, u32>,
) -> Result<Events, ReadError> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    let mut header = Vec::new();
    input.read_until(b'\n', &mut header)?;
    let (delimiter, columns) = columns(&header)?;
    let at = |column: usize| columns[column];
    let mut rows = Vec::new();
    let mut owners: Vec<u32> = Vec::new();
    let mut prices: Vec<f32> = Vec::new();
    let mut sessions: HashMap<Vec<u8>, u32> = HashMap::new();
    let mut last_session: (Vec<u8>, u32) = (Vec::new(), u32::MAX);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(input);
    let mut record = ByteRecord::new();
    let mut number = 1;
    while reader.read_byte_record(&mut record)? {
        number += 1;
        let cell = |column: usize| at(column).and_then(|at| record.get(at)).unwrap_or_default().trim_ascii();
        let error = |column: usize, problem| ReadError::Cell {
            row: number,
            column: COLUMNS[column],
            value: String::from_utf8_lossy(cell(column)).into_owned(),
            problem,
        };
        let key = cell(0);
        if key.is_empty() {
            return Err(error(0, "empty: give every event the id of its session"));
        }
        let name = std::str::from_utf8(cell(1)).map_err(|_| error(1, "not UTF-8: save the file as UTF-8"))?;
        if name.is_empty() {
            return Err(error(1, "empty: give every event the id of its item"));
        }
        let time_s =
            time_s(cell(2)).ok_or_else(|| error(2, "not a time: write seconds since 1970 or YYYY-MM-DD hh:mm:ss"))?;
        let signal = signal(cell(4))
            .ok_or_else(|| error(4, "not known: use view, add_to_cart or purchase, or leave the cell empty"))?;
        let item = match names {
            Names::New => items.intern(name),
            Names::Known => items.item(name).unwrap_or(UNKNOWN),
        };
        if last_session.1 == u32::MAX || last_session.0 != key {
            let next = sessions.len() as u32;
            let session = *sessions.entry(key.to_vec()).or_insert(next);
            last_session = (key.to_vec(), session);
            if session == next && at(3).is_some() {
                let next = users.len() as u32;
                owners.push(*users.entry(cell(3).to_vec()).or_insert(next));
            }
        }
        if at(5).is_some() && !cell(5).is_empty() && item != UNKNOWN {
            let price: f32 = std::str::from_utf8(cell(5))
                .ok()
                .and_then(|text| text.parse().ok())
                .filter(|price: &f32| price.is_finite())
                .ok_or_else(|| error(5, "not a number: write it like 12.50, without a currency sign"))?;
            if prices.len() <= item as usize {
                prices.resize(item as usize + 1, f32::NAN);
            }
            prices[item as usize] = price;
        }
        rows.push(Row { session: last_session.1, item, time_s, signal });
    }
    Ok(Events { sessions: arrange(rows, sessions.len(), &owners), prices })
}

/// Rows into sessions, sessions in order of their last event.
fn arrange(mut rows: Vec<Row>, sessions: usize, owners: &[u32]) -> Sessions {
    rows.sort_by(|a, b| a.session.cmp(&b.session).then(a.time_s.total_cmp(&b.time_s)));
    let mut starts = vec![0; sessions + 1];
    for row in &rows {
        starts[row.session as usize + 1] += 1;
    }
    for session in 0..sessions {
        starts[session + 1] += starts[session];
    }
    let mut order: Vec<u32> = (0..sessions as u32).collect();
    order.sort_by(|&a, &b| {
        let last = |session: u32| rows[starts[session as usize + 1] - 1].time_s;
        last(a).total_cmp(&last(b))
    });
    let mut arranged = Sessions::new();
    for session in order {
        for row in &rows[starts[session as usize]..starts[session as usize + 1]] {
            arranged.items.push(row.item);
            arranged.signals.push(row.signal);
            arranged.times_s.push(row.time_s.floor() as i64);
        }
        arranged.starts.push(arranged.items.len());
        if let Some(&user) = owners.get(session as usize) {
            arranged.users.push(user);
        }
    }
    arranged
}

/// The delimiter of the first row and where each of [`COLUMNS`] stands.
fn columns(header: &[u8]) -> Result<(u8, [Option<usize>; COLUMNS.len()]), ReadError> {
    let header = String::from_utf8_lossy(header);
    let header = header.trim_start_matches('\u{feff}').trim_end();
    if header.is_empty() {
        return Err(ReadError::Empty);
    }
    let delimiter = ['\t', ',', ';'].into_iter().find(|&delimiter| header.contains(delimiter)).unwrap_or('\t');
    let found: Vec<&str> = header.split(delimiter).map(|name| name.trim().trim_matches('"')).collect();
    let columns = COLUMNS.map(|column| found.iter().position(|name| name.eq_ignore_ascii_case(column)));
    match (0..3).find(|&column| columns[column].is_none()) {
        Some(missing) => Err(ReadError::MissingColumn { column: COLUMNS[missing], found: found.join(", ") }),
        None => Ok((delimiter as u8, columns)),
    }
}

fn signal(cell: &[u8]) -> Option<Signal> {
    let word: String = cell
        .iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .map(|&byte| byte.to_ascii_lowercase() as char)
        .collect();
    match word.as_str() {
        "" | "view" | "click" | "pv" | "productview" => Some(Signal::View),
        "addtocart" | "cart" | "add" | "basket" => Some(Signal::AddToCart),
        "purchase" | "buy" | "order" | "transaction" => Some(Signal::Purchase),
        _ => None,
    }
}

fn time_s(cell: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(cell).ok()?;
    if let Ok(number) = text.parse::<f64>() {
        return number.is_finite().then_some(if number.abs() > LARGEST_SECONDS { number / 1000.0 } else { number });
    }
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (day, clock) = text.split_once([' ', 'T'])?;
    let mut clock = clock.splitn(3, ':').map(str::parse::<f64>);
    let (hours, minutes, seconds) = (clock.next()?.ok()?, clock.next()?.ok()?, clock.next().unwrap_or(Ok(0.0)).ok()?);
    let in_day = (0.0..24.0).contains(&hours) && (0.0..60.0).contains(&minutes) && (0.0..61.0).contains(&seconds);
    let day = domain::Day::parse(day).ok()?;
    in_day.then_some(f64::from(day.epoch_days()) * 86_400.0 + hours * 3600.0 + minutes * 60.0 + seconds)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read_text(text: &str) -> Result<(Sessions, Catalogue), ReadError> {
        let mut items = Catalogue::default();
        let events = read(text.as_bytes(), Names::New, &mut items, &mut HashMap::new())?;
        Ok((events.sessions, items))
    }

    #[test]
    fn any_order_of_rows_and_columns() {
        let (sessions, items) = read_text(
            "\u{feff}Time,ItemId,SessionId,EventType\n\
             2014-04-07 10:51:09.277,b,s2,\n5,a,s1,view\n1396867868000,a,s2,purchase\n7,c,s1,cart\n",
        )
        .unwrap();
        assert_eq!(sessions.len(), 2);
        let names = |index: usize| sessions.get(index).items.iter().map(|&item| items.name(item)).collect::<Vec<_>>();
        assert_eq!((names(0), names(1)), (vec!["a", "c"], vec!["a", "b"]));
        assert_eq!(sessions.signals, [Signal::View, Signal::AddToCart, Signal::Purchase, Signal::View]);
        assert_eq!(sessions.times_s, [5, 7, 1_396_867_868, 1_396_867_869]);
    }

    #[test]
    fn users_and_prices_and_unknown_items() {
        let mut items = Catalogue::default();
        items.intern("a");
        let text = "SessionId\tItemId\tTime\tUserId\tPrice\n1\ta\t1\tann\t2.5\n1\tz\t2\tann\t\n2\ta\t3\tbob\t3\n3\ta\t4\tann\t\n";
        let events = read(text.as_bytes(), Names::Known, &mut items, &mut HashMap::new()).unwrap();
        assert_eq!(events.sessions.items, [0, UNKNOWN, 0, 0]);
        assert_eq!((events.sessions.users, events.prices), (vec![0, 1, 0], vec![3.0]));
    }

    #[test]
    fn errors_say_where_and_what_to_do() {
        let error = |text: &str| read_text(text).unwrap_err().to_string();
        insta::assert_snapshot!(
            [
                error(""),
                error("SessionId\tTime\n"),
                error("SessionId,ItemId,Time\n1,a,1\n1,,2\n"),
                error("SessionId,ItemId,Time\n1,a,yesterday\n"),
                error("SessionId,ItemId,Time,EventType\n1,a,1,wave\n"),
                error("SessionId,ItemId,Time,Price\n1,a,1,£3\n"),
                error("SessionId,ItemId,Time\n1,a\n1,a,2\n"),
            ]
            .join("\n"),
            @r#"
        the file is empty: its first row must name the columns SessionId, ItemId and Time
        no column ItemId: the first row has SessionId, Time; name the columns SessionId, ItemId and Time
        row 3, column ItemId: "" is empty: give every event the id of its item
        row 2, column Time: "yesterday" is not a time: write seconds since 1970 or YYYY-MM-DD hh:mm:ss
        row 2, column EventType: "wave" is not known: use view, add_to_cart or purchase, or leave the cell empty
        row 2, column Price: "£3" is not a number: write it like 12.50, without a currency sign
        row 2, column Time: "" is not a time: write seconds since 1970 or YYYY-MM-DD hh:mm:ss
        "#
        );
    }

    #[test]
    fn only_a_first_row_is_no_sessions() {
        let (sessions, items) = read_text("SessionId\tItemId\tTime").unwrap();
        assert!(sessions.is_empty() && items.is_empty() && sessions.iter().next().is_none());
    }
}

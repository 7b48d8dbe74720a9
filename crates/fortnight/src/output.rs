//! What commands print: text for people, or one JSON object.

use serde::Serialize;

/// Where and how a command answers.
#[derive(Clone, Copy)]
pub struct Output {
    /// One JSON object instead of text.
    pub json: bool,
}

impl Output {
    /// Prints the object as one line of JSON, or what `text` says.
    pub fn put<T: Serialize>(self, object: &T, text: impl FnOnce(&T) -> String) {
        if self.json {
            let json = serde_json::to_string(object).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"));
            line(&json);
        } else {
            line(text(object).trim_end());
        }
    }

    /// Prints a sentence, or it as `{"message": …}`.
    pub fn say(self, message: &str) {
        self.put(&serde_json::json!({ "message": message }), |_| message.to_owned());
    }
}

/// Writes to standard output. A reader that has gone away (`… | head`) is no error.
pub fn line(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Width that paragraphs are wrapped to.
pub const WIDTH: usize = 100;

/// A paragraph in lines of at most [`WIDTH`] characters, each after the indent; the first line after `first`.
pub fn paragraph(first: &str, indent: &str, text: &str) -> String {
    let mut out = String::new();
    for (index, part) in text.lines().enumerate() {
        let mut line = if index == 0 { first.to_owned() } else { indent.to_owned() };
        let mut is_empty = true;
        for word in part.split_whitespace() {
            if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
                out.push_str(line.trim_end());
                out.push('\n');
                line = indent.to_owned();
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
            is_empty = false;
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// A row of a table.
pub fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// `1 row`, `3 rows`, `1,200 rows`.
pub fn count(number: u64, one: &str) -> String {
    format!("{} {one}{}", domain::group_thousands(number), if number == 1 { "" } else { "s" })
}

/// Rows as an aligned table; the first row is the header. Columns whose cells all look like numbers align right.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let numeric = |column: usize| {
        let mut cells =
            rows.iter().skip(1).filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty()).peekable();
        cells.peek().is_some() && cells.all(|cell| is_number(cell))
    };
    let right: Vec<bool> = (0..columns).map(numeric).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let pad = width(column).unwrap_or(0) - cell.chars().count();
            if right[column] {
                line.extend(std::iter::repeat_n(' ', pad));
                line.push_str(cell);
            } else {
                line.push_str(cell);
                line.extend(std::iter::repeat_n(' ', pad));
            }
            line.push_str("  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Digits with separators, a sign, a currency symbol or a percent sign; a day is not a number.
fn is_number(cell: &str) -> bool {
    let cell = cell.trim_end_matches(['%', ' ']);
    cell.ends_with(|c: char| c.is_ascii_digit()) && !cell.contains(|c: char| c.is_alphabetic() || c == '-')
}

#[cfg(test)]
mod tests {
    #[test]
    fn paragraphs_wrap_behind_their_indent() {
        let text = "word ".repeat(30);
        let wrapped = super::paragraph("- ", "  ", &text);
        assert!(wrapped.lines().all(|line| line.chars().count() <= super::WIDTH));
        assert!(wrapped.starts_with("- word") && wrapped.lines().nth(1).is_some_and(|line| line.starts_with("  word")));
    }

    #[test]
    fn tables_align_numbers_right() {
        let rows =
            [["product", "units"], ["Refill", "1,200"], ["Tea, loose", "7"]].map(|row| row.map(str::to_owned).to_vec());
        insta::assert_snapshot!(super::table(&rows), @r"
        product     units
        Refill      1,200
        Tea, loose      7
        ");
    }
}

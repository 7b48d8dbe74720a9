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
            println!("{}", serde_json::to_string(object).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}")));
        } else {
            println!("{}", text(object).trim_end());
        }
    }

    /// Prints a sentence, or it as `{"message": …}`.
    pub fn say(self, message: &str) {
        self.put(&serde_json::json!({ "message": message }), |_| message.to_owned());
    }
}

/// Rows as an aligned table; the first row is the header. Columns whose cells all look like numbers align right.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let numeric = |column: usize| {
        let mut cells = rows.iter().skip(1).filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty()).peekable();
        cells.peek().is_some() && cells.all(|cell| cell.trim_end_matches('%').ends_with(|c: char| c.is_ascii_digit()) && !cell.starts_with(char::is_alphabetic) && !cell.contains('-'))
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

#[cfg(test)]
mod tests {
    #[test]
    fn tables_align_numbers_right() {
        let rows = [["product", "units"], ["Refill", "1,200"], ["Tea, loose", "7"]].map(|row| row.map(str::to_owned).to_vec());
        insta::assert_snapshot!(super::table(&rows), @r"
        product     units
        Refill      1,200
        Tea, loose      7
        ");
    }
}

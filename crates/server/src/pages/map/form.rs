//! The map's form: rows of text as somebody typed them, the buttons that move them, and the stream they make.

use domain::{
    Currency, Money,
    decimal::{DecimalMark, parse_micros},
    workflow::{Redesign, Stage, Stream},
};
use sprint::FieldError;

use crate::{
    view,
    views::{Cell, MapFormView, StageForm},
};

/// Longest map that still reads as one; the use case refuses longer ones too.
const MAX_STAGES: usize = 20;

/// Numbers of a stage today: field of the form, field of a mistake, label.
const TODAY: [(&str, &str, &str); 6] = [
    ("hours", "hands_on_hours", "Hands-on, h"),
    ("elapsed", "elapsed_days", "Elapsed, d"),
    ("waiting", "waiting_days", "Waits, d"),
    ("cost", "cost_minor", "Cost"),
    ("people", "people", "People"),
    ("pain", "pain", "Pain, 1–5"),
];

/// Numbers of its redesign.
const THEN: [(&str, &str, &str); 3] = [
    ("r_hours", "redesign.hands_on_hours", "Hands-on, h"),
    ("r_elapsed", "redesign.elapsed_days", "Elapsed, d"),
    ("r_waiting", "redesign.waiting_days", "Waits, d"),
];

/// A stage as typed.
#[derive(Debug, Clone, Default, PartialEq)]
struct Row {
    key: String,
    name: String,
    note: String,
    how: String,
    today: [String; 6],
    then: [String; 3],
}

/// The form as typed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Draft {
    rows: Vec<Row>,
}

impl Draft {
    /// A stream as the form shows it.
    pub(super) fn of(stream: &Stream, currency: Currency) -> Draft {
        let row = |(index, stage): (usize, &Stage)| Row {
            key: format!("s{index}"),
            name: stage.name.clone(),
            note: stage.note.clone(),
            how: stage.redesign.as_ref().map(|then| then.how.clone()).unwrap_or_default(),
            today: [
                number(stage.hands_on_hours),
                number(stage.elapsed_days),
                number(stage.waiting_days),
                if stage.cost_minor == 0 { "0".into() } else { Money::new(stage.cost_minor, currency).to_decimal() },
                stage.people.to_string(),
                stage.pain.to_string(),
            ],
            then: match &stage.redesign {
                Some(then) => [number(then.hands_on_hours), number(then.elapsed_days), number(then.waiting_days)],
                None => Default::default(),
            },
        };
        Draft { rows: stream.stages.iter().enumerate().map(row).collect() }
    }

    /// The form as a browser sends it: every stage begins with its key.
    pub(super) fn read(pairs: &[(String, String)]) -> Draft {
        let mut rows: Vec<Row> = Vec::new();
        for (name, value) in pairs {
            if name == "key" {
                rows.push(Row { key: safe_key(value, rows.len()), ..Row::default() });
                continue;
            }
            let Some(row) = rows.last_mut() else { continue };
            match name.as_str() {
                "name" => row.name = value.trim().to_owned(),
                "note" => row.note = value.trim().to_owned(),
                "how" => row.how = value.trim().to_owned(),
                other => {
                    if let Some(at) = TODAY.iter().position(|(field, ..)| *field == other) {
                        row.today[at] = value.trim().to_owned();
                    } else if let Some(at) = THEN.iter().position(|(field, ..)| *field == other) {
                        row.then[at] = value.trim().to_owned();
                    }
                }
            }
        }
        Draft { rows }
    }

    /// Adds, moves or removes a stage; answers what was done, for people who do not see it.
    pub(super) fn act(&mut self, action: &str) -> String {
        if action == "add" && self.rows.len() < MAX_STAGES {
            let key = (0..).map(|n| format!("s{n}")).find(|key| self.rows.iter().all(|row| row.key != *key));
            let today = ["", "", "0", "0", "1", "3"].map(str::to_owned);
            self.rows.push(Row { key: key.unwrap_or_default(), today, ..Row::default() });
            return format!("Stage {} is added at the end. Nothing is saved yet.", self.rows.len());
        }
        let (verb, key) = action.split_once('.').unwrap_or_default();
        let Some(at) = self.rows.iter().position(|row| row.key == key) else { return String::new() };
        let name = if self.rows[at].name.is_empty() { "The stage".to_owned() } else { self.rows[at].name.clone() };
        match verb {
            "up" if at > 0 => self.rows.swap(at, at - 1),
            "down" if at + 1 < self.rows.len() => self.rows.swap(at, at + 1),
            "remove" if self.rows.len() > 1 => {
                self.rows.remove(at);
                return format!("{name} is removed. Nothing is saved yet.");
            }
            _ => return String::new(),
        }
        let now = if verb == "up" { at } else { at + 2 };
        format!("{name} is stage {now} of {} now. Nothing is saved yet.", self.rows.len())
    }

    /// The stream; numbers that cannot be read are mistakes. What the numbers may be is judged by the use case.
    pub(super) fn stream(&self, currency: Currency) -> Result<Stream, Vec<FieldError>> {
        let mut mistakes = Vec::new();
        let stages =
            self.rows.iter().enumerate().map(|(index, row)| row.stage(index, currency, &mut mistakes)).collect();
        if mistakes.is_empty() { Ok(Stream { stages }) } else { Err(mistakes) }
    }

    /// The form with its mistakes beside the fields.
    pub(super) fn view(&self, mistakes: &[FieldError], said: String, currency: Currency) -> MapFormView {
        let of = |index: usize, field: &str| {
            let place = format!("stages[{}].{field}", index + 1);
            mistakes.iter().find(|mistake| mistake.field == place).map(|m| m.message.clone()).unwrap_or_default()
        };
        let stages = self.rows.iter().enumerate().map(|(index, row)| {
            let cell = |value: &String, (name, field, label): (&'static str, &str, &'static str)| Cell {
                name,
                label,
                value: value.clone(),
                problem: of(index, field),
            };
            StageForm {
                key: row.key.clone(),
                position: index + 1,
                name: row.name.clone(),
                name_problem: of(index, "name"),
                note: row.note.clone(),
                how: row.how.clone(),
                today: row.today.iter().zip(TODAY).map(|(value, field)| cell(value, field)).collect(),
                then: row.then.iter().zip(THEN).map(|(value, field)| cell(value, field)).collect(),
                is_first: index == 0,
                is_last: index + 1 == self.rows.len(),
            }
        });
        MapFormView {
            stages: stages.collect(),
            currency: currency.to_string(),
            problems: mistakes.iter().map(|mistake| self.sentence(mistake)).collect(),
            said,
            can_add: self.rows.len() < MAX_STAGES,
            only_one: self.rows.len() == 1,
        }
    }

    /// A mistake with the stage's name and the field's label instead of its place in a file.
    fn sentence(&self, mistake: &FieldError) -> String {
        let Some((index, field)) = mistake.field.strip_prefix("stages[").and_then(|rest| rest.split_once("].")) else {
            return mistake.message.clone();
        };
        let position: usize = index.parse().unwrap_or(0);
        let name = self.rows.get(position.saturating_sub(1)).map_or("", |row| row.name.as_str());
        let stage = if name.is_empty() { format!("Stage {position}") } else { name.to_owned() };
        let redesigned = if field.starts_with("redesign.") { "redesigned, " } else { "" };
        let label = TODAY.iter().chain(&THEN).find(|(_, known, _)| *known == field);
        let label = label.map_or("name".to_owned(), |(.., label)| label.to_lowercase());
        format!("{stage}, {redesigned}{label}: {}", mistake.message)
    }
}

impl Row {
    fn stage(&self, index: usize, currency: Currency, mistakes: &mut Vec<FieldError>) -> Stage {
        let mut read = |field: &str, text: &str, example: &str| {
            parse(text).unwrap_or_else(|| {
                let message = format!("“{text}” is not a number; write one such as {example}.");
                mistakes.push(FieldError { field: format!("stages[{}].{field}", index + 1), message });
                0.0
            })
        };
        let [hours, elapsed, waiting, cost, people, pain] = &self.today;
        let stage = Stage {
            name: self.name.clone(),
            hands_on_hours: read("hands_on_hours", hours, "2.5"),
            elapsed_days: read("elapsed_days", elapsed, "2.5"),
            waiting_days: read("waiting_days", waiting, "0.5"),
            cost_minor: (read("cost_minor", cost, "1200") * 10f64.powi(currency.exponent() as i32)).round() as i64,
            people: read("people", people, "2").round().clamp(0.0, 10_000.0) as u32,
            pain: read("pain", pain, "3").round().clamp(0.0, 255.0) as u8,
            note: self.note.clone(),
            redesign: None,
        };
        // An untouched redesign means that the stage stays; one number alone means the others are zero.
        let stays = self.then.iter().all(String::is_empty) && self.how.is_empty();
        let mut then = |at: usize, today: f64| match self.then[at].as_str() {
            "" if self.then.iter().all(String::is_empty) => today,
            "" => 0.0,
            text => read(THEN[at].1, text, "0.5"),
        };
        let redesign = (!stays).then(|| Redesign {
            hands_on_hours: then(0, stage.hands_on_hours),
            elapsed_days: then(1, stage.elapsed_days),
            waiting_days: then(2, stage.waiting_days),
            how: self.how.clone(),
        });
        Stage { redesign, ..stage }
    }
}

/// A number with a point or a comma; an empty field is zero.
fn parse(text: &str) -> Option<f64> {
    if text.is_empty() {
        return Some(0.0);
    }
    let mark = if text.contains(',') && !text.contains('.') { DecimalMark::Comma } else { DecimalMark::Point };
    parse_micros(text, mark).ok().map(|micros| micros as f64 / 1e6)
}

/// A number as it is typed: a plain minus and at most two decimals.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() { view::decimal(value) } else { text.to_owned() }
}

/// Keys become ids of elements: letters and digits only, and never twice.
fn safe_key(text: &str, index: usize) -> String {
    let key: String = text.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    if key.is_empty() { format!("x{index}") } else { key }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn pairs(draft: &Draft) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        let mut put = |name: &str, value: &str| pairs.push((name.to_owned(), value.to_owned()));
        for row in &draft.rows {
            put("key", &row.key);
            put("name", &row.name);
            row.today.iter().zip(TODAY).for_each(|(value, (name, ..))| put(name, value));
            put("note", &row.note);
            row.then.iter().zip(THEN).for_each(|(value, (name, ..))| put(name, value));
            put("how", &row.how);
        }
        pairs
    }

    #[test]
    fn a_stream_survives_its_form() {
        let eur = Currency::parse("EUR").unwrap();
        let mut stream = sprint::map::template();
        stream.stages[0].cost_minor = 123_450;
        stream.stages[1].redesign = None;
        let draft = Draft::of(&stream, eur);
        assert_eq!(Draft::read(&pairs(&draft)), draft);
        assert_eq!(draft.stream(eur).unwrap(), stream);
    }

    #[test]
    fn stages_move_by_their_key_and_the_last_one_stays() {
        let eur = Currency::parse("EUR").unwrap();
        let mut draft = Draft::of(&sprint::map::template(), eur);
        let names = |draft: &Draft| draft.rows.iter().map(|row| row.name.clone()).collect::<Vec<_>>();
        assert_eq!(draft.act("up.s1"), "Assets is stage 1 of 5 now. Nothing is saved yet.");
        assert_eq!(draft.act("down.s1"), "Assets is stage 2 of 5 now. Nothing is saved yet.");
        assert_eq!(draft.act("up.s0"), "", "the first stage cannot go up");
        draft.act("add");
        assert_eq!(draft.rows[5].key, "s5");
        for key in ["s0", "s1", "s2", "s3", "s4", "s5"] {
            draft.act(&format!("remove.{key}"));
        }
        assert_eq!(names(&draft), [""], "one stage has to stay");
    }

    #[test]
    fn what_cannot_be_read_is_said_beside_its_field() {
        let eur = Currency::parse("EUR").unwrap();
        let mut draft = Draft::of(&sprint::map::template(), eur);
        draft.rows[1].today[0] = "forty".into();
        draft.rows[1].today[1] = "2,5".into();
        let mistakes = draft.stream(eur).unwrap_err();
        let view = draft.view(&mistakes, String::new(), eur);
        assert_eq!(view.problems, ["Assets, hands-on, h: “forty” is not a number; write one such as 2.5."]);
        assert!(!view.stages[1].today[0].problem.is_empty() && view.stages[1].today[1].problem.is_empty());
    }
}

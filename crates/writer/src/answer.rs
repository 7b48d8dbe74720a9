//! Reading what a model or any chat gave back: JSON as asked, JSON in a fence or among prose, or lists under headings.

use domain::sprint::SlotText;
use serde_json::Value;

use crate::{check::slot_words, limits::SlotRule};

/// The answer holds nothing that could be a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "No texts were found in the answer. Paste the whole answer: JSON, or a list under a heading for each of: {wanted}."
)]
pub struct AnswerError {
    /// The slots that were looked for.
    pub wanted: String,
}

/// Texts of an answer, by slot, in the order given. Empty and repeated ones are left out; nothing is judged here.
///
/// # Errors
/// Nothing that belongs to one of the slots was found.
pub fn parse_answer(text: &str, slots: &[SlotRule]) -> Result<Vec<SlotText>, AnswerError> {
    let mut found = json_values(text)
        .iter()
        .map(|value| from_json(value, slots))
        .find(|texts| !texts.is_empty())
        .unwrap_or_default();
    if found.is_empty() {
        found = from_lists(text, slots);
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|text| !text.text.is_empty() && seen.insert((text.slot.clone(), text.text.to_lowercase())));
    if found.is_empty() {
        let wanted = slots.iter().map(|rule| slot_words(rule.slot)).collect::<Vec<_>>().join(", ");
        return Err(AnswerError { wanted });
    }
    let order = |slot: &str| slots.iter().position(|rule| rule.slot == slot).unwrap_or(usize::MAX);
    found.sort_by_key(|text| order(&text.slot));
    Ok(found)
}

/// The whole text as JSON, else every balanced `{…}` or `[…]` in it, longest first.
fn json_values(text: &str) -> Vec<Value> {
    if let Ok(value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text.trim()) {
        return vec![value];
    }
    let mut spans: Vec<&str> = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find(['{', '[']).map(|at| at + from) {
        match balanced(&text[start..]) {
            Some(end) => {
                spans.push(&text[start..start + end]);
                from = start + end;
            }
            None => from = start + 1,
        }
    }
    spans.sort_by_key(|span| std::cmp::Reverse(span.len()));
    spans
        .into_iter()
        .filter_map(|span| serde_json::from_str(span).or_else(|_| serde_json::from_str(&mended(span))).ok())
        .collect()
}

/// Length of the balanced bracket expression a text begins with.
fn balanced(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0_i32, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            '{' | '[' if !in_string => depth += 1,
            '}' | ']' if !in_string => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + c.len_utf8());
                }
            }
            _ => {}
        }
    }
    None
}

/// JSON as chats spoil it: curly quotes around keys, a comma before a closing bracket, raw line ends inside strings.
fn mended(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_string = false;
    let mut escaped = false;
    for c in text.chars() {
        match c {
            '"' if !escaped => in_string = !in_string,
            '\n' if in_string => {
                out.push_str("\\n");
                continue;
            }
            '}' | ']' if !in_string => {
                let end = out.trim_end().trim_end_matches(',').len();
                out.truncate(end);
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out
}

/// A key or heading as a slot: case, plural, underscores and numbering do not matter.
fn slot_of(name: &str, slots: &[SlotRule]) -> Option<&'static str> {
    let plain: String = name.to_lowercase().chars().map(|c| if c.is_alphabetic() { c } else { ' ' }).collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let aliases: &[(&str, &str)] = &[
        ("primary", "primary_text"),
        ("subject line", "subject"),
        ("betreff", "subject"),
        ("preview text", "preheader"),
        ("preview", "preheader"),
        ("pre header", "preheader"),
        ("email body", "body"),
        ("e mail body", "body"),
        ("email", "body"),
        ("title", "headline"),
        ("überschrift", "headline"),
        ("image", "image_direction"),
        ("video", "video_angle"),
        ("display path", "path"),
    ];
    let matches = |wanted: &str| {
        let singular = plain.strip_suffix('s').unwrap_or(&plain);
        plain == wanted
            || singular == wanted
            || plain.starts_with(&format!("{wanted} "))
            || plain.starts_with(&format!("{wanted}s "))
            || plain.ends_with(&format!(" {wanted}"))
            || plain.ends_with(&format!(" {wanted}s"))
    };
    slots
        .iter()
        .find(|rule| matches(&slot_words(rule.slot)))
        .or_else(|| slots.iter().find(|rule| aliases.iter().any(|(alias, slot)| *slot == rule.slot && matches(alias))))
        .map(|rule| rule.slot)
}

fn from_json(value: &Value, slots: &[SlotRule]) -> Vec<SlotText> {
    let mut found = Vec::new();
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match slot_of(key, slots) {
                    Some(slot) => collect(value, slot, &mut found),
                    None => found
                        .extend(from_json(value, slots).into_iter().filter(|_| value.is_object() || value.is_array())),
                }
            }
            // `{"slot": "headline", "text": "…"}`
            if let (Some(slot), Some(text)) =
                (map.get("slot").and_then(Value::as_str), map.get("text").and_then(Value::as_str))
            {
                found.extend(slot_of(slot, slots).map(|slot| SlotText { slot: slot.to_owned(), text: clean(text) }));
            }
        }
        Value::Array(items) if items.iter().all(Value::is_string) => {
            if let [only] = slots {
                collect(value, only.slot, &mut found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| found.extend(from_json(item, slots))),
        _ => {}
    }
    found
}

/// Texts of a value, however a model nested them: a string, an array, objects with a text in them.
fn collect(value: &Value, slot: &str, found: &mut Vec<SlotText>) {
    match value {
        Value::String(text) => found.push(SlotText { slot: slot.to_owned(), text: clean(text) }),
        Value::Array(items) => items.iter().for_each(|item| collect(item, slot, found)),
        Value::Object(map) => {
            let named = ["text", "value", "content", "copy", slot].iter().find_map(|key| map.get(*key));
            match named {
                Some(value) => collect(value, slot, found),
                None => map.values().filter(|value| value.is_string()).for_each(|value| collect(value, slot, found)),
            }
        }
        _ => {}
    }
}

/// A text without the quotes, bold marks and counts that chats put around it.
fn clean(text: &str) -> String {
    let mut text = text.trim().replace("**", "");
    // `(28 characters)` at the end
    if text.ends_with(')')
        && let Some(at) = text.rfind('(')
        && text[at..].to_lowercase().contains("char")
    {
        text.truncate(at);
    }
    let text = text.trim();
    let pairs = [('"', '"'), ('“', '”'), ('„', '“'), ('‘', '’'), ('`', '`'), ('*', '*')];
    let inner = pairs.iter().find_map(|(open, close)| {
        let inner = text.strip_prefix(*open)?.strip_suffix(*close)?;
        (!inner.contains(*open)).then_some(inner)
    });
    inner.unwrap_or(text).trim().to_owned()
}

fn from_lists(text: &str, slots: &[SlotRule]) -> Vec<SlotText> {
    let mut found: Vec<SlotText> = Vec::new();
    let mut current = if let [only] = slots { Some(only.slot) } else { None };
    let mut body: Vec<&str> = Vec::new();
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with("```") {
            continue;
        }
        let (marked, item) = list_item(trimmed);
        let heading = item.trim_start_matches('#').trim().trim_matches('*').trim();
        let (name, rest) = heading
            .split_once(':')
            .map_or((heading, ""), |(name, rest)| (name, rest.trim().trim_start_matches("**").trim()));
        let is_short = name.split_whitespace().count() <= 5;
        if let Some(slot) = slot_of(name, slots)
            .filter(|_| is_short && (heading.contains(':') || trimmed.starts_with(['#', '*']) || !marked))
        {
            flush(&mut body, &mut found);
            current = Some(slot);
            if !rest.is_empty() && slot != "body" {
                found.push(SlotText { slot: slot.to_owned(), text: clean(rest) });
            } else if !rest.is_empty() {
                body.push(rest);
            }
            continue;
        }
        match current {
            Some("body") => body.push(line.trim_end()),
            Some(slot) if marked && !item.is_empty() => {
                found.push(SlotText { slot: slot.to_owned(), text: clean(item) })
            }
            Some(slot) if !trimmed.is_empty() && slots.len() > 1 && !trimmed.ends_with(':') => {
                found.push(SlotText { slot: slot.to_owned(), text: clean(trimmed) });
            }
            _ => {}
        }
    }
    flush(&mut body, &mut found);
    found
}

fn flush(body: &mut Vec<&str>, found: &mut Vec<SlotText>) {
    let text = body.join("\n").trim().to_owned();
    body.clear();
    if !text.is_empty() {
        found.push(SlotText { slot: "body".to_owned(), text });
    }
}

/// Whether a line is a list item (`1.`, `2)`, `-`, `*`, `•`), and its text.
fn list_item(line: &str) -> (bool, &str) {
    for mark in ["- ", "* ", "• ", "– "] {
        if let Some(rest) = line.strip_prefix(mark) {
            return (true, rest.trim());
        }
    }
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    if (1..=2).contains(&digits)
        && let Some(rest) = line[digits..].strip_prefix(['.', ')', ':'])
        && rest.starts_with(' ')
    {
        return (true, rest.trim());
    }
    (false, line)
}

#[cfg(test)]
mod tests {
    use domain::sprint::Channel;

    use super::*;
    use crate::limits;

    #[test]
    fn answers_are_read_in_every_form() {
        let slots: Vec<SlotRule> = limits::rules(Channel::Meta)
            .iter()
            .filter(|rule| rule.slot == "headline" || rule.slot == "description")
            .copied()
            .collect();
        for text in [
            r#"{"headline": ["Meet the soap", "Back again"], "description": ["From €4"]}"#,
            "Sure! Here you go:\n```json\n{\"headline\": [\"Meet the soap\", \"Back again\",], \"description\": [\"From €4\"]}\n```\nHope it helps.",
            r#"{"ads": {"Headlines": [{"text": "Meet the soap"}, {"text": "Back again"}], "Descriptions": "From €4"}}"#,
            "**Headlines:**\n1. \"Meet the soap\" (13 characters)\n2. Back again\n\n**Descriptions:**\n- From €4\n",
            "### Headlines\n* Meet the soap\n* Back again\n### Description\n* From €4",
            "Headline 1: Meet the soap\nHeadline 2: Back again\nDescription: From €4",
            r#"[{"slot": "headline", "text": "Meet the soap"}, {"slot": "headline", "text": "Back again"}, {"slot": "description", "text": "From €4"}]"#,
        ] {
            let found = parse_answer(text, &slots).unwrap_or_default();
            let shown: Vec<(&str, &str)> = found.iter().map(|t| (t.slot.as_str(), t.text.as_str())).collect();
            assert_eq!(
                shown,
                [("headline", "Meet the soap"), ("headline", "Back again"), ("description", "From €4")],
                "{text}"
            );
        }
        assert!(parse_answer("I cannot help with that.", &slots).is_err());
    }

    #[test]
    fn a_body_keeps_its_paragraphs() {
        let slots: Vec<SlotRule> = limits::rules(Channel::Email).to_vec();
        let text = "Subject: A quiet week\nPreheader: Read on\nBody:\nHello,\n\nHere it is.\n\nBye";
        let found = parse_answer(text, &slots).unwrap_or_default();
        assert_eq!(found.last().map(|t| t.text.as_str()), Some("Hello,\n\nHere it is.\n\nBye"));
        let only = [slots[2]];
        let json = "{\"body\": [\"Hello,\n\nHere.\"]}";
        assert_eq!(parse_answer(json, &only).unwrap_or_default()[0].text, "Hello,\n\nHere.");
    }
}

//! Personal data and unsafe addresses.

use super::{Code, Look, Severity};

pub(super) fn check(look: &mut Look<'_>) {
    for word in look.text.split_whitespace() {
        let lower = word.to_lowercase();
        if lower.contains("http://") || (lower.contains("://") && !lower.contains("https://")) {
            look.add(
                Code::InsecureUrl,
                Severity::Block,
                word,
                format!("`{word}` is not an https address."),
                "Use the https address.",
            );
        }
    }
    for span in spans(look.text) {
        let found = look.text.get(span.0..span.1).unwrap_or_default().to_owned();
        let what = if found.contains('@') { "an e-mail address" } else { "a telephone number" };
        look.add(
            Code::PersonalData,
            Severity::Block,
            &found,
            format!("`{found}` looks like {what}."),
            "Remove it; copy carries nobody's contact data.",
        );
    }
}

/// The text with e-mail addresses and telephone numbers replaced by `[removed]`. A greeting or signature that names a
/// person (`Dear Jane Doe`, `customer Jane Doe`) loses the name too.
pub fn scrub(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end) in spans(text) {
        if start < at {
            continue;
        }
        out.push_str(text.get(at..start).unwrap_or_default());
        out.push_str("[removed]");
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    scrub_names(&out)
}

/// Words after which a capitalised word is a person's name.
const BEFORE_NAMES: [&str; 14] = [
    "dear", "mr", "mrs", "ms", "miss", "dr", "herr", "frau", "customer", "client", "buyer", "kunde", "kundin",
    "contact",
];

fn scrub_names(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut after_intro = false;
    for word in text.split(' ') {
        let core = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_name = core.chars().next().is_some_and(char::is_uppercase)
            && core.chars().skip(1).any(char::is_lowercase)
            && core.chars().all(|c| c.is_alphabetic() || c == '-' || c == '\'' || c == '’');
        let is_intro = BEFORE_NAMES.contains(&core.to_lowercase().as_str());
        if after_intro && is_name && !is_intro {
            out.push(word.replace(core, "[removed]"));
            after_intro = !word.ends_with([',', '.', ';', ':', '!', '?']);
        } else {
            after_intro = is_intro && !word.ends_with([',', ';', ':', '!', '?']);
            out.push(word.to_owned());
        }
    }
    out.join(" ").replace("[removed] [removed]", "[removed]")
}

/// Byte ranges of addresses and telephone numbers, in order.
fn spans(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let is_mail = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    for (at, _) in text.match_indices('@') {
        let before = text[..at].char_indices().rev().take_while(|(_, c)| is_mail(*c)).last().map(|(index, _)| index);
        let after: String =
            text[at + 1..].chars().take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-')).collect();
        let domain = after.trim_end_matches(['.', '-']);
        let has_top = domain.rsplit_once('.').is_some_and(|(host, top)| !host.is_empty() && top.chars().count() >= 2);
        if let (Some(start), true) = (before, has_top) {
            found.push((start, at + 1 + domain.len()));
        }
    }
    found.extend(phones(text));
    found.sort_unstable();
    found
}

/// Runs of digits with telephone punctuation: 7 to 15 digits that begin with `+`, `00`, `0` or `(`, or 10 and more.
fn phones(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let characters: Vec<(usize, char)> = text.char_indices().collect();
    let mut at = 0;
    while at < characters.len() {
        let (start, c) = characters[at];
        let fresh = at == 0 || !characters[at - 1].1.is_alphanumeric();
        if !(fresh && (c.is_ascii_digit() || c == '+' || c == '(')) {
            at += 1;
            continue;
        }
        let mut end = at;
        let mut digits = 0;
        let mut last_digit = at;
        while end < characters.len()
            && (characters[end].1.is_ascii_digit()
                || matches!(characters[end].1, '+' | '(' | ')' | ' ' | '-' | '/' | '.' | '\u{a0}'))
        {
            if characters[end].1.is_ascii_digit() {
                digits += 1;
                last_digit = end;
            }
            end += 1;
        }
        let run: String = characters[at..=last_digit.min(characters.len() - 1)].iter().map(|(_, c)| *c).collect();
        let is_date = run.len() == 10 && run.matches(['-', '.', '/']).count() == 2;
        let marked = run.starts_with('+') || run.starts_with('0') || run.starts_with('(');
        if !is_date && digits <= 15 && ((marked && digits >= 7) || digits >= 10) {
            let (byte, last) = characters[last_digit];
            found.push((start, byte + last.len_utf8()));
        }
        at = end.max(at + 1);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contact_data_is_scrubbed() {
        for (text, wanted) in [
            ("Ask jane.doe+shop@mail.example.co.uk today.", "Ask [removed] today."),
            ("Call +44 (0)20 7946 0958 or 030/1234567.", "Call [removed] or [removed]."),
            ("Loved by customer Jane Doe, who wrote", "Loved by customer [removed], who wrote"),
            ("Dear Mrs Müller, hello", "Dear Mrs [removed], hello"),
            (
                "Free shipping over €40, 30 days to return, made 2026-11-30",
                "Free shipping over €40, 30 days to return, made 2026-11-30",
            ),
            ("1,240 orders of 500 ml since 2024", "1,240 orders of 500 ml since 2024"),
            ("10% off with @home style", "10% off with @home style"),
        ] {
            assert_eq!(scrub(text), wanted);
        }
    }
}

//! Words: cutting text into them, comparing them whatever their ending, and capital letters.

pub use domain::similarity::tokens;

/// A word without its plural or possessive ending, good enough to compare English (and harmless to German) words.
pub fn stem(word: &str) -> String {
    let word = word.strip_suffix("'s").unwrap_or(word);
    if word.chars().count() <= 3 {
        return word.to_owned();
    }
    if let Some(root) = word.strip_suffix("ies") {
        return format!("{root}y");
    }
    for ending in ["sses", "shes", "ches", "xes", "zes"] {
        if word.ends_with(ending) {
            return word[..word.len() - 2].to_owned();
        }
    }
    match word.strip_suffix('s') {
        Some(root) if !root.ends_with('s') && !root.ends_with('u') => root.to_owned(),
        _ => word.to_owned(),
    }
}

/// Endings a banned word may take and still be that word.
const ENDINGS: [&str; 17] =
    ["s", "es", "'s", "d", "ed", "ing", "er", "ers", "est", "ly", "y", "e", "en", "em", "n", "r", "ies"];

/// Whether a word of a text is the given word, in any inflection: `cheap` is found in `cheaper`, not in `cheapskate`.
pub fn same_word(found: &str, wanted: &str) -> bool {
    if found == wanted || stem(found) == stem(wanted) {
        return true;
    }
    let trimmed = wanted.strip_suffix(['e', 'y']).filter(|root| root.chars().count() >= 3);
    [Some(wanted), trimmed].into_iter().flatten().any(|root| {
        let doubled = root.chars().last().map(|last| format!("{root}{last}"));
        let rest = found.strip_prefix(root).filter(|rest| ENDINGS.contains(rest));
        let rest_doubled =
            doubled.as_deref().and_then(|d| found.strip_prefix(d)).filter(|r| ["ed", "ing", "er"].contains(r));
        wanted.chars().count() >= 3 && (rest.is_some() || rest_doubled.is_some())
    })
}

/// The text with a capital first letter, other letters as they are. Skips leading quotes.
pub fn capitalise(text: &str) -> String {
    let mut done = false;
    text.chars()
        .flat_map(|c| {
            let first = !done && c.is_alphanumeric();
            done |= first;
            if first { c.to_uppercase().collect::<Vec<char>>() } else { vec![c] }
        })
        .collect()
}

/// The text with a small first letter, unless its first word has other capitals (`USB lamp`, `T-light`) or is `I`.
pub fn decapitalise(text: &str) -> String {
    let first_word = text.split_whitespace().next().unwrap_or_default();
    let mut letters = first_word.chars().filter(|c| c.is_alphabetic());
    let _ = letters.next();
    let is_plain = letters.all(char::is_lowercase) && first_word.chars().next().is_some_and(char::is_alphabetic);
    if !is_plain || first_word.chars().count() < 2 || first_word.contains('-') && first_word.chars().nth(1) == Some('-')
    {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars.next().map(|c| c.to_lowercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

/// Capital letters at the start of the text and after every sentence end.
pub fn capitalise_sentences(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at_start = true;
    let mut after_end = false;
    for c in text.chars() {
        if at_start && c.is_alphanumeric() {
            out.extend(c.to_uppercase());
            at_start = false;
        } else {
            out.push(c);
        }
        if c == '\n' || (after_end && c.is_whitespace()) {
            at_start = true;
        }
        after_end = matches!(c, '.' | '?' | '!');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_same_in_any_inflection() {
        for (found, wanted, same) in [
            ("cheaper", "cheap", true),
            ("cheapest", "cheap", true),
            ("cheapskate", "cheap", false),
            ("miracles", "miracle", true),
            ("luxuries", "luxury", true),
            ("curing", "cure", true),
            ("cured", "cure", true),
            ("slimming", "slim", true),
            ("art", "artisan", false),
            ("guarantees", "guarantee", true),
        ] {
            assert_eq!(same_word(found, wanted), same, "{found} / {wanted}");
        }
    }

    #[test]
    fn capitals() {
        assert_eq!(capitalise("écru"), "Écru");
        assert_eq!(decapitalise("White holder"), "white holder");
        assert_eq!(decapitalise("USB lamp"), "USB lamp");
        assert_eq!(decapitalise("T-light holder"), "T-light holder");
        assert_eq!(decapitalise("10% off"), "10% off");
        assert_eq!(capitalise_sentences("it works. see it? yes"), "It works. See it? Yes");
        assert_eq!(
            tokens("Lavender & Thyme, the T-light’s 500ml."),
            ["lavender", "thyme", "the", "t-light's", "500ml"]
        );
    }
}

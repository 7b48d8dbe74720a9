//! Small texts that the exports of all shops write alike.

/// Spreadsheet guards (`'+49 …`, `'00123`) off, white space off; `None` when nothing is left.
pub(crate) fn some_text(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('\'').trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `a, b` to `[a, b]`.
pub(crate) fn tags(text: &str) -> Vec<String> {
    text.split(',').filter_map(some_text).collect()
}

/// `yes`, `true`, `subscribed` and their opposites.
pub(crate) fn yes_no(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "yes" | "true" | "1" | "y" | "subscribed" | "ja" | "oui" | "sí" => Some(true),
        "no" | "false" | "0" | "n" | "unsubscribed" | "not subscribed" | "nein" | "non" => Some(false),
        _ => None,
    }
}

/// What order and customer files both identify a person by: the e-mail, else the phone.
pub(crate) fn person_key(email: &str, phone: &str) -> Option<String> {
    some_text(email).map(|email| email.to_lowercase()).or_else(|| some_text(phone))
}

/// A variant as orders name it: `Title - S / Red`; without a SKU that name is its id in every file of the shop.
pub(crate) fn variant_title(title: &str, options: &[&str]) -> String {
    let named: Vec<&str> = options
        .iter()
        .copied()
        .filter(|value| !value.is_empty() && !value.eq_ignore_ascii_case("default title"))
        .collect();
    match named.is_empty() {
        true => title.to_owned(),
        false => format!("{title} - {}", named.join(" / ")),
    }
}

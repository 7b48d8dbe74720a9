//! The three exports of the Shopify admin.

mod customers;
mod html;
mod orders;
mod products;

pub(crate) use customers::Customers;
pub(crate) use orders::Orders;
pub(crate) use products::Products;

/// Spreadsheet guards (`'+49 …`, `'00123`) off, white space off; `None` when nothing is left.
fn some_text(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches('\'').trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `a, b` to `[a, b]`.
fn tags(text: &str) -> Vec<String> {
    text.split(',').filter_map(some_text).collect()
}

/// `yes`, `true`, `subscribed` and their opposites.
fn yes_no(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "yes" | "true" | "1" | "subscribed" | "ja" | "oui" | "sí" => Some(true),
        "no" | "false" | "0" | "unsubscribed" | "not subscribed" | "nein" | "non" => Some(false),
        _ => None,
    }
}

/// What order and customer files both identify a person by: the e-mail, else the phone.
fn person_key(email: &str, phone: &str) -> Option<String> {
    some_text(email).map(|email| email.to_lowercase()).or_else(|| some_text(phone))
}

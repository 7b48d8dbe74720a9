//! The three cookies there are: session, a visitor's token before signing in, and a note for the next page.

use axum::http::{HeaderMap, HeaderValue, header};

/// Session of a signed-in person.
pub const SESSION: &str = "fortnight";
/// A visitor's random token, from which the CSRF token of the sign-in form is derived.
pub const VISITOR: &str = "fortnight_visitor";
/// A short note to show on the next page.
pub const FLASH: &str = "fortnight_note";

/// The value of a cookie.
pub fn get<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// A `Set-Cookie` that lasts for `max_age_s` seconds; 0 removes it. Values must be hex or percent-encoded.
pub fn set(name: &str, value: &str, max_age_s: i64, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{secure}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Percent-encodes everything but letters and digits.
pub fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// Undoes [`encode`]; bytes that are no text are replaced.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let escaped = (bytes[i] == b'%').then(|| text.get(i + 1..i + 3)).flatten();
        match escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                i += 3;
            }
            None => {
                out.push(if bytes[i] == b'+' { b' ' } else { bytes[i] });
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_and_notes_survive() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=1; fortnight=ab; b=2"));
        assert_eq!(get(&headers, SESSION), Some("ab"));
        assert_eq!(get(&headers, FLASH), None);
        let note = "Saved „für“ 100 %; done";
        assert_eq!(decode(&encode(note)), note);
        assert_eq!(decode("%zz+%4"), "%zz %4");
    }
}

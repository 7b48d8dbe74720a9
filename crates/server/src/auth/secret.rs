//! Passwords, tokens, and what is derived from them. Nothing here stores a secret: the store sees hashes.

use argon2::{
    Argon2,
    password_hash::{PasswordVerifier, phc::PasswordHash},
};

/// Shortest password that is taken. Length is the only rule (NIST SP 800-63B 5.1.1.2 advises against others).
pub const MIN_PASSWORD_CHARS: usize = 10;

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the store keeps of a token: a hash, so that a copy of the database opens nothing. Tokens have 256 random bits,
/// hence no salt and no slow hash.
pub fn token_hash(token: &str) -> String {
    blake3::hash(token.as_bytes()).to_hex().to_string()
}

/// The CSRF token of a session: derived, so that it needs no storage and changes with the session.
pub fn csrf_of(token: &str) -> String {
    blake3::derive_key("fortnight 2026 csrf token of a session", token.as_bytes())
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Compares without telling by its time where the difference is.
pub fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0u8, |sum, (x, y)| sum | (x ^ y)) == 0
}

/// The PHC string of a password (Argon2id, the crate's defaults, which follow OWASP).
///
/// # Errors
/// The hasher refused its own parameters.
pub fn hash_password(password: &str, salt: &[u8; 32]) -> Result<String, argon2::password_hash::Error> {
    use argon2::password_hash::PasswordHasher as _;
    Ok(Argon2::default().hash_password_with_salt(password.as_bytes(), &salt[..16])?.to_string())
}

/// Whether a password belongs to a PHC string. An unreadable string belongs to none.
pub fn verify_password(password: &str, phc: &str) -> bool {
    PasswordHash::new(phc).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let phc = hash_password("correct horse", &[7; 32]).expect("hashes");
        assert!(phc.starts_with("$argon2id$"));
        assert!(verify_password("correct horse", &phc));
        assert!(!verify_password("correct horsf", &phc));
        assert!(!verify_password("x", "not a hash"));
    }

    #[test]
    fn csrf_follows_the_session_and_is_not_its_hash() {
        assert_ne!(csrf_of("a"), csrf_of("b"));
        assert!(!token_hash("a").starts_with(&csrf_of("a")));
        assert!(same("ab", "ab") && !same("ab", "ac") && !same("ab", "abc"));
    }
}

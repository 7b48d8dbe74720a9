//! Pseudonyms: what stands for a person outside the store.

/// How a customer key is written before anything is made of it: without surrounding white space, in lower case.
pub(crate) fn normalise(customer_key: &str) -> String {
    customer_key.trim().to_lowercase()
}

/// Sixteen hex digits of a hash of the normalised key, keyed with the brand's salt: without the salt nobody can test
/// whether an address is in the lake.
pub fn pseudonym(salt: &[u8; 32], customer_key: &str) -> String {
    let hash = blake3::keyed_hash(salt, normalise(customer_key).as_bytes());
    hash.to_hex()[..16].to_owned()
}

/// What stands for a device: the same kind of hash of its id as drawn, in a space of its own.
pub(crate) fn device(salt: &[u8; 32], anonymous_id: &str) -> String {
    let mut hasher = blake3::Hasher::new_keyed(salt);
    hasher.update(b"device:").update(anonymous_id.as_bytes());
    format!("d{}", &hasher.finalize().to_hex()[..15])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_one_pseudonym_per_brand() {
        let a = pseudonym(&[1; 32], "Ada@Example.com ");
        assert_eq!(a, pseudonym(&[1; 32], "ada@example.com"));
        assert_ne!(a, pseudonym(&[2; 32], "ada@example.com"));
        assert_eq!(a.len(), 16);
        assert_ne!(device(&[1; 32], "ada@example.com"), a);
        assert_ne!(device(&[1; 32], "A"), device(&[1; 32], "a"), "a drawn id is taken as it is");
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_one_pseudonym_per_brand() {
        let a = pseudonym(&[1; 32], "Ada@Example.com ");
        assert_eq!(a, pseudonym(&[1; 32], "ada@example.com"));
        assert_ne!(a, pseudonym(&[2; 32], "ada@example.com"));
        assert_eq!(a.len(), 16);
    }
}

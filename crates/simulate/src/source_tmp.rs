//! Stands in for `formats::Source` until that crate exports it.
/// Source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Shopify.
    Shopify,
    /// Meta.
    Meta,
    /// Google.
    Google,
    /// GA4.
    Ga4,
}

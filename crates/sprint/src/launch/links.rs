//! Links by which every visit is led back to its concept.

use domain::{ConceptId, sprint::Channel};

/// `utm_source` and `utm_medium` of a channel.
pub fn source_medium(channel: Channel) -> (&'static str, &'static str) {
    match channel {
        Channel::GoogleSearch => ("google", "cpc"),
        Channel::Meta => ("facebook", "paid"),
        Channel::Email => ("newsletter", "email"),
    }
}

/// Lower case letters and digits with single hyphens between: `Spring sprint · 2026` is `spring-sprint-2026`.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// The landing address with all UTM parameters. Parameters and a fragment it has already stay; its own `utm_` ones are
/// replaced.
pub fn tagged(landing_url: &str, channel: Channel, campaign: &str, concept: ConceptId) -> String {
    let (base, fragment) = landing_url.trim().split_once('#').map_or((landing_url.trim(), None), |(b, f)| (b, Some(f)));
    let (page, query) = base.split_once('?').unwrap_or((base, ""));
    let (source, medium) = source_medium(channel);
    let mut pairs: Vec<String> =
        query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("utm_")).map(str::to_owned).collect();
    pairs.push(format!("utm_source={source}"));
    pairs.push(format!("utm_medium={medium}"));
    pairs.push(format!("utm_campaign={}", slug(campaign)));
    pairs.push(format!("utm_content={}", concept.utm_content()));
    let url = format!("{page}?{}", pairs.join("&"));
    match fragment {
        Some(fragment) => format!("{url}#{fragment}"),
        None => url,
    }
}

/// Whether an address carries all four parameters of a concept.
pub fn is_tagged(url: &str, concept: ConceptId) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split_once('#').map_or(query, |(query, _)| query);
    let has = |name: &str| query.split('&').any(|pair| pair.strip_prefix(name).is_some_and(|value| value.len() > 1));
    let content = format!("utm_content={}", concept.utm_content());
    has("utm_source") && has("utm_medium") && has("utm_campaign") && query.split('&').any(|pair| pair == content)
}

#[cfg(test)]
mod tests {
    use domain::InstantMs;

    use super::*;

    #[test]
    fn a_link_keeps_what_it_had_and_carries_the_concept() {
        let concept = ConceptId::derive(InstantMs(7), &["tea"]);
        let content = concept.utm_content();
        for (landing, begins, ends) in [
            ("https://shop.example/", "https://shop.example/?utm_source=google", content.as_str()),
            ("https://shop.example/tea?size=2", "https://shop.example/tea?size=2&utm_source=google", content.as_str()),
            ("https://shop.example/?utm_source=old&a=1#top", "https://shop.example/?a=1&utm_source=google", "#top"),
        ] {
            let url = tagged(landing, Channel::GoogleSearch, "Spring, again", concept);
            assert!(url.starts_with(begins) && url.ends_with(ends), "{url}");
            assert!(url.contains("utm_campaign=spring-again&") && is_tagged(&url, concept), "{url}");
            assert!(!is_tagged(&url, ConceptId::derive(InstantMs(8), &["tea"])));
        }
        assert!(!is_tagged("https://shop.example/", concept));
    }
}

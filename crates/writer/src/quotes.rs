//! What customers repeat about a product, and the sentence of a review that says it best: verbatim or not at all.
//!
//! A phrase is two or three neighbouring words of which the first and last carry meaning. It counts once a review. It is
//! worth a quote when at least [`MIN_REVIEWS`] reviews of the product say it and they say it more often than reviews of
//! everything else do. Nothing is corrected, shortened or joined: the quote is one sentence as its author wrote it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::similarity::tokens;

/// Fewest reviews of a product that must say a phrase.
pub const MIN_REVIEWS: u32 = 3;
/// How much more often the product's reviews must say it than all other reviews.
const MIN_LIFT: f64 = 1.5;
/// Characters of a quote: shorter says nothing, longer is not read on a card.
const QUOTE_CHARS: std::ops::RangeInclusive<usize> = 18..=110;
/// Phrases of a product that are handed on.
const KEEP: usize = 6;

/// A review of a product, without its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Id on its platform.
    pub id: String,
    /// The product.
    pub product_id: String,
    /// Stars, 1 to 5.
    pub rating: u8,
    /// Its text.
    pub body: String,
}

/// What reviews of a product repeat, with one customer's words for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The phrase in lower case.
    pub phrase: String,
    /// A sentence of a review that holds it, character for character.
    pub words: String,
    /// The review.
    pub review_id: String,
    /// Its stars.
    pub rating: u8,
    /// Reviews of the product that say it.
    pub reviews: u32,
    /// Reviews of the product.
    pub of: u32,
    /// How much more often than elsewhere, at least 1.5.
    pub lift: f64,
}

/// Words that carry no meaning of their own at a phrase's edge.
const EMPTY: [&str; 93] = [
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "because", "been", "but",
    "by", "can", "could", "did", "do", "does", "for", "from", "had", "has", "have", "he", "her", "his", "i", "i'd",
    "i'll", "i'm", "i've", "if", "in", "into", "is", "it", "it's", "its", "just", "me", "more", "my", "no", "not",
    "of", "on", "one", "only", "or", "our", "out", "really", "s", "she", "so", "some", "such", "than", "that",
    "that's", "the", "their", "them", "then", "there", "these", "they", "this", "to", "too", "up", "us", "very", "was",
    "we", "were", "what", "when", "which", "who", "will", "with", "would", "you", "your", "product", "item", "order",
    "bought",
];

/// What customers repeat about each product, by product id; only published praise belongs in here if the quote shall be
/// shown to customers. The same for the same reviews in any order.
pub fn said(reviews: &[Review]) -> BTreeMap<String, Vec<Said>> {
    let mut sorted: Vec<&Review> = reviews.iter().filter(|review| !review.body.trim().is_empty()).collect();
    sorted.sort_by(|a, b| (&a.product_id, &a.id, &a.body).cmp(&(&b.product_id, &b.id, &b.body)));
    sorted.dedup_by(|a, b| a.id == b.id && a.product_id == b.product_id);
    let phrases: Vec<BTreeSet<String>> = sorted.iter().map(|review| phrases(&review.body)).collect();
    let mut everywhere: HashMap<&str, u32> = HashMap::new();
    for phrase in phrases.iter().flatten() {
        *everywhere.entry(phrase).or_insert(0) += 1;
    }
    let mut of_product: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, review) in sorted.iter().enumerate() {
        of_product.entry(&review.product_id).or_default().push(index);
    }
    let all = sorted.len() as f64;
    let told = of_product.into_iter().filter_map(|(product, own)| {
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for phrase in own.iter().flat_map(|index| &phrases[*index]) {
            *counts.entry(phrase).or_insert(0) += 1;
        }
        let (of, elsewhere) = (own.len() as f64, all - own.len() as f64);
        let mut kept: Vec<(f64, &str, u32, f64)> = counts
            .into_iter()
            .filter(|(_, count)| *count >= MIN_REVIEWS)
            .filter_map(|(phrase, count)| {
                let others = f64::from(everywhere.get(phrase).copied().unwrap_or(count) - count);
                // Half a review on both sides, so that a phrase nobody else uses has a lift, too. A shop whose reviews
                // are all about one product has nobody to compare with.
                let lift = match elsewhere > 0.0 {
                    true => ((f64::from(count) + 0.5) / (of + 1.0)) / ((others + 0.5) / (elsewhere + 1.0)),
                    false => MIN_LIFT,
                };
                (lift >= MIN_LIFT).then(|| (f64::from(count) * lift.ln().max(0.1), phrase, count, lift))
            })
            .collect();
        kept.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        let mut said: Vec<Said> = Vec::new();
        for (_, phrase, reviews, lift) in kept {
            // `soap smells` and `smells lovely` beside `soap smells lovely` are the same thing said.
            let overlaps = |other: &Said| {
                let words: BTreeSet<&str> = other.phrase.split(' ').collect();
                phrase.split(' ').filter(|word| !EMPTY.contains(word)).any(|word| words.contains(word))
            };
            if said.len() == KEEP || said.iter().any(overlaps) {
                continue;
            }
            let texts = own.iter().filter(|index| phrases[**index].contains(phrase)).map(|index| sorted[*index]);
            let Some((review, words)) = best(texts, phrase, &said) else { continue };
            said.push(Said {
                phrase: phrase.to_owned(),
                words: words.to_owned(),
                review_id: review.id.clone(),
                rating: review.rating,
                reviews,
                of: own.len() as u32,
                lift,
            });
        }
        (!said.is_empty()).then(|| (product.to_owned(), said))
    });
    told.collect()
}

/// The sentence that is nearest to a good length, of a review that is not quoted yet.
fn best<'r>(reviews: impl Iterator<Item = &'r Review>, phrase: &str, taken: &[Said]) -> Option<(&'r Review, &'r str)> {
    let mut found: Vec<(usize, &Review, &str)> = Vec::new();
    for review in reviews.filter(|review| taken.iter().all(|said| said.review_id != review.id)) {
        for sentence in sentences(&review.body) {
            let characters = sentence.chars().count();
            let holds = phrases(sentence).contains(phrase);
            if holds && QUOTE_CHARS.contains(&characters) && is_quotable(sentence) {
                found.push((characters.abs_diff(55), review, sentence));
            }
        }
    }
    found.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
    found.first().map(|(_, review, sentence)| (*review, *sentence))
}

/// Whether a sentence may stand alone: no addresses, nothing taken out, nothing that looks like code, no quotation inside.
fn is_quotable(sentence: &str) -> bool {
    const NOT: [&str; 9] = ["http", "www.", "@", "[", "<", "{", "\"", "“", "…"];
    let letters = sentence.chars().filter(|c| c.is_alphabetic()).count();
    let shouts = letters > 0 && sentence.chars().filter(|c| c.is_uppercase()).count() * 2 > letters;
    // A number may be a price, a date or an order: none of them is a reason that lasts.
    let digits = sentence.chars().any(|c| c.is_ascii_digit());
    !shouts && !digits && letters * 2 > sentence.chars().count() && !NOT.iter().any(|mark| sentence.contains(mark))
}

/// The sentences of a text, as slices of it, without white space at their ends.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut end = rest.len();
        for (at, c) in rest.char_indices() {
            let next = at + c.len_utf8();
            let closes = matches!(c, '.' | '!' | '?') && rest[next..].chars().next().is_none_or(char::is_whitespace);
            if closes || c == '\n' {
                end = next;
                break;
            }
        }
        let (sentence, tail) = rest.split_at(end);
        rest = tail;
        Some(sentence.trim())
    })
    .filter(|sentence| !sentence.is_empty())
}

/// The phrases of a text: two or three neighbouring words inside a sentence, meaning at both ends.
fn phrases(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for sentence in sentences(text) {
        let words = tokens(sentence);
        let bears = |word: &String| word.chars().count() >= 3 && !EMPTY.contains(&word.as_str());
        for n in 2..=3 {
            for window in words.windows(n) {
                if window.first().is_some_and(bears) && window.last().is_some_and(bears) {
                    found.insert(window.join(" "));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn review(id: usize, product: &str, body: &str) -> Review {
        Review { id: format!("r{id}"), product_id: product.into(), rating: 5, body: body.into() }
    }

    fn shop() -> Vec<Review> {
        let soap = [
            "The scent of rain fills the bathroom. Will buy again.",
            "Lovely! Fills the bathroom with calm.",
            "My son says it fills the bathroom every morning and he likes it.",
            "Arrived quickly. Fine.",
        ];
        let mug =
            ["Keeps coffee warm for an hour.", "It keeps coffee warm!", "Nice. Keeps coffee warm on my desk.", "Fine."];
        let of = |product: &'static str, texts: [&'static str; 4], from: usize| {
            texts.into_iter().enumerate().map(move |(at, text)| review(from + at, product, text))
        };
        of("soap", soap, 0).chain(of("mug", mug, 10)).collect()
    }

    #[test]
    fn what_is_repeated_is_quoted_with_its_review() {
        let said = said(&shop());
        let soap = &said["soap"][0];
        assert_eq!((soap.phrase.as_str(), soap.reviews, soap.of), ("fills the bathroom", 3, 4));
        assert_eq!(
            (soap.words.as_str(), soap.review_id.as_str()),
            ("My son says it fills the bathroom every morning and he likes it.", "r2")
        );
        assert!(said["mug"][0].words.contains("eeps coffee warm"));
    }

    #[test]
    fn two_reviews_are_not_a_pattern_and_what_everybody_says_is_no_news() {
        let two = [review(1, "a", "Such a soft towel here."), review(2, "a", "A soft towel indeed, yes.")];
        assert!(said(&two).is_empty());
        let everywhere: Vec<Review> =
            (0..12).map(|at| review(at, ["a", "b"][at % 2], "Delivery was fast and the parcel intact.")).collect();
        assert!(said(&everywhere).is_empty());
    }

    #[test]
    fn nothing_with_addresses_numbers_or_removed_names_is_quoted() {
        for body in ["Soft towel by [removed] for me", "Soft towel for 20 EUR, nice", "See www.x.example soft towel ok"]
        {
            let reviews: Vec<Review> = (0..4).map(|at| review(at, "a", body)).collect();
            assert!(said(&reviews).is_empty(), "{body}");
        }
    }

    proptest! {
        /// The law: a quote is a part of the review that it names, whatever people write.
        #[test]
        fn a_quote_is_in_its_review(texts in prop::collection::vec("([a-zé ]{0,9}soft towel[a-z .!?\n]{0,30}|\\PC{0,40})", 0..14)) {
            let reviews: Vec<Review> =
                texts.iter().enumerate().map(|(at, text)| review(at, ["a", "b"][at % 2], text)).collect();
            for (product, all) in said(&reviews) {
                for quoted in all {
                    let of = reviews.iter().find(|review| review.id == quoted.review_id).expect("there is one");
                    prop_assert!(of.product_id == product && of.body.contains(&quoted.words), "{quoted:?}");
                }
            }
        }
    }
}

//! What there is to write with: the facts, cut into names, sentences and clauses that can stand on their own.

use domain::sprint::Concept;

use crate::{
    facts::{Facts, ProductFact},
    names::{self, Name},
    number, words,
};

/// One product as the phrases need it.
pub(super) struct Item {
    pub names: Vec<Name>,
    pub sentences: Vec<String>,
    pub clauses: Vec<String>,
    pub price: Option<String>,
    /// Category in a sentence, whatever it is: a kind of thing or a department.
    pub department: Option<String>,
    /// Category in a sentence where it is a kind of thing (`hand soap`, not `kitchen`), and whether it is plural.
    pub category: Option<(String, bool)>,
    /// Sentences and clauses of the brief, and counted numbers, that are not about another product.
    pub brief_sentences: Vec<String>,
    pub brief_clauses: Vec<String>,
    pub numbers: Vec<String>,
}

/// The offer in words.
pub(super) struct OfferWords {
    pub label: String,
    pub percent: Option<String>,
    pub code: Option<String>,
    pub ends: [String; 2],
}

/// All of it.
pub(super) struct Material {
    pub brand: String,
    pub items: Vec<Item>,
    pub sentences: Vec<String>,
    pub clauses: Vec<String>,
    pub numbers: Vec<String>,
    pub offer: Option<OfferWords>,
    pub seasons: Vec<String>,
    /// Products the offer is about, by its own words (`10% off refills`); empty when it is about all.
    pub offer_items: Vec<usize>,
    pub hook: Option<String>,
    pub url: Option<String>,
}

impl Material {
    pub(super) fn new(concept: &Concept, facts: &Facts) -> Material {
        let items = facts.products_of(concept).into_iter().map(|product| item(product, concept, facts));
        let items = items.filter(|item| !item.names.is_empty()).collect();
        let products = facts.products_of(concept);
        let label = facts.offer_of(concept).map(|offer| offer.label.clone()).unwrap_or_default();
        let offer_items = (0..products.len()).filter(|index| mentions(&label, products[*index])).collect();
        let lines = facts.lines.join("\n");
        let offer = facts.offer_of(concept).map(|offer| OfferWords {
            label: words::decapitalise(offer.label.trim().trim_end_matches('.')),
            percent: offer.percent_off.map(|percent| percent.to_string()),
            code: offer.code.clone().filter(|code| !code.trim().is_empty()),
            ends: [number::day_text(offer.ends_on, false), number::day_text(offer.ends_on, true)],
        });
        Material {
            brand: facts.brand.clone(),
            offer_items,
            items,
            sentences: sentences(&lines),
            clauses: clauses(&lines),
            numbers: facts.numbers.iter().map(|number| number.clause().trim_end_matches('.').to_owned()).collect(),
            offer,
            seasons: seasons(concept, facts),
            hook: Some(concept.hook.trim().to_owned()).filter(|hook| !hook.is_empty()),
            url: Some(facts.landing_url.clone()).filter(|url| url.starts_with("https://")),
        }
    }
}

fn item(product: &ProductFact, concept: &Concept, facts: &Facts) -> Item {
    // German nouns keep their capital inside a sentence.
    let is_german = facts.corpus().chars().any(|c| matches!(c, 'ä' | 'ö' | 'ü' | 'ß' | 'Ä' | 'Ö' | 'Ü'));
    let in_sentence = |path: &str| {
        let last = path.rsplit(['>', '|']).next().unwrap_or_default().trim();
        if is_german { names::readable(last) } else { names::category(path) }
    };
    let department = product.category.as_deref().map(in_sentence).filter(|category| category.chars().count() > 2);
    let own: Vec<String> = words::tokens(&product.title).iter().map(|word| words::stem(word)).collect();
    let category = department.clone().and_then(|category| {
        let is_kind = words::tokens(&category).last().is_some_and(|last| own.contains(&words::stem(last)));
        let plural = category.is_ascii() && category.ends_with('s') && !category.ends_with("ss");
        (is_kind || plural).then_some((category, plural))
    });
    let about_this = |text: &str| !is_about_another(text, product, facts);
    let lines: Vec<&str> = facts.lines.iter().map(String::as_str).filter(|line| about_this(line)).collect();
    let lines = lines.join("\n");
    let numbers = facts.numbers.iter().map(|number| number.clause().trim_end_matches('.').to_owned());
    let is_counting = concept.angle == domain::sprint::Angle::SocialProof;
    Item {
        names: names::variants(&product.title),
        sentences: sentences(&product.description),
        clauses: clauses(&product.description),
        price: product.price.filter(|price| price.minor > 0).map(|price| price.to_string()),
        department,
        category,
        brief_sentences: sentences(&lines),
        brief_clauses: clauses(&lines),
        numbers: numbers.filter(|number| (is_counting || mentions(number, product)) && about_this(number)).collect(),
    }
}

/// Words of a title that tell products apart, stemmed.
fn telling_words(product: &ProductFact) -> Vec<String> {
    const COMMON: [&str; 12] =
        ["with", "from", "pack", "small", "large", "white", "black", "blue", "green", "pink", "assorted", "vintage"];
    let words = words::tokens(&product.title);
    words
        .iter()
        .map(|word| words::stem(word))
        .filter(|word| word.chars().count() >= 4 && !COMMON.contains(&word.as_str()))
        .collect()
}

fn mentions(text: &str, product: &ProductFact) -> bool {
    let said: Vec<String> = words::tokens(text).iter().map(|word| words::stem(word)).collect();
    telling_words(product).iter().any(|word| said.contains(word))
}

/// A fact that speaks of some product of the list, but not of this.
fn is_about_another(text: &str, product: &ProductFact, facts: &Facts) -> bool {
    !mentions(text, product) && facts.products.iter().any(|other| other.id != product.id && mentions(text, other))
}

/// Moments of the year that the concept speaks of, then the month the flight is in.
fn seasons(concept: &Concept, facts: &Facts) -> Vec<String> {
    const MOMENTS: [&str; 13] = [
        "Christmas",
        "Easter",
        "Halloween",
        "Black Friday",
        "Valentine's Day",
        "Mother's Day",
        "Father's Day",
        "Advent",
        "New Year",
        "summer",
        "autumn",
        "winter",
        "spring",
    ];
    let said = words::tokens(&format!("{} {} {}", concept.title, concept.hook, concept.hypothesis)).join(" ");
    let said = format!(" {said} ");
    let mut found: Vec<String> = MOMENTS
        .iter()
        .filter(|moment| said.contains(&format!(" {} ", moment.to_lowercase())))
        .map(|moment| (*moment).to_owned())
        .collect();
    if found.is_empty() {
        let middle = facts.flight.from.plus(facts.flight.len_days() / 2);
        found.push(number::month_name(middle.0.month()));
    }
    found
}

/// Sentences that can be quoted as they stand: a capital at the start, a full stop at the end, 3 to 28 words.
pub(super) fn sentences(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for raw in raw_sentences(text) {
        let words = raw.split_whitespace().count();
        let sentence = format!("{}.", words::capitalise(raw));
        if (3..=28).contains(&words) && stands_alone(raw) && !found.contains(&sentence) {
            found.push(sentence);
        }
    }
    found
}

/// Clauses of 2 to 9 words that can be a line of their own.
pub(super) fn clauses(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for raw in raw_sentences(text) {
        let parts: Vec<&str> =
            raw.split([';', ':', '–', '—']).flat_map(|part| part.split(", ")).map(str::trim).collect();
        // A list (`with A, B and C`) falls apart when cut: only a sentence of two parts is, and not at its last item.
        let is_list = parts.len() != 2
            || parts
                .last()
                .is_some_and(|last| last.contains(" and ") || last.contains(" & ") || begins_with_preposition(last));
        let usable = if is_list { vec![raw] } else { vec![raw, parts[0], parts[1]] };
        for part in usable {
            let part = part.trim_matches(|c: char| matches!(c, '.' | ',' | '-') || c.is_whitespace());
            let count = part.split_whitespace().count();
            let line = words::capitalise(part);
            let has_break = part.contains(", ") || part.contains([';', ':', '–', '—']);
            if (2..=9).contains(&count)
                && !has_break
                && stands_alone(part)
                && !ends_open(part)
                && !found.contains(&line)
            {
                found.push(line);
            }
        }
    }
    found
}

fn begins_with_preposition(text: &str) -> bool {
    let first = words::tokens(text).into_iter().next().unwrap_or_default();
    ["for", "with", "in", "of", "from", "on", "at", "to", "by", "without"].contains(&first.as_str())
}

/// Sentences without their final mark.
fn raw_sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    for (at, c) in text.char_indices() {
        let ends = match c {
            '\n' | '•' => true,
            '.' | '!' | '?' => {
                bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace) && !is_abbreviation(&text[start..at])
            }
            _ => false,
        };
        if ends {
            found.push(text[start..at].trim());
            start = at + c.len_utf8();
        }
    }
    found.push(text[start..].trim());
    found.retain(|sentence| !sentence.is_empty());
    found
}

fn is_abbreviation(before: &str) -> bool {
    let last = before.rsplit(|c: char| c.is_whitespace()).next().unwrap_or_default().to_lowercase();
    ["e.g", "i.e", "approx", "ca", "ø", "no", "incl", "z.b", "etc", "dia", "h", "w"]
        .contains(&last.trim_start_matches('('))
}

/// Not part of something longer: does not begin with a joining word or point back, does not shout, is no address.
fn stands_alone(text: &str) -> bool {
    const POINTING: [&str; 43] = [
        "and", "or", "but", "so", "then", "which", "that", "who", "whose", "it", "its", "they", "them", "their",
        "this", "these", "those", "he", "she", "his", "her", "than", "as", "is", "are", "was", "were", "to", "of",
        "when", "while", "if", "because", "although", "where", "until", "unless", "also", "plus", "ideal", "perfect",
        "also,", "however",
    ];
    let first = words::tokens(text).into_iter().next().unwrap_or_default();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    let balanced =
        text.matches('(').count() == text.matches(')').count() && text.matches('"').count().is_multiple_of(2);
    !POINTING.contains(&first.as_str())
        && capitals * 2 < letters.max(1)
        && balanced
        && !text.contains("://")
        && !text.contains('@')
}

fn ends_open(text: &str) -> bool {
    const OPEN: [&str; 22] = [
        "the", "a", "an", "of", "and", "or", "with", "for", "to", "in", "on", "at", "by", "from", "is", "are", "your",
        "our", "its", "per", "over", "under",
    ];
    words::tokens(text).last().is_some_and(|last| OPEN.contains(&last.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_fall_into_sentences_and_clauses() {
        let text = "Hand-poured in small batches, scented with lavender. It burns for 40 hours. Comes in a tin (approx. 8.5 cm) with lid.";
        assert_eq!(
            sentences(text),
            ["Hand-poured in small batches, scented with lavender.", "Comes in a tin (approx. 8.5 cm) with lid."]
        );
        assert_eq!(
            clauses(text),
            ["Hand-poured in small batches", "Scented with lavender", "Comes in a tin (approx. 8.5 cm) with lid"]
        );
        assert_eq!(
            clauses("Made with oats, honey and milk. BUY NOW. Free shipping over €40"),
            ["Free shipping over €40"]
        );
    }
}

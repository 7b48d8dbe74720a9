//! Grounding: whether what a text claims stands in the facts.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::LazyLock,
};

use crate::{
    facts::Facts,
    lexicon::{CLAIMS, Sort},
    number::{self, Claim, Found},
    words,
};

/// The facts, prepared for comparing. Make one per draft and use it for every text.
#[derive(Debug, Clone)]
pub struct Ground {
    claims: BTreeSet<Claim>,
    /// ` word word word ` with stems, for sequences.
    sequence: String,
    words: HashSet<String>,
    has_offer: bool,
    /// Voucher codes in lower case.
    codes: HashSet<String>,
}

fn stems(text: &str) -> Vec<String> {
    words::tokens(text)
        .iter()
        .flat_map(|word| word.split('-').map(words::stem).collect::<Vec<_>>())
        .filter(|w| !w.is_empty())
        .collect()
}

/// `wooden` for `wood` and the like: the same material in another form.
fn same_material(word: &str) -> Option<&'static str> {
    Some(match word {
        "wooden" => "wood",
        "wood" => "wooden",
        "woollen" => "wool",
        "golden" => "gold",
        "aluminum" => "aluminium",
        "chamomile" => "camomile",
        "handmade" => "hand made",
        "handcrafted" => "hand crafted",
        "fairtrade" => "fair trade",
        "bestseller" => "best seller",
        _ => return None,
    })
}

impl Ground {
    /// Prepares the facts.
    pub fn new(facts: &Facts) -> Ground {
        let corpus = facts.corpus();
        let mut claims = number::claims(&corpus);
        for product in &facts.products {
            if let Some(price) = product.price {
                claims.insert(Claim::Money(number::canonical(&price.to_decimal())));
                let shown = number::claims(&price.to_string());
                claims.extend(shown);
            }
        }
        for offer in &facts.offers {
            claims.insert(Claim::Date(offer.ends_on.0.month(), offer.ends_on.0.day()));
            claims.insert(Claim::Plain(offer.ends_on.0.year().to_string()));
            if let Some(percent) = offer.percent_off {
                claims.insert(Claim::Percent(percent.to_string()));
            }
        }
        let list = stems(&corpus);
        Ground {
            claims,
            sequence: format!(" {} ", list.join(" ")),
            words: list.into_iter().collect(),
            has_offer: !facts.offers.is_empty(),
            codes: facts.offers.iter().filter_map(|offer| offer.code.as_deref()).map(str::to_lowercase).collect(),
        }
    }

    /// Numbers of a text that the facts do not hold.
    pub fn ungrounded_numbers(&self, text: &str) -> Vec<Found> {
        let is_code = |found: &Found| {
            let word: String = found.text.chars().filter(|c| c.is_alphanumeric()).collect();
            self.codes.contains(&word.to_lowercase())
        };
        text.lines()
            .flat_map(number::find)
            .filter(|found| !self.claims.contains(&found.claim) && !is_code(found))
            .collect()
    }

    /// Claim words of a text that the facts do not hold, as they stand in the list, with their sort.
    pub fn ungrounded_words(&self, text: &str) -> Vec<(String, Sort)> {
        let list = stems(text);
        let sequence = format!(" {} ", list.join(" "));
        let mut found = Vec::new();
        for (at, word) in list.iter().enumerate() {
            for entry in index().get(word.as_str()).into_iter().flatten() {
                let hit = list[at..].starts_with(&entry.stems);
                if hit && !self.holds(&entry.stems, entry.sort) && !is_harmless(entry.text, &sequence) {
                    found.push((entry.text.to_owned(), entry.sort));
                }
            }
        }
        // `free` of `free shipping` is said once.
        let longer: Vec<String> =
            found.iter().map(|(word, _)| word.clone()).filter(|word| word.contains(' ')).collect();
        found.retain(|(word, _)| {
            word.contains(' ') || !longer.iter().any(|long| long.split(' ').any(|part| part == word))
        });
        let mut seen = HashSet::new();
        found.retain(|(word, _)| seen.insert(words::stem(word)));
        found
    }

    fn holds(&self, wanted: &[String], sort: Sort) -> bool {
        if sort == Sort::Price && self.has_offer {
            return true;
        }
        let direct = match wanted {
            [single] => self.words.contains(single),
            _ => self.sequence.contains(&format!(" {} ", wanted.join(" "))),
        };
        let other = match wanted {
            [single] => same_material(single).is_some_and(|other| self.sequence.contains(&format!(" {other} "))),
            _ => false,
        };
        direct || other
    }
}

/// An entry of the claim lists, stemmed.
struct Entry {
    text: &'static str,
    stems: Vec<String>,
    sort: Sort,
}

/// The claim lists by their first word: checking a text costs what the text is long, not what the lists are.
fn index() -> &'static HashMap<String, Vec<Entry>> {
    static INDEX: LazyLock<HashMap<String, Vec<Entry>>> = LazyLock::new(|| {
        let mut index: HashMap<String, Vec<Entry>> = HashMap::new();
        for (sort, entries) in CLAIMS {
            for text in *entries {
                let stems = stems(text);
                if let Some(first) = stems.first().cloned() {
                    index.entry(first).or_default().push(Entry { text, stems, sort: *sort });
                }
            }
        }
        index
    });
    &INDEX
}

/// Everyday phrases in which a claim word claims nothing.
fn is_harmless(entry: &str, sequence: &str) -> bool {
    let phrases: &[&str] = match entry {
        "off" => &["tick off", "switch off", "off your list", "off the list", "off your to do", "off to"],
        "down" => &[
            "sit down",
            "come down",
            "up and down",
            "write down",
            "slow down",
            "down to",
            "set down",
            "lie down",
            "wind down",
        ],
        "free" => &["feel free", "free to"],
        "save" => &["save this", "save it"],
        "felt" => &["felt like", "have felt", "i felt"],
        "deal" => &["deal with"],
        "iron" => &["iron it", "the iron"],
        "stars" => &["under the star"],
        "paper" => &["on paper"],
        "iso" | "carbon" | "sugar" | "stress" => &[],
        _ => &[],
    };
    phrases.iter().any(|phrase| sequence.contains(&format!(" {phrase} ")))
}

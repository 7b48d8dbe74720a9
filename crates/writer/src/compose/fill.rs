//! Filling the places of a phrase so that the whole fits.

use std::collections::HashMap;

use super::{dice::Dice, material::Material};
use crate::words;

/// Combinations tried before a phrase is given up.
const MOST_TRIES: usize = 1_500;

/// Fills phrases and remembers which facts it has used, so that a draft does not repeat itself.
pub(super) struct Filler<'a> {
    pub material: &'a Material,
    pub dice: Dice,
    used: HashMap<String, usize>,
}

/// Names of the places in a phrase, in order, each once.
pub(super) fn places(phrase: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for part in phrase.split('{').skip(1) {
        if let Some((name, _)) = part.split_once('}')
            && !found.contains(&name)
        {
            found.push(name);
        }
    }
    found
}

/// Whether the phrase names the product.
pub(super) fn names_product(phrase: &str) -> bool {
    phrase.contains("{p}")
}

fn refers_to_product(phrase: &str) -> bool {
    ["{it}", "{them}", "{this}", "{s}", "{is}", "{has}", "{does}"].iter().any(|place| phrase.contains(place))
}

impl<'a> Filler<'a> {
    pub(super) fn new(material: &'a Material, dice: Dice) -> Filler<'a> {
        Filler { material, dice, used: HashMap::new() }
    }

    /// The phrase about a random product, the longest names first, such that `fits` holds; `None` if it never does.
    pub(super) fn fill(&mut self, phrase: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
        let about_offer = &self.material.offer_items;
        let item = match about_offer.len() {
            count if count > 0 && phrase.contains("{offer}") => about_offer[self.dice.below(count)],
            _ => self.dice.below(self.material.items.len()),
        };
        self.fill_about(item, phrase, fits)
    }

    /// As [`Filler::fill`], about a given product.
    pub(super) fn fill_about(&mut self, item: usize, phrase: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
        let needed = places(phrase);
        let about = self.material.items.get(item);
        if about.is_none() && (names_product(phrase) || refers_to_product(phrase)) {
            return None;
        }
        // Which name decides the grammar around it, so it goes round outermost.
        let mut names = about.map(|item| item.names.clone()).unwrap_or_default();
        if !names_product(phrase) {
            names.truncate(1);
        } else if names.len() > 2 && self.dice.chance(55) {
            names.remove(0);
        }
        let mut options: Vec<(&str, Vec<String>)> = Vec::new();
        for place in
            needed.iter().filter(|place| !matches!(**place, "p" | "is" | "it" | "them" | "this" | "s" | "has" | "does"))
        {
            let values = self.values(place, item);
            if values.is_empty() {
                return None;
            }
            options.push((place, values));
        }
        let rounds = names.len().max(1);
        let combinations: usize = options.iter().map(|(_, values)| values.len()).product();
        for try_index in 0..(rounds * combinations).min(MOST_TRIES) {
            let (name, mut rest) = (names.get(try_index / combinations.max(1)), try_index % combinations.max(1));
            let mut text = phrase.to_owned();
            let mut chosen = Vec::new();
            for (place, values) in &options {
                let value = &values[rest % values.len()];
                rest /= values.len();
                text = text.replace(&format!("{{{place}}}"), value);
                chosen.push((*place, value.clone()));
            }
            if let Some(name) = name {
                let plural = name.is_plural;
                for (place, one, many) in [
                    ("{p}", name.text.as_str(), name.text.as_str()),
                    ("{is}", "is", "are"),
                    ("{it}", "it", "they"),
                    ("{them}", "it", "them"),
                    ("{this}", "this", "these"),
                    ("{s}", "s", ""),
                    ("{has}", "has", "have"),
                    ("{does}", "does", "do"),
                ] {
                    text = text.replace(place, if plural { many } else { one });
                }
            }
            let text = words::capitalise_sentences(&text.replace("..", "."));
            if fits(&text) {
                for (place, value) in chosen {
                    if matches!(place, "fact" | "benefit" | "sentence" | "n") {
                        *self.used.entry(value).or_insert(0) += 1;
                    }
                }
                return Some(text);
            }
        }
        None
    }

    /// What a place may hold; facts not used yet come first.
    fn values(&mut self, place: &str, item: usize) -> Vec<String> {
        let material = self.material;
        let about = material.items.get(item);
        let offer = material.offer.as_ref();
        let list = |value: Option<String>| value.into_iter().collect::<Vec<_>>();
        let facts: Vec<String> = match place {
            "brand" => return vec![material.brand.clone()],
            "cat" => return list(about.and_then(|item| item.category.as_ref()).map(|(text, _)| text.clone())),
            "dept" => return list(about.and_then(|item| item.department.clone())),
            "cis" => {
                let plural = about.and_then(|item| item.category.as_ref()).map(|(_, plural)| *plural);
                return list(plural.map(|plural| if plural { "are" } else { "is" }.to_owned()));
            }
            "price" => return list(about.and_then(|item| item.price.clone())),
            "offer" => return list(offer.map(|offer| offer.label.clone())),
            "pct" => return list(offer.and_then(|offer| offer.percent.clone())),
            "code" => return list(offer.and_then(|offer| offer.code.clone())),
            "end" => return offer.map(|offer| offer.ends.to_vec()).unwrap_or_default(),
            "season" => return self.dice.shuffled(&material.seasons),
            "p2" => {
                let others = (0..material.items.len()).filter(|other| *other != item).collect::<Vec<_>>();
                let order = self.dice.shuffled(&others);
                return order
                    .first()
                    .map(|other| material.items[*other].names.iter().map(|name| name.text.clone()).collect())
                    .unwrap_or_default();
            }
            "fact" => about.map_or_else(|| material.clauses.clone(), |item| item.brief_clauses.clone()),
            "benefit" => about.map(|item| item.clauses.clone()).unwrap_or_default(),
            "sentence" => {
                let own = about.map(|item| item.sentences.clone()).unwrap_or_default();
                let brief = about.map_or(&material.sentences, |item| &item.brief_sentences);
                own.into_iter().chain(brief.iter().cloned()).collect()
            }
            "n" => about.map_or_else(|| material.numbers.clone(), |item| item.numbers.clone()),
            _ => Vec::new(),
        };
        let mut values = self.dice.shuffled(&facts);
        values.sort_by_key(|value| self.used.get(value).copied().unwrap_or(0));
        values
    }
}

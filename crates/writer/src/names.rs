//! Product names that people would say, out of titles that catalogues have.

use crate::words::{capitalise, decapitalise};

/// Words kept in the form given here, wherever they stand in a title that shouts.
#[rustfmt::skip]
const KEPT: &[&str] = &[
    "T-light", "LED", "USB", "UK", "UV", "XL", "XXL", "CD", "DVD", "TV", "3D", "2D", "A4", "A5", "BBQ", "DIY",
    "SPF", "Christmas", "Easter", "Halloween", "Valentine", "Valentines", "Santa", "London", "Paris", "Europe",
    "English", "French", "Danish", "Swedish", "Scandinavian", "Victorian", "Edwardian", "Georgian", "Regency",
    "Moroccan", "Indian", "Chinese", "Japanese", "Mexican", "Turkish", "Spanish", "Union", "Jack", "Alice",
    "Charlotte", "Dolly", "Lola", "Poppy", "Rex", "Suki", "Skull", "Bollywood", "Xmas", "January", "February",
    "March", "April", "June", "July", "August", "September", "October", "November", "December", "Noel", "Zinc", "I",
    "Vintage",
];

/// Words of [`KEPT`] that are ordinary words after all: kept small inside a title.
const ORDINARY: [&str; 5] = ["Skull", "Zinc", "Poppy", "March", "Vintage"];

/// Words that may follow the thing itself in catalogue titles: `JUMBO BAG RED RETROSPOT`.
#[rustfmt::skip]
const AFTER: &[&str] = &[
    "red", "blue", "green", "pink", "white", "black", "ivory", "cream", "yellow", "orange", "purple", "grey",
    "gray", "brown", "silver", "gold", "turquoise", "lilac", "natural", "multicolour", "assorted", "retrospot",
    "polkadot", "spotty", "striped", "stripe", "floral", "paisley", "design", "designs", "print", "pattern",
    "style", "finish", "effect", "small", "medium", "large", "mini", "jumbo", "big", "tier", "tiers", "vintage",
    "retro", "colour", "colours", "color", "colors", "asstd", "size", "ml", "cl", "l", "g", "kg", "cm", "mm", "pcs",
    "piece", "pieces", "baroque", "leaf", "christmas", "easter", "antique",
];

/// Words before which the thing itself stands.
const PREPOSITIONS: [&str; 11] = ["with", "in", "for", "from", "without", "on", "w", "mit", "für", "aus", "by"];

/// Names of several words that mean something else when their first word is gone.
const PROTECTED: [&str; 8] = [
    "hot water bottle",
    "hot water bottles",
    "washing up liquid",
    "coffee table book",
    "night light",
    "t-light holder",
    "ice cream maker",
    "body lotion",
];

/// Words that describe and may be left off at the front: those that may also stand after the thing, and a few more.
fn is_adjective(word: &str) -> bool {
    const MORE: [&str; 16] = [
        "antique",
        "round",
        "square",
        "long",
        "short",
        "tall",
        "hanging",
        "decorative",
        "lovely",
        "pretty",
        "modern",
        "classic",
        "rustic",
        "light",
        "dark",
        "set",
    ];
    let word = word.to_lowercase();
    AFTER.contains(&word.as_str()) || MORE.contains(&word.as_str())
}

fn protected(words: &[&str]) -> bool {
    let joined = words.join(" ").to_lowercase();
    PROTECTED.iter().any(|phrase| joined == phrase.to_lowercase())
}

/// Whether a title shouts: it has at least four letters and nearly all are capitals.
fn shouts(title: &str) -> bool {
    let letters = title.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = title.chars().filter(|c| c.is_uppercase()).count();
    letters >= 4 && capitals * 10 >= letters * 9
}

fn calm_word(word: &str) -> String {
    let lower = word.to_lowercase();
    let (core, tail) = match lower.find(|c: char| !c.is_alphanumeric() && c != '-') {
        Some(at) if at > 0 => lower.split_at(at),
        _ => (lower.as_str(), ""),
    };
    let singular = core.strip_suffix('s').unwrap_or(core);
    for kept in KEPT.iter().filter(|kept| !ORDINARY.contains(kept)) {
        if kept.to_lowercase() == core {
            return format!("{kept}{tail}");
        }
        if kept.to_lowercase() == singular {
            return format!("{kept}s{tail}");
        }
    }
    lower
}

/// A title as a person would write it: spaces in order, abbreviations of trade lists spelled out, and a title all in
/// capitals in sentence case (`WHITE HANGING HEART T-LIGHT HOLDER` is `White hanging heart T-light holder`).
pub fn readable(title: &str) -> String {
    let words: Vec<&str> = title.split_whitespace().collect();
    let joined = words.join(" ");
    let joined = joined.trim_matches(|c: char| matches!(c, '.' | ',' | ';' | '-' | '*' | '"') || c.is_whitespace());
    if !shouts(joined) {
        return capitalise(joined);
    }
    let mut calm: Vec<String> = Vec::new();
    for word in joined.split(' ') {
        let upper = word.to_uppercase();
        if let Some(rest) = upper.strip_prefix("S/").filter(|rest| !rest.is_empty()) {
            calm.extend(["set of".to_owned(), rest.to_lowercase()]);
        } else if let Some(rest) = upper.strip_prefix("W/") {
            calm.push("with".to_owned());
            if !rest.is_empty() {
                calm.push(calm_word(rest));
            }
        } else {
            calm.push(match upper.as_str() {
                "ASSTD" => "assorted".to_owned(),
                "CHRISTMAS" | "XMAS" => "Christmas".to_owned(),
                _ => word.split('/').map(calm_word).collect::<Vec<_>>().join("/"),
            });
        }
    }
    // Ordinary words stay small except as the first word; `Valentines` and the like keep their capital.
    let text = calm.join(" ").replace(" ,", ",").replace(",", ", ").replace("  ", " ");
    capitalise(text.trim())
}

/// A name in one length, with the grammar a sentence around it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// As it stands inside a sentence, without an article.
    pub text: String,
    /// Whether it takes a plural verb.
    pub is_plural: bool,
}

fn is_plural(text: &str) -> bool {
    let lower = text.to_lowercase();
    if ["set of", "pack of", "box of", "pair of", "bag of", "tin of", "trio of"]
        .iter()
        .any(|start| lower.starts_with(start))
    {
        return false;
    }
    let head = head_end(&lower.split_whitespace().collect::<Vec<_>>());
    let last = lower.split_whitespace().nth(head.saturating_sub(1)).unwrap_or_default();
    last.is_ascii()
        && last.ends_with('s')
        && !["ss", "us", "is", "'s", "ous"].iter().any(|end| last.ends_with(end))
        && !["lens", "bus", "gas", "series", "species", "swiss", "canvas", "christmas"].contains(&last)
}

/// Index one past the word that names the thing: what follows are colours, patterns, sizes or a phrase with a preposition.
fn head_end(words: &[&str]) -> usize {
    let clean = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '&').to_lowercase();
    let mut end = words.len();
    for (index, word) in words.iter().enumerate().skip(1) {
        let broken = words[index - 1].ends_with([',', ';', ':']) || ["-", "–", "—", "|", "/"].contains(word);
        if broken || PREPOSITIONS.contains(&clean(word).as_str()) || word.starts_with('(') {
            end = index;
            break;
        }
    }
    while end > 1 {
        let word = clean(words[end - 1]);
        let is_measure = word.chars().next().is_some_and(|c| c.is_ascii_digit()) && !is_numbered(&words[..end]);
        if is_measure || AFTER.contains(&word.as_str()) {
            end -= 1;
            // `pantry design`: what the design is of goes with it.
            if ["design", "designs", "print", "pattern", "style"].contains(&word.as_str()) && end > 2 {
                end -= 1;
            }
        } else {
            break;
        }
    }
    end
}

/// Whether the last word is the number of a `No. 4`: part of the name, not a size.
fn is_numbered(words: &[&str]) -> bool {
    let before = words.len().checked_sub(2).map(|index| words[index].trim_end_matches('.').to_lowercase());
    before.is_some_and(|word| ["no", "nr", "vol"].contains(&word.as_str()))
}

fn trimmed(words: &[&str]) -> String {
    words.join(" ").trim_end_matches([',', ';', ':', '-', '–', '—', '|', ' ']).to_owned()
}

/// Where an aside begins: after a comma or colon, at a dash or bracket, at a size.
fn aside(words: &[&str]) -> usize {
    let begins = |index: usize| {
        let word = words[index];
        words[index - 1].ends_with([',', ';', ':'])
            || ["-", "–", "—", "|", "/"].contains(&word)
            || word.starts_with('(')
            || ["größe", "size", "gr."].contains(&word.to_lowercase().as_str())
    };
    let mut end = (1..words.len()).find(|index| begins(*index)).unwrap_or(words.len());
    // `200 ml` and `XL` at the end.
    let is_size = |word: &str| word.starts_with(|c: char| c.is_ascii_digit()) || word.chars().count() <= 2;
    while end > 1 && is_size(words[end - 1]) && !is_numbered(&words[..end]) {
        end -= 1;
    }
    end
}

/// The names of a product from long to short, each of whole words and each still naming the thing. The longest leaves
/// out asides and sizes; colours and the like that trade lists put last stand in front (`red retrospot jumbo bag`); then
/// phrases with a preposition go, then adjectives, then all but the last two words. Never empty for a title that is not.
pub fn variants(title: &str) -> Vec<Name> {
    let calm = readable(title);
    let calm = calm.strip_prefix("The ").unwrap_or(&calm);
    let is_loud = shouts(title);
    let words: Vec<&str> = calm.split(' ').filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let whole = &words[..aside(&words)];
    let end = head_end(whole);
    let core = &whole[..end];
    let mut texts = Vec::new();
    let after = &whole[end..];
    let has_preposition = after.iter().any(|word| PREPOSITIONS.contains(&word.to_lowercase().as_str()));
    if is_loud && !after.is_empty() && after.iter().all(|word| moves_forward(word)) && !core.contains(&"of") {
        texts.push(format!("{} {}", after.join(" "), decapitalise(&trimmed(core))));
    } else if has_preposition {
        texts.push(trimmed(whole));
    }
    texts.push(trimmed(core));
    texts.extend(shorter(core, is_loud));
    let mut names: Vec<Name> = Vec::new();
    for text in texts {
        let rest_small = text.split(' ').skip(1).all(|word| word.chars().next().is_none_or(|c| !c.is_uppercase()));
        let is_sentence_case = text.contains(' ') && rest_small && text.is_ascii();
        let in_sentence = if is_loud || is_sentence_case { keep_proper(&text) } else { text };
        if !in_sentence.is_empty() && !names.iter().any(|name| name.text == in_sentence) {
            let is_plural = is_plural(&in_sentence);
            names.push(Name { text: in_sentence, is_plural });
        }
    }
    names.sort_by_key(|name| std::cmp::Reverse(name.text.chars().count()));
    names
}

/// Whether a word that stands after the thing may stand before it.
fn moves_forward(word: &str) -> bool {
    const STAY: [&str; 14] = [
        "design", "designs", "print", "pattern", "style", "finish", "effect", "tier", "tiers", "size", "leaf", "piece",
        "pieces", "pcs",
    ];
    let word = word.to_lowercase();
    AFTER.contains(&word.as_str()) && !STAY.contains(&word.as_str())
}

/// Shorter names of the thing, by leaving off what stands before it.
fn shorter(core: &[&str], is_loud: bool) -> Vec<String> {
    let mut texts = Vec::new();
    let is = |word: &str, list: &[&str]| list.contains(&word.to_lowercase().as_str());
    // `Set of 3 cake tins`: without the count it is still cake tins.
    let has_count = core.len() > 3 && is(core[1], &["of"]) && core[2].starts_with(|c: char| c.is_ascii_digit());
    let mut from = if has_count { 3 } else { 0 };
    if core[from].starts_with(|c: char| c.is_ascii_digit()) && core.len() > from + 1 {
        from += 1;
    }
    while core.len() - from > 2 && is_adjective(core[from]) && !protected(&core[from..]) {
        from += 1;
    }
    if from > 0 {
        texts.push(trimmed(&core[from..]));
    }
    let rest = &core[from..];
    if let Some(joint) = rest.iter().rposition(|word| is(word, &["&", "and"])) {
        if joint + 4 <= rest.len() {
            texts.push(trimmed(&rest[joint + 2..]));
        }
    } else if rest.len() > 2 && !rest.iter().any(|word| is(word, &["of"])) {
        let joined = rest.join(" ").to_lowercase();
        let kept = match PROTECTED.iter().find(|phrase| joined.ends_with(**phrase)) {
            Some(phrase) => phrase.split(' ').count(),
            None if is_numbered(rest) => 3,
            None => 2,
        };
        texts.push(trimmed(&rest[rest.len() - kept..]));
    }
    // A bare last word only when it is long enough to say something (`cakestand`, not `kit`).
    let last = core[core.len() - 1];
    if is_loud && last.chars().count() >= 8 && !core.iter().any(|word| is(word, &["of"])) {
        texts.push(last.to_owned());
    }
    texts
}

/// Small first letter, unless the first word is a name or an abbreviation.
fn keep_proper(text: &str) -> String {
    let first = text.split(' ').next().unwrap_or_default();
    let singular = first.trim_end_matches("'s").trim_end_matches('s');
    let is_proper = KEPT.iter().any(|kept| (*kept == first || *kept == singular) && !ORDINARY.contains(kept));
    if is_proper { text.to_owned() } else { decapitalise(text) }
}

/// The last part of a category path as it stands in a sentence: `Home > Bath & Body` is `bath & body`.
pub fn category(path: &str) -> String {
    let last = path.rsplit(['>', '/', '|']).next().unwrap_or_default().trim();
    let calm = readable(last);
    if calm.is_ascii() {
        calm.split(' ')
            .map(|word| {
                if word.len() > 1 && word[1..].chars().any(char::is_uppercase) {
                    word.to_owned()
                } else {
                    keep_proper(word)
                }
            })
            .collect::<Vec<_>>()
            .join(" ")
    } else {
        calm
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_its_no_stays_in_the_name() {
        let names = |title: &str| variants(title).into_iter().map(|name| name.text).collect::<Vec<_>>();
        for name in names("Porcelain Dripper No. 2").iter().chain(&names("Winterröstung No. 7")) {
            assert!(name.ends_with(" 2") || name.ends_with(" 7"), "{name}");
        }
        assert!(names("BAKING SET 9 PIECE RETROSPOT").iter().all(|name| !name.contains("piece")));
    }

    #[test]
    fn trade_titles_become_readable() {
        for (title, wanted) in [
            ("WHITE HANGING HEART T-LIGHT HOLDER", "White hanging heart T-light holder"),
            ("REGENCY CAKESTAND 3 TIER", "Regency cakestand 3 tier"),
            ("SET OF 3 CAKE TINS PANTRY DESIGN ", "Set of 3 cake tins pantry design"),
            ("S/4 PINK FLOWER CANDLES", "Set of 4 pink flower candles"),
            ("PAPER CHAIN KIT 50'S CHRISTMAS ", "Paper chain kit 50's Christmas"),
            ("T-LIGHTS,ASSTD  COLOURS", "T-lights, asstd colours"),
            ("Lavender Hand Soap", "Lavender Hand Soap"),
            ("HOT WATER BOTTLE TEA AND SYMPATHY", "Hot water bottle tea and sympathy"),
            ("ALARM CLOCK BAKELIKE RED", "Alarm clock bakelike red"),
        ] {
            assert_eq!(readable(title), wanted);
        }
    }

    #[test]
    fn names_get_shorter_and_still_name_the_thing() {
        let texts = |title| variants(title).into_iter().map(|name| name.text).collect::<Vec<_>>();
        for (title, wanted) in [
            (
                "WHITE HANGING HEART T-LIGHT HOLDER",
                &["white hanging heart T-light holder", "heart T-light holder", "T-light holder"][..],
            ),
            ("JUMBO BAG RED RETROSPOT", &["red retrospot jumbo bag", "jumbo bag"]),
            ("REGENCY CAKESTAND 3 TIER", &["Regency cakestand", "cakestand"]),
            ("PACK OF 72 RETROSPOT CAKE CASES", &["pack of 72 retrospot cake cases", "cake cases"]),
            ("SET OF 3 CAKE TINS PANTRY DESIGN", &["set of 3 cake tins", "cake tins"]),
            ("ASSORTED COLOUR BIRD ORNAMENT", &["assorted colour bird ornament", "bird ornament", "ornament"]),
            ("CHOCOLATE HOT WATER BOTTLE", &["chocolate hot water bottle", "hot water bottle"]),
            ("HEART OF WICKER SMALL", &["heart of wicker"]),
            ("WOODEN FRAME ANTIQUE WHITE ", &["antique white wooden frame", "wooden frame"]),
            ("Refill pouch for hand soap – 1 l", &["refill pouch for hand soap", "refill pouch"]),
            ("Lavender & Thyme Hand Soap, 500 ml", &["Lavender & Thyme Hand Soap", "Hand Soap"]),
            ("Oat Milk Body Lotion", &["Oat Milk Body Lotion", "Body Lotion"]),
            ("Ringelblumen-Körpermilch 200 ml", &["Ringelblumen-Körpermilch"]),
            ("Bienenwachstücher Größe M, 3 Stück", &["Bienenwachstücher"]),
        ] {
            assert_eq!(texts(title), wanted, "{title}");
        }
    }

    #[test]
    fn number_agrees() {
        let plural = |title| variants(title).last().is_some_and(|name| name.is_plural);
        assert!(plural("60 TEATIME FAIRY CAKE CASES"));
        assert!(!plural("GLASS STAR FROSTED T-LIGHT HOLDER"));
        assert!(!variants("SET OF 3 CAKE TINS")[0].is_plural);
    }
}

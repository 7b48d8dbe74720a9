//! The body of a mail: greeting, reason, product, offer, a single call to action, 80 to 150 words.

use super::{fill::Filler, phrases::common};
use crate::{check, facts::Facts, ground::Ground, limits};

fn words(paragraphs: &[String]) -> usize {
    paragraphs.iter().map(|paragraph| paragraph.split_whitespace().count()).sum()
}

/// Writes the body. Everything is about the same product, so that the mail has a thread.
pub(super) fn body(leads: &'static [&'static str], filler: &mut Filler<'_>, facts: &Facts, ground: &Ground) -> String {
    let passes = |text: &str| {
        check::check_one(domain::sprint::Channel::Email, "body", None, text, facts, ground)
            .iter()
            .all(|finding| !finding.blocks())
    };
    let item = filler.dice.below(filler.material.items.len());
    let mut first = |filler: &mut Filler<'_>, pool: &[&'static str]| {
        let order = filler.dice.shuffled(pool);
        order.into_iter().find_map(|phrase| filler.fill_about(item, phrase, passes))
    };
    let (least, most) = limits::BODY_WORDS;
    let greeting = first(filler, common::GREETINGS).unwrap_or_else(|| "Hello,".to_owned());
    let lead = first(filler, leads);
    // The lead of some angles has named the offer.
    let is_offered = |text: &String| {
        filler.material.offer.as_ref().is_some_and(|offer| text.to_lowercase().contains(&offer.label.to_lowercase()))
    };
    let offer = if lead.as_ref().is_some_and(is_offered) { None } else { first(filler, common::MAIL_OFFERS) };
    let call = first(filler, common::CALLS).unwrap_or_else(|| "Have a look:".to_owned());
    let signature = first(filler, common::SIGNATURES).unwrap_or_default();
    let about = product(filler, item, &mut first, &passes);
    let mut fillers = filler.dice.shuffled(common::FILLERS);

    let action = match &filler.material.url {
        Some(url) => format!("{call}\n{url}"),
        None => "Have a look in our online shop.".to_owned(),
    };
    let mut tail = vec![action, signature];
    let mut head: Vec<String> = vec![greeting];
    head.extend(lead);
    head.extend(about);
    head.extend(offer);
    let mut extra: Vec<String> = Vec::new();
    while words(&head) + words(&extra) + words(&tail) < least + 4 {
        let Some(phrase) = fillers.pop() else { break };
        extra.extend(filler.fill_about(item, phrase, passes));
    }
    if filler.dice.chance(60)
        && words(&head) + words(&extra) + words(&tail) < most - 22
        && let Some(postscript) = first(filler, common::POSTSCRIPTS)
        && !head.iter().any(|paragraph| paragraph.contains(postscript.trim_start_matches("PS: ").trim_end_matches('.')))
    {
        tail.push(postscript);
    }
    if !extra.is_empty() {
        head.push(extra.join(" "));
    }
    // Too long: the offer and the call stay, description sentences go from the end.
    while words(&head) + words(&tail) > most && head.len() > 3 {
        let Some((paragraph, cut)) =
            head.get(2).and_then(|text| text.trim_end_matches('.').rfind(". ").map(|at| (text.clone(), at + 1)))
        else {
            break;
        };
        head[2] = paragraph[..cut].to_owned();
    }
    head.extend(tail);
    head.retain(|paragraph| !paragraph.trim().is_empty());
    head.join("\n\n")
}

/// The paragraph about the product: its own sentences, a fact of the brief, else its price and what stands next to it.
fn product<'a>(
    filler: &mut Filler<'a>,
    item: usize,
    first: &mut impl FnMut(&mut Filler<'a>, &[&'static str]) -> Option<String>,
    passes: &impl Fn(&str) -> bool,
) -> Option<String> {
    let own: Vec<String> = filler.material.items.get(item).map(|item| item.sentences.clone()).unwrap_or_default();
    let mut sentences: Vec<String> = own.into_iter().filter(|sentence| passes(sentence)).take(4).collect();
    let mut paragraph = Vec::new();
    if !sentences.is_empty() {
        paragraph.extend(first(filler, common::PRODUCT_LINES));
    }
    paragraph.append(&mut sentences);
    if let Some(price) = first(filler, &["The {p} {is} {price}."]).filter(|_| paragraph.len() < 3) {
        paragraph.push(price);
    }
    if paragraph.len() < 3 {
        paragraph.extend(first(filler, &["Next to {them} in our shop: the {p2}."]));
    }
    let brief = filler.material.items.get(item).map_or(&filler.material.sentences, |item| &item.brief_sentences);
    let lines = filler.dice.shuffled(brief);
    paragraph.extend(lines.into_iter().filter(|line| passes(line)).take(2));
    (!paragraph.is_empty()).then(|| paragraph.join(" "))
}

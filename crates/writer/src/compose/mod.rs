//! The built-in composer: a clean skeleton draft from facts alone, without a model.
//!
//! Phrases ([`phrases`]) are filled with names, clauses and sentences of the facts; of everything that fits a slot's
//! limit the longest is taken, so nothing is ever cut. What it writes has passed every blocking check.

mod dice;
mod email;
mod fill;
mod material;
mod phrases;

use domain::sprint::{Channel, Concept, SlotText};

use self::{dice::Dice, fill::Filler, material::Material, phrases::common};
use crate::{
    check::check_one,
    draft::Draft,
    facts::Facts,
    ground::Ground,
    limits::{self, SlotRule},
    similarity::{self, Profile},
};

/// Texts of a slot closer than this (cosine) or sharing more than three quarters of their words are not both taken.
const MOST_ALIKE: f64 = 0.7;
/// Most headlines of an ad that name the product.
const MOST_NAMED: usize = 8;

/// Writes a draft for a channel. The same arguments give the same draft.
pub fn compose(concept: &Concept, facts: &Facts, channel: Channel, seed: u64) -> Draft {
    compose_slots(concept, facts, channel, limits::rules(channel), seed)
}

/// Writes only some slots of a channel.
pub fn compose_slots(concept: &Concept, facts: &Facts, channel: Channel, slots: &[SlotRule], seed: u64) -> Draft {
    let material = Material::new(concept, facts);
    let ground = Ground::new(facts);
    let mut texts = Vec::new();
    for rule in slots {
        let salt = format!("{}\u{1f}{channel:?}\u{1f}{}", concept.title, rule.slot);
        let mut desk = Desk::new(facts, &ground, &material, channel, *rule, Dice::new(seed, &salt));
        desk.write(concept);
        texts.extend(desk.taken.into_iter().map(|text| SlotText { slot: rule.slot.to_owned(), text }));
    }
    Draft { channel, slots: texts }
}

/// Picture and film directions of a concept, for concepts that do not run on Meta (whose drafts have them).
pub fn compose_visuals(concept: &Concept, facts: &Facts, seed: u64) -> Vec<SlotText> {
    let slots: Vec<SlotRule> =
        limits::rules(Channel::Meta).iter().filter(|rule| limits::VISUAL_SLOTS.contains(&rule.slot)).copied().collect();
    compose_slots(concept, facts, Channel::Meta, &slots, seed).slots
}

/// One slot being written.
struct Desk<'a> {
    facts: &'a Facts,
    ground: &'a Ground,
    channel: Channel,
    rule: SlotRule,
    filler: Filler<'a>,
    taken: Vec<String>,
    profiles: Vec<Profile>,
    named: usize,
}

impl<'a> Desk<'a> {
    fn new(
        facts: &'a Facts,
        ground: &'a Ground,
        material: &'a Material,
        channel: Channel,
        rule: SlotRule,
        dice: Dice,
    ) -> Desk<'a> {
        let filler = Filler::new(material, dice);
        Desk { facts, ground, channel, rule, filler, taken: Vec::new(), profiles: Vec::new(), named: 0 }
    }

    fn write(&mut self, concept: &Concept) {
        let angle = phrases::of(concept.angle);
        match (self.channel, self.rule.slot) {
            (_, "headline") => self.headlines(angle.headlines),
            (Channel::GoogleSearch, "description") | (_, "primary_text") => self.sentences(angle.openers),
            (Channel::Email, "preheader") => self.sentences(angle.openers),
            (Channel::Meta, "description") => self.plan(&[common::SHORT_LINES]),
            (_, "subject") => self.plan(&[angle.subjects, angle.subjects, common::SUBJECTS]),
            (_, "image_direction") => self.plan(&[angle.images, angle.images, common::IMAGES]),
            (_, "video_angle") => self.plan(&[angle.videos, common::VIDEOS]),
            (_, "path") => self.paths(),
            (_, "body") => {
                let body = email::body(angle.leads, &mut self.filler, self.facts, self.ground);
                if self.passes(&body) {
                    self.taken.push(body);
                }
            }
            _ => {}
        }
    }

    fn is_full(&self) -> bool {
        self.taken.len() >= self.rule.want
    }

    fn passes(&self, text: &str) -> bool {
        check_one(self.channel, self.rule.slot, None, text, self.facts, self.ground)
            .iter()
            .all(|finding| !finding.blocks())
    }

    /// Fills a phrase and takes it if it fits, passes and is not like what is there already.
    fn try_take(&mut self, phrase: &str, is_strict: bool) -> bool {
        self.try_take_from(phrase, is_strict, 0)
    }

    /// As [`Desk::try_take`], at least so long.
    fn try_take_from(&mut self, phrase: &str, is_strict: bool, least: usize) -> bool {
        let (channel, rule) = (self.channel, self.rule);
        let (facts, ground) = (self.facts, self.ground);
        let fits = |text: &str| {
            (least..=rule.limit).contains(&limits::length(channel, text))
                && check_one(channel, rule.slot, None, text, facts, ground).iter().all(|finding| !finding.blocks())
        };
        let Some(text) = self.filler.fill(phrase, fits) else { return false };
        let profile = Profile::new(&text);
        let too_alike = self.taken.iter().zip(&self.profiles).any(|(other, other_profile)| {
            other.eq_ignore_ascii_case(&text)
                || (is_strict
                    && (profile.cosine(other_profile) > MOST_ALIKE || similarity::word_overlap(other, &text) > 0.7))
        });
        if !too_alike {
            self.named += usize::from(fill::names_product(phrase));
            self.taken.push(text);
            self.profiles.push(profile);
        }
        !too_alike
    }

    /// Drops the later of each two that the check of the whole slot would find nearly the same: it weighs by what is rare
    /// in the slot, which is known only once the slot is full.
    fn drop_near_duplicates(&mut self) {
        let pairs = similarity::Vectors::new(&self.taken).pairs_above(similarity::NEAR_DUPLICATE);
        let mut later: Vec<usize> = pairs.into_iter().map(|(_, later, _)| later).collect();
        later.sort_unstable();
        later.dedup();
        for at in later.into_iter().rev() {
            self.taken.remove(at);
            if at < self.profiles.len() {
                self.profiles.remove(at);
            }
        }
    }

    /// Takes from the pools in turn until the slot is full; each pool in a random order.
    fn plan(&mut self, pools: &[&[&'static str]]) {
        let mut decks: Vec<(usize, Vec<&'static str>)> = Vec::new();
        let mut order = Vec::new();
        for pool in pools {
            let known = decks.iter().position(|(address, _)| *address == pool.as_ptr() as usize);
            order.push(known.unwrap_or(decks.len()));
            if known.is_none() {
                decks.push((pool.as_ptr() as usize, self.filler.dice.shuffled(pool)));
            }
        }
        for is_strict in [true, false] {
            let mut decks = decks.clone();
            while !self.is_full() && decks.iter().any(|(_, deck)| !deck.is_empty()) {
                for at in &order {
                    while !self.is_full() {
                        let Some(phrase) = decks[*at].1.pop() else { break };
                        let too_named = self.rule.want > 10 && self.named >= MOST_NAMED && fill::names_product(phrase);
                        if !(is_strict && too_named) && self.try_take(phrase, is_strict) {
                            break;
                        }
                    }
                }
                if is_strict && self.is_full() {
                    self.drop_near_duplicates();
                }
            }
        }
    }

    fn headlines(&mut self, angle: &'static [&'static str]) {
        let all: [&[&'static str]; 15] = [
            common::NAMES,
            angle,
            common::OFFERS,
            common::PROOFS,
            angle,
            common::ACTIONS,
            common::BRANDS,
            angle,
            common::PRICES,
            common::PROOFS,
            angle,
            common::ACTIONS,
            angle,
            common::NAMES,
            common::ACTIONS,
        ];
        if self.channel == Channel::GoogleSearch {
            self.plan(&all);
        } else {
            self.plan(&[angle, angle, common::OFFERS, angle, common::NAMES, common::PROOFS, common::ACTIONS]);
        }
    }

    /// Opener, fact and last sentence in the combinations that fit; the concept's own first line where it passes.
    fn sentences(&mut self, openers: &'static [&'static str]) {
        let is_long = self.rule.limit > 110;
        if self.rule.slot == "primary_text"
            && let Some(hook) = self.filler.material.hook.clone()
        {
            let ended = if hook.ends_with(['.', '?', '!']) { hook } else { format!("{hook}.") };
            let is_plain = !ended.contains(['{', '}']);
            for _ in 0..6 {
                let middle = self.pick(common::MIDDLES);
                if !is_plain || self.try_take(&format!("{ended} {middle}"), true) {
                    break;
                }
            }
            if is_plain && self.taken.is_empty() {
                self.try_take(&ended, true);
            }
        }
        // Openers and last sentences go round like a deck of cards: none comes again before all have been used.
        let (mut opener_deck, mut closer_deck) = (Vec::new(), Vec::new());
        let least = self.rule.limit * 2 / 5;
        for round in 0..90 {
            if self.is_full() {
                return;
            }
            let is_common = round >= 30 && round % 2 == 1;
            let opener = if is_common { self.pick(common::OPENERS) } else { self.draw(openers, &mut opener_deck) };
            let middle = self.pick(common::MIDDLES);
            let is_named = fill::names_product(opener) || fill::names_product(middle);
            let closer = self.closer(opener, is_named, &mut closer_deck);
            let is_repeating = ["{p}", "{offer}", "{price}", "{n}"]
                .iter()
                .any(|place| opener.contains(place) && middle.contains(place));
            if is_repeating {
                continue;
            }
            let tail = self.pick(if fill::names_product(middle) {
                &["Have a look.", "Read more."]
            } else {
                &["Have a look.", "See the {p} at {brand}.", "The {p}, at {brand}.", "Read more."]
            });
            let phrase = match self.filler.dice.below(if is_long { 4 } else { 6 }) {
                0 | 1 if is_long => format!("{opener} {middle} {closer}"),
                0 | 2 => format!("{opener} {middle}"),
                1 | 3 => format!("{opener} {closer}"),
                4 => format!("{middle} {tail}"),
                _ => middle.to_owned(),
            };
            let wanted = if round < 60 { least } else { 0 };
            self.try_take_from(&phrase, round < 75, wanted);
        }
        for closer in common::CLOSERS {
            if !self.is_full() && !closer.contains('{') {
                self.try_take(closer, false);
            }
        }
    }

    /// A last sentence that goes with the first: it names the product only where nothing before it does, refers to it only
    /// where something does, and does not begin with a verb that was there already.
    fn closer(&mut self, opener: &str, is_named: bool, deck: &mut Vec<&'static str>) -> &'static str {
        for _ in 0..common::CLOSERS.len() {
            let closer = self.draw(common::CLOSERS, deck);
            let verb = closer.split(' ').next().unwrap_or_default().to_lowercase();
            let repeats =
                crate::words::tokens(opener).contains(&verb) || (opener.contains("look") && closer.contains("look"));
            let fits = fill::places(closer).is_empty() || is_named != fill::names_product(closer);
            if fits && !repeats {
                return closer;
            }
        }
        "Read more."
    }

    /// The next card of a deck, shuffled anew when it is empty.
    fn draw(&mut self, phrases: &[&'static str], deck: &mut Vec<&'static str>) -> &'static str {
        if deck.is_empty() {
            *deck = self.filler.dice.shuffled(phrases);
        }
        deck.pop().unwrap_or_default()
    }

    fn pick(&mut self, phrases: &[&'static str]) -> &'static str {
        phrases.get(self.filler.dice.below(phrases.len())).copied().unwrap_or_default()
    }

    /// Display paths: whole words of category and name, joined by hyphens, as Google shows them after the address.
    fn paths(&mut self) {
        let mut candidates: Vec<String> = Vec::new();
        for item in &self.filler.material.items {
            candidates.extend(item.department.clone());
            candidates.extend(item.names.iter().rev().map(|name| name.text.clone()));
        }
        candidates.extend(["shop".to_owned(), "online".to_owned()]);
        for candidate in candidates {
            let path = crate::words::tokens(&candidate).join("-");
            let fits = limits::length(self.channel, &path) <= self.rule.limit && path.chars().count() > 2;
            let is_new = !self.taken.iter().any(|other| other.contains(&path) || path.contains(other.as_str()));
            if !self.is_full() && fits && is_new && self.passes(&path) {
                self.taken.push(path);
            }
        }
    }
}

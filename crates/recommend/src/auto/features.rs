//! What the ranker sees of a candidate: what each member thinks of it, how popular it is now and before, and what the
//! session has had of it.

use crate::{
    Item, Query, Scored, Scores, Sessions, Signal,
    artefact::{Array, ArtefactError, Reader, Writer},
};

/// Half-lives of popularity, as parts of all sessions.
const HALF_LIVES: [f32; 2] = [0.02, 0.3];
/// Features that do not come from members.
const OWN: usize = 11;
/// Features of each member.
const PER_MEMBER: usize = 3;
/// Below this share of a member's best score, scores look alike.
const LEAST: f32 = 1e-3;

/// Features of a log with several kinds of events.
const OF_KINDS: usize = 4;

/// How many features `members` members make.
pub(super) fn count(members: usize, has_kinds: bool) -> usize {
    (OWN + PER_MEMBER * members + if has_kinds { OF_KINDS } else { 0 }).next_multiple_of(8)
}

/// What is known of each item without a query.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ItemFacts {
    /// For each item, one after another: log popularity at each of [`HALF_LIVES`], scaled to about 1, and the share of the
    /// events of an item that are followed by the item itself.
    facts: Array<f32>,
}

const FACTS: usize = HALF_LIVES.len() + 1;

impl ItemFacts {
    pub(super) fn of(sessions: &Sessions, items: usize) -> ItemFacts {
        let mut facts = vec![0.0_f32; items * FACTS];
        let count = sessions.len() as f32;
        let mut repeats = vec![(0.0_f32, 0.0_f32); items];
        for (index, session) in sessions.iter().enumerate() {
            let age = (sessions.len() - 1 - index) as f32 / count;
            for &item in session.items {
                for (at, half_life) in HALF_LIVES.iter().enumerate() {
                    // In events of the half-life's length, so that both figures are on the same scale in a steady shop.
                    facts[item as usize * FACTS + at] += (-age / half_life).exp2() / half_life;
                }
            }
            for pair in session.items.windows(2) {
                let (all, same) = &mut repeats[pair[0] as usize];
                *all += 1.0;
                *same += f32::from(u8::from(pair[0] == pair[1]));
            }
        }
        let (all, same) = repeats.iter().fold((1.0, 0.1), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        for (item, &(pairs, repeated)) in repeats.iter().enumerate() {
            let facts = &mut facts[item * FACTS..(item + 1) * FACTS];
            for fact in &mut facts[..HALF_LIVES.len()] {
                *fact = (*fact + 1.0).ln() / 4.0;
            }
            facts[HALF_LIVES.len()] = (repeated + 10.0 * same / all) / (pairs + 10.0) * 4.0;
        }
        ItemFacts { facts: facts.into() }
    }

    fn get(&self, item: Item) -> &[f32] {
        self.facts.get(item as usize * FACTS..(item as usize + 1) * FACTS).unwrap_or(&[0.0; FACTS])
    }

    pub(super) fn save(&self, out: &mut Writer) {
        out.array("facts", &self.facts);
    }

    pub(super) fn load(reader: &Reader, items: usize) -> Result<ItemFacts, ArtefactError> {
        let facts = reader.array("facts")?;
        if facts.len() == items * FACTS { Ok(ItemFacts { facts }) } else { Err(reader.unusable("facts")) }
    }
}

/// What a member scored for one query.
#[derive(Debug, Clone)]
pub(super) struct Opinions {
    pub(super) scores: Scores,
    pub(super) best: f32,
    pub(super) sum: f32,
}

/// Puts [`count`] numbers for each candidate into `features`.
pub(super) fn describe(
    query: &Query<'_>,
    facts: &ItemFacts,
    members: &[Opinions],
    candidates: &[Scored],
    has_kinds: bool,
    features: &mut Vec<f32>,
) {
    let session = query.session.items;
    let last = session.last().copied();
    let last_facts = last.map_or(&[0.0; FACTS][..], |last| facts.get(last));
    let length = (session.len() as f32).ln_1p() / 2.0;
    let width = count(members.len(), has_kinds);
    let ended = query.session.signals.last().copied().unwrap_or_default();
    features.clear();
    features.resize(candidates.len() * width, 0.0);
    // What a member that does not name the candidate says of it; most do not.
    let silent = LEAST.ln() / 3.0 + 1.0;
    for (row, &Scored { item, .. }) in features.chunks_exact_mut(width).zip(candidates) {
        let (of_members, of_item) = row.split_at_mut(PER_MEMBER * members.len());
        for (into, Opinions { scores, best, sum }) in of_members.chunks_exact_mut(PER_MEMBER).zip(members) {
            let score = scores.get(item).max(0.0);
            let of = |whole: f32| if whole > 0.0 { score / whole } else { 0.0 };
            let (relative, share) = (of(*best), of(*sum));
            let told = |share: f32| if share > 0.0 { (share + LEAST).ln() / 3.0 + 1.0 } else { silent };
            into.copy_from_slice(&[relative, told(relative), told(share)]);
        }
        let (into, of_kinds) = of_item.split_at_mut(OWN);
        let own = facts.get(item);
        let (mut back, mut times) = (None, 0_u8);
        for (at, _) in session.iter().rev().take(50).enumerate().filter(|&(_, &seen)| seen == item) {
            back.get_or_insert(at);
            times += 1;
        }
        into.copy_from_slice(&[
            own[0],
            own[1],
            own[0] - own[1],
            f32::from(u8::from(back == Some(0))),
            back.filter(|&back| back > 0).map_or(0.0, |back| 1.0 / back as f32),
            if times > 0 { f32::from(times).ln_1p() } else { 0.0 },
            if back == Some(0) { own[2] } else { 0.0 },
            length,
            last_facts[0],
            last_facts[2],
            1.0,
        ]);
        if has_kinds {
            let most = session.iter().zip(query.session.signals).rev().take(50).filter(|(seen, _)| **seen == item);
            let most = most.map(|(_, &signal)| signal).max().unwrap_or_default();
            let is = [
                ended == Signal::AddToCart,
                ended == Signal::Purchase,
                most == Signal::AddToCart,
                most == Signal::Purchase,
            ];
            of_kinds[..OF_KINDS].copy_from_slice(&is.map(|is| f32::from(u8::from(is))));
        }
    }
}

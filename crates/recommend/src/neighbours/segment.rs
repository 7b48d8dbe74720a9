//! An inverted index of sessions, oldest first. New sessions make a further, small segment that shares the old ones, so an
//! index is appended to without being rebuilt (VMIS-kNN's index: Kersbergen, Sprangers and Schelter, "Serenade", SIGMOD 2022,
//! section 3).

use crate::{
    Item, Session, Sessions,
    artefact::{Array, ArtefactError, Reader, Writer, all_below},
};

/// The newest events of a session that are kept; sessions longer than this are bots or days of browsing.
const LONGEST: usize = 100;

/// Sessions and where each item occurs in them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Segment {
    /// The number of its first session in the whole index.
    pub(super) first: u32,
    /// Two numbers a session, beside each other because a query that needs one soon needs the other: session `s` has the
    /// distinct items `heads[2 s]..heads[2 s + 2]`, in order of their last event; the bits of `heads[2 s + 1]` are what a
    /// similarity with it is multiplied by: its age and length, which no query changes. One start more ends the last one.
    heads: Array<u32>,
    items: Array<Item>,
    /// The position of that last event.
    positions: Array<u8>,
    /// Items that occur, ascending; item `keys[i]` is in the sessions `postings[lists[i]..lists[i + 1]]`, oldest first.
    keys: Array<Item>,
    lists: Array<u32>,
    postings: Array<u32>,
}

/// A segment as one query reads it: an [`Array`] is asked once where its numbers lie, not at each of thousands of reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) first: u32,
    heads: &'a [u32],
    items: &'a [Item],
    positions: &'a [u8],
    keys: &'a [Item],
    lists: &'a [u32],
    postings: &'a [u32],
}

impl<'a> View<'a> {
    /// The sessions that have an item, numbered from 0 in this segment, oldest first.
    pub(super) fn sessions_with(&self, item: Item) -> &'a [u32] {
        match self.keys.binary_search(&item) {
            Ok(key) => &self.postings[self.lists[key] as usize..self.lists[key + 1] as usize],
            Err(_) => &[],
        }
    }

    /// What a similarity with the session is multiplied by.
    #[inline]
    pub(super) fn factor(&self, session: u32) -> f32 {
        f32::from_bits(self.heads[2 * session as usize + 1])
    }

    /// Something of a session's items and positions: reading it brings the session near before it is needed.
    #[inline]
    pub(super) fn touch(&self, session: u32) -> u32 {
        let event = self.heads[2 * session as usize] as usize;
        self.items.get(event).map_or(0, |&item| item ^ u32::from(self.positions[event]))
    }

    /// The distinct items of a session in order of their last event, and the positions of these.
    #[inline]
    pub(super) fn session(&self, session: u32) -> (&'a [Item], &'a [u8]) {
        let head = &self.heads[2 * session as usize..][..3];
        let events = head[0] as usize..head[2] as usize;
        (&self.items[events.clone()], &self.positions[events])
    }
}

impl Segment {
    /// Indexes sessions; of each item at most the `newest` occurrences are kept. `factor` answers a session's factor from its
    /// number in the whole index and its count of distinct items.
    pub(super) fn new(sessions: &Sessions, first: u32, newest: usize, factor: impl Fn(u32, usize) -> f32) -> Segment {
        let (mut starts, mut items, mut positions) = (vec![0], Vec::new(), Vec::new());
        for session in sessions.iter() {
            push(session, &mut items, &mut positions);
            starts.push(items.len() as u32);
        }
        let lengths = starts.windows(2).map(|bounds| (bounds[1] - bounds[0]) as usize);
        let factors = lengths.enumerate().map(|(session, length)| factor(first + session as u32, length).to_bits());
        let mut heads: Vec<u32> = starts.iter().zip(factors).flat_map(|(&start, factor)| [start, factor]).collect();
        heads.extend(starts.last());
        heads.shrink_to_fit();
        items.shrink_to_fit();
        positions.shrink_to_fit();
        let mut counts: Vec<(Item, u32)> = Vec::new();
        {
            let mut sorted = items.clone();
            sorted.sort_unstable();
            for item in sorted {
                match counts.last_mut() {
                    Some((last, count)) if *last == item => *count += 1,
                    _ => counts.push((item, 1)),
                }
            }
        }
        let mut end = 0;
        let keys: Vec<Item> = counts.iter().map(|&(item, _)| item).collect();
        let mut lists = vec![0];
        lists.extend(counts.iter().map(|&(_, count)| {
            end += count.min(newest as u32);
            end
        }));
        // Filled from the end by going through the sessions newest first, so that what is cut off is the oldest.
        let mut next: Vec<u32> = lists[1..].to_vec();
        let mut postings = vec![0; end as usize];
        for session in (0..starts.len() - 1).rev() {
            for event in starts[session]..starts[session + 1] {
                let Ok(key) = keys.binary_search(&items[event as usize]) else { continue };
                if next[key] > lists[key] {
                    next[key] -= 1;
                    postings[next[key] as usize] = session as u32;
                }
            }
        }
        Segment {
            first,
            heads: heads.into(),
            items: items.into(),
            positions: positions.into(),
            keys: keys.into(),
            lists: lists.into(),
            postings: postings.into(),
        }
    }

    /// How many sessions.
    pub(super) fn len(&self) -> u32 {
        (self.heads.len() / 2) as u32
    }

    /// Its numbers as plain slices.
    pub(super) fn view(&self) -> View<'_> {
        View {
            first: self.first,
            heads: &self.heads,
            items: &self.items,
            positions: &self.positions,
            keys: &self.keys,
            lists: &self.lists,
            postings: &self.postings,
        }
    }

    pub(super) fn save(&self, out: &mut Writer) {
        out.numbers("first", [self.first]);
        out.array("heads", &self.heads);
        out.array("items", &self.items);
        out.array("positions", &self.positions);
        out.array("keys", &self.keys);
        out.array("lists", &self.lists);
        out.array("postings", &self.postings);
    }

    pub(super) fn load(reader: &Reader, items: usize) -> Result<Segment, ArtefactError> {
        let segment = Segment {
            first: reader.array("first")?.first().copied().unwrap_or(0),
            heads: reader.array("heads")?,
            items: reader.array("items")?,
            positions: reader.array("positions")?,
            keys: reader.array("keys")?,
            lists: reader.array("lists")?,
            postings: reader.array("postings")?,
        };
        let sound =
            |starts: &[u32], end: usize| starts.is_sorted() && starts.last().is_some_and(|&last| last as usize == end);
        let starts: Vec<u32> = segment.heads.iter().step_by(2).copied().collect();
        let whole = segment.heads.len() % 2 == 1
            && sound(&starts, segment.items.len())
            && sound(&segment.lists, segment.postings.len())
            && segment.positions.len() == segment.items.len()
            && segment.lists.len() == segment.keys.len() + 1
            && all_below(&segment.items, items)
            && all_below(&segment.keys, items)
            && all_below(&segment.postings, segment.len() as usize);
        if whole { Ok(segment) } else { Err(reader.unusable("segment")) }
    }
}

/// The distinct items of a session and the position of the last event of each.
fn push(session: Session<'_>, items: &mut Vec<Item>, positions: &mut Vec<u8>) {
    let newest = &session.items[session.items.len().saturating_sub(LONGEST)..];
    for (at, item) in newest.iter().enumerate() {
        if !newest[at + 1..].contains(item) {
            items.push(*item);
            positions.push(at as u8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_newest_and_the_last_events() {
        let sessions = Sessions {
            items: vec![5, 7, 5, 7, 9, 7],
            signals: vec![Default::default(); 6],
            times_s: vec![0; 6],
            starts: vec![0, 3, 5, 6],
            users: vec![],
        };
        let segment = Segment::new(&sessions, 10, 2, |session, length| session as f32 / length as f32);
        assert_eq!(segment.len(), 3);
        assert_eq!(segment.view().session(0), (&[7, 5][..], &[1, 2][..]));
        assert_eq!(segment.view().factor(0), 5.0);
        assert_eq!(segment.view().sessions_with(7), [1, 2]);
        assert_eq!(segment.view().sessions_with(5), [0]);
        assert_eq!(segment.view().sessions_with(6), [0_u32; 0]);
    }
}

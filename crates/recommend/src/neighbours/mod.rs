//! Neighbours: what sessions like this one had besides. V-SKNN, STAN, V-STAN and VMIS-kNN over one index.

mod options;
mod segment;

use std::{cell::RefCell, sync::Arc};

pub use options::{Decay, NeighbourOptions};
use segment::{Segment, View};

use crate::{
    Item, Model, Query, Scores, Sessions,
    artefact::{Array, ArtefactError, Reader, Writer},
    signals::{self, KINDS},
};

/// The model.
#[derive(Debug, Clone)]
pub struct Neighbours {
    name: &'static str,
    options: NeighbourOptions,
    segments: Vec<Arc<Segment>>,
    idf: Array<f32>,
    tables: Arc<Tables>,
}

/// What depends on options and idf only.
#[derive(Debug, Default)]
struct Tables {
    /// Of each item what its idf multiplies its scores by.
    boosts: Vec<f32>,
    /// By distance from the last shared item.
    proximity: Vec<f32>,
    /// By how many steps ago the query had the last item that a neighbour shares.
    shared: Vec<f32>,
}

impl Tables {
    fn new(options: &NeighbourOptions, idf: &[f32]) -> Tables {
        let proximity = (0..=u8::MAX).map(|distance| (-f32::from(distance) / options.proximity).exp()).collect();
        let shared = (0..=usize::from(u8::MAX)).map(|step| options.shared.weight(step.max(1), step.max(1))).collect();
        Tables { boosts: idf.iter().map(|idf| 1.0 + options.idf * idf).collect(), proximity, shared }
    }
}

/// A session's factor: the newer the larger, relative to the newest of the first `count` sessions.
fn factor(options: &NeighbourOptions, count: u32) -> impl Fn(u32, usize) -> f32 {
    let (age, power) = (options.age * count.max(1) as f32, options.length_power);
    move |session, length| {
        let length = (length as f32).max(1.0);
        let length = if power == 0.5 { length.sqrt() } else { length.powf(power) };
        ((session as f32 - count as f32) / age).exp() / length
    }
}

/// What a thread counts with. `marks` has an entry for every item of the catalogue, `similarities` for every session.
#[derive(Default)]
struct Scratch {
    /// How many steps ago the query had an item, 0 if it had not.
    marks: Vec<u8>,
    similarities: Vec<f32>,
    candidates: Vec<u32>,
    ranked: Vec<(f32, u32)>,
    query: Vec<(Item, f32)>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Neighbours {
    /// Indexes the sessions. `name` is what the model is called in reports.
    pub fn fit(name: &'static str, sessions: &Sessions, items: usize, options: &NeighbourOptions) -> Neighbours {
        let segment = Segment::new(sessions, 0, options.sample, factor(options, sessions.len() as u32));
        let mut counts = vec![0_u32; items];
        let view = segment.view();
        for session in 0..segment.len() {
            for &item in view.session(session).0 {
                counts[item as usize] += 1;
            }
        }
        let idf = counts.iter().map(|&count| (sessions.len() as f32 / count.max(1) as f32).max(1.0).ln()).collect();
        Neighbours::new(name, options.clone(), vec![Arc::new(segment)], idf)
    }

    fn new(name: &'static str, options: NeighbourOptions, segments: Vec<Arc<Segment>>, idf: Array<f32>) -> Neighbours {
        let tables = Arc::new(Tables::new(&options, &idf));
        Neighbours { name, options, segments, idf, tables }
    }

    /// The index with further sessions, newer than all it has; shares what it had. Items may be new.
    pub fn append(&self, sessions: &Sessions) -> Neighbours {
        let first = self.segments.first().map_or(0, |first| first.len());
        let segment = Segment::new(sessions, self.sessions(), self.options.sample, factor(&self.options, first));
        let mut appended = self.clone();
        appended.segments.push(Arc::new(segment));
        appended
    }

    /// How many sessions are indexed.
    pub fn sessions(&self) -> u32 {
        self.segments.last().map_or(0, |segment| segment.first + segment.len())
    }

    /// Reads itself.
    ///
    /// # Errors
    /// If a section is missing or does not fit.
    pub fn load(name: &'static str, reader: &Reader, items: usize) -> Result<Neighbours, ArtefactError> {
        let count: usize = reader.json("segments")?;
        let segments: Vec<_> = (0..count)
            .map(|at| Segment::load(&reader.scope(&at.to_string()), items).map(Arc::new))
            .collect::<Result<_, _>>()?;
        let mut sessions = Some(0_u32);
        for segment in &segments {
            if sessions != Some(segment.first) {
                return Err(reader.unusable("segments"));
            }
            sessions = segment.first.checked_add(segment.len());
        }
        if sessions.is_none() {
            return Err(reader.unusable("segments"));
        }
        let idf = reader.array("idf")?;
        Ok(Neighbours::new(name, reader.json("options")?, segments, idf))
    }

    fn idf(&self, item: Item) -> f32 {
        self.idf.get(item as usize).copied().unwrap_or(0.0)
    }

    /// The query's distinct items with what each adds to a similarity; marks how long ago each was.
    fn read_query(&self, query: &Query<'_>, scratch: &mut Scratch) {
        let options = &self.options;
        let length = query.session.items.len();
        let is_weighed = options.query_signals != [1.0; KINDS];
        scratch.query.clear();
        for (back, &item) in query.session.items.iter().rev().enumerate().take(usize::from(u8::MAX)) {
            if scratch.query.len() >= options.query_items {
                break;
            }
            if scratch.marks.len() <= item as usize {
                scratch.marks.resize((item as usize + 1).max(self.idf.len()), 0);
            }
            let mark = &mut scratch.marks[item as usize];
            if *mark == 0 {
                *mark = back as u8 + 1;
                let idf =
                    if options.query_idf_power == 0.0 { 1.0 } else { self.idf(item).powf(options.query_idf_power) };
                let mut weight = options.query.weight(back + 1, length) * idf;
                if is_weighed {
                    let of_item = (0..length).filter(|&at| query.session.items[at] == item);
                    let strength = of_item.map(|at| options.query_signals[signals::kind(&query.session, at)]);
                    weight *= strength.fold(0.0, f32::max);
                }
                scratch.query.push((item, weight));
            }
        }
    }

    /// Leaves in `scratch.ranked` the most similar sessions.
    fn find(&self, segments: &[View<'_>], scratch: &mut Scratch) {
        let options = &self.options;
        let sessions = self.sessions();
        scratch.candidates.clear();
        scratch.similarities.resize(scratch.similarities.len().max(sessions as usize), 0.0);
        for &(item, weight) in &scratch.query {
            let mut left = options.sample;
            for segment in segments.iter().rev() {
                let all = segment.sessions_with(item);
                let newest = &all[all.len().saturating_sub(left)..];
                left -= newest.len();
                for &session in newest {
                    let similarity = &mut scratch.similarities[(segment.first + session) as usize];
                    if *similarity == 0.0 {
                        scratch.candidates.push(segment.first + session);
                    }
                    *similarity += weight;
                }
            }
        }
        let mut candidates = scratch.candidates.as_mut_slice();
        if candidates.len() > options.sample {
            candidates.select_nth_unstable_by(options.sample, |a, b| b.cmp(a));
            let (newest, older) = candidates.split_at_mut(options.sample);
            for &session in &*older {
                scratch.similarities[session as usize] = 0.0;
            }
            candidates = newest;
        }
        scratch.ranked.clear();
        for &session in &*candidates {
            let segment = segment(segments, session);
            let similarity = std::mem::take(&mut scratch.similarities[session as usize]);
            let similarity = similarity * segment.factor(session - segment.first);
            scratch.ranked.push((similarity, session));
        }
        let order = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1));
        if scratch.ranked.len() > options.neighbours {
            scratch.ranked.select_nth_unstable_by(options.neighbours, order);
            scratch.ranked.truncate(options.neighbours);
        }
    }

    fn score_items(&self, segments: &[View<'_>], scratch: &Scratch, scores: &mut Scores) {
        let (options, tables) = (&self.options, &*self.tables);
        // The neighbours lie all over memory. Asked for one after the other they are waited for one after the other; this
        // asks for all of them first.
        let asked = scratch.ranked.iter().map(|&(_, session)| {
            let segment = segment(segments, session);
            segment.touch(session - segment.first)
        });
        std::hint::black_box(asked.fold(0, |all, part| all ^ part));
        for &(similarity, session) in &scratch.ranked {
            let segment = segment(segments, session);
            let (items, positions) = segment.session(session - segment.first);
            // The neighbour's last item that the query has too, and the query's last item that the neighbour has.
            let (mut star, mut step) = (0, u8::MAX);
            for (at, &item) in items.iter().enumerate() {
                let mark = scratch.marks.get(item as usize).copied().unwrap_or(0);
                if mark > 0 {
                    star = at;
                    step = step.min(mark);
                }
            }
            let weight = similarity * tables.shared[usize::from(step)];
            for (at, &item) in items.iter().enumerate() {
                let mut score = weight;
                score *= tables.proximity[usize::from(positions[at].abs_diff(positions[star]))];
                if at < star {
                    score *= options.before;
                }
                score *= tables.boosts.get(item as usize).copied().unwrap_or(1.0);
                scores.add(item, score);
            }
        }
    }
}

/// The segment that has a session.
#[inline]
fn segment<'v, 'a>(segments: &'v [View<'a>], session: u32) -> &'v View<'a> {
    match segments {
        [only] => only,
        _ => &segments[segments.partition_point(|segment| segment.first <= session) - 1],
    }
}

impl Model for Neighbours {
    fn name(&self) -> &'static str {
        self.name
    }

    fn score(&self, query: &Query<'_>, scores: &mut Scores) {
        SCRATCH.with_borrow_mut(|scratch| {
            self.read_query(query, scratch);
            let segments: Vec<View<'_>> = self.segments.iter().map(|segment| segment.view()).collect();
            self.find(&segments, scratch);
            self.score_items(&segments, scratch, scores);
            for &(item, _) in &scratch.query {
                scratch.marks[item as usize] = 0;
            }
        });
    }

    fn save(&self, out: &mut Writer) {
        out.json("options", &self.options);
        out.json("segments", &self.segments.len());
        for (at, segment) in self.segments.iter().enumerate() {
            out.scope(&at.to_string(), |out| segment.save(out));
        }
        out.array("idf", &self.idf);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Scored, Session, Signal};

    fn sessions(all: &[&[Item]]) -> Sessions {
        let mut sessions = Sessions::new();
        for items in all {
            sessions.items.extend(*items);
            sessions.starts.push(sessions.items.len());
        }
        sessions.signals = vec![Signal::View; sessions.items.len()];
        sessions.times_s = vec![0; sessions.items.len()];
        sessions
    }

    fn asked(model: &Neighbours, items: &[Item]) -> Vec<Scored> {
        let signals = vec![Signal::View; items.len()];
        let times_s = vec![0; items.len()];
        let session = Session { items, signals: &signals, times_s: &times_s, user: None };
        let (mut scores, mut best) = (Scores::new(8), Vec::new());
        model.score(&Query { session, history: &[] }, &mut scores);
        scores.take_top(8, &mut best);
        best
    }

    #[test]
    fn appended_sessions_count_in_the_next_answer() {
        let old = Neighbours::fit("vstan", &sessions(&[&[0, 1], &[1, 2], &[3, 4]]), 6, &NeighbourOptions::vstan());
        let new = old.append(&sessions(&[&[0, 5], &[0, 5], &[7, 0]]));
        assert_eq!((old.sessions(), new.sessions()), (3, 6));
        assert!(asked(&old, &[0]).iter().all(|scored| scored.item != 5));
        // Item 7 is newer than the index itself.
        assert!([5, 7].iter().all(|item| asked(&new, &[0]).iter().any(|scored| scored.item == *item)));
        assert!(asked(&new, &[]).is_empty());
    }

    /// All members of a sample are compared whether it is cut into segments or not; V-SKNN knows no age.
    #[test]
    fn segments_find_what_one_index_finds() {
        let all: Vec<Vec<Item>> = (0..60_u32).map(|at| vec![at % 7, (at * 3 + 1) % 7, (at * at) % 7]).collect();
        let all: Vec<&[Item]> = all.iter().map(Vec::as_slice).collect();
        let options = NeighbourOptions { sample: 20, neighbours: 10, idf: 0.0, ..NeighbourOptions::vsknn() };
        let whole = Neighbours::fit("vsknn", &sessions(&all), 7, &options);
        let parts = Neighbours::fit("vsknn", &sessions(&all[..30]), 7, &options);
        let parts = parts.append(&sessions(&all[30..50])).append(&sessions(&all[50..]));
        for query in [&[0][..], &[1, 2], &[6, 6, 3, 4]] {
            assert_eq!(asked(&parts, query), asked(&whole, query));
        }
    }

    #[test]
    fn saved_and_loaded() {
        let model = Neighbours::fit("stan", &sessions(&[&[0, 1, 2], &[2, 1], &[5, 0]]), 6, &NeighbourOptions::stan());
        let model = model.append(&sessions(&[&[1, 4]]));
        let mut out = Writer::new();
        model.save(&mut out);
        let bytes = out.finish();
        let loaded = Neighbours::load("stan", &Reader::new(bytes.clone().into()).unwrap(), 6).unwrap();
        assert_eq!(asked(&loaded, &[0, 1]), asked(&model, &[0, 1]));
        assert!(Neighbours::load("stan", &Reader::new(bytes.clone().into()).unwrap(), 3).is_err());
        // What was read lies in the bytes; what comes to it does not, and both are written again.
        let further = sessions(&[&[0, 3], &[3, 0, 2]]);
        let (one, other) = (loaded.append(&further), model.append(&further));
        assert_eq!(asked(&one, &[0, 1]), asked(&other, &[0, 1]));
        assert!(asked(&one, &[0]).iter().any(|scored| scored.item == 3));
        let written = |model: &Neighbours| {
            let mut out = Writer::new();
            model.save(&mut out);
            out.finish()
        };
        assert_eq!(written(&one), written(&other));
    }
}

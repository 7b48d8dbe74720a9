//! Neighbours: what sessions like this one had besides. V-SKNN, STAN, V-STAN and VMIS-kNN over one index.

mod options;
mod segment;

use std::{cell::RefCell, sync::Arc};

pub use options::{Decay, NeighbourOptions};
use segment::Segment;

use crate::{
    Item, Model, NEVER, Query, Scores, Sessions,
    artefact::{ArtefactError, Reader, Writer},
};

/// The model.
#[derive(Debug, Clone)]
pub struct Neighbours {
    name: &'static str,
    options: NeighbourOptions,
    segments: Vec<Arc<Segment>>,
    idf: Arc<Vec<f32>>,
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
        let segment = Segment::new(sessions, 0, options.sample);
        let mut counts = vec![0_u32; items];
        for session in 0..segment.len() {
            for &item in segment.session(session).0 {
                counts[item as usize] += 1;
            }
        }
        let idf = counts.iter().map(|&count| (sessions.len() as f32 / count.max(1) as f32).max(1.0).ln()).collect();
        Neighbours { name, options: options.clone(), segments: vec![Arc::new(segment)], idf: Arc::new(idf) }
    }

    /// The index with further sessions, newer than all it has; shares what it had. Items may be new.
    pub fn append(&self, sessions: &Sessions) -> Neighbours {
        let segment = Segment::new(sessions, self.sessions(), self.options.sample);
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
    pub fn load(name: &'static str, reader: &Reader<'_>, items: usize) -> Result<Neighbours, ArtefactError> {
        let count: usize = reader.json("segments")?;
        let segments: Vec<_> = (0..count)
            .map(|at| Segment::load(&reader.scope(&at.to_string()), items).map(Arc::new))
            .collect::<Result<_, _>>()?;
        let idf = reader.f32s("idf")?;
        Ok(Neighbours { name, options: reader.json("options")?, segments, idf: Arc::new(idf) })
    }

    fn idf(&self, item: Item) -> f32 {
        self.idf.get(item as usize).copied().unwrap_or(0.0)
    }

    fn segment(&self, session: u32) -> &Segment {
        let after = self.segments.partition_point(|segment| segment.first <= session);
        &self.segments[after - 1]
    }

    /// The query's distinct items with what each adds to a similarity; marks how long ago each was.
    fn read_query(&self, query: &Query<'_>, scratch: &mut Scratch) {
        let options = &self.options;
        let length = query.session.items.len();
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
                scratch.query.push((item, options.query.weight(back + 1, length) * idf));
            }
        }
    }

    /// Leaves in `scratch.ranked` the most similar sessions.
    fn find(&self, scratch: &mut Scratch) {
        let options = &self.options;
        let sessions = self.sessions();
        scratch.candidates.clear();
        scratch.similarities.resize(scratch.similarities.len().max(sessions as usize), 0.0);
        for &(item, weight) in &scratch.query {
            let mut left = options.sample;
            for segment in self.segments.iter().rev() {
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
            let mut similarity = std::mem::take(&mut scratch.similarities[session as usize]);
            if options.length_power > 0.0 || options.age < NEVER {
                let segment = self.segment(session);
                let length = segment.session(session - segment.first).0.len() as f32;
                let age = (sessions - session) as f32 / sessions as f32;
                similarity *= (-age / options.age).exp() / length.powf(options.length_power);
            }
            scratch.ranked.push((similarity, session));
        }
        let order = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1));
        if scratch.ranked.len() > options.neighbours {
            scratch.ranked.select_nth_unstable_by(options.neighbours, order);
            scratch.ranked.truncate(options.neighbours);
        }
    }

    fn score_items(&self, scratch: &Scratch, scores: &mut Scores) {
        let options = &self.options;
        for &(similarity, session) in &scratch.ranked {
            let segment = self.segment(session);
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
            let weight = similarity * options.shared.weight(usize::from(step), usize::from(step));
            for (at, &item) in items.iter().enumerate() {
                let mut score = weight;
                if options.proximity < NEVER {
                    score *= (-f32::from(positions[at].abs_diff(positions[star])) / options.proximity).exp();
                }
                if at < star {
                    score *= options.before;
                }
                if options.idf > 0.0 {
                    score *= 1.0 + options.idf * self.idf(item);
                }
                scores.add(item, score);
            }
        }
    }
}

impl Model for Neighbours {
    fn name(&self) -> &'static str {
        self.name
    }

    fn score(&self, query: &Query<'_>, scores: &mut Scores) {
        SCRATCH.with_borrow_mut(|scratch| {
            self.read_query(query, scratch);
            self.find(scratch);
            self.score_items(scratch, scores);
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
        out.f32s("idf", self.idf.iter().copied());
    }
}

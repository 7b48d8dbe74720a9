//! Learning the curve, the shifts and the strays.

use std::collections::{BTreeMap, HashMap};

use super::{Person, Rests, SLOTS, SendHour, Signal};

type Day = [f64; SLOTS];

/// People that are enough to learn from, in all and of one segment.
const ENOUGH: usize = 10_000;
const ENOUGH_OF_ONE: usize = 2_000;
const ROUNDS: usize = 80;
/// People that everybody's shifts are worth to a segment; a segment with fewer has none of its own.
const PRIOR_PEOPLE: f64 = 50.0;
/// Events that a flat day is worth to a curve.
const FLAT_EVENTS: f64 = 24.0;
/// Shifts to begin with: normal, in half hours.
const SHIFT_SD: f64 = 4.0;

/// The model: the brand's curve, how common shifts are, and what is nobody's.
#[derive(Debug, Clone)]
pub struct SendHours {
    /// curve[t]: share of a person without shift's reactions in slot t.
    curve: Day,
    /// Hours of strays.
    strays: Day,
    /// Share of strays by signal.
    stray: [f64; 4],
    /// everyone[d]: share of people who live d slots later.
    everyone: Day,
    segments: HashMap<u32, Day>,
    /// The brand's best slot.
    best: u8,
}

impl SendHours {
    /// Learns from people; those without events say nothing. None without any event.
    pub fn fit(people: &[Person]) -> Option<SendHours> {
        let active: Vec<&Person> = people.iter().filter(|person| !person.events.is_empty()).collect();
        if active.is_empty() {
            return None;
        }
        let sample = thin(&active, ENOUGH);
        let mut model = SendHours::start(&sample);
        for _ in 0..ROUNDS {
            model.improve(&sample);
        }
        let mut of: BTreeMap<u32, Vec<&Person>> = BTreeMap::new();
        for person in active {
            if let Some(segment) = person.segment {
                of.entry(segment).or_default().push(person);
            }
        }
        of.retain(|_, people| people.len() as f64 >= PRIOR_PEOPLE);
        for (segment, people) in of {
            let mut shifts = model.everyone;
            for _ in 0..ROUNDS / 4 {
                let mut next = model.everyone.map(|share| share * PRIOR_PEOPLE);
                for person in thin(&people, ENOUGH_OF_ONE) {
                    let weights = model.weights(person, &shifts);
                    next.iter_mut().zip(weights).for_each(|(n, w)| *n += w);
                }
                shifts = shares(next);
            }
            model.segments.insert(segment, shifts);
        }
        model.best = best(&model.expected(&model.everyone));
        Some(model)
    }

    /// The slot in which a person most probably reacts. Somebody without events gets their segment's, else the brand's.
    pub fn of(&self, person: &Person) -> SendHour {
        let segment = person.segment.and_then(|segment| self.segments.get(&segment));
        let weights = self.weights(person, segment.unwrap_or(&self.everyone));
        let expected = self.expected(&weights);
        let slot = best(&expected);
        let rests = match (person.events.len(), segment) {
            (3.., _) => Rests::Own,
            (_, Some(_)) => Rests::Segment,
            _ => Rests::Brand,
        };
        SendHour { slot, gain: expected[usize::from(slot)] / expected[usize::from(self.best)], rests }
    }

    /// The brand's best slot: that of somebody of whom nothing is known.
    pub fn brand_slot(&self) -> u8 {
        self.best
    }

    /// Share of events of a kind that are nobody's.
    pub fn stray_share(&self, signal: Signal) -> f64 {
        self.stray[signal as usize]
    }

    fn start(people: &[&Person]) -> SendHours {
        let mut pooled = [FLAT_EVENTS / SLOTS as f64; SLOTS];
        for event in people.iter().flat_map(|person| &person.events) {
            pooled[usize::from(event.slot) % SLOTS] += 1.0;
        }
        let near = |place: usize| place.min(SLOTS - place) as f64;
        let everyone = std::array::from_fn(|d| (-0.5 * (near(d) / SHIFT_SD).powi(2)).exp() + 1e-4);
        SendHours {
            curve: shares(pooled),
            strays: [1.0 / SLOTS as f64; SLOTS],
            stray: [0.0, 0.1, 0.1, 0.2],
            everyone: shares(everyone),
            segments: HashMap::new(),
            best: 0,
        }
    }

    /// One round of expectation-maximisation.
    fn improve(&mut self, people: &[&Person]) {
        let mut curve = [FLAT_EVENTS / SLOTS as f64; SLOTS];
        let mut strays = [FLAT_EVENTS / SLOTS as f64; SLOTS];
        let mut everyone = self.everyone.map(|share| 10.0 * share);
        // A tenth of ten events of each kind that can stray.
        let mut stray = [(0.0, 10.0), (1.0, 10.0), (1.0, 10.0), (1.0, 10.0)];
        for person in people {
            let weights = self.weights(person, &self.everyone);
            for (d, weight) in weights.iter().enumerate() {
                everyone[d] += weight;
                if *weight < 1e-6 {
                    continue;
                }
                for event in &person.events {
                    let t = usize::from(event.slot) % SLOTS;
                    let own = (1.0 - self.stray[event.signal as usize]) * self.curve[back(t, d)];
                    let other = self.stray[event.signal as usize] * self.strays[t];
                    let of_person = own / (own + other);
                    curve[back(t, d)] += weight * of_person;
                    strays[t] += weight * (1.0 - of_person);
                    stray[event.signal as usize].0 += weight * (1.0 - of_person);
                }
            }
            for event in &person.events {
                stray[event.signal as usize].1 += 1.0;
            }
        }
        self.curve = smooth(shares(curve));
        self.strays = shares(strays);
        self.stray = stray.map(|(some, all)| some / all);
        self.stray[Signal::Order as usize] = 0.0;
        self.everyone = smooth(shares(everyone));
        self.centre();
    }

    /// A curve two hours later with everybody two hours earlier is the same: shifts are kept around none.
    fn centre(&mut self) {
        let turn = std::f64::consts::TAU / SLOTS as f64;
        let (sin, cos) = self.everyone.iter().enumerate().fold((0.0, 0.0), |(sin, cos), (d, share)| {
            (sin + share * (turn * d as f64).sin(), cos + share * (turn * d as f64).cos())
        });
        let off = (sin.atan2(cos) / turn).round().rem_euclid(SLOTS as f64) as usize;
        if off != 0 {
            let (curve, everyone) = (self.curve, self.everyone);
            self.curve = std::array::from_fn(|t| curve[back(t, off)]);
            self.everyone = std::array::from_fn(|d| everyone[(d + off) % SLOTS]);
        }
    }

    /// How probable each shift is for a person.
    fn weights(&self, person: &Person, before: &Day) -> Day {
        let mut ln = before.map(|share| share.max(1e-300).ln());
        for event in &person.events {
            let t = usize::from(event.slot) % SLOTS;
            let stray = self.stray[event.signal as usize];
            for (d, ln) in ln.iter_mut().enumerate() {
                *ln += ((1.0 - stray) * self.curve[back(t, d)] + stray * self.strays[t]).ln();
            }
        }
        let top = ln.iter().fold(f64::NEG_INFINITY, |top, ln| top.max(*ln));
        shares(ln.map(|ln| (ln - top).exp()))
    }

    /// Share of reactions by slot for somebody with these chances of shifts.
    fn expected(&self, weights: &Day) -> Day {
        std::array::from_fn(|t| (0..SLOTS).map(|d| weights[d] * self.curve[back(t, d)]).sum())
    }
}

/// The slot that lies `by` slots before `slot`.
fn back(slot: usize, by: usize) -> usize {
    (slot + SLOTS - by) % SLOTS
}

fn shares(mut day: Day) -> Day {
    let total: f64 = day.iter().sum();
    day.iter_mut().for_each(|share| *share /= total);
    day
}

/// Half hours beside each other are alike.
fn smooth(day: Day) -> Day {
    std::array::from_fn(|t| 0.25 * day[back(t, 1)] + 0.5 * day[t] + 0.25 * day[(t + 1) % SLOTS])
}

fn best(day: &Day) -> u8 {
    let mut best = 0;
    for (t, share) in day.iter().enumerate() {
        if *share > day[best] {
            best = t;
        }
    }
    best as u8
}

fn thin<'a>(people: &[&'a Person], enough: usize) -> Vec<&'a Person> {
    let step = people.len().div_ceil(enough).max(1);
    people.iter().step_by(step).copied().collect()
}

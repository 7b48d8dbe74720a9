//! A small listwise ranker: one hidden layer beside a linear path, trained to give the next item the largest share of a
//! softmax over the candidates (ListNet's top-one loss: Cao et al., "Learning to rank: from pairwise approach to listwise
//! approach", ICML 2007; optimiser Adam: Kingma and Ba, ICLR 2015).

use crate::{
    artefact::{ArtefactError, Reader, Writer},
    parallel,
};

/// Candidates of queries with known targets, for training.
#[derive(Debug, Clone, Default)]
pub(super) struct Lists {
    /// Features of a candidate.
    pub(super) inputs: usize,
    /// All candidates one after another, `inputs` numbers each, as bfloat16 to halve the memory.
    pub(super) features: Vec<u16>,
    /// Where each list ends, in candidates, and which of its candidates is the target.
    pub(super) lists: Vec<(u32, u32)>,
}

/// The upper half of an `f32`, rounded.
pub(super) fn half(value: f32) -> u16 {
    (value.to_bits().wrapping_add(0x8000) >> 16) as u16
}

fn whole(half: u16) -> f32 {
    f32::from_bits(u32::from(half) << 16)
}

/// The ranker. Higher is better; only differences within a list mean anything.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ranker {
    inputs: usize,
    /// `inputs` linear weights, then for each hidden unit its bias, its output weight and its `inputs` weights.
    parameters: Vec<f32>,
    layer: Layer,
}

/// The hidden layer as an answer reads it: what one input gives to all units lies together, so that the units are the lanes
/// of vector instructions and nothing is summed across them.
#[derive(Debug, Clone, PartialEq)]
struct Layer {
    biases: [f32; HIDDEN],
    outputs: [f32; HIDDEN],
    weights: Vec<[f32; HIDDEN]>,
}

impl Layer {
    fn of(inputs: usize, hidden: &[f32]) -> Layer {
        let mut layer = Layer { biases: [0.0; HIDDEN], outputs: [0.0; HIDDEN], weights: vec![[0.0; HIDDEN]; inputs] };
        for (at, unit) in hidden.chunks_exact(inputs + 2).enumerate() {
            (layer.biases[at], layer.outputs[at]) = (unit[0], unit[1]);
            layer.weights.iter_mut().zip(&unit[2..]).for_each(|(of_input, &weight)| of_input[at] = weight);
        }
        layer
    }
}

/// The stage of a training that learnt no ranker.
const NO_RANKER: &[u8] = b"none";
/// Units of the hidden layer.
const HIDDEN: usize = 24;
/// First step length; falls to 0 in a straight line.
const RATE: f32 = 0.003;

impl Ranker {
    /// Numbers in `parameters` for one hidden unit.
    fn unit(&self) -> usize {
        self.inputs + 2
    }

    /// The score of one candidate.
    pub(super) fn score(&self, features: &[f32]) -> f32 {
        let mut units = self.layer.biases;
        for (&feature, weights) in features.iter().zip(&self.layer.weights) {
            units.iter_mut().zip(weights).for_each(|(unit, weight)| *unit += feature * weight);
        }
        dot(&self.parameters[..self.inputs], features) + dot(&self.layer.outputs, &units.map(|unit| unit.max(0.0)))
    }

    fn new(inputs: usize, parameters: Vec<f32>) -> Ranker {
        let layer = Layer::of(inputs, &parameters[inputs..]);
        Ranker { inputs, parameters, layer }
    }

    /// Learns from lists; `start` holds the linear weights to begin with. The result does not depend on `threads`.
    pub(super) fn fit(lists: &Lists, start: &[f32], epochs: usize, seed: u64, threads: usize) -> Ranker {
        let mut random = SplitMix(seed);
        let mut ranker = Ranker::new(lists.inputs, start.to_vec());
        let scale = (2.0 / lists.inputs as f32).sqrt();
        for _ in 0..HIDDEN {
            ranker.parameters.extend([0.0, 0.1 * random.symmetric()]);
            ranker.parameters.extend((0..lists.inputs).map(|_| scale * random.symmetric()));
        }
        let mut adam = Adam::new(ranker.parameters.len());
        let mut order: Vec<u32> = (0..lists.lists.len() as u32).collect();
        const BATCH: usize = 256;
        let steps = (epochs * order.len().div_ceil(BATCH)) as f32;
        let mut step = 0.0;
        for _ in 0..epochs {
            for at in (1..order.len()).rev() {
                order.swap(at, (random.next() % (at as u64 + 1)) as usize);
            }
            for batch in order.chunks(BATCH) {
                let gradients = parallel::chunks(batch.len(), threads, |range| {
                    let mut gradient = vec![0.0; ranker.parameters.len()];
                    let mut room = Room::default();
                    for &list in &batch[range] {
                        ranker.add_gradient(lists, list as usize, &mut gradient, &mut room);
                    }
                    gradient
                });
                let mut sum = vec![0.0; ranker.parameters.len()];
                for gradient in gradients {
                    sum.iter_mut().zip(gradient).for_each(|(sum, gradient)| *sum += gradient / batch.len() as f32);
                }
                adam.step(&mut ranker.parameters, &sum, RATE * (1.0 - step / steps));
                step += 1.0;
            }
        }
        Ranker::new(ranker.inputs, ranker.parameters)
    }

    /// Adds the gradient of `-ln softmax(target)` of one list.
    fn add_gradient(&self, lists: &Lists, list: usize, gradient: &mut [f32], room: &mut Room) {
        let first = if list == 0 { 0 } else { lists.lists[list - 1].0 as usize };
        let (end, target) = lists.lists[list];
        let count = end as usize - first;
        let inputs = self.inputs;
        room.features.clear();
        room.features.extend(lists.features[first * inputs..end as usize * inputs].iter().map(|&half| whole(half)));
        room.scores.clear();
        room.active.clear();
        let (linear, hidden) = self.parameters.split_at(inputs);
        for features in room.features.chunks_exact(inputs) {
            let mut score = dot(linear, features);
            for unit in hidden.chunks_exact(self.unit()) {
                let active = (unit[0] + dot(&unit[2..], features)).max(0.0);
                room.active.push(active);
                score += unit[1] * active;
            }
            room.scores.push(score);
        }
        let largest = room.scores.iter().copied().fold(f32::MIN, f32::max);
        let sum: f32 = room.scores.iter().map(|score| (score - largest).exp()).sum();
        let (linear_gradient, hidden_gradient) = gradient.split_at_mut(inputs);
        for candidate in 0..count {
            let share = (room.scores[candidate] - largest).exp() / sum;
            let slope = share - f32::from(u8::from(candidate == target as usize));
            if slope.abs() < 1e-4 {
                continue;
            }
            let features = &room.features[candidate * inputs..(candidate + 1) * inputs];
            add_scaled(linear_gradient, slope, features);
            let active = &room.active[candidate * HIDDEN..(candidate + 1) * HIDDEN];
            let units = hidden_gradient.chunks_exact_mut(inputs + 2).zip(hidden.chunks_exact(inputs + 2));
            for ((into, unit), &active) in units.zip(active) {
                if active > 0.0 {
                    into[0] += slope * unit[1];
                    into[1] += slope * active;
                    add_scaled(&mut into[2..], slope * unit[1], features);
                }
            }
        }
    }

    /// A ranker or that there is none, for a stage of a training.
    pub(super) fn to_bytes(ranker: Option<&Ranker>) -> Vec<u8> {
        match ranker {
            Some(ranker) => ranker.parameters.iter().flat_map(|value| value.to_le_bytes()).collect(),
            None => NO_RANKER.to_vec(),
        }
    }

    /// Reads [`Ranker::to_bytes`]; `None` if the bytes do not fit.
    pub(super) fn from_bytes(bytes: &[u8], inputs: usize) -> Option<Option<Ranker>> {
        if bytes == NO_RANKER {
            return Some(None);
        }
        let (parameters, rest) = bytes.as_chunks();
        let parameters: Vec<f32> = parameters.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
        let fits = rest.is_empty() && parameters.len() == inputs + HIDDEN * (inputs + 2);
        fits.then(|| Some(Ranker::new(inputs, parameters)))
    }

    pub(super) fn save(&self, out: &mut Writer) {
        out.numbers("inputs", [self.inputs as u32]);
        out.numbers("parameters", self.parameters.iter().copied());
    }

    pub(super) fn load(reader: &Reader, inputs: usize) -> Result<Ranker, ArtefactError> {
        let parameters = reader.array::<f32>("parameters")?.to_vec();
        let expected = inputs + HIDDEN * (inputs + 2);
        if *reader.array::<u32>("inputs")? == [inputs as u32] && parameters.len() == expected {
            Ok(Ranker::new(inputs, parameters))
        } else {
            Err(reader.unusable("parameters"))
        }
    }
}

#[derive(Default)]
struct Room {
    features: Vec<f32>,
    scores: Vec<f32>,
    active: Vec<f32>,
}

/// Eight sums at once, so that it is done with vector instructions.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a_eights, a_rest) = a.as_chunks::<8>();
    let (b_eights, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0_f32; 8];
    for (a, b) in a_eights.iter().zip(b_eights) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

fn add_scaled(into: &mut [f32], scale: f32, from: &[f32]) {
    into.iter_mut().zip(from).for_each(|(into, from)| *into += scale * from);
}

struct Adam {
    mean: Vec<f32>,
    square: Vec<f32>,
    decay: (f32, f32),
}

impl Adam {
    fn new(parameters: usize) -> Adam {
        Adam { mean: vec![0.0; parameters], square: vec![0.0; parameters], decay: (1.0, 1.0) }
    }

    fn step(&mut self, parameters: &mut [f32], gradient: &[f32], rate: f32) {
        const KEEP: (f32, f32) = (0.9, 0.999);
        self.decay = (self.decay.0 * KEEP.0, self.decay.1 * KEEP.1);
        for (at, parameter) in parameters.iter_mut().enumerate() {
            self.mean[at] = KEEP.0 * self.mean[at] + (1.0 - KEEP.0) * gradient[at];
            self.square[at] = KEEP.1 * self.square[at] + (1.0 - KEEP.1) * gradient[at] * gradient[at];
            let mean = self.mean[at] / (1.0 - self.decay.0);
            let square = self.square[at] / (1.0 - self.decay.1);
            *parameter -= rate * mean / (square.sqrt() + 1e-8);
        }
    }
}

/// Vigna's SplitMix64: enough for shuffles and first weights.
pub(super) struct SplitMix(pub(super) u64);

impl SplitMix {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From -1 to 1.
    fn symmetric(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The target is the candidate whose two features are equal: no linear score finds it.
    fn lists() -> Lists {
        let mut random = SplitMix(7);
        let mut lists = Lists { inputs: 3, ..Lists::default() };
        for list in 0..600 {
            let target = (random.next() % 4) as u32;
            for candidate in 0..4 {
                let a = random.symmetric();
                let b = if candidate == target { a } else { random.symmetric() };
                lists.features.extend([a, b, 1.0].map(half));
            }
            lists.lists.push((4 * (list + 1), target));
        }
        lists
    }

    fn hits(ranker: &Ranker, lists: &Lists) -> usize {
        let features: Vec<f32> = lists.features.iter().map(|&half| whole(half)).collect();
        let best = |list: &[f32]| {
            let scores: Vec<f32> = list.chunks(3).map(|candidate| ranker.score(candidate)).collect();
            (0..4).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap_or(0) as u32
        };
        features.chunks(12).zip(&lists.lists).filter(|(list, (_, target))| best(list) == *target).count()
    }

    #[test]
    fn learns_what_is_not_linear() {
        let lists = lists();
        let linear = Ranker::new(3, vec![1.0, 1.0, 1.0]);
        let ranker = Ranker::fit(&lists, &[0.0; 3], 60, 1, 1);
        assert!(hits(&linear, &lists) < 250);
        assert!(hits(&ranker, &lists) > 320, "{}", hits(&ranker, &lists));
    }

    #[test]
    fn the_same_for_any_number_of_threads() {
        let lists = lists();
        assert_eq!(Ranker::fit(&lists, &[0.0; 3], 2, 1, 1), Ranker::fit(&lists, &[0.0; 3], 2, 1, 3));
    }
}

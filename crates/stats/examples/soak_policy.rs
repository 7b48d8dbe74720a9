//! Bar 8 of the judge: off-policy values on the open-bandit sample and on a synthetic log with known truth. Prints a
//! Markdown table; exits 1 on a missed bar.
//!
//! The target policy of the open-bandit figures is Thompson sampling with the shop's prior, which ships with the Python
//! package `obp`: `FORTNIGHT_PEER_PYTHON` names a Python that has it; without it that part is skipped, and said to be.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{collections::HashMap, io::Read as _, path::PathBuf, process::Command};

use rand::{Rng, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, StandardNormal};
use stats::policy::{Evaluation, Logged, Modelled, RewardData, cross_fit, evaluate};

fn shared(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(name)
}

/// The peer's action distribution: 20,000 draws of `BernoulliTS` with the shop's prior, seed 12345, top three.
const PEER: &str = r#"
import importlib.util, os, numpy as np, yaml
folder = importlib.util.find_spec("obp").submodule_search_locations[0]
prior = yaml.safe_load(open(os.path.join(folder, "policy", "conf", "prior_bts.yaml")))
for campaign in ("all", "men", "women"):
    a, b = (np.array(prior[campaign][key]) for key in ("alpha", "beta"))
    rng = np.random.RandomState(12345)
    dist = np.zeros((len(a), 3))
    for _ in range(20000):
        dist[rng.beta(a=a, b=b).argsort()[::-1][:3], np.arange(3)] += 1
    for position in range(3):
        print(campaign, position + 1, *(dist[:, position] / 20000))
"#;

type Target = HashMap<(String, usize), Vec<f64>>;

fn targets() -> Option<Target> {
    let python = std::env::var("FORTNIGHT_PEER_PYTHON").ok()?;
    let output = Command::new(&python).args(["-B", "-c", PEER]).output().unwrap_or_else(|e| panic!("{python}: {e}"));
    assert!(output.status.success(), "{python}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let row = |line: &str| {
        let mut words = line.split(' ');
        let campaign = words.next()?.to_owned();
        let position: usize = words.next()?.parse().ok()?;
        Some(((campaign, position), words.map(|w| w.parse().expect("chance")).collect()))
    };
    Some(text.lines().filter_map(row).collect())
}

fn open_bandit(missed: &mut usize) {
    let path = shared("open_bandit/random/all.csv.gz");
    if !path.exists() {
        eprintln!("skipped: ../shared/data/open_bandit is not there");
        return;
    }
    let Some(targets) = targets() else {
        eprintln!("skipped: set FORTNIGHT_PEER_PYTHON to a Python with obp for the open-bandit figures");
        return;
    };
    for (campaign, want) in [("all", 0.00463), ("men", 0.00452), ("women", 0.00684)] {
        let mut text = String::new();
        let file = std::fs::File::open(shared(&format!("open_bandit/random/{campaign}.csv.gz"))).unwrap();
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
        let mut levels: HashMap<(usize, String), usize> = HashMap::new();
        let mut rows = Vec::new();
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let number = |i: usize| cells[i].parse::<f64>().unwrap();
            let traits: Vec<usize> = (6..10)
                .map(|column| {
                    let next = levels.len();
                    *levels.entry((column, cells[column].to_owned())).or_insert(next)
                })
                .collect();
            rows.push((number(2) as usize, number(3) as usize, number(4), number(5), traits));
        }
        let actions = rows.iter().map(|r| r.0).max().unwrap() + 1;
        let columns = levels.len() + 3;
        let mut contexts = vec![0.0; rows.len() * columns];
        for (i, row) in rows.iter().enumerate() {
            row.4.iter().for_each(|level| contexts[i * columns + level] = 1.0);
            contexts[i * columns + levels.len() + row.1 - 1] = 1.0;
        }
        let chance = |row: usize, action: usize| targets[&(campaign.to_owned(), rows[row].1)][action];
        let taken: Vec<usize> = rows.iter().map(|r| r.0).collect();
        let rewards: Vec<f64> = rows.iter().map(|r| r.2).collect();
        let propensities: Vec<f64> = rows.iter().map(|r| r.3).collect();
        let target: Vec<f64> = (0..rows.len()).map(|i| chance(i, taken[i])).collect();
        let data = RewardData { contexts: &contexts, columns, taken: &taken, actions, rewards: &rewards };
        let (of_logged, of_target) = cross_fit(&data, 3, chance).unwrap();
        let log = Logged { rewards: &rewards, propensities: &propensities, target: &target };
        let e = evaluate(&log, Some(&Modelled { of_logged: &of_logged, of_target: &of_target }), 0.05).unwrap();
        let is_met = (e.ipw.value - want).abs() < 5.5e-6;
        *missed += usize::from(!is_met);
        let clicks: f64 = rewards.iter().sum();
        println!(
            "| open bandit {campaign}: IPW ({clicks} clicks) | {:.5} [{:.5}, {:.5}] | {want} | {} |",
            e.ipw.value,
            e.ipw.low,
            e.ipw.high,
            pass(is_met)
        );
        for (name, v) in [("SNIPW", e.snipw), ("DR", e.dr.unwrap()), ("DM", e.dm.unwrap())] {
            println!("| open bandit {campaign}: {name} | {:.5} [{:.5}, {:.5}] | – | – |", v.value, v.low, v.high);
        }
    }
}

fn pass(is_met: bool) -> &'static str {
    if is_met { "pass" } else { "**MISSED**" }
}

const ACTIONS: usize = 10;
const COLUMNS: usize = 5;
const ROUNDS: usize = 10_000;

/// The generator of the peer's synthetic log: contexts N(0, I₅), one-hot actions, logits linear in context, action and
/// their products with uniform coefficients, brought to mean 0 and variance 1 over contexts and actions; rewards
/// Bernoulli(sigmoid), logging policy softmax.
struct World {
    reward: Logits,
    logging: Logits,
}

/// shift and scale · (own[a] + slopes[a]·x).
struct Logits {
    own: Vec<f64>,
    slopes: Vec<[f64; COLUMNS]>,
    shift: f64,
    scale: f64,
}

impl Logits {
    fn draw(rng: &mut impl Rng, low: f64, shared: bool) -> Logits {
        let mut uniform = |n: usize| (0..n).map(|_| rng.random_range(low..1.0)).collect::<Vec<f64>>();
        let shared: Vec<f64> = if shared { uniform(COLUMNS) } else { vec![0.0; COLUMNS] };
        let own = uniform(ACTIONS).iter().zip(uniform(ACTIONS)).map(|(a, b)| a + b).collect();
        let slopes = (0..ACTIONS)
            .map(|_| {
                let mine = uniform(COLUMNS);
                std::array::from_fn(|i| mine[i] + shared[i])
            })
            .collect();
        let mut out = Logits { own, slopes, shift: 0.0, scale: 1.0 };
        // Exact moments over x ~ N(0, I) and a uniform action.
        let mean = out.own.iter().sum::<f64>() / ACTIONS as f64;
        let spread: f64 =
            (0..ACTIONS).map(|a| (out.own[a] - mean).powi(2) + out.slopes[a].iter().map(|s| s * s).sum::<f64>()).sum();
        (out.shift, out.scale) = (mean, (spread / ACTIONS as f64).sqrt().recip());
        out
    }

    fn at(&self, x: &[f64]) -> [f64; ACTIONS] {
        std::array::from_fn(|a| {
            let raw: f64 = self.own[a] + self.slopes[a].iter().zip(x).map(|(s, x)| s * x).sum::<f64>();
            (raw - self.shift) * self.scale
        })
    }
}

fn softmax(scores: [f64; ACTIONS]) -> [f64; ACTIONS] {
    let top = scores.iter().fold(f64::MIN, |top, s| top.max(*s));
    let powers = scores.map(|s| (s - top).exp());
    let total: f64 = powers.iter().sum();
    powers.map(|p| p / total)
}

fn sigmoid(score: f64) -> f64 {
    1.0 / (1.0 + (-score).exp())
}

struct Log {
    contexts: Vec<f64>,
    taken: Vec<usize>,
    rewards: Vec<f64>,
    propensities: Vec<f64>,
}

impl World {
    fn log(&self, rng: &mut impl Rng) -> Log {
        let mut log = Log { contexts: vec![], taken: vec![], rewards: vec![], propensities: vec![] };
        for _ in 0..ROUNDS {
            let x: [f64; COLUMNS] = std::array::from_fn(|_| StandardNormal.sample(rng));
            let chances = softmax(self.logging.at(&x));
            let mut u: f64 = rng.random();
            let action = chances
                .iter()
                .position(|p| {
                    u -= p;
                    u < 0.0
                })
                .unwrap_or(ACTIONS - 1);
            let pays = sigmoid(self.reward.at(&x)[action]);
            log.contexts.extend(x);
            log.taken.push(action);
            log.rewards.push(f64::from(u8::from(rng.random::<f64>() < pays)));
            log.propensities.push(chances[action]);
        }
        log
    }
}

/// A policy learnt from a log: one weighted logistic step per action (which action pays here?), softmax at .1 of the
/// chances, as the peer's learner does.
fn learn(log: &Log) -> Vec<[f64; COLUMNS + 1]> {
    let mut weights = vec![[0.0; COLUMNS + 1]; ACTIONS];
    // Multinomial logistic regression on (action | paid), weighted 1/propensity, by gradient steps.
    let total: f64 = log.rewards.iter().zip(&log.propensities).map(|(r, p)| r / p).sum();
    for _ in 0..60 {
        let mut slope = vec![[0.0; COLUMNS + 1]; ACTIONS];
        for i in (0..ROUNDS).filter(|&i| log.rewards[i] > 0.0) {
            let x = &log.contexts[i * COLUMNS..(i + 1) * COLUMNS];
            let chances = softmax(scores(&weights, x));
            let w = 1.0 / log.propensities[i] / total;
            for a in 0..ACTIONS {
                let error = w * (f64::from(u8::from(a == log.taken[i])) - chances[a]);
                slope[a][0] += error;
                for c in 0..COLUMNS {
                    slope[a][c + 1] += error * x[c];
                }
            }
        }
        for a in 0..ACTIONS {
            for c in 0..=COLUMNS {
                weights[a][c] += 3.0 * slope[a][c];
            }
        }
    }
    weights
}

fn scores(weights: &[[f64; COLUMNS + 1]], x: &[f64]) -> [f64; ACTIONS] {
    std::array::from_fn(|a| weights[a][0] + weights[a][1..].iter().zip(x).map(|(w, x)| w * x).sum::<f64>())
}

fn target_of(weights: &[[f64; COLUMNS + 1]], x: &[f64]) -> [f64; ACTIONS] {
    softmax(softmax(scores(weights, x)).map(|p| p / 0.1))
}

fn synthetic(missed: &mut usize, seeds: u64) {
    let names = ["IPW", "SNIPW", "DR", "DM", "IPW, plain normal interval"];
    let theirs = ["0.0059", "0.0053", "0.0056; covers 97 %", "0.0321; covers 0 %", "–"];
    let (mut errors, mut covers) = ([0.0; 5], [0; 5]);
    for seed in 0..seeds {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let world = World { reward: Logits::draw(&mut rng, -1.0, true), logging: Logits::draw(&mut rng, 0.0, false) };
        let weights = learn(&world.log(&mut rng));
        let log = world.log(&mut rng);
        let chances: Vec<[f64; ACTIONS]> = log.contexts.chunks(COLUMNS).map(|x| target_of(&weights, x)).collect();
        let target: Vec<f64> = chances.iter().zip(&log.taken).map(|(p, a)| p[*a]).collect();
        let data = RewardData {
            contexts: &log.contexts,
            columns: COLUMNS,
            taken: &log.taken,
            actions: ACTIONS,
            rewards: &log.rewards,
        };
        let (of_logged, of_target) = cross_fit(&data, 3, |row, action| chances[row][action]).unwrap();
        let logged = Logged { rewards: &log.rewards, propensities: &log.propensities, target: &target };
        let e: Evaluation =
            evaluate(&logged, Some(&Modelled { of_logged: &of_logged, of_target: &of_target }), 0.05).unwrap();
        // What the target is worth over all contexts, not only those of the log.
        let draws = 40_000;
        let truth: f64 = (0..draws)
            .map(|_| {
                let x: [f64; COLUMNS] = std::array::from_fn(|_| StandardNormal.sample(&mut rng));
                let pays = world.reward.at(&x);
                target_of(&weights, &x).iter().zip(pays).map(|(p, score)| p * sigmoid(score)).sum::<f64>()
            })
            .sum::<f64>()
            / f64::from(draws);
        let mut plain = e.ipw;
        (plain.low, plain.high) = (plain.value - 1.96 * plain.se, plain.value + 1.96 * plain.se);
        for (i, estimate) in [e.ipw, e.snipw, e.dr.unwrap(), e.dm.unwrap(), plain].iter().enumerate() {
            errors[i] += (estimate.value / truth - 1.0).abs();
            covers[i] += usize::from(estimate.low <= truth && truth <= estimate.high);
        }
    }
    for i in 0..5 {
        let cover = 100.0 * covers[i] as f64 / seeds as f64;
        let is_met = i != 2 || cover >= 93.0;
        *missed += usize::from(!is_met);
        let bound = if i == 2 { "covers ≥ 93 %" } else { "–" };
        println!(
            "| synthetic, {seeds} seeds: {} | relative error {:.4}, 95 % interval covers {cover:.1} % (peer: {}) | {bound} | {} |",
            names[i],
            errors[i] / seeds as f64,
            theirs[i],
            if i == 2 { pass(is_met) } else { "–" }
        );
    }
}

fn main() {
    let mut missed = 0;
    println!("| figure | measured | bound | |\n| --- | --- | --- | --- |");
    open_bandit(&mut missed);
    synthetic(&mut missed, 500);
    if missed > 0 {
        eprintln!("{missed} bars missed");
        std::process::exit(1);
    }
}

#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::*;
use crate::Signal;

fn sessions(all: &[Vec<Item>]) -> Sessions {
    let mut sessions = Sessions::new();
    for items in all {
        sessions.items.extend(items);
        sessions.starts.push(sessions.items.len());
    }
    sessions.signals = vec![Signal::View; sessions.items.len()];
    sessions.times_s = (0..sessions.items.len() as i64).collect();
    sessions
}

fn options(alpha: f32) -> LinearOptions {
    LinearOptions { alpha, ridge: 1.0, half_life: 1e9, tolerance: 1e-7, ..LinearOptions::slist(3) }
}

fn fit(all: &[Vec<Item>], items: usize, options: &LinearOptions, threads: usize) -> Linear {
    Linear::fit(&sessions(all), items, options, threads, &|_| ())
}

fn assert_rows(model: &Linear, rows: &[[f32; 3]]) {
    for (from, row) in rows.iter().enumerate() {
        for (to, &expected) in row.iter().enumerate() {
            let got = model.weight(from as Item, to as Item);
            assert!((got - expected.max(0.0)).abs() < 1e-5, "{from} to {to}: {got}, expected {expected}");
        }
    }
}

const GOLDEN_SLIS: [[f32; 3]; 3] = [
    [12.0 / 23.0, 10.0 / 23.0, -2.0 / 23.0],
    [10.0 / 23.0, 16.0 / 23.0, 6.0 / 23.0],
    [-2.0 / 23.0, 6.0 / 23.0, 8.0 / 23.0],
];
const GOLDEN_SLIST: [[f32; 3]; 3] = [
    [58.0 / 297.0, 188.0 / 297.0, -13.0 / 297.0],
    [8.0 / 33.0, 10.0 / 33.0, 13.0 / 33.0],
    [-8.0 / 297.0, 56.0 / 297.0, 53.0 / 297.0],
];

/// Worked in fractions from the closed form: sessions ab, ab, bc; λ = 1.
#[test]
fn small_examples_in_fractions() {
    let all = [vec![0, 1], vec![0, 1], vec![1, 2]];
    assert_rows(&fit(&all, 3, &options(1.0), 1), &GOLDEN_SLIS);
    assert_rows(&fit(&all, 3, &options(0.5), 1), &GOLDEN_SLIST);
    // SLIT: twice a was followed by b, once b by c, of twice and once; a ridge of 1.
    assert_rows(&fit(&all, 3, &options(0.0), 1), &[[0.0, 2.0 / 3.0, 0.0], [0.0, 0.0, 0.5], [0.0; 3]]);
}

#[test]
fn transitions_fall_with_distance_and_sessions_with_age() {
    let all = [vec![0, 1, 2], vec![0, 2]];
    let options = LinearOptions { half_life: 0.5, target_decay: 2.0, ..options(0.0) };
    // A half-life of half of two sessions: the older one weighs half.
    let decay = (-0.5_f32).exp();
    let weight = fit(&all, 3, &options, 1);
    assert!((weight.weight(0, 1) - 0.5 / 2.5).abs() < 1e-6);
    assert!((weight.weight(0, 2) - (0.5 * decay + 1.0) / 2.5).abs() < 1e-6);
}

#[test]
fn a_walk_that_only_stays_or_only_teleports() {
    let all = [vec![0, 1, 2], vec![2, 0], vec![1, 0]];
    let walk = Walk { damping: 0.0, beta: 0.0, steps: 3, least: 1e-6 };
    let stays = fit(&all, 3, &LinearOptions { walk: Some(walk.clone()), ..options(1.0) }, 1);
    assert_rows(&stays, &[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
    let walk = Walk { beta: 1.0, ..walk };
    let teleports = fit(&all, 3, &LinearOptions { walk: Some(walk), ..options(1.0) }, 1);
    let slis = fit(&all, 3, &options(1.0), 1);
    let sum: f32 = (0..3).map(|to| slis.weight(0, to)).sum();
    for to in 0..3 {
        assert!((teleports.weight(0, to) - slis.weight(0, to) / sum).abs() < 1e-6);
    }
}

/// `M = (1−p) T' (I − pR)⁻¹`, so `M (I − pR) = (1−p) T'`, on a ring where everybody goes on by one.
#[test]
fn a_long_walk_is_the_geometric_sum() {
    let all: Vec<Vec<Item>> = (0..4).map(|item| vec![item, (item + 1) % 4]).collect();
    let walk = Walk { damping: 0.5, beta: 0.0, steps: 60, least: 0.0 };
    let model = fit(&all, 4, &LinearOptions { walk: Some(walk), ..options(1.0) }, 1);
    let around = 1.0 / (1.0 - 0.5_f32.powi(4));
    for step in 0..4 {
        let expected = 0.5 * 0.5_f32.powi(step) * around;
        assert!((model.weight(0, step as Item) - expected).abs() < 1e-5);
    }
}

#[test]
fn nothing_panics_on_little() {
    for options in [LinearOptions::slist(0), LinearOptions::slis(1), LinearOptions::slit(1), LinearOptions::swalk(1)] {
        let tuned = tune(&Sessions::new(), 0, options.clone(), &Tuning::default(), 1);
        assert_eq!(tuned, options);
        assert_eq!(fit(&[], 0, &options, 3).rows.len(), 0);
        let one = fit(&[vec![0], vec![0, 0], vec![]], 1, &options, 2);
        // Item 5 is in no catalogue: neither counted nor answered.
        let odd = fit(&[vec![0, 5, 1], vec![5]], 2, &options, 1);
        let mut scores = Scores::new(2);
        for (model, items) in [(&one, vec![0, 0]), (&odd, vec![0, 9]), (&odd, vec![])] {
            let signals = vec![Signal::Purchase; items.len()];
            let times_s = vec![0; items.len()];
            let session = crate::Session { items: &items, signals: &signals, times_s: &times_s, user: None };
            model.score(&Query { session, history: &[] }, &mut scores);
            scores.clear();
        }
    }
}

#[test]
fn robots_and_best_sellers_are_cut() {
    let robot: Vec<Item> = (0..50).collect();
    let options = LinearOptions { session_events: 3, neighbours: 2, top: 2, ..options(0.5) };
    let model = fit(&[robot, vec![0, 49], vec![49, 0]], 50, &options, 1);
    assert!(model.rows.row(10).0.is_empty(), "counted only with the last three events");
    assert_eq!(model.rows.row(48).0.len(), 2);
}

#[test]
fn kept_and_read_again() {
    let model = fit(&[vec![0, 1, 2], vec![1, 0]], 3, &LinearOptions::swalk(3), 1);
    let mut writer = Writer::new();
    model.save(&mut writer);
    let bytes = writer.finish();
    let reader = Reader::new(bytes.clone().into()).unwrap();
    assert_eq!(Linear::load(&reader, 3).unwrap(), model);
    assert!(Linear::load(&reader, 2).is_err(), "an item beyond the catalogue");
}

/// What comes next depends on the last item alone here; looking further back puts item 1 first after 0 and 2.
#[test]
fn tuning_finds_how_far_to_look_back() {
    let all: Vec<Vec<Item>> =
        (0..600).map(|index| if index % 3 == 0 { vec![0, 2, 3 + index / 3 % 3] } else { vec![0, 1] }).collect();
    let start = LinearOptions { query_decay: 3.0, ..LinearOptions::slit(6) };
    let tuned = tune(&sessions(&all), 6, start.clone(), &Tuning { held_out: 0.2, ..Tuning::default() }, 1);
    assert!(tuned.query_decay < 2.0 && tuned.alpha == 0.0, "{tuned:?}");
    let once = Tuning { events: 3, ..Tuning::default() };
    assert_eq!(tune(&sessions(&all), 6, start.clone(), &once, 1), start, "too few to hold any out");
}

/// The closed form by Gauss-Jordan elimination in `f64`, from counts made the slow way.
fn dense(all: &[Vec<Item>], items: usize, options: &LinearOptions) -> Vec<Vec<f64>> {
    let (alpha, decay) = (f64::from(options.alpha), f64::from(options.target_decay));
    let mut system = vec![vec![0.0; 2 * items]; items];
    for (session, events) in all.iter().enumerate() {
        let age = (all.len() - 1 - session) as f64 / all.len() as f64;
        let weight = (-age / f64::from(options.half_life)).exp2();
        let mut different = events.clone();
        different.sort_unstable();
        different.dedup();
        let input = 1.0 / different.len().max(1) as f64;
        for &i in &different {
            for &j in &different {
                system[i as usize][j as usize] += alpha * weight * input * input;
                system[i as usize][items + j as usize] += alpha * weight * input;
            }
        }
        for at in 0..events.len().saturating_sub(1) {
            system[events[at] as usize][events[at] as usize] += (1.0 - alpha) * weight;
            for later in at + 1..events.len() {
                let target = (1.0 - alpha) * weight * (-((later - at - 1) as f64) / decay).exp();
                system[events[at] as usize][items + events[later] as usize] += target;
            }
        }
    }
    for (at, row) in system.iter_mut().enumerate() {
        row[at] += f64::from(options.ridge);
    }
    for pivot in 0..items {
        let row: Vec<f64> = system[pivot].iter().map(|value| value / system[pivot][pivot]).collect();
        for other in system.iter_mut() {
            let factor = other[pivot];
            other.iter_mut().zip(&row).for_each(|(value, row)| *value -= factor * row);
        }
        system[pivot] = row;
    }
    system.into_iter().map(|row| row[items..].to_vec()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The row-by-row solve is the dense closed form.
    #[test]
    fn the_dense_closed_form(
        all in prop::collection::vec(prop::collection::vec(0_u32..12, 0..7), 1..40),
        alpha in 0.0_f32..=1.0, ridge in 0.3_f32..20.0, target_decay in 0.5_f32..3.0, half_life in 0.2_f32..3.0,
    ) {
        let options = LinearOptions { alpha, ridge, target_decay, half_life, ..options(0.5) };
        let expected = dense(&all, 12, &options);
        let got = fit(&all, 12, &options, 1);
        for from in 0..12 {
            for to in 0..12 {
                let (got, expected) = (got.weight(from, to), expected[from as usize][to as usize].max(0.0) as f32);
                // Transitions further apart than weight 0.001 are not counted.
                prop_assert!((got - expected).abs() < 4e-3, "{from} to {to}: {got}, expected {expected}");
            }
        }
    }

    /// Any number of threads fits the same model, walk included; rows of a walk hold no more than all walkers.
    #[test]
    fn threads_and_mass(all in prop::collection::vec(prop::collection::vec(0_u32..200, 0..6), 1..80), alpha in 0.0_f32..=1.0) {
        let options = LinearOptions { alpha, ..LinearOptions::swalk(200) };
        let one = fit(&all, 200, &options, 1);
        prop_assert_eq!(&one, &fit(&all, 200, &options, 3));
        for item in 0..200 {
            let (_, weights) = one.rows.row(item);
            prop_assert!(weights.iter().all(|&weight| weight > 0.0) && weights.iter().sum::<f32>() < 1.001);
        }
    }
}

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, Normal};

use super::*;

/// Lunch and evening over a floor, in half hours.
fn brand() -> Vec<f64> {
    let bump = |t: usize, at: f64, sd: f64| {
        let off = (t as f64 + 0.5 - at).abs();
        (-0.5 * (off.min(48.0 - off) / sd).powi(2)).exp() / sd
    };
    let raw: Vec<f64> = (0..SLOTS).map(|t| 0.35 * bump(t, 25.0, 2.5) + 0.65 * bump(t, 41.0, 3.5) + 0.002).collect();
    let total: f64 = raw.iter().sum();
    raw.into_iter().map(|share| share / total).collect()
}

fn draw(rng: &mut ChaCha8Rng, curve: &[f64]) -> usize {
    let mut left: f64 = rng.random();
    curve
        .iter()
        .position(|share| {
            left -= share;
            left < 0.0
        })
        .unwrap_or(curve.len() - 1)
}

/// How machines open: at any hour, or around the hour of the newsletter.
#[derive(Clone, Copy)]
enum Machines {
    AnyHour,
    AfterTheSend,
}

/// People with their shift in slots, each with some reactions of which 30 % are machines' opens that nobody flagged.
fn people(rng: &mut ChaCha8Rng, n: usize, events: usize, machines: Machines) -> Vec<(i32, Person)> {
    let curve = brand();
    let shift = Normal::new(0.0, 6.0).expect("sd");
    (0..n)
        .map(|_| {
            let own = f64::round(shift.sample(rng)) as i32;
            let events = (0..events).map(|_| {
                if rng.random_bool(0.3) {
                    let slot = match machines {
                        Machines::AnyHour => rng.random_range(0..SLOTS),
                        Machines::AfterTheSend => 18 + rng.random_range(0..4),
                    };
                    return Event { slot: slot as u8, signal: Signal::Open };
                }
                let slot = (draw(rng, &curve) as i32 + own).rem_euclid(SLOTS as i32) as u8;
                let signal = [Signal::Open, Signal::Open, Signal::Click, Signal::Order][rng.random_range(0..4)];
                Event { slot, signal }
            });
            let events = events.collect();
            (own, Person { events, segment: None })
        })
        .collect()
}

/// Mean reactions when each is written to at a slot.
fn reached(people: &[(i32, Person)], slot: impl Fn(&Person, i32) -> u8) -> f64 {
    let curve = brand();
    let of =
        |(own, person): &(i32, Person)| curve[(i32::from(slot(person, *own)) - own).rem_euclid(SLOTS as i32) as usize];
    people.iter().map(of).sum::<f64>() / people.len() as f64
}

#[test]
fn ten_events_bring_more_than_half_of_what_could_be_gained_and_none_lose_nothing() {
    let curve = brand();
    let peak = curve.iter().enumerate().max_by(|l, r| l.1.total_cmp(r.1)).expect("slots").0 as i32;
    for machines in [Machines::AnyHour, Machines::AfterTheSend] {
        let mut shares = Vec::new();
        let mut new = Vec::new();
        for seed in 0..5 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let known = people(&mut rng, 500, 10, machines);
            let all: Vec<Person> = known.iter().map(|one| one.1.clone()).collect();
            let model = SendHours::fit(&all).expect("events");
            // The best single slot for all, with the truth in hand.
            let single = |people: &[(i32, Person)]| {
                (0..SLOTS as u8).map(|slot| reached(people, |_, _| slot)).fold(0.0, f64::max)
            };
            let brand = single(&known);
            let oracle = reached(&known, |_, own| (peak + own).rem_euclid(SLOTS as i32) as u8);
            let ours = reached(&known, |person, _| model.of(person).slot);
            shares.push((ours - brand) / (oracle - brand));
            let strangers = people(&mut rng, 1_500, 0, machines);
            new.push(reached(&strangers, |person, _| model.of(person).slot) / single(&strangers));
        }
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let sd = |values: &[f64]| {
            let m = mean(values);
            (values.iter().map(|v| (v - m).powi(2)).sum::<f64>() / (values.len() - 1) as f64).sqrt()
        };
        let low = mean(&shares) - 3.0 * sd(&shares) / (shares.len() as f64).sqrt();
        eprintln!(
            "{:.3} of the oracle's gain (three standard errors below: {low:.3}); new people {:.3}",
            mean(&shares),
            mean(&new)
        );
        assert!(low >= 0.5, "{shares:?}");
        // The brand's slot is estimated: a flat peak costs a little, the wrong peak would cost a third.
        assert!(mean(&new) > 0.98, "{new:?}");
    }
}

#[test]
fn what_is_nobodys_is_found_and_orders_are_never() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let known: Vec<Person> = people(&mut rng, 1_000, 10, Machines::AfterTheSend).into_iter().map(|one| one.1).collect();
    let model = SendHours::fit(&known).expect("events");
    // 30 % of events are machines'; opens are those and half of the rest.
    let truth = 0.3 / (0.3 + 0.35);
    let (found, orders) = (model.stray_share(Signal::Open), model.stray_share(Signal::Order));
    assert!((found - truth).abs() < 0.1 && orders == 0.0, "{found} {orders}");
}

#[test]
fn segments_and_events_speak_in_turn() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut known: Vec<Person> = people(&mut rng, 600, 6, Machines::AnyHour).into_iter().map(|one| one.1).collect();
    for (place, person) in known.iter_mut().enumerate() {
        person.segment = Some(place as u32 % 2);
        if place % 2 == 1 {
            // Early risers: four hours before the others.
            person.events.iter_mut().for_each(|event| event.slot = (event.slot + 40) % 48);
        }
    }
    let model = SendHours::fit(&known).expect("events");
    let stranger = |segment| model.of(&Person { events: vec![], segment });
    let (late, early) = (stranger(Some(0)), stranger(Some(1)));
    assert_eq!((late.rests, early.rests, stranger(Some(9)).rests), (Rests::Segment, Rests::Segment, Rests::Brand));
    assert!(late.slot > early.slot + 4, "{late:?} {early:?}");
    assert_eq!(stranger(None).slot, model.brand_slot());
    assert!(late.gain >= 1.0 && early.gain >= 1.0);
    let owl = Person { events: vec![Event { slot: 2, signal: Signal::Order }; 6], segment: Some(1) };
    let night = model.of(&owl);
    assert!(night.rests == Rests::Own && (night.slot < 8 || night.slot > 44) && night.gain > 1.5, "{night:?}");
    assert!(SendHours::fit(&[Person::default()]).is_none());
}

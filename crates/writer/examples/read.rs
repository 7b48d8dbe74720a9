//! Forty drafts of the composer over three brands, to be read aloud: `cargo run -p writer --example read`.

#[path = "../tests/support/mod.rs"]
mod support;

use support::{ANGLES, CHANNELS, brook, concept, loewenzahn, retro};

fn main() {
    let every: Vec<_> = (0..10usize)
        .flat_map(|round| [brook(), retro(), loewenzahn()].map(|facts| (round, facts)))
        .flat_map(|(round, facts)| ANGLES.map(|angle| (round, facts.clone(), angle)))
        .flat_map(|(round, facts, angle)| CHANNELS.map(|channel| (round, facts.clone(), angle, channel)))
        .collect();
    for (round, facts, angle, channel) in every.into_iter().take(1_000).step_by(25) {
        let concept = concept(&facts, angle, round);
        let draft = writer::compose(&concept, &facts, channel, round as u64 + 1);
        println!(
            "=== {} · {angle:?} · {:?} · offer {:?}\n{}",
            facts.brand,
            draft.channel,
            concept.offer,
            draft.to_plain_text()
        );
    }
}

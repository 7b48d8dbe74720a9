//! Prints a simulated store's figures, and writes its exports to a folder if one is named:
//! `cargo run -p simulate --example figures -- [FOLDER]`.

use std::time::Instant;

use domain::Day;
use simulate::{Config, World};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let begun = Instant::now();
    let mut world = World::new(Config::demo(7, Day::parse("2026-11-23")?));
    world.run_until(world.config().last_day());
    let ran = begun.elapsed();
    let truth = world.truth(world.span());
    println!("{}", serde_json::to_string_pretty(&truth)?);
    let begun = Instant::now();
    let files = world.exports(world.span());
    println!("run {ran:?}, exports {:?}", begun.elapsed());
    let folder = std::env::args().nth(1);
    for file in files {
        println!("{:>9} {}", file.bytes.len(), file.name);
        if let Some(folder) = &folder {
            std::fs::write(std::path::Path::new(folder).join(&file.name), &file.bytes)?;
        }
    }
    Ok(())
}

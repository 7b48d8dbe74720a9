//! Prints a simulated store's figures with CPU-bound times, and writes its exports to a folder if one is named:
//! `cargo run -p simulate --example figures -- [FOLDER]`; with `--million`, streams a million orders instead.

use std::{io::Write, time::Instant};

use domain::Day;
use simulate::{Config, Scale, World};

/// Counts what would be written.
struct Count(u64);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let argument = std::env::args().nth(1);
    let config = Config::demo(7, Day::parse("2026-11-23")?);
    let begun = Instant::now();
    if argument.as_deref() == Some("--million") {
        let mut out = Count(0);
        let truth = World::new(Config { size: Scale::Large, ..config }).write_transactions(1_000_000, &mut out)?;
        println!("{truth:#?}\n{} bytes in {:?}", out.0, begun.elapsed());
        return Ok(());
    }
    let mut world = World::new(config);
    world.run_until(world.config().last_day());
    println!("{}", serde_json::to_string_pretty(&world.truth(world.span()))?);
    println!("two years in {:?}", begun.elapsed());
    let begun = Instant::now();
    let files = world.exports(world.span());
    println!("their exports in {:?}", begun.elapsed());
    for file in files {
        println!("{:>9} {}", file.bytes.len(), file.name);
        if let Some(folder) = &argument {
            std::fs::write(std::path::Path::new(folder).join(&file.name), &file.bytes)?;
        }
    }
    Ok(())
}

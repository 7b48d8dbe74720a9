//! Streams a large simulated order history as order lines: `cargo run -p simulate --example orders -- ORDERS FILE`.
//! `cargo xtask bench concepts` mines it.

use std::io::{BufWriter, Write as _};

use domain::Day;
use simulate::{Config, Scale, World};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(orders), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("say how many orders and into which file".into());
    };
    let config = Config { size: Scale::Large, ..Config::demo(7, Day::parse("2026-11-23")?) };
    let mut out = BufWriter::new(std::fs::File::create(file)?);
    let truth = World::new(config).write_transactions(orders.parse()?, &mut out)?;
    out.flush()?;
    println!("{truth:?}");
    Ok(())
}

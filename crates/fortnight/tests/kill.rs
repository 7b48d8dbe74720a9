//! kill -9 in the middle of an import, and again: the end is the same. `cargo xtask soak kill` is the long version.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod common;
use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use common::Brand;

const NOW: &str = "2026-03-02";
const ORDERS: u64 = 4_000;
const KILLS: u64 = 6;

/// Knuth's MMIX constants: enough to scatter orders and moments.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

fn orders() -> String {
    let mut csv = String::from("order_id,sku,title,quantity,price,date,customer\n");
    let mut state = 1;
    for order in 0..ORDERS {
        for _ in 0..=next(&mut state) % 3 {
            let (item, day, customer) = (next(&mut state) % 40, order * 360 / ORDERS, next(&mut state) % 900);
            let date = domain::Day::parse("2025-02-01").unwrap().plus(day as i32);
            let _ =
                writeln!(csv, "{order},S{item},Item {item},{},{}.50,{date} 10:00,c{customer}", 1 + item % 3, 5 + item);
        }
    }
    csv
}

#[test]
fn killed_imports_end_in_the_same_state() {
    let args = ["import", "transactions", "orders.csv", "--currency", "EUR", "--batch-rows", "500"];
    let whole = Brand::new();
    whole.write("orders.csv", orders());
    let start = Instant::now();
    whole.ok(NOW, &args);
    let span = start.elapsed();
    let want = whole.ok(NOW, &["digest"]);

    let killed = Brand::new();
    killed.write("orders.csv", orders());
    let mut state = 7;
    let mut broken_off = 0;
    for _ in 0..KILLS {
        let share = next(&mut state) as f64 / f64::from(1u32 << 31);
        let mut command = killed.command(NOW, &args);
        let mut child =
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_secs_f64(span.as_secs_f64() * (0.2 + 0.4 * share)));
        broken_off += u64::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    killed.ok(NOW, &args);
    assert_eq!(killed.ok(NOW, &["digest"]), want, "{broken_off} of {KILLS} imports were killed under way");
    let again = killed.json(NOW, &args);
    assert_eq!((again["rows_taken"].as_u64(), again["rows_revised"].as_u64()), (Some(0), Some(0)));
}

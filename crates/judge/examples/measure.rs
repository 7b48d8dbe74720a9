//! `fortnight measure …` without the rest of the product: `cargo run -p judge --example measure -- experiment …`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match judge::run_from(words.iter().map(String::as_str)) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(if error.is_input() { 2 } else { 1 })
        }
    }
}

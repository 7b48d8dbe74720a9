//! Checks that the UI was built. It builds nothing itself: no network in a build script.

fn main() {
    println!("cargo::rerun-if-changed=../../ui/dist/app.css");
    println!("cargo::rerun-if-changed=templates");
    let built = std::path::Path::new("../../ui/dist/app.css").exists();
    // Debug builds fall back to pages without style; anything that people use needs the real thing.
    let debug = std::env::var("PROFILE").is_ok_and(|profile| profile == "debug");
    if !built && debug {
        println!("cargo::warning=ui/dist is not built, pages will have no style: run `cargo xtask ui`");
    } else if !built {
        println!("cargo::error=ui/dist is not built: run `cargo xtask ui` first");
    }
}

//! References in `docs/` that are generated from the code; a test in `fortnight` fails when they drift.

use crate::run::{Result, cargo, output, root};

/// Writes `docs/cli.md` and `docs/errors.md` anew.
pub fn write() -> Result<()> {
    for name in ["cli", "errors"] {
        let text = output(cargo().args(["run", "--quiet", "--package", "fortnight", "--", "reference", name]))?;
        let path = root().join("docs").join(format!("{name}.md"));
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("  {}", path.display());
    }
    Ok(())
}

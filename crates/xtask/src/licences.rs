//! Licences, bans and sources of everything that is compiled in, by the rules of `deny.toml`.

use std::{collections::BTreeSet, process::Command};

use cargo_metadata::{Metadata, MetadataCommand};

use crate::run::{Result, exists, root, run};

struct Rules {
    allowed: BTreeSet<String>,
    banned: BTreeSet<String>,
}

/// Runs cargo-deny where it is installed, otherwise checks the same rules over `cargo metadata`.
pub fn check() -> Result<()> {
    if exists("cargo-deny") {
        return run(Command::new("cargo-deny").args(["check", "licenses", "bans", "sources"]).current_dir(root()));
    }
    let rules = read_rules()?;
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .exec()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    let faults = faults(&rules, &metadata);
    for fault in &faults {
        eprintln!("  {fault}");
    }
    if faults.is_empty() {
        println!("  {} crates: licences, bans and sources are in order", metadata.packages.len());
        Ok(())
    } else {
        Err(format!("{} crates break the rules of deny.toml", faults.len()))
    }
}

fn read_rules() -> Result<Rules> {
    let path = root().join("deny.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let table: toml::Table = text.parse().map_err(|error| format!("{}: {error}", path.display()))?;
    let list = |section: &str, key: &str| table.get(section)?.get(key)?.as_array().cloned();
    let allowed = list("licenses", "allow").ok_or("deny.toml: [licenses] allow is missing")?;
    let banned = list("bans", "deny").ok_or("deny.toml: [bans] deny is missing")?;
    Ok(Rules {
        allowed: allowed.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect(),
        banned: banned.iter().filter_map(|value| Some(value.get("crate")?.as_str()?.to_owned())).collect(),
    })
}

fn faults(rules: &Rules, metadata: &Metadata) -> Vec<String> {
    let mut faults = Vec::new();
    let members: BTreeSet<_> = metadata.workspace_members.iter().collect();
    for package in &metadata.packages {
        if members.contains(&package.id) {
            continue;
        }
        let name = format!("{} {}", package.name, package.version);
        match &package.license {
            Some(expression) if is_allowed(expression, &rules.allowed) => {}
            Some(expression) => faults.push(format!("{name}: licence `{expression}` is not on the list")),
            None => faults.push(format!("{name}: no licence is declared")),
        }
        if rules.banned.contains(package.name.as_str()) {
            faults.push(format!("{name}: banned by deny.toml"));
        }
        if !package.source.as_ref().is_some_and(cargo_metadata::Source::is_crates_io) {
            faults.push(format!("{name}: comes from another source than crates.io"));
        }
    }
    faults
}

/// Evaluates an SPDX expression (`AND` binds tighter than `OR`; the old `/` means `OR`) against the allowed licences.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    any_of(&tokens, &mut at, allowed) && at == tokens.len()
}

fn any_of(tokens: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut result = all_of(tokens, at, allowed);
    while tokens.get(*at) == Some(&"OR") {
        *at += 1;
        result |= all_of(tokens, at, allowed);
    }
    result
}

fn all_of(tokens: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut result = one(tokens, at, allowed);
    while tokens.get(*at) == Some(&"AND") {
        *at += 1;
        result &= one(tokens, at, allowed);
    }
    result
}

fn one(tokens: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let Some(token) = tokens.get(*at) else { return false };
    *at += 1;
    if *token == "(" {
        let result = any_of(tokens, at, allowed);
        *at += 1;
        return result;
    }
    let mut licence = (*token).to_owned();
    if tokens.get(*at) == Some(&"WITH") {
        licence = format!("{licence} WITH {}", tokens.get(*at + 1).unwrap_or(&""));
        *at += 2;
    }
    allowed.contains(&licence) || licence.strip_suffix('+').is_some_and(|bare| allowed.contains(bare))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spdx_expressions() {
        let allowed: BTreeSet<String> =
            ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"].map(str::to_owned).into();
        let cases = [
            ("MIT", true),
            ("MIT OR GPL-3.0", true),
            ("GPL-3.0", false),
            ("MIT/Apache-2.0", true),
            ("(MIT OR GPL-2.0) AND Unicode-3.0", true),
            ("(MIT OR Apache-2.0) AND GPL-2.0", false),
            ("Apache-2.0 WITH LLVM-exception OR GPL-2.0", true),
            ("MIT AND GPL-2.0 OR Apache-2.0", true),
            ("GPL-2.0 OR", false),
        ];
        for (expression, want) in cases {
            assert_eq!(is_allowed(expression, &allowed), want, "{expression}");
        }
    }
}

//! The house rules as a test: `crates/allow-list.toml` against `cargo metadata`.
#![allow(clippy::expect_used, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

fn rules() -> toml::Table {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../allow-list.toml");
    std::fs::read_to_string(path).expect("the allow-list is there").parse().expect("the allow-list is TOML")
}

fn names(table: &toml::Table, section: &str) -> BTreeMap<String, BTreeSet<String>> {
    let lists = table[section].as_table().expect("a table").iter();
    lists
        .map(|(name, list)| {
            let list = list.as_array().expect("a list").iter();
            (name.clone(), list.map(|item| item.as_str().expect("a name").to_owned()).collect())
        })
        .collect()
}

fn members() -> Vec<Package> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(manifest).no_deps().exec().expect("cargo metadata runs");
    metadata.packages
}

/// Direct dependencies that are compiled into the crate (tests may use what they like).
fn normal_dependencies(package: &Package) -> BTreeSet<String> {
    let normal = package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development);
    normal.map(|dependency| dependency.name.to_string()).collect()
}

#[test]
fn crates_use_only_what_the_allow_list_grants() {
    let allowed = names(&rules(), "may_use");
    let members = members();
    let workspace: BTreeSet<String> = members.iter().map(|package| package.name.to_string()).collect();
    let listed: BTreeSet<String> = allowed.keys().cloned().collect();
    assert_eq!(
        workspace, listed,
        "every crate has a line in crates/allow-list.toml, and no line names a crate that is gone"
    );
    for package in &members {
        let used: BTreeSet<String> = normal_dependencies(package).intersection(&workspace).cloned().collect();
        let excess: Vec<&String> = used.difference(&allowed[package.name.as_str()]).collect();
        assert!(excess.is_empty(), "`{}` may not depend on {excess:?}; see crates/allow-list.toml", package.name);
    }
}

#[test]
fn pure_crates_touch_nothing() {
    let rules = rules();
    let pure = names(&rules, "pure");
    for package in members().iter().filter(|package| pure["crates"].contains(package.name.as_str())) {
        let forbidden: Vec<String> = normal_dependencies(package).intersection(&pure["forbidden"]).cloned().collect();
        assert!(forbidden.is_empty(), "`{}` does no I/O and may not depend on {forbidden:?}", package.name);
    }
}

#[test]
fn vendors_stay_in_their_crate() {
    let only = names(&rules(), "only");
    for package in members() {
        let used = normal_dependencies(&package);
        for (owner, dependencies) in only.iter().filter(|(owner, _)| owner.as_str() != package.name.as_str()) {
            let taken: Vec<&String> = dependencies.intersection(&used).collect();
            assert!(taken.is_empty(), "`{}` uses {taken:?}, which belongs to `{owner}` alone", package.name);
        }
    }
}

//! What commands print, whole, on a few lines of data.
#![allow(clippy::unwrap_used)]

mod common;
use common::{Brand, filters};

const NOW: &str = "2026-03-02T09:00:00Z";

const LINES: &str = "\
order,sku,title,quantity,price,date,customer,country
1001,TEA-1,Green tea,2,9.50,2026-02-02 10:00,ann@shop.example,DE
1001,MUG-1,Mug,1,12.00,2026-02-02 10:00,ann@shop.example,DE
1002,TEA-1,Green tea,1,9.50,2026-02-10 18:30,bob@shop.example,AT
1003,TEA-1,Green tea,three,9.50,2026-02-11 08:00,cem@shop.example,DE
C1001,MUG-1,Mug,-1,12.00,2026-02-12 09:00,ann@shop.example,DE
";

/// One column is named as no export names it.
const MAP: [&str; 2] = ["--map", "order_id=order"];

fn import(brand: &Brand, more: &[&str]) -> String {
    let mut args = vec!["import", "transactions", "lines.csv", "--currency", "EUR"];
    args.extend_from_slice(&MAP);
    args.extend_from_slice(more);
    brand.show(NOW, &args)
}

#[test]
fn an_import_says_what_it_did_and_a_second_one_does_nothing() {
    let brand = Brand::new();
    brand.write("lines.csv", LINES);
    insta::with_settings!({ filters => filters() }, {
        insta::assert_snapshot!("dry_run", import(&brand, &["--dry-run"]));
        insta::assert_snapshot!("first_import", import(&brand, &[]));
        insta::assert_snapshot!("second_import", import(&brand, &["--json"]));
    });
    let rejects = std::fs::read_dir(brand.path("data/rejects")).unwrap().next().unwrap().unwrap().path();
    insta::assert_snapshot!("rejects", std::fs::read_to_string(rejects).unwrap());
}

#[test]
fn a_dry_run_changes_nothing() {
    let brand = Brand::new();
    brand.write("lines.csv", LINES);
    let before = brand.ok(NOW, &["digest"]);
    import(&brand, &["--dry-run"]);
    assert_eq!(brand.ok(NOW, &["digest"]), before);
    import(&brand, &[]);
    assert_ne!(brand.ok(NOW, &["digest"]), before);
}

#[test]
fn what_cannot_be_read_is_one_error_and_changes_nothing() {
    let brand = Brand::new();
    brand.write("lines.csv", LINES);
    brand.write("picture.csv", [0x89, b'P', b'N', b'G', 0, 1, 2, 3]);
    brand.write("columns.csv", "a,b,c\n1,2,3\n");
    brand.write("cut.csv.gz", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b]);
    let before = brand.ok(NOW, &["digest"]);
    let mut shown = String::new();
    for args in [
        &["import", "transactions", "nowhere.csv"][..],
        &["import", "transactions", "picture.csv"],
        &["import", "transactions", "columns.csv"],
        &["import", "transactions", "cut.csv.gz"],
        &["import", "transactions", "lines.csv", "nowhere.csv", "--map", "order_id=order"],
        &["import", "transactions", "lines.csv", "columns.csv"],
        &["import", "transactions", "lines.csv", "--map", "order_id"],
        &["import", "transactions", "lines.csv", "--currency", "euros"],
        &["import", "walmart", "lines.csv"],
        &["--json", "import", "transactions", "nowhere.csv"],
    ] {
        shown.push_str(&format!("$ fortnight {}\n{}\n", args.join(" "), brand.show(NOW, args)));
    }
    assert_eq!(brand.ok(NOW, &["digest"]), before);
    insta::assert_snapshot!("unreadable", shown);
}

#[test]
fn several_files_are_one_object() {
    let brand = Brand::new();
    brand.write("lines.csv", LINES);
    brand.write("more.csv", LINES.replace("100", "200").replace("2026-02", "2026-01"));
    let mut args = vec!["import", "transactions", "lines.csv", "more.csv", "--currency", "EUR"];
    args.extend_from_slice(&MAP);
    let report = brand.json(NOW, &args);
    assert_eq!((report["rows_read"].as_u64(), report["rows_rejected"].as_u64()), (Some(10), Some(2)));
    assert_eq!((report["orders"].as_u64(), report["net_minor"].as_i64()), (Some(4), Some(5700)));
    assert_eq!(report["span"]["from"], "2026-01-02");
    assert_eq!(report["span"]["to"], "2026-02-12");
    assert_eq!(report["files"].as_array().map(Vec::len), Some(2));
}

#[test]
fn what_a_new_brand_reads() {
    let brand = Brand::new();
    let mut shown = String::new();
    for args in [
        &["doctor"][..],
        &["today"],
        &[
            "brand",
            "--name",
            "Halm",
            "--currency",
            "EUR",
            "--time-zone",
            "Europe/Berlin",
            "--site-url",
            "https://halm.example",
        ],
        &["brand", "--time-zone", "Mars/Olympus"],
        &["map", "show"],
        &["library", "list"],
        &["sprint", "list"],
        &["sprint", "show"],
        &["sprint", "brief-template"],
        &["user", "list"],
    ] {
        shown.push_str(&format!("$ fortnight {}\n{}\n", args.join(" "), brand.show(NOW, args)));
    }
    insta::with_settings!({ filters => filters() }, { insta::assert_snapshot!("new_brand", shown) });
}

#[test]
fn a_brief_is_judged_before_a_sprint_begins() {
    let brand = Brand::new();
    let brief = brand.ok(NOW, &["sprint", "brief-template"]);
    brand
        .write("brief.toml", brief.replace("budget_minor = 200000", "budget_minor = 0").replace("https://", "http://"));
    insta::assert_snapshot!("brief_faults", brand.show(NOW, &["sprint", "new", "brief.toml"]));
    brand.write("brief.toml", "title = 3\n");
    insta::assert_snapshot!("brief_no_toml", brand.show(NOW, &["sprint", "new", "brief.toml"]));
    assert!(brand.ok(NOW, &["sprint", "list"]).starts_with("No sprint yet"));
    brand.write("brief.toml", brief);
    brand.ok(NOW, &["sprint", "new", "brief.toml"]);
    insta::assert_snapshot!("no_data_no_concepts", brand.show(NOW, &["sprint", "concepts"]));
    insta::assert_snapshot!("unsigned_blocks_the_next", brand.show(NOW, &["sprint", "new", "brief.toml"]));
    let again = ["sprint", "new", "brief.toml", "--override", "the holiday campaign cannot wait"];
    assert!(brand.ok(NOW, &again).starts_with("Sprint 2 "));
}

#[test]
fn the_map_and_the_library_go_out_and_come_back() {
    let brand = Brand::new();
    let map = brand.ok(NOW, &["map", "export"]);
    brand.write("map.toml", map.replace("pain = 5", "pain = 2"));
    let view = brand.json(NOW, &["map", "set", "map.toml"]);
    assert_eq!((view["is_template"].as_bool(), view["stream"]["stages"][1]["pain"].as_u64()), (Some(false), Some(2)));
    brand.write("map.toml", map.replace("pain = 5", "pain = 9"));
    insta::assert_snapshot!("map_faults", brand.show(NOW, &["map", "set", "map.toml"]));
    let templates = brand.json(NOW, &["library", "list"]);
    let name = templates["templates"][0]["name"].as_str().unwrap().to_owned();
    let markdown = brand.ok(NOW, &["library", "export", &name]);
    brand.write("template.md", markdown.replace("note: ", "note: shorter, ") + "\nWrite short sentences.\n");
    assert_eq!(brand.json(NOW, &["library", "import", "template.md"])["version"], 2);
    assert_eq!(brand.json(NOW, &["library", "list"])["templates"][0]["versions"].as_array().map(Vec::len), Some(2));
}

#[test]
fn people_are_added_with_a_password_that_no_flag_carries() {
    let brand = Brand::new();
    let mut shown = String::new();
    for (password, args) in [
        ("correct horse battery", &["user", "add", "bob@shop.example"][..]),
        ("short", &["user", "add", "ann@shop.example", "--role", "owner"]),
        ("correct horse battery", &["user", "add", "Ann@shop.example", "--role", "owner", "--name", "Ann"]),
        ("correct horse battery", &["user", "add", "bob@shop.example", "--role", "approver"]),
        ("correct horse battery", &["user", "add", "bob@shop.example"]),
        ("correct horse battery", &["user", "add", "cem@shop.example", "--role", "king"]),
        ("", &["user", "list"]),
    ] {
        let output = brand.command(NOW, args).env("FORTNIGHT_PASSWORD", password).output().unwrap();
        shown.push_str(&format!("$ fortnight {}\nexit {}\n", args.join(" "), output.status.code().unwrap()));
        shown.push_str(&String::from_utf8(output.stdout).unwrap());
        shown.push_str(&String::from_utf8(output.stderr).unwrap());
    }
    insta::assert_snapshot!("users", shown);
}

#[test]
fn an_impossible_time_is_refused() {
    let brand = Brand::new();
    let output = brand.run(NOW, &["--now", "2026-13-40", "doctor"]);
    assert_eq!(output.status.code(), Some(2), "clap or we refuse a second or impossible --now");
    let text = brand.show("yesterday", &["doctor"]);
    assert!(text.starts_with("exit 2") && text.contains("2011-11-01"), "{text}");
}

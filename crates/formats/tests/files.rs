//! Files that are not what they should be, and what a reader says about a file.
#![allow(clippy::unwrap_used)]

mod common;
use std::io::{self, BufReader, Cursor, Read};

use common::{berlin, reader, show, show_with};
use formats::{FileKind, Need, Source, fields, open};

#[test]
fn unreadable_files_are_one_clear_error() {
    let cases: [(Source, &[u8]); 6] = [
        (Source::Meta, b""),
        (Source::Meta, b"\n\n"),
        (Source::Meta, b"PK\x03\x04\x14\x00"),
        (Source::Google, b"just one line of text"),
        (Source::Transactions, b"a;b;c\n1;2;3\n"),
        (Source::Ga4, b"{\"rows\": []}"),
    ];
    let told: Vec<String> = cases.map(|(source, bytes)| show_with(source, bytes, &berlin(&[]))).to_vec();
    insta::assert_snapshot!(told.join("\n"), @"
    error: The file is empty; export it again
    error: The file is empty; export it again
    error: This is an Excel or zip file, not a CSV file; open it, save the sheet as CSV (UTF-8) and import that
    error: No header row with the columns of a Google Ads report was found; missing `day` (a column such as Day, Tag, Jour, Día); `spend` (a column such as Cost, Kosten, Coût, Coste); `impressions` (a column such as Impr., Impressions, Impressionen, Impresiones). The columns there are: just one line of text. Name the right one with --map day=COLUMN
    error: No header row with the columns of a file of order lines was found; missing `order_id` (a column such as Order ID, Order number, Order no, Order); `placed_at` (a column such as InvoiceDate, Order date, Created at, Order placed); `product_id` (a column such as StockCode, SKU, Product ID, Product code); `unit_price` (a column such as UnitPrice, Unit price, Price, Item price). The columns there are: a, b, c. Name the right one with --map order_id=COLUMN
    error: This is a JSON file, not a CSV file; export it as CSV and import that
    ");
}

#[test]
fn a_header_alone_is_an_empty_report() {
    assert_eq!(show(Source::Google, "Day,Campaign,Impr.,Cost\n"), "read 0, skipped 0");
}

#[test]
fn the_same_content_is_read_from_every_encoding() {
    let text = "Tag,Kampagne,Impr.,Kosten\n2026-01-05,Für Käse,1,\"2,50\"\n";
    let want = show(Source::Google, text);
    assert!(want.contains("Für Käse"), "{want}");
    let utf16 = |big: bool| -> Vec<u8> {
        let units = [0xFEFF].into_iter().chain(text.encode_utf16());
        units.flat_map(|unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let latin: Vec<u8> = text.chars().map(|character| character as u8).collect();
    let bom = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    let crlf = text.replace('\n', "\r\n").into_bytes();
    let semicolons = text.replace("\"2,50\"", "2,5~0").replace(',', ";").replace("2;5~0", "2,50").into_bytes();
    for bytes in [utf16(true), utf16(false), latin, bom, crlf, semicolons] {
        assert_eq!(show_with(Source::Google, bytes, &berlin(&[])), want);
    }
}

#[test]
fn physical_lines_are_counted_over_quoted_line_breaks_blank_lines_and_crlf() {
    let file =
        "Title of the report\r\n\r\nDay,Campaign,Impr.,Cost\r\n2026-01-05,\"a\r\nb\",1,1\r\n\r\nbad,c,1,1\r\nbad,d,1,1";
    insta::assert_snapshot!(show(Source::Google, file), @r#"
    google  2026-01-05 | a
    b a
    b /  /   | = | imp 1 clk 0 spend 1 conv 0 value 0 EUR [1 rows to 1]
    reject row 2 line 7 (1 rows) Day="bad": Not a date that exists; write it like 2026-01-31
    reject row 3 line 8 (1 rows) Day="bad": Not a date that exists; write it like 2026-01-31
    read 3, skipped 0
    "#);
}

#[test]
fn a_file_that_breaks_off_says_so() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("corrupt deflate stream"))
        }
    }
    let mut text = String::from("Day,Campaign,Impr.,Cost\n");
    (0..20_000).for_each(|n| text.push_str(&format!("2026-01-05,c{n},1,1\n")));
    let mut reader = open(Source::Google, BufReader::new(Cursor::new(text).chain(Broken)), &berlin(&[])).unwrap();
    assert!(reader.by_ref().count() > 10_000);
    assert_eq!(reader.failure().unwrap().to_string(), "The file could not be read to its end: corrupt deflate stream");

    let open_quote =
        format!("Day,Campaign,Impr.,Cost\n2026-01-05,c,1,1\n2026-01-05,\"c,1,1\n{}", "x\n".repeat(3_000_000));
    assert_eq!(
        reader_error(&open_quote),
        "From line 3 on the file is one cell of more than 4194304 bytes: a quotation mark is not closed there"
    );
}

fn reader_error(text: &str) -> String {
    match reader(Source::Google, text, &berlin(&[])) {
        Err(error) => error.to_string(),
        Ok(mut reader) => {
            reader.by_ref().for_each(drop);
            reader.failure().map(ToString::to_string).unwrap_or_default()
        }
    }
}

#[test]
fn a_reader_tells_its_mapping() {
    let reader = reader(
        Source::Meta,
        "Tag,Kampagnenname,Alter,Impressionen,Ausgegebener Betrag (EUR),Reichweite\n",
        &berlin(&[]),
    )
    .unwrap();
    assert_eq!(reader.kind(), FileKind::MetaAds);
    let mapping: Vec<String> = reader
        .mapping()
        .into_iter()
        .map(|column| format!("{} <- {}", column.field, column.header.unwrap_or_default()))
        .collect();
    insta::assert_snapshot!(mapping.join("\n"), @"
    day <- Tag
    spend <- Ausgegebener Betrag (EUR)
    impressions <- Impressionen
    campaign_name <- Kampagnenname
    breakdown age <- Alter
    ");
    assert_eq!(reader.unused_columns(), ["Reichweite"]);
}

#[test]
fn every_source_has_fields_with_synonyms() {
    for source in Source::ALL {
        for (kind, fields) in fields(source) {
            assert_eq!(kind.source(), source);
            assert!(fields.iter().any(|field| field.need == Need::Required));
            for field in fields {
                assert!(!field.headers.is_empty() && !field.about.is_empty(), "{}", field.name);
                let twice = fields.iter().filter(|other| other.name == field.name).count();
                assert_eq!(twice, 1, "{}", field.name);
            }
        }
    }
}

//! Meta and Google reports: languages, notations, totals, breakdowns, restated days.
#![allow(clippy::unwrap_used)]

mod common;
use common::{berlin, reader, show, show_with};
use domain::Day;
use formats::{
    ReadOptions,
    Source::{Google, Meta},
};

#[test]
fn meta_in_english_with_a_summary_row() {
    let file = "\
Reporting starts,Reporting ends,Account ID,Campaign name,Campaign ID,Ad set name,Ad name,Ad ID,Day,Impressions,Link clicks,Clicks (all),Amount spent (EUR),Purchases,Purchases conversion value,Results
2026-01-05,2026-01-06,,,,,,,,3000,30,44,21.50,3,90.00,3
2026-01-05,2026-01-06,77,Sprint 4,c-1,Refill,c12 a,a-1,2026-01-05,1000,10,15,7.25,1,30.00,9
2026-01-05,2026-01-06,77,Sprint 4,c-1,Refill,c12 a,a-1,2026-01-06,2000,20,29,14.25,2,60.00,9
";
    insta::assert_snapshot!(show(Meta, file), @"
    meta 77 2026-01-05 | c-1 Sprint 4 / Refill / a-1 c12 a | = | imp 1000 clk 10 spend 7.25 conv 1 value 30 EUR [1 rows to 2]
    meta 77 2026-01-06 | c-1 Sprint 4 / Refill / a-1 c12 a | = | imp 2000 clk 20 spend 14.25 conv 2 value 60 EUR [1 rows to 3]
    read 3, skipped 1
    ");
}

#[test]
fn meta_in_german_utf16_with_tabs_and_commas() {
    let file = "Tag\tKampagnenname\tAnzeigengruppenname\tAnzeigenname\tAlter\tGeschlecht\tImpressionen\tLink-Klicks\tAusgegebener Betrag (EUR)\tKäufe\tConversion-Wert für Käufe\n\
        05.01.2026\tSprint 4\tNachfüllen\tc12 a\t25-34\tfemale\t1.234\t12\t1.007,25\t1\t1.030,00\n\
        05.01.2026\tSprint 4\tNachfüllen\tc12 a\t35-44\tmale\t12.345.678\t1.001\t7,25\t\t\n\
        Gesamt\t\t\t\t\t\t12.346.912\t1.013\t1.014,50\t1\t1.030,00\n";
    let bytes: Vec<u8> = [0xFEFF].into_iter().chain(file.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    insta::assert_snapshot!(show_with(Meta, bytes, &berlin(&[])), @"
    meta  2026-01-05 | Sprint 4 Sprint 4 / Nachfüllen / c12 a c12 a | age,gender=25-34,female | imp 1234 clk 12 spend 1007.25 conv 1 value 1030 EUR [1 rows to 1]
    meta  2026-01-05 | Sprint 4 Sprint 4 / Nachfüllen / c12 a c12 a | age,gender=35-44,male | imp 12345678 clk 1001 spend 7.25 conv 0 value 0 EUR [1 rows to 2]
    read 3, skipped 1
    ");
}

#[test]
fn meta_in_french_and_spanish() {
    let french = "Jour;Nom de la campagne;Nom de l'ensemble de publicités;Nom de la publicité;Impressions;Clics sur un lien;Montant dépensé (EUR);Achats;Valeur de conversion des achats\n5 janv. 2026;S4;R;a;1 234;3;1 007,25;1;30,5\n";
    insta::assert_snapshot!(show(Meta, french), @"
    meta  2026-01-05 | S4 S4 / R / a a | = | imp 1234 clk 3 spend 1007.25 conv 1 value 30.5 EUR [1 rows to 1]
    read 1, skipped 0
    ");
    let spanish = "Día,Nombre de la campaña,Nombre del conjunto de anuncios,Nombre del anuncio,Impresiones,Clics en el enlace,Importe gastado (MXN),Compras\n05/01/2026,S4,R,a,100,3,\"7,25\",1\n06/01/2026,S4,R,a,100,3,\"7,50\",1\n";
    insta::assert_snapshot!(show(Meta, spanish), @"
    meta  2026-01-05 | S4 S4 / R / a a | = | imp 100 clk 3 spend 7.25 conv 1 value 0 MXN [1 rows to 1]
    meta  2026-01-06 | S4 S4 / R / a a | = | imp 100 clk 3 spend 7.5 conv 1 value 0 MXN [1 rows to 2]
    read 2, skipped 0
    ");
}

#[test]
fn meta_without_a_day_column_needs_rows_of_one_day() {
    let file = "\
Reporting starts,Reporting ends,Campaign name,Ad name,Impressions,Amount spent (USD)
2026-01-05,2026-01-05,S4,a,10,1.00
2026-01-05,2026-01-11,S4,a,70,7.00
";
    insta::assert_snapshot!(show(Meta, file), @r#"
    meta  2026-01-05 | S4 S4 /  / a a | = | imp 10 clk 0 spend 1 conv 0 value 0 USD [1 rows to 1]
    reject row 2 line 3 (1 rows) Reporting starts="2026-01-05": The row covers 2026-01-05 to 2026-01-11; export the report with the breakdown by day
    read 2, skipped 0
    "#);
}

#[test]
fn google_with_title_lines_totals_and_dashes() {
    let file = "\
Ad performance by day
\"January 5, 2026 - January 6, 2026\"
Day,Customer ID,Campaign ID,Campaign,Ad group,Ad ID,Network (with search partners),Currency code,Impr.,Clicks,CTR,Cost,Conversions,Conv. value
2026-01-05,123-456-7890,901,Brand,Refill,7001,Google search,EUR,\"1,234\",12,0.97%,10.07,0.5,30.123456
2026-01-06,123-456-7890,901,Brand,Refill,7001,Search partners,EUR,7,0,0.00%,0, --,--
Total: Account,--,--,--,--,--,--,EUR,\"1,241\",12,0.97%,10.07,0.50,30.12
Total: Search, --, --, --, --, --, --,EUR,\"1,241\",12,0.97%,10.07,0.50,30.12
";
    insta::assert_snapshot!(show(Google, file), @"
    google 123-456-7890 2026-01-05 | 901 Brand / Refill / 7001 7001 | network=Google search | imp 1234 clk 12 spend 10.07 conv 0.5 value 30.123456 EUR [1 rows to 1]
    google 123-456-7890 2026-01-06 | 901 Brand / Refill / 7001 7001 | network=Search partners | imp 7 clk 0 spend 0 conv 0 value 0 EUR [1 rows to 2]
    read 4, skipped 2
    ");
}

#[test]
fn google_in_german_by_campaign() {
    let file = "Bericht\n5. Januar 2026 – 6. Januar 2026\nTag;Kampagne;Währungscode;Impr.;Klicks;Kosten;Conversions;Conv.-Wert\n05.01.2026;Marke;EUR;1.234;12;10,07;0,50;30,12\nGesamt: Konto;--;EUR;1.234;12;10,07;0,50;30,12\n";
    insta::assert_snapshot!(show(Google, file), @"
    google  2026-01-05 | Marke Marke /  /   | = | imp 1234 clk 12 spend 10.07 conv 0.5 value 30.12 EUR [1 rows to 1]
    read 2, skipped 1
    ");
}

#[test]
fn rows_above_the_ad_are_subtotals() {
    let file = "\
Day,Campaign name,Ad set name,Ad name,Age,Impressions,Amount spent (EUR)
2026-01-05,,,,,300,3.00
2026-01-05,S4,,,,300,3.00
2026-01-05,S4,R,a,,300,3.00
2026-01-05,S4,R,a,25-34,100,1.00
2026-01-05,S4,R,a,All,300,3.00
,S4,R,a,,300,3.00
";
    insta::assert_snapshot!(show(Meta, file), @r#"
    meta  2026-01-05 | S4 S4 / R / a a | = | imp 300 clk 0 spend 3 conv 0 value 0 EUR [1 rows to 3]
    meta  2026-01-05 | S4 S4 / R / a a | age=25-34 | imp 100 clk 0 spend 1 conv 0 value 0 EUR [1 rows to 4]
    meta  2026-01-05 | S4 S4 / R / a a | = | imp 300 clk 0 spend 3 conv 0 value 0 EUR [1 rows to 5]
    reject row 6 line 7 (1 rows) Day="": The date is empty; fill it in, like 2026-01-31
    read 6, skipped 2
    "#);
}

#[test]
fn a_campaign_called_total_is_not_a_total() {
    let file = "Day,Campaign name,Ad name,Impressions,Amount spent (EUR)\n2026-01-05,Total Wellness,a,1,1.00\n2026-01-05,Total: care,a,1,1.00\n";
    insta::assert_snapshot!(show(Meta, file), @"
    meta  2026-01-05 | Total Wellness Total Wellness /  / a a | = | imp 1 clk 0 spend 1 conv 0 value 0 EUR [1 rows to 1]
    meta  2026-01-05 | Total: care Total: care /  / a a | = | imp 1 clk 0 spend 1 conv 0 value 0 EUR [1 rows to 2]
    read 2, skipped 0
    ");
}

#[test]
fn a_restated_day_is_emitted_again_and_differs_in_its_digest() {
    let file = "Day,Campaign name,Ad name,Delivery status,Impressions,Amount spent (EUR),Purchases\n2026-01-05,S4,a,active,10,1.00,1\n2026-01-05,S4,a,inactive,10,1.00,3\n2026-01-05,S4,a,inactive,10,1.00,3\n";
    let rows: Vec<_> = reader(Meta, file, &berlin(&[])).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3);
    assert_ne!(rows[0].digest, rows[1].digest);
    assert_eq!(rows[1].digest, rows[2].digest);
}

#[test]
fn an_unknown_breakdown_is_told_instead_of_losing_rows() {
    let file = "Day,Campaign name,Ad name,Carousel card,Impressions,Amount spent (EUR)\n2026-01-05,S4,a,Card one,10,1.00\n2026-01-05,S4,a,Card two,20,2.00\n";
    insta::assert_snapshot!(show(Meta, file), @r#"
    meta  2026-01-05 | S4 S4 /  / a a | = | imp 10 clk 0 spend 1 conv 0 value 0 EUR [1 rows to 1]
    reject row 2 line 3 (1 rows) Carousel card="Card two": An earlier row has the same day and identity but another text in Carousel card; the file is broken down by it, so import with --map breakdown=COLUMN or export without that column
    read 2, skipped 0
    "#);
    insta::assert_snapshot!(show_with(Meta, file, &berlin(&[("breakdown", "Carousel card")])), @"
    meta  2026-01-05 | S4 S4 /  / a a | carousel card=Card one | imp 10 clk 0 spend 1 conv 0 value 0 EUR [1 rows to 1]
    meta  2026-01-05 | S4 S4 /  / a a | carousel card=Card two | imp 20 clk 0 spend 2 conv 0 value 0 EUR [1 rows to 2]
    read 2, skipped 0
    ");
}

#[test]
fn bad_cells_are_rejected_with_what_to_do() {
    let file = "\
Day,Campaign name,Ad name,Impressions,Amount spent (EUR)
32.01.2026,S4,a,10,1.00
2026-01-05,S4,b,ten,1.00
2026-01-05,S4,c,10,1.00.00
2026-01-05,S4,d,10,7%
2026-01-05,S4,e,1.5,1.00
2026-01-05,S4,f,10,1.00,9
";
    insta::assert_snapshot!(show(Meta, file), @r#"
    reject row 1 line 2 (1 rows) Day="32.01.2026": Not a date that exists; write it like 2026-01-31
    reject row 2 line 3 (1 rows) Impressions="ten": Not a whole number; write it like 1250
    reject row 3 line 4 (1 rows) Amount spent (EUR)="1.00.00": Not an amount; write it like 12.50
    reject row 4 line 5 (1 rows) Amount spent (EUR)="7%": A percentage where an amount is expected; write it like 12.50
    reject row 5 line 6 (1 rows) Impressions="1.5": Not a whole number; write it like 1250
    reject row 6 line 7 (1 rows) ="": The row has 6 cells and the header 5; put a text that contains the delimiter into quotation marks
    read 6, skipped 0
    "#);
}

#[test]
fn a_day_can_come_from_the_map_or_the_options() {
    let file = "campaign,ad_id,Impressions,Clicks,Spent\nS4,7,100,3,1.43\n";
    insta::assert_snapshot!(show_with(Meta, file, &berlin(&[("day", "2017-08-30")])), @"
    meta  2017-08-30 | S4 S4 /  / 7 7 | = | imp 100 clk 3 spend 1.43 conv 0 value 0 EUR [1 rows to 1]
    read 1, skipped 0
    ");
    let options = ReadOptions { default_day: Day::parse("2026-01-05").ok(), ..berlin(&[]) };
    assert!(show_with(Meta, file, &options).contains("2026-01-05"));
    insta::assert_snapshot!(show(Meta, file), @"error: No header row with the columns of a Meta ad report was found; missing `day` (a column such as Day, Tag, Jour, Día). The columns there are: campaign, ad_id, Impressions, Clicks, Spent. Name the right one with --map day=COLUMN");
    insta::assert_snapshot!(show_with(Meta, file, &berlin(&[("day", "Date of day")])), @"error: The file has no column `Date of day` (mapped to `day`); its columns are campaign, ad_id, Impressions, Clicks, Spent");
    insta::assert_snapshot!(show_with(Meta, file, &berlin(&[("colour", "Spent")])), @"error: `colour` is not a field of meta files; use one of day, reporting_starts, reporting_ends, spend, impressions, clicks, conversions, value, account_id, account_name, campaign_id, campaign_name, ad_group_id, ad_group_name, ad_id, ad_name, currency");
}

#[test]
fn ambiguous_dates_follow_the_calendar_of_the_file_or_the_map() {
    let file =
        "Day,Campaign,Ad ID,Impr.,Cost\n01/02/2026,S4,1,1,1.00\n02/02/2026,S4,1,1,1.00\n03/02/2026,S4,1,1,1.00\n";
    assert!(show(Google, file).contains("2026-02-03"), "three days running in February");
    assert!(show_with(Google, file, &berlin(&[("dates", "mdy")])).contains("2026-03-02"));
    let contradiction = format!("{file}13/31/2026,S4,1,1,1.00\n02/13/2026,S4,1,1,1.00\n");
    insta::assert_snapshot!(show_with(Google, contradiction, &berlin(&[("dates", "dmy")])), @r#"
    google  2026-02-01 | S4 S4 /  / 1 1 | = | imp 1 clk 0 spend 1 conv 0 value 0 EUR [1 rows to 1]
    google  2026-02-02 | S4 S4 /  / 1 1 | = | imp 1 clk 0 spend 1 conv 0 value 0 EUR [1 rows to 2]
    google  2026-02-03 | S4 S4 /  / 1 1 | = | imp 1 clk 0 spend 1 conv 0 value 0 EUR [1 rows to 3]
    reject row 4 line 5 (1 rows) Day="13/31/2026": Not a date that exists; write it like 2026-01-31
    reject row 5 line 6 (1 rows) Day="02/13/2026": Dates of this column are read as day/month/year; if it is month/day/year, import with --map dates=mdy
    read 5, skipped 0
    "#);
}

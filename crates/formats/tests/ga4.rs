//! GA4 tables.
#![allow(clippy::unwrap_used)]

mod common;
use common::show;
use formats::Source::Ga4;

#[test]
fn an_export_with_comments_grand_total_and_one_column_for_source_and_medium() {
    let file = "\
# ----------------------------------------
# Free-form exploration
# Account: Shop, Property: Shop – GA4
# 20260105-20260106
# ----------------------------------------

Date,Session source / medium,Session campaign,Session manual ad content,Sessions,Items viewed,Add to carts,Checkouts,Ecommerce purchases,Purchase revenue
,,,,120,80,20,9,6,240.50,Grand total
20260105,facebook / paid,sprint-4,c12-a,100,70,18,8,5,200.40000000000003
20260106,(direct) / (none),(not set),(not set),20,10,2,1,1,40.1
";
    insta::assert_snapshot!(show(Ga4, file), @"
    2026-01-05 facebook/paid campaign=sprint-4 content=c12-a sessions 100 views 70 carts 18 checkouts 8 purchases 5 revenue 200.4 EUR [1 rows to 2]
    2026-01-06 (direct)/(none) campaign= content= sessions 20 views 10 carts 2 checkouts 1 purchases 1 revenue 40.1 EUR [1 rows to 3]
    read 3, skipped 1
    ");
}

#[test]
fn two_columns_german_and_a_semicolon() {
    let file = "Datum;Sitzungsquelle;Sitzungsmedium;Sitzungskampagne;Sitzungen;E-Commerce-Käufe;Kaufumsatz\n05.01.2026;google;cpc;marke;1.234;12;1.030,50\nGesamt;;;;1.234;12;1.030,50\n";
    insta::assert_snapshot!(show(Ga4, file), @"
    2026-01-05 google/cpc campaign=marke content= sessions 1234 views 0 carts 0 checkouts 0 purchases 12 revenue 1030.5 EUR [1 rows to 1]
    read 2, skipped 1
    ");
}

#[test]
fn an_unknown_dimension_is_told() {
    let file = "Date,Session source,Session medium,Device category,Sessions\n2026-01-05,google,cpc,mobile,10\n2026-01-05,google,cpc,desktop,20\n";
    insta::assert_snapshot!(show(Ga4, file), @r#"
    2026-01-05 google/cpc campaign= content= sessions 10 views 0 carts 0 checkouts 0 purchases 0 revenue 0 EUR [1 rows to 1]
    reject row 2 line 3 (1 rows) Device category="desktop": An earlier row has the same day and identity but another text in Device category; the file is broken down by it, so export without that column
    read 2, skipped 0
    "#);
}

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
    insta::assert_snapshot!(show(Ga4, file), @"");
}

#[test]
fn two_columns_german_and_a_semicolon() {
    let file = "Datum;Sitzungsquelle;Sitzungsmedium;Sitzungskampagne;Sitzungen;E-Commerce-Käufe;Kaufumsatz\n05.01.2026;google;cpc;marke;1.234;12;1.030,50\nGesamt;;;;1.234;12;1.030,50\n";
    insta::assert_snapshot!(show(Ga4, file), @"");
}

#[test]
fn an_unknown_dimension_is_told() {
    let file = "Date,Session source,Session medium,Device category,Sessions\n2026-01-05,google,cpc,mobile,10\n2026-01-05,google,cpc,desktop,20\n";
    insta::assert_snapshot!(show(Ga4, file), @"");
}

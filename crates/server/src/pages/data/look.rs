//! What a file is, with the columns it has and the fields they are read as.

use formats::{Field, FileKind, Need, Source, fields_of};
use intake::{Preview, preview_as, recognise_file};

use super::uploads::Choice;
use crate::views;

/// Words for the sources in the order of the list.
const SOURCES: [(Source, &str); 13] = [
    (Source::Shopify, "Shopify"),
    (Source::Meta, "Meta Ads"),
    (Source::Google, "Google Ads"),
    (Source::Ga4, "Google Analytics 4"),
    (Source::Transactions, "Another shop: order lines"),
    (Source::Events, "Events of visitors"),
    (Source::Inventory, "Shopify: inventory of a day"),
    (Source::Woocommerce, "WooCommerce"),
    (Source::Bigcommerce, "BigCommerce"),
    (Source::Reviews, "Reviews: Judge.me, Loox, Yotpo, Okendo"),
    (Source::Klaviyo, "Klaviyo"),
    (Source::Mailchimp, "Mailchimp"),
    (Source::Hubspot, "HubSpot"),
];

/// What a source is called.
pub fn source_label(word: &str) -> String {
    let known = SOURCES.iter().find(|(source, _)| source.as_str() == word);
    known.map_or_else(|| word.to_owned(), |(_, label)| (*label).to_owned())
}

/// Looks at a file as it was decided; as it is recognised where nothing was.
pub fn look(head: &[u8], choice: &Choice) -> Preview {
    let recognised = recognise_file(head);
    match choice.source.or(recognised.source) {
        Some(source) if choice.source.is_some() || !choice.map.is_empty() => preview_as(head, source, &choice.map),
        _ => recognised,
    }
}

/// The sources to choose from.
pub fn sources(preview: &Preview) -> Vec<views::Choice> {
    let mut choices: Vec<views::Choice> = Vec::new();
    if preview.source.is_none() {
        choices.push(views::Choice::new("", "Choose…", true));
    }
    let known = SOURCES.iter();
    choices.extend(
        known.map(|(source, label)| views::Choice::new(source.as_str(), *label, preview.source == Some(*source))),
    );
    choices
}

/// The fields of the file's kind, each with the columns it could be read from.
pub fn fields(preview: &Preview) -> Vec<views::FieldMap> {
    let Some(kind) = preview.kind.or_else(|| preview.source.map(|source| source.kinds()[0])) else { return Vec::new() };
    fields_of(kind).iter().map(|field| field_map(field, kind, preview)).collect()
}

fn field_map(field: &Field, kind: FileKind, preview: &Preview) -> views::FieldMap {
    let read = preview.mapping.iter().find(|mapped| mapped.field == field.name).map(|mapped| mapped.column.as_str());
    let needed = match field.need {
        Need::Required => true,
        Need::Optional => false,
        Need::OneOf(group) => !has_one_of(group, kind, preview),
    };
    let mut columns = vec![views::Choice::new("", "Not in this file", read.is_none())];
    columns.extend(
        preview
            .header
            .iter()
            .filter(|name| !name.trim().is_empty())
            .map(|name| views::Choice::new(name.as_str(), name.as_str(), read == Some(name.as_str()))),
    );
    if let Some(literal) = read.filter(|read| !preview.header.iter().any(|name| name == read)) {
        columns.push(views::Choice::new(literal, format!("Always “{literal}”"), true));
    }
    views::FieldMap {
        name: field.name.into(),
        label: field.about.into(),
        columns,
        needed,
        missing: needed && read.is_none(),
    }
}

fn has_one_of(group: &'static str, kind: FileKind, preview: &Preview) -> bool {
    let of_group = fields_of(kind).iter().filter(|field| field.need == Need::OneOf(group));
    of_group.into_iter().any(|field| preview.mapping.iter().any(|mapped| mapped.field == field.name))
}

/// What is read from the file, in a sentence.
pub fn read(preview: &Preview) -> String {
    if preview.mapping.is_empty() {
        return String::new();
    }
    let used = preview.mapping.len();
    format!("{used} of {} columns are read; the others are left alone.", preview.header.len().max(used))
}

/// A decision out of the form: the source, and the fields whose column differs from what would be read anyway.
pub fn decide(head: &[u8], source: Option<Source>, wanted: &[(String, String)]) -> Choice {
    let recognised = recognise_file(head);
    let source = source.filter(|source| recognised.source != Some(*source));
    let plain = look(head, &Choice { source, map: Vec::new() });
    let as_read = |field: &str| plain.mapping.iter().find(|mapped| mapped.field == field).map(|m| m.column.as_str());
    let known: Vec<&str> = match plain.kind.or_else(|| plain.source.map(|source| source.kinds()[0])) {
        Some(kind) => fields_of(kind).iter().map(|field| field.name).collect(),
        None => Vec::new(),
    };
    let map = wanted
        .iter()
        .filter(|(field, column)| known.contains(&field.as_str()) && !column.is_empty())
        .filter(|(field, column)| as_read(field) != Some(column.as_str()))
        .cloned()
        .collect();
    Choice { source, map }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ODD: &[u8] = b"Bon;Wann;Artikel;Bezeichnung;Menge;Preis\n1;2026-01-01;A;Becher;2;3,50\n";

    #[test]
    fn an_unknown_file_asks_and_a_decision_is_kept_small() {
        let preview = look(ODD, &Choice::default());
        assert_eq!((preview.source, fields(&preview).len()), (None, 0));
        assert_eq!(sources(&preview)[0].label, "Choose…");
        let wanted = [("order_id", "Bon"), ("placed_at", "Wann"), ("nonsense", "Bon"), ("country", "")];
        let wanted: Vec<(String, String)> = wanted.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec();
        let choice = decide(ODD, Some(Source::Transactions), &wanted);
        assert_eq!(choice.source, Some(Source::Transactions));
        assert!(choice.map.iter().all(|(field, _)| field == "order_id" || field == "placed_at"), "{choice:?}");
        let chosen = look(ODD, &choice);
        assert_eq!(chosen.source, Some(Source::Transactions));
        let fields = fields(&chosen);
        assert!(fields.iter().any(|field| field.name == "order_id" && !field.missing), "{fields:?}");
    }
}

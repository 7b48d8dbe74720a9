//! What a file is an export of, from its header row.

use std::{io::BufRead, sync::LazyLock};

use serde::{Deserialize, Serialize};

use crate::{
    columns::{HEADER_WITHIN, header_cells, header_key},
    decode::decode,
    error::FormatError,
    fields::{self, Need},
    source::{FileKind, Source},
};

/// What a header was recognised as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recognised {
    /// The source to import it as.
    pub source: Source,
    /// The kind of file.
    pub kind: FileKind,
}

/// What a file was recognised as, and how surely.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recognition {
    /// The source to import it as.
    pub source: Source,
    /// The kind of file.
    pub kind: FileKind,
    /// 0 to 1, out of how many of its columns the kind knows, their share of all, and how many fewer the next kind knows.
    /// From [`SURE`] on a file may be imported without asking.
    pub confidence: f64,
    /// Why, in sentences for people.
    pub reasons: Vec<String>,
    /// The header as written; empty for NDJSON.
    pub header: Vec<String>,
}

/// The confidence from which on nobody needs to be asked.
pub const SURE: f64 = 0.5;

/// Names as they are compared, of every field of a kind.
type Names = Vec<(Need, Vec<String>)>;

/// The names of all kinds: comparing a header with a thousand synonyms is cheap once they are normalised.
static NAMES: LazyLock<Vec<(FileKind, Names)>> = LazyLock::new(|| {
    let keys = |names: &[&str]| names.iter().map(|name| header_key(name).0).collect();
    let of = |kind| fields::fields_of(kind).iter().map(|field| (field.need, keys(field.headers))).collect();
    FileKind::ALL.into_iter().map(|kind| (kind, of(kind))).collect()
});

/// Recognises a file by its header row: the kind that has all its required columns there and the most known ones.
/// `None` when no kind is complete; the person then names the source and maps columns.
pub fn recognise(header: &[String]) -> Option<Recognised> {
    let (kind, _) = scores(header).into_iter().next()?;
    Some(Recognised { source: kind.source(), kind })
}

/// Recognises a file from its beginning (64 KiB are plenty, unpacked): the header may stand anywhere in the first rows,
/// behind any delimiter, in any encoding. `None` when no kind is complete.
///
/// # Errors
/// It is no text, or empty; see [`FormatError`].
pub fn identify(beginning: impl BufRead + Send + 'static) -> Result<Option<Recognition>, FormatError> {
    let mut beginning = beginning;
    let head = beginning.fill_buf()?;
    if head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start().first() == Some(&b'{') {
        let reasons = vec!["It has one JSON object a line.".to_owned()];
        let (source, kind) = (Source::Events, FileKind::Events);
        return Ok(Some(Recognition { source, kind, confidence: 0.9, reasons, header: Vec::new() }));
    }
    let prefix = decode(beginning)?.prefix;
    let mut best: Option<(usize, Vec<String>)> = None;
    for delimiter in [b',', b';', b'\t', b'|'] {
        let mut csv =
            csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(&*prefix);
        for record in csv.byte_records().take(HEADER_WITHIN) {
            let Ok(record) = record else { break };
            if record.len() < 2 {
                continue;
            }
            let header = header_cells(&record);
            let score = scores(&header).first().map_or(0, |(_, score)| *score);
            if score > best.as_ref().map_or(0, |(most, _)| *most) {
                best = Some((score, header));
            }
        }
    }
    Ok(best.and_then(|(_, header)| explained(header)))
}

/// Kinds whose required columns are all there, with how many fields the header names: the most first.
fn scores(header: &[String]) -> Vec<(FileKind, usize)> {
    let keys: Vec<String> = header.iter().map(|cell| header_key(cell).0).filter(|key| !key.is_empty()).collect();
    let scored = NAMES.iter().filter_map(|(kind, names)| strict_score(names, &keys).map(|score| (*kind, score)));
    let mut scores: Vec<(FileKind, usize)> = scored.collect();
    // Stable: of two that know as much, the more specific stands first.
    scores.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
    scores
}

fn explained(header: Vec<String>) -> Option<Recognition> {
    let scores = scores(&header);
    let &(kind, score) = scores.first()?;
    let named = header.iter().filter(|cell| !cell.trim().is_empty()).count().max(1);
    let coverage = (score as f64 / named as f64).min(1.0);
    let next = scores.get(1);
    let lead = 1.0 - next.map_or(0.0, |(_, next)| *next as f64 / score as f64);
    // Many known columns are the best evidence; half of them named by another kind as well is a tie.
    let evidence = (score as f64 / 8.0).min(1.0);
    let confidence = 0.4 * (lead * 2.0).min(1.0) + 0.4 * evidence + 0.2 * coverage;
    let known: Vec<&str> = header.iter().filter(|cell| is_named(kind, cell)).map(|cell| cell.trim()).take(5).collect();
    let label = kind.label();
    let mut reasons = vec![format!("{score} of its {named} columns are those of a {label}: {}, …", known.join(", "))];
    if let Some((other, fewer)) = next {
        reasons.push(format!("It could also be a {}, which knows {fewer} of them.", other.label()));
    }
    Some(Recognition { source: kind.source(), kind, confidence, reasons, header })
}

fn is_named(kind: FileKind, cell: &str) -> bool {
    let key = header_key(cell).0;
    let names = NAMES.iter().find(|(other, _)| *other == kind).map(|(_, names)| names);
    names.is_some_and(|names| names.iter().any(|(_, keys)| keys.contains(&key)))
}

/// How many fields the header names in the platform's own words; `None` when a required one is missing.
fn strict_score(names: &Names, keys: &[String]) -> Option<usize> {
    let mut score = 0;
    let mut open_groups: Vec<(&str, bool)> = Vec::new();
    for (need, wanted) in names {
        let found = wanted.iter().any(|name| keys.contains(name));
        score += usize::from(found);
        match need {
            Need::Required if !found => return None,
            Need::OneOf(group) => match open_groups.iter_mut().find(|(name, _)| name == group) {
                Some((_, any)) => *any |= found,
                None => open_groups.push((group, found)),
            },
            Need::Required | Need::Optional => {}
        }
    }
    open_groups.iter().all(|(_, any)| *any).then_some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(header: &str) -> Option<FileKind> {
        let cells: Vec<String> = header.split(',').map(str::to_owned).collect();
        recognise(&cells).map(|recognised| recognised.kind)
    }

    #[test]
    fn headers_are_recognised() {
        use FileKind::*;
        let cases = [
            (
                "Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku",
                Some(ShopifyOrders),
            ),
            ("Handle,Title,Body (HTML),Vendor,Type,Tags,Variant SKU,Variant Price", Some(ShopifyProducts)),
            ("Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Total Spent", Some(ShopifyCustomers)),
            ("Day,Campaign name,Ad set name,Ad name,Impressions,Link clicks,Amount spent (EUR)", Some(MetaAds)),
            (
                "Tag,Kampagnenname,Anzeigengruppenname,Anzeigenname,Impressionen,Ausgegebener Betrag (EUR)",
                Some(MetaAds),
            ),
            ("Jour,Nom de la campagne,Nom de la publicité,Impressions,Montant dépensé (EUR)", Some(MetaAds)),
            ("Día,Nombre de la campaña,Nombre del anuncio,Impresiones,Importe gastado (EUR)", Some(MetaAds)),
            ("Day,Campaign,Ad group,Ad ID,Currency code,Impr.,Clicks,Cost,Conversions,Conv. value", Some(GoogleAds)),
            ("Tag,Kampagne,Anzeigengruppe,Anzeigen-ID,Währungscode,Impr.,Klicks,Kosten", Some(GoogleAds)),
            ("Jour,Campagne,Groupe d'annonces,Impr.,Clics,Coût", Some(GoogleAds)),
            ("Día,Campaña,Grupo de anuncios,Impr.,Clics,Coste", Some(GoogleAds)),
            (
                "Date,Session source / medium,Session campaign,Session manual ad content,Sessions,Ecommerce purchases",
                Some(Ga4Funnel),
            ),
            ("Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country", Some(OrderLines)),
            ("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country", Some(OrderLines)),
            ("Event,Timestamp,Anonymous ID,SKU", Some(Events)),
            ("a,b,c", None),
            ("", None),
        ];
        for (header, want) in cases {
            assert_eq!(kind(header), want, "{header}");
        }
    }
}

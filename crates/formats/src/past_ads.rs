//! What the user's own ad exports say of their account: ids, page, pixel, the language of its headers, how ads are named,
//! and every ad with what it was and what the platform claims of it.
//!
//! Two kinds of files are read: a **report** (spend by ad, with days or a range) and a **bulk export** of Ads Manager or
//! Ads Editor (copy, page and pixel, no figures). Both name their ads, so one completes the other.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::BufRead,
};

use domain::{Day, Micros, facts::AdPlatform};
use serde::Serialize;

use crate::{
    ReadOptions,
    columns::{Columns, Layout, find_layout, header_cells, header_key},
    common::is_total_word,
    dates::Dates,
    decode::decode,
    error::{FormatError, Reject},
    numbers::{Notation, Numbers},
    records::{Problem, Rec, Records},
    source::{FileKind, Source},
};

/// Rows looked at to guess notations.
const SAMPLE_ROWS: usize = 1_000;
/// Rows at the top among which the header of a bulk export is looked for.
const HEADER_WITHIN: usize = 12;
/// Rejects that are kept; the rest is counted.
const KEEP_REJECTS: usize = 50;
/// Characters of an ad's copy that are kept.
const COPY_CHARS: usize = 600;

/// An ad of the past.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LearnedAd {
    /// Account number, else its name.
    pub account_id: String,
    /// Campaign.
    pub campaign: String,
    /// Ad set or ad group.
    pub ad_group: String,
    /// The platform's number of the ad, where the file has it.
    pub ad_id: String,
    /// Its name.
    pub name: String,
    /// Its copy, where the file has it.
    pub text: String,
    /// First day in the file.
    pub first_day: Option<Day>,
    /// Last day in the file.
    pub last_day: Option<Day>,
    /// Currency of the money.
    pub currency: Option<String>,
    /// Spend.
    pub spend_micros: Micros,
    /// Impressions.
    pub impressions: i64,
    /// Clicks.
    pub clicks: i64,
    /// Purchases the platform claims, in millionths.
    pub conversions_micros: Micros,
    /// Their value.
    pub value_micros: Micros,
}

/// How most ads of an account are named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Naming {
    /// What stands between the parts, e.g. ` | `.
    pub separator: String,
    /// Parts of a name.
    pub parts: usize,
    /// Per cent of the ads that are named so.
    pub percent: u32,
    /// One of them.
    pub example: String,
}

/// What a file says of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountFile {
    /// Whose file.
    pub platform: AdPlatform,
    /// Whether it has figures; a bulk export has none.
    pub is_report: bool,
    /// Language of its headers: `English`, `German`, `French` or `Spanish`.
    pub language: &'static str,
    /// Account numbers, else names.
    pub account_ids: Vec<String>,
    /// Pages that ads are published by.
    pub page_ids: Vec<String>,
    /// Pixels that conversions are counted with.
    pub pixel_ids: Vec<String>,
    /// How most ads are named.
    pub naming: Option<Naming>,
    /// The ads, one each.
    pub ads: Vec<LearnedAd>,
    /// Data rows.
    pub rows_read: u64,
    /// Rows that are no ad: totals, campaigns, ad groups, keywords.
    pub rows_skipped: u64,
    /// Rows that could not be read.
    pub rows_rejected: u64,
    /// The first of them.
    pub rejects: Vec<Reject>,
}

/// Headers, as keys, under which a bulk export has what no report has.
const PAGE: [&str; 7] =
    ["linkobjectid", "pageid", "facebookpageid", "facebookpage", "seitenid", "iddelapage", "identificadordelapágina"];
const PIXEL: [&str; 6] =
    ["optimizedconversiontrackingpixels", "conversiontrackingpixels", "pixelid", "metapixelid", "datasetid", "pixel"];
const COPY: [&str; 16] = [
    "body",
    "primarytext",
    "title",
    "headline",
    "bodyadsettings",
    "titleadsettings",
    "linkdescription",
    "primärtext",
    "überschrift",
    "texteprincipal",
    "titre",
    "textoprincipal",
    "título",
    "description",
    "longheadline",
    "finalurl",
];

/// Reads a file of an ad account. `platform` decides where a file could be either's.
///
/// # Errors
/// It is no text, empty, or neither a report with spend and impressions nor a bulk export with names and copy.
pub fn read_account(
    input: impl BufRead + Send + 'static,
    platform: Option<AdPlatform>,
    options: &ReadOptions,
) -> Result<AccountFile, FormatError> {
    let decoded = decode(input)?;
    // A report over a whole range has no day; it is read all the same.
    let lenient = ReadOptions { default_day: options.default_day.or(Some(Day::from_epoch_days(0))), ..options.clone() };
    let layouts: Vec<Result<Layout, FormatError>> =
        [(Source::Meta, AdPlatform::Meta), (Source::Google, AdPlatform::Google)]
            .into_iter()
            .filter(|(_, of)| platform.is_none_or(|wanted| wanted == *of))
            .map(|(source, _)| find_layout(source, &decoded.prefix, &lenient))
            .collect();
    let report = layouts.into_iter().reduce(|best, next| match (&best, &next) {
        (Ok(a), Ok(b)) if b.columns.mapping().len() > a.columns.mapping().len() => next,
        (Err(_), Ok(_)) => next,
        _ => best,
    });
    match report {
        Some(Ok(layout)) => Reading::report(layout, decoded.stream, options)?.run(),
        Some(Err(problem)) => match bulk_header(&decoded.prefix, platform) {
            Some((header, delimiter, at, platform)) => {
                Reading::bulk(header, delimiter, at, platform, decoded.stream)?.run()
            }
            None => Err(problem),
        },
        None => Err(FormatError::Empty),
    }
}

/// The header of a bulk export: where it stands, and whose.
fn bulk_header(prefix: &[u8], platform: Option<AdPlatform>) -> Option<(Vec<String>, u8, usize, AdPlatform)> {
    for delimiter in [b',', b'\t', b';'] {
        let mut csv =
            csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(prefix);
        for (at, record) in csv.byte_records().take(HEADER_WITHIN).enumerate() {
            let Ok(record) = record else { break };
            let header = header_cells(&record);
            let keys: Vec<String> = header.iter().map(|cell| header_key(cell).0).collect();
            let has = |name: &str| keys.iter().any(|key| key == name);
            let meta = has("adname") && (has("body") || has("title") || has("primarytext"));
            let google = has("campaign") && has("adgroup") && has("headline1");
            match (meta, google) {
                (true, _) if platform != Some(AdPlatform::Google) => {
                    return Some((header, delimiter, at, AdPlatform::Meta));
                }
                (_, true) if platform != Some(AdPlatform::Meta) => {
                    return Some((header, delimiter, at, AdPlatform::Google));
                }
                _ => {}
            }
        }
    }
    None
}

/// Where the names and the copy of a row stand.
struct Places {
    account: Vec<usize>,
    campaign: Vec<usize>,
    ad_group: Vec<usize>,
    ad_id: Option<usize>,
    ad: Vec<usize>,
    page: Vec<usize>,
    pixel: Vec<usize>,
    copy: Vec<usize>,
}

/// Where the figures of a report stand.
struct Figures {
    day: Dates,
    starts: Dates,
    ends: Dates,
    spend: Numbers,
    impressions: Numbers,
    clicks: Numbers,
    conversions: Numbers,
    value: Numbers,
    currency: Option<usize>,
    header_currency: Option<String>,
    default_day: Option<Day>,
}

struct Reading {
    platform: AdPlatform,
    columns: Columns,
    places: Places,
    figures: Option<Figures>,
    records: Records,
}

impl Reading {
    fn report(
        layout: Layout,
        stream: Box<dyn std::io::Read + Send>,
        options: &ReadOptions,
    ) -> Result<Reading, FormatError> {
        let mut records = Records::open(stream, layout.delimiter, layout.header_record)?;
        let sample = records.read_ahead(SAMPLE_ROWS)?;
        let columns = layout.columns;
        let notation = Notation::guess(&sample, &columns, layout.delimiter);
        let numbers = |field: &str| Numbers::of(field, &columns, &sample, notation);
        let dates = |field: &str| Dates::of(field, &columns, &sample, notation.mark());
        let figures = Figures {
            day: dates("day"),
            starts: dates("reporting_starts"),
            ends: dates("reporting_ends"),
            spend: numbers("spend"),
            impressions: numbers("impressions"),
            clicks: numbers("clicks"),
            conversions: numbers("conversions"),
            value: numbers("value"),
            currency: columns.at("currency"),
            default_day: options.default_day,
            header_currency: columns.header_currency.map(|currency| currency.to_string()),
        };
        let at = |fields: &[&str]| fields.iter().filter_map(|field| columns.at(field)).collect::<Vec<_>>();
        let by_key = |keys: &[&str]| by_keys(&columns.header, keys);
        let places = Places {
            account: at(&["account_id", "account_name"]),
            campaign: at(&["campaign_name", "campaign_id"]),
            ad_group: at(&["ad_group_name", "ad_group_id"]),
            ad_id: columns.at("ad_id"),
            ad: at(&["ad_name", "ad_id"]),
            page: by_key(&PAGE),
            pixel: by_key(&PIXEL),
            copy: copy_columns(&columns.header),
        };
        let platform = if layout.kind == FileKind::GoogleAds { AdPlatform::Google } else { AdPlatform::Meta };
        Ok(Reading { platform, columns, places, figures: Some(figures), records })
    }

    fn bulk(
        header: Vec<String>,
        delimiter: u8,
        at: usize,
        platform: AdPlatform,
        stream: Box<dyn std::io::Read + Send>,
    ) -> Result<Reading, FormatError> {
        let records = Records::open(stream, delimiter, at)?;
        let find = |keys: &[&str]| by_keys(&header, keys);
        let places = Places {
            account: find(&["accountid", "adaccountid", "customerid", "account", "accountname"]),
            campaign: find(&["campaignname", "campaign"]),
            ad_group: find(&["adsetname", "adgroup"]),
            ad_id: find(&["adid"]).first().copied(),
            ad: find(&["adname", "headline1", "adid"]),
            page: find(&PAGE),
            pixel: find(&PIXEL),
            copy: copy_columns(&header),
        };
        let mut columns = Columns::of_lines();
        columns.header = header;
        Ok(Reading { platform, columns, places, figures: None, records })
    }

    fn run(mut self) -> Result<AccountFile, FormatError> {
        let mut file = AccountFile {
            platform: self.platform,
            is_report: self.figures.is_some(),
            language: language(&self.columns.header),
            account_ids: Vec::new(),
            page_ids: Vec::new(),
            pixel_ids: Vec::new(),
            naming: None,
            ads: Vec::new(),
            rows_read: 0,
            rows_skipped: 0,
            rows_rejected: 0,
            rejects: Vec::new(),
        };
        let mut ads: BTreeMap<[String; 4], LearnedAd> = BTreeMap::new();
        let (mut accounts, mut pages, mut pixels) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut rec = Rec::default();
        while self.records.next_into(&mut rec)? {
            if rec.is_blank() {
                file.rows_skipped += 1;
                continue;
            }
            pages.extend(ids(&rec, &self.places.page));
            pixels.extend(ids(&rec, &self.places.pixel));
            accounts.extend(first(&rec, &self.places.account));
            match self.row(&rec) {
                Ok(Some(ad)) => {
                    let key = [ad.account_id.clone(), ad.campaign.clone(), ad.ad_group.clone(), name_key(&ad)];
                    match ads.get_mut(&key) {
                        Some(known) => add(known, ad),
                        None => {
                            ads.insert(key, ad);
                        }
                    }
                }
                Ok(None) => file.rows_skipped += 1,
                Err(problem) => {
                    file.rows_rejected += 1;
                    if file.rejects.len() < KEEP_REJECTS {
                        file.rejects.push(rec.reject(&self.columns, problem.column, problem.reason));
                    }
                }
            }
        }
        file.rows_read = self.records.rows_read();
        file.account_ids = accounts.into_iter().collect();
        file.page_ids = pages.into_iter().collect();
        file.pixel_ids = pixels.into_iter().collect();
        file.ads = ads.into_values().collect();
        file.naming = naming(file.ads.iter().map(|ad| ad.name.as_str()));
        Ok(file)
    }

    /// The ad of a row; `None` for what is no ad.
    fn row(&self, rec: &Rec) -> Result<Option<LearnedAd>, Problem> {
        let of = |places: &[usize]| first(rec, places).unwrap_or_default();
        let (campaign, ad_group, name) = (of(&self.places.campaign), of(&self.places.ad_group), of(&self.places.ad));
        let is_total = [&campaign, &ad_group, &name].iter().any(|text| is_total_word(text));
        // Without an ad, a report by ad group or campaign still says what that spent; a bulk export's row is no ad then.
        let name = match (name.is_empty(), &self.figures) {
            (false, _) => name,
            (true, Some(_)) if self.places.ad.is_empty() && !ad_group.is_empty() => ad_group.clone(),
            (true, Some(_)) if self.places.ad.is_empty() && self.places.ad_group.is_empty() => campaign.clone(),
            _ => String::new(),
        };
        if is_total || name.is_empty() {
            return Ok(None);
        }
        let mut ad = LearnedAd {
            account_id: of(&self.places.account),
            ad_id: plain_id(rec.get(self.places.ad_id)),
            text: copy(rec, &self.places.copy),
            campaign,
            ad_group,
            name,
            ..LearnedAd::default()
        };
        if let Some(figures) = &self.figures {
            let day = |dates: &Dates| match dates.column().filter(|column| !rec.get(Some(*column)).is_empty()) {
                Some(_) => dates.day(rec).map(Some),
                None => Ok(None),
            };
            let on = day(&figures.day)?;
            ad.first_day = on.or(day(&figures.starts)?).or(figures.default_day);
            ad.last_day = on.or(day(&figures.ends)?).or(ad.first_day);
            ad.spend_micros = figures.spend.amount(rec)?.unwrap_or(0);
            ad.impressions = figures.impressions.count(rec)?.unwrap_or(0);
            ad.clicks = figures.clicks.count(rec)?.unwrap_or(0);
            ad.conversions_micros = figures.conversions.amount(rec)?.unwrap_or(0);
            ad.value_micros = figures.value.amount(rec)?.unwrap_or(0);
            let own = rec.get(figures.currency);
            ad.currency = Some(own.to_owned()).filter(|code| code.len() == 3).or(figures.header_currency.clone());
        }
        Ok(Some(ad))
    }
}

fn name_key(ad: &LearnedAd) -> String {
    if ad.ad_id.is_empty() { ad.name.clone() } else { ad.ad_id.clone() }
}

fn add(known: &mut LearnedAd, ad: LearnedAd) {
    known.first_day = [known.first_day, ad.first_day].into_iter().flatten().min();
    known.last_day = [known.last_day, ad.last_day].into_iter().flatten().max();
    known.spend_micros = known.spend_micros.saturating_add(ad.spend_micros);
    known.impressions = known.impressions.saturating_add(ad.impressions);
    known.clicks = known.clicks.saturating_add(ad.clicks);
    known.conversions_micros = known.conversions_micros.saturating_add(ad.conversions_micros);
    known.value_micros = known.value_micros.saturating_add(ad.value_micros);
    if known.text.is_empty() {
        known.text = ad.text;
    }
}

fn by_keys(header: &[String], wanted: &[&str]) -> Vec<usize> {
    let keys: Vec<String> = header.iter().map(|cell| header_key(cell).0).collect();
    wanted.iter().filter_map(|name| keys.iter().position(|key| key == name)).collect()
}

/// Columns of copy: the known headers, and numbered headlines and descriptions.
fn copy_columns(header: &[String]) -> Vec<usize> {
    let keys = header.iter().map(|cell| header_key(cell).0).enumerate();
    let is_copy = |key: &str| {
        let base = key.trim_end_matches(|c: char| c.is_ascii_digit());
        key != "finalurl" && (COPY.contains(&key) || (base != key && ["headline", "description"].contains(&base)))
    };
    keys.filter(|(_, key)| is_copy(key)).map(|(at, _)| at).collect()
}

fn blank(text: &str) -> bool {
    matches!(text, "" | "--" | "-" | "—")
}

fn first(rec: &Rec, places: &[usize]) -> Option<String> {
    places.iter().map(|at| rec.get(Some(*at))).find(|text| !blank(text)).map(plain_id)
}

/// Ids of a bulk export carry their kind: `a:123`, `o:123`, `tp:123`.
fn plain_id(text: &str) -> String {
    match text.split_once(':') {
        Some((kind, id)) if kind.len() <= 2 && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) => {
            id.into()
        }
        _ => text.to_owned(),
    }
}

fn ids(rec: &Rec, places: &[usize]) -> Vec<String> {
    let found = places.iter().map(|at| plain_id(rec.get(Some(*at))));
    found.filter(|id| id.len() >= 5 && id.bytes().all(|byte| byte.is_ascii_digit())).collect()
}

fn copy(rec: &Rec, places: &[usize]) -> String {
    let texts: Vec<&str> = places.iter().map(|at| rec.get(Some(*at))).filter(|text| !blank(text)).collect();
    texts.join("\n").chars().take(COPY_CHARS).collect()
}

/// The language most headers are written in; what all languages share says nothing.
fn language(header: &[String]) -> &'static str {
    const WORDS: [(&str, &[&str]); 3] = [
        (
            "German",
            &[
                "anzeige",
                "kampagne",
                "betrag",
                "kosten",
                "bericht",
                "klicks",
                "impressionen",
                "konto",
                "währung",
                "ausgegeben",
            ],
        ),
        (
            "French",
            &["campagne", "dépensé", "publicité", "coût", "annonce", "compte", "clics", "ensemble", "rapport", "jour"],
        ),
        (
            "Spanish",
            &[
                "campaña",
                "importe",
                "gastado",
                "anuncio",
                "coste",
                "cuenta",
                "impresiones",
                "conjunto",
                "informe",
                "día",
            ],
        ),
    ];
    let lower: Vec<String> = header.iter().map(|cell| cell.to_lowercase()).collect();
    let hits = |words: &[&str]| lower.iter().filter(|cell| words.iter().any(|word| cell.contains(word))).count();
    let best = WORDS.iter().map(|(language, words)| (hits(words), *language)).max_by_key(|(hits, _)| *hits);
    best.filter(|(hits, _)| *hits >= 2).map_or("English", |(_, language)| language)
}

/// The separator and number of parts that most names share, where three in five do.
fn naming<'n>(names: impl Iterator<Item = &'n str>) -> Option<Naming> {
    const SEPARATORS: [&str; 6] = [" | ", " - ", " – ", "_", " / ", "|"];
    let names: Vec<&str> = names.collect();
    let mut counts: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for name in &names {
        let parts = |separator: &str| name.split(separator).count();
        if let Some(at) = SEPARATORS.iter().position(|separator| parts(separator) > 1) {
            *counts.entry((at, parts(SEPARATORS[at]))).or_default() += 1;
        }
    }
    let ((at, parts), count) =
        counts.into_iter().max_by_key(|(pattern, count)| (*count, std::cmp::Reverse(*pattern)))?;
    let separator = SEPARATORS[at];
    let example = names.iter().find(|name| name.split(separator).count() == parts)?;
    let percent = (100 * count / names.len().max(1)) as u32;
    (count >= 3 && percent >= 60).then(|| Naming {
        separator: separator.to_owned(),
        parts,
        percent,
        example: (*example).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn read(text: &str) -> AccountFile {
        read_account(Cursor::new(text.to_owned()), None, &ReadOptions::default()).expect("readable")
    }

    #[test]
    fn a_report_by_day_becomes_one_ad_each_in_its_language() {
        let file = read(
            "Tag,Konto-ID,Kampagnenname,Anzeigengruppenname,Name der Anzeige,Impressionen,Link-Klicks,Ausgegebener Betrag (EUR),Käufe,Conversion-Wert für Käufe\n\
             2026-01-02,77001,Prospecting,Broad,UGC | Reviews | v1,1000,10,\"12,50\",1,\"40,00\"\n\
             2026-01-03,77001,Prospecting,Broad,UGC | Reviews | v1,900,9,\"10,50\",2,\"80,00\"\n\
             2026-01-03,77001,Prospecting,Broad,Still | Gift | v2,100,1,\"5,00\",0,\"0,00\"\n\
             2026-01-04,77001,Prospecting,Broad,Still | Craft | v1,100,1,kaputt,0,\"0,00\"\n",
        );
        assert_eq!((file.platform, file.language, file.is_report), (AdPlatform::Meta, "German", true));
        assert_eq!((file.rows_read, file.rows_skipped, file.rows_rejected), (4, 0, 1));
        assert_eq!(file.rejects[0].column, "Ausgegebener Betrag (EUR)");
        let ugc = file.ads.iter().find(|ad| ad.name.starts_with("UGC")).expect("there");
        assert_eq!((ugc.spend_micros, ugc.impressions, ugc.value_micros), (23_000_000, 1_900, 120_000_000));
        assert_eq!((ugc.first_day, ugc.last_day), (Day::parse("2026-01-02").ok(), Day::parse("2026-01-03").ok()));
        assert_eq!((ugc.account_id.as_str(), ugc.currency.as_deref()), ("77001", Some("EUR")));
        assert_eq!(file.naming, None, "two ads are no pattern");
    }

    #[test]
    fn a_bulk_export_gives_copy_page_and_pixel() {
        let mut text = String::from(
            "Campaign ID,Campaign Name,Ad Set Name,Ad ID,Ad Name,Title,Body,Link Object ID,Optimized Conversion Tracking Pixels\n",
        );
        for n in 1..=4 {
            text.push_str(&format!(
                "c:9,Spring,Broad,a:{n}00001,Still | Gift | v{n},A present,Made by hand,o:112233445,tp:998877665\n"
            ));
        }
        let file = read(&text);
        assert_eq!((file.platform, file.is_report, file.ads.len()), (AdPlatform::Meta, false, 4));
        assert_eq!(
            (file.page_ids.as_slice(), file.pixel_ids.as_slice()),
            (&["112233445".to_owned()][..], &["998877665".to_owned()][..])
        );
        assert_eq!(file.ads[0].text, "A present\nMade by hand");
        let naming = file.naming.expect("a pattern");
        assert_eq!((naming.separator.as_str(), naming.parts, naming.percent), (" | ", 3, 100));
    }

    #[test]
    fn google_editor_and_google_reports_are_told_apart_and_totals_are_no_ads() {
        let editor = read(
            "Campaign\tAd Group\tAd type\tHeadline 1\tHeadline 2\tDescription 1\tKeyword\n\
             Generic\tTea\t\t\t\t\tgreen tea\n\
             Generic\tTea\tResponsive search ad\tGreen tea\tBrewed right\tLoose leaves.\t\n",
        );
        assert_eq!((editor.platform, editor.ads.len(), editor.rows_skipped), (AdPlatform::Google, 1, 1));
        assert_eq!(editor.ads[0].text, "Green tea\nBrewed right\nLoose leaves.");
        let report = read(
            "Ad report\n\"1 January 2026 - 31 January 2026\"\nCustomer ID,Campaign,Ad group,Ad name,Currency code,Impr.,Clicks,Cost,Conversions,Conv. value\n\
             123-456-7890,Generic,Tea,RSA Tea,EUR,\"1,200\",30,45.10,2.5,130.00\n\
             Total: account,--,--,--,EUR,\"1,200\",30,45.10,2.5,130.00\n",
        );
        assert_eq!((report.platform, report.ads.len(), report.rows_skipped), (AdPlatform::Google, 1, 1), "{report:?}");
        assert_eq!(report.ads[0].conversions_micros, 2_500_000);
    }

    #[test]
    fn another_file_is_refused() {
        assert!(read_account(Cursor::new("a,b\n1,2\n"), None, &ReadOptions::default()).is_err());
        assert!(read_account(Cursor::new(""), None, &ReadOptions::default()).is_err());
    }
}

//! Google Ads Editor: *File ▸ Import ▸ From file*. Headers are English in every language of the tool; see "CSV file
//! columns" in the Editor's help.

use domain::{Money, launch::LaunchCampaign};

use super::{Sheet, least_of, texts};

/// Headlines and descriptions of a responsive search ad.
const HEADLINES: usize = 15;
const DESCRIPTIONS: usize = 4;

/// The campaign with its ad groups, keywords and responsive search ads, all paused. The daily budget stands on the
/// campaign; a concept's minimum, for which search has no setting, stands in the ad group's comment.
///
/// Location targeting is left to the person: without it the Editor asks before anything is posted.
pub fn google_editor_csv(campaign: &LaunchCampaign) -> String {
    let mut columns: Vec<String> = [
        "Campaign",
        "Campaign Type",
        "Networks",
        "Budget",
        "Budget type",
        "Bid Strategy Type",
        "Languages",
        "Start Date",
        "End Date",
        "Campaign Status",
        "Ad Group",
        "Ad Group Status",
        "Keyword",
        "Criterion Type",
        "Ad type",
    ]
    .map(str::to_owned)
    .to_vec();
    columns.extend((1..=HEADLINES).map(|n| format!("Headline {n}")));
    columns.extend((1..=DESCRIPTIONS).map(|n| format!("Description {n}")));
    columns.extend(["Path 1", "Path 2", "Final URL", "Status", "Comment"].map(str::to_owned));
    let mut sheet = Sheet::new(columns);

    sheet.row([
        ("Campaign", campaign.name.clone()),
        ("Campaign Type", "Search".into()),
        ("Networks", "Google search".into()),
        ("Budget", Money::new(campaign.daily_budget_minor, campaign.currency).to_decimal()),
        ("Budget type", "Daily".into()),
        ("Bid Strategy Type", "Maximize conversions".into()),
        ("Languages", "All".into()),
        ("Start Date", campaign.flight.from.to_string()),
        ("End Date", campaign.flight.to.to_string()),
        ("Campaign Status", "Paused".into()),
    ]);
    let mut groups: Vec<&str> = Vec::new();
    let mut keywords: Vec<(&str, String, &str)> = Vec::new();
    for ad in &campaign.ads {
        if !groups.contains(&ad.ad_group.as_str()) {
            groups.push(&ad.ad_group);
            let comment = match least_of(campaign, &ad.ad_group) {
                0 => String::new(),
                minor => format!(
                    "At least {} a day of the campaign's budget is meant for this ad group",
                    Money::new(minor, campaign.currency)
                ),
            };
            sheet.row([
                ("Campaign", campaign.name.clone()),
                ("Ad Group", ad.ad_group.clone()),
                ("Ad Group Status", "Paused".into()),
                ("Comment", comment),
            ]);
        }
        for keyword in &ad.keywords {
            let (text, kind) = match_type(keyword);
            let entry = (ad.ad_group.as_str(), text, kind);
            if !keywords.contains(&entry) {
                sheet.row([
                    ("Campaign", campaign.name.clone()),
                    ("Ad Group", ad.ad_group.clone()),
                    ("Keyword", entry.1.clone()),
                    ("Criterion Type", kind.into()),
                    ("Status", "Paused".into()),
                ]);
                keywords.push(entry);
            }
        }
        let headlines: Vec<String> = (1..=HEADLINES).map(|n| format!("Headline {n}")).collect();
        let descriptions: Vec<String> = (1..=DESCRIPTIONS).map(|n| format!("Description {n}")).collect();
        let named =
            |names: &'static [&str], slot: &'static str| names.iter().copied().zip(texts(ad, slot).map(str::to_owned));
        let fixed = [
            ("Campaign", campaign.name.clone()),
            ("Ad Group", ad.ad_group.clone()),
            ("Ad type", "Responsive search ad".into()),
            ("Final URL", ad.final_url.clone()),
            ("Status", "Paused".into()),
            ("Comment", ad.name.clone()),
        ];
        let cells = fixed
            .into_iter()
            .chain(headlines.iter().map(String::as_str).zip(texts(ad, "headline").map(str::to_owned)))
            .chain(descriptions.iter().map(String::as_str).zip(texts(ad, "description").map(str::to_owned)))
            .chain(named(&["Path 1", "Path 2"], "path"));
        sheet.row(cells);
    }
    sheet.to_csv()
}

/// `[exact]`, `"phrase"`, and phrase for a keyword without marks: broad match spends on what nobody approved.
fn match_type(keyword: &str) -> (String, &'static str) {
    let keyword = keyword.trim();
    let inside = |open: char, close: char| keyword.strip_prefix(open).and_then(|text| text.strip_suffix(close));
    match (inside('[', ']'), inside('"', '"')) {
        (Some(text), _) => (text.trim().to_owned(), "Exact"),
        (_, Some(text)) => (text.trim().to_owned(), "Phrase"),
        _ => (keyword.to_owned(), "Phrase"),
    }
}

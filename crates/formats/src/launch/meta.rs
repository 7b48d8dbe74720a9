//! Meta Ads Manager: *Import & export ▸ Import ads in bulk*. Column names are those of its own export template.

use domain::{Day, Money, launch::LaunchCampaign};

use super::{Sheet, least_of, texts};

/// Further texts a single-image ad takes beside its first.
const ADDITIONAL: usize = 4;

/// One row an ad with its ad set and campaign, all paused. The daily budget stands on the campaign, the platform shares
/// it out, and each ad set has its minimum.
///
/// Page and pixel stand in it where the user's own exports showed them; they, the countries and the image or video are
/// else chosen in the import's preview.
pub fn meta_bulk_csv(campaign: &LaunchCampaign) -> String {
    let additional = |what: &str| (1..=ADDITIONAL).map(|n| format!("Additional {what} {n}")).collect::<Vec<_>>();
    let (titles, bodies, descriptions) = (additional("Title"), additional("Body"), additional("Link Description"));
    let mut columns: Vec<String> = [
        "Campaign Name",
        "Campaign Status",
        "Campaign Objective",
        "Buying Type",
        "Campaign Daily Budget",
        "Campaign Bid Strategy",
        "Campaign Start Time",
        "Campaign Stop Time",
        "Ad Set Name",
        "Ad Set Run Status",
        "Ad Set Time Start",
        "Ad Set Time Stop",
        "Ad Set Minimum Spend Limit",
        "Optimization Goal",
        "Billing Event",
        "Countries",
        "Ad Name",
        "Ad Status",
        "Creative Type",
        "Title",
    ]
    .map(str::to_owned)
    .to_vec();
    columns.extend(titles.iter().cloned());
    columns.push("Body".to_owned());
    columns.extend(bodies.iter().cloned());
    columns.push("Link Description".to_owned());
    columns.extend(descriptions.iter().cloned());
    columns.extend(
        ["Optimize text per person", "Link", "URL Tags", "Call to Action", "Image File Name"].map(str::to_owned),
    );
    // Ids of the account, where the user's own exports showed them, under the names of the platform's own export.
    let account = &campaign.account;
    let own: Vec<(&str, String)> = [
        ("Link Object ID", prefixed("o:", &account.page_id)),
        ("Optimized Conversion Tracking Pixels", prefixed("tp:", &account.pixel_id)),
    ]
    .into_iter()
    .filter(|(_, id)| !id.is_empty())
    .collect();
    columns.extend(own.iter().map(|(column, _)| (*column).to_owned()));
    let mut sheet = Sheet::new(columns);

    let (start, stop) = (us_time(campaign.flight.from, "12:00 am"), us_time(campaign.flight.to, "11:59 pm"));
    for ad in &campaign.ads {
        let least = match least_of(campaign, &ad.ad_group) {
            0 => String::new(),
            minor => Money::new(minor, campaign.currency).to_decimal(),
        };
        let (link, tags) = split_utm(&ad.final_url);
        let fixed = [
            ("Campaign Name", campaign.name.clone()),
            ("Campaign Status", "PAUSED".into()),
            ("Campaign Objective", "Outcome Sales".into()),
            ("Buying Type", "AUCTION".into()),
            ("Campaign Daily Budget", Money::new(campaign.daily_budget_minor, campaign.currency).to_decimal()),
            ("Campaign Bid Strategy", "Highest volume or value".into()),
            ("Campaign Start Time", start.clone()),
            ("Campaign Stop Time", stop.clone()),
            ("Ad Set Name", ad.ad_group.clone()),
            ("Ad Set Run Status", "PAUSED".into()),
            ("Ad Set Time Start", start.clone()),
            ("Ad Set Time Stop", stop.clone()),
            ("Ad Set Minimum Spend Limit", least),
            ("Optimization Goal", "OFFSITE_CONVERSIONS".into()),
            ("Billing Event", "IMPRESSIONS".into()),
            ("Ad Name", ad.name.clone()),
            ("Ad Status", "PAUSED".into()),
            ("Creative Type", "Link Page Post Ad".into()),
            ("Optimize text per person", "No".into()),
            ("Link", link),
            ("URL Tags", tags),
            ("Call to Action", "SHOP_NOW".into()),
        ];
        let slot = |first: &'static str, more: &[String], slot: &'static str| -> Vec<(String, String)> {
            let names = std::iter::once(first.to_owned()).chain(more.iter().cloned());
            names.zip(texts(ad, slot).map(str::to_owned)).collect()
        };
        let copy: Vec<(String, String)> = [
            slot("Title", &titles, "headline"),
            slot("Body", &bodies, "primary_text"),
            slot("Link Description", &descriptions, "description"),
        ]
        .concat();
        let copy = copy.iter().map(|(column, text)| (column.as_str(), text.clone()));
        sheet.row(fixed.into_iter().chain(copy).chain(own.iter().cloned()));
    }
    sheet.to_csv()
}

fn prefixed(kind: &str, id: &str) -> String {
    if id.is_empty() { String::new() } else { format!("{kind}{id}") }
}

/// `11/23/2026 12:00 am`, as the template writes times, in the ad account's zone.
fn us_time(day: Day, clock: &str) -> String {
    format!("{:02}/{:02}/{} {clock}", day.0.month(), day.0.day(), day.0.year())
}

/// UTM parameters go to `URL Tags`, where the platform keeps them apart from the landing page; all others stay.
fn split_utm(url: &str) -> (String, String) {
    let (base, fragment) = url.split_once('#').map_or((url, None), |(base, fragment)| (base, Some(fragment)));
    let Some((page, query)) = base.split_once('?') else { return (url.to_owned(), String::new()) };
    let (tags, rest): (Vec<&str>, Vec<&str>) = query.split('&').partition(|pair| pair.starts_with("utm_"));
    let mut link = page.to_owned();
    if !rest.is_empty() {
        link = format!("{link}?{}", rest.join("&"));
    }
    if let Some(fragment) = fragment {
        link = format!("{link}#{fragment}");
    }
    (link, tags.join("&"))
}

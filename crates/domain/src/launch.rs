//! A launch as the ad platforms' bulk files need it. Everything in it is paused: a person switches it on there.

use crate::{Currency, DayRange, sprint::SlotText};

/// One ad of a launch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchAd {
    /// Ad name; carries the concept's `utm_content`.
    pub name: String,
    /// Ad group or ad set name: one per concept.
    pub ad_group: String,
    /// Landing address with all UTM parameters.
    pub final_url: String,
    /// Copy by slot.
    pub texts: Vec<SlotText>,
    /// Keywords (search only).
    pub keywords: Vec<String>,
    /// The least of the campaign's daily budget its concept is meant to get, minor units.
    pub min_daily_budget_minor: i64,
}

/// One campaign: the budget sits here and the platform allocates it among the ad groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchCampaign {
    /// Campaign name.
    pub name: String,
    /// Daily budget in minor units.
    pub daily_budget_minor: i64,
    /// Currency.
    pub currency: Currency,
    /// Flight.
    pub flight: DayRange,
    /// Ids of the account that the user's own exports showed; what is empty is chosen in the platform's preview.
    pub account: LaunchAccount,
    /// Ads.
    pub ads: Vec<LaunchAd>,
}

/// What a platform's file asks for besides copy: ids of the account itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LaunchAccount {
    /// Number of the ad account.
    pub account_id: String,
    /// The page that ads are published by.
    pub page_id: String,
    /// The pixel that conversions are counted with.
    pub pixel_id: String,
}

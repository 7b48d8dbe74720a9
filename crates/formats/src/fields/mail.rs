//! Fields of the exports of Klaviyo, Mailchimp and HubSpot.

use super::{
    Field,
    Need::{OneOf, Optional, Required},
    field,
};

pub(super) static KLAVIYO_CAMPAIGNS: &[Field] = &[
    field("message_name", Required, "Campaign", &["Campaign Name"], &["Name"]),
    field("day", Required, "When it was sent", &["Send Time", "Send Date"], &["Date"]),
    field("recipients", Required, "People it was sent to", &["Total Recipients"], &["Recipients"]),
    field("deliveries", Optional, "Delivered", &["Successful Deliveries", "Delivered"], &[]),
    field("message_id", Optional, "Campaign number", &["Campaign ID"], &[]),
    field("subject", Optional, "Subject line", &["Subject"], &[]),
    field("audience", Optional, "List or segment", &["List"], &["Lists", "Audience"]),
    field("channel", Optional, "Channel", &["Campaign Channel"], &["Channel"]),
    field("variant", Optional, "Variant of a test", &["Variant Name"], &["Variant"]),
    field("unique_opens", OneOf("reach"), "People who opened", &["Unique Opens"], &["Opens"]),
    field("unique_clicks", OneOf("reach"), "People who clicked", &["Unique Clicks"], &["Clicks"]),
    field("unsubscribes", Optional, "Unsubscribed", &["Unsubscribes"], &[]),
    field("complaints", Optional, "Complaints as spam", &["Spam Complaints"], &[]),
    field("bounces", Optional, "Bounced", &["Bounces", "Bounced"], &[]),
    field(
        "orders",
        Optional,
        "Orders that are claimed",
        &["Unique Placed Order", "Total Placed Order", "Placed Order"],
        &["Orders", "Conversions"],
    ),
    field("revenue", Optional, "Revenue that is claimed", &["Revenue", "Total Placed Order Value"], &[]),
    field("currency", Optional, "Currency", &["Currency"], &[]),
];

pub(super) static KLAVIYO_FLOWS: &[Field] = &[
    field("flow_name", Required, "Flow", &["Flow Name"], &[]),
    field("day", Required, "Day of the row", &["Day", "Date"], &["Send Date", "Send Time"]),
    field("deliveries", Required, "Delivered", &["Delivered", "Successful Deliveries"], &["Total Recipients"]),
    field("flow_id", Optional, "Flow number", &["Flow ID"], &[]),
    field("message_id", OneOf("message"), "Number of the message", &["Flow Message ID"], &["Message ID"]),
    field("message_name", OneOf("message"), "Message", &["Flow Message Name"], &["Message Name"]),
    field("channel", Optional, "Channel", &["Flow Message Channel"], &["Channel"]),
    field("recipients", Optional, "People it was sent to", &["Total Recipients"], &["Recipients"]),
    field("subject", Optional, "Subject line", &["Subject"], &[]),
    field("variant", Optional, "Variant of a test", &["Variant Name"], &["Variant"]),
    field("unique_opens", Optional, "People who opened", &["Unique Opens"], &["Opens"]),
    field("unique_clicks", Optional, "People who clicked", &["Unique Clicks"], &["Clicks"]),
    field("unsubscribes", Optional, "Unsubscribed", &["Unsubscribes"], &[]),
    field("complaints", Optional, "Complaints as spam", &["Spam", "Spam Complaints"], &[]),
    field("bounces", Optional, "Bounced", &["Bounced", "Bounces"], &[]),
    field("orders", Optional, "Orders that are claimed", &["Unique Placed Order", "Placed Order"], &["Orders"]),
    field("revenue", Optional, "Revenue that is claimed", &["Revenue", "Placed Order Value"], &[]),
    field("currency", Optional, "Currency", &["Currency"], &[]),
];

pub(super) static KLAVIYO_PROFILES: &[Field] = &[
    field("email", Required, "E-mail", &["Email"], &["Email Address"]),
    field("id", Required, "Profile number (not used; tells the file apart)", &["Klaviyo ID"], &["Profile ID"]),
    field("consent", Optional, "Consent to e-mail marketing", &["Email Marketing Consent"], &["Consent"]),
    field("suppressed", Optional, "Why no e-mail may go out", &["Email Suppressions"], &["Suppressions", "Suppressed"]),
    field("first_name", Optional, "First name", &["First Name"], &[]),
    field("last_name", Optional, "Last name", &["Last Name"], &[]),
    field("country", Optional, "Country", &["Country"], &[]),
    field("phone", Optional, "Phone", &["Phone Number"], &["Phone"]),
];

pub(super) static MAILCHIMP_CAMPAIGNS: &[Field] = &[
    field("message_name", Required, "Campaign", &["Title"], &["Campaign", "Name"]),
    field("day", Required, "When it was sent", &["Send Date"], &["Date"]),
    field("recipients", Required, "People it was sent to", &["Total Recipients"], &["Recipients"]),
    field("complaints", Required, "Complaints as spam", &["Abuse Complaints"], &["Complaints"]),
    field("deliveries", Optional, "Delivered", &["Successful Deliveries"], &[]),
    field("message_id", Optional, "Campaign number", &["Unique Id"], &[]),
    field("subject", Optional, "Subject line", &["Subject"], &[]),
    field("audience", Optional, "List", &["List"], &["Audience"]),
    field("unique_opens", Optional, "People who opened", &["Unique Opens"], &[]),
    field("unique_clicks", Optional, "People who clicked", &["Unique Clicks"], &[]),
    field("unsubscribes", Optional, "Unsubscribed", &["Unsubscribes"], &[]),
    field("bounces", Optional, "Bounced", &["Total Bounces"], &["Bounces"]),
    field("orders", Optional, "Orders that are claimed", &["Total Orders"], &[]),
    field("revenue", Optional, "Revenue that is claimed", &["Total Revenue"], &["Total Gross Sales"]),
    field("currency", Optional, "Currency", &["Currency"], &[]),
];

pub(super) static MAILCHIMP_CONTACTS: &[Field] = &[
    field("email", Required, "E-mail", &["Email Address"], &["Email"]),
    field("id", Required, "Contact number (not used; tells the file apart)", &["LEID", "EUID"], &[]),
    field("consent", Optional, "When the person confirmed", &["CONFIRM_TIME"], &[]),
    field("opted_in", Optional, "When the person signed up", &["OPTIN_TIME"], &[]),
    field("unsubscribed", Optional, "When the person unsubscribed", &["UNSUB_TIME"], &[]),
    field("suppressed", Optional, "When the address was cleaned", &["CLEAN_TIME"], &[]),
    field("first_name", Optional, "First name", &["First Name", "FNAME"], &[]),
    field("last_name", Optional, "Last name", &["Last Name", "LNAME"], &[]),
    field("country", Optional, "Country", &["CC"], &["Country"]),
    field("phone", Optional, "Phone", &["Phone Number"], &["Phone"]),
    field("tags", Optional, "Tags", &["TAGS"], &[]),
];

pub(super) static HUBSPOT_CONTACTS: &[Field] = &[
    field("email", Required, "E-mail", &["Email"], &["Email Address"]),
    field("id", Required, "Contact number (not used; tells the file apart)", &["Record ID", "Contact ID"], &[]),
    field(
        "unsubscribed",
        OneOf("consent"),
        "Opted out of all e-mail",
        &["Unsubscribed from all email", "Opted out of all email"],
        &["Opted out"],
    ),
    field(
        "legal_basis",
        OneOf("consent"),
        "Legal basis",
        &["Legal basis for processing contact's data"],
        &["Legal basis"],
    ),
    field(
        "status",
        OneOf("consent"),
        "Marketing contact or not (not used)",
        &["Marketing contact status", "Lifecycle Stage"],
        &[],
    ),
    field("suppressed", Optional, "Why mail bounces", &["Email hard bounce reason"], &["Hard bounce reason"]),
    field("first_name", Optional, "First name", &["First Name"], &[]),
    field("last_name", Optional, "Last name", &["Last Name"], &[]),
    field("country", Optional, "Country", &["Country/Region", "Country"], &[]),
    field("phone", Optional, "Phone", &["Phone Number"], &["Phone"]),
];

pub(super) static HUBSPOT_EMAILS: &[Field] = &[
    field("message_name", Required, "E-mail", &["Email name", "Email"], &["Name"]),
    field("day", Required, "When it was sent", &["Send date", "Publish date", "Sent date"], &["Date"]),
    field("recipients", Required, "People it was sent to", &["Sent"], &["Recipients"]),
    field("deliveries", Required, "Delivered", &["Delivered"], &[]),
    field("message_id", Optional, "Number of the e-mail", &["Email ID", "Content ID"], &[]),
    field("subject", Optional, "Subject line", &["Subject", "Email subject"], &[]),
    field("audience", Optional, "Campaign it belongs to", &["Campaign"], &[]),
    field("unique_opens", OneOf("reach"), "People who opened", &["Opened", "Opens"], &[]),
    field("unique_clicks", OneOf("reach"), "People who clicked", &["Clicked", "Clicks"], &[]),
    field("unsubscribes", Optional, "Unsubscribed", &["Unsubscribed"], &["Unsubscribes"]),
    field("complaints", Optional, "Complaints as spam", &["Marked as spam", "Spam reports"], &["Spam"]),
    field("bounces", Optional, "Bounced", &["Bounced", "Hard bounced"], &["Bounces"]),
];

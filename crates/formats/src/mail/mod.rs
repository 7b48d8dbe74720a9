//! What mail platforms export: reports of campaigns and flows, and contacts with their consent.

mod contacts;
mod reports;

pub(crate) use contacts::Contacts;
pub(crate) use reports::Reports;

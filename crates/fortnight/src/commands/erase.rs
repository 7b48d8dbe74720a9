//! `fortnight erase`: a person is forgotten.

use crate::{failure::Failure, output::Output, wire::Wired};

/// Erases and says what that took away.
pub async fn run(wired: &Wired, customer: &str, out: Output) -> Result<(), Failure> {
    let intake = wired.intake().await?;
    let erased = intake::erase(&intake, customer, wired.now).await?;
    out.put(&erased, |erased| match (erased.records, erased.events) {
        (0, 0) => "Nothing was known of this customer; should an old export bring them, they are left out.".to_owned(),
        (records, events) => format!(
            "Erased: {records} records, and {events} waiting events lead to nobody now. Orders and events in history stay \
             under a pseudonym that leads to nobody; an old export does not bring the person back. Delete what \
             DATA/rejects and your own export files hold."
        ),
    });
    Ok(())
}

//! Live events: the one intake of this server, with who is told in the transaction and who right after it.

use std::sync::Arc;

use intake::{Events, Intake, IntakeError, Listener};
use store::{
    Tx,
    inbox::{OnEvent, Reaction, Recorded},
    measure_exposures,
};

use crate::App;

/// The intake and its committing task.
#[derive(Debug)]
pub struct Live {
    /// Takes files, and knows the pseudonyms.
    pub intake: Intake,
    /// Takes live events.
    pub events: Events,
}

impl Live {
    /// Starts it; `listeners` hear of events right after they are durable.
    ///
    /// # Errors
    /// The store refused.
    pub async fn start(app: &App, listeners: Vec<Listener>) -> Result<Live, IntakeError> {
        let (store, lake) = (app.store().clone(), app.lake().clone());
        let intake = Intake::open(store, lake, &app.config().data_dir, app.random()).await?;
        let intake = intake.with_on_event(vec![Arc::new(LinkDevices)]);
        Ok(Live { events: Events::start(intake.clone(), app.clock(), listeners), intake })
    }
}

/// An event that names device and customer says whose device it is: what the device met counts for the customer.
struct LinkDevices;

impl OnEvent for LinkDevices {
    fn on_events<'a>(&'a self, tx: &'a mut Tx, events: &'a [Recorded]) -> Reaction<'a> {
        Box::pin(async move {
            let mut pairs: Vec<(&str, &str)> = events
                .iter()
                .filter_map(|event| Some((event.device_id.as_deref()?, event.customer_id.as_deref()?)))
                .collect();
            pairs.sort_unstable();
            pairs.dedup();
            for (device, customer) in pairs {
                measure_exposures::link(tx, device, customer).await?;
            }
            Ok(())
        })
    }
}

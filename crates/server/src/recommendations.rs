//! The recommendation service of this server: opened once, told of every live event.

use std::sync::{Arc, OnceLock};

use intake::Listener;
use personalize::Service;

use crate::{App, problem::Problem};

/// The service once it is open; events that come before find nobody to tell.
#[derive(Debug, Clone, Default)]
pub struct Recommendations {
    service: Arc<OnceLock<Service>>,
    opening: Arc<tokio::sync::Mutex<()>>,
}

impl Recommendations {
    /// Who is to be told of live events.
    pub fn listener(&self) -> Listener {
        let service = Arc::clone(&self.service);
        Arc::new(move |events| {
            if let Some(service) = service.get() {
                for event in events {
                    service.observe(event);
                }
            }
        })
    }

    /// The service where it is open already.
    pub fn opened(&self) -> Option<&Service> {
        self.service.get()
    }

    /// The service, opened with the first use.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn service(&self, app: &App) -> Result<&Service, Problem> {
        if let Some(service) = self.service.get() {
            return Ok(service);
        }
        let _one_at_a_time = self.opening.lock().await;
        if let Some(service) = self.service.get() {
            return Ok(service);
        }
        let service = Service::open(app.store().clone(), &app.config().data_dir).await?;
        service.keep_fresh();
        Ok(self.service.get_or_init(|| service))
    }
}

impl From<personalize::PersonalizeError> for Problem {
    fn from(error: personalize::PersonalizeError) -> Problem {
        use crate::problem::{Code, sentence};
        use personalize::PersonalizeError as E;
        match error {
            E::Store(error) => error.into(),
            E::Lake(error) => error.into(),
            E::Measure(error) => error.into(),
            E::Rules(faults) => {
                Problem::invalid(faults.iter().map(|fault| sentence(&fault.to_string())).collect::<Vec<_>>().join(" "))
            }
            E::Refused(why) => Problem::new(Code::Conflict, sentence(&why)),
            error @ E::Model(_) => Problem::invalid(sentence(&error.to_string())),
            other => Problem::internal(other),
        }
    }
}

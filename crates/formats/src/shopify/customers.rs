//! Customers: one row each.

use domain::facts::{Customer, Fact};

use crate::{
    columns::Columns,
    reader::{Assemble, Out, Row, Setup},
    records::{Problem, Rec},
    texts::{person_key, some_text, tags, yes_no},
};

/// Emits customers keyed as orders name them: by e-mail, else phone, else the customer number.
pub(crate) struct Customers {
    email: Option<usize>,
    first_name: Option<usize>,
    last_name: Option<usize>,
    customer_id: Option<usize>,
    accepts_email: Option<usize>,
    country: Option<usize>,
    phone: Option<usize>,
    tags: Option<usize>,
}

impl Customers {
    pub(crate) fn new(setup: &Setup<'_>) -> Customers {
        let at = |field: &str| setup.columns.at(field);
        Customers {
            email: at("email"),
            first_name: at("first_name"),
            last_name: at("last_name"),
            customer_id: at("customer_id"),
            accepts_email: at("accepts_email"),
            country: at("country"),
            phone: at("phone"),
            tags: at("tags"),
        }
    }
}

impl Assemble for Customers {
    fn take(&mut self, rec: &Rec, shape: Option<Problem>, columns: &Columns, out: &mut Out) {
        if let Some(problem) = shape {
            return out.reject(rec.reject(columns, problem.column, problem.reason));
        }
        let email = rec.get(self.email);
        if !email.is_empty() && !email.contains('@') {
            return out.reject(rec.reject(
                columns,
                self.email,
                "Not an e-mail address; write it like name@example.org",
            ));
        }
        let key = person_key(email, rec.get(self.phone)).or_else(|| some_text(rec.get(self.customer_id)));
        let Some(customer_key) = key else {
            let reason = "The customer has no e-mail, phone or number; fill one in";
            return out.reject(rec.reject(columns, self.email, reason));
        };
        let customer = Customer {
            customer_key,
            email: some_text(email).map(|email| email.to_lowercase()),
            first_name: some_text(rec.get(self.first_name)),
            last_name: some_text(rec.get(self.last_name)),
            country: some_text(rec.get(self.country)),
            accepts_email: yes_no(rec.get(self.accepts_email)),
            tags: tags(rec.get(self.tags)),
        };
        out.row(Row::new(Fact::Customer(customer), 1, rec.row));
    }

    fn finish(&mut self, _: &Columns, _: &mut Out) {}
}

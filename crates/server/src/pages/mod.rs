//! The pages: one module each, with its view model, its template and its handlers.

pub mod account;
pub mod desk;
pub mod help;
pub mod today;

use crate::{auth::access::Access, routes::Routes};

/// All routes of the pages.
pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/welcome", Access::Public, account::welcome)
        .post("/welcome", Access::Public, account::make_owner)
        .get("/login", Access::Public, account::login)
        .post("/login", Access::Public, account::sign_in)
        .post("/logout", Access::VIEW, account::sign_out)
        .get("/invite/{token}", Access::Public, account::invitation)
        .post("/invite/{token}", Access::Public, account::accept)
        .get("/help/errors", Access::Public, help::errors)
        .get("/", Access::VIEW, today::show)
}

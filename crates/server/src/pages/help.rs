//! The error catalogue as a page.

use askama::Template;

use crate::{
    html::{self, Page},
    problem::Code,
};

#[derive(Template)]
#[template(path = "errors.html")]
struct Errors {
    codes: &'static [Code],
    v: &'static str,
}

/// `GET /help/errors`
pub async fn errors() -> Page {
    html::page(&Errors { codes: Code::ALL, v: crate::assets::version() })
}

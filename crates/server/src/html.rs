//! Pages out of templates, notes for the next page, and error pages for people.

use askama::Template;
use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};

use crate::{
    auth::cookies,
    frame::Flash,
    problem::{Code, Problem},
};

/// A page or fragment, or the problem that kept it from being made.
pub type Page = Result<Response, Problem>;

/// Renders a template.
///
/// # Errors
/// A value in it could not be written.
pub fn page(template: &impl Template) -> Page {
    Ok(Html(template.render()?).into_response())
}

/// Renders a template with another status, e.g. 422 for a form with mistakes.
///
/// # Errors
/// A value in it could not be written.
pub fn page_with(status: StatusCode, template: &impl Template) -> Page {
    Ok((status, Html(template.render()?)).into_response())
}

/// After a form: go to a page and say what was done there.
pub fn done(to: &str, text: &str) -> Response {
    go(to, "good", text)
}

/// Go to a page and say something there.
pub fn go(to: &str, tone: &str, text: &str) -> Response {
    let value = format!("{tone}.{}", cookies::encode(text));
    ([(header::SET_COOKIE, cookies::set(cookies::FLASH, &value, 30, false))], Redirect::to(to)).into_response()
}

/// The note that [`go`] left.
pub fn flash(headers: &HeaderMap) -> Option<Flash> {
    let (tone, text) = cookies::get(headers, cookies::FLASH)?.split_once('.')?;
    Some(Flash { tone: cookies::decode(tone), text: cookies::decode(text) })
}

/// Whether the request comes from htmx or other script of ours, which wants a fragment and not a page.
pub fn is_fragment(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request")
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    status: u16,
    heading: &'a str,
    message: &'a str,
    mend: &'a str,
    code: &'a str,
    v: &'static str,
}

/// What a request tells of whoever reads the answer.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    wants_page: bool,
    had_flash: bool,
}

impl Reader {
    /// Reads the request's headers.
    pub fn of(headers: &HeaderMap) -> Reader {
        let accepts_page =
            |kinds: &axum::http::HeaderValue| kinds.as_bytes().windows(9).any(|part| part == b"text/html");
        Reader {
            wants_page: headers.get(header::ACCEPT).is_some_and(accepts_page) && !is_fragment(headers),
            had_flash: cookies::get(headers, cookies::FLASH).is_some(),
        }
    }
}

/// Turns a [`Problem`] into a page where a browser navigates, and takes the note's cookie away once it was shown.
pub fn for_reader(Reader { wants_page, had_flash }: Reader, mut response: Response) -> Response {
    if let Some(problem) = response.extensions_mut().remove::<Problem>().filter(|_| wants_page) {
        let heading = match problem.code {
            Code::NotFound => "There is nothing here",
            Code::RoleTooLow => "Your role does not allow this",
            Code::StaleForm | Code::ForeignOrigin => "This form was not accepted",
            Code::Internal => "That did not work",
            _ => problem.code.title(),
        };
        let page = ErrorPage {
            status: problem.code.status().as_u16(),
            heading,
            message: &problem.message,
            mend: problem.code.mend(),
            code: problem.code.as_str(),
            v: crate::assets::version(),
        };
        if let Ok(html) = page.render() {
            return (problem.code.status(), Html(html)).into_response();
        }
    }
    // Shown once: a page that was rendered takes the note away; a redirect may just have set a new one.
    if had_flash && response.status() == StatusCode::OK && !response.headers().contains_key(header::SET_COOKIE) {
        response.headers_mut().append(header::SET_COOKIE, cookies::set(cookies::FLASH, "", 0, false));
    }
    response
}

//! HTTP: JSON API, web pages. No business rule lives here.

//! The table of routes: every route names who may call it where it is added, and a test walks the table.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    middleware,
    routing::{MethodRouter, get, post, put},
};

use crate::{
    App,
    auth::{
        access::Access,
        guard::{Gate, guard},
    },
};

/// One route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// Path with its parameters in braces.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
}

/// Routes with their guards.
pub struct Routes {
    app: App,
    table: Vec<Route>,
    router: Router<App>,
}

impl Routes {
    /// No routes yet.
    pub fn new(app: App) -> Routes {
        Routes { app, table: Vec::new(), router: Router::new() }
    }

    /// Adds a page or a read.
    pub fn get<H, T>(self, path: &'static str, access: Access, handler: H) -> Routes
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add("GET", path, access, get(handler))
    }

    /// Adds something that changes state.
    pub fn post<H, T>(self, path: &'static str, access: Access, handler: H) -> Routes
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add("POST", path, access, post(handler))
    }

    /// Adds what shop pages call from their own origin: browsers ask first whether they may.
    pub fn storefront<H, T>(self, path: &'static str, handler: H) -> Routes
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let asked = async || axum::http::StatusCode::NO_CONTENT;
        self.add("POST", path, Access::Storefront, post(handler).options(asked))
    }

    /// Adds a form that carries files: its body may be larger than any other's.
    pub fn upload<H, T>(self, path: &'static str, access: Access, max_bytes: usize, handler: H) -> Routes
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add("POST", path, access, post(handler).layer(DefaultBodyLimit::max(max_bytes)))
    }

    /// Adds something that replaces a thing as a whole.
    pub fn put<H, T>(self, path: &'static str, access: Access, handler: H) -> Routes
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add("PUT", path, access, put(handler))
    }

    fn add(mut self, method: &'static str, path: &'static str, access: Access, route: MethodRouter<App>) -> Routes {
        self.table.push(Route { method, path, access });
        let gate = Gate { app: self.app.clone(), access };
        self.router = self.router.route(path, route.layer(middleware::from_fn_with_state(gate, guard)));
        self
    }

    /// The table and the router.
    pub fn finish(self) -> (Vec<Route>, Router<App>) {
        (self.table, self.router)
    }
}

//! The built web app.

use actix_web::web;

pub fn configure(_routes: &mut web::ServiceConfig) {}

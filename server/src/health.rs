//! `/healthz` (the process answers) and `/readyz` (it can do its work).

use actix_web::{HttpResponse, web};

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.route("/healthz", web::get().to(alive));
}

async fn alive() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

//! The built web app: files as they are, and the app's page for every address that is a screen of it.

mod policy;

use std::{
    io,
    path::{Component, Path, PathBuf},
};

use actix_files::NamedFile;
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, ContentEncoding, HeaderValue},
    },
    web::{self, Data},
};

use crate::{app::AppState, config::Config};

/// Vite puts a hash of the content into the names of these: they never change.
const HASHED: &str = "assets/";
/// Written by the web build beside each file worth it, best first.
const PRECOMPRESSED: [(&str, &str, ContentEncoding); 2] = [("br", ".br", ContentEncoding::Brotli), ("gzip", ".gz", ContentEncoding::Gzip)];

/// Answers everything that no other route does.
pub fn configure(routes: &mut web::ServiceConfig) {
    routes.default_service(web::to(answer));
}

/// Where the web app is: as configured, else below the current folder, else beside the sources this program was built from.
#[must_use]
pub fn folder(config: &Config) -> PathBuf {
    let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/dist");
    let near = PathBuf::from("web/dist");
    match &config.web_dir {
        Some(folder) => folder.clone(),
        None if near.join("index.html").exists() => near,
        None => built_from,
    }
}

async fn answer(request: HttpRequest, state: Data<AppState>) -> HttpResponse {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "Only GET is answered here. The API is under /api/v1.\n");
    }
    let folder = folder(&state.config);
    let Some(path) = inside(request.path()) else { return plain(StatusCode::NOT_FOUND, "Not found.\n") };
    if path.extension().is_some() {
        return match open(&request, &folder, &path) {
            Ok(file) => serve(&request, file, &path, &state.config),
            Err(_) => plain(StatusCode::NOT_FOUND, "Not found.\n"),
        };
    }
    // An address without an ending is a screen of the app, which reads the address itself.
    match open(&request, &folder, Path::new("index.html")) {
        Ok(file) => serve(&request, file, Path::new("index.html"), &state.config),
        Err(_) => plain(StatusCode::SERVICE_UNAVAILABLE, "The web app is not built: run `make web`. The API works, at /api/v1.\n"),
    }
}

/// The path below the folder; none if it would lead out of it.
fn inside(path: &str) -> Option<PathBuf> {
    let path = Path::new(path.trim_start_matches('/'));
    let tame = path.components().all(|part| matches!(part, Component::Normal(name) if !name.to_string_lossy().starts_with('.')));
    (tame && !path.to_string_lossy().contains(['%', '\\', '\0'])).then(|| path.to_owned())
}

/// The file, or a compressed twin of it that the browser takes.
fn open(request: &HttpRequest, folder: &Path, path: &Path) -> io::Result<NamedFile> {
    let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let plain = folder.join(path);
    for (name, ending, encoding) in PRECOMPRESSED {
        let twin = PathBuf::from(format!("{}{ending}", plain.display()));
        if accepted.contains(name) && twin.is_file() {
            let kind = NamedFile::open(&plain)?.content_type().clone();
            return Ok(NamedFile::open(twin)?.set_content_type(kind).set_content_encoding(encoding));
        }
    }
    NamedFile::open(plain)
}

fn serve(request: &HttpRequest, file: NamedFile, path: &Path, config: &Config) -> HttpResponse {
    let page = path.extension().is_some_and(|ending| ending == "html");
    let policy = if page { std::fs::read_to_string(folder(config).join(path)).ok().map(|html| policy::of(&html, config)) } else { None };
    // Nothing here is a download: by the ending of a compressed twin it would be one, also the page.
    let mut response = file.use_last_modified(true).use_etag(true).disable_content_disposition().into_response(request);
    let headers = response.headers_mut();
    let cache = if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if let Some(policy) = policy.and_then(|text| HeaderValue::from_str(&text).ok()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn plain(status: StatusCode, text: &'static str) -> HttpResponse {
    HttpResponse::build(status).content_type("text/plain; charset=utf-8").body(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_folder() {
        for path in
            ["/../Cargo.toml", "/a/../../b.js", "/..%2fCargo.toml", "/.built-from", "/a/.hidden.js", "//etc/passwd\0.js", "/a\\..\\b.js"]
        {
            assert_eq!(inside(path), None, "{path}");
        }
        assert_eq!(inside("/assets/index-1a2b.js"), Some(PathBuf::from("assets/index-1a2b.js")));
        assert_eq!(inside("/"), Some(PathBuf::new()));
    }
}

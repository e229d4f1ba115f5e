//! The web app's files as browsers get them.
#![allow(clippy::unwrap_used)]

use std::{fs, path::PathBuf};

use http::StatusCode;
use server::testing::TestServer;

/// A build of a web app, as Vite leaves it.
struct Build(PathBuf);

impl Build {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("tandem-web-{}", uuid::Uuid::now_v7().simple()));
        fs::create_dir_all(folder.join("assets")).unwrap();
        for (name, content) in [
            ("index.html", "<script>dark()</script><div id=root></div>"),
            ("index.html.br", "pretend this is the page"),
            ("assets/index-1a2b.js", "console.log('plain')"),
            ("assets/index-1a2b.js.br", "pretend this is brotli"),
            ("favicon.svg", "<svg/>"),
            (".built-from", "a hash"),
        ] {
            fs::write(folder.join(name), content).unwrap();
        }
        fs::write(folder.with_extension("secret.js"), "outside").unwrap();
        Self(folder)
    }
}

impl Drop for Build {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
        let _ = fs::remove_file(self.0.with_extension("secret.js"));
    }
}

struct Answer {
    status: StatusCode,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim()).unwrap_or_default()
    }
}

/// Raw, because a client library would tidy paths up.
async fn ask(server: &TestServer, line: &str, more: &str) -> Answer {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(server.address()).await.unwrap();
    let request = format!("{line} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{more}\r\n", server.address());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

async fn get(server: &TestServer, path: &str) -> Answer {
    ask(server, &format!("GET {path}"), "").await
}

async fn serving(build: &Build) -> TestServer {
    TestServer::with(&[("web_dir", build.0.to_str().unwrap())]).await
}

#[actix_web::test]
async fn every_screen_is_the_page_and_every_file_is_itself() {
    let build = Build::new();
    let server = serving(&build).await;
    for screen in ["/", "/projects", "/projects/0190/tasks/0191", "/sign-in"] {
        let page = get(&server, screen).await;
        assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, "no-cache"), "{screen}");
        assert!(page.body.contains("id=root") && page.header("content-type").starts_with("text/html"), "{screen}");
    }
    let script = get(&server, "/assets/index-1a2b.js").await;
    assert_eq!(script.body, "console.log('plain')");
    assert_eq!(script.header("cache-control"), "public, max-age=31536000, immutable");
    assert!(script.header("content-type").contains("javascript"), "{}", script.head);
    assert_eq!(get(&server, "/favicon.svg").await.header("cache-control"), "no-cache");
    let again =
        ask(&server, "GET /favicon.svg", &format!("if-none-match: {}\r\n", get(&server, "/favicon.svg").await.header("etag"))).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    // A page in place of a missing script would be run as one.
    assert_eq!(get(&server, "/assets/gone-9f9f.js").await.status, StatusCode::NOT_FOUND);
    assert_eq!(ask(&server, "POST /projects", "content-length: 0\r\n").await.status, StatusCode::METHOD_NOT_ALLOWED);
    server.stop().await;
}

#[actix_web::test]
async fn a_compressed_twin_goes_to_who_takes_it() {
    let build = Build::new();
    let server = serving(&build).await;
    let packed = ask(&server, "GET /assets/index-1a2b.js", "accept-encoding: gzip, br\r\n").await;
    assert_eq!((packed.header("content-encoding"), packed.body.as_str()), ("br", "pretend this is brotli"));
    assert!(packed.header("content-type").contains("javascript") && packed.header("vary").contains("accept-encoding"), "{}", packed.head);
    let plain = ask(&server, "GET /assets/index-1a2b.js", "accept-encoding: gzip\r\n").await;
    assert_eq!((plain.header("content-encoding"), plain.body.as_str()), ("", "console.log('plain')"));
    // The page is shown, not saved to the disk.
    let page = ask(&server, "GET /projects/1", "accept-encoding: br\r\n").await;
    assert_eq!((page.header("content-encoding"), page.body.as_str()), ("br", "pretend this is the page"));
    assert_eq!((page.header("content-disposition"), packed.header("content-disposition")), ("", ""));
    assert!(page.header("content-type").contains("text/html"), "{}", page.head);
    server.stop().await;
}

#[actix_web::test]
async fn only_scripts_of_ours_run_in_the_page() {
    let build = Build::new();
    let server = serving(&build).await;
    let page = get(&server, "/").await;
    let policy = page.header("content-security-policy");
    for rule in ["default-src 'self'", "'sha256-", "object-src 'none'", "frame-ancestors 'none'", "'wasm-unsafe-eval'"] {
        assert!(policy.contains(rule), "{rule} in {policy}");
    }
    let scripts = policy.split(';').find(|rule| rule.trim().starts_with("script-src")).unwrap();
    assert!(!scripts.contains("unsafe-inline") && !scripts.contains("'unsafe-eval'"), "{scripts}");
    assert!(policy.contains(&format!("img-src 'self' blob: data: http://{}", server.address())), "{policy}");
    assert_eq!((page.header("x-content-type-options"), page.header("referrer-policy")), ("nosniff", "no-referrer"));
    server.stop().await;
}

#[actix_web::test]
async fn no_path_reaches_outside_the_build_nor_what_is_hidden_in_it() {
    let build = Build::new();
    let server = serving(&build).await;
    let sibling = build.0.with_extension("secret.js").file_name().unwrap().to_str().unwrap().to_owned();
    for path in [
        format!("/../{sibling}"),
        format!("/assets/../../{sibling}"),
        format!("/%2e%2e/{sibling}"),
        format!("/..%2f{sibling}"),
        format!("//{}", build.0.with_extension("secret.js").display()),
        "/.built-from".into(),
    ] {
        let answer = get(&server, &path).await;
        assert!(!answer.body.contains("outside") && !answer.body.contains("a hash"), "{path}: {}", answer.body);
    }
    server.stop().await;
}

#[actix_web::test]
async fn without_a_build_the_page_says_how_to_make_one_and_the_api_answers() {
    let server = TestServer::with(&[("web_dir", "/nowhere")]).await;
    let page = get(&server, "/").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.body.contains("make web"), "{}", page.body);
    assert_eq!(get(&server, "/healthz").await.status, StatusCode::OK);
    server.stop().await;
}

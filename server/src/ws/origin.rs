//! Browsers let any page open a WebSocket anywhere, and send it cookies and all. We use no cookies, so a foreign page could
//! do nothing without a token; it is refused all the same, before anything is read from it.

use actix_http::header::{self, HeaderMap, HeaderName};
use url::{Host, Url};

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// No `Origin`: not a browser. Otherwise the page must come from the host it asks, or from the public URL.
pub fn is_allowed(headers: &HeaderMap, public_url: &str) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Some(origin) = origin.to_str().ok().and_then(|text| Url::parse(text).ok()) else { return false };
    asked_host(headers).is_some_and(|host| is_same_host(&origin, host))
        || Url::parse(public_url).is_ok_and(|public| public.origin() == origin.origin())
}

/// As the browser asked for it, also through a proxy. Pages cannot set these headers.
fn asked_host(headers: &HeaderMap) -> Option<&str> {
    let forwarded = headers.get(header::FORWARDED).and_then(|value| value.to_str().ok()).and_then(|value| {
        let pairs = value.split([';', ',']).filter_map(|pair| pair.trim().split_once('='));
        pairs.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("host")).map(|(_, host)| host.trim_matches('"'))
    });
    let first = |name| headers.get(name).and_then(|value| value.to_str().ok()).and_then(|value| value.split(',').next()).map(str::trim);
    forwarded.or_else(|| first(FORWARDED_HOST)).or_else(|| first(header::HOST))
}

/// `host` as in a `Host` header: with a port unless it is the scheme's own.
fn is_same_host(origin: &Url, host: &str) -> bool {
    let Ok(asked) = Url::parse(&format!("{}://{host}", origin.scheme())) else { return false };
    let same = |a: Option<Host<&str>>, b: Option<Host<&str>>| a.is_some() && a == b;
    same(origin.host(), asked.host()) && origin.port_or_known_default() == asked.port_or_known_default()
}

#[cfg(test)]
mod tests {
    use actix_web::{http::header, test::TestRequest};

    use super::is_allowed;

    fn asks(host: &str, origin: Option<&str>) -> bool {
        let mut request = TestRequest::get().uri("/ws").insert_header((header::HOST, host.to_owned()));
        if let Some(origin) = origin {
            request = request.insert_header((header::ORIGIN, origin.to_owned()));
        }
        is_allowed(request.to_http_request().headers(), "https://label.example")
    }

    #[test]
    fn a_page_may_connect_to_the_host_it_came_from() {
        assert!(asks("localhost:8080", Some("http://localhost:8080")));
        assert!(asks("tandem.internal", Some("https://tandem.internal")));
    }

    #[test]
    fn a_page_of_the_public_url_may_connect_behind_a_proxy() {
        assert!(asks("10.0.0.7:8080", Some("https://label.example")));
    }

    #[test]
    fn the_host_a_proxy_was_asked_for_counts() {
        let request = |name: &'static str, value: &'static str| {
            let request = TestRequest::get().insert_header((header::HOST, "10.0.0.7:8080"));
            request.insert_header((name, value)).insert_header((header::ORIGIN, "https://draw.example")).to_http_request()
        };
        let allowed = |name, value| is_allowed(request(name, value).headers(), "https://label.example");
        assert!(allowed("x-forwarded-host", "draw.example, 10.0.0.1"));
        assert!(allowed("forwarded", "for=10.0.0.1;host=\"draw.example\";proto=https"));
        assert!(!allowed("x-forwarded-host", "other.example"));
    }

    #[test]
    fn other_pages_may_not() {
        assert!(!asks("localhost:8080", Some("http://evil.example")));
        assert!(!asks("localhost:8080", Some("http://localhost:9090")));
        assert!(!asks("localhost:8080", Some("null")));
    }

    #[test]
    fn who_is_no_browser_may() {
        assert!(asks("localhost:8080", None));
    }
}

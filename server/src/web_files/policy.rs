//! The Content-Security-Policy of our pages: our own files, images from the object store, WebSockets to us, nothing else.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use crate::config::Config;

/// The policy for a page. Scripts written into the page itself are allowed by their hash, no others.
pub fn of(html: &str, config: &Config) -> String {
    // A foreign object store is another origin for the browser. So is the embedded one for who opened the page under another
    // name of this machine than the public one.
    let store = config.s3.public_endpoint.as_ref().or(config.s3.endpoint.as_ref());
    let files = store.map_or_else(|| config.public_url.clone(), |url| url.origin().ascii_serialization());
    let scripts: String = inline_scripts(html).map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script)))).collect();
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; \
         img-src 'self' blob: data: {files}; connect-src 'self' ws: wss: {files}; font-src 'self' data:; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}

fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    html.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (content, _) = rest.split_once("</script>")?;
        (!attributes.contains("src=")).then_some(content)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scripts_written_into_the_page_are_hashed() {
        let html = "<script>one</script><script type=\"module\" src=\"/x.js\"></script><script>\ntwo\n</script>";
        assert_eq!(inline_scripts(html).collect::<Vec<_>>(), ["one", "\ntwo\n"]);
    }
}

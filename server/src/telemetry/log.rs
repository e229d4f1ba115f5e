//! Log lines: text for people, or one JSON object each for machines that collect them. In JSON the id of a request is
//! `span.request_id`, that of a connection `fields.session`.

use std::io::IsTerminal as _;

use tracing::Subscriber;
use tracing_subscriber::{Layer, fmt::MakeWriter, registry::LookupSpan};

pub fn layer<S, W>(json: bool, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    if json {
        lines.json().with_current_span(true).with_span_list(false).boxed()
    } else {
        lines.compact().with_target(false).with_ansi(std::io::stderr().is_terminal()).boxed()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        sync::{Arc, Mutex},
    };

    use serde_json::Value;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_json_line_names_the_request_and_the_session() {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::registry().with(layer(true, move || writer.clone()));
        tracing::subscriber::with_default(subscriber, || {
            tracing::info_span!(target: super::super::REQUEST, "request", request_id = "job-17").in_scope(|| {
                tracing::warn!(session = "0192", "a slow reader is cut\nand \"quoted\"");
            });
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 1, "one line each, whatever is in it: {text}");
        let line: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(line["span"]["request_id"], "job-17");
        assert_eq!(line["fields"]["session"], "0192");
        assert_eq!(line["level"], "WARN");
    }
}

//! Spans to an OpenTelemetry collector: OTLP over HTTP, in protobuf, by the HTTP client that is here anyway.

use std::{collections::HashMap, fmt, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanKind, TraceId, TracerProvider as _},
};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SamplingResult, SdkTracerProvider, ShouldSample, Tracer},
};
use secrecy::ExposeSecret as _;
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;

use crate::config::OtlpConfig;

/// A collector that takes longer has a problem of its own; the spans are dropped.
const PATIENCE: Duration = Duration::from_secs(10);
/// An answer says how many spans were refused, in a few bytes.
const LONGEST_ANSWER: usize = 64 << 10;

/// Gathers spans and sends them every few seconds, from a thread of its own.
pub fn provider(config: &OtlpConfig) -> anyhow::Result<SdkTracerProvider> {
    let connector = hyper_rustls::HttpsConnectorBuilder::new().with_native_roots()?.https_or_http().enable_http1().build();
    let client = Collector { client: Client::builder(TokioExecutor::new()).build(connector), runtime: Handle::current() };
    let headers = config.headers.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned())).collect::<HashMap<_, _>>();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(client)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{}/v1/traces", config.endpoint.as_str().trim_end_matches('/')))
        .with_headers(headers)
        .with_timeout(PATIENCE)
        .build()?;
    let about = Resource::builder_empty()
        .with_attributes([KeyValue::new("service.name", "tandem"), KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))])
        .build();
    let sampler = Sampler::ParentBased(Box::new(Sampled { others: Sampler::TraceIdRatioBased(config.sample) }));
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(about).with_sampler(sampler).build())
}

pub fn layer<S>(provider: &SdkTracerProvider) -> OpenTelemetryLayer<S, Tracer>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    tracing_opentelemetry::layer().with_tracer(provider.tracer("tandem")).with_location(false).with_threads(false)
}

/// Edits are sampled where they come in, so that one not followed costs nothing; each that has a span is sent.
#[derive(Clone, Debug)]
struct Sampled {
    others: Sampler,
}

impl ShouldSample for Sampled {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let sampler = if name == "edit" { &Sampler::AlwaysOn } else { &self.others };
        sampler.should_sample(parent, trace, name, kind, attributes, links)
    }
}

/// The exporter asks from a thread without a runtime; the work is done on ours.
struct Collector {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    runtime: Handle,
}

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Collector")
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let ask = async move {
            let (head, body) = client.request(request.map(Full::new)).await?.into_parts();
            let body = Limited::new(body, LONGEST_ANSWER).collect().await?.to_bytes();
            Ok::<_, HttpError>(Response::from_parts(head, body))
        };
        // A timer begins where there is a runtime.
        self.runtime.spawn(async move { tokio::time::timeout(PATIENCE, ask).await }).await??
    }
}

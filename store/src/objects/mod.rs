//! Files, in any S3. One code path: the embedded default is an S3 server in the same process.
//!
//! Two endpoints: we talk to the *internal* one; presigned URLs name the *public* one, because a signature covers the host that the
//! browser will use.

mod error;
mod presign;

use std::{ops::Range, path::Path, time::Duration};

use aws_credential_types::Credentials;
use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Region, RequestChecksumCalculation, ResponseChecksumValidation, SharedHttpClient, timeout::TimeoutConfig},
    primitives::ByteStream,
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};

pub use error::ObjectError;
use error::{classify, is_status};
pub use presign::Upload;

/// Where the files are.
#[derive(Clone, Debug)]
pub struct ObjectsConfig {
    /// `http(s)://host:port`, as this process reaches it.
    pub endpoint: String,
    /// As browsers reach it; none: the same.
    pub public_endpoint: Option<String>,
    pub region: String,
    pub bucket: String,
    pub access_key: String,
    pub secret_key: SecretString,
}

/// What is known of a stored object without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Bytes.
    pub size: u64,
    pub content_type: Option<String>,
}

/// A handle on one bucket. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Objects {
    client: Client,
    public: Client,
    bucket: String,
}

impl Objects {
    #[must_use]
    pub fn new(config: &ObjectsConfig) -> Self {
        let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let public = config.public_endpoint.as_deref().unwrap_or(&config.endpoint);
        Self { client: client(config, &config.endpoint, http.clone()), public: client(config, public, http), bucket: config.bucket.clone() }
    }

    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Make the bucket if it is not there yet.
    pub async fn ensure_bucket(&self) -> Result<(), ObjectError> {
        match self.client.head_bucket().bucket(&self.bucket).send().await {
            Ok(_) => return Ok(()),
            Err(e) if is_status(&e, 404) => {}
            Err(e) => return Err(classify(&self.bucket, e)),
        }
        match self.client.create_bucket().bucket(&self.bucket).send().await {
            Ok(_) => Ok(()),
            // Another node was faster.
            Err(e) if is_status(&e, 409) => Ok(()),
            Err(e) => Err(classify(&self.bucket, e)),
        }
    }

    pub async fn put(&self, key: &str, bytes: Bytes, content_type: &str) -> Result<(), ObjectError> {
        self.put_stream(key, ByteStream::from(bytes), content_type).await
    }

    /// Streams the file; memory does not grow with it.
    pub async fn put_file(&self, key: &str, path: &Path, content_type: &str) -> Result<(), ObjectError> {
        let stream = ByteStream::from_path(path).await.map_err(|e| ObjectError::File { path: path.to_owned(), reason: e.to_string() })?;
        self.put_stream(key, stream, content_type).await
    }

    async fn put_stream(&self, key: &str, body: ByteStream, content_type: &str) -> Result<(), ObjectError> {
        let request = self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type).body(body);
        request.send().await.map(drop).map_err(|e| classify(key, e))
    }

    pub async fn head(&self, key: &str) -> Result<ObjectInfo, ObjectError> {
        let head = self.client.head_object().bucket(&self.bucket).key(key).send().await.map_err(|e| classify(key, e))?;
        let size = u64::try_from(head.content_length().unwrap_or(0)).unwrap_or(0);
        Ok(ObjectInfo { size, content_type: head.content_type().map(str::to_owned) })
    }

    /// The whole object, in memory. For what is known to be small.
    pub async fn get(&self, key: &str) -> Result<Bytes, ObjectError> {
        let object = self.client.get_object().bucket(&self.bucket).key(key).send().await.map_err(|e| classify(key, e))?;
        collect(key, object.body).await
    }

    /// Bytes `range` of the object, fewer if it ends before.
    pub async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, ObjectError> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let header = format!("bytes={}-{}", range.start, range.end - 1);
        match self.client.get_object().bucket(&self.bucket).key(key).range(header).send().await {
            Ok(object) => collect(key, object.body).await,
            // The object is shorter than where the range begins.
            Err(e) if is_status(&e, 416) => Ok(Bytes::new()),
            Err(e) => Err(classify(key, e)),
        }
    }

    /// Deleting what is not there is fine.
    pub async fn delete(&self, key: &str) -> Result<(), ObjectError> {
        match self.client.delete_object().bucket(&self.bucket).key(key).send().await {
            Ok(_) => Ok(()),
            Err(e) if is_status(&e, 404) => Ok(()),
            Err(e) => Err(classify(key, e)),
        }
    }
}

fn client(config: &ObjectsConfig, endpoint: &str, http: SharedHttpClient) -> Client {
    let credentials = Credentials::new(&config.access_key, config.secret_key.expose_secret(), None, None, "tandem");
    let conf = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http)
        .credentials_provider(credentials)
        .region(Region::new(config.region.clone()))
        .endpoint_url(endpoint)
        // Not every S3 gives each bucket a host name of its own.
        .force_path_style(true)
        // Trailing checksums make every upload chunked, which several S3 servers and all presigned PUTs refuse.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .timeout_config(TimeoutConfig::builder().connect_timeout(Duration::from_secs(5)).read_timeout(Duration::from_secs(60)).build())
        .build();
    Client::from_conf(conf)
}

async fn collect(key: &str, body: ByteStream) -> Result<Bytes, ObjectError> {
    body.collect()
        .await
        .map(aws_sdk_s3::primitives::AggregatedBytes::into_bytes)
        .map_err(|e| ObjectError::Unreachable { key: key.to_owned(), reason: e.to_string() })
}

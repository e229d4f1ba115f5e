//! Presigned requests: a browser up- and downloads without credentials, for a while, one object only.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_s3::{
    Client,
    operation::get_object::builders::GetObjectFluentBuilder,
    presigning::{PresignedRequest as Signed, PresigningConfig},
};
use chrono::{DateTime, Utc};
use tandem_protocol::rest::PresignedRequest;

use super::{ObjectError, Objects, error::classify};

/// What may be uploaded with a presigned PUT. Both are signed: another length or type is refused by the S3 server.
#[derive(Clone, Copy, Debug)]
pub struct Upload<'a> {
    pub content_type: &'a str,
    /// Bytes.
    pub size: u64,
}

impl Objects {
    /// A GET of `key`, good for `ttl` from `now`. `endpoint` names the address this particular browser uses, where that is not the public one.
    pub async fn presign_get(
        &self,
        key: &str,
        now: DateTime<Utc>,
        ttl: Duration,
        endpoint: Option<&str>,
    ) -> Result<PresignedRequest, ObjectError> {
        self.signed_get(key, now, ttl, endpoint, |request| request).await
    }

    /// A GET of `key`, whose bytes never change: whoever has them need not ask again.
    pub async fn presign_constant(
        &self,
        key: &str,
        now: DateTime<Utc>,
        ttl: Duration,
        endpoint: Option<&str>,
    ) -> Result<PresignedRequest, ObjectError> {
        self.signed_get(key, now, ttl, endpoint, |request| request.response_cache_control("private, max-age=31536000, immutable")).await
    }

    /// A GET of `key` that a browser keeps as a file of this name; an S3 server that does not know how to say so leaves that to the page.
    pub async fn presign_download(
        &self,
        key: &str,
        filename: &str,
        now: DateTime<Utc>,
        ttl: Duration,
        endpoint: Option<&str>,
    ) -> Result<PresignedRequest, ObjectError> {
        // Inside quotes and in a header: nothing that ends either.
        let name: String =
            filename.chars().map(|c| if c.is_ascii() && !c.is_ascii_control() && !"\"\\".contains(c) { c } else { '_' }).collect();
        let shown = format!("attachment; filename=\"{name}\"");
        self.signed_get(key, now, ttl, endpoint, |request| request.response_content_disposition(shown)).await
    }

    /// `with`: what the answer is to say besides.
    async fn signed_get(
        &self,
        key: &str,
        now: DateTime<Utc>,
        ttl: Duration,
        endpoint: Option<&str>,
        with: impl FnOnce(GetObjectFluentBuilder) -> GetObjectFluentBuilder,
    ) -> Result<PresignedRequest, ObjectError> {
        let request = with(self.signer(endpoint).get_object().bucket(&self.bucket).key(key));
        let signed = request.presigned(config(key, now, ttl)?).await.map_err(|e| classify(key, e))?;
        Ok(plain(&signed, now, ttl))
    }

    /// A PUT of `key` with exactly this size and type.
    pub async fn presign_put(
        &self,
        key: &str,
        upload: Upload<'_>,
        now: DateTime<Utc>,
        ttl: Duration,
        endpoint: Option<&str>,
    ) -> Result<PresignedRequest, ObjectError> {
        let size = i64::try_from(upload.size).map_err(|_| ObjectError::Refused { key: key.to_owned(), reason: "too large".to_owned() })?;
        let request =
            self.signer(endpoint).put_object().bucket(&self.bucket).key(key).content_type(upload.content_type).content_length(size);
        let signed = request.presigned(config(key, now, ttl)?).await.map_err(|e| classify(key, e))?;
        let mut plain = plain(&signed, now, ttl);
        // Browsers set it themselves and forbid scripts to.
        plain.headers.retain(|name, _| !name.eq_ignore_ascii_case("content-length"));
        Ok(plain)
    }

    fn signer(&self, endpoint: Option<&str>) -> Client {
        match endpoint {
            None => self.public.clone(),
            Some(endpoint) => Client::from_conf(self.public.config().to_builder().endpoint_url(endpoint).build()),
        }
    }
}

fn config(key: &str, now: DateTime<Utc>, ttl: Duration) -> Result<PresigningConfig, ObjectError> {
    PresigningConfig::builder()
        .start_time(now.into())
        .expires_in(ttl)
        .build()
        .map_err(|e| ObjectError::Refused { key: key.to_owned(), reason: e.to_string() })
}

fn plain(signed: &Signed, now: DateTime<Utc>, ttl: Duration) -> PresignedRequest {
    PresignedRequest {
        method: signed.method().to_owned(),
        url: signed.uri().to_owned(),
        headers: signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<BTreeMap<_, _>>(),
        expires_at: now + ttl,
    }
}

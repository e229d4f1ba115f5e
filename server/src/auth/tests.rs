//! Every algorithm, with tokens that are good, forged, expired, early, for others, for another purpose, or unsigned.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use tandem_protocol::{UserId, WorkspaceId, WorkspaceRole, rest::UserSummary};

use super::*;
use crate::config::JwksSource;

const SECRET: &str = "thirty-two characters at the least";

/// A key pair of an algorithm, as PEM. Made for these tests; nothing else knows them.
struct Pair {
    algorithm: Algorithm,
    private: &'static str,
    public: &'static str,
}

const PAIRS: [Pair; 3] = [
    Pair { algorithm: Algorithm::RS256, private: include_str!("testdata/rs256.pem"), public: include_str!("testdata/rs256.pub.pem") },
    Pair { algorithm: Algorithm::ES256, private: include_str!("testdata/es256.pem"), public: include_str!("testdata/es256.pub.pem") },
    Pair { algorithm: Algorithm::EdDSA, private: include_str!("testdata/eddsa.pem"), public: include_str!("testdata/eddsa.pub.pem") },
];

impl Pair {
    fn signer(&self) -> EncodingKey {
        let pem = self.private.as_bytes();
        match self.algorithm {
            Algorithm::RS256 => EncodingKey::from_rsa_pem(pem),
            Algorithm::ES256 => EncodingKey::from_ec_pem(pem),
            _ => EncodingKey::from_ed_pem(pem),
        }
        .unwrap()
    }

    fn sign(&self, claims: &Value) -> String {
        encode(&Header::new(self.algorithm), claims, &self.signer()).unwrap()
    }

    fn auth(&self) -> Auth {
        Auth::new(&JwtConfig { algorithm: self.algorithm, public_key: Some(self.public.into()), ..hs256(None) }, None).unwrap()
    }
}

fn hs256(secret: Option<&str>) -> JwtConfig {
    JwtConfig {
        algorithm: Algorithm::HS256,
        secret: secret.map(SecretString::from),
        public_key: None,
        jwks: None,
        issuer: "tandem".into(),
        audience: "tandem".into(),
    }
}

fn local() -> Auth {
    Auth::new(&hs256(Some(SECRET)), None).unwrap()
}

fn subject() -> Subject {
    let user = UserSummary { id: UserId::new(), name: "Anna".into(), email: "anna@x.example".into(), color: "#2563eb".into() };
    Subject { user, workspace_id: WorkspaceId::new(), workspace_role: WorkspaceRole::Member }
}

/// What an identity provider puts into an access token.
fn claims(change: Value) -> Value {
    let now = Utc::now().timestamp();
    let mut claims = json!({
        "iss": "tandem", "aud": "tandem", "sub": UserId::new(), "iat": now, "exp": now + 600,
        "workspace_id": WorkspaceId::new(), "workspace_role": "member", "name": "Anna", "email": "anna@x.example",
    });
    for (name, value) in change.as_object().unwrap() {
        match value {
            Value::Null => claims.as_object_mut().unwrap().remove(name),
            value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    claims
}

fn hmac(claims: &Value, secret: &[u8]) -> String {
    encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(secret)).unwrap()
}

/// The token with one character of its signature, or of its claims, changed.
fn tampered(token: &str, part: usize) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let middle = parts[part].len() / 2;
    let other = if parts[part].as_bytes()[middle] == b'A' { "B" } else { "A" };
    parts[part].replace_range(middle..=middle, other);
    parts.join(".")
}

fn unsigned(algorithm: &str, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(&json!({"alg": algorithm, "typ": "JWT"})), part(claims))
}

#[tokio::test]
async fn what_was_put_into_an_access_token_comes_out() {
    let (auth, subject) = (local(), subject());
    let minted = auth.mint(&subject, Purpose::Access, ACCESS_TTL).unwrap();
    let identity = auth.authenticate(&minted.token).await.unwrap();
    assert_eq!(identity.user, subject.user);
    assert_eq!((identity.workspace_id, identity.workspace_role), (subject.workspace_id, WorkspaceRole::Member));
    assert_eq!(identity.expires_at.timestamp(), minted.expires_at.timestamp());
}

#[tokio::test]
async fn no_kind_of_token_is_taken_for_another() {
    let auth = local();
    let kinds = [Purpose::Access, Purpose::Refresh, Purpose::SignIn];
    for made in kinds {
        let token = auth.mint(&subject(), made, ACCESS_TTL).unwrap().token;
        for wanted in kinds {
            let result = auth.verify(&token, wanted).await;
            let expected = if made == wanted { None } else { Some(AuthError::Purpose { wanted, got: made }) };
            assert_eq!(result.err(), expected, "made for {made:?}, wanted for {wanted:?}");
        }
    }
}

#[tokio::test]
async fn a_purpose_claim_cannot_be_had_with_another_purposes_audience() {
    let token = hmac(&claims(json!({"purpose": "sign_in"})), SECRET.as_bytes());
    assert_eq!(local().verify(&token, Purpose::SignIn).await.unwrap_err(), AuthError::Audience);
}

#[tokio::test]
async fn every_algorithm_takes_what_its_key_signed_and_nothing_changed_since() {
    for pair in &PAIRS {
        let (auth, token) = (pair.auth(), pair.sign(&claims(json!({}))));
        assert_eq!(auth.authenticate(&token).await.unwrap().user.name, "Anna", "{:?}", pair.algorithm);
        for part in [1, 2] {
            let error = auth.authenticate(&tampered(&token, part)).await.unwrap_err();
            assert_eq!(error.code(), "token_invalid", "{:?} part {part}: {error:?}", pair.algorithm);
        }
    }
    let token = hmac(&claims(json!({})), SECRET.as_bytes());
    assert!(local().authenticate(&token).await.is_ok());
    assert_eq!(local().authenticate(&tampered(&token, 2)).await.unwrap_err(), AuthError::Forged);
    let other = hmac(&claims(json!({})), b"another secret of thirty-two chars");
    assert_eq!(local().authenticate(&other).await.unwrap_err(), AuthError::Forged);
}

#[tokio::test]
async fn a_public_key_is_no_hmac_secret() {
    for pair in &PAIRS {
        let confused = hmac(&claims(json!({})), pair.public.as_bytes());
        assert_eq!(pair.auth().authenticate(&confused).await.unwrap_err(), AuthError::Algorithm);
        // Nor the other way: a token of another algorithm where HS256 is meant.
        assert_eq!(local().authenticate(&pair.sign(&claims(json!({})))).await.unwrap_err(), AuthError::Algorithm);
    }
}

#[tokio::test]
async fn unsigned_tokens_are_refused_however_none_is_written() {
    for auth in [local(), PAIRS[0].auth()] {
        for none in ["none", "None", "NONE", ""] {
            let error = auth.authenticate(&unsigned(none, &claims(json!({})))).await.unwrap_err();
            assert_eq!(error.code(), "token_invalid", "{none}: {error:?}");
        }
        let error = auth.authenticate(&unsigned("HS256", &claims(json!({})))).await.unwrap_err();
        assert_eq!(error.code(), "token_invalid");
    }
}

#[tokio::test]
async fn times_issuer_audience_and_claims_are_checked() {
    let now = Utc::now().timestamp();
    let cases = [
        (json!({"exp": now - 31}), Some(AuthError::Expired)),
        (json!({"exp": now - 20}), None),
        (json!({"exp": null}), Some(AuthError::Malformed(String::new()))),
        (json!({"nbf": now + 60}), Some(AuthError::NotYet)),
        (json!({"nbf": now + 20}), None),
        (json!({"iss": "somebody"}), Some(AuthError::Issuer)),
        (json!({"iss": null}), Some(AuthError::Malformed(String::new()))),
        (json!({"aud": "another"}), Some(AuthError::Audience)),
        (json!({"aud": ["another", "tandem"]}), None),
        (json!({"aud": "tandem/refresh"}), Some(AuthError::Audience)),
        (json!({"aud": null}), Some(AuthError::Malformed(String::new()))),
        (json!({"name": null}), Some(AuthError::Claim("name".into()))),
        (json!({"sub": "anna"}), Some(AuthError::Malformed(String::new()))),
        (json!({"workspace_id": null}), Some(AuthError::Malformed(String::new()))),
        (json!({"workspace_role": "owner"}), Some(AuthError::Malformed(String::new()))),
    ];
    for (change, expected) in cases {
        for (auth, token) in
            [(local(), hmac(&claims(change.clone()), SECRET.as_bytes())), (PAIRS[1].auth(), PAIRS[1].sign(&claims(change.clone())))]
        {
            let result = auth.authenticate(&token).await.map(|_| ());
            match (&expected, result) {
                (None, Ok(())) => {}
                (Some(AuthError::Malformed(_)), Err(AuthError::Malformed(_))) => {}
                (Some(expected), Err(error)) => assert_eq!(&error, expected, "{change}"),
                (expected, result) => panic!("{change}: expected {expected:?}, got {result:?}"),
            }
        }
    }
}

#[tokio::test]
async fn critical_extensions_and_garbage_are_refused() {
    let mut header = Header::new(Algorithm::HS256);
    header.crit = Some(vec!["b64".into()]);
    let token = encode(&header, &claims(json!({})), &EncodingKey::from_secret(SECRET.as_bytes())).unwrap();
    for token in [token.as_str(), "", "x", "a.b.c", "....", &"x".repeat(20_000)] {
        assert_eq!(local().authenticate(token).await.unwrap_err().code(), "token_invalid", "{:.20}", token);
    }
}

#[test]
fn a_server_without_the_secret_makes_no_tokens_and_says_who_does() {
    let refused = PAIRS[0].auth().mint(&subject(), Purpose::Access, ACCESS_TTL).unwrap_err();
    assert_eq!(refused, AuthError::Elsewhere { issuer: "tandem".into() });
}

#[test]
fn a_key_of_another_kind_is_refused_at_the_start() {
    let config = JwtConfig { algorithm: Algorithm::RS256, public_key: Some(PAIRS[1].public.into()), ..hs256(None) };
    assert!(matches!(Auth::new(&config, None), Err(KeyError::Pem { .. })));
    assert!(matches!(Auth::new(&hs256(None), None), Err(KeyError::NoKey)));
}

#[test]
fn a_link_carries_its_token_where_no_server_sees_it() {
    let link = local().sign_in_link("https://tandem.example.org", &subject()).unwrap();
    let (page, fragment) = link.split_once('#').unwrap();
    assert_eq!(page, "https://tandem.example.org/sign-in");
    assert!(fragment.starts_with("token="));
    assert!(link.len() < 500, "{} characters", link.len());
}

/// A key set that tests rewrite, as a provider rotates.
struct KeyFile(std::path::PathBuf);

impl KeyFile {
    fn new(keys: &[Value]) -> Self {
        let file = Self(std::env::temp_dir().join(format!("tandem-jwks-{}.json", uuid::Uuid::now_v7())));
        file.write(keys);
        file
    }

    fn write(&self, keys: &[Value]) {
        std::fs::write(&self.0, json!({ "keys": keys }).to_string()).unwrap();
    }

    fn auth(&self, algorithm: Algorithm) -> Auth {
        Auth::new(&JwtConfig { algorithm, jwks: Some(JwksSource::File(self.0.clone())), ..hs256(None) }, None).unwrap()
    }
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn jwk(pair: &Pair, id: &str, change: Value) -> Value {
    let made = jsonwebtoken::jwk::Jwk::from_encoding_key(&pair.signer(), pair.algorithm).unwrap();
    let mut jwk = serde_json::to_value(made).unwrap();
    jwk["kid"] = json!(id);
    for (name, value) in change.as_object().unwrap() {
        jwk[name] = value.clone();
    }
    jwk
}

fn signed_as(pair: &Pair, id: Option<&str>) -> String {
    let mut header = Header::new(pair.algorithm);
    header.kid = id.map(str::to_owned);
    encode(&header, &claims(json!({})), &pair.signer()).unwrap()
}

#[tokio::test]
async fn a_key_set_serves_every_algorithm_and_chooses_by_id() {
    for pair in &PAIRS {
        let others: Vec<Value> = PAIRS.iter().map(|other| jwk(other, &format!("{:?}", other.algorithm), json!({}))).collect();
        let file = KeyFile::new(&others);
        let auth = file.auth(pair.algorithm);
        let id = format!("{:?}", pair.algorithm);
        auth.authenticate(&signed_as(pair, Some(&id))).await.unwrap();
        // One key of this algorithm: no id is needed.
        auth.authenticate(&signed_as(pair, None)).await.unwrap();
        assert_eq!(auth.authenticate(&signed_as(pair, Some("gone"))).await.unwrap_err(), AuthError::UnknownKey);
    }
}

#[tokio::test]
async fn a_key_for_encryption_or_of_another_algorithm_checks_nothing() {
    let rsa = &PAIRS[0];
    for change in [json!({"use": "enc"}), json!({"alg": "RS512"})] {
        let file = KeyFile::new(&[jwk(rsa, "one", change)]);
        assert_eq!(file.auth(Algorithm::RS256).authenticate(&signed_as(rsa, Some("one"))).await.unwrap_err(), AuthError::Unavailable);
    }
    let symmetric = json!({"kty": "oct", "kid": "one", "k": URL_SAFE_NO_PAD.encode(SECRET)});
    let file = KeyFile::new(&[symmetric]);
    let token = hmac(&claims(json!({})), SECRET.as_bytes());
    assert_eq!(file.auth(Algorithm::RS256).authenticate(&token).await.unwrap_err(), AuthError::Algorithm);
}

#[tokio::test]
async fn a_set_that_cannot_be_read_is_no_reason_to_say_the_token_is_bad() {
    let config = JwtConfig { algorithm: Algorithm::RS256, jwks: Some(JwksSource::File("/nowhere/keys.json".into())), ..hs256(None) };
    let auth = Auth::new(&config, None).unwrap();
    assert_eq!(auth.authenticate(&signed_as(&PAIRS[0], None)).await.unwrap_err(), AuthError::Unavailable);
}

/// A provider that answers each request with what the test put there, and counts.
async fn provider(keys: std::sync::Arc<std::sync::Mutex<Vec<Value>>>) -> (url::Url, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap()).parse().unwrap();
    let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = std::sync::Arc::clone(&count);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let body = json!({ "keys": *keys.lock().unwrap() }).to_string();
            let _ = stream.read(&mut [0; 4096]).await.unwrap();
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, count)
}

/// The clock jumps; it is not left paused, because a paused clock runs ahead while a socket is waited for.
async fn pass(time: std::time::Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_rotated_key_is_found_and_unknown_ids_do_not_hammer_the_provider() {
    use std::{
        sync::{Arc, Mutex, atomic::Ordering},
        time::Duration,
    };
    let (old, new) = (&PAIRS[1], &PAIRS[1]);
    let keys = Arc::new(Mutex::new(vec![jwk(old, "2025", json!({}))]));
    let (url, asked) = provider(Arc::clone(&keys)).await;
    let config = JwtConfig { algorithm: Algorithm::ES256, jwks: Some(JwksSource::Url(url)), ..hs256(None) };
    let auth = Auth::new(&config, None).unwrap();

    for _ in 0..50 {
        auth.authenticate(&signed_as(old, Some("2025"))).await.unwrap();
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1, "read once, then from memory");

    keys.lock().unwrap().push(jwk(new, "2026", json!({})));
    for id in 0..50 {
        let unknown = auth.authenticate(&signed_as(new, Some(&format!("made up {id}")))).await.unwrap_err();
        assert_eq!(unknown, AuthError::UnknownKey);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1, "not asked again so soon");

    pass(Duration::from_secs(11)).await;
    auth.authenticate(&signed_as(new, Some("2026"))).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);

    // A key that was taken back no longer counts once the set is old.
    keys.lock().unwrap().remove(0);
    pass(Duration::from_secs(601)).await;
    assert_eq!(auth.authenticate(&signed_as(old, Some("2025"))).await.unwrap_err(), AuthError::UnknownKey);
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

//! Where Redis is, as one URL.
//!
//! ```text
//! redis://user:password@host:6379/0                     one server; rediss:// speaks TLS
//! redis+sentinel://user:password@h1:26379,h2:26379/main/0   the master that Sentinel calls `main`; user and password are the master's
//! redis+cluster://user:password@h1:6379,h2:6379         a cluster, found through any of these
//! ```
//!
//! `rediss+sentinel` and `rediss+cluster` speak TLS to all of them. What a URL reserves is percent-encoded in user and password.

use percent_encoding::percent_decode_str;
use secrecy::SecretString;

const PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26379;

#[derive(Clone, Debug)]
pub struct RedisAddress {
    pub(super) servers: Vec<(String, u16)>,
    pub(super) kind: Kind,
    pub(super) tls: bool,
    pub(super) user: Option<String>,
    pub(super) password: Option<SecretString>,
    pub(super) database: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Single,
    /// `servers` are sentinels; they know who is the master of this name.
    Sentinel(String),
    Cluster,
}

impl RedisAddress {
    /// What is wrong, in words that follow "the setting": it may be shown, the URL may not.
    pub fn parse(url: &str) -> Result<Self, String> {
        let (scheme, rest) = url.split_once("://").ok_or("must be a URL such as redis://host:6379")?;
        let (tls, kind) = match scheme {
            "redis" => (false, Kind::Single),
            "rediss" => (true, Kind::Single),
            "redis+sentinel" => (false, Kind::Sentinel(String::new())),
            "rediss+sentinel" => (true, Kind::Sentinel(String::new())),
            "redis+cluster" => (false, Kind::Cluster),
            "rediss+cluster" => (true, Kind::Cluster),
            _ => return Err("must begin with redis://, rediss://, redis+sentinel:// or redis+cluster://".into()),
        };
        if rest.contains(['?', '#']) {
            return Err("must end after the database: what stands after ? or # means nothing".into());
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (who, hosts) = authority.rsplit_once('@').map_or((None, authority), |(who, hosts)| (Some(who), hosts));
        let (user, password) = who.map_or(Ok((None, None)), credentials)?;
        let port = if matches!(kind, Kind::Sentinel(_)) { SENTINEL_PORT } else { PORT };
        let servers = hosts.split(',').map(|host| server(host, port)).collect::<Result<Vec<_>, _>>()?;
        let (kind, database) = match kind {
            Kind::Single if servers.len() > 1 => {
                return Err("must name one host; several belong to redis+sentinel:// or redis+cluster://".into());
            }
            Kind::Single => (kind, database(path)?),
            Kind::Cluster if !path.is_empty() => return Err("must have no path: a cluster has no databases".into()),
            Kind::Cluster => (kind, 0),
            Kind::Sentinel(_) => {
                let (master, number) = path.split_once('/').unwrap_or((path, ""));
                if master.is_empty() {
                    return Err("must end with the master's name, such as redis+sentinel://host:26379/mymaster".into());
                }
                (Kind::Sentinel(decoded(master)?), database(number)?)
            }
        };
        Ok(Self { servers, kind, tls, user, password, database })
    }

    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.tls
    }
}

fn credentials(text: &str) -> Result<(Option<String>, Option<SecretString>), String> {
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    let some = |text: String| (!text.is_empty()).then_some(text);
    Ok((some(decoded(user)?), some(decoded(password)?).map(SecretString::from)))
}

fn decoded(text: &str) -> Result<String, String> {
    percent_decode_str(text).decode_utf8().map(String::from).map_err(|_| "must be UTF-8 once it is percent-decoded".into())
}

fn server(text: &str, port: u16) -> Result<(String, u16), String> {
    const RULE: &str = "must name a host, and a port from 1 to 65535 if any";
    let (host, port) = match text.rsplit_once(':') {
        // An IPv6 address stands in brackets.
        Some((host, number)) if !number.ends_with(']') => (host, number.parse().ok().filter(|port| *port > 0).ok_or(RULE)?),
        _ => (text, port),
    };
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if host.is_empty() { Err(RULE.into()) } else { Ok((host.to_owned(), port)) }
}

fn database(text: &str) -> Result<i64, String> {
    if text.is_empty() {
        return Ok(0);
    }
    text.parse::<u16>().map(i64::from).map_err(|_| "must end with the number of a database, such as redis://host:6379/0".into())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn every_form_of_the_url_is_read() {
        let one = RedisAddress::parse("redis://host").unwrap();
        assert_eq!((one.servers, one.kind, one.tls, one.database), (vec![("host".into(), 6379)], Kind::Single, false, 0));
        let full = RedisAddress::parse("rediss://ann:p%40ss%2F@[::1]:7000/3").unwrap();
        assert_eq!((full.servers, full.tls, full.database), (vec![("::1".into(), 7000)], true, 3));
        assert_eq!((full.user.as_deref(), full.password.unwrap().expose_secret()), (Some("ann"), "p@ss/"));
        let only_password = RedisAddress::parse("redis://:hunter2@host:1/").unwrap();
        assert_eq!((only_password.user, only_password.password.unwrap().expose_secret()), (None, "hunter2"));
        let sentinel = RedisAddress::parse("redis+sentinel://:p@a,b:2/main/4").unwrap();
        assert_eq!((sentinel.servers, sentinel.database), (vec![("a".into(), 26379), ("b".into(), 2)], 4));
        assert_eq!(sentinel.kind, Kind::Sentinel("main".into()));
        let cluster = RedisAddress::parse("rediss+cluster://a:1,b:2").unwrap();
        assert_eq!((cluster.servers.len(), cluster.kind, cluster.tls), (2, Kind::Cluster, true));
    }

    #[test]
    fn a_url_that_is_wrong_is_refused_without_showing_its_password() {
        let wrong = [
            "",
            "host:6379",
            "http://:hunter2@host",
            "redis://:hunter2@",
            "redis://:hunter2@host:0",
            "redis://:hunter2@host:port",
            "redis://:hunter2@a,b",
            "redis://:hunter2@host/x",
            "redis://:hunter2@host/-1",
            "redis://:hunter2@host/0?protocol=resp3",
            "redis+sentinel://:hunter2@a,b",
            "redis+cluster://:hunter2@a/0",
            "redis://:hunter2%ff@a",
        ];
        for url in wrong {
            let rule = RedisAddress::parse(url).unwrap_err();
            assert!(rule.starts_with("must ") && !rule.contains("hunter2"), "{url}: {rule}");
        }
    }
}

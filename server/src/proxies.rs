//! Whose address a request has: behind a trusted proxy the one it names, otherwise that of the connection.

use std::net::IpAddr;

use actix_web::http::header::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies that are believed. Of anybody else the header is what a stranger claims.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Addresses and networks, with commas between.
    pub fn parse(text: &str) -> Result<Self, String> {
        let network = |word: &str| {
            let one = || word.parse::<IpAddr>().map(IpNet::from);
            word.parse().or_else(|_| one()).map_err(|_| format!("has {word:?}, which is neither an address nor a network like 10.0.0.0/8"))
        };
        text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(network).collect::<Result<_, _>>().map(Self)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Each proxy adds at the end whom it heard: the last one that is no proxy of ours is the person's. What stands before it, a client
    /// may have made up.
    #[must_use]
    pub fn address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut address = peer.to_canonical();
        let mut named: Vec<&str> =
            headers.get_all(FORWARDED_FOR).filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).collect();
        while self.trusts(address) {
            let Some(before) = named.pop().and_then(read) else { break };
            address = before;
        }
        address
    }
}

/// Some proxies add the port, and brackets around an IPv6 address.
fn read(word: &str) -> Option<IpAddr> {
    let word = word.trim();
    let with_port = || word.parse().map(|address: std::net::SocketAddr| address.ip());
    let bare = word.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(word);
    bare.parse().or_else(|_| with_port()).ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn seen(trusted: &str, peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, HeaderValue::from_str(line).unwrap());
        }
        Proxies::parse(trusted).unwrap().address(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn who_is_no_proxy_of_ours_is_who_connected() {
        assert_eq!(seen("", "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen("10.0.0.0/8", "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn of_what_our_proxies_say_the_last_stranger_counts_and_not_what_a_client_made_up() {
        assert_eq!(seen("10.0.0.0/8", "10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.0/8", "10.1.2.3", &["192.0.2.1, 198.51.100.1, 10.7.7.7"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.0/8", "10.1.2.3", &["192.0.2.1", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("127.0.0.1, fd00::/8", "::ffff:127.0.0.1", &["[2001:db8::1]:4711"]), "2001:db8::1");
        assert_eq!(seen("127.0.0.1", "127.0.0.1", &["198.51.100.1:80"]), "198.51.100.1");
    }

    #[test]
    fn a_proxy_that_names_nobody_stands_for_itself() {
        assert_eq!(seen("10.0.0.0/8", "10.1.2.3", &[]), "10.1.2.3");
        assert_eq!(seen("10.0.0.0/8", "10.1.2.3", &["unknown"]), "10.1.2.3");
    }

    #[test]
    fn a_setting_that_is_no_list_of_networks_says_which_word() {
        assert_eq!(
            Proxies::parse("10.0.0.0/8, proxy").unwrap_err(),
            r#"has "proxy", which is neither an address nor a network like 10.0.0.0/8"#
        );
        assert!(Proxies::parse("10.0.0.0/33").is_err());
    }
}

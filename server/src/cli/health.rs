//! `tandem health`: ask the server of this machine how it is. For container engines: an image of ours has neither a shell nor curl.

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, bail};
use clap::Args;

use super::Global;
use crate::config::Environment;

/// Longer than `/readyz` waits for its parts.
const PATIENCE: Duration = Duration::from_secs(3);
/// `/readyz` says a few lines.
const LONGEST: u64 = 64 << 10;

#[derive(Debug, Args)]
pub struct Health {
    /// Ask whether it can do its work (/readyz), not only whether it answers (/healthz)
    #[arg(long)]
    ready: bool,
}

pub fn run(global: &Global, env: &Environment, asked: &Health) -> anyhow::Result<ExitCode> {
    let address = reachable(global.load(env)?.config.bind);
    let (status, body) = ask(address, if asked.ready { "/readyz" } else { "/healthz" })?;
    println!("{}", body.trim_end());
    Ok(if status == 200 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Nobody can be called under the address that means "all of mine".
fn reachable(bind: SocketAddr) -> SocketAddr {
    let ip = match bind.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, bind.port())
}

/// One request over one connection: a client of its own would be the only one in this program.
fn ask(address: SocketAddr, path: &str) -> anyhow::Result<(u16, String)> {
    let silent = || format!("Nothing answers at {address}");
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).with_context(silent)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // 1.0: the answer ends with the connection and comes in one piece.
    // And so does the question: who reads a part of it, answers and hangs up would take the answer back with it.
    let question = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n");
    stream.write_all(question.as_bytes()).with_context(silent)?;
    let mut answer = Vec::new();
    stream.take(LONGEST).read_to_end(&mut answer).with_context(silent)?;
    let answer = String::from_utf8_lossy(&answer);
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { bail!("What answers at {address} does not speak HTTP.") };
    let Some(status) = head.split(' ').nth(1).and_then(|status| status.parse().ok()) else {
        bail!("What answers at {address} does not speak HTTP.")
    };
    Ok((status, body.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    /// One answer, given to whoever asks first.
    fn answering(answer: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 512];
            let _ = stream.read(&mut asked).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        address
    }

    #[test]
    fn a_server_on_all_addresses_is_asked_on_loopback() {
        for (bind, asked) in [("0.0.0.0:80", "127.0.0.1:80"), ("[::]:80", "[::1]:80"), ("10.0.0.1:80", "10.0.0.1:80")] {
            assert_eq!(reachable(bind.parse().unwrap()), asked.parse().unwrap());
        }
    }

    #[test]
    fn the_status_and_the_words_of_the_server_are_passed_on() {
        let unready = answering("HTTP/1.0 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nwhy\n");
        assert_eq!(ask(unready, "/readyz").unwrap(), (503, "why\n".to_owned()));
    }

    #[test]
    fn whoever_is_silent_or_speaks_something_else_is_not_healthy() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(ask(closed, "/healthz").unwrap_err().to_string().starts_with("Nothing answers at 127.0.0.1:"));
        let strange = ask(answering("220 smtp ready\r\n"), "/healthz").unwrap_err().to_string();
        assert!(strange.ends_with("does not speak HTTP."), "{strange}");
    }
}

//! WebSocket clients that cost little: frames are read from one buffer a thread and parsed where they lie, so that what the
//! generator itself spends does not hide what the server spends.

mod ear;
mod frame;
mod line;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    rc::Rc,
    time::Duration,
};

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

pub use ear::{Ear, Message};
pub use line::Line;

/// Connecting to a server on this machine takes no longer, even if thousands do it at once.
const PATIENCE: Duration = Duration::from_secs(30);
/// Connections from one source address: well below the ports the system gives out.
const A_SOURCE: usize = 8_000;
/// Any key does: nobody caches on loopback.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const MAX_HEAD: usize = 16 << 10;

/// Open a WebSocket. `number` spreads many connections over source addresses.
pub async fn open(address: SocketAddr, path: &str, subprotocol: Option<&str>, number: usize) -> anyhow::Result<(Rc<Line>, Ear)> {
    timeout(PATIENCE, connect(address, path, subprotocol, number, None)).await.context("connecting took too long")?
}

/// One whose kernel takes in little: for those who will stop reading.
pub async fn open_narrow(address: SocketAddr, path: &str, subprotocol: Option<&str>) -> anyhow::Result<(Rc<Line>, Ear)> {
    timeout(PATIENCE, connect(address, path, subprotocol, 0, Some(16 << 10))).await.context("connecting took too long")?
}

async fn connect(
    address: SocketAddr,
    path: &str,
    subprotocol: Option<&str>,
    number: usize,
    receive: Option<u32>,
) -> anyhow::Result<(Rc<Line>, Ear)> {
    let mut stream = dial(address, number, receive).await?;
    let protocol = subprotocol.map(|name| format!("sec-websocket-protocol: {name}\r\n")).unwrap_or_default();
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {address}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: {KEY}\r\n{protocol}\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let rest = answer(&mut stream).await?;
    let line = Rc::new(Line::new(stream));
    Ok((Rc::clone(&line), Ear::new(line, rest)))
}

async fn dial(address: SocketAddr, number: usize, receive: Option<u32>) -> anyhow::Result<TcpStream> {
    let stream = if address.is_ipv4() {
        let socket = TcpSocket::new_v4()?;
        if let Some(size) = receive {
            socket.set_recv_buffer_size(size)?;
        }
        let last = u8::try_from(2 + number / A_SOURCE).context("too many connections")?;
        if number >= A_SOURCE {
            socket.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, last)), 0))?;
        }
        socket.connect(address).await
    } else {
        TcpStream::connect(address).await
    };
    let stream = stream.with_context(|| format!("cannot reach {address}"))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Returns what came after the answer's head.
async fn answer(stream: &mut TcpStream) -> anyhow::Result<Vec<u8>> {
    let mut head = Vec::new();
    loop {
        if stream.read_buf(&mut head).await? == 0 {
            bail!("the server hung up in the handshake");
        }
        if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = head.split_off(end + 4);
            if !head.starts_with(b"HTTP/1.1 101") {
                let first = String::from_utf8_lossy(&head);
                bail!("no upgrade: {}", first.lines().next().unwrap_or_default());
            }
            return Ok(rest);
        }
        if head.len() > MAX_HEAD {
            bail!("the answer to the handshake has no end");
        }
    }
}

/// Allow as many open files as the system lets us; returns how many that is.
pub fn raise_file_limit() -> anyhow::Result<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let now = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: now.maximum, maximum: now.maximum })?;
    Ok(now.maximum.unwrap_or(u64::MAX))
}

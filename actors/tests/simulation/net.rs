//! One connection between a client and the house: bytes in memory that take their time, in order, each way.

use std::collections::VecDeque;

use actix_http::ws::{CloseReason, Codec, Frame, Message};
use actix_web::error::PayloadError;
use bytes::{Bytes, BytesMut};
use futures_util::{FutureExt, StreamExt};
use tandem_actors::session::Body;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tokio_util::codec::{Decoder, Encoder};

pub type Upstream = UnboundedReceiverStream<Result<Bytes, PayloadError>>;

pub struct Pipe {
    to_house: UnboundedSender<Result<Bytes, PayloadError>>,
    from_house: Body,
    up: VecDeque<(u64, Bytes)>,
    /// None: the house hung up.
    down: VecDeque<(u64, Option<Bytes>)>,
    codec: Codec,
    buffer: BytesMut,
    house_done: bool,
    /// Milliseconds each way.
    pub lag: u64,
}

/// What a client finds when it reads.
#[derive(Debug)]
pub enum Incoming {
    Frame(Bytes),
    Closed(Option<CloseReason>),
    Ended,
}

impl Pipe {
    pub fn open(start: impl FnOnce(Upstream) -> Body, lag: u64) -> Self {
        let (to_house, bytes) = unbounded_channel();
        let from_house = start(UnboundedReceiverStream::new(bytes));
        let codec = Codec::new().client_mode().max_size(64 << 20);
        Self { to_house, from_house, up: VecDeque::new(), down: VecDeque::new(), codec, buffer: BytesMut::new(), house_done: false, lag }
    }

    pub fn send(&mut self, message: Message, now: u64) {
        let mut out = BytesMut::new();
        self.codec.encode(message, &mut out).unwrap();
        let due = self.up.back().map_or(0, |(due, _)| *due).max(now + self.lag);
        self.up.push_back((due, out.freeze()));
    }

    /// Move what is due towards the house, and take what it has written, unless the client does not read.
    pub fn carry(&mut self, now: u64, reading: bool) {
        while self.up.front().is_some_and(|(due, _)| *due <= now) {
            if let Some((_, bytes)) = self.up.pop_front() {
                // It may have closed; then nothing arrives, as on a real socket.
                let _ = self.to_house.send(Ok(bytes));
            }
        }
        while reading && !self.house_done {
            let Some(chunk) = self.from_house.next().now_or_never() else { return };
            let due = self.down.back().map_or(0, |(due, _)| *due).max(now + self.lag);
            self.house_done = chunk.is_none();
            self.down.push_back((due, chunk.and_then(Result::ok)));
        }
    }

    /// The next thing that has arrived.
    pub fn receive(&mut self, now: u64) -> Option<Incoming> {
        loop {
            match self.codec.decode(&mut self.buffer).unwrap() {
                Some(Frame::Text(bytes) | Frame::Binary(bytes)) => return Some(Incoming::Frame(bytes)),
                Some(Frame::Close(reason)) => return Some(Incoming::Closed(reason)),
                Some(_) => {}
                None => {
                    let (due, _) = self.down.front()?;
                    if *due > now {
                        return None;
                    }
                    match self.down.pop_front()?.1 {
                        Some(bytes) => self.buffer.extend_from_slice(&bytes),
                        None => return Some(Incoming::Ended),
                    }
                }
            }
        }
    }

    /// The connection breaks. What was under way to the house may still arrive: its answers will not.
    pub fn break_off(mut self, deliver: bool) {
        while deliver && let Some((_, bytes)) = self.up.pop_front() {
            let _ = self.to_house.send(Ok(bytes));
        }
    }
}

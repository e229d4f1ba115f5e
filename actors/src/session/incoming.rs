//! What comes in over one connection: bytes become whole messages, counted before anybody looks at them.
//!
//! Bytes are read into a buffer shared by all connections of the thread; a connection keeps one of its own only for a frame whose end
//! has not come yet. Framing, masking and the order of pieces are checked by `actix_http`'s codec, the text by us (RFC 6455, 5 and 8.1).

use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, ready},
};

use actix_http::ws::{Codec, Frame, Item, ProtocolError};
use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use tandem_protocol::ws::CloseCode;
use tokio::{
    io::{AsyncRead, ReadBuf},
    time::Instant,
};
use tokio_util::codec::Decoder;

use super::{Framer, Outbox, gate::Bucket};
use crate::{config::SessionConfig, measures::limit};

const READ: usize = 64 << 10;
/// After a frame of this size the beginning of the next one is kept in a buffer of its own.
const LARGE: usize = 16 << 10;

thread_local! {
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ].into());
}

/// What a peer did.
#[derive(Debug, PartialEq, Eq)]
pub enum Incoming {
    /// Valid UTF-8.
    Text(String),
    Binary(Bytes),
    /// It said goodbye.
    Closed,
    /// It did what it must not. Nothing more will come.
    Broken(CloseCode, String),
}

/// The stream of them. Ends when the connection is gone, or when the outbox is over.
pub struct Messages<R> {
    reader: Rc<RefCell<R>>,
    codec: Codec,
    outbox: Outbox,
    config: Arc<SessionConfig>,
    /// The beginning of a frame.
    partial: BytesMut,
    /// The beginning of a message that comes in pieces.
    pieces: Option<Box<Pieces>>,
    /// Bytes of a stranger.
    seen: usize,
    frames: Bucket,
    bytes: Bucket,
    broken: bool,
}

struct Pieces {
    text: bool,
    gathered: BytesMut,
}

enum Step {
    Message(Incoming),
    /// A frame that is no message, or not a whole one yet.
    Again,
    More,
}

type Violation = (CloseCode, String);

impl<R: AsyncRead + Unpin> Messages<R> {
    #[must_use]
    pub fn new(reader: Rc<RefCell<R>>, outbox: Outbox, config: Arc<SessionConfig>) -> Self {
        Self {
            reader,
            codec: Codec::new().max_size(config.max_frame),
            outbox,
            frames: Bucket::new(config.frames),
            bytes: Bucket::new(config.bytes),
            config,
            partial: BytesMut::new(),
            pieces: None,
            seen: 0,
            broken: false,
        }
    }

    /// Bytes that came with the request for the upgrade.
    #[must_use]
    pub fn begin_with(mut self, bytes: BytesMut) -> Self {
        self.seen = bytes.len();
        self.partial = bytes;
        self
    }

    /// Whether there was more. A stranger's bytes beyond what it may send stay in the kernel.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, Violation>> {
        let max = if self.outbox.is_known() { READ } else { self.config.max_unauthenticated.saturating_sub(self.seen) };
        if max == 0 {
            let name = self.config.names.max_unauthenticated;
            limit(name);
            let reason = format!("at most {} bytes before a good token ({name})", self.config.max_unauthenticated);
            return Poll::Ready(Err((CloseCode::BadFrame, reason)));
        }
        BUFFER.with_borrow_mut(|buffer| {
            let mut read = ReadBuf::new(&mut buffer[..max.min(READ)]);
            let failed = ready!(Pin::new(&mut *self.reader.borrow_mut()).poll_read(cx, &mut read)).is_err();
            let bytes = read.filled();
            self.seen = self.seen.saturating_add(bytes.len());
            self.partial.extend_from_slice(bytes);
            Poll::Ready(Ok(!failed && !bytes.is_empty()))
        })
    }

    fn step(&mut self) -> Result<Step, Violation> {
        if self.partial.is_empty() {
            return Ok(Step::More);
        }
        if announced(&self.partial).is_some_and(|length| length > self.config.max_frame as u64) {
            return Err(self.violated(&ProtocolError::Overflow));
        }
        let before = self.partial.len();
        let frame = self.codec.decode(&mut self.partial).map_err(|error| self.violated(&error))?;
        if self.partial.is_empty() {
            // Whoever has the frame has the memory; nothing stays here.
            self.partial = BytesMut::new();
        }
        let Some(frame) = frame else { return Ok(Step::More) };
        if before - self.partial.len() >= LARGE && !self.partial.is_empty() {
            // It would keep all the memory of the frame before it. There are no more than one reading's bytes of it.
            self.partial = BytesMut::from(&self.partial[..]);
        }
        self.charge(&frame)?;
        match frame {
            Frame::Text(bytes) => text(bytes.into()).map(Step::Message),
            Frame::Binary(bytes) => Ok(Step::Message(Incoming::Binary(bytes))),
            Frame::Continuation(item) => self.piece(item),
            Frame::Ping(payload) => {
                let mut framer = Framer::default();
                framer.pong(&payload);
                self.outbox.put(framer.finish());
                Ok(Step::Again)
            }
            Frame::Pong(_) => Ok(Step::Again),
            Frame::Close(_) => Ok(Step::Message(Incoming::Closed)),
        }
    }

    fn charge(&mut self, frame: &Frame) -> Result<(), Violation> {
        let size = match frame {
            Frame::Text(b) | Frame::Binary(b) | Frame::Ping(b) | Frame::Pong(b) => b.len(),
            Frame::Continuation(Item::FirstText(b) | Item::FirstBinary(b) | Item::Continue(b) | Item::Last(b)) => b.len(),
            Frame::Close(_) => 0,
        };
        self.outbox.came_in(size);
        let now = Instant::now();
        let which = match (self.frames.take(now, 1), self.bytes.take(now, size)) {
            (true, true) => return Ok(()),
            (false, _) => "frames_per_second",
            (true, false) => "bytes_per_second",
        };
        limit(which);
        Err((CloseCode::TryLater, format!("too many frames or bytes a second ({which})")))
    }

    fn piece(&mut self, item: Item) -> Result<Step, Violation> {
        let (bytes, last) = match item {
            Item::FirstText(bytes) => {
                self.pieces = Some(Box::new(Pieces { text: true, gathered: BytesMut::new() }));
                (bytes, false)
            }
            Item::FirstBinary(bytes) => {
                self.pieces = Some(Box::new(Pieces { text: false, gathered: BytesMut::new() }));
                (bytes, false)
            }
            Item::Continue(bytes) => (bytes, false),
            Item::Last(bytes) => (bytes, true),
        };
        // The codec lets no piece pass that does not follow a first one.
        let Some(pieces) = &mut self.pieces else { return Ok(Step::Again) };
        if pieces.gathered.len() + bytes.len() > self.config.max_frame {
            let name = self.config.names.max_frame;
            limit(name);
            return Err((CloseCode::TooBig, format!("a message may have {} bytes ({name})", self.config.max_frame)));
        }
        pieces.gathered.extend_from_slice(&bytes);
        if !last {
            return Ok(Step::Again);
        }
        let Some(pieces) = self.pieces.take() else { return Ok(Step::Again) };
        if pieces.text {
            return text(pieces.gathered.into()).map(Step::Message);
        }
        Ok(Step::Message(Incoming::Binary(pieces.gathered.freeze())))
    }

    fn violated(&self, error: &ProtocolError) -> Violation {
        match error {
            ProtocolError::Overflow => {
                let name = self.config.names.max_frame;
                limit(name);
                (CloseCode::TooBig, format!("a frame may have {} bytes ({name})", self.config.max_frame))
            }
            error => (CloseCode::BadFrame, error.to_string()),
        }
    }

    fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Incoming>, Violation>> {
        loop {
            match self.step()? {
                Step::Message(message) => {
                    self.outbox.hear();
                    return Poll::Ready(Ok(Some(message)));
                }
                Step::Again => self.outbox.hear(),
                Step::More if ready!(self.poll_read(cx))? => {}
                Step::More => return Poll::Ready(Ok(None)),
            }
        }
    }
}

impl<R: AsyncRead + Unpin> Stream for Messages<R> {
    type Item = Incoming;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Incoming>> {
        // Also leaves the waker: the outbox wakes this task when the session must end.
        let _ = self.outbox.poll_write(cx);
        if self.outbox.is_over() || self.broken {
            return Poll::Ready(None);
        }
        Poll::Ready(match ready!(self.poll_message(cx)) {
            Ok(message) => message,
            Err((code, reason)) => {
                self.broken = true;
                self.partial = BytesMut::new();
                Some(Incoming::Broken(code, reason))
            }
        })
    }
}

/// How long the frame says it is, as soon as it does: the codec would first gather all of it.
fn announced(frame: &[u8]) -> Option<u64> {
    match *frame.get(1)? & 0x7f {
        126 => Some(u16::from_be_bytes(frame.get(2..4)?.try_into().ok()?).into()),
        127 => Some(u64::from_be_bytes(frame.get(2..10)?.try_into().ok()?)),
        short => Some(short.into()),
    }
}

/// Read to the end, for nobody.
pub(super) fn poll_discard<R: AsyncRead + Unpin>(reader: &RefCell<R>, cx: &mut Context<'_>) -> Poll<()> {
    BUFFER.with_borrow_mut(|buffer| {
        loop {
            let mut read = ReadBuf::new(buffer);
            let failed = ready!(Pin::new(&mut *reader.borrow_mut()).poll_read(cx, &mut read)).is_err();
            if failed || read.filled().is_empty() {
                return Poll::Ready(());
            }
        }
    })
}

fn text(bytes: Vec<u8>) -> Result<Incoming, Violation> {
    String::from_utf8(bytes).map(Incoming::Text).map_err(|_| (CloseCode::BadFrame, "text that is not UTF-8".to_owned()))
}

#[cfg(test)]
mod tests {
    use actix_http::ws::Message;
    use futures_util::StreamExt;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, duplex, split};
    use tokio_util::codec::Encoder;

    use super::*;

    type Case = (Messages<ReadHalf<DuplexStream>>, DuplexStream);

    fn case(configure: impl FnOnce(&mut SessionConfig)) -> Case {
        let (ours, theirs) = duplex(1 << 20);
        let (reader, writer) = split(ours);
        let mut config = SessionConfig::default();
        configure(&mut config);
        let outbox = Outbox::new(Box::pin(writer), &config);
        (Messages::new(Rc::new(RefCell::new(reader)), outbox, Arc::new(config)), theirs)
    }

    fn masked(messages: Vec<Message>) -> BytesMut {
        let (mut codec, mut out) = (Codec::new().client_mode(), BytesMut::new());
        messages.into_iter().for_each(|message| codec.encode(message, &mut out).unwrap());
        out
    }

    fn breaks(message: Option<Incoming>) -> u16 {
        match message {
            Some(Incoming::Broken(code, _)) => code.code(),
            other => panic!("{other:?}"),
        }
    }

    #[actix::test]
    async fn messages_come_whole_whatever_pieces_their_bytes_come_in() {
        let (mut messages, mut peer) = case(|_| {});
        messages.outbox.admit();
        let first = Message::Continuation(Item::FirstText("one, ".into()));
        let last = Message::Continuation(Item::Last("two".into()));
        let bytes = masked(vec![first, Message::Ping("p".into()), last, Message::Binary(vec![5; 300].into())]);
        let feed = actix::spawn(async move {
            for byte in bytes {
                peer.write_all(&[byte]).await.unwrap();
                tokio::task::yield_now().await;
            }
            peer
        });
        assert_eq!(messages.next().await, Some(Incoming::Text("one, two".into())));
        assert_eq!(messages.next().await, Some(Incoming::Binary(vec![5; 300].into())));
        assert_eq!(messages.partial.capacity(), 0);
        let mut pong = [0; 3];
        feed.await.unwrap().read_exact(&mut pong).await.unwrap();
        assert_eq!(&pong, b"\x8a\x01p");
    }

    /// Everything that comes of these bytes if they come in these pieces and then end.
    async fn heard(bytes: &[u8], pieces: &[usize]) -> Vec<Incoming> {
        let (mut messages, mut peer) = case(|config| config.max_frame = 2_000);
        messages.outbox.admit();
        let (bytes, pieces) = (bytes.to_vec(), pieces.to_vec());
        let feed = actix::spawn(async move {
            let mut rest = &bytes[..];
            for length in pieces {
                let (piece, after) = rest.split_at(length.min(rest.len()));
                peer.write_all(piece).await.unwrap();
                tokio::task::yield_now().await;
                rest = after;
            }
            peer.write_all(rest).await.unwrap();
            peer.shutdown().await.unwrap();
            peer
        });
        let mut all = Vec::new();
        while let Some(message) = messages.next().await {
            all.push(message);
        }
        feed.await.unwrap();
        all
    }

    proptest::proptest! {
        /// Sound frames with some bytes changed, or anything at all: the same in one piece as in many, and nothing after what was broken. Of
        /// two rules that a frame breaks, its pieces may decide which is named.
        #[test]
        fn what_comes_does_not_depend_on_the_pieces_it_comes_in(
            sound: bool,
            sizes in proptest::collection::vec((0u8..6, 0usize..300), 0..8),
            garbage in proptest::collection::vec(proptest::num::u8::ANY, 0..400),
            changes in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), proptest::num::u8::ANY), 0..3),
            pieces in proptest::collection::vec(1usize..90, 0..20),
        ) {
            let message = |(kind, size): (u8, usize)| match kind {
                0 => Message::Text("x".repeat(size).into()),
                1 => Message::Binary(vec![7; size].into()),
                2 => Message::Ping(vec![7; size.min(125)].into()),
                3 => Message::Continuation(Item::FirstBinary(vec![7; size].into())),
                4 => Message::Continuation(Item::Continue(vec![7; size].into())),
                _ => Message::Continuation(Item::Last(vec![7; size].into())),
            };
            let (mut codec, mut bytes) = (Codec::new().client_mode(), BytesMut::new());
            for one in sizes {
                // What the codec itself would not send is left out.
                let _ = codec.encode(message(one), &mut bytes);
            }
            let mut bytes = if sound { bytes.to_vec() } else { garbage };
            for (at, byte) in changes.iter().filter(|_| !bytes.is_empty()).map(|(at, byte)| (at.index(bytes.len()), *byte)).collect::<Vec<_>>() {
                bytes[at] = byte;
            }
            let (whole, cut) = actix::System::new().block_on(async { (heard(&bytes, &[]).await, heard(&bytes, &pieces).await) });
            let is_broken = |message: &Incoming| matches!(message, Incoming::Broken(..));
            let sound = |all: &[Incoming]| all.iter().take_while(|message| !is_broken(message)).count();
            proptest::prop_assert_eq!((&whole[..sound(&whole)], whole.len()), (&cut[..sound(&cut)], cut.len()));
            proptest::prop_assert!(whole.len() - sound(&whole) <= 1 && cut.len() - sound(&cut) <= 1);
        }
    }

    #[actix::test]
    async fn after_a_large_frame_the_beginning_of_the_next_one_keeps_little_memory() {
        let (mut messages, mut peer) = case(|_| {});
        messages.outbox.admit();
        let feed = actix::spawn(async move {
            peer.write_all(&masked(vec![Message::Binary(vec![1; 1 << 20].into())])).await.unwrap();
            peer.write_all(&[0x82]).await.unwrap();
            peer
        });
        assert!(matches!(messages.next().await, Some(Incoming::Binary(bytes)) if bytes.len() == 1 << 20));
        let _peer = feed.await.unwrap();
        let next = std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut messages).poll_next(cx))).await;
        assert!(next.is_pending());
        assert_eq!(messages.partial.len(), 1);
        assert!(messages.partial.capacity() < LARGE, "{}", messages.partial.capacity());
    }

    #[actix::test]
    async fn a_stranger_may_send_little_and_a_friend_more() {
        let (mut messages, mut peer) = case(|config| config.max_unauthenticated = 100);
        let hello = Message::Text("x".repeat(50).into());
        let bytes = masked(vec![hello, Message::Binary(vec![1; 500].into())]);
        peer.write_all(&bytes).await.unwrap();
        // What follows a hello at once does not count, however much it is.
        assert!(matches!(messages.next().await, Some(Incoming::Text(_))));
        messages.outbox.admit();
        assert!(matches!(messages.next().await, Some(Incoming::Binary(bytes)) if bytes.len() == 500));

        let (mut messages, mut peer) = case(|config| config.max_unauthenticated = 100);
        peer.write_all(&masked(vec![Message::Binary(vec![1; 500].into())])).await.unwrap();
        assert_eq!(breaks(messages.next().await), 4400);
        assert_eq!(messages.next().await, None);
    }

    #[actix::test]
    async fn what_rfc_6455_forbids_is_refused() {
        let unmasked = vec![0x82, 1, 0];
        let reserved = vec![0xc2, 0x80, 0, 0, 0, 0];
        let long_ping = vec![0x89, 0xfe, 0, 126, 0, 0, 0, 0];
        let ping_in_pieces = vec![0x09, 0x80, 0, 0, 0, 0];
        let piece_of_nothing = vec![0x80, 0x80, 0, 0, 0, 0];
        let unknown_kind = vec![0x83, 0x80, 0, 0, 0, 0];
        let not_utf8 = vec![0x81, 0x81, 0, 0, 0, 0, 0xff];
        for bytes in [unmasked, reserved, long_ping, ping_in_pieces, piece_of_nothing, unknown_kind, not_utf8] {
            let (mut messages, mut peer) = case(|_| {});
            peer.write_all(&bytes).await.unwrap();
            let mut rest = vec![0; 126];
            rest.fill(0);
            peer.write_all(&rest).await.unwrap();
            assert_eq!(breaks(messages.next().await), 4400, "{bytes:x?}");
        }
    }

    #[actix::test]
    async fn a_frame_or_message_over_the_limit_is_refused_before_it_is_gathered() {
        let (mut messages, mut peer) = case(|config| config.max_frame = 1_000);
        peer.write_all(&[0x82, 0xfe, 0x03, 0xe9, 0, 0, 0, 0]).await.unwrap();
        assert_eq!(breaks(messages.next().await), 1009);
        let (mut messages, mut peer) = case(|config| config.max_frame = 1_000);
        let first = Message::Continuation(Item::FirstBinary(vec![1; 900].into()));
        let next = Message::Continuation(Item::Continue(vec![1; 101].into()));
        peer.write_all(&masked(vec![first, next])).await.unwrap();
        assert_eq!(breaks(messages.next().await), 1009);
    }

    #[actix::test]
    async fn too_many_frames_or_bytes_a_second_are_refused() {
        tokio::time::pause();
        let (mut messages, mut peer) = case(|config| config.frames = (1, 3));
        peer.write_all(&masked((0..4).map(|_| Message::Pong("".into())).collect())).await.unwrap();
        assert_eq!(breaks(messages.next().await), 1013);
        let (mut messages, mut peer) = case(|config| config.bytes = (1, 100));
        peer.write_all(&masked(vec![Message::Binary(vec![0; 101].into())])).await.unwrap();
        assert_eq!(breaks(messages.next().await), 1013);
    }

    #[actix::test]
    async fn the_stream_ends_with_the_connection_and_with_the_outbox() {
        let (mut messages, peer) = case(|_| {});
        drop(peer);
        assert_eq!(messages.next().await, None);
        let (mut messages, _peer) = case(|_| {});
        messages.outbox.cut("stall", "enough");
        assert_eq!(messages.next().await, None);
    }
}

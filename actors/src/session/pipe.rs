//! A connection in memory, for tests and simulations: a stream of bytes in, a stream of bytes out, and nothing in between but what
//! a socket has, a buffer of limited size.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

use actix_web::error::PayloadError;
use bytes::{Buf, Bytes, BytesMut};
use futures_util::{Stream, ready};
use std::io;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What the peer has not taken and the session may still write.
const ROOM: usize = 512;

/// What the session reads.
pub struct Arriving<S> {
    stream: S,
    chunk: Bytes,
}

/// Where the session writes.
pub struct Leaving(Arc<Mutex<Shared>>);

/// What the peer reads.
pub struct Body(Arc<Mutex<Shared>>);

#[derive(Default)]
struct Shared {
    bytes: BytesMut,
    /// Nothing will be written any more.
    ended: bool,
    /// Nobody will read any more.
    gone: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

/// The session's ends, and the peer's.
pub fn pipe<S>(stream: S) -> (Arriving<S>, Leaving, Body) {
    let shared = Arc::new(Mutex::new(Shared::default()));
    (Arriving { stream, chunk: Bytes::new() }, Leaving(Arc::clone(&shared)), Body(shared))
}

fn lock(shared: &Mutex<Shared>) -> std::sync::MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wake(waker: &mut Option<Waker>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}

impl<S: Stream<Item = Result<Bytes, PayloadError>> + Unpin> AsyncRead for Arriving<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        while self.chunk.is_empty() {
            match ready!(Pin::new(&mut self.stream).poll_next(cx)) {
                Some(Ok(chunk)) => self.chunk = chunk,
                Some(Err(error)) => return Poll::Ready(Err(io::Error::other(error))),
                None => return Poll::Ready(Ok(())),
            }
        }
        let count = self.chunk.len().min(buf.remaining());
        buf.put_slice(&self.chunk.split_to(count));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Leaving {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut shared = lock(&self.0);
        let room = ROOM.saturating_sub(shared.bytes.len()).min(bytes.len());
        if shared.gone || shared.ended {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        } else if room == 0 {
            shared.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        shared.bytes.extend_from_slice(&bytes[..room]);
        wake(&mut shared.reader);
        Poll::Ready(Ok(room))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut shared = lock(&self.0);
        shared.ended = true;
        wake(&mut shared.reader);
        Poll::Ready(Ok(()))
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        let mut shared = lock(&self.0);
        shared.ended = true;
        wake(&mut shared.reader);
    }
}

impl Stream for Body {
    type Item = Result<Bytes, actix_web::Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut shared = lock(&self.0);
        if shared.bytes.has_remaining() {
            wake(&mut shared.writer);
            return Poll::Ready(Some(Ok(shared.bytes.split().freeze())));
        }
        if shared.ended {
            return Poll::Ready(None);
        }
        shared.reader = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let mut shared = lock(&self.0);
        shared.gone = true;
        wake(&mut shared.writer);
    }
}

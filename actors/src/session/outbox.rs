//! The bytes between a session and its socket.
//!
//! actix-web-actors hands its context to the HTTP layer as the response's body, and that is polled only while the socket takes
//! bytes: a peer that stops reading freezes the whole actor, its heartbeat included (actix-web issue 2441, closed as wontfix). So a task
//! of ours polls the context into this queue, and the HTTP layer takes from the other end. The actor sees how much waits, and
//! since when, and can cut.
//!
//! All three live on one worker thread.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::poll_fn,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::{Stream, StreamExt, pin_mut};
use tandem_protocol::ws::CloseCode;
use tokio::time::Instant;

/// A reason has at most this many bytes (RFC 6455, 5.5).
const MAX_REASON: usize = 123;

#[derive(Clone, Default)]
pub struct Outbox {
    state: Rc<RefCell<State>>,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Bytes>,
    bytes: usize,
    /// When something last left the queue, or entered it while it was empty.
    moved: Option<Instant>,
    /// Nothing more will be put in.
    ended: bool,
    /// The connection is gone: nothing will be taken out.
    gone: bool,
    body: Option<Waker>,
    pump: Option<Waker>,
}

impl Outbox {
    /// Bytes that wait for the socket.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.state.borrow().bytes
    }

    /// How long something has waited without anything being taken.
    #[must_use]
    pub fn stalled(&self) -> Duration {
        let state = self.state.borrow();
        match state.moved {
            Some(at) if state.bytes > 0 => at.elapsed(),
            _ => Duration::ZERO,
        }
    }

    fn put(&self, bytes: Bytes) {
        let mut state = self.state.borrow_mut();
        if state.ended {
            return;
        }
        if state.bytes == 0 {
            state.moved = Some(Instant::now());
        }
        state.bytes += bytes.len();
        state.queue.push_back(bytes);
        wake(&mut state.body);
    }

    fn end(&self) {
        let mut state = self.state.borrow_mut();
        state.ended = true;
        wake(&mut state.body);
    }

    /// Throw away what waits, say why, and end. What waits are whole frames, so the peer, should it ever read again, finds a
    /// close frame behind what is in the kernel's buffers.
    pub fn cut(&self, code: CloseCode, reason: &str) {
        let mut state = self.state.borrow_mut();
        if state.ended {
            return;
        }
        let frame = close_frame(code, reason);
        state.queue.clear();
        state.bytes = frame.len();
        state.queue.push_back(frame);
        state.ended = true;
        wake(&mut state.body);
    }

    /// Drive a session until it ends or its connection does. Dropping the context is what stops the actor.
    pub async fn pump<S, E>(self, context: S)
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        pin_mut!(context);
        loop {
            let next = poll_fn(|cx| if self.poll_gone(cx) { Poll::Ready(None) } else { context.poll_next_unpin(cx) });
            match next.await {
                Some(Ok(bytes)) => self.put(bytes),
                Some(Err(_)) | None => return self.end(),
            }
        }
    }

    fn poll_gone(&self, cx: &Context<'_>) -> bool {
        let mut state = self.state.borrow_mut();
        state.pump = Some(cx.waker().clone());
        state.gone
    }

    /// The other end, for the HTTP layer.
    #[must_use]
    pub fn body(&self) -> Body {
        Body(self.clone())
    }
}

fn wake(waker: &mut Option<Waker>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}

/// The response's body: frames as they come.
pub struct Body(Outbox);

impl Stream for Body {
    type Item = Result<Bytes, actix_web::Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut state = self.0.state.borrow_mut();
        if let Some(bytes) = state.queue.pop_front() {
            state.bytes -= bytes.len();
            state.moved = Some(Instant::now());
            return Poll::Ready(Some(Ok(bytes)));
        }
        if state.ended {
            return Poll::Ready(None);
        }
        state.body = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let mut state = self.0.state.borrow_mut();
        state.gone = true;
        state.queue.clear();
        state.bytes = 0;
        wake(&mut state.pump);
    }
}

/// A server's close frame (RFC 6455, 5.5.1): never masked, always one frame.
fn close_frame(code: CloseCode, reason: &str) -> Bytes {
    let reason = shorten(reason);
    let mut frame = BytesMut::with_capacity(4 + reason.len());
    frame.put_u8(0x88);
    frame.put_u8(2 + reason.len() as u8);
    frame.put_u16(code.code());
    frame.put_slice(reason.as_bytes());
    frame.freeze()
}

/// As much of a reason as a close frame holds.
#[must_use]
pub fn shorten(reason: &str) -> &str {
    let mut end = reason.len().min(MAX_REASON);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    &reason[..end]
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn chunks(texts: &[&'static str]) -> impl Stream<Item = Result<Bytes, ()>> + use<> {
        stream::iter(texts.iter().map(|text| Ok(Bytes::from_static(text.as_bytes()))).collect::<Vec<_>>())
    }

    #[tokio::test]
    async fn frames_pass_in_order_and_are_counted() {
        let outbox = Outbox::default();
        let mut body = outbox.body();
        outbox.clone().pump(chunks(&["ab", "c"])).await;
        assert_eq!(outbox.waiting(), 3);
        assert_eq!(body.next().await.unwrap().unwrap(), "ab");
        assert_eq!(outbox.waiting(), 1);
        assert_eq!(body.next().await.unwrap().unwrap(), "c");
        assert!(body.next().await.is_none());
    }

    #[tokio::test]
    async fn a_cut_leaves_one_close_frame() {
        let outbox = Outbox::default();
        let mut body = outbox.body();
        outbox.put(Bytes::from_static(b"lots"));
        outbox.cut(CloseCode::TryLater, "too slow");
        assert_eq!(&body.next().await.unwrap().unwrap()[..], b"\x88\x0a\x03\xf5too slow");
        assert!(body.next().await.is_none());
    }

    #[tokio::test]
    async fn a_connection_that_is_gone_ends_the_pump() {
        let outbox = Outbox::default();
        let body = outbox.body();
        drop(body);
        outbox.clone().pump(stream::pending::<Result<Bytes, ()>>()).await;
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_takes_is_stalled() {
        let outbox = Outbox::default();
        let mut body = outbox.body();
        outbox.put(Bytes::from_static(b"a"));
        outbox.put(Bytes::from_static(b"b"));
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(outbox.stalled(), Duration::from_secs(5));
        body.next().await.unwrap().unwrap();
        assert_eq!(outbox.stalled(), Duration::ZERO);
    }

    #[test]
    fn reasons_fit_their_frame() {
        assert_eq!(shorten(&"ü".repeat(100)).len(), 122);
        assert_eq!(shorten("short"), "short");
    }
}

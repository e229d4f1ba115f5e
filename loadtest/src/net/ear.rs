//! The receiving half of a connection.

use std::{cell::RefCell, io, rc::Rc};

use anyhow::bail;

use super::{Line, frame};

/// A socket gives no more than this in one read.
const READ: usize = 256 << 10;
/// What a connection may keep between messages.
const KEEP: usize = 4 << 10;

thread_local! {
    /// One for all connections of a thread: it is empty whenever somebody waits.
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ].into());
}

#[derive(Debug, PartialEq, Eq)]
pub enum Message<'a> {
    Binary(&'a [u8]),
    Text(&'a str),
    /// The server's close frame; nothing follows.
    Close(u16, &'a str),
}

pub struct Ear {
    line: Rc<Line>,
    /// The beginning of a frame whose end has not come.
    partial: Vec<u8>,
    /// The beginning of a message in several frames.
    pieces: Vec<u8>,
}

impl Ear {
    pub(super) fn new(line: Rc<Line>, partial: Vec<u8>) -> Self {
        Self { line, partial, pieces: Vec::new() }
    }

    /// Wait until something comes, and hand over all whole messages of it. An error: the connection is gone.
    pub async fn hear(&mut self, on: &mut impl FnMut(Message<'_>) -> anyhow::Result<()>) -> anyhow::Result<()> {
        if self.holds_a_message()? {
            let partial = std::mem::take(&mut self.partial);
            return self.take_in(&partial, on);
        }
        loop {
            self.line.stream.readable().await?;
            let read = BUFFER.with_borrow_mut(|buffer| match self.line.stream.try_read(buffer) {
                Ok(0) => bail!("the server hung up"),
                Ok(read) => {
                    self.line.received.set(self.line.received.get() + read as u64);
                    self.bytes(&buffer[..read], on).map(|()| true)
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
                Err(error) => Err(error.into()),
            })?;
            if read {
                return Ok(());
            }
        }
    }

    fn holds_a_message(&self) -> anyhow::Result<bool> {
        Ok(frame::header(&self.partial)?.is_some_and(|h| self.partial.len() >= h.head + h.payload))
    }

    fn bytes(&mut self, bytes: &[u8], on: &mut impl FnMut(Message<'_>) -> anyhow::Result<()>) -> anyhow::Result<()> {
        if self.partial.is_empty() {
            return self.take_in(bytes, on);
        }
        let mut whole = std::mem::take(&mut self.partial);
        whole.extend_from_slice(bytes);
        if frame::header(&whole)?.is_none_or(|h| whole.len() < h.head + h.payload) {
            self.partial = whole;
            return Ok(());
        }
        self.take_in(&whole, on)
    }

    fn take_in(&mut self, mut bytes: &[u8], on: &mut impl FnMut(Message<'_>) -> anyhow::Result<()>) -> anyhow::Result<()> {
        while let Some(header) = frame::header(bytes)? {
            let Some(payload) = bytes.get(header.head..header.head + header.payload) else { break };
            bytes = &bytes[header.head + header.payload..];
            self.frame(header, payload, on)?;
        }
        if self.partial.capacity() > KEEP {
            self.partial = Vec::new();
        }
        // All of a large message at once: grown bit by bit it would be copied over and over, and that time be counted as the server's.
        let whole = frame::header(bytes)?.map_or(0, |h| h.head + h.payload);
        self.partial.reserve_exact(whole.max(bytes.len()));
        self.partial.extend_from_slice(bytes);
        Ok(())
    }

    fn frame(
        &mut self,
        header: frame::Header,
        payload: &[u8],
        on: &mut impl FnMut(Message<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        match (header.kind, header.last) {
            (frame::BINARY, true) => on(Message::Binary(payload)),
            (frame::TEXT, true) => on(Message::Text(std::str::from_utf8(payload)?)),
            (frame::BINARY | frame::TEXT | frame::CONTINUATION, last) => {
                self.pieces.extend_from_slice(payload);
                if !last {
                    return Ok(());
                }
                // No server here sends text in pieces.
                let whole = std::mem::take(&mut self.pieces);
                on(Message::Binary(&whole))
            }
            (frame::PING, _) => Ok(self.line.push(frame::PONG, payload)?),
            (frame::PONG, _) => Ok(()),
            (frame::CLOSE, _) => {
                let code = payload.get(..2).map_or(1005, |two| u16::from_be_bytes([two[0], two[1]]));
                let reason = payload.get(2..).and_then(|rest| std::str::from_utf8(rest).ok()).unwrap_or_default();
                on(Message::Close(code, reason))?;
                bail!("closed by the server: {code} {reason}")
            }
            (other, _) => bail!("unknown frame kind {other}"),
        }
    }
}

//! The sending half of a connection.

use std::{
    cell::{Cell, RefCell},
    io,
};

use tokio::net::TcpStream;

use super::frame;

/// Shared by who sends and who reads, on one thread.
pub struct Line {
    pub(super) stream: TcpStream,
    unsent: RefCell<Vec<u8>>,
    /// Bytes received, WebSocket headers included.
    pub(super) received: Cell<u64>,
}

impl Line {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self { stream, unsent: RefCell::default(), received: Cell::new(0) }
    }

    /// Send a message, or as much of it as the kernel takes now; the rest goes before the next one, or by [`Line::flush`].
    pub fn send(&self, payload: &[u8]) -> io::Result<()> {
        self.push(frame::BINARY, payload)
    }

    pub(super) fn push(&self, kind: u8, payload: &[u8]) -> io::Result<()> {
        frame::write(&mut self.unsent.borrow_mut(), kind, payload);
        self.try_flush()
    }

    fn try_flush(&self) -> io::Result<()> {
        let mut unsent = self.unsent.borrow_mut();
        while !unsent.is_empty() {
            match self.stream.try_write(&unsent) {
                Ok(written) => drop(unsent.drain(..written)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        if unsent.capacity() > 1 << 20 {
            unsent.shrink_to(0);
        }
        Ok(())
    }

    /// Whether the peer does not take what was sent: who sends newest states skips one then. Tries once more to be rid of it.
    pub fn is_blocked(&self) -> bool {
        !self.unsent.borrow().is_empty() && (self.try_flush().is_err() || !self.unsent.borrow().is_empty())
    }

    /// Until everything is with the kernel.
    pub async fn flush(&self) -> io::Result<()> {
        loop {
            self.try_flush()?;
            if self.unsent.borrow().is_empty() {
                return Ok(());
            }
            self.stream.writable().await?;
        }
    }

    pub fn received(&self) -> u64 {
        self.received.get()
    }

    /// Say goodbye as a WebSocket should.
    pub async fn close(&self) {
        // The server may be gone already.
        if self.push(frame::CLOSE, &1000u16.to_be_bytes()).is_ok() {
            let _ = self.flush().await;
        }
    }
}

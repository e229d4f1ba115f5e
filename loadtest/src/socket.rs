//! A client of the realtime protocol in its bincode form.

use anyhow::{Context, bail};
use bytes::Bytes;
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use tandem_protocol::{
    TaskId,
    ws::{
        ClientControl, ClientFrame, Encoded, Hello, ServerControl, ServerFrame, Subprotocol, Subscribe, Subscribed, TaskJoined, Topic,
        TopicKind, Welcome,
    },
};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest, protocol::CloseFrame},
};

use crate::fixture::Fixture;

type Stream = WebSocketStream<TcpStream>;

pub struct Writer(SplitSink<Stream, Message>);
pub struct Reader(SplitStream<Stream>);

/// Connect and say hello.
pub async fn connect(fixture: &Fixture, token: &str) -> anyhow::Result<(Writer, Reader, Welcome)> {
    let tcp = TcpStream::connect(fixture.authority()).await.with_context(|| format!("cannot reach {}", fixture.url))?;
    tcp.set_nodelay(true)?;
    let mut request = format!("ws://{}/ws", fixture.authority()).into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", Subprotocol::Bincode.name().parse()?);
    let (stream, _) = client_async(request, tcp).await?;
    let (sink, stream) = stream.split();
    let (mut writer, mut reader) = (Writer(sink), Reader(stream));
    writer
        .control(Hello { token: token.to_owned(), client: concat!("tandem-loadtest/", env!("CARGO_PKG_VERSION")).to_owned(), resume: None })
        .await?;
    match reader.next().await? {
        ServerFrame::Control(ServerControl::Welcome(welcome)) => Ok((writer, reader, welcome)),
        other => bail!("expected a welcome, got {other:?}"),
    }
}

/// Join a task with nothing in hand; returns what the server says of it and the document's content.
pub async fn join_task(writer: &mut Writer, reader: &mut Reader, channel: u32, task: TaskId) -> anyhow::Result<(TaskJoined, Bytes)> {
    let topic = Topic { kind: TopicKind::Task, id: task.into() };
    writer.control(Subscribe { channel, topic, lineage: None, state_vector: None }).await?;
    let mut joined = None;
    loop {
        match reader.next().await? {
            ServerFrame::Control(ServerControl::Subscribed(Subscribed { channel: c, task: Some(task), .. })) if c == channel => {
                joined = Some(task)
            }
            ServerFrame::Control(ServerControl::Error(error)) => bail!("cannot join the task: {}", error.message),
            ServerFrame::Hot(tandem_protocol::ws::ServerHot::Sync { channel: c, bytes }) if c == channel => {
                return Ok((joined.context("sync came before subscribed")?, bytes));
            }
            _ => {}
        }
    }
}

impl Writer {
    pub async fn control(&mut self, message: impl Into<ClientControl>) -> anyhow::Result<()> {
        self.frame(&ClientFrame::Control(message.into())).await
    }

    pub async fn frame(&mut self, frame: &ClientFrame) -> anyhow::Result<()> {
        let message = match frame.encode(Subprotocol::Bincode) {
            Encoded::Binary(bytes) => Message::Binary(bytes),
            Encoded::Text(text) => Message::Text(text.into()),
        };
        Ok(self.0.send(message).await?)
    }
}

impl Reader {
    pub async fn next(&mut self) -> anyhow::Result<ServerFrame> {
        loop {
            match self.0.next().await.context("the server hung up")?? {
                Message::Binary(bytes) => return Ok(ServerFrame::decode_binary(Subprotocol::Bincode, &bytes)?),
                Message::Close(Some(CloseFrame { code, reason })) => bail!("closed by the server: {code} {reason}"),
                Message::Close(None) => bail!("closed by the server"),
                _ => {}
            }
        }
    }
}

//! A connection of our own protocol to a real server.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use server::testing::TestServer;
use tandem_protocol::{
    TaskId,
    ws::{
        ClientControl, ClientFrame, ClientHot, Encoded, ErrorMessage, Hello, Ping, ServerControl, ServerFrame, ServerHot, Subprotocol,
        Subscribe, Subscribed, Topic, TopicKind,
    },
};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

/// Longer than anything here takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Socket {
    stream: WebSocketStream<TcpStream>,
    subprotocol: Subprotocol,
}

impl Socket {
    /// Connected, `hello` said, nothing heard yet.
    pub async fn stranger(server: &TestServer, token: String) -> Self {
        Self::open(server, token, Subprotocol::Json).await
    }

    pub async fn hello(server: &TestServer, token: String, subprotocol: Subprotocol) -> Self {
        let mut socket = Self::open(server, token, subprotocol).await;
        let welcome = socket.next().await.unwrap();
        assert!(matches!(welcome, ServerFrame::Control(ServerControl::Welcome(_))), "{welcome:?}");
        socket
    }

    async fn open(server: &TestServer, token: String, subprotocol: Subprotocol) -> Self {
        let tcp = TcpStream::connect(server.address()).await.unwrap();
        let mut request = format!("ws://{}/ws", server.address()).into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", subprotocol.name().parse().unwrap());
        let (stream, _) = client_async(request, tcp).await.unwrap();
        let mut socket = Self { stream, subprotocol };
        socket.control(Hello { token, client: "test/1".into(), resume: None }).await;
        socket
    }

    pub async fn control(&mut self, control: impl Into<ClientControl>) {
        self.send(ClientFrame::Control(control.into())).await;
    }

    pub async fn send(&mut self, frame: ClientFrame) {
        let message = match frame.encode(self.subprotocol) {
            Encoded::Text(text) => Message::Text(text.into()),
            Encoded::Binary(bytes) => Message::Binary(bytes),
        };
        // The server may have closed; what it said last is still to be read.
        let _ = self.stream.send(message).await;
    }

    async fn message(&mut self) -> Option<Message> {
        timeout(PATIENCE, self.stream.next()).await.expect("nothing came")?.ok()
    }

    pub async fn next(&mut self) -> Option<ServerFrame> {
        loop {
            match self.message().await? {
                Message::Text(text) => return Some(ServerFrame::decode_text(self.subprotocol, &text).unwrap()),
                Message::Binary(bytes) => return Some(ServerFrame::decode_binary(self.subprotocol, &bytes).unwrap()),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    pub async fn wait<T>(&mut self, mut pick: impl FnMut(&ServerFrame) -> Option<T>) -> T {
        loop {
            if let Some(found) = pick(&self.next().await.expect("closed")) {
                return found;
            }
        }
    }

    pub async fn ping(&mut self) {
        self.control(Ping { t: 4_711 }).await;
        self.wait(|frame| matches!(frame, ServerFrame::Control(ServerControl::Pong(pong)) if pong.t == 4_711).then_some(())).await;
    }

    pub async fn join(&mut self, task: TaskId) -> Subscribed {
        let topic = Topic { kind: TopicKind::Task, id: task.into() };
        self.control(Subscribe { channel: 1, topic, lineage: None, state_vector: None }).await;
        self.wait(|frame| match frame {
            ServerFrame::Control(ServerControl::Subscribed(subscribed)) => Some(subscribed.clone()),
            ServerFrame::Control(ServerControl::Error(error)) => panic!("{error:?}"),
            _ => None,
        })
        .await
    }

    /// Subscribe to what is refused.
    pub async fn refused(&mut self, channel: u32, task: TaskId) -> ErrorMessage {
        let topic = Topic { kind: TopicKind::Task, id: task.into() };
        self.control(Subscribe { channel, topic, lineage: None, state_vector: None }).await;
        self.wait(|frame| match frame {
            ServerFrame::Control(ServerControl::Error(error)) => Some(error.clone()),
            ServerFrame::Control(ServerControl::Subscribed(subscribed)) => panic!("{subscribed:?}"),
            _ => None,
        })
        .await
    }

    pub async fn update(&mut self, seq: u64, bytes: Vec<u8>) {
        self.send(ClientHot::Update { channel: 1, seq, bytes: bytes.into() }.into()).await;
    }

    pub async fn acked(&mut self, seq: u64) {
        self.wait(|frame| matches!(frame, ServerFrame::Hot(ServerHot::Ack { seq: acked, .. }) if *acked >= seq).then_some(())).await;
    }

    pub async fn close_code(&mut self) -> u16 {
        self.closed().await.0
    }

    /// The code and the reason of its end.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.message().await {
                Some(Message::Close(frame)) => {
                    return frame.map_or_else(Default::default, |frame| (frame.code.into(), frame.reason.to_string()));
                }
                Some(_) => {}
                None => return Default::default(),
            }
        }
    }
}

//! One connection that has joined one document.

use std::rc::Rc;

use anyhow::{Context, bail};
use tandem_protocol::{LineageId, ws::TaskJoined};

use crate::{
    dialect::{News, Protocol, Seen, Speech},
    net::{self, Ear, Line, Message},
    target::Target,
};

pub struct Client {
    pub line: Rc<Line>,
    pub ear: Ear,
    pub speech: Rc<Speech>,
}

/// What the server said on entering.
#[derive(Default)]
pub struct Entered {
    /// Ours only.
    pub joined: Option<Box<TaskJoined>>,
    /// What our copy lacked, as an update.
    pub sync: Vec<u8>,
    /// The server's state vector.
    pub has: Vec<u8>,
    /// Other updates that came before that.
    pub updates: Vec<Vec<u8>>,
    /// What was said of the others meanwhile.
    pub seen: Vec<Seen>,
}

/// What our copy holds: its lineage, its state vector.
pub type Have = Option<(LineageId, Vec<u8>)>;

/// Nothing more is asked of a copy that is empty.
pub const NOTHING: &[u8] = &[0, 0];

/// Connect, say who we are, and join document `document` with an empty copy. `number` counts connections.
pub async fn enter(target: &Target, document: usize, number: usize) -> anyhow::Result<(Client, Entered)> {
    let speech = Rc::new(Speech::new(target, document, number)?);
    let mut client = dial(target, speech, number).await?;
    let entered = client.join(target.protocol, None).await?;
    if target.protocol != Protocol::Tandem {
        client.line.send(&client.speech.lacking(NOTHING))?;
    }
    Ok((client, entered))
}

/// Connect and, where the dialect has it, say who we are; joins nothing.
pub async fn dial(target: &Target, speech: Rc<Speech>, number: usize) -> anyhow::Result<Client> {
    let (line, ear) = net::open(target.address(number), &speech.path(target), speech.subprotocol(), number).await?;
    if let Some(hello) = speech.hello() {
        line.send(&hello)?;
    }
    Ok(Client { line, ear, speech })
}

impl Client {
    /// Wait for one kind of news. `pick` returns what was waited for.
    pub async fn wait<T>(&mut self, mut pick: impl FnMut(News<'_>) -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
        let mut found = None;
        loop {
            let speech = Rc::clone(&self.speech);
            self.ear
                .hear(&mut |message| {
                    if let Message::Binary(payload) = message {
                        let news = speech.read(payload)?;
                        if let (None, Some(it)) = (&found, pick(news)?) {
                            found = Some(it);
                        }
                    }
                    Ok(())
                })
                .await?;
            if let Some(found) = found {
                return Ok(found);
            }
        }
    }

    /// Join the document with the copy in hand; returns when what it lacks is here.
    pub async fn join(&mut self, protocol: Protocol, have: Have) -> anyhow::Result<Entered> {
        for message in self.speech.join(have)? {
            self.line.send(&message)?;
        }
        self.line.flush().await?;
        let mut entered = Entered::default();
        let mut synced = false;
        self.wait(|news| {
            match news {
                News::Joined(joined) => entered.joined = joined,
                News::Sync(bytes) => {
                    if synced {
                        entered.updates.push(bytes.to_vec());
                    } else {
                        entered.sync = bytes.to_vec();
                    }
                    synced = true;
                }
                News::Asked(vector) => entered.has = vector.to_vec(),
                News::Update(bytes) => entered.updates.push(bytes.to_vec()),
                News::Seen(seen) => entered.seen.push(seen),
                News::Refused { why, .. } => bail!("cannot join: {why}"),
                _ => {}
            }
            // y-protocols servers ask at once, before or after they answer.
            Ok((synced && (protocol == Protocol::Tandem || !entered.has.is_empty())).then_some(()))
        })
        .await
        .context("joining a document")?;
        if let Some(joined) = &entered.joined {
            entered.has.clone_from(&joined.state_vector.0);
        }
        Ok(entered)
    }

    pub async fn leave(self) {
        self.line.close().await;
    }
}

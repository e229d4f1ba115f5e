//! Where commands that work on data work: the store, the objects and the workspace.

use anyhow::bail;
use tandem_protocol::WorkspaceId;
use tandem_store::{Store, Tenant, objects::Objects, system, workspaces};

use super::welcome;
use crate::{
    config::{Config, Environment},
    platform::Platform,
};

pub struct Place {
    pub store: Store,
    pub objects: Objects,
    pub tenant: Tenant,
    platform: Platform,
}

impl Place {
    /// Whether the server runs or not; the schema is brought up to date where the database is ours.
    pub async fn open(config: &Config, env: &Environment, workspace: Option<&str>) -> anyhow::Result<Self> {
        let platform = Platform::join(config, env.get("PATH")).await?;
        match connect(config, &platform, workspace).await {
            Ok((store, objects, tenant)) => Ok(Self { store, objects, tenant, platform }),
            Err(error) => {
                platform.stop().await;
                Err(error)
            }
        }
    }

    pub async fn close(self) {
        self.store.close().await;
        self.platform.stop().await;
    }
}

async fn connect(config: &Config, platform: &Platform, workspace: Option<&str>) -> anyhow::Result<(Store, Objects, Tenant)> {
    if config.embedded_postgres() {
        tandem_store::migrate(&platform.store).await?;
    }
    let store = Store::connect(&platform.store).await?;
    let objects = Objects::new(&platform.objects);
    objects.ensure_bucket().await?;
    let workspace = choose(config, &store, workspace).await?;
    Ok((store, objects, Tenant { workspace, user: None }))
}

/// The named workspace, or the only one; on an empty database the demo's, as the server would make it.
async fn choose(config: &Config, store: &Store, wanted: Option<&str>) -> anyhow::Result<WorkspaceId> {
    let all = system::workspaces(store).await?;
    let names = || all.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ");
    match (wanted, all.as_slice()) {
        (Some(wanted), _) => match all.iter().find(|(_, name)| name == wanted) {
            Some((id, _)) => Ok(*id),
            None => bail!("There is no workspace \"{wanted}\"; there are: {}.", names()),
        },
        (None, [(only, _)]) => Ok(*only),
        (None, []) if config.demo => {
            let demo = welcome::workspace();
            let mut tx = Tenant { workspace: demo, user: None }.begin(store).await?;
            workspaces::put(&mut tx, welcome::WORKSPACE).await?;
            tx.commit().await?;
            Ok(demo)
        }
        (None, []) => bail!("There is no workspace yet; `tandem invite EMAIL --name NAME --admin --new-workspace NAME` makes one."),
        (None, _) => bail!("There are several workspaces; choose one with --workspace: {}.", names()),
    }
}

//! `tandem invite`: make somebody a member of a workspace. How a database of one's own gets its first admin.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use tandem_protocol::{UserId, WorkspaceId, WorkspaceRole, rest::UserSummary};
use tandem_store::{
    Store, StoreError, Tenant,
    pg::{
        members,
        users::{self, NewUser},
        workspaces,
    },
    system,
};

use super::{Global, log};
use crate::{
    auth::{Auth, Subject, color_of},
    config::Environment,
    platform::Platform,
};

#[derive(Debug, Args)]
pub struct Invite {
    /// The person's e-mail address
    #[arg(value_name = "EMAIL", value_parser = email)]
    email: String,
    /// How colleagues know them
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Needed where there are several
    #[arg(long, value_name = "NAME")]
    workspace: Option<String>,
    /// Make this workspace first
    #[arg(long, value_name = "NAME", conflicts_with = "workspace")]
    new_workspace: Option<String>,
    /// As an admin of the workspace
    #[arg(long)]
    admin: bool,
}

pub fn run(global: &Global, env: &Environment, asked: &Invite) -> anyhow::Result<ExitCode> {
    let config = global.load(env)?.config;
    log::start(&config)?;
    super::block_on(async {
        let platform = Platform::join(&config, env.get("PATH")).await?;
        let said = async {
            let auth = Auth::new(&config.jwt, platform.jwt_secret.as_ref())?;
            let store = Store::connect(&platform.store).await?;
            let subject = invite(&store, asked).await;
            store.close().await;
            let subject = subject?;
            Ok::<_, anyhow::Error>(match auth.sign_in_link(&config.public_url, &subject) {
                Ok(link) => link,
                Err(_) => format!("{} is a member now, and signs in with your identity provider.", subject.user.name),
            })
        }
        .await;
        platform.stop().await;
        println!("{}", said?);
        Ok(ExitCode::SUCCESS)
    })
}

async fn invite(store: &Store, asked: &Invite) -> anyhow::Result<Subject> {
    let all = system::workspaces(store).await?;
    let (workspace, new) = place(&all, asked)?;
    Ok(join(store, workspace, new, asked).await?)
}

/// Which workspace, and its name if it is to be made.
fn place<'a>(all: &[(WorkspaceId, String)], asked: &'a Invite) -> anyhow::Result<(WorkspaceId, Option<&'a str>)> {
    if let Some(new) = &asked.new_workspace {
        return match all.iter().any(|(_, name)| name == new) {
            true => bail!("There is a workspace \"{new}\" already; join it with --workspace."),
            false => Ok((WorkspaceId::new(), Some(new))),
        };
    }
    let names = || all.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ");
    match (&asked.workspace, all) {
        (_, []) => bail!("There is no workspace yet; make one with --new-workspace NAME."),
        (None, [(only, _)]) => Ok((*only, None)),
        (None, _) => bail!("There are several workspaces; choose one with --workspace: {}.", names()),
        (Some(wanted), _) => match all.iter().find(|(_, name)| name == wanted) {
            Some((id, _)) => Ok((*id, None)),
            None => bail!("There is no workspace \"{wanted}\"; there are: {}.", names()),
        },
    }
}

async fn join(store: &Store, workspace: WorkspaceId, new: Option<&str>, asked: &Invite) -> Result<Subject, StoreError> {
    let mut tx = Tenant { workspace, user: None }.begin(store).await?;
    if let Some(name) = new {
        workspaces::put(&mut tx, name).await?;
    }
    let id = UserId::new();
    let user = NewUser { id, email: asked.email.clone(), name: asked.name.clone(), color: color_of(id) };
    let id = users::ensure(&mut tx, &user).await?;
    let workspace_role = if asked.admin { WorkspaceRole::Admin } else { WorkspaceRole::Member };
    members::put(&mut tx, id, workspace_role).await?;
    // Somebody known from another workspace keeps the name they have.
    let user = users::get(&mut tx, id).await?.unwrap_or(UserSummary { id, name: user.name, email: user.email, color: user.color });
    tx.commit().await?;
    Ok(Subject { user, workspace_id: workspace, workspace_role })
}

/// Something, an @, something with a dot.
fn email(text: &str) -> Result<String, String> {
    let whole = text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && !text.contains(char::is_whitespace)
    });
    if whole { Ok(text.to_owned()) } else { Err("must be an e-mail address, such as ada@example.com".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(workspace: Option<&str>, new: Option<&str>) -> Invite {
        Invite {
            email: "ada@example.com".to_owned(),
            name: "Ada".to_owned(),
            workspace: workspace.map(str::to_owned),
            new_workspace: new.map(str::to_owned),
            admin: true,
        }
    }

    #[test]
    fn the_workspace_is_named_or_the_only_one() {
        let (a, b) = ((WorkspaceId::new(), "A".to_owned()), (WorkspaceId::new(), "B".to_owned()));
        assert_eq!(place(std::slice::from_ref(&a), &asked(None, None)).unwrap(), (a.0, None));
        assert_eq!(place(&[a.clone(), b.clone()], &asked(Some("B"), None)).unwrap(), (b.0, None));
        let refused = |all: &[(WorkspaceId, String)], asked: Invite| place(all, &asked).unwrap_err().to_string();
        assert!(refused(&[], asked(None, None)).contains("--new-workspace"));
        assert!(refused(&[a.clone(), b.clone()], asked(None, None)).contains("A, B"));
        assert!(refused(std::slice::from_ref(&a), asked(Some("C"), None)).contains("no workspace \"C\""));
        assert!(refused(&[a], asked(None, Some("A"))).contains("already"));
    }

    #[test]
    fn an_address_has_a_name_and_a_host() {
        assert!(email("ada@example.com").is_ok());
        for wrong in ["ada", "@example.com", "ada@", "ada@host", "a b@example.com", "ada@.com"] {
            assert!(email(wrong).is_err(), "{wrong}");
        }
    }
}

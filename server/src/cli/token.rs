//! `tandem token`: an access token for scripts.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use chrono::TimeDelta;
use clap::Args;
use tandem_protocol::{WorkspaceId, WorkspaceRole, rest::UserSummary};
use tandem_store::{Store, Tenant, pg::members, system};

use super::{Global, log};
use crate::{
    auth::{Auth, Purpose, Subject},
    config::Environment,
    platform::Platform,
};

#[derive(Debug, Args)]
pub struct Token {
    /// The person's e-mail address
    #[arg(long, value_name = "EMAIL")]
    user: String,
    /// Needed where the person is in several
    #[arg(long, value_name = "NAME")]
    workspace: Option<String>,
    /// How long it is good: 15m, 8h, 30d
    #[arg(long, default_value = "1h", value_parser = duration, value_name = "TIME")]
    ttl: TimeDelta,
}

pub fn run(global: &Global, env: &Environment, asked: &Token) -> anyhow::Result<ExitCode> {
    let config = global.load(env)?.config;
    log::start(&config)?;
    super::block_on(async {
        let platform = Platform::join(&config, env.get("PATH")).await?;
        let token = async {
            let auth = Auth::new(&config.jwt, platform.jwt_secret.as_ref())?;
            let store = Store::connect(&platform.store).await?;
            let subject = find(&store, &asked.user, asked.workspace.as_deref()).await;
            store.close().await;
            Ok::<_, anyhow::Error>(auth.mint(&subject?, Purpose::Access, asked.ttl)?.token)
        }
        .await;
        platform.stop().await;
        println!("{}", token?);
        Ok(ExitCode::SUCCESS)
    })
}

async fn find(store: &Store, email: &str, workspace: Option<&str>) -> anyhow::Result<Subject> {
    let mut found = Vec::new();
    for (id, name) in system::workspaces(store).await? {
        if workspace.is_none_or(|wanted| wanted == name)
            && let Some((user, role)) = member(store, id, email).await?
        {
            found.push((name, Subject { user, workspace_id: id, workspace_role: role }));
        }
    }
    let place = workspace.map(|name| format!(" in the workspace \"{name}\"")).unwrap_or_default();
    match found.len() {
        0 => bail!("Nobody{place} has the address {email}."),
        1 => Ok(found.pop().context("one")?.1),
        _ => {
            let names: Vec<_> = found.into_iter().map(|(name, _)| name).collect();
            bail!("{email} is in several workspaces; choose one with --workspace: {}.", names.join(", "))
        }
    }
}

async fn member(store: &Store, workspace: WorkspaceId, email: &str) -> anyhow::Result<Option<(UserSummary, WorkspaceRole)>> {
    let mut tx = Tenant { workspace, user: None }.begin(store).await?;
    let people = members::list(&mut tx).await?;
    Ok(people.into_iter().find(|(user, _)| user.email.eq_ignore_ascii_case(email)))
}

/// A number with s, m, h or d.
fn duration(text: &str) -> Result<TimeDelta, String> {
    let rule = || "must be a number with s, m, h or d, such as 8h".to_owned();
    let unit = text.chars().last().ok_or_else(rule)?;
    let count: i64 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| rule())?;
    let span = match unit {
        's' => TimeDelta::try_seconds(count),
        'm' => TimeDelta::try_minutes(count),
        'h' => TimeDelta::try_hours(count),
        'd' => TimeDelta::try_days(count),
        _ => None,
    };
    span.filter(|span| *span > TimeDelta::zero() && *span <= TimeDelta::days(366)).ok_or_else(rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_and_a_unit() {
        assert_eq!(duration("90s"), Ok(TimeDelta::seconds(90)));
        assert_eq!(duration("8h"), Ok(TimeDelta::hours(8)));
        for wrong in ["", "8", "h", "-1h", "0m", "99999999999999d", "8é", "400d"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}

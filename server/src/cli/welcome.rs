//! The demo workspace's people, and what `serve` says when it is ready.

use std::io::Write as _;

use tandem_protocol::{UserId, WorkspaceId, WorkspaceRole, rest::UserSummary};
use tandem_store::{
    StoreError, Tenant,
    pg::{
        members,
        users::{self, NewUser},
        workspaces,
    },
};
use uuid::Uuid;

use crate::{
    app::AppState,
    auth::{Subject, color_of},
};

pub const WORKSPACE: &str = "Demo";

/// Somebody of the demo workspace.
#[derive(Clone, Debug)]
pub struct Person {
    pub user: UserSummary,
    pub workspace_role: WorkspaceRole,
    /// What they do, in a word.
    pub job: &'static str,
}

const PEOPLE: [(&str, &str, &str); 5] = [
    ("Ada Okafor", "ada@demo.example", "admin"),
    ("Ruth Lindqvist", "ruth@demo.example", "reviewer"),
    ("Anna Weber", "anna@demo.example", "annotator"),
    ("Ben Costa", "ben@demo.example", "annotator"),
    ("Joy Tanaka", "joy@demo.example", "adjudicator"),
];

/// The same on every start, so that nobody is made twice.
#[must_use]
pub fn workspace() -> WorkspaceId {
    id(0).into()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_64e6_0000_0000 | n)
}

/// Makes the demo workspace and its people, if they are not there.
pub async fn people(state: &AppState) -> Result<Vec<Person>, StoreError> {
    if !state.config.demo {
        return Ok(Vec::new());
    }
    let mut tx = Tenant { workspace: workspace(), user: None }.begin(&state.store).await?;
    workspaces::put(&mut tx, WORKSPACE).await?;
    let mut people = Vec::with_capacity(PEOPLE.len());
    for (n, (name, email, job)) in (1..).zip(PEOPLE) {
        let new = UserId(id(n));
        let workspace_role = if job == "admin" { WorkspaceRole::Admin } else { WorkspaceRole::Member };
        let user = NewUser { id: new, email: email.to_owned(), name: name.to_owned(), color: color_of(new) };
        let id = users::ensure(&mut tx, &user).await?;
        members::put(&mut tx, id, workspace_role).await?;
        let user = UserSummary { id, name: user.name, email: user.email, color: user.color };
        people.push(Person { user, workspace_role, job });
    }
    tx.commit().await?;
    Ok(people)
}

/// The address, and a link a person.
pub fn print(state: &AppState, people: &[Person]) {
    let url = &state.config.public_url;
    let mut page = format!("Tandem is ready at {url}\n");
    let who = |person: &Person| format!("{} ({})", person.user.name, person.job);
    let widest = people.iter().map(|person| who(person).len()).max().unwrap_or(0);
    for person in people {
        let subject = Subject { user: person.user.clone(), workspace_id: workspace(), workspace_role: person.workspace_role };
        match state.auth.sign_in_link(url, &subject) {
            Ok(link) => page.push_str(&format!("  {:widest$}  {link}\n", who(person))),
            // Tokens come from an identity provider: there are no links.
            Err(_) => break,
        }
    }
    // Nobody reads it: the server runs all the same.
    let _ = std::io::stdout().write_all(page.as_bytes());
}

//! Whom Postgres runs as. It refuses to be root, so root hands it to an unprivileged user, and must know where that user can go.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt as _, chown},
        process::CommandExt as _,
    },
    path::Path,
    process::Command,
};

use super::{PostgresError, error::at};

/// Tried in this order when root makes a new cluster.
const CANDIDATES: [&str; 3] = ["tandem", "postgres", "nobody"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Account {
    /// Whoever runs tandem.
    Own { uid: u32 },
    /// Root runs tandem, and Postgres is run as this user.
    Other { name: String, uid: u32, gid: u32 },
}

impl Account {
    /// The account for a new cluster.
    pub(super) fn for_new() -> Result<Self, PostgresError> {
        let uid = rustix::process::geteuid().as_raw();
        if uid != 0 {
            return Ok(Self::Own { uid });
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        CANDIDATES.iter().find_map(|name| in_passwd(&users, |n, _| n == *name)).ok_or(PostgresError::NoUser(CANDIDATES[2]))
    }

    /// The account that owns an existing cluster.
    pub(super) fn of(cluster: &Path) -> Result<Self, PostgresError> {
        let owner = fs::metadata(cluster).map_err(at(cluster, "read"))?.uid();
        let uid = rustix::process::geteuid().as_raw();
        if owner == uid && uid != 0 {
            return Ok(Self::Own { uid });
        }
        if uid != 0 {
            return Err(PostgresError::Owner { cluster: cluster.to_owned(), owner });
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        // Postgres looks its user up by id, and does not start without a name for it.
        in_passwd(&users, |_, id| id == owner && id != 0).ok_or_else(|| PostgresError::Owner { cluster: cluster.to_owned(), owner })
    }

    /// Makes `command` run as this account, away from folders it may not enter, and apart from our terminal: Ctrl-C must
    /// reach tandem alone, which stops Postgres last.
    pub(super) fn dress(&self, command: &mut Command) {
        command.current_dir("/").process_group(0).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LC_ALL", "C");
        if let Self::Other { uid, gid, .. } = self {
            command.uid(*uid).gid(*gid);
        }
    }

    pub(super) fn own(&self, path: &Path) -> Result<(), PostgresError> {
        match self {
            Self::Own { .. } => Ok(()),
            Self::Other { uid, gid, .. } => chown(path, Some(*uid), Some(*gid)).map_err(at(path, "given to the user of Postgres")),
        }
    }

    /// Whether this account can go into the folder `path` and use what is there.
    pub(super) fn reaches(&self, path: &Path) -> bool {
        let Self::Other { uid, gid, .. } = self else { return true };
        let Ok(path) = path.canonicalize() else { return false };
        path.ancestors().all(|folder| fs::metadata(folder).is_ok_and(|m| enterable(&m, *uid, *gid)))
    }

    pub(super) fn name(&self) -> String {
        match self {
            Self::Own { uid } => format!("user {uid}"),
            Self::Other { name, .. } => format!("user {name}"),
        }
    }
}

fn enterable(folder: &fs::Metadata, uid: u32, gid: u32) -> bool {
    let class = match (folder.uid() == uid, folder.gid() == gid) {
        (true, _) => 0o100,
        (false, true) => 0o010,
        (false, false) => 0o001,
    };
    folder.mode() & class != 0
}

/// The first user of a passwd file for which `wanted(name, uid)`.
fn in_passwd(users: &str, wanted: impl Fn(&str, u32) -> bool) -> Option<Account> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, _password) = (fields.next()?, fields.next()?);
        let (uid, gid) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        wanted(name, uid).then(|| Account::Other { name: name.to_owned(), uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65533::/nonexistent:/usr/sbin/nologin\nbroken line\n";

    #[test]
    fn a_user_is_found_by_name_and_by_id() {
        let nobody = Some(Account::Other { name: "nobody".into(), uid: 65534, gid: 65533 });
        assert_eq!(in_passwd(USERS, |name, _| name == "nobody"), nobody);
        assert_eq!(in_passwd(USERS, |_, uid| uid == 65534), nobody);
        assert_eq!(in_passwd(USERS, |name, _| name == "tandem"), None);
    }
}

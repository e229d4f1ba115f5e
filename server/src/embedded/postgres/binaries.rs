//! Finds `initdb` and `postgres`: configured folder > npm's @embedded-postgres > PATH > the distribution's folders.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Component, Path, PathBuf},
    process::Command,
};

use serde::Deserialize;

use super::{PostgresError, account::Account, error::at};

const OLDEST: u32 = 15;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binaries {
    pub(super) bin: PathBuf,
    pub(super) major: u32,
}

impl Binaries {
    pub(super) fn postgres(&self) -> PathBuf {
        self.bin.join("postgres")
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.bin.join("initdb")
    }
}

/// Where to look. The process's own answer is [`Places::of_process`]; tests make theirs.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// `postgres_bin`: when set, nothing else counts.
    pub configured: Option<PathBuf>,
    /// `node_modules` folders that may hold @embedded-postgres.
    pub node_modules: Vec<PathBuf>,
    /// Folders that may hold the programs themselves.
    pub folders: Vec<PathBuf>,
}

impl Places {
    /// `search_path` is the PATH variable.
    #[must_use]
    pub fn of_process(configured: Option<PathBuf>, search_path: Option<&str>) -> Self {
        let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("embedded-postgres/node_modules")));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/embedded-postgres/node_modules");
        let node_modules = [Some(PathBuf::from("tools/embedded-postgres/node_modules")), beside, Some(source)];
        let mut folders: Vec<PathBuf> = search_path.map(|path| std::env::split_paths(path).collect()).unwrap_or_default();
        folders.extend(distribution_folders());
        Self { configured, node_modules: node_modules.into_iter().flatten().collect(), folders }
    }
}

/// `/usr/lib/postgresql/*/bin` (Debian), newest first, then Homebrew's.
fn distribution_folders() -> Vec<PathBuf> {
    let numbered = |root: &str| -> Vec<(u32, PathBuf)> {
        let Ok(entries) = fs::read_dir(root) else { return Vec::new() };
        entries.flatten().filter_map(|e| Some((e.file_name().to_str()?.rsplit('@').next()?.parse().ok()?, e.path().join("bin")))).collect()
    };
    let mut found: Vec<_> = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"].into_iter().flat_map(numbered).collect();
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, bin)| bin).chain([PathBuf::from("/usr/pgsql/bin")]).collect()
}

/// The first place that works; when a cluster of version `wanted` exists, the first of that version, if there is one.
pub(super) fn find(places: &Places, wanted: Option<u32>) -> Result<Binaries, PostgresError> {
    if let Some(bin) = &places.configured {
        hydrate_around(bin)?;
        return check(bin).map_err(|problem| PostgresError::BadBinaries { path: bin.clone(), problem });
    }
    let mut works: Option<Binaries> = None;
    let mut tried = Vec::new();
    for bin in candidates(places) {
        hydrate_around(&bin)?;
        match check(&bin) {
            Ok(found) if wanted.is_none_or(|wanted| wanted == found.major) => return Ok(found),
            Ok(found) => works = works.or(Some(found)),
            Err(problem) => tried.push(format!("{}: {problem}", bin.display())),
        }
    }
    let tried = if tried.is_empty() { String::new() } else { format!(" ({})", tried.join("; ")) };
    works.ok_or(PostgresError::NoBinaries { tried })
}

fn candidates(places: &Places) -> impl Iterator<Item = PathBuf> {
    let os = if cfg!(target_os = "macos") { "darwin" } else { std::env::consts::OS };
    let arch = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    let package = format!("@embedded-postgres/{os}-{arch}/native/bin");
    let npm: Vec<_> = places.node_modules.iter().map(|folder| folder.join(&package)).collect();
    npm.into_iter().chain(places.folders.iter().cloned()).filter(|bin| bin.join("postgres").exists())
}

/// Both programs are there and run, and are new enough. A file of another platform (or musl against glibc) fails here.
fn check(bin: &Path) -> Result<Binaries, String> {
    // PATH often holds links into a version's folder; Postgres finds its libraries from its real place.
    let bin = bin.canonicalize().map_err(|_| "there is no such folder".to_owned())?;
    let postgres = bin.join("postgres").canonicalize().map_err(|_| "there is no `postgres` in it".to_owned())?;
    let bin = postgres.parent().map_or(bin, Path::to_owned);
    if !bin.join("initdb").exists() {
        return Err("there is no `initdb` in it".into());
    }
    let output = Command::new(&postgres).arg("--version").output().map_err(|error| format!("`postgres` does not run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let major = major(&text).ok_or_else(|| format!("`postgres --version` says \"{}\"", text.trim()))?;
    if major < OLDEST {
        return Err(format!("it is PostgreSQL {major}, and {OLDEST} or newer is needed"));
    }
    Ok(Binaries { bin, major })
}

/// `postgres (PostgreSQL) 18.4` or `... 15.9 (Debian ...)` or `... 19beta1`.
fn major(version: &str) -> Option<u32> {
    let number = version.split_once("(PostgreSQL)")?.1.trim_start();
    number.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
}

#[derive(Deserialize)]
struct Link {
    source: PathBuf,
    target: PathBuf,
}

/// npm packages cannot hold symbolic links: @embedded-postgres lists them in a file, and a script that current npm versions
/// do not run makes them. Without them the libraries are not found. Harmless for other folders, which have no list.
fn hydrate_around(bin: &Path) -> Result<(), PostgresError> {
    let Some(native) = bin.parent() else { return Ok(()) };
    let (list, Some(package)) = (native.join("pg-symlinks.json"), native.parent()) else { return Ok(()) };
    let Ok(json) = fs::read_to_string(&list) else { return Ok(()) };
    let links: Vec<Link> = serde_json::from_str(&json).map_err(|e| PostgresError::State { path: list.clone(), message: e.to_string() })?;
    for link in links.iter().filter(|link| inside(&link.source) && inside(&link.target)) {
        make_link(package, link)?;
    }
    for program in ["postgres", "initdb"] {
        executable(&bin.join(program))?;
    }
    Ok(())
}

/// A path that stays below the package.
fn inside(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_)))
}

fn make_link(package: &Path, link: &Link) -> Result<(), PostgresError> {
    let target = package.join(&link.target);
    let (Some(folder), Some(from)) = (link.target.parent(), link.source.file_name()) else { return Ok(()) };
    // Both lie in one folder, except time zones; a relative link survives moving the package.
    let up: PathBuf = folder.components().map(|_| "..").collect();
    let relative = if link.source.parent() == Some(folder) { PathBuf::from(from) } else { up.join(&link.source) };
    match symlink(relative, &target) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(at(&target, "made")(error)),
        _ => Ok(()),
    }
}

fn executable(program: &Path) -> Result<(), PostgresError> {
    let Ok(metadata) = fs::metadata(program) else { return Ok(()) };
    let mode = metadata.permissions().mode();
    if mode & 0o111 == 0o111 {
        return Ok(());
    }
    fs::set_permissions(program, fs::Permissions::from_mode(mode | 0o755)).map_err(at(program, "made executable"))
}

/// The binaries at a place that `account` reaches: where they are, or a copy.
///
/// A checkout below /root is closed to the user that Postgres runs as, its programs included.
pub(super) fn reachable(binaries: Binaries, account: &Account) -> Result<Binaries, PostgresError> {
    if account.reaches(&binaries.bin) {
        return Ok(binaries);
    }
    let Some(native) = binaries.bin.parent() else { return Ok(binaries) };
    let text = Command::new(binaries.postgres()).arg("--version").output().map_err(at(&binaries.bin, "run"))?.stdout;
    let version: String = String::from_utf8_lossy(&text).split_whitespace().nth(2).unwrap_or("unknown").to_owned();
    let copy = Path::new(super::place::FALLBACK).join(format!("postgresql-{version}"));
    if !copy.join("bin/postgres").exists() {
        let part = copy.with_extension(format!("part{}", std::process::id()));
        copy_tree(native, &part)?;
        // Another tandem may have been quicker; its copy is as good.
        if fs::rename(&part, &copy).is_err() {
            fs::remove_dir_all(&part).map_err(at(&part, "removed"))?;
        }
    }
    Ok(Binaries { bin: copy.join("bin"), major: binaries.major })
}

fn copy_tree(from: &Path, to: &Path) -> Result<(), PostgresError> {
    fs::create_dir_all(to).map_err(at(to, "made"))?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o755)).map_err(at(to, "opened to the user of Postgres"))?;
    for entry in fs::read_dir(from).map_err(at(from, "read"))? {
        let entry = entry.map_err(at(from, "read"))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().map_err(at(&source, "read"))?;
        if kind.is_dir() {
            copy_tree(&source, &target)?;
        } else if kind.is_symlink() {
            let link = fs::read_link(&source).map_err(at(&source, "read"))?;
            symlink(link, &target).map_err(at(&target, "made"))?;
        } else {
            fs::copy(&source, &target).map_err(at(&target, "written"))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_distributions_write_them() {
        assert_eq!(major("postgres (PostgreSQL) 18.4\n"), Some(18));
        assert_eq!(major("postgres (PostgreSQL) 15.9 (Debian 15.9-0+deb12u1)\n"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(major("mysqld 8"), None);
    }

    #[test]
    fn a_link_list_cannot_reach_outside_its_package() {
        assert!(inside(Path::new("native/lib/libpq.so")));
        assert!(!inside(Path::new("../../etc/passwd")));
        assert!(!inside(Path::new("/etc/passwd")));
    }
}

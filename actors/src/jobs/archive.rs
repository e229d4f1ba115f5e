//! ZIP archives of strangers: nothing is written outside the folder, and nothing grows without end.

use std::{
    fs::{self, File},
    io::{self, BufReader, Read},
    path::{Component, Path, PathBuf},
};

use zip::{ZipArchive, result::ZipError};

/// Files in an archive, and bytes they may come to: what a disk can spare for two imports at once.
const MOST_FILES: usize = 1_000_000;
const MOST_BYTES: u64 = 50 << 30;

#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("The file is no ZIP archive that can be read ({0}).")]
    Unreadable(String),
    #[error("The archive holds {count} files; at most {MOST_FILES} are taken.")]
    TooMany { count: usize },
    #[error("What is in the archive is larger than {} GiB, which is the most that is taken.", MOST_BYTES >> 30)]
    TooLarge,
    #[error("The archive's {name:?} {problem}.")]
    Entry { name: String, problem: String },
    #[error("temporary files: {0}")]
    Temporary(#[from] io::Error),
    #[error("cancelled")]
    Stopped,
}

/// Writes the files of an archive below `folder`. `step` is told how many of how many are done, and may stop it.
///
/// # Errors
/// [`ArchiveError`]; what was written until then stays.
pub fn unpack(archive: &Path, folder: &Path, mut step: impl FnMut(u64, u64) -> bool) -> Result<(), ArchiveError> {
    let unreadable = |e: ZipError| ArchiveError::Unreadable(e.to_string());
    let mut archive = ZipArchive::new(BufReader::new(File::open(archive)?)).map_err(unreadable)?;
    let count = archive.len();
    if count > MOST_FILES {
        return Err(ArchiveError::TooMany { count });
    }
    let mut left = MOST_BYTES;
    for index in 0..count {
        if !step(index as u64, count as u64) {
            return Err(ArchiveError::Stopped);
        }
        let entry = archive.by_index(index).map_err(unreadable)?;
        let name = entry.name().map_err(unreadable)?.into_owned();
        let problem = |problem: &str| ArchiveError::Entry { name: name.clone(), problem: problem.to_owned() };
        if entry.is_dir() || is_litter(&name) {
            continue;
        }
        if entry.is_symlink() {
            return Err(problem("is a link; only files are taken"));
        }
        let inside = entry.enclosed_name().ok_or_else(|| problem("lies outside the archive's folder"))?;
        let path = folder.join(inside);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        // Counted as it comes out: what the archive says of sizes is what a stranger says.
        let mut bytes = entry.take(left.saturating_add(1));
        let mut file = File::create(&path)?;
        let written = io::copy(&mut bytes, &mut file).map_err(|e| problem(&format!("cannot be unpacked: {e}")))?;
        left = left.checked_sub(written).ok_or(ArchiveError::TooLarge)?;
    }
    Ok(())
}

/// What operating systems leave in archives.
fn is_litter(name: &str) -> bool {
    name.starts_with("__MACOSX/") || name.rsplit('/').next().is_some_and(|last| last.starts_with("._") || last == ".DS_Store")
}

/// The file below `folder` that somebody named.
///
/// # Errors
/// In words, if there is none of this name.
pub fn named(folder: &Path, name: &str) -> Result<PathBuf, String> {
    let relative = Path::new(name);
    let is_inside = relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let path = folder.join(relative);
    if is_inside && path.exists() { Ok(path) } else { Err(format!("There is no {name:?} in the archive.")) }
}

/// The only file below `folder` with one of these endings.
///
/// # Errors
/// In words, if there is none or more than one.
pub fn only(folder: &Path, endings: &[&str]) -> Result<PathBuf, String> {
    let mut found = Vec::new();
    files(folder, &mut |path| {
        if path.extension().is_some_and(|e| endings.iter().any(|ending| e.eq_ignore_ascii_case(ending))) {
            found.push(path);
        }
    })
    .map_err(|e| format!("The archive's files cannot be read: {e}."))?;
    found.sort();
    match &found[..] {
        [one] => Ok(one.clone()),
        [] => Err(format!("There is no .{} file in the archive.", endings.join(" or ."))),
        several => {
            let names: Vec<String> = several.iter().take(5).map(|p| p.strip_prefix(folder).unwrap_or(p).display().to_string()).collect();
            let more = if several.len() > names.len() { ", ..." } else { "" };
            Err(format!(
                "There are several files that could hold the annotations ({}{more}): say which with `annotations`.",
                names.join(", ")
            ))
        }
    }
}

fn files(folder: &Path, each: &mut impl FnMut(PathBuf)) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() { files(&entry.path(), each)? } else { each(entry.path()) }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn archive(entries: &[(&str, &str)]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut zip = ZipWriter::new(file.reopen().unwrap());
        for (name, text) in entries {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap();
        file
    }

    fn unpacked(entries: &[(&str, &str)]) -> (tempfile::TempDir, Result<(), ArchiveError>) {
        let folder = tempfile::tempdir().unwrap();
        let outcome = unpack(archive(entries).path(), folder.path(), |_, _| true);
        (folder, outcome)
    }

    #[test]
    fn files_come_out_where_they_were_and_litter_stays() {
        let (folder, outcome) = unpacked(&[("a/b.json", "{}"), ("__MACOSX/a/._b.json", "x"), ("a/.DS_Store", "x")]);
        outcome.unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("a/b.json")).unwrap(), "{}");
        assert_eq!(only(folder.path(), &["json"]).unwrap(), folder.path().join("a/b.json"));
        assert!(!folder.path().join("__MACOSX").exists() && !folder.path().join("a/.DS_Store").exists());
    }

    #[test]
    fn nothing_is_written_outside_the_folder() {
        let (folder, outcome) = unpacked(&[("../outside.txt", "x")]);
        assert!(matches!(outcome, Err(ArchiveError::Entry { .. })), "{outcome:?}");
        assert!(!folder.path().parent().unwrap().join("outside.txt").exists());
        for name in ["../x", "/etc/passwd", "missing.json"] {
            assert!(named(folder.path(), name).is_err(), "{name}");
        }
    }

    #[test]
    fn links_are_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut zip = ZipWriter::new(file.reopen().unwrap());
        zip.add_symlink("link", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        zip.finish().unwrap();
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(unpack(file.path(), folder.path(), |_, _| true), Err(ArchiveError::Entry { .. })));
    }

    #[test]
    fn what_is_no_archive_is_said_to_be_none() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "not a zip").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let error = unpack(file.path(), folder.path(), |_, _| true).unwrap_err();
        assert!(error.to_string().starts_with("The file is no ZIP archive"), "{error}");
    }

    #[test]
    fn of_several_candidates_none_is_guessed() {
        let (folder, outcome) = unpacked(&[("a.json", "{}"), ("b.json", "{}")]);
        outcome.unwrap();
        let why = only(folder.path(), &["json"]).unwrap_err();
        assert!(why.contains("a.json, b.json") && why.contains("`annotations`"), "{why}");
        assert!(only(folder.path(), &["jsonl"]).unwrap_err().contains("no .jsonl file"));
    }

    #[test]
    fn it_stops_when_told() {
        let folder = tempfile::tempdir().unwrap();
        let outcome = unpack(archive(&[("a", "x"), ("b", "x")]).path(), folder.path(), |done, _| done == 0);
        assert!(matches!(outcome, Err(ArchiveError::Stopped)));
        assert!(folder.path().join("a").exists() && !folder.path().join("b").exists());
    }
}

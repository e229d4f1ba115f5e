//! Finding and looking at image files.

use std::{
    fs::File,
    path::{Component, Path, PathBuf},
};

use tandem_domain::{
    formats::{Reason, Refusal},
    image::{self, ImageInfo, ImageProblem},
};

/// Where images may be.
pub(super) struct Folders {
    folders: Vec<PathBuf>,
}

/// A picture that can be shown.
pub(super) struct Picture {
    pub path: PathBuf,
    pub bytes: u64,
    pub info: ImageInfo,
}

impl Folders {
    /// The folder that was named, or the usual places beside an annotation file: its own folder, `images/` in it and beside it, each also with
    /// the split's name (`instances_train.json` -> `images/train`).
    pub fn around(file: &Path, named: Option<&Path>) -> Self {
        if let Some(folder) = named {
            return Self { folders: vec![folder.to_owned()] };
        }
        let own = file.parent().map_or_else(PathBuf::new, Path::to_owned);
        let stem = file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let split = stem.rsplit(['_', '-']).next().unwrap_or_default().to_owned();
        let mut folders = vec![own.clone(), own.join("images"), own.join("images").join(&split)];
        if let Some(above) = own.parent() {
            folders.extend([above.join("images"), above.join("images").join(&split), above.join(&split)]);
        }
        Self { folders }
    }

    /// The file of a name as annotation files write it: relative, with slashes, possibly with folders that are not here.
    pub fn find(&self, name: &str) -> Result<PathBuf, Reason> {
        let relative = Path::new(name);
        let stays = relative.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
        let base = relative.file_name().ok_or_else(|| Reason::new("file_name", format!("{name:?} names no file")))?;
        let candidates = stays.then_some(relative).into_iter().chain([Path::new(base)]);
        for candidate in candidates {
            for folder in &self.folders {
                let path = folder.join(candidate);
                if path.is_file() {
                    return Ok(path);
                }
            }
        }
        let places: Vec<String> = self.folders.iter().take(1).map(|f| f.display().to_string()).collect();
        Err(Reason::new("missing_file", format!("there is no file {name:?} in {}", places.join(", "))))
    }
}

/// Reads type and size from the file's bytes.
pub(super) fn look(path: PathBuf) -> Result<Picture, Reason> {
    let problem = |e: ImageProblem| Reason::new(e.code(), e.to_string());
    let file = File::open(&path).map_err(|e| problem(ImageProblem::Unreadable(e)))?;
    let bytes = file.metadata().map_err(|e| problem(ImageProblem::Unreadable(e)))?.len();
    let info = image::probe(file).map_err(problem)?;
    Ok(Picture { path, bytes, info })
}

/// Whether the file is what its name says; when not, a note, for the bytes decide.
pub(super) fn mislabelled(place: &str, name: &str, info: &ImageInfo) -> Option<Refusal> {
    let promised = image::promised_by_name(name)?;
    (promised != info.content_type).then(|| {
        Refusal::new(
            place,
            "mislabelled",
            format!("{name:?} is named like {promised} and holds {}; taken as what it holds", info.content_type),
        )
    })
}

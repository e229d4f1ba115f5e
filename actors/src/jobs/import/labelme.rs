//! LabelMe: a folder of JSON files, one an image.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tandem_domain::formats::{Reason, Refusal, labelme, labels};
use tandem_protocol::RegionId;

use super::{ImportError, ImportRequest, Stage, pictures::Folders, prepare::Workbench};

/// A JSON file with its image inside can be large; more than this is no LabelMe file.
const MAX_FILE: u64 = 512 * 1024 * 1024;

pub(super) fn prepare(bench: &mut Workbench<'_>, request: &ImportRequest) -> Result<(), ImportError> {
    let (root, files) = if request.path.is_dir() {
        (request.path.clone(), json_files(&request.path)?)
    } else {
        (request.path.parent().unwrap_or(Path::new("")).to_owned(), vec![request.path.clone()])
    };
    if files.is_empty() {
        return Err(ImportError::Path { path: root, problem: "there are no .json files in this folder".into() });
    }
    let total = files.len() as u64;
    for (done, path) in files.iter().enumerate() {
        bench.progress(Stage::Checking, done as u64, total)?;
        let name = relative(&root, path);
        if let Err(refusal) = one(bench, &root, path, &name, request.images.as_deref())? {
            bench.recorder.refuse_file(refusal)?;
        }
    }
    bench.progress(Stage::Checking, total, total)
}

/// Every .json below a folder, by name. Names alone: a few bytes a file.
fn json_files(root: &Path) -> Result<Vec<PathBuf>, ImportError> {
    let (mut found, mut open) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = open.pop() {
        let unreadable = |e: std::io::Error| ImportError::Path { path: folder.clone(), problem: format!("cannot be read: {e}") };
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            // Links are not followed: they may lead in a circle.
            let kind = entry.file_type().map_err(unreadable)?;
            if kind.is_dir() {
                open.push(entry.path());
            } else if entry.path().extension().is_some_and(|e| e.eq_ignore_ascii_case("json")) {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// One file; the inner error refuses it.
fn one(bench: &mut Workbench<'_>, root: &Path, path: &Path, name: &str, images: Option<&Path>) -> Result<Result<(), Refusal>, ImportError> {
    bench.recorder.report.read.images += 1;
    let text = match read(path) {
        Ok(text) => text,
        Err(reason) => return Ok(Err(reason.at(name))),
    };
    let file = match labelme::read(&text) {
        Ok(file) => file,
        Err(problem) => return Ok(Err(Refusal::new(name, problem.code(), problem.to_string()))),
    };
    bench.recorder.report.read.annotations += file.shapes.len() as u64;
    let (image_path, image_name) = match image_of(bench, &file, root, path, images)? {
        Ok(found) => found,
        Err(reason) => {
            bench.recorder.refuse(reason.at(name))?;
            return Ok(Ok(()));
        }
    };
    let Some((picture, frame)) = bench.picture(name, &image_name, image_path, file.declared())? else { return Ok(Ok(())) };
    let (regions, refused) = file.regions(name, &frame, RegionId::new);
    for refusal in refused {
        bench.recorder.refuse(refusal)?;
    }
    let new: Vec<_> = regions.iter().map(|r| labels::plain(&r.label)).collect();
    bench.add_labels(new);
    let places: Vec<String> = regions.iter().map(|r| format!("{name}: {:?}", r.label)).collect();
    bench.add(name, &image_name, picture, file.input(), regions, &places)?;
    Ok(Ok(()))
}

fn read(path: &Path) -> Result<String, Reason> {
    let unreadable = |e: std::io::Error| Reason::new("file_unreadable", format!("the file cannot be read: {e}"));
    if fs::metadata(path).map_err(unreadable)?.len() > MAX_FILE {
        return Err(Reason::new("file_too_large", format!("the file has more than {MAX_FILE} bytes")));
    }
    fs::read_to_string(path).map_err(unreadable)
}

/// Where the image is and what it is called: beside the JSON file, in the named folder, or inside the JSON itself. The name is relative to the
/// imported folder, so that a second import finds it again.
fn image_of(
    bench: &mut Workbench<'_>,
    file: &labelme::File,
    root: &Path,
    json: &Path,
    images: Option<&Path>,
) -> Result<Result<(PathBuf, String), Reason>, ImportError> {
    let folder = json.parent().unwrap_or(root);
    let written = file.path().unwrap_or_else(|| json.with_extension("png").file_name().unwrap_or_default().to_string_lossy().into_owned());
    let base = written.rsplit('/').next().unwrap_or_default();
    // LabelMe writes paths like ../images/a.jpg; what stays below the imported folder is followed.
    let beside = folder.join(&written);
    if let (Ok(real), Ok(real_root)) = (beside.canonicalize(), root.canonicalize())
        && real.starts_with(&real_root)
        && real.is_file()
    {
        let name = relative(&real_root, &real);
        return Ok(Ok((real, name)));
    }
    let named = relative(root, &folder.join(base));
    if let Ok(path) = Folders::around(json, images).find(&written) {
        return Ok(Ok((path, named)));
    }
    match file.embedded() {
        Ok(Some(bytes)) => Ok(Ok((bench.keep_embedded(&bytes)?, named))),
        Ok(None) => Ok(Err(Reason::new("missing_file", format!("there is no file {written:?}, and no image is embedded")))),
        Err(reason) => Ok(Err(reason)),
    }
}

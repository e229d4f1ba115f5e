//! Broken layouts, each beside what its author is told: `line:column: message`, exactly. `BLESS=1` writes the expected files anew, to be read before
//! they are committed.

use std::{collections::BTreeMap, fs, path::Path};

use crate::{compile_with, told};

#[test]
fn every_broken_layout_is_told_exactly_what_is_wrong() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/layout/broken");
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "xml"));
    files.sort();
    assert!(files.len() >= 30, "there are {}", files.len());
    let base = fs::read_to_string(folder.join("../base.xml")).unwrap();
    let circle = r#"<Layout id="circle" extends="31-cyclic-inheritance" />"#;
    let library: BTreeMap<String, String> = [("base".to_owned(), base), ("circle".to_owned(), circle.to_owned())].into();
    let mut wrong = String::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let problems = compile_with(&text, &library).err().unwrap_or_default();
        let (found, expected_in) = (told(&problems), file.with_extension("txt"));
        assert!(!problems.is_empty(), "{} is not broken", file.display());
        for problem in &problems {
            assert!((problem.at.line, problem.at.column) <= (problem.end.line, problem.end.column), "{problem}");
        }
        if std::env::var_os("BLESS").is_some() {
            fs::write(&expected_in, &found).unwrap();
        }
        let expected = fs::read_to_string(&expected_in).unwrap_or_default();
        if found != expected {
            wrong += &format!("{}\nfound:\n{found}expected:\n{expected}\n", file.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

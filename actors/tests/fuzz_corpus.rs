//! Every fuzz target (`fuzz/src/targets.rs`) over its kept corpus, so that no target rots and nothing found once comes back.

use std::path::Path;

use tandem_actors::{document, room};

#[allow(dead_code, reason = "targets use a part of it")]
#[path = "../../store/src/bus/redis/payload.rs"]
mod payload;

#[path = "../../fuzz/src/targets.rs"]
mod targets;

#[test]
fn what_was_kept_still_passes() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    for name in targets::names() {
        let target = targets::by_name(name).unwrap();
        let files: Vec<_> = std::fs::read_dir(corpus.join(name)).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(files.len() > 3, "{name} has no corpus");
        for file in files {
            let data = std::fs::read(&file).unwrap();
            if std::panic::catch_unwind(|| target(&data)).is_err() {
                panic!("{name} fails on {}", file.display());
            }
        }
    }
}

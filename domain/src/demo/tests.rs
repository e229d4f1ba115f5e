use super::*;

/// Writes the scenes where a person can look at them: `TANDEM_DEMO_OUT=/tmp/demo cargo test -p tandem-domain demo::tests::look -- --ignored`.
#[test]
#[ignore = "writes pictures for people to look at"]
fn look() {
    let Some(out) = option_env!("TANDEM_DEMO_OUT") else { return };
    std::fs::create_dir_all(out).expect("a folder");
    for kind in [SceneKind::Street, SceneKind::Harbour, SceneKind::Parking, SceneKind::Warehouse] {
        for seed in 1..=3 {
            let scene = render(kind, seed).expect("renders");
            let picture = image::load_from_memory(&scene.jpeg).expect("decodes");
            picture.save(format!("{out}/{kind:?}-{seed}.png")).expect("writes");
        }
    }
}

//! What is too much is refused, and soon.

use std::time::{Duration, Instant};

use crate::{compile_with, told};

fn refused(text: &str) -> String {
    told(&compile_with(text, &Default::default()).expect_err("it is too much"))
}

#[test]
fn texts_elements_depth_and_mistakes_are_bounded() {
    let inside = |text: String| format!("<Layout id=\"a\">{text}</Layout>");
    assert_eq!(refused(&" ".repeat(300_000)), "1:1: a layout has at most 262144 bytes; this one has 300000\n");
    assert!(refused(&inside("<Divider/>".repeat(5_000))).ends_with("a layout has at most 5000 elements\n"));
    assert!(refused(&"<Box>".repeat(70)).ends_with("elements stand in one another more than 64 deep\n"));
    assert!(refused(&"<Box f={".repeat(70)).ends_with("attributes with elements stand in one another more than 4 deep\n"));
    assert_eq!(refused(&inside("<Text a=b />\n".repeat(50))).lines().count(), 20, "after twenty mistakes of syntax the rest is noise");
    let many = refused(&inside("<Nothing />\n".repeat(150)));
    assert_eq!((many.lines().count(), many.lines().last().unwrap()), (101, "100:2: and 50 more problems, which are not listed"));
    let chain: std::collections::BTreeMap<String, String> =
        (0..10).map(|at| (format!("l{at}"), format!("<Layout id=\"l{at}\" extends=\"l{}\" />", at + 1))).collect();
    let problems = compile_with("<Layout id=\"a\" extends=\"l0\" />", &chain).unwrap_err();
    assert_eq!(told(&problems), "1:25: layouts extend one another at most 8 times\n");
}

#[test]
fn a_layout_that_repeats_itself_stays_small() {
    // A condition of two hundred operators around thousands of required fields: once for each of them it would fill the memory.
    let condition = (0..190).map(|at| format!("$.output.f0 != {at}")).collect::<Vec<_>>().join(" && ");
    let shows = format!("<Show when=\"{condition}\">").repeat(25);
    let fields: String = (0..2_500).map(|at| format!("<Number bind:value=\"$.output.f{at}\" required/>")).collect();
    let text = format!("<Layout id=\"a\">{shows}{fields}{}</Layout>", "</Show>".repeat(25));
    let begun = Instant::now();
    let layout = compile_with(&text, &Default::default()).unwrap_or_else(|problems| panic!("{}", told(&problems)));
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    let size = layout.output_schema.to_string().len();
    assert!(size < 4_000_000, "{size}");
}

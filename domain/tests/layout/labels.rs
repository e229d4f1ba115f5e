//! Layouts beside the labels of their project, and the ids by which layouts extend one another.

use tandem_domain::layout::{key_of, label_warnings};

use crate::{compiled, told};

#[test]
fn labels_that_only_one_of_layout_and_project_has_are_warned_of() {
    let layout = r#"<Layout id="a">
      <Panel><ImageAnnotator bind:source="$.input.image_url" bind:value="$.output.regions">
        <Label name="car" /><Label name="tree" />
      </ImageAnnotator></Panel>
    </Layout>"#;
    let warnings = label_warnings(&compiled(layout), &["car", "person"]);
    assert_eq!(
        told(&warnings),
        "2:14: the project's label \"person\" cannot be given here; there is no <Label> for it\n\
         2:14: the project has no label \"tree\"; regions with it cannot be submitted\n"
    );
    assert!(warnings.iter().all(|warning| warning.rule.is_warning()));
    assert!(label_warnings(&compiled(layout), &["car", "tree"]).is_empty());
}

#[test]
fn an_annotator_without_labels_has_those_of_the_project() {
    let layout = r#"<Layout id="a"><ImageAnnotator bind:source="$.input.image_url" bind:value="$.output.regions" /></Layout>"#;
    assert!(label_warnings(&compiled(layout), &["car"]).is_empty());
}

#[test]
fn the_id_of_a_layout_is_read_whatever_else_is_wrong_with_it() {
    assert_eq!(key_of(r#"<!-- x --><Layout id=" a.b "><Nothing wrong="here" /></Layout>"#).as_deref(), Some("a.b"));
    for text in ["", "<Layout>", r#"<Layout id="">"#, "<Panel id=\"a\" />", "<"] {
        assert_eq!(key_of(text), None, "{text}");
    }
}

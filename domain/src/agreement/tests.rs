//! Against published values.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Measure, Rect, Span, Standard, Unmeasurable, f1, intersection_over_union, nominal_alpha, token_f1};

fn close(found: f64, published: f64, decimals: i32) {
    assert!((found - published).abs() < 0.5 * 10_f64.powi(-decimals), "{found}, published as {published}");
}

fn rect(x: f64, y: f64, width: f64, height: f64) -> Rect {
    Rect { label: String::new(), x, y, width, height }
}

/// Units across, 0 for "no rating".
fn units(observers: &[&[u8]]) -> Vec<Vec<u8>> {
    (0..observers[0].len()).map(|unit| observers.iter().map(|ratings| ratings[unit]).filter(|rating| *rating > 0).collect()).collect()
}

#[test]
fn nominal_alpha_of_krippendorffs_four_observers_is_0_743() {
    // Krippendorff (2011), section C: four observers, twelve units, missing data.
    let alpha = nominal_alpha(&units(&[
        &[1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        &[1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
        &[0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        &[1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ]));
    close(alpha, 0.743, 3);
    close(alpha, 0.743_421_052_632, 9);
}

#[test]
fn nominal_alpha_of_two_observers_of_twelve_articles_is_0_692() {
    // Krippendorff (2011), section B: nominal data, two observers, no missing data: a a b b d c c c e d d a / b a b b b c c c e d d d.
    let alpha = nominal_alpha(&units(&[&[1, 1, 2, 2, 4, 3, 3, 3, 5, 4, 4, 1], &[2, 1, 2, 2, 2, 3, 3, 3, 5, 4, 4, 4]]));
    close(alpha, 0.692, 3);
}

#[test]
fn nominal_alpha_of_binary_data_is_0_095() {
    // Krippendorff (2011), section A: Meg and Owen, ten articles, 0/1 here as 1/2.
    let alpha = nominal_alpha(&units(&[&[1, 2, 1, 1, 1, 1, 1, 1, 2, 1], &[2, 2, 2, 1, 1, 2, 1, 1, 1, 1]]));
    close(alpha, 0.095, 3);
}

#[test]
fn alpha_without_any_variation_is_full_agreement_and_one_disputed_unit_is_chance() {
    close(nominal_alpha(&[vec![1, 1], vec![1, 1]]), 1.0, 12);
    close(nominal_alpha(&[vec![1, 2]]), 0.0, 12);
    close(nominal_alpha::<u8>(&[vec![1], vec![]]), 1.0, 12);
}

#[test]
fn f1_is_the_dice_coefficient_of_hripcsak_and_rothschild() {
    // a = 20 in both, b = 10 and c = 5 in one only: 2a / (2a + b + c).
    let (left, right): (BTreeSet<u32>, BTreeSet<u32>) = ((0..30).collect(), (10..35).collect());
    close(f1(&left, &right), 40.0 / 55.0, 12);
}

#[test]
fn token_f1_counts_each_token_with_its_label() {
    let span = |start, end, label: &str| Span { start, end, label: label.to_owned() };
    let left = [span(0, 3, "DRUG"), span(5, 6, "DOSE")];
    close(token_f1(&left, &[span(0, 2, "DRUG"), span(5, 6, "DOSE")]), 6.0 / 7.0, 12);
    close(token_f1(&left, &[span(0, 3, "DISEASE")]), 0.0, 12);
    close(token_f1(&[], &[]), 1.0, 12);
}

#[test]
fn iou_of_unit_shifted_boxes_is_a_seventh() {
    close(intersection_over_union(&rect(0.0, 0.0, 2.0, 2.0), &rect(1.0, 1.0, 2.0, 2.0)), 1.0 / 7.0, 12);
    close(intersection_over_union(&rect(0.0, 0.0, 2.0, 2.0), &rect(2.0, 0.0, 2.0, 2.0)), 0.0, 12);
    // torchvision's documented box_iou example: (0, 0, 100, 100) and (0, 0, 50, 50).
    close(intersection_over_union(&rect(0.0, 0.0, 100.0, 100.0), &rect(0.0, 0.0, 50.0, 50.0)), 0.25, 12);
}

#[test]
fn metrics_are_asked_by_the_names_that_workflows_write() {
    let measure = |metric: &str, answers: &[Value]| Standard.measure(metric, &answers.iter().collect::<Vec<_>>());
    let forms = [json!({"a": 1, "b": "x", "c": null}), json!({"a": 1.0, "b": "y"}), json!({"b": "x", "a": 1})];
    close(measure("agreement:exact_match", &forms).unwrap(), 1.0 / 3.0, 12);
    close(measure("percentage", &forms).unwrap(), (1.0 + 1.0 / 3.0) / 2.0, 12);
    close(measure("agreement:krippendorff_alpha", &[json!({"a": 1}), json!({"a": 1})]).unwrap(), 1.0, 12);
    let drawn = |x: f64| json!({"regions": [{"label": "car", "geometry": {"kind": "box", "x": x, "y": 0, "width": 2, "height": 1}}, {"label": "car", "geometry": {"kind": "point", "x": 1, "y": 1}}]});
    close(measure("agreement:iou", &[drawn(0.0), drawn(1.0)]).unwrap(), (1.0 / 3.0 + 1.0) / 2.0, 12);
    close(measure("agreement:iou", &[drawn(0.0), json!({"regions": []})]).unwrap(), 0.0, 12);
    let spans = |end: u64| json!({"entities": [{"start": 0, "end": end, "label": "A"}]});
    close(measure("agreement:token_f1", &[spans(2), spans(3)]).unwrap(), 0.8, 12);
    assert_eq!(
        measure("agreement:iou", &[json!({"x": 1}), json!({})]),
        Err(Unmeasurable::Shape { metric: "agreement:iou", answer: 1, reason: "it has no list \"regions\" or \"boxes\"".to_owned() })
    );
    assert_eq!(measure("agreement:iou", &[json!([])]), Err(Unmeasurable::TooFew(1)));
    assert!(measure("agreement:astrology", &forms).unwrap_err().to_string().contains("there is agreement:exact_match"));
}

proptest! {
    #[test]
    fn agreement_does_not_depend_on_who_is_asked_first(codes in prop::collection::vec(prop::collection::vec(1u8..4, 3), 1..8)) {
        let answers: Vec<Value> = (0..3).map(|who| json!({"codes": codes.iter().enumerate().map(|(unit, codes)| (format!("u{unit}"), codes[who])).collect::<std::collections::BTreeMap<_, _>>()})).collect();
        for metric in ["agreement:exact_match", "agreement:percentage", "agreement:krippendorff_alpha"] {
            let forth = Standard.measure(metric, &answers.iter().collect::<Vec<_>>()).unwrap();
            let back = Standard.measure(metric, &answers.iter().rev().collect::<Vec<_>>()).unwrap();
            prop_assert!((forth - back).abs() < 1e-12);
            prop_assert!(forth <= 1.0);
        }
    }
}

#[test]
fn other_shapes_are_compared_by_the_boxes_around_them() {
    let drawn = |x: f64| json!({"regions": [{"label": "car", "geometry": {"kind": "polygon", "parts": [[[[x, 0.0], [x + 10.0, 0.0], [x + 10.0, 10.0], [x, 10.0]]]]}}]});
    let point = |x: f64| json!({"regions": [{"label": "car", "geometry": {"kind": "point", "x": x, "y": 1.0}}]});
    let iou = |a: &Value, b: &Value| Standard.measure("agreement:iou", &[a, b]).unwrap();
    assert_eq!(iou(&drawn(0.0), &drawn(0.0)), 1.0);
    assert_eq!(iou(&drawn(0.0), &drawn(100.0)), 0.0, "two who drew polygons elsewhere do not agree");
    close(iou(&drawn(0.0), &drawn(5.0)), 1.0 / 3.0, 9);
    assert_eq!((iou(&point(1.0), &point(1.0)), iou(&point(1.0), &point(2.0))), (1.0, 0.0));
}

#[test]
fn spans_are_found_where_a_layout_keeps_them() {
    let answer = |end: u64| json!({"regions": [], "output": {"entities": [{"start": 0, "end": end, "label": "drug"}], "kind": "note"}});
    let none = json!({"regions": [], "output": {"kind": "note"}});
    let f1 = |a: &Value, b: &Value| Standard.measure("agreement:token_f1", &[a, b]).unwrap();
    assert_eq!(f1(&answer(4), &answer(4)), 1.0);
    close(f1(&answer(4), &answer(2)), 2.0 / 3.0, 9);
    assert_eq!((f1(&answer(4), &none), f1(&none, &none)), (0.0, 1.0), "somebody may find none");
    let two = json!({"output": {"drugs": [{"start": 0, "end": 1, "label": "x"}], "doses": [{"start": 0, "end": 1, "label": "x"}]}});
    let one = json!({"output": {"drugs": [{"start": 0, "end": 1, "label": "x"}], "doses": []}});
    close(f1(&two, &one), 2.0 / 3.0, 9);
    assert!(
        Standard.measure("agreement:token_f1", &[&json!({"regions": []}), &none]).is_err(),
        "without a layout there is no text to mark"
    );
}

#[test]
fn a_picture_on_which_nobody_drew_is_no_field_to_agree_on() {
    let form = |kind: &str| json!({"regions": [], "output": {"kind": kind}});
    let [cat, dog] = [form("cat"), form("dog")];
    let measure = |metric: &str, a: &Value, b: &Value| Standard.measure(metric, &[a, b]).unwrap();
    assert_eq!((measure("percentage", &cat, &dog), measure("krippendorff_alpha", &cat, &dog)), (0.0, 0.0));
    assert_eq!((measure("percentage", &cat, &cat), measure("exact_match", &cat, &cat)), (1.0, 1.0));
    let drawn = json!({"regions": [{"label": "x"}], "output": {"kind": "cat"}});
    assert_eq!(measure("percentage", &cat, &drawn), 0.5, "one who found something, and one who did not");
}

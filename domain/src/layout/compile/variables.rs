//! What is known before the walk: the fields that the layout keeps, what they look like, and the ids of its instances.

use std::collections::{BTreeMap, BTreeSet};

use super::Environment;
use crate::{
    expression::Shape,
    layout::{
        expression::{Expr, Expression, Segment, Variables},
        problem::{Problems, Rule, Sources},
        registry::{Produces, Registry},
        span::Span,
        syntax::{Attribute, Element, Node, Value},
    },
};

/// `$.validation`, as browsers keep it while people work: `errors` are those of `layout::check`.
fn validation() -> Shape {
    let error = Shape::object([("field", Shape::Text), ("rule", Shape::Text), ("message", Shape::Text)]);
    Shape::object([("isValid", Shape::Bool), ("errors", Shape::list(error))])
}

pub(super) fn of(root: &Element, environment: &Environment<'_>) -> Variables {
    let mut gathered =
        Gathered { registry: environment.registry, keys: BTreeSet::new(), output: Shape::object([]), choices: BTreeMap::new() };
    each(root, &mut |element| {
        gathered
            .keys
            .extend(element.attribute("key").filter(|_| element.name.text == "ForEach").and_then(Attribute::text).map(str::to_owned));
    });
    each(root, &mut |element| gathered.field(element));
    let shape = Shape::object([
        ("input", environment.input.clone()),
        ("output", gathered.output),
        ("context", Shape::Any),
        ("ui_context", Shape::Any),
        ("validation", validation()),
    ]);
    Variables { shape, locals: Vec::new(), choices: gathered.choices }
}

/// Explicit ids; the first of each.
pub(super) fn ids(root: &Element) -> BTreeMap<String, Span> {
    let mut ids = BTreeMap::new();
    each(root, &mut |element| {
        if let Some(id) = instance_id(element) {
            ids.entry(id.0).or_insert(id.1);
        }
    });
    ids
}

pub(super) fn duplicate_ids(root: &Element, problems: &mut Problems, sources: &Sources) {
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    each(root, &mut |element| {
        let Some((id, span)) = instance_id(element) else { return };
        match seen.get(&id) {
            Some(first) => {
                let place = sources.position(*first);
                problems.add(span, Rule::DuplicateId, format!("the id {id:?} is taken, at {}:{}", place.line, place.column));
            }
            None => drop(seen.insert(id, span)),
        }
    });
}

fn instance_id(element: &Element) -> Option<(String, Span)> {
    let id = element.attribute("id").filter(|_| element.name.text != "Layout")?;
    Some((id.text()?.trim().to_owned(), id.value_span()))
}

fn each(element: &Element, act: &mut dyn FnMut(&Element)) {
    act(element);
    let in_attributes = element.attributes.iter().filter_map(|attribute| match &attribute.value {
        Value::Markup(nodes, _) => Some(nodes),
        _ => None,
    });
    for child in in_attributes.flatten().chain(&element.children).filter_map(Node::element) {
        each(child, act);
    }
}

struct Gathered<'r> {
    registry: &'r Registry,
    /// Variables that are places in a list.
    keys: BTreeSet<String>,
    output: Shape,
    choices: BTreeMap<String, Vec<String>>,
}

impl Gathered<'_> {
    fn field(&mut self, element: &Element) {
        let Some(component) = self.registry.get(&element.name.text) else { return };
        let (Some(property), Some(produces)) = (component.two_way(), &component.produces) else { return };
        let bound = element.attribute(&format!("bind:{}", property.name)).and_then(Attribute::text);
        let Some(Ok(path)) = bound.map(|text| Expression::parse(text).map(|path| path.lower())) else { return };
        let Expr::Path { from, segments } = &path else { return };
        if from != "output" {
            return;
        }
        let several = element.attribute("multiple").is_some_and(|attribute| attribute.text() != Some("false"));
        let shape = match produces {
            Produces::Text | Produces::Date | Produces::Preference => Shape::Text,
            Produces::Number => Shape::Number,
            Produces::Flag => Shape::Bool,
            Produces::Option if several => Shape::list(Shape::Text),
            Produces::Option => Shape::Text,
            Produces::Category => match element.attribute("mode").and_then(Attribute::text) {
                None | Some("single") => Shape::Text,
                _ => Shape::list(Shape::Text),
            },
            Produces::Order => Shape::list(Shape::Text),
            Produces::Spans | Produces::Regions => Shape::list(Shape::Any),
            Produces::Schema(schema) => Shape::from_json_schema(schema),
        };
        if matches!(produces, Produces::Option) && !several && element.attribute("bind:options").is_none() {
            let options = element.elements().filter_map(|option| option.attribute("value").and_then(Attribute::text)).map(str::to_owned);
            let text = path.depends(&[]).into_iter().next().unwrap_or_default();
            let known = self.choices.entry(text).or_default();
            for option in options {
                if !known.contains(&option) {
                    known.push(option);
                }
            }
        }
        insert(&mut self.output, segments, shape, &self.keys);
    }
}

/// Where two differ, nothing is known.
fn insert(shape: &mut Shape, segments: &[Segment], leaf: Shape, keys: &BTreeSet<String>) {
    let Some((first, rest)) = segments.split_first() else {
        *shape = if *shape == leaf || *shape == Shape::object([]) { leaf } else { Shape::Any };
        return;
    };
    let is_place = match first {
        Segment::Index(_) => true,
        Segment::Computed(expr) => matches!(&**expr, Expr::Local { name, segments } if segments.is_empty() && keys.contains(name)),
        Segment::Name(_) => false,
    };
    let is_new = *shape == Shape::object([]);
    match (first, shape) {
        (Segment::Name(name), Shape::Object { fields, .. }) => {
            insert(fields.entry(name.clone()).or_insert_with(|| Shape::object([])), rest, leaf, keys)
        }
        (_, shape) if is_place && is_new => {
            let mut item = Shape::object([]);
            insert(&mut item, rest, leaf, keys);
            *shape = Shape::list(item);
        }
        (_, Shape::List(item)) if is_place => insert(item, rest, leaf, keys),
        (Segment::Computed(_), shape) if is_new => *shape = Shape::Object { fields: BTreeMap::new(), open: true },
        (Segment::Computed(_), Shape::Object { open: true, .. }) => {}
        (_, shape) => *shape = Shape::Any,
    }
}

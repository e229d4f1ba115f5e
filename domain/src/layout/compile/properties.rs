//! Attributes into properties, each in one of its forms: `name`, `:name`, `bind:name`, `name:md`, `on:event`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Compiler, is_missing};
use crate::suggest::{hint, nearest};
use crate::{
    expression::{Shape, listing},
    layout::{
        expression::{Expr, Expression, Mistake, Segment},
        problem::Rule,
        registry::{BREAKPOINTS, Binding, Component, Kind, Property},
        span::Span,
        syntax::{self, Attribute, Element, Quoted},
        tree::{self, Reactive},
    },
};

/// What the attributes of an element say.
#[derive(Default)]
pub(super) struct Given {
    pub properties: BTreeMap<String, tree::Property>,
    pub responsive: BTreeMap<String, BTreeMap<String, Value>>,
    pub events: BTreeMap<String, String>,
    pub markup: BTreeMap<String, Vec<tree::Node>>,
    /// Property, path as written, two-way.
    pub bound: BTreeMap<String, (String, bool)>,
    /// Where each property is said, right or wrong.
    pub spans: BTreeMap<String, Span>,
}

impl Given {
    pub fn literal(&self, key: &str) -> Option<&Value> {
        match self.properties.get(key) {
            Some(tree::Property::Literal { value }) => Some(value),
            _ => None,
        }
    }

    pub fn word(&self, key: &str) -> Option<String> {
        self.literal(key).and_then(Value::as_str).map(str::to_owned)
    }

    pub fn flag(&self, key: &str) -> bool {
        self.literal(key) == Some(&Value::Bool(true))
    }

    pub fn reactive(&self, key: &str) -> Option<&Reactive> {
        match self.properties.get(key)? {
            tree::Property::Literal { .. } => None,
            tree::Property::Expression(reactive) | tree::Property::OneWay(reactive) | tree::Property::TwoWay(reactive) => Some(reactive),
        }
    }

    pub fn span(&self, key: &str) -> Span {
        self.spans.get(key).copied().unwrap_or_default()
    }
}

/// Of a list of fields that are written out one by one.
const PLACES: std::ops::RangeInclusive<i64> = 0..=999;

/// Where the property's or event's own name stands in what is written: without `bind:`, and without the breakpoint.
fn name_span(attribute: &Attribute, name: &str) -> Span {
    let written = &attribute.name;
    let start = written.span.start + if written.text.ends_with(name) { written.text.len() - name.len() } else { 0 };
    Span { start, end: start + name.len(), ..written.span }
}

/// How a property is written.
enum Form<'n> {
    Literal,
    Computed,
    Bound,
    Event,
    At(&'n str),
}

fn form(name: &str) -> (Form<'_>, &str) {
    if let Some(name) = name.strip_prefix(':') {
        return (Form::Computed, name);
    }
    match name.split_once(':') {
        Some(("bind", name)) => (Form::Bound, name),
        Some(("on", name)) => (Form::Event, name),
        Some((name, breakpoint)) => (Form::At(breakpoint), name),
        None => (Form::Literal, name),
    }
}

impl Compiler<'_> {
    pub(super) fn attributes(&mut self, element: &Element, component: &Component) -> Given {
        let mut given = Given::default();
        for attribute in &element.attributes {
            let (form, name) = form(&attribute.name.text);
            if let Form::Event = form {
                self.event(attribute, name, component, &mut given);
                continue;
            }
            let Some(property) = component.property(name) else {
                self.unknown_property(attribute, name, component);
                continue;
            };
            let key = property.key();
            if let Form::At(breakpoint) = form {
                self.responsive(attribute, property, breakpoint, component, &mut given);
                continue;
            }
            if given.spans.insert(key.clone(), attribute.value_span()).is_some() {
                self.problems.add(attribute.name.span, Rule::WrongForm, format!("{} of {} is said twice", property.name, component.name));
                continue;
            }
            let value = match form {
                Form::Literal => self.literal(attribute, property, component, &mut given),
                Form::Computed => self.computed(attribute, property, component),
                _ => self.bound(attribute, property, component, &mut given),
            };
            if let Some(value) = value {
                given.properties.insert(key, value);
            }
        }
        for property in &component.properties {
            if is_missing(&given, property) {
                self.problems.add(element.name.span, Rule::MissingProperty, format!("{} needs {}", component.name, example(property)));
            }
            if let Some(default) = property.default.clone().filter(|_| !given.spans.contains_key(&property.key())) {
                given.properties.insert(property.key(), tree::Property::Literal { value: default });
            }
        }
        given
    }

    fn unknown_property(&mut self, attribute: &Attribute, name: &str, component: &Component) {
        let lower = name.to_lowercase();
        // As React and HTML write events.
        let event =
            component.events.iter().find(|event| event.name == lower || lower.strip_prefix("on") == Some(&event.name.replace('-', "")));
        let known: Vec<&str> = component.properties.iter().map(|property| property.name.as_str()).collect();
        let suggestion = match event {
            Some(event) if attribute.name.text == name => Some(format!("on:{}", event.name)),
            _ => nearest(&name.replace('_', "-"), known.iter().copied()).map(str::to_owned),
        };
        let mut message = format!("{} has no property {name:?}", component.name);
        if suggestion.is_none() {
            message = format!("{message}; {}", listing(&known));
        }
        self.problems.misspelt(name_span(attribute, name), Rule::UnknownProperty, message, suggestion.as_deref());
    }

    fn event(&mut self, attribute: &Attribute, name: &str, component: &Component, given: &mut Given) {
        let known: Vec<&str> = component.events.iter().map(|event| event.name.as_str()).collect();
        if !known.contains(&name) {
            let message = format!("{} has no event {name:?}; {}", component.name, listing(&known));
            return self.problems.misspelt(name_span(attribute, name), Rule::UnknownEvent, message, nearest(name, known.iter().copied()));
        }
        let handler = attribute.text().unwrap_or_default().trim();
        if !Kind::Identifier.takes(&handler.into()) {
            let message = format!("found {handler:?}, expected the name of a handler, like submitAnnotation");
            return self.problems.add(attribute.value_span(), Rule::WrongValue, message);
        }
        self.handlers.insert(handler.to_owned());
        given.events.insert(name.to_owned(), handler.to_owned());
    }

    fn responsive(&mut self, attribute: &Attribute, property: &Property, breakpoint: &str, component: &Component, given: &mut Given) {
        if !BREAKPOINTS.contains(&breakpoint) {
            let message = format!("there is no breakpoint {breakpoint:?}; {}", listing(&BREAKPOINTS));
            return self.problems.misspelt(
                name_span(attribute, breakpoint),
                Rule::UnknownBreakpoint,
                message,
                nearest(breakpoint, BREAKPOINTS),
            );
        }
        if !property.responsive {
            let known: Vec<&str> =
                component.properties.iter().filter(|property| property.responsive).map(|property| property.name.as_str()).collect();
            let message = format!("{} of {} is the same on every screen; by breakpoint {}", property.name, component.name, listing(&known));
            return self.problems.add(attribute.name.span, Rule::WrongForm, message);
        }
        if let Some(value) = self.read(attribute, property) {
            given.responsive.entry(property.key()).or_default().insert(breakpoint.to_owned(), value);
        }
    }

    fn read(&mut self, attribute: &Attribute, property: &Property) -> Option<Value> {
        let text = match &attribute.value {
            syntax::Value::Bare if matches!(property.kind, Kind::Flag) => return Some(true.into()),
            syntax::Value::Text(quoted) => &quoted.text,
            syntax::Value::Bare => {
                self.problems.add(attribute.name.span, Rule::WrongValue, format!("found no value, expected {}", property.kind.describe()));
                return None;
            }
            syntax::Value::Markup(..) => {
                self.problems.add(
                    attribute.value_span(),
                    Rule::WrongValue,
                    format!("found elements, expected {}", property.kind.describe()),
                );
                return None;
            }
        };
        property
            .kind
            .read(text)
            .map_err(|misread| {
                // The message has the suggestion in it already.
                let bare = misread.message.strip_suffix(&hint(misread.suggestion.as_deref())).unwrap_or(&misread.message);
                self.problems.misspelt(attribute.value_span(), Rule::WrongValue, bare, misread.suggestion.as_deref());
            })
            .ok()
    }

    fn literal(&mut self, attribute: &Attribute, property: &Property, component: &Component, given: &mut Given) -> Option<tree::Property> {
        match (&property.kind, &attribute.value) {
            (Kind::Markup, syntax::Value::Markup(nodes, _)) => {
                let holder = Element { children: nodes.clone(), ..Element::default() };
                let children = self.children(&holder, component);
                given.markup.insert(property.key(), children);
                None
            }
            (Kind::Markup, _) => {
                self.problems.add(attribute.value_span(), Rule::WrongValue, format!("found a text, expected {}", property.kind.describe()));
                None
            }
            _ if !property.literal => {
                let what = if property.binding == Binding::TwoWay { "is kept in the answer" } else { "comes from data" };
                let message = format!("{} of {} {what}: write {}", property.name, component.name, example(property));
                self.problems.add(attribute.span(), Rule::WrongForm, message);
                None
            }
            (Kind::Condition, syntax::Value::Bare) => Some(tree::Property::Literal { value: true.into() }),
            (Kind::Expression | Kind::Condition, _) => self.computed(attribute, property, component),
            _ => self.read(attribute, property).map(|value| tree::Property::Literal { value }),
        }
    }

    fn computed(&mut self, attribute: &Attribute, property: &Property, component: &Component) -> Option<tree::Property> {
        let is_expression = matches!(property.kind, Kind::Expression | Kind::Condition);
        if !property.computed && !is_expression {
            let message = format!("{} of {} cannot be computed: write {}", property.name, component.name, example(property));
            self.problems.add(attribute.name.span, Rule::WrongForm, message);
            return None;
        }
        let (expression, shape) = self.expression(attribute)?;
        let span = attribute.value_span();
        if let Some(value) = expression.constant() {
            if !property.kind.takes(&value) {
                let message = format!("found {value}, expected {}", property.kind.describe());
                self.problems.add(span, Rule::WrongValue, message);
                return None;
            }
            if !matches!(property.kind, Kind::Expression) {
                return Some(tree::Property::Literal { value });
            }
        }
        self.fits(&shape, property, span)?;
        Some(tree::Property::Expression(self.reactive(attribute, &expression)))
    }

    /// What an expression comes to can be what the property takes.
    fn fits(&mut self, shape: &Shape, property: &Property, span: Span) -> Option<()> {
        if property.kind.shape().may_meet(shape) {
            return Some(());
        }
        self.problems.add(span, Rule::WrongValue, format!("this is {shape}, expected {}", property.kind.describe()));
        None
    }

    fn bound(&mut self, attribute: &Attribute, property: &Property, component: &Component, given: &mut Given) -> Option<tree::Property> {
        if property.binding == Binding::None {
            let colon = if property.computed { ":" } else { "" };
            let message = format!("{} of {} cannot be bound: write {colon}{}=\"...\"", property.name, component.name, property.name);
            self.problems.add(attribute.name.span, Rule::WrongForm, message);
            return None;
        }
        let text = attribute.text().unwrap_or_default().to_owned();
        let (expression, shape) = self.expression(attribute)?;
        let span = attribute.value_span();
        let two_way = property.binding == Binding::TwoWay;
        if !expression.is_path() {
            let message = match two_way {
                true => format!("bind:{} takes a path in the answer, like $.output.notes", property.name),
                false => format!("bind:{0} takes a path, like $.input.text; a computed value is written :{0}=\"...\"", property.name),
            };
            self.problems.add(span, Rule::WrongForm, message);
            return None;
        }
        if two_way {
            self.two_way_path(&expression.lower(), span, property)?;
        } else {
            self.fits(&shape, property, span)?;
        }
        given.bound.insert(property.key(), (text, two_way));
        let reactive = self.reactive(attribute, &expression);
        Some(if two_way { tree::Property::TwoWay(reactive) } else { tree::Property::OneWay(reactive) })
    }

    /// What people enter goes into the answer, at a place of its own for each turn of a loop.
    fn two_way_path(&mut self, path: &Expr, span: Span, property: &Property) -> Option<()> {
        let message = match path {
            Expr::Path { from, segments } if from == "output" => match segments.last() {
                None => "what people enter is kept in a field of $.output, like $.output.notes".to_owned(),
                Some(Segment::Name(name)) if name == "length" => "a length cannot be entered".to_owned(),
                _ if segments.iter().any(|segment| matches!(segment, Segment::Index(index) if !PLACES.contains(index))) => {
                    format!("what people enter is kept at a place from {} to {}", PLACES.start(), PLACES.end())
                }
                _ => match self.loops.iter().find(|a_loop| !names(segments, a_loop)) {
                    Some(a_loop) => {
                        let key = a_loop.key.as_deref().unwrap_or("index");
                        format!(
                            "every {} of the ForEach around this would keep its value in one place; tell them apart, like $.output.values[{key}]",
                            a_loop.item
                        )
                    }
                    None => return Some(()),
                },
            },
            Expr::Path { from, .. } => {
                format!("bind:{} keeps what people enter, in $.output; $.{from} is only read", property.name)
            }
            _ => format!("bind:{} keeps what people enter, in $.output; a ForEach's variable is only read", property.name),
        };
        self.problems.add(span, Rule::WrongValue, message);
        None
    }

    /// Parsed and checked; what is wrong with it is told.
    pub(super) fn expression(&mut self, attribute: &Attribute) -> Option<(Expression, Shape)> {
        let syntax::Value::Text(quoted) = &attribute.value else {
            self.problems.add(attribute.value_span(), Rule::WrongValue, "found no text, expected an expression in quotes");
            return None;
        };
        if quoted.text.trim().is_empty() {
            self.problems.add(
                attribute.span(),
                Rule::WrongValue,
                "found nothing between the quotes, expected an expression, like $.input.text",
            );
            return None;
        }
        let expression = match Expression::parse(&quoted.text) {
            Ok(expression) => expression,
            Err(fault) => {
                let end = fault.at + quoted.text.get(fault.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
                self.problems.add(quoted.part(fault.at, end), Rule::Expression, fault.reason);
                return None;
            }
        };
        let mut mistakes = Vec::new();
        let shape = expression.check(&self.variables, &mut mistakes);
        self.tell(quoted, &mistakes);
        mistakes.is_empty().then_some((expression, shape))
    }

    fn tell(&mut self, quoted: &Quoted, mistakes: &[Mistake]) {
        for mistake in mistakes {
            let bare = mistake.message.strip_suffix(&hint(mistake.suggestion.as_deref())).unwrap_or(&mistake.message);
            self.problems.misspelt(quoted.part(mistake.start, mistake.end), mistake.rule, bare, mistake.suggestion.as_deref());
        }
    }

    pub(super) fn reactive(&self, attribute: &Attribute, expression: &Expression) -> Reactive {
        let expr = expression.lower();
        let depends = expr.depends(&self.locals()).into_iter().collect();
        Reactive { text: attribute.text().unwrap_or_default().trim().to_owned(), expression: expr, depends }
    }
}

/// The path differs from one turn of the loop to the next.
fn names(segments: &[Segment], a_loop: &super::Loop) -> bool {
    segments.iter().any(|segment| match segment {
        Segment::Computed(expr) => match &**expr {
            Expr::Local { name, segments } => *name == a_loop.item || Some(name) == a_loop.key.as_ref() || names(segments, a_loop),
            Expr::Path { segments, .. } => names(segments, a_loop),
            _ => false,
        },
        _ => false,
    })
}

/// How it is written.
fn example(property: &Property) -> String {
    let name = &property.name;
    match (property.binding, property.literal, &property.kind) {
        (Binding::TwoWay, ..) => format!("bind:{name}=\"$.output....\""),
        (_, false, _) => format!("bind:{name}=\"$.input....\""),
        (_, _, Kind::Expression | Kind::Condition) => format!("{name}=\"$....\""),
        _ => format!("{name}=\"...\""),
    }
}

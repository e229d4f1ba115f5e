//! The syntax tree into the compiled one. Checking and compiling are one walk: what is compiled is what was checked.

mod control;
mod fields;
mod hotkeys;
mod parts;
mod properties;
mod rules;
mod variables;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use control::{fits, fits_none};
use hotkeys::Hotkeys;
use properties::Given;

use super::{
    answer,
    expression::{Local, Variables},
    inherit::{Library, Resolver},
    instance::{counted_id, lasting_id},
    problem::{Problem, Problems, Rule, Sources},
    registry::{self, Children, Group, Registry},
    span::Span,
    syntax::{self, Attribute, Element},
    tree::{self, Bound, Layout, Node},
};
use crate::expression::Shape;
use crate::suggest::nearest;

/// What a layout is compiled with.
pub struct Environment<'e> {
    pub registry: &'e Registry,
    /// Layouts that may be extended.
    pub library: &'e dyn Library,
    /// What the task's data looks like; [`Shape::Any`] if nobody knows.
    pub input: Shape,
}

/// # Errors
/// Everything that is wrong with it, in the order of the text. Mistakes of syntax are told alone: until they are mended the rest is a guess.
pub fn compile(text: &str, environment: &Environment<'_>) -> Result<Layout, Vec<Problem>> {
    let (mut sources, mut problems) = (Sources::default(), Problems::default());
    sources.add("", text);
    let nodes = syntax::parse(text, 0, &mut problems);
    let root = root_of(nodes, &mut problems);
    let Some(root) = root.filter(|_| problems.is_empty()) else { return Err(problems.report(&sources)) };
    let mut resolver =
        Resolver { registry: environment.registry, library: environment.library, sources: &mut sources, problems: &mut problems };
    let resolved = resolver.resolve(root);
    if !problems.is_empty() {
        return Err(problems.report(&sources));
    }
    let mut compiler = Compiler::new(environment, &sources, &resolved.root);
    let mut layout = compiler.layout(&resolved.root);
    layout.extends = resolved.extends;
    if compiler.problems.is_empty() { Ok(layout) } else { Err(compiler.problems.report(&sources)) }
}

fn root_of(nodes: Vec<syntax::Node>, problems: &mut Problems) -> Option<Element> {
    let mut root = None;
    for node in nodes {
        match node {
            syntax::Node::Comment(_) => {}
            syntax::Node::Element(element) if element.name.text == "Layout" && root.is_none() => root = Some(element),
            syntax::Node::Element(element) => {
                let message = format!("found <{}>, expected one <Layout> around everything", element.name.text);
                problems.misspelt(
                    element.name.span,
                    Rule::Syntax,
                    message,
                    nearest(&element.name.text, ["Layout"]).filter(|_| root.is_none()),
                );
            }
            syntax::Node::Text(word) => problems.add(word.span, Rule::Syntax, "found text outside <Layout>"),
        }
    }
    if root.is_none() && problems.is_empty() {
        problems.add(Span::default(), Rule::Syntax, "found nothing, expected <Layout id=\"...\">");
    }
    root
}

/// A loop that the walk is in.
struct Loop {
    item: String,
    key: Option<String>,
    span: Span,
    /// What its items follow.
    depends: BTreeSet<String>,
}

struct Compiler<'c> {
    registry: &'c Registry,
    sources: &'c Sources,
    problems: Problems,
    variables: Variables,
    loops: Vec<Loop>,
    /// The case of each switch that the walk is in: two cases of one switch are never there together.
    branches: Vec<(usize, usize)>,
    switches: usize,
    ids: BTreeMap<String, Span>,
    counts: BTreeMap<String, usize>,
    hotkeys: Hotkeys,
    components: BTreeSet<String>,
    handlers: BTreeSet<String>,
    bindings: Vec<Bound>,
    /// Where fields keep their values: to find two that keep different things in one place.
    kept: Vec<fields::Kept>,
}

impl<'c> Compiler<'c> {
    fn new(environment: &'c Environment<'c>, sources: &'c Sources, root: &Element) -> Self {
        Self {
            registry: environment.registry,
            sources,
            problems: Problems::default(),
            variables: variables::of(root, environment),
            loops: Vec::new(),
            branches: Vec::new(),
            switches: 0,
            ids: variables::ids(root),
            counts: BTreeMap::new(),
            hotkeys: Hotkeys::default(),
            components: BTreeSet::new(),
            handlers: BTreeSet::new(),
            bindings: Vec::new(),
            kept: Vec::new(),
        }
    }

    fn layout(&mut self, root: &Element) -> Layout {
        let Some(component) = self.registry.get("Layout") else { unreachable!("the registry has a Layout") };
        variables::duplicate_ids(root, &mut self.problems, self.sources);
        let given = self.attributes(root, component);
        let children = self.children(root, component);
        self.conflicts();
        let hotkeys = std::mem::take(&mut self.hotkeys).finish(self.sources, &mut self.problems);
        let word = |name: &str| given.word(name).unwrap_or_default();
        let mut layout = Layout {
            format: tree::FORMAT,
            id: word("id"),
            name: word("name"),
            version: given.literal("version").and_then(serde_json::Value::as_i64),
            extends: Vec::new(),
            root: children,
            components: self.components.iter().cloned().collect(),
            handlers: self.handlers.iter().cloned().collect(),
            hotkeys,
            bindings: std::mem::take(&mut self.bindings),
            output_schema: serde_json::Value::Null,
        };
        layout.output_schema = answer::schema(&layout.root);
        layout
    }

    /// Components and texts in an element.
    fn children(&mut self, element: &Element, component: &registry::Component) -> Vec<Node> {
        let mut nodes = Vec::new();
        for child in &element.children {
            match child {
                syntax::Node::Comment(_) => {}
                syntax::Node::Text(word) if component.text => nodes.push(Node::Text { text: word.text.clone() }),
                syntax::Node::Text(word) => self.stray_text(component, word),
                syntax::Node::Element(child) => {
                    if let Some(known) = self.allowed(child, component).filter(|known| !known.is_part()) {
                        nodes.extend(self.node(child, known));
                    }
                }
            }
        }
        nodes
    }

    fn stray_text(&mut self, component: &registry::Component, word: &syntax::Word) {
        let shown: String = word.text.chars().take(40).collect();
        self.problems.add(word.span, Rule::ChildNotAllowed, format!("found the text {shown:?}; {} has no text of its own", component.name));
    }

    /// The child's component, if it is known and may stand there.
    fn allowed(&mut self, child: &Element, parent: &registry::Component) -> Option<&'c registry::Component> {
        let (name, span) = (&child.name.text, child.name.span);
        let Some(known) = self.registry.get(name) else {
            let fitting = match &parent.children {
                Children::Only(names) => names.iter().map(String::as_str).collect(),
                _ => self
                    .registry
                    .all()
                    .filter(|known| !known.is_part() && known.name != "Layout")
                    .map(|known| known.name.as_str())
                    .collect::<Vec<_>>(),
            };
            let suggestion = nearest(name, fitting).or_else(|| nearest(name, self.registry.all().map(|known| known.name.as_str())));
            let mut message = format!("there is no component {name}");
            if let (Children::Only(names), None) = (&parent.children, suggestion) {
                message = format!("{message}; {} has only {} in it", parent.name, names.join(" and "));
            }
            self.problems.misspelt(span, Rule::UnknownComponent, message, suggestion);
            return None;
        };
        let fits = match &parent.children {
            Children::None => false,
            Children::Any => !known.is_part() && known.group != Group::Inheritance && name != "Layout" && name != "Tab",
            Children::Only(names) => names.contains(name),
        };
        if fits {
            return Some(known);
        }
        let parents: Vec<&str> = self.registry.parents_of(name).collect();
        let message = match (&parent.children, parents.is_empty()) {
            _ if known.group == Group::Inheritance => {
                format!("{name} changes an inherited layout; it stands in a Layout with extends=\"...\"")
            }
            _ if name == "Layout" => "a Layout stands around everything, not in another component".to_owned(),
            (Children::None, true) => format!("{} has no components in it, but here is {name}", parent.name),
            (Children::Only(names), true) => format!("{} has only {} in it, not {name}", parent.name, names.join(" and ")),
            _ => format!("{name} stands only in {}, not in {}", parents.join(" or "), parent.name),
        };
        self.problems.add(span, Rule::ChildNotAllowed, message);
        None
    }

    fn node(&mut self, element: &Element, component: &'c registry::Component) -> Option<Node> {
        match component.name.as_str() {
            "Show" => self.show(element, component),
            "ForEach" => self.for_each(element, component),
            "Switch" => self.switch(element, component),
            _ => Some(Node::Component(self.component(element, component))),
        }
    }

    fn component(&mut self, element: &Element, component: &'c registry::Component) -> tree::Component {
        let given = self.attributes(element, component);
        self.components.insert(component.name.clone());
        let instance_id = self.instance_id(element, component);
        self.bindings.extend(given.bound.iter().map(|(property, (path, two_way))| Bound {
            instance_id: instance_id.clone(),
            property: property.clone(),
            path: path.clone(),
            two_way: *two_way,
        }));
        let (children, parts) = match self.has_parts(component) {
            true => (Vec::new(), self.parts(element, component)),
            false => (self.children(element, component), Vec::new()),
        };
        self.rules(element, component, &given, &parts);
        self.hotkeys_of(element, component, &instance_id, &given, &parts);
        let output = self.output(element, component, &given, &parts, &instance_id);
        let from = (element.span.source > 0).then(|| self.sources.name(element.span.source).to_owned());
        tree::Component {
            component: component.name.clone(),
            group: component.group,
            instance_id,
            responsive: given.responsive,
            events: given.events,
            properties: given.properties,
            parts: parts.into_iter().map(|part| part.part).collect(),
            children,
            output,
            at: self.sources.position(element.span),
            from,
        }
    }

    /// Its children say something about it, and are no components of their own.
    fn has_parts(&self, component: &registry::Component) -> bool {
        match &component.children {
            Children::Only(names) => names.iter().any(|name| self.registry.get(name).is_some_and(registry::Component::is_part)),
            _ => false,
        }
    }

    fn instance_id(&mut self, element: &Element, component: &registry::Component) -> String {
        if let Some(id) = element.attribute("id").and_then(Attribute::text) {
            return id.trim().to_owned();
        }
        // Two fields of different cases may keep the same thing.
        let kept = lasting_id(element, self.registry).filter(|id| self.ids.insert(id.clone(), element.span).is_none());
        kept.unwrap_or_else(|| {
            loop {
                let count = self.counts.entry(component.name.clone()).or_default();
                *count += 1;
                let id = counted_id(&component.name, *count);
                if !self.ids.contains_key(&id) {
                    break id;
                }
            }
        })
    }

    /// What the loops around an expression add to the variables.
    fn push_loop(&mut self, shape: Shape, next: Loop) {
        self.variables.locals.push(Local { name: next.item.clone(), shape });
        if let Some(key) = &next.key {
            self.variables.locals.push(Local { name: key.clone(), shape: Shape::Number });
        }
        self.loops.push(next);
    }

    fn pop_loop(&mut self) {
        if let Some(last) = self.loops.pop() {
            let count = 1 + usize::from(last.key.is_some());
            self.variables.locals.truncate(self.variables.locals.len() - count);
        }
    }

    fn locals(&self) -> Vec<(String, BTreeSet<String>)> {
        let names = |a_loop: &Loop| -> Vec<_> {
            std::iter::once(&a_loop.item).chain(&a_loop.key).map(|name| (name.clone(), a_loop.depends.clone())).collect()
        };
        self.loops.iter().flat_map(names).collect()
    }
}

/// A missing property is told once, and not where it is there but wrong.
fn is_missing(given: &Given, property: &registry::Property) -> bool {
    property.required && !given.spans.contains_key(&property.key())
}

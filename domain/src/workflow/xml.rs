//! The XML of seed 003 into the JSON form. What it does not know is refused with its place; a `Project` may carry other things beside its workflow
//! (goals, layouts), which are not this module's.

mod assignment;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use assignment::ASSIGNMENT;

use crate::ordered::Json;

/// Deeper is no workflow.
const MAX_DEPTH: usize = 64;

#[derive(Debug, thiserror::Error)]
pub enum XmlError {
    #[error("broken XML at byte {at}: {reason}")]
    Syntax { at: u64, reason: String },
    #[error("document types and their entities are not read")]
    DocType,
    #[error("nested deeper than {MAX_DEPTH}")]
    TooDeep,
    #[error("there is no Workflow in it, but {0}")]
    NoWorkflow(String),
    #[error("{place}: {reason}")]
    Unknown { place: String, reason: String },
}

#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
}

pub(super) fn read(text: &str) -> Result<Json, XmlError> {
    let root = parse(text)?;
    let workflow = match root.name.as_str() {
        "Workflow" => &root,
        "Project" => root.child("Workflow").ok_or_else(|| XmlError::NoWorkflow("a Project without one".to_owned()))?,
        other => return Err(XmlError::NoWorkflow(other.to_owned())),
    };
    Form { place: "Workflow".to_owned() }.workflow(workflow)
}

fn parse(text: &str) -> Result<Element, XmlError> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().map_err(|error| XmlError::Syntax { at: reader.error_position(), reason: error.to_string() })?;
        let broken = |reason: String| XmlError::Syntax { at: reader.buffer_position(), reason };
        let last = open.len() - 1;
        match event {
            Event::Start(start) => {
                if open.len() > MAX_DEPTH {
                    return Err(XmlError::TooDeep);
                }
                open.push(element(&start).map_err(broken)?);
            }
            Event::Empty(start) => open[last].children.push(element(&start).map_err(broken)?),
            Event::End(_) => {
                let Some(child) = open.pop().filter(|_| !open.is_empty()) else { return Err(broken("an end without a start".to_owned())) };
                open[last - 1].children.push(child);
            }
            Event::Text(text) => open[last].text.push_str(&text.decode().map_err(|error| broken(error.to_string()))?),
            Event::CData(text) => open[last].text.push_str(&text.decode().map_err(|error| broken(error.to_string()))?),
            Event::GeneralRef(reference) => {
                let letter = match reference.resolve_char_ref().map_err(|error| broken(error.to_string()))? {
                    Some(letter) => letter.to_string(),
                    None => predefined(&reference.decode().map_err(|error| broken(error.to_string()))?).map_err(broken)?.to_owned(),
                };
                open[last].text.push_str(&letter);
            }
            Event::DocType(_) => return Err(XmlError::DocType),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    if open.len() > 1 {
        return Err(XmlError::Syntax { at: reader.buffer_position(), reason: format!("{} is never closed", open[open.len() - 1].name) });
    }
    let mut roots = open.pop().map(|document| document.children).unwrap_or_default();
    match roots.len() {
        1 => Ok(roots.remove(0)),
        0 => Err(XmlError::NoWorkflow("nothing".to_owned())),
        _ => Err(XmlError::NoWorkflow("several documents".to_owned())),
    }
}

fn predefined(entity: &str) -> Result<&'static str, String> {
    match entity {
        "lt" => Ok("<"),
        "gt" => Ok(">"),
        "amp" => Ok("&"),
        "quot" => Ok("\""),
        "apos" => Ok("'"),
        other => Err(format!("the entity {other:?} is not known")),
    }
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let name = std::str::from_utf8(start.name().as_ref()).map_err(|error| error.to_string())?.to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let key = std::str::from_utf8(attribute.key.as_ref()).map_err(|error| error.to_string())?.to_owned();
        attributes
            .push((key, attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).map_err(|error| error.to_string())?.into_owned()));
    }
    Ok(Element { name, attributes, ..Element::default() })
}

impl Element {
    fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn text(&self) -> &str {
        self.text.trim()
    }
}

/// What an element becomes.
#[derive(Clone, Copy)]
enum As {
    Text,
    Number,
    Flag,
    /// Whatever is in it, by the names of its elements.
    Free,
    Object(&'static Shape),
    /// Elements of one name.
    List(&'static str, &'static As),
    /// `ref` of an element.
    Reference,
    /// `<Map name="field">expression</Map>`
    Mapping,
    /// `all`, `any` or a number.
    Join,
    Merge,
}

struct Shape {
    /// Attribute, key, what it is.
    attributes: &'static [(&'static str, &'static str, As)],
    elements: &'static [(&'static str, &'static str, As)],
}

static WORKFLOW: Shape = Shape {
    attributes: &[("id", "id", As::Text), ("name", "name", As::Text), ("type", "type", As::Text)],
    elements: &[
        ("Steps", "steps", As::List("Step", &As::Object(&STEP))),
        ("Transitions", "transitions", As::List("Transition", &As::Object(&TRANSITION))),
        ("Hooks", "hooks", As::Object(&HOOKS)),
        ("Settings", "settings", As::Free),
    ],
};

static STEP: Shape = Shape {
    attributes: &[("id", "id", As::Text), ("name", "name", As::Text), ("type", "type", As::Text), ("timeout", "timeout", As::Text)],
    elements: &[
        ("Layout", "layout", As::Reference),
        ("CompletionCriteria", "completion", As::Object(&COMPLETION)),
        ("GoalContributions", "goal_contributions", As::List("Contribution", &As::Object(&CONTRIBUTION))),
        ("Assignment", "assignment", As::Object(&ASSIGNMENT)),
        ("ConsensusConfig", "consensus", As::Object(&CONSENSUS)),
        ("Hooks", "hooks", As::Object(&HOOKS)),
        ("Handler", "handler", As::Text),
        ("Config", "config", As::Free),
        ("SampleRate", "sample_rate", As::Number),
        ("Timeout", "timeout", As::Text),
        ("RetryPolicy", "retry", As::Object(&RETRY)),
        ("InputMapping", "input_mapping", As::Mapping),
        ("OutputMapping", "output_mapping", As::Mapping),
        ("Branches", "branches", As::List("Branch", &As::Object(&BRANCH))),
        ("Join", "join", As::Join),
        ("Merge", "merge", As::Merge),
    ],
};

static BRANCH: Shape = Shape {
    attributes: &[("id", "id", As::Text)],
    elements: &[
        ("Steps", "steps", As::List("Step", &As::Object(&STEP))),
        ("Transitions", "transitions", As::List("Transition", &As::Object(&TRANSITION))),
    ],
};

static COMPLETION: Shape = Shape {
    attributes: &[("type", "type", As::Text)],
    elements: &[
        ("Count", "count", As::Number),
        ("UniqueAnnotators", "unique_annotators", As::Flag),
        ("MinRequired", "min_required", As::Number),
        ("TimeoutAction", "timeout_action", As::Text),
    ],
};

static CONTRIBUTION: Shape = Shape {
    attributes: &[("goal", "goal", As::Text)],
    elements: &[
        ("Type", "type", As::Text),
        ("Metric", "metric", As::Text),
        ("MetricSource", "metric", As::Text),
        ("Aggregation", "aggregation", As::Text),
        ("Weight", "weight", As::Number),
    ],
};

static CONSENSUS: Shape = Shape {
    attributes: &[],
    elements: &[
        ("Metric", "metric", As::Text),
        ("Threshold", "threshold", As::Number),
        ("OnAgreement", "on_agreement", As::Object(&ON_AGREEMENT)),
        ("OnDisagreement", "on_disagreement", As::Object(&ON_DISAGREEMENT)),
    ],
};

static ON_AGREEMENT: Shape =
    Shape { attributes: &[("action", "action", As::Text)], elements: &[("ConsensusMethod", "consensus_method", As::Text)] };

static ON_DISAGREEMENT: Shape = Shape {
    attributes: &[],
    elements: &[
        ("Strategy", "strategy", As::Text),
        ("FallbackStrategy", "fallback_strategy", As::Text),
        ("MaxAnnotators", "max_annotators", As::Number),
    ],
};

static RETRY: Shape = Shape { attributes: &[], elements: &[("MaxAttempts", "max_attempts", As::Number), ("Delay", "delay", As::Text)] };

static HOOKS: Shape = Shape {
    attributes: &[],
    elements: &[
        ("PreProcess", "pre_process", As::List("Hook", &As::Object(&HOOK))),
        ("PostProcess", "post_process", As::List("Hook", &As::Object(&HOOK))),
    ],
};

static HOOK: Shape =
    Shape { attributes: &[("id", "id", As::Text), ("plugin", "plugin", As::Text)], elements: &[("Config", "config", As::Free)] };

static TRANSITION: Shape = Shape {
    attributes: &[("from", "from", As::Text), ("to", "to", As::Text), ("priority", "priority", As::Number)],
    elements: &[("Condition", "condition", As::Object(&CONDITION))],
};

static CONDITION: Shape = Shape {
    attributes: &[
        ("type", "type", As::Text),
        ("rate", "rate", As::Number),
        ("threshold", "threshold", As::Number),
        ("decision", "decision", As::Text),
        ("step", "step", As::Text),
    ],
    elements: &[
        ("Expression", "expression", As::Text),
        ("Threshold", "threshold", As::Number),
        ("Users", "users", As::List("User", &As::Text)),
        ("Metadata", "metadata", As::Free),
    ],
};

struct Form {
    place: String,
}

impl Form {
    fn workflow(&self, element: &Element) -> Result<Json, XmlError> {
        self.value(element, As::Object(&WORKFLOW))
    }

    fn unknown<T>(&self, reason: impl Into<String>) -> Result<T, XmlError> {
        Err(XmlError::Unknown { place: self.place.clone(), reason: reason.into() })
    }

    fn below(&self, element: &Element) -> Self {
        let name = element.attribute("id").map_or_else(|| element.name.clone(), |id| format!("{} {id:?}", element.name));
        Self { place: format!("{}/{name}", self.place) }
    }

    fn value(&self, element: &Element, kind: As) -> Result<Json, XmlError> {
        match kind {
            As::Text => Ok(element.text().into()),
            As::Number | As::Flag => self.scalar(element.text(), kind),
            As::Free => Ok(free(element)),
            As::Object(shape) => self.object(element, shape),
            As::List(name, kind) => {
                let mut items = Vec::new();
                for child in &element.children {
                    if child.name != name {
                        return self.unknown(format!("{} holds {name} elements, not {}", element.name, child.name));
                    }
                    items.push(self.below(child).value(child, *kind)?);
                }
                Ok(Json::Array(items))
            }
            As::Reference => match element.attribute("ref") {
                Some(name) => Ok(name.into()),
                None => self.unknown("it names something by \"ref\""),
            },
            As::Mapping => {
                let mut fields = Vec::new();
                for child in &element.children {
                    match (child.name.as_str(), child.attribute("name")) {
                        ("Map", Some(name)) => fields.push((name.to_owned(), Json::object([("$expr", child.text().into())]))),
                        _ => return self.unknown("a mapping holds <Map name=\"field\">expression</Map>"),
                    }
                }
                Ok(Json::Object(fields))
            }
            As::Join => match element.text() {
                text @ ("all" | "any") => Ok(text.into()),
                text => Ok(Json::object([("at_least", self.scalar(text, As::Number)?)])),
            },
            As::Merge => match element.child("Handler") {
                Some(handler) => {
                    let config = element.child("Config").map_or(Json::Null, free);
                    Ok(Json::object([("handler", Json::object([("handler", handler.text().into()), ("config", config)]))]))
                }
                None => Ok(Json::object([("output", self.value(element, As::Mapping)?)])),
            },
        }
    }

    fn scalar(&self, text: &str, kind: As) -> Result<Json, XmlError> {
        let parsed = match serde_json::from_str::<Json>(text) {
            Ok(json @ Json::Number(_)) if matches!(kind, As::Number) => Some(json),
            Ok(json @ Json::Bool(_)) if matches!(kind, As::Flag) => Some(json),
            _ => None,
        };
        match parsed {
            Some(json) => Ok(json),
            None if matches!(kind, As::Flag) => self.unknown(format!("{text:?} is neither true nor false")),
            None => self.unknown(format!("{text:?} is not a number")),
        }
    }

    fn object(&self, element: &Element, shape: &Shape) -> Result<Json, XmlError> {
        let mut entries: Vec<(String, Json)> = Vec::new();
        let mut add = |key: &str, value: Json| {
            if entries.iter().any(|(known, _)| known == key) {
                return self.unknown(format!("it says {key} twice"));
            }
            entries.push((key.to_owned(), value));
            Ok(())
        };
        for (name, text) in &element.attributes {
            let Some((_, key, kind)) = shape.attributes.iter().find(|(known, ..)| known == name) else {
                return self.unknown(format!("{} has no attribute {name:?}", element.name));
            };
            add(key, if matches!(kind, As::Number | As::Flag) { self.scalar(text, *kind)? } else { text.as_str().into() })?;
        }
        for child in &element.children {
            let Some((_, key, kind)) = shape.elements.iter().find(|(known, ..)| *known == child.name) else {
                return self.unknown(format!("{} has no element {:?}", element.name, child.name));
            };
            add(key, self.below(child).value(child, *kind)?)?;
        }
        if !element.text().is_empty() {
            return self.unknown(format!("{} has no text of its own: {:?}", element.name, element.text()));
        }
        Ok(Json::Object(entries))
    }
}

/// Elements by their names in snake case; one name several times is a list; text that is a number or a truth value is one.
fn free(element: &Element) -> Json {
    if element.children.is_empty() {
        return match serde_json::from_str::<Json>(element.text()) {
            Ok(json @ (Json::Number(_) | Json::Bool(_))) => json,
            _ => element.text().into(),
        };
    }
    let mut entries: Vec<(String, Vec<Json>)> = Vec::new();
    for child in &element.children {
        let (key, value) = (snake(&child.name), free(child));
        match entries.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.push(value),
            None => entries.push((key, vec![value])),
        }
    }
    let one = |mut values: Vec<Json>| if values.len() == 1 { values.remove(0) } else { Json::Array(values) };
    Json::Object(entries.into_iter().map(|(key, values)| (key, one(values))).collect())
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

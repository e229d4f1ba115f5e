//! SCXML into our definitions, as far as they can say it: enough for the cases of other engines. What cannot be said is an error that names it.

use quick_xml::{Reader, events::Event as Xml};
use serde_json::{Value, json};
use tandem_domain::ordered::Json;

#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
}

impl Element {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> + 'e {
        self.children.iter().filter(move |child| child.name == name)
    }
}

pub fn parse(text: &str) -> Element {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().expect("well-formed") {
            Xml::Start(start) => open.push(element(&start)),
            Xml::Empty(start) => {
                let child = element(&start);
                open.last_mut().unwrap().children.push(child);
            }
            Xml::End(_) => {
                let child = open.pop().unwrap();
                open.last_mut().unwrap().children.push(child);
            }
            Xml::Text(text) => open.last_mut().unwrap().text.push_str(&text.decode().unwrap()),
            Xml::Eof => return open.pop().unwrap().children.pop().expect("a root"),
            _ => {}
        }
    }
}

fn element(start: &quick_xml::events::BytesStart<'_>) -> Element {
    let local = |name: &[u8]| String::from_utf8_lossy(name).rsplit(':').next().unwrap().to_owned();
    let attributes = start.attributes().map(|attribute| {
        let attribute = attribute.unwrap();
        (local(attribute.key.as_ref()), attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap().into_owned())
    });
    Element { name: local(start.name().as_ref()), attributes: attributes.collect(), ..Element::default() }
}

pub type Converted<T> = Result<T, String>;

#[derive(Default)]
struct Converter {
    made: usize,
}

/// The definition, as text.
pub fn convert(root: &Element) -> Converted<String> {
    if root.get("datamodel").is_some_and(|model| !["ecmascript", "null"].contains(&model)) {
        return Err(format!("datamodel {}", root.get("datamodel").unwrap_or_default()));
    }
    if root.get("binding") == Some("late") {
        return Err("late binding".to_owned());
    }
    let mut entries = Converter::default().state(root)?;
    let mut context = Vec::new();
    for data in root.all("datamodel").flat_map(|model| model.all("data")) {
        let id = data.get("id").ok_or("data without an id")?.to_owned();
        let value = match data.get("expr") {
            Some(text) => literal(text)?,
            None if data.get("src").is_some() || !data.children.is_empty() || !data.text.trim().is_empty() => {
                return Err("data from text, XML or a file".to_owned());
            }
            None => Value::Null,
        };
        context.push((id, Json::from(value)));
    }
    entries.insert(0, ("id".to_owned(), "scxml-root".into()));
    entries.push(("context".to_owned(), Json::Object(context)));
    Ok(Json::Object(entries).to_string())
}

fn literal(text: &str) -> Converted<Value> {
    let text = text.trim();
    let json = match text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(inner) => format!("{inner:?}"),
        None => text.to_owned(),
    };
    serde_json::from_str(&json).map_err(|_| format!("data expr={text}"))
}

const STATES: [&str; 4] = ["state", "parallel", "final", "history"];

fn target(id: &str) -> Json {
    format!("#{}", id.replace('\\', "\\\\").replace('.', "\\.")).into()
}

fn targets(text: &str) -> Json {
    let mut all: Vec<Json> = text.split_whitespace().map(target).collect();
    if all.len() == 1 { all.remove(0) } else { Json::Array(all) }
}

impl Converter {
    fn state(&mut self, element: &Element) -> Converted<Vec<(String, Json)>> {
        let mut entries: Vec<(String, Json)> = Vec::new();
        let mut add = |key: &str, value: Json| entries.push((key.to_owned(), value));
        for unsupported in ["invoke", "script"] {
            if element.all(unsupported).next().is_some() {
                return Err(format!("<{unsupported}>"));
            }
        }
        if element.name != "scxml" && element.all("datamodel").next().is_some() {
            return Err("<datamodel> inside a state".to_owned());
        }
        match element.name.as_str() {
            "parallel" => add("type", "parallel".into()),
            "final" => add("type", "final".into()),
            "history" => {
                add("type", "history".into());
                add("history", element.get("type").unwrap_or("shallow").into());
                if let Some(transition) = element.all("transition").next() {
                    add("target", targets(transition.get("target").unwrap_or_default()));
                    if !transition.children.is_empty() {
                        return Err("actions of a history transition".to_owned());
                    }
                }
                return Ok(entries);
            }
            _ => {}
        }
        for (tag, key) in [("onentry", "entry"), ("onexit", "exit")] {
            let actions = element.all(tag).map(|block| self.actions(&block.children)).collect::<Converted<Vec<_>>>()?.concat();
            if !actions.is_empty() {
                add(key, Json::Array(actions));
            }
        }
        if let Some(donedata) = element.all("donedata").next() {
            add("output", donedata_of(donedata)?);
        }
        let mut states = Vec::new();
        for child in element.children.iter().filter(|child| STATES.contains(&child.name.as_str())) {
            self.made += 1;
            let id = child.get("id").map_or_else(|| format!("_made{}", self.made), str::to_owned);
            let mut inner = self.state(child)?;
            inner.insert(0, ("id".to_owned(), id.as_str().into()));
            states.push((id, Json::Object(inner)));
        }
        let (always, on) = self.transitions(element)?;
        if !always.is_empty() {
            add("always", Json::Array(always));
        }
        if !on.is_empty() {
            add("on", Json::Object(on));
        }
        if !states.is_empty() {
            if element.name != "parallel" {
                let initial = self.initial(element, &mut states)?;
                add("initial", initial);
            }
            add("states", Json::Object(states));
        }
        Ok(entries)
    }

    /// A child's key; where SCXML begins deeper or in several places, a state of ours leads there.
    fn initial(&mut self, element: &Element, states: &mut Vec<(String, Json)>) -> Converted<Json> {
        let explicit = element.all("initial").flat_map(|initial| initial.all("transition")).next();
        let (ids, actions) = match (element.get("initial"), explicit) {
            (Some(ids), _) => (ids.to_owned(), Vec::new()),
            (None, Some(transition)) => (transition.get("target").unwrap_or_default().to_owned(), self.actions(&transition.children)?),
            (None, None) => {
                let first = states.iter().find(|(_, state)| state.get("type") != Some(&Json::from("history")));
                return Ok(first.ok_or("a state with only history inside")?.0.as_str().into());
            }
        };
        if states.iter().any(|(key, _)| *key == ids) {
            return Ok(if actions.is_empty() {
                ids.into()
            } else {
                Json::object([("target", ids.into()), ("actions", Json::Array(actions))])
            });
        }
        self.made += 1;
        let key = format!("_begin{}", self.made);
        let always = Json::object([("target", targets(&ids)), ("actions", Json::Array(actions))]);
        states.push((key.clone(), Json::object([("id", key.as_str().into()), ("always", always)])));
        Ok(key.into())
    }

    /// SCXML takes the first transition in the document that matches, however exactly; under each descriptor stand all that match its events.
    fn transitions(&mut self, element: &Element) -> Converted<(Vec<Json>, Vec<(String, Json)>)> {
        let (mut always, mut on) = (Vec::new(), Vec::<(Vec<String>, Json)>::new());
        for transition in element.all("transition") {
            let written = self.transition(element, transition)?;
            match transition.get("event") {
                None => always.push(written),
                Some(events) => on.push((events.split_whitespace().map(descriptor).collect::<Converted<_>>()?, written)),
            }
        }
        let mut names: Vec<String> = Vec::new();
        for name in on.iter().flat_map(|(names, _)| names) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        let covers = |wide: &String, narrow: &str| {
            wide == "*" || wide == narrow || wide.strip_suffix('*').is_some_and(|prefix| narrow.starts_with(prefix))
        };
        let by_name = names.into_iter().map(|name| {
            let matching = on.iter().filter(|(wide, _)| wide.iter().any(|wide| covers(wide, &name))).map(|(_, written)| written.clone());
            let matching = matching.collect();
            (name, Json::Array(matching))
        });
        Ok((always, by_name.collect()))
    }

    fn transition(&mut self, source: &Element, element: &Element) -> Converted<Json> {
        let mut entries = Vec::new();
        if let Some(ids) = element.get("target") {
            entries.push(("target", targets(ids)));
            let inside = ids.split_whitespace().all(|id| is_below(source, id));
            let compound = source.name == "state" || source.name == "scxml";
            entries.push(("reenter", Json::Bool(!(element.get("type") == Some("internal") && compound && inside))));
        }
        if let Some(condition) = element.get("cond") {
            // What SCXML has as data of a done event is its output here.
            let is_done = element.get("event").is_some_and(|event| event.starts_with("done."));
            let condition = if is_done { condition.replace("_event.data", "_event.data_of_done") } else { condition.to_owned() };
            entries.push(("guard", guard(&condition)?));
        }
        let actions = self.actions(&element.children)?;
        if !actions.is_empty() {
            entries.push(("actions", Json::Array(actions)));
        }
        Ok(Json::object(entries))
    }

    fn actions(&mut self, elements: &[Element]) -> Converted<Vec<Json>> {
        elements.iter().map(|element| self.action(element)).collect()
    }

    fn action(&mut self, element: &Element) -> Converted<Json> {
        match element.name.as_str() {
            "raise" => Ok(json!({"type": "xstate.raise", "event": {"type": element.get("event")}}).into()),
            "assign" => {
                let location = element.get("location").unwrap_or_default();
                if !location.chars().all(|c| c.is_alphanumeric() || c == '_') {
                    return Err(format!("assign location={location}"));
                }
                let value = expression(element.get("expr").ok_or("assign from text or XML")?)?;
                Ok(json!({"type": "xstate.assign", "assignment": {location: {"$expr": value}}}).into())
            }
            // What is logged decides nothing, and texts put together are not ours.
            "log" => Ok(json!({"type": "xstate.log", "label": element.get("label").unwrap_or("log"), "value": element.get("expr")}).into()),
            "send" => send(element),
            "cancel" => {
                let id = match (element.get("sendid"), element.get("sendidexpr")) {
                    (Some(id), _) => json!(id),
                    (None, Some(text)) => json!({"$expr": expression(text)?}),
                    (None, None) => return Err("cancel without an id".to_owned()),
                };
                Ok(json!({"type": "xstate.cancel", "sendId": id}).into())
            }
            "if" => self.branches(element),
            other => Err(format!("<{other}>")),
        }
    }

    fn branches(&mut self, element: &Element) -> Converted<Json> {
        let mut branches: Vec<(Json, Vec<Json>)> = Vec::new();
        let mut earlier: Vec<Json> = Vec::new();
        let mut open = (guard(element.get("cond").unwrap_or_default())?, Vec::new());
        let not = |guard: &Json| Json::object([("type", "not".into()), ("guard", guard.clone())]);
        for child in &element.children {
            if child.name != "elseif" && child.name != "else" {
                open.1.push(self.action(child)?);
                continue;
            }
            earlier.push(not(&open.0));
            let mut all = earlier.clone();
            if let Some(condition) = child.get("cond") {
                all.push(guard(condition)?);
            }
            let next = Json::object([("type", "and".into()), ("guards", Json::Array(all))]);
            branches.push(std::mem::replace(&mut open, (next, Vec::new())));
        }
        branches.push(open);
        let collect = branches.into_iter().map(|(guard, actions)| Json::object([("guard", guard), ("actions", Json::Array(actions))]));
        Ok(Json::object([("type", "xstate.enqueueActions".into()), ("collect", Json::array(collect))]))
    }
}

fn is_below(element: &Element, id: &str) -> bool {
    element.children.iter().any(|child| child.get("id") == Some(id) || is_below(child, id))
}

/// SCXML's `a` takes `a` and `a.b`, as our `a.*` does.
fn descriptor(text: &str) -> Converted<String> {
    let stem = text.trim_end_matches(".*").trim_end_matches('.');
    if stem == "*" {
        return Ok("*".to_owned());
    }
    if stem.starts_with("error") {
        return Err("error events (ours stop the step)".to_owned());
    }
    if stem.starts_with("done.invoke") {
        return Err("<invoke>".to_owned());
    }
    Ok(if stem.starts_with("done") { format!("xstate.{stem}.*") } else { format!("{stem}.*") })
}

fn donedata_of(element: &Element) -> Converted<Json> {
    let mut fields = Vec::new();
    for child in &element.children {
        match (child.name.as_str(), child.get("expr")) {
            ("param", Some(text)) => {
                fields.push((child.get("name").unwrap_or_default().to_owned(), json!({"$expr": expression(text)?}).into()))
            }
            ("content", Some(text)) => return Ok(json!({"$expr": expression(text)?}).into()),
            ("content", None) => {
                let text = child.text.trim();
                return Ok(serde_json::from_str(text).unwrap_or_else(|_| text.into()));
            }
            _ => return Err("this donedata".to_owned()),
        }
    }
    Ok(Json::Object(fields))
}

fn send(element: &Element) -> Converted<Json> {
    for unsupported in ["targetexpr", "typeexpr", "idlocation"] {
        if element.get(unsupported).is_some() {
            return Err(format!("send {unsupported}"));
        }
    }
    if element.get("type").is_some_and(|kind| !kind.contains("SCXMLEventProcessor")) {
        return Err("send to another kind of processor".to_owned());
    }
    let mut event = vec![(
        "type".to_owned(),
        match (element.get("event"), element.get("eventexpr")) {
            (Some(name), _) => json!(name),
            (None, Some(text)) => json!({"$expr": expression(text)?}),
            (None, None) => return Err("send without an event".to_owned()),
        },
    )];
    event.extend(payload(element)?.map(|data| ("data".to_owned(), data)));
    let event: Value = event.into_iter().collect();
    let delay = match (element.get("delay"), element.get("delayexpr")) {
        (Some(text), _) => Some(milliseconds(text)?),
        (None, Some(text)) => Some(milliseconds(text.trim_matches('\''))?),
        (None, None) => None,
    };
    let kind = match element.get("target") {
        None | Some("") => "xstate.sendTo",
        Some("#_internal") => "xstate.raise",
        Some(_) => return Err("send to another machine".to_owned()),
    };
    let mut action = json!({"type": kind, "event": event});
    if kind == "xstate.sendTo" {
        action["to"] = json!("#_internal");
    }
    if kind == "xstate.sendTo" {
        // Due at once, but outside the step: SCXML's external queue.
        action["delay"] = json!(delay.unwrap_or(0));
    }
    if let Some(id) = element.get("id") {
        action["id"] = json!(id);
    }
    Ok(action.into())
}

fn payload(element: &Element) -> Converted<Option<Value>> {
    let mut data = serde_json::Map::new();
    for name in element.get("namelist").unwrap_or_default().split_whitespace() {
        data.insert(name.to_owned(), json!({"$expr": expression(name)?}));
    }
    for child in &element.children {
        match child.name.as_str() {
            "param" => {
                let text = child.get("expr").or(child.get("location")).ok_or("a param without a value")?;
                data.insert(child.get("name").unwrap_or_default().to_owned(), json!({"$expr": expression(text)?}));
            }
            "content" => {
                return match child.get("expr") {
                    Some(text) => Ok(Some(json!({"$expr": expression(text)?}))),
                    None if child.children.is_empty() => {
                        let text = child.text.trim();
                        Ok(Some(
                            serde_json::from_str(text).unwrap_or_else(|_| json!(text.split_whitespace().collect::<Vec<_>>().join(" "))),
                        ))
                    }
                    None => Err("XML as data".to_owned()),
                };
            }
            other => return Err(format!("<{other}> in send")),
        }
    }
    Ok((!data.is_empty()).then_some(Value::Object(data)))
}

fn milliseconds(text: &str) -> Converted<u64> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len()));
    let number: f64 = number.parse().map_err(|_| format!("delay {text}"))?;
    let scale = match unit {
        "ms" => 1.0,
        "s" => 1000.0,
        _ => return Err(format!("delay {text}")),
    };
    Ok((number * scale) as u64)
}

fn guard(condition: &str) -> Converted<Json> {
    let condition = condition.trim();
    if let Some(inner) = condition.strip_prefix('!').filter(|inner| inner.starts_with("In(")) {
        return Ok(Json::object([("type", "not".into()), ("guard", guard(inner)?)]));
    }
    if let Some(id) = condition.strip_prefix("In('").and_then(|rest| rest.strip_suffix("')")) {
        return Ok(Json::object([("type", "stateIn".into()), ("stateValue", target(id))]));
    }
    Ok(Json::object([("type", "expression".into()), ("expression", expression(condition)?.into())]))
}

/// ECMAScript into our expressions: names become paths, and whatever goes beyond operators is refused.
fn expression(text: &str) -> Converted<String> {
    let unsupported = || format!("the expression {text}");
    let text_of = text.trim();
    if let Some(rest) = text_of.strip_prefix("typeof ")
        && let Some((path, "'undefined'")) = rest.split_once(" === ")
    {
        return Ok(format!("!exists({})", expression(path)?));
    }
    let mut out = String::new();
    let mut rest = text_of;
    while let Some(next) = rest.chars().next() {
        let length = if next == '\'' || next == '"' {
            rest[1..].find(next).ok_or_else(unsupported)? + 2
        } else if next.is_alphabetic() || next == '_' {
            let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
            let name = &rest[..length];
            if rest[length..].starts_with('(') || ["typeof", "instanceof", "new", "in", "return"].contains(&name) {
                return Err(unsupported());
            }
            match name {
                "true" | "false" | "null" => out.push_str(name),
                "_event.name" => out.push_str("$.event.type"),
                _ if name.starts_with("_event.data_of_done") => out.push_str(&name.replacen("_event.data_of_done", "$.event.output", 1)),
                _ if name.starts_with("_event.data") => out.push_str(&name.replacen("_event", "$.event", 1)),
                _ if name.starts_with('_') => return Err(unsupported()),
                _ => out.push_str(&format!("$.{name}")),
            }
            rest = &rest[length..];
            continue;
        } else if "{}?:;".contains(next) || rest.starts_with("++") || (next == '|' && !rest.starts_with("||")) {
            return Err(unsupported());
        } else if next == '|' || next == '&' {
            2
        } else {
            next.len_utf8()
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    Ok(out)
}

//! The tree as text, indented. What is read from it is the same tree.

use super::{Attribute, Element, Node, Value};

const INDENT: &str = "  ";
/// A start tag longer than this has an attribute a line.
const WIDTH: usize = 100;

#[must_use]
pub fn print(nodes: &[Node]) -> String {
    let mut out = String::new();
    for node in nodes {
        print_node(node, 0, &mut out);
    }
    out
}

fn print_node(node: &Node, depth: usize, out: &mut String) {
    let indent = INDENT.repeat(depth);
    match node {
        Node::Text(word) => *out += &format!("{indent}{}\n", escape_text(&word.text)),
        Node::Comment(word) => *out += &format!("{indent}<!-- {} -->\n", word.text),
        Node::Element(element) => {
            out.push_str(&indent);
            print_element(element, depth, out);
            out.push('\n');
        }
    }
}

fn print_element(element: &Element, depth: usize, out: &mut String) {
    let attributes: Vec<String> = element.attributes.iter().map(|attribute| print_attribute(attribute, depth)).collect();
    let length: usize = element.name.text.len() + attributes.iter().map(|attribute| attribute.len() + 1).sum::<usize>();
    let gap = if length > WIDTH { format!("\n{}", INDENT.repeat(depth + 1)) } else { " ".to_owned() };
    *out += &format!("<{}", element.name.text);
    for attribute in &attributes {
        *out += &format!("{gap}{attribute}");
    }
    match &element.children[..] {
        [] => out.push_str(" />"),
        [Node::Text(word)] => *out += &format!(">{}</{}>", escape_text(&word.text), element.name.text),
        children => {
            out.push_str(">\n");
            for child in children {
                print_node(child, depth + 1, out);
            }
            *out += &format!("{}</{}>", INDENT.repeat(depth), element.name.text);
        }
    }
}

fn print_attribute(attribute: &Attribute, depth: usize) -> String {
    let name = &attribute.name.text;
    match &attribute.value {
        Value::Bare => name.clone(),
        Value::Text(quoted) => format!("{name}=\"{}\"", escape_attribute(&quoted.text)),
        Value::Markup(nodes, _) => {
            let mut inner = String::new();
            for node in nodes {
                print_node(node, depth + 2, &mut inner);
            }
            format!("{name}={{{}}}", inner.trim_matches([' ', '\n']))
        }
    }
}

fn escape_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('}', "&#125;")
}

/// For between double quotes. Where it has several lines, a tag in it would look as if a quote had been forgotten.
#[must_use]
pub fn escape_attribute(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('"', "&quot;");
    if text.contains('\n') { text.replace('<', "&lt;") } else { text }
}

//! How an instance of a component is called, so that overrides and hooks can speak of it.

use super::{registry::Registry, syntax::Element};

/// Its `id`, or else where its value is kept: a field of `$.output.patient.name` is `patient.name`. Both stay when the layout around it changes.
pub(super) fn lasting_id(element: &Element, registry: &Registry) -> Option<String> {
    if let Some(id) = element.attribute("id").and_then(|attribute| attribute.text()) {
        return Some(id.trim().to_owned());
    }
    let property = registry.get(&element.name.text)?.two_way()?;
    let path = element.attribute(&format!("bind:{}", property.name))?.text()?.trim().strip_prefix("$.output.")?;
    let is_plain = path.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    (is_plain && !path.is_empty()).then(|| path.to_owned())
}

/// Without one it is called by what it is and how many there were before: `text-display-2`.
pub(super) fn counted_id(component: &str, count: usize) -> String {
    let mut name = String::new();
    let letters: Vec<char> = component.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let starts_word = letter.is_uppercase()
            && before.is_some_and(|before| before.is_lowercase() || letters.get(at + 1).is_some_and(|c| c.is_lowercase()));
        if starts_word {
            name.push('-');
        }
        name.extend(letter.to_lowercase());
    }
    format!("{name}-{count}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_where_their_words_begin() {
        for (name, expected) in
            [("TextDisplay", "text-display-1"), ("NERTagger", "ner-tagger-1"), ("AIAssistPanel", "ai-assist-panel-1"), ("Box", "box-1")]
        {
            assert_eq!(counted_id(name, 1), expected);
        }
    }
}

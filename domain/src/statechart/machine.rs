//! A compiled machine: numbers in place of names.

use serde_json::Value;

use super::{
    catalog::GuardFn,
    effect::Recipient,
    template::{Located, Template},
};

/// A state, by its place in the document: a parent comes before its children, and what is below a state are the numbers up to its `last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(pub u32);

impl NodeId {
    pub const ROOT: Self = Self(0);

    pub fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TransitionId(pub u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Atomic,
    Compound,
    Parallel,
    Final,
    /// With whether it is deep.
    History(bool),
}

/// A checked statechart, ready to run.
#[derive(Debug)]
pub struct Machine {
    pub(crate) id: String,
    pub(crate) nodes: Vec<Node>,
    pub(crate) transitions: Vec<Transition>,
    /// Every event name that a transition names in full, sorted.
    pub(crate) events: Vec<Box<str>>,
    pub(crate) context: Template,
    /// Microsteps after which a machine that has not come to rest never will.
    pub(crate) limit: usize,
}

#[derive(Debug)]
pub(crate) struct Node {
    pub id: String,
    pub key: String,
    pub kind: Kind,
    pub parent: Option<NodeId>,
    /// The largest number below it; its own if there is none.
    pub last: NodeId,
    /// Without history states.
    pub children: Vec<NodeId>,
    pub history: Vec<NodeId>,
    pub entry: Vec<Action>,
    pub exit: Vec<Action>,
    pub initial: Option<NodeId>,
    pub initial_actions: Vec<Action>,
    /// Of a history state: where it leads before there is history. None: its parent's initial state (or its parent, if parallel).
    pub default: Option<Vec<NodeId>>,
    pub invokes: Vec<Invoke>,
    pub always: Vec<TransitionId>,
    /// By event number: who may take it, best first. Sorted.
    pub candidates: Vec<(u32, Vec<TransitionId>)>,
    /// Patterns that take events not named anywhere, best first.
    pub patterns: Vec<(Pattern, Vec<TransitionId>)>,
    pub tags: Vec<String>,
    pub meta: Option<Value>,
    pub output: Option<Template>,
}

/// `*`, or what stands before `.*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    Any,
    Prefix(Box<str>),
}

impl Pattern {
    pub fn read(descriptor: &str) -> Option<Self> {
        if descriptor == "*" { Some(Self::Any) } else { descriptor.strip_suffix(".*").map(|prefix| Self::Prefix(prefix.into())) }
    }

    /// `a.*` takes `a`, `a.b`, `a.b.c`; not `ab`.
    pub fn takes(&self, event: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Prefix(prefix) => event.strip_prefix(prefix.as_ref()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Transition {
    pub source: NodeId,
    /// Empty: it stays where it is.
    pub targets: Vec<NodeId>,
    pub guard: Option<Guard>,
    pub actions: Vec<Action>,
    pub reenter: bool,
    pub delayed: bool,
    pub eventless: bool,
    pub place: Box<str>,
}

#[derive(Debug)]
pub(crate) struct Invoke {
    pub id: String,
    pub src: String,
    pub input: Option<Template>,
}

pub(crate) enum Guard {
    /// One of the catalogue.
    Native {
        name: Box<str>,
        place: Box<str>,
        test: GuardFn,
        params: Option<Template>,
    },
    /// One of the definition, under its name.
    Named {
        name: Box<str>,
        guard: Box<Guard>,
    },
    All(Vec<Guard>),
    Any(Vec<Guard>),
    Not(Box<Guard>),
    /// These states are active.
    In {
        text: Box<str>,
        nodes: Vec<NodeId>,
    },
    Expression(Located),
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Native { name, .. } | Self::Named { name, .. } => f.write_str(name),
            Self::All(guards) => write!(f, "and{guards:?}"),
            Self::Any(guards) => write!(f, "or{guards:?}"),
            Self::Not(guard) => write!(f, "not({guard:?})"),
            Self::In { text, .. } => write!(f, "in({text})"),
            Self::Expression(located) => f.write_str(located.expression.text()),
        }
    }
}

#[derive(Debug)]
pub(crate) enum Delay {
    Fixed(i64),
    Computed(Located),
}

#[derive(Debug)]
pub(crate) enum Action {
    Assign(Vec<(String, Template)>),
    Raise {
        event: EventTemplate,
        id: Option<String>,
        delay: Option<Delay>,
    },
    Cancel {
        id: Template,
    },
    Emit {
        event: EventTemplate,
    },
    Log {
        label: Option<String>,
        value: Option<Template>,
    },
    Send {
        to: Recipient,
        event: EventTemplate,
        id: Option<String>,
        delay: Option<Delay>,
    },
    Spawn {
        id: String,
        src: String,
        input: Option<Template>,
    },
    Stop {
        id: Template,
    },
    /// The actions of every branch whose guard holds, all decided before any runs.
    Choose(Vec<(Option<Guard>, Vec<Action>)>),
    Named {
        name: String,
        params: Option<Template>,
    },
}

#[derive(Debug)]
pub(crate) struct EventTemplate {
    pub place: Box<str>,
    pub template: Template,
}

impl Machine {
    /// The definition's `id`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    pub(crate) fn transition(&self, id: TransitionId) -> &Transition {
        &self.transitions[id.0 as usize]
    }

    pub(crate) fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)).map(NodeId)
    }

    pub(crate) fn is_below(&self, node: NodeId, ancestor: NodeId) -> bool {
        node > ancestor && node <= self.node(ancestor).last
    }

    pub(crate) fn kind(&self, node: NodeId) -> Kind {
        self.node(node).kind
    }

    pub(crate) fn is_leaf(&self, node: NodeId) -> bool {
        matches!(self.kind(node), Kind::Atomic | Kind::Final)
    }

    pub(crate) fn is_history(&self, node: NodeId) -> bool {
        matches!(self.kind(node), Kind::History(_))
    }

    /// From the parent up; the root last.
    pub(crate) fn ancestors(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.node(node).parent, |node| self.node(*node).parent)
    }

    /// Who may take an event, best first: an exact name, then patterns, longest first.
    pub(crate) fn candidates<'m>(&'m self, node: NodeId, event: &str, known: Option<u32>) -> impl Iterator<Item = TransitionId> + use<'m> {
        let node = self.node(node);
        let exact = known.and_then(|known| {
            let at = node.candidates.binary_search_by_key(&known, |(event, _)| *event).ok()?;
            Some(&node.candidates[at].1)
        });
        let event = match known {
            Some(_) => None,
            None => Some(event.to_owned()),
        };
        let patterns = node.patterns.iter().filter(move |(pattern, _)| event.as_ref().is_some_and(|event| pattern.takes(event)));
        exact.into_iter().flatten().copied().chain(patterns.flat_map(|(_, transitions)| transitions.iter().copied()))
    }

    pub(crate) fn event(&self, name: &str) -> Option<u32> {
        let at = self.events.binary_search_by(|event| event.as_ref().cmp(name)).ok()?;
        u32::try_from(at).ok()
    }
}

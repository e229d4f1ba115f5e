use chrono::DateTime;
use tandem_protocol::NodeId;
use tandem_store::nodes::Card;

use super::*;
use crate::config::{self, Asked};

const BIND: &str = "127.0.0.1:8080";

fn config() -> Config {
    config::load(&Asked { file: Some("/dev/null".into()), flags: vec![("bind", BIND.into())] }, &Environment::default()).unwrap().config
}

fn row(host: &str, address: &str, state: NodeState) -> NodeRow {
    NodeRow {
        card: Card { id: NodeId::new(), host: host.into(), address: address.into(), version: "0.1.0".into() },
        schema: 1,
        started_at: DateTime::UNIX_EPOCH,
        state,
        connections: 7,
        rooms: 2,
        durable: true,
        drain_requested: false,
        silent: Duration::from_secs(75),
    }
}

fn chosen(rows: &[NodeRow], which: &Chosen) -> Result<Vec<NodeState>, String> {
    choose(rows, which, &config()).map(|rows| rows.iter().map(|row| row.state).collect()).map_err(|e| e.to_string())
}

fn by(word: &str) -> Chosen {
    Chosen { id: Some(word.into()), own: false, all_others: false }
}

#[test]
fn a_node_is_named_by_the_beginning_of_its_id_or_by_its_host_and_must_be_there() {
    let rows = [
        row("a", BIND, NodeState::Ready),
        row("b", BIND, NodeState::Gone),
        row("c", "x:1", NodeState::Ready),
        row("c", "x:2", NodeState::Draining),
    ];
    let id = rows[0].card.id.to_string();
    assert_eq!(chosen(&rows, &by(&id)), Ok(vec![NodeState::Ready]));
    assert_eq!(chosen(&rows, &by(&id[..35])), Ok(vec![NodeState::Ready]));
    assert_eq!(chosen(&rows, &by("a")), Ok(vec![NodeState::Ready]));
    assert!(chosen(&rows, &by("b")).unwrap_err().contains("no node b"));
    assert!(chosen(&rows, &by("c")).unwrap_err().contains("2 nodes"));
}

#[test]
fn without_a_node_here_there_are_no_others() {
    let others = Chosen { id: None, own: false, all_others: true };
    let own = Chosen { id: None, own: true, all_others: false };
    let mut rows = vec![row("elsewhere", BIND, NodeState::Draining)];
    assert!(chosen(&rows, &others).is_err() && chosen(&rows, &own).is_err());
    rows.push(row(&start::host(), BIND, NodeState::Ready));
    assert_eq!(chosen(&rows, &others), Ok(vec![NodeState::Draining]));
    assert_eq!(chosen(&rows, &own), Ok(vec![NodeState::Ready]));
}

#[test]
fn the_last_node_that_takes_people_is_not_drained_by_mistake() {
    let rows = [row("a", BIND, NodeState::Ready), row("b", BIND, NodeState::Ready)];
    let (one, all) = (vec![&rows[0]], rows.iter().collect::<Vec<_>>());
    assert!(refuse_to_leave_nobody(&rows, &one, false).is_ok());
    assert!(refuse_to_leave_nobody(&rows, &all, false).is_err());
    assert!(refuse_to_leave_nobody(&rows, &all, true).is_ok());
    let asked = [row("a", BIND, NodeState::Ready), NodeRow { drain_requested: true, ..row("b", BIND, NodeState::Ready) }];
    assert!(refuse_to_leave_nobody(&asked, &[&asked[0]], false).is_err());
}

#[test]
fn the_table_says_how_far_a_drain_is() {
    let rows = [
        row("a", BIND, NodeState::Ready),
        NodeRow { drain_requested: true, ..row("b", BIND, NodeState::Ready) },
        row("c", BIND, NodeState::Draining),
        NodeRow { connections: 0, ..row("d", BIND, NodeState::Draining) },
    ];
    let page = table::text(&rows);
    for (line, state) in page.lines().skip(1).zip(["ready", "asked to drain", "draining", "drained"]) {
        assert!(line.contains(&format!("  {state}  ")) && line.contains("1m ago"), "{page}");
    }
    assert_eq!(table::json(&rows)[2]["state"], "draining");
}

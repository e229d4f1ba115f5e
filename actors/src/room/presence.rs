//! What members show to have in hand.

use tandem_protocol::ws::{PeerState, PresenceState};

use super::{Refused, Room, Seat};
use crate::{config::PresenceLimits, measures};

impl Room {
    /// Returns why not, for the one who shows it.
    pub fn show(&mut self, seat: Seat, state: PresenceState) -> Option<Refused> {
        if let Err(refused) = check_presence(&state, &self.config.presence) {
            return Some(refused);
        }
        let member = self.members.get_mut(&seat)?;
        if member.state == state {
            return None;
        }
        member.state.clone_from(&state);
        member.touch();
        let peer = member.peer;
        if let Some(new) = self.presence.joined.iter_mut().find(|p| p.peer == peer) {
            new.state = state;
            return None;
        }
        self.presence.changed.retain(|p| p.peer != peer);
        self.presence.changed.push(PeerState { peer, state });
        None
    }
}

fn check_presence(state: &PresenceState, limits: &PresenceLimits) -> Result<(), Refused> {
    let long = |text: &Option<String>, max: usize| text.as_ref().is_some_and(|t| t.chars().count() > max);
    let refuse = |field: &str, rule, message: String| Err(Refused::new("presence_refused", message).field(field, rule));
    let over = |limit, field, rule, message: String| {
        measures::limit(limit);
        refuse(field, rule, format!("{message} ({limit})"))
    };
    let PresenceLimits { tool, label, region_id, selection } = *limits;
    let long_id = |id: &String| id.len() > region_id;
    let over_id = |field| over("max_region_id", field, "max_length", format!("a region's id may have {region_id} bytes"));
    if long(&state.tool, tool) {
        over("max_tool_name", "state.tool", "max_length", format!("a tool's name may have {tool} characters"))
    } else if long(&state.label, label) {
        over("max_label_name", "state.label", "max_length", format!("a label may have {label} characters"))
    } else if state.selection.len() > selection {
        over("max_selection", "state.selection", "max_items", format!("at most {selection} regions may be selected"))
    } else if state.selection.iter().any(long_id) {
        over_id("state.selection")
    } else if state.editing.as_ref().is_some_and(long_id) {
        over_id("state.editing")
    } else if state.viewport.is_some_and(|v| v.iter().any(|n| !n.is_finite())) {
        refuse("state.viewport", "finite", "a viewport consists of four finite numbers".into())
    } else {
        Ok(())
    }
}

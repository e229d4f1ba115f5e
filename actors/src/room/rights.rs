//! A member whose rights change while they are here. Nobody joins anew for it: what they sent before keeps its order, and each edit
//! is taken or refused by the rights of the moment it arrives.

use tandem_protocol::ProjectRole;

use super::{Author, Newcomer, Room, RoomNews, Seat, peer_of};

impl Newcomer {
    #[must_use]
    pub fn author(&self) -> Author {
        Author { user: self.user.id, read_only: self.read_only }
    }

    /// Somebody who still waits for the document.
    pub fn change_rights(&mut self, role: ProjectRole, read_only: Option<&'static str>) {
        self.role = role;
        self.read_only = read_only;
    }
}

impl Room {
    /// Who may no longer edit stops drawing too.
    pub fn change_rights(&mut self, seat: Seat, role: ProjectRole, read_only: Option<&'static str>) {
        let Some(member) = self.members.get_mut(&seat) else { return };
        if (member.role, member.read_only) == (role, read_only) {
            return;
        }
        let shown = member.role != role;
        (member.role, member.read_only) = (role, read_only);
        let peer = member.peer;
        if shown {
            // `joined` may name somebody who is known already; the others see the new role.
            let now = peer_of(member);
            self.presence.joined.retain(|p| p.peer != peer);
            self.presence.changed.retain(|p| p.peer != peer);
            self.presence.joined.push(now);
        }
        if read_only.is_some() {
            self.drop_ghost(peer);
        }
        self.send(seat, RoomNews::Rights { role, read_only });
    }
}

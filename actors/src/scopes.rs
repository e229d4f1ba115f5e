//! Which rooms a task has on this node: most have one, the task's own; a step whose people do not see one another has one each.

use std::sync::Arc;

use dashmap::DashMap;
use tandem_protocol::TaskId;
use tandem_store::documents::DocumentKey;

/// Rooms that are not called as their task is.
#[derive(Clone, Default)]
pub struct Scopes(Arc<DashMap<TaskId, Vec<TaskId>>>);

impl Scopes {
    pub fn note(&self, key: &DocumentKey) {
        let room = key.room();
        if room != key.task {
            let mut rooms = self.0.entry(key.task).or_default();
            if !rooms.contains(&room) {
                rooms.push(room);
            }
        }
    }

    pub fn forget(&self, key: &DocumentKey) {
        let room = key.room();
        self.0.remove_if_mut(&key.task, |_, rooms| {
            rooms.retain(|known| *known != room);
            rooms.is_empty()
        });
    }

    /// What rooms of the task may be up.
    #[must_use]
    pub fn rooms(&self, task: TaskId) -> Vec<TaskId> {
        let mut rooms = vec![task];
        if let Some(more) = self.0.get(&task) {
            rooms.extend(more.iter());
        }
        rooms
    }
}

#[cfg(test)]
mod tests {
    use tandem_protocol::{ProjectId, WorkspaceId};

    use super::*;

    #[test]
    fn a_task_knows_its_rooms_and_forgets_them() {
        let plain =
            DocumentKey { workspace: WorkspaceId::new(), project: ProjectId::new(), task: TaskId::new(), step: "annotate".to_owned() };
        let (first, second) =
            (DocumentKey { step: "label#0".to_owned(), ..plain.clone() }, DocumentKey { step: "label#1".to_owned(), ..plain.clone() });
        let scopes = Scopes::default();
        for key in [&plain, &first, &second, &second] {
            scopes.note(key);
        }
        assert_eq!(plain.room(), plain.task);
        assert_eq!(scopes.rooms(plain.task), [plain.task, first.room(), second.room()]);
        scopes.forget(&first);
        scopes.forget(&second);
        assert_eq!(scopes.rooms(plain.task), [plain.task]);
        assert!(scopes.0.is_empty());
    }
}

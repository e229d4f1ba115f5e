//! "There is nothing for you here" in words that help: how much waits, what keeps one from it, and when to come back.

use tandem_protocol::rest::NothingToDo;
use tandem_store::pg::flow::Nothing;

use super::assignments::say;

pub fn told(step: &str, found: &Nothing) -> NothingToDo {
    NothingToDo {
        step: step.to_owned(),
        waiting: found.waiting,
        kept_from: found.kept_from,
        commonest: found.commonest.as_ref().map(say),
        in_work: found.in_work,
        expected_at: found.expected_at,
        text: text(found),
    }
}

fn text(found: &Nothing) -> String {
    let mut said = Vec::new();
    match (found.waiting, &found.commonest) {
        (0, _) => said.push("No task waits in this step.".to_owned()),
        (waiting, Some(why)) => {
            let all = if found.kept_from == waiting { "none of them is for you" } else { "you may not have most of them" };
            let often = if found.kept_from > 1 { ", mostly because" } else { "" };
            let tasks = if waiting == 1 { "1 task waits".to_owned() } else { format!("{waiting} tasks wait") };
            said.push(format!("{tasks} in this step; {all}{often}: {}.", why.message));
        }
        // Locked by others at this very moment.
        (_, None) => said.push("Others are taking the last tasks of this step; ask again.".to_owned()),
    }
    match found.in_work {
        0 => {}
        1 => said.push("Somebody works on 1 task.".to_owned()),
        others => said.push(format!("Others work on {others} tasks.")),
    }
    if let Some(at) = found.expected_at {
        said.push(format!("The next one for you is expected {}.", at.format("%Y-%m-%d %H:%M UTC")));
    }
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use tandem_domain::assignment::{Reason, Said};

    use super::*;

    #[test]
    fn an_empty_step_and_one_that_is_full_of_my_own_answers_sound_different() {
        assert_eq!(text(&Nothing { in_work: 3, ..Nothing::default() }), "No task waits in this step. Others work on 3 tasks.");
        let mine = Nothing { waiting: 12, kept_from: 12, commonest: Some(Said::from(Reason::AlreadyAnswered)), ..Nothing::default() };
        assert_eq!(
            text(&mine),
            "12 tasks wait in this step; none of them is for you, mostly because: Already answered this task in this step."
        );
        let one = Nothing { waiting: 1, kept_from: 1, commonest: Some(Said::from(Reason::Excluded)), ..Nothing::default() };
        assert_eq!(text(&one), "1 task waits in this step; none of them is for you: Excluded from this task by an admin.");
    }
}

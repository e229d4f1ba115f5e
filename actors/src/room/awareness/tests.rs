//! Awareness as providers send it, in good faith and not.

use tandem_protocol::SessionId;

use super::*;

const LIMITS: AwarenessLimits = AwarenessLimits { max_state: 100, max_ids: 4 };

fn somebody() -> Speaker {
    Speaker { seat: Seat { session: SessionId::new(), subscription: 1 }, user: UserId::new() }
}

/// Another connection of the same person.
fn again(who: Speaker) -> Speaker {
    Speaker { seat: Seat { session: SessionId::new(), subscription: 1 }, ..who }
}

fn says(client: u64, clock: u64, state: &str) -> Vec<u8> {
    tandem_protocol::yjs::awareness::encode([Entry { client, clock, state: state.as_bytes() }].into_iter())
}

fn one(frames: Vec<Bytes>) -> Vec<u8> {
    assert!(frames.len() <= 1);
    frames.first().map(|frame| frame.to_vec()).unwrap_or_default()
}

/// As (id, clock, text), by id.
fn entries(frames: &[Bytes]) -> Vec<(u64, u64, String)> {
    let mut all: Vec<_> = frames
        .iter()
        .flat_map(|frame| Entries::new(frame).unwrap().map(Result::unwrap))
        .map(|e| (e.client, e.clock, String::from_utf8(e.state.to_vec()).unwrap()))
        .collect();
    all.sort();
    all
}

#[test]
fn news_go_round_and_their_echoes_do_not() {
    let (mut awareness, ann, bob) = (Awareness::default(), somebody(), somebody());
    let news = says(7, 1, "{}");
    awareness.apply(ann, &news, LIMITS).unwrap();
    assert_eq!(one(awareness.take()), news);
    for who in [bob, ann] {
        assert_eq!(awareness.apply(who, &news, LIMITS), Ok(Heard::default()));
    }
    assert!(!awareness.is_dirty());
}

#[test]
fn of_one_tick_the_latest_state_of_each_goes_round_in_one_frame() {
    let (mut awareness, ann, bob) = (Awareness::default(), somebody(), somebody());
    for clock in 1..20 {
        awareness.apply(ann, &says(7, clock, &format!("{clock}")), LIMITS).unwrap();
    }
    awareness.apply(bob, &says(8, 1, "[]"), LIMITS).unwrap();
    let frames = awareness.take();
    assert_eq!(frames.len(), 1);
    assert_eq!(entries(&frames), [(7, 19, "19".into()), (8, 1, "[]".into())]);
    assert!(awareness.take().is_empty());
}

#[test]
fn a_stale_entry_is_dropped_before_its_json_is_read() {
    let (mut awareness, ann) = (Awareness::default(), somebody());
    awareness.apply(ann, &says(7, 5, "{}"), LIMITS).unwrap();
    awareness.take();
    assert_eq!(awareness.apply(ann, &says(7, 4, "not json"), LIMITS), Ok(Heard::default()));
}

#[test]
fn nobody_speaks_for_anothers_id() {
    let (mut awareness, ann, bob) = (Awareness::default(), somebody(), somebody());
    awareness.apply(ann, &says(7, 1, "{}"), LIMITS).unwrap();
    awareness.take();
    awareness.apply(bob, &says(7, 9, "null"), LIMITS).unwrap();
    awareness.apply(bob, &says(7, 9, "{}"), LIMITS).unwrap();
    // Nor do providers of the same person that repeat what they heard, or think it timed out.
    let tab = again(ann);
    awareness.apply(tab, &says(7, 1, "{}"), LIMITS).unwrap();
    awareness.apply(tab, &says(7, 1, "null"), LIMITS).unwrap();
    assert!(!awareness.is_dirty());
    awareness.leave(tab.seat);
    assert!(!awareness.is_dirty());
}

#[test]
fn who_leaves_is_gone_with_a_newer_clock_and_an_old_entry_does_not_bring_them_back() {
    let (mut awareness, ann, bob) = (Awareness::default(), somebody(), somebody());
    awareness.apply(ann, &says(7, 3, "{}"), LIMITS).unwrap();
    awareness.take();
    awareness.leave(ann.seat);
    assert_eq!(one(awareness.take()), says(7, 4, "null"));
    awareness.apply(bob, &says(7, 3, "{}"), LIMITS).unwrap();
    assert!(!awareness.is_dirty());
    assert!(awareness.all().is_empty());
}

/// A provider that reconnects goes on with the clock it had, which is older than that of its own farewell.
#[test]
fn who_comes_back_under_an_overtaken_clock_is_told_so_and_then_seen() {
    let (mut awareness, ann) = (Awareness::default(), somebody());
    awareness.apply(ann, &says(7, 3, "{}"), LIMITS).unwrap();
    awareness.leave(ann.seat);
    awareness.take();
    let back = again(ann);
    let heard = awareness.apply(back, &says(7, 3, "{}"), LIMITS).unwrap();
    assert_eq!(heard.overtaken.as_deref(), Some(&says(7, 4, "null")[..]));
    awareness.apply(back, &says(7, 5, "{}"), LIMITS).unwrap();
    assert_eq!(one(awareness.take()), says(7, 5, "{}"));
}

#[test]
fn a_newer_connection_goes_on_with_an_id_and_the_late_end_of_the_older_one_does_not_end_it() {
    let (mut awareness, ann) = (Awareness::default(), somebody());
    awareness.apply(ann, &says(7, 3, "{}"), LIMITS).unwrap();
    awareness.take();
    let newer = again(ann);
    awareness.apply(newer, &says(7, 4, "{}"), LIMITS).unwrap();
    assert_eq!(one(awareness.take()), says(7, 4, "{}"));
    awareness.leave(ann.seat);
    assert!(!awareness.is_dirty());
    awareness.leave(newer.seat);
    assert_eq!(one(awareness.take()), says(7, 5, "null"));
}

#[test]
fn sizes_counts_and_json_are_checked() {
    let (mut awareness, ann) = (Awareness::default(), somebody());
    let limits = AwarenessLimits { max_state: 5, max_ids: 1 };
    let rule = |refused: Result<_, Refused>| refused.unwrap_err().rule.unwrap();
    assert_eq!(rule(awareness.apply(ann, &says(1, 1, "\"0123456789\""), limits)), "max_awareness_bytes");
    assert_eq!(rule(awareness.apply(ann, &says(1, 1, "{"), limits)), "json");
    assert_eq!(rule(awareness.apply(ann, &says(1, 1, ""), limits)), "json");
    awareness.apply(ann, &says(1, 1, "{}"), limits).unwrap();
    assert_eq!(rule(awareness.apply(ann, &says(2, 1, "{}"), limits)), "max_awareness_ids");
    // Who shows one less may show another one.
    awareness.apply(ann, &says(1, 2, "null"), limits).unwrap();
    awareness.apply(ann, &says(2, 1, "{}"), limits).unwrap();
    assert_eq!(rule(awareness.apply(ann, &[9, 9], limits)), "malformed");
}

#[test]
fn who_shows_one_id_after_the_other_is_stopped_and_a_clock_has_an_end() {
    let (mut awareness, ann) = (Awareness::default(), somebody());
    let limits = AwarenessLimits { max_ids: 1, ..LIMITS };
    let rule = |refused: Result<_, Refused>| refused.unwrap_err().rule.unwrap();
    for id in 0..64 {
        awareness.apply(ann, &says(id, 1, "{}"), limits).unwrap();
        awareness.apply(ann, &says(id, 2, "null"), limits).unwrap();
    }
    assert_eq!(rule(awareness.apply(ann, &says(64, 1, "{}"), limits)), "max_awareness_ids");
    let again = again(ann);
    awareness.apply(again, &says(65, 1, "{}"), limits).unwrap();
    assert_eq!(rule(awareness.apply(again, &says(65, 1 << 52, "{}"), limits)), "max_awareness_clock");
}

#[test]
fn pointers_are_found() {
    let (mut awareness, ann) = (Awareness::default(), somebody());
    let mut at = |clock, state: &str| awareness.apply(ann, &says(1, clock, state), LIMITS).unwrap().pointer;
    assert_eq!(at(1, r#"{"pointer":{"x":1.5,"y":2}}"#), Some(Some((1.5, 2.0))));
    assert_eq!(at(1, r#"{"pointer":{"x":9,"y":9}}"#), None);
    assert_eq!(at(2, r#"{"pointer":null}"#), Some(None));
}

#[test]
fn ours_are_shown_with_their_pointer_and_go() {
    let mut awareness = Awareness::default();
    let user = UserSummary { id: UserId::new(), name: "Ann \"A\"".into(), email: "a@b.c".into(), color: "#123456".into() };
    awareness.bridge(3, &user);
    awareness.point(3, Some((401, -2)));
    awareness.point(4, Some((1, 1)));
    let frames = awareness.take();
    let [(client, 2, text)] = &entries(&frames)[..] else { panic!("one entry") };
    let state: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(state["user"]["name"], "Ann \"A\"");
    assert_eq!(state["user"]["email"], serde_json::Value::Null);
    assert_eq!(state["pointer"], serde_json::json!({ "x": 100.25, "y": -0.5 }));
    assert_eq!(entries(&awareness.all()), entries(&frames));
    // Nobody may speak for them.
    awareness.apply(somebody(), &says(*client, 99, "{}"), LIMITS).unwrap();
    assert!(!awareness.is_dirty());
    awareness.renew_bridges();
    assert_eq!(entries(&awareness.take())[0].1, 3);
    awareness.unbridge(3);
    assert_eq!(entries(&awareness.take()), [(*client, 4, "null".into())]);
    assert!(awareness.all().is_empty() && awareness.known.is_empty());
}

#[test]
fn big_states_make_more_frames_and_none_is_lost() {
    let (mut awareness, limits) = (Awareness::default(), AwarenessLimits { max_state: 64 << 10, max_ids: 16 });
    let state = format!("\"{}\"", "a".repeat(60_000));
    for client in 0..10 {
        awareness.apply(somebody(), &says(client, 1, &state), limits).unwrap();
    }
    let frames = awareness.take();
    assert!(frames.len() > 1 && frames.iter().all(|frame| frame.len() < FRAME + (64 << 10)));
    assert_eq!(entries(&frames).len(), 10);
}

#[test]
fn another_node_shows_all_that_a_connection_shows_however_much_and_nothing_it_took_back() {
    let limits = AwarenessLimits { max_state: 64 << 10, max_ids: 16 };
    let (mut here, mut there, ann) = (Awareness::default(), Awareness::default(), somebody());
    let large = format!("\"{}\"", "x".repeat(60 << 10));
    for client in 1..=16 {
        here.apply(ann, &says(client, 1, &large), limits).unwrap();
    }
    there.mirror(ann, &here.shown_by(ann.seat).unwrap());
    let shown: Vec<u64> = entries(&there.take()).into_iter().filter(|(_, _, state)| *state == large).map(|(client, ..)| client).collect();
    assert_eq!(shown, (1..=16).collect::<Vec<_>>());
    // Told again it changes nothing.
    there.mirror(ann, &here.shown_by(ann.seat).unwrap());
    assert!(!there.is_dirty());

    here.apply(ann, &says(3, 2, "null"), limits).unwrap();
    here.apply(ann, &says(4, 2, "4"), limits).unwrap();
    there.mirror(ann, &here.shown_by(ann.seat).unwrap());
    assert_eq!(entries(&there.take()), [(3, 2, "null".into()), (4, 2, "4".into())]);
    there.leave(ann.seat);
    assert!(entries(&there.all()).iter().all(|(_, _, state)| state == "null"));
}

#[test]
fn of_an_id_that_two_connections_of_other_nodes_show_the_later_has_it() {
    let (mut there, ann, tab) = (Awareness::default(), somebody(), somebody());
    there.mirror(ann, &says(7, 1, "1"));
    there.mirror(tab, &says(7, 2, "2"));
    there.leave(ann.seat);
    assert_eq!(entries(&there.take()), [(7, 2, "2".into())]);
    // Not read: no update at all.
    there.mirror(tab, b"\xff");
    assert!(!there.is_dirty());
}

//! When everybody is at rest: do they agree?

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    sdk::Sdk,
    town::HOMES,
    truth::{picture, promise},
    world::World,
};

type Disagreement = (&'static str, String);

/// The first promise that does not hold at this moment.
pub fn disagreement(world: &World) -> Option<Disagreement> {
    nobody_is_stuck(world)
        .or_else(|| copies(world))
        .or_else(|| world.people.iter().find_map(|person| people(world, person)))
        .or_else(|| world.people.iter().find_map(|person| ghosts(world, person)))
        .or_else(|| world.people.iter().find_map(|person| pointers(world, person)))
        .or_else(|| awareness(world))
}

fn nobody_is_stuck(world: &World) -> Option<Disagreement> {
    let stuck = world.people.iter().find_map(|person| Some(format!("{} {}", person.name(), person.unrest()?)));
    let stock = world.stocks.iter().find_map(|client| Some(format!("{} {}", client.name(), client.unrest()?)));
    stuck.or(stock).map(|how| (promise::STUCK, how))
}

/// Every copy equals the disk.
fn copies(world: &World) -> Option<Disagreement> {
    let ours = world.people.iter().map(|person| (person.name(), HOMES[person.who], &person.doc));
    let stocks = world.stocks.iter().map(|client| (client.name(), HOMES[client.who], &client.doc));
    for (name, task, doc) in ours.chain(stocks) {
        let (copy, disk) = (picture(doc), picture(&world.truth.disk[task]));
        if copy != disk {
            return Some((promise::CONVERGE, format!("{name} has {copy}; the disk has {disk}")));
        }
    }
    None
}

fn roommates<'a>(world: &'a World, of: &Sdk) -> impl Iterator<Item = &'a Sdk> + use<'a> {
    let home = HOMES[of.who];
    world.people.iter().filter(move |other| HOMES[other.who] == home)
}

fn people(world: &World, person: &Sdk) -> Option<Disagreement> {
    let mut there: BTreeMap<u32, String> =
        roommates(world, person).map(|other| (other.view.me, format!("{} {:?}", other.name(), other.tool.tool))).collect();
    let name_of = |id| world.town.people.iter().position(|who| who.user_id() == id).map_or("nobody", World::name);
    let mut seen: BTreeMap<u32, String> =
        person.view.peers.iter().map(|(peer, (user, state))| (*peer, format!("{} {:?}", name_of(*user), state.tool))).collect();
    for client in world.stocks.iter().filter(|client| HOMES[client.who] == HOMES[person.who]) {
        // Which number a stock client has, only the server knows.
        let name = format!("{} ", client.name());
        let stock: Vec<u32> = seen.iter().filter(|(_, who)| who.starts_with(&name)).map(|(peer, _)| *peer).collect();
        if stock.len() != 1 {
            return Some((promise::PRESENCE, format!("{} sees {name}{} times: {seen:?}", person.name(), stock.len())));
        }
        seen.remove(&stock[0]);
        there.remove(&stock[0]);
    }
    (seen != there).then(|| (promise::PRESENCE, format!("{} sees {seen:?}; there are {there:?}", person.name())))
}

fn ghosts(world: &World, person: &Sdk) -> Option<Disagreement> {
    let nobodys = person.view.ghosts_of_nobody();
    if !nobodys.is_empty() {
        return Some((promise::GHOSTS, format!("{} sees ghosts of {nobodys:?}, who are not there", person.name())));
    }
    let drawn: BTreeMap<String, String> = roommates(world, person)
        .filter(|other| !other.read_only)
        .filter_map(|other| Some((other.view.me.to_string(), other.ghost(other.drawing?))))
        .collect();
    let seen = person.view.drawings();
    (seen != drawn).then(|| (promise::GHOSTS, format!("{} sees ghosts {seen:?}; drawn are {drawn:?}", person.name())))
}

fn pointers(world: &World, person: &Sdk) -> Option<Disagreement> {
    let others = roommates(world, person).filter(|other| other.who != person.who);
    let there: BTreeMap<u32, (i32, i32)> = others.filter_map(|other| Some((other.view.me, (other.pointing?, other.who as i32)))).collect();
    let seen = &person.view.cursors;
    (*seen != there).then(|| (promise::CURSORS, format!("{} sees pointers {seen:?}; there are {there:?}", person.name())))
}

/// What stock clients show of all others.
fn awareness(world: &World) -> Option<Disagreement> {
    let at = |who: &usize, home| HOMES[*who] == home;
    world.stocks.iter().find_map(|client| {
        let everybody = world.people.iter().map(|person| person.who).chain(world.stocks.iter().map(|client| client.who));
        let others = everybody.filter(|who| at(who, HOMES[client.who]) && *who != client.who);
        let there: BTreeSet<String> = others.map(|who| world.town.people[who].user.name.clone()).collect();
        let seen = client.sees();
        (seen != there).then(|| (promise::PRESENCE, format!("{} sees {seen:?}; there are {there:?}", client.name())))
    })
}

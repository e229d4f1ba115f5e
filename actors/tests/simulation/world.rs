//! A whole run: the town, its clients, the disk, and one house after another.

use std::sync::Arc;

use bytes::Bytes;
use tandem_actors::session::{hocuspocus, stock, tandem};
use tandem_store::documents::DocumentLog;
use tokio::time::{Duration, sleep};

use crate::{
    agree,
    disk::Disk,
    net::Pipe,
    plan::{PEOPLE, SHARING, STOCKS, Step},
    sdk::Sdk,
    stock::Stock,
    town::{ALWAYS_READ_ONLY, HOCUSPOCUS, HOMES, House, NAMES, TASKS, Town, Y_WEBSOCKET},
    truth::{Truth, promise},
};

/// Milliseconds between two looks at everything.
const TICK: u64 = 2;
/// And when nothing happens any more but what is left over.
const LATE_TICK: u64 = 6;
/// How long the end may take, once nothing stands in the way of anybody.
const PATIENCE: u64 = 60_000;
/// And how long it must stay so.
const REST: u64 = 1_500;
/// Comparing everything with everything takes a while, so it is done this often.
const LOOK: u64 = 60;

pub struct World {
    pub truth: Truth,
    pub town: Arc<Town>,
    pub disk: Arc<Disk>,
    pub people: Vec<Sdk>,
    pub stocks: [Stock; STOCKS],
}

/// Why a house's life ends.
enum End {
    Killed,
    Stopped,
    PlanDone,
}

/// Play a plan to its end.
pub fn play(seed: u64, plan: &[Step]) -> Truth {
    let town = Town::new();
    let disk = Disk::new(seed);
    let keys = town.keys.clone();
    let log = disk.log.clone();
    let documents = actix::System::new().block_on(async move {
        let mut ids = Vec::new();
        for key in &keys {
            ids.push(log.open(key).await.unwrap().id);
        }
        ids
    });
    let mut truth = Truth::new(&documents);
    let people = (0..PEOPLE).map(|who| Sdk::new(who, seed, &mut truth)).collect();
    let mut stock = |who: usize| Stock::new(who, seed, town.keys[HOMES[who]].task.to_string(), &mut truth);
    let stocks = [stock(Y_WEBSOCKET), stock(HOCUSPOCUS)];
    let mut world = World { truth, town, disk, people, stocks };
    let mut rest = plan.iter();
    loop {
        // A system of its own: dropping it is what a kill does to memory.
        let end = actix::System::new().block_on(world.life(&mut rest));
        world.house_died();
        if matches!(end, End::PlanDone) || world.truth.broken.is_some() {
            world.check_disk();
            return world.truth;
        }
        world.check_disk();
    }
}

impl World {
    async fn life(&mut self, plan: &mut std::slice::Iter<'_, Step>) -> End {
        let house = House::start(&self.town, &self.disk);
        self.truth.note("the house opens");
        while self.truth.broken.is_none() {
            let Some(step) = plan.next() else {
                self.come_to_rest(&house).await;
                house.cable.cut();
                return End::PlanDone;
            };
            self.truth.note(step.to_string());
            match step {
                Step::Kill { turns } => {
                    for _ in 0..*turns {
                        tokio::task::yield_now().await;
                    }
                    house.cable.cut();
                    return End::Killed;
                }
                Step::Restart => {
                    self.stop(&house).await;
                    house.cable.cut();
                    return End::Stopped;
                }
                Step::Pause { ms } => self.pass(u64::from(*ms), &house).await,
                Step::CrashRoom { task } => house.live.crash_task(self.town.keys[*task].task).await,
                Step::CrashJournal => house.live.crash_journal().await,
                step => self.step(step, &house),
            }
            self.tick(&house).await;
        }
        house.cable.cut();
        End::PlanDone
    }

    /// SIGTERM: what was accepted gets to the disk, everybody is sent away.
    async fn stop(&mut self, house: &House) {
        let stopping = house.live.shutdown();
        tokio::pin!(stopping);
        loop {
            tokio::select! {
                biased;
                () = &mut stopping => return,
                () = self.tick(house) => {}
            }
        }
    }

    async fn pass(&mut self, ms: u64, house: &House) {
        let until = self.truth.now + ms;
        while self.truth.now < until && self.truth.broken.is_none() {
            self.tick(house).await;
        }
    }

    /// Time passes; everybody does what there is to do.
    async fn tick(&mut self, house: &House) {
        let tick = if self.truth.rest_started.is_some() { LATE_TICK } else { TICK };
        sleep(Duration::from_millis(tick)).await;
        self.truth.now += tick;
        for (document, payload) in self.disk.take_committed() {
            self.truth.committed(document, &payload);
        }
        let now = self.truth.now;
        for person in &mut self.people {
            if person.line.wants_to_dial(now) {
                let open = |subprotocol, lag| Pipe::open(|bytes| tandem::start(&house.live, subprotocol, bytes), lag);
                person.dial(open, &mut self.truth);
            }
            person.tick(&self.town, &mut self.truth);
        }
        for client in &mut self.stocks {
            if client.line.wants_to_dial(now) {
                let (who, task) = (self.town.people[client.who].clone(), self.town.keys[HOMES[client.who]].task);
                let pipe = match client.who {
                    HOCUSPOCUS => Pipe::open(|bytes| hocuspocus::start(&house.live, bytes), client.line.lag),
                    _ => Pipe::open(|bytes| stock::start(&house.live, who, task, bytes), client.line.lag),
                };
                client.dial(pipe, &self.truth);
            }
            client.tick(&mut self.truth);
        }
    }

    fn step(&mut self, step: &Step, house: &House) {
        let now = self.truth.now;
        let soon = |ms: u16| now + u64::from(ms);
        match *step {
            // She may not, and a client that knows it does not try.
            Step::Put { who: ALWAYS_READ_ONLY, .. }
            | Step::Remove { who: ALWAYS_READ_ONLY, .. }
            | Step::Burst { who: ALWAYS_READ_ONLY, .. } => {}
            Step::Put { who, key, value } => self.people[who].put(&format!("k{key}"), f64::from(value)),
            Step::Remove { who, key } => self.people[who].remove(&format!("k{key}")),
            Step::Burst { who, edits } => {
                for edit in 0..edits {
                    self.people[who].put(&format!("k{}", edit % 7), f64::from(edit) + 0.5);
                }
            }
            Step::Draw { who, x } => self.people[who].draw(Some(x)),
            Step::StopDrawing { who } => self.people[who].draw(None),
            Step::Point { who, x } => self.people[who].pointing = Some(x),
            Step::PointAway { who } => self.people[who].pointing = None,
            Step::Show { who, tool } => self.people[who].set_tool(tool),
            Step::Resend { who } => self.people[who].resend(&mut self.truth),
            Step::Drop { who } => {
                if self.people[who].line.break_off(now) {
                    self.people[who].lost(&mut self.truth);
                }
            }
            Step::HalfOpen { who } => {
                if self.people[who].line.half_open(now) {
                    self.people[who].lost(&mut self.truth);
                }
            }
            Step::Offline { who, ms } => {
                self.people[who].line.stay_offline(soon(ms));
                if self.people[who].line.break_off(now) {
                    self.people[who].lost(&mut self.truth);
                }
            }
            Step::Reload { who } => self.people[who].reload(&mut self.truth),
            Step::NewDevice { who } => self.people[who].new_device(&mut self.truth),
            Step::StopReading { who, ms } => self.people[who].line.stop_reading(soon(ms)),
            Step::Lag { who, ms } => self.people[who].line.lag = u64::from(ms),
            Step::Pry { who, task } => self.people[who].pry(task, &self.town, &mut self.truth),
            Step::Rights { who, member } => self.rights(who, member, house),
            Step::Archive { archived } => house.live.publish(self.town.set_archived(archived)),
            Step::StockPut { which, key, value } => self.stocks[which].put(&format!("k{key}"), f64::from(value), now),
            Step::StockDrop { which } => self.drop_stock(which),
            Step::StockOffline { which, ms } => {
                self.stocks[which].line.stay_offline(soon(ms));
                self.drop_stock(which);
            }
            Step::StoreAway { away } => self.disk.set_away(away),
            Step::DiskSlow { ms } => self.disk.set_slow(u64::from(ms)),
            Step::LoseAnswers { percent } => self.disk.set_lose(u64::from(percent)),
            Step::CrashRoom { .. } | Step::CrashJournal | Step::Kill { .. } | Step::Restart | Step::Pause { .. } => {}
        }
    }

    fn drop_stock(&mut self, which: usize) {
        if self.stocks[which].line.break_off(self.truth.now) {
            self.stocks[which].lost(&mut self.truth);
        }
    }

    fn rights(&mut self, who: usize, member: bool, house: &House) {
        let was = self.town.is_member(who);
        let event = self.town.set_member(who, member);
        if was != member {
            self.truth.out_since[who] = (!member).then_some(self.truth.now);
        }
        house.live.publish(event);
    }

    fn house_died(&mut self) {
        self.truth.note("the house is gone");
        let now = self.truth.now;
        for person in &mut self.people {
            if person.line.house_died(now) {
                person.lost(&mut self.truth);
            }
        }
        for client in &mut self.stocks {
            if client.line.house_died(now) {
                client.lost(&mut self.truth);
            }
        }
        for (document, payload) in self.disk.take_committed() {
            self.truth.committed(document, &payload);
        }
    }

    /// All that stood in anybody's way is taken away; then everybody must agree before long, and go on agreeing.
    async fn come_to_rest(&mut self, house: &House) {
        self.truth.note("everything is well again");
        self.disk.set_away(false);
        self.disk.set_slow(0);
        self.disk.set_lose(0);
        for who in 0..SHARING {
            self.rights(who, true, house);
        }
        house.live.publish(self.town.set_archived(false));
        let now = self.truth.now;
        for person in &mut self.people {
            person.line.heal(now);
        }
        self.stocks.iter_mut().for_each(|client| client.line.heal(now));
        self.truth.rest_started = Some(now);
        let (mut next_try, mut at_rest) = (now, None);
        while self.truth.broken.is_none() {
            self.pass(LOOK, house).await;
            let now = self.truth.now;
            if now >= next_try {
                next_try = now + 500;
                self.try_again();
            }
            let disagreement = agree::disagreement(self);
            match disagreement {
                _ if self.truth.broken.is_some() => return,
                None if now >= *at_rest.get_or_insert(now) + REST => return self.everybody_in_the_house(house).await,
                None => {}
                Some(_) if now < self.truth.rest_started.unwrap_or(now) + PATIENCE => at_rest = None,
                Some((promise, how)) => self.truth.broken(promise, how),
            }
        }
    }

    /// What a person does who sees that it does not go on by itself.
    fn try_again(&mut self) {
        for person in &mut self.people {
            person.try_again(&self.town, &mut self.truth);
        }
        for which in 0..STOCKS {
            let client = &mut self.stocks[which];
            if client.denied || client.line.refused.take().is_some() {
                client.denied = false;
                self.drop_stock(which);
            }
        }
    }

    /// The rooms themselves agree with what the clients see.
    async fn everybody_in_the_house(&mut self, house: &House) {
        for task in 0..TASKS {
            let Some(stats) = house.live.task_stats(self.town.keys[task].task).await else {
                self.truth.broken(promise::STUCK, format!("nobody is in the room of task {task}"));
                continue;
            };
            let drawers = self.people.iter().filter(|p| crate::town::HOMES[p.who] == task && p.view.drawn);
            let mut there: Vec<String> = drawers.map(|p| p.view.me.to_string()).collect();
            let mut drawn = stats.drawers.clone();
            there.sort();
            drawn.sort();
            if there != drawn {
                self.truth.broken(promise::GHOSTS, format!("the room of task {task} keeps ghosts of {drawn:?}, drawing are {there:?}"));
            }
        }
    }

    /// What a reader of the log finds is what was committed to it.
    fn check_disk(&mut self) {
        let (log, keys) = (self.disk.log.clone(), self.town.keys.clone());
        let stored: Vec<Vec<Bytes>> = actix::System::new().block_on(async move {
            let mut all = Vec::new();
            for key in &keys {
                let stored = log.open(key).await.unwrap();
                all.push(stored.snapshot.into_iter().chain(stored.updates).collect());
            }
            all
        });
        for (task, parts) in stored.iter().enumerate() {
            let doc = self.truth.fresh_doc();
            for part in parts {
                if let Err(error) = crate::truth::apply(&doc, part) {
                    self.truth.broken(promise::SOUND, format!("the log of task {task} cannot be read: {error}"));
                }
            }
            let (found, put) = (crate::truth::picture(&doc), crate::truth::picture(&self.truth.disk[task]));
            if found != put {
                self.truth.broken(promise::DURABLE, format!("the log of task {task} holds {found}; committed was {put}"));
            }
        }
    }

    /// For the trace.
    pub fn name(who: usize) -> &'static str {
        NAMES[who]
    }
}

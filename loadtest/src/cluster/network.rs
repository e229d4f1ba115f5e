//! Network namespaces on one bridge. A link is cut by giving the other end a hardware address that nobody has: what is sent goes
//! nowhere and nothing says so, as with a broken switch. (A blackhole route would answer the sender with an error at once.) It is one-way
//! by nature; both ends together cut both ways.

use std::{fs, net::Ipv4Addr, path::Path, process::Command};

use anyhow::{Context, bail};

/// Nobody's.
const NOWHERE: &str = "02:00:00:00:00:ff";
const PREFIX: &str = "tandem-";

pub struct Network {
    pid: u32,
    bridge: String,
    places: Vec<Place>,
}

/// One namespace.
#[derive(Clone, Debug)]
pub struct Place {
    pub name: String,
    pub address: Ipv4Addr,
}

/// Where packets come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By the order in which they were made.
    Place(usize),
    /// The bridge, where the load generator is.
    Outside,
}

impl Network {
    pub fn make() -> anyhow::Result<Self> {
        if !rustix::process::geteuid().is_root() {
            bail!("network namespaces need root: run this as root on Linux");
        }
        sweep();
        let pid = std::process::id();
        let network = Self { pid, bridge: format!("tdm{pid}"), places: Vec::new() };
        ip(&["link", "add", &network.bridge, "type", "bridge"]).context("no bridge can be made: is this Linux with network namespaces?")?;
        ip(&["addr", "add", &format!("{}/24", network.outside()), "dev", &network.bridge])?;
        ip(&["link", "set", &network.bridge, "up"])?;
        Ok(network)
    }

    /// Where the generator is.
    pub fn outside(&self) -> Ipv4Addr {
        self.address(1)
    }

    /// Runs side by side have networks of their own.
    fn address(&self, last: u8) -> Ipv4Addr {
        let [_, _, high, low] = self.pid.to_be_bytes();
        Ipv4Addr::new(10, high, low, last)
    }

    pub fn place(&mut self, name: &str) -> anyhow::Result<Place> {
        let number = self.places.len();
        let place = Place { name: format!("{PREFIX}{}-{name}", self.pid), address: self.address(11 + u8::try_from(number)?) };
        let veth = format!("{}v{number}", self.bridge);
        ip(&["netns", "add", &place.name])?;
        // From here on it is put away with the rest.
        self.places.push(place.clone());
        ip(&["link", "add", &veth, "type", "veth", "peer", "name", "eth0", "netns", &place.name])?;
        ip(&["link", "set", &veth, "master", &self.bridge, "up"])?;
        ip(&["-n", &place.name, "addr", "add", &format!("{}/24", place.address), "dev", "eth0"])?;
        ip(&["-n", &place.name, "link", "set", "eth0", "up"])?;
        ip(&["-n", &place.name, "link", "set", "lo", "up"])?;
        Ok(place)
    }

    fn of(&self, end: End) -> anyhow::Result<Ipv4Addr> {
        match end {
            End::Outside => Ok(self.outside()),
            End::Place(number) => Ok(self.places.get(number).context("no such place")?.address),
        }
    }

    /// What `from` sends to `to` gets lost.
    pub fn cut(&self, from: End, to: End) -> anyhow::Result<()> {
        self.neighbour(from, to, &["replace"], &["lladdr", NOWHERE, "nud", "permanent"])
    }

    pub fn mend(&self, from: End, to: End) -> anyhow::Result<()> {
        self.neighbour(from, to, &["del"], &[])
    }

    fn neighbour(&self, from: End, to: End, verb: &[&str], what: &[&str]) -> anyhow::Result<()> {
        let (address, mut words) = (self.of(to)?.to_string(), Vec::new());
        let device = match from {
            End::Outside => self.bridge.as_str(),
            End::Place(number) => {
                words.extend(["-n", self.places.get(number).context("no such place")?.name.as_str()]);
                "eth0"
            }
        };
        words.push("neigh");
        words.extend(verb);
        words.extend([address.as_str(), "dev", device]);
        words.extend(what);
        ip(&words)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for place in &self.places {
            put_away(&place.name);
        }
        let _ = ip(&["link", "del", &self.bridge]);
    }
}

fn ip(words: &[&str]) -> anyhow::Result<()> {
    let output = Command::new("ip").args(words).output().context("the program `ip` is missing (Debian: apt-get install iproute2)")?;
    if !output.status.success() {
        bail!("ip {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

/// Ends everything in a namespace, and it.
fn put_away(name: &str) {
    if let Ok(pids) = Command::new("ip").args(["netns", "pids", name]).output() {
        for pid in String::from_utf8_lossy(&pids.stdout).split_whitespace().filter_map(|pid| pid.parse().ok()) {
            if let Some(pid) = rustix::process::Pid::from_raw(pid) {
                // It may be gone.
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        }
    }
    let _ = ip(&["netns", "del", name]);
}

/// What runs that were killed left behind: namespaces and bridges that carry the number of a process that is no more.
fn sweep() {
    let gone = |pid: &str| pid.parse::<u32>().is_ok() && !Path::new("/proc").join(pid).exists();
    let names = |folder: &str| -> Vec<String> {
        fs::read_dir(folder).map(|all| all.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect()).unwrap_or_default()
    };
    for name in names("/run/netns") {
        if name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()).is_some_and(gone) {
            put_away(&name);
        }
    }
    for name in names("/sys/class/net") {
        if name.strip_prefix("tdm").is_some_and(gone) {
            let _ = ip(&["link", "del", &name]);
        }
    }
}

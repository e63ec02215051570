//! The master's memory files: one per listening socket and backend, made before workers are forked.
//!
//! The master keeps descriptors only. It maps and reads nothing that workers can write to.

use std::os::fd::RawFd;

use static_cache_core::{Error, KnownFile, Seed, Segment};

use super::sockets::{self, Identity};
use crate::module::Backend;

/// A listening socket and what belongs to it.
struct Entry {
    socket: Identity,
    /// Where the master has it. A worker's own socket lies elsewhere: FPM duplicates it, and closes those it knows of at
    /// their old places.
    places: Vec<RawFd>,
    seeds: Result<[KnownFile; 2], Error>,
    /// Whether there were seeds that a worker may have: others would be a second cache of the same pool.
    given_up: bool,
}

/// All of them.
pub(super) struct Table {
    entries: Vec<Entry>,
    /// The process that last looked for sockets.
    pub(super) made_by: libc::pid_t,
    /// Where a worker's own socket can lie at the most, but for [`ABOVE`].
    highest: RawFd,
}

/// Which socket is this worker's.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Match {
    One(usize),
    None,
    Several,
}

/// Descriptors that are left for other things when memory files are made, beside one for each socket (and half of all that
/// are free): the master has two pipes for each worker with `catch_workers_output`.
const FREE: usize = 64;

/// When fewer are left, memory files are given up.
const LEAST_FREE: usize = 32;

/// How far above that a worker's socket is looked for: other modules may open something around a fork.
const ABOVE: RawFd = 64;

impl Table {
    pub(super) const fn new() -> Self {
        Self { entries: Vec::new(), made_by: 0, highest: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Looks for listening sockets and makes memory files for those that are new. In the process that is about to fork.
    pub(super) fn update(&mut self) {
        self.made_by = process();
        self.entries.iter_mut().for_each(|entry| entry.places.clear());
        let open = sockets::open_descriptors();
        for &fd in &open {
            let Some(socket) = sockets::listening(fd) else { continue };
            match self.entries.iter_mut().find(|entry| entry.socket == socket) {
                Some(entry) => entry.places.push(fd),
                None => {
                    let seeds = Err(Error::Corrupt("not made"));
                    self.entries.push(Entry { socket, places: vec![fd], seeds, given_up: false });
                }
            }
        }
        self.make_seeds(open.len());
        // A worker's duplicate gets the lowest free number, which no more lie below than are open: sockets and memory files, and
        // the pipes of each worker with `catch_workers_output`. (A count, since one descriptor may lie as high as it likes.)
        let count = RawFd::try_from(open.len() + 2 * self.entries.len()).unwrap_or(RawFd::MAX);
        let places = self.entries.iter().flat_map(|entry| entry.places.iter().copied());
        self.highest = places.max().unwrap_or(0).max(count);
    }

    /// Makes what is missing, and has not been given up, of what descriptors are left for; `open` are in use.
    fn make_seeds(&mut self, open: usize) {
        let most = sockets::most_descriptors();
        let mut left = most.saturating_sub(open);
        let short = |left: usize| {
            let used = most - left;
            let text = format!(
                "of {most} descriptors that the master may have (ulimit -n, rlimit_files), {used} are in use, and it needs the others for its workers"
            );
            Err(Error::Config(text))
        };
        let sockets = self.entries.iter().map(|entry| entry.places.len()).sum::<usize>();
        let made = self.entries.iter().filter(|entry| entry.seeds.is_ok()).count();
        let keep = ((left + 2 * made) / 2).max(FREE + sockets);
        // There may be descriptors or memory now where there were none; workers that are there already stay without.
        for entry in self.entries.iter_mut().filter(|entry| entry.seeds.is_err() && !entry.given_up) {
            entry.seeds = if left >= keep + 2 { seeds() } else { short(left) };
            left -= if entry.seeds.is_ok() { 2 } else { 0 };
        }
        // FPM's pipes for the next workers come first. The pools that are started last lose theirs first.
        for entry in self.entries.iter_mut().rev().filter(|entry| entry.seeds.is_ok()) {
            if left >= LEAST_FREE {
                break;
            }
            entry.seeds = short(left);
            entry.given_up = true;
            left += 2;
        }
    }

    /// Which entry's socket this process has at another place than the master. Needs no `/proc`.
    pub(super) fn matching(&self) -> Match {
        let mut found = Match::None;
        for fd in 0..=self.highest.saturating_add(ABOVE) {
            let Some(socket) = sockets::listening(fd) else { continue };
            let Some(index) = self.entries.iter().position(|entry| entry.socket == socket) else { continue };
            if self.entries[index].places.contains(&fd) {
                continue;
            }
            match found {
                Match::None => found = Match::One(index),
                Match::One(other) if other == index => {}
                _ => return Match::Several,
            }
        }
        found
    }

    /// Opens the memory files of an entry; those of all others are closed.
    pub(super) fn take(&mut self, index: usize) -> Result<[Seed; 2], Error> {
        let entry = std::mem::take(&mut self.entries).swap_remove(index);
        let [volatile, pinned] = entry.seeds?;
        Ok([Seed::open(volatile)?, Seed::open(pinned)?])
    }

    /// Closes everything.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }
}

fn seeds() -> Result<[KnownFile; 2], Error> {
    let make = |backend: Backend| Segment::seed(backend.name()).map(KnownFile::new);
    Ok([make(Backend::Volatile)?, make(Backend::Pinned)?])
}

/// This process.
pub(super) fn process() -> libc::pid_t {
    // SAFETY: always succeeds.
    unsafe { libc::getpid() }
}

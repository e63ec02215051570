//! A proposal: two clocks whose shares adapt (after CAR), with marks that count to two, and a memory of what went that
//! fits into shared memory: a table of one word per bucket, without lists.
//!
//! New objects enter the recent clock. Its hand moves what was asked for to the frequent one and evicts the rest; the
//! frequent clock's hand takes one from each mark and evicts what has none. Who is missed soon after it went says which of
//! the two is too small. A hit sets a mark and only where that changes it.

use super::queue::{Links, NONE, Queue};
use super::{Policy, World};
use crate::random::mix;

/// The highest mark.
const MOST: u8 = 2;
/// How long what went from the recent and from the frequent clock is remembered: until so many per cent of the capacity
/// have gone from there since.
const MEMORY: [u64; 2] = [40, 20];
/// What is missed from the frequent clock counts for more: it is rarer.
const DOWN: u64 = 3;
/// The least share of the recent clock, in per mille.
const FLOOR: u64 = 30;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Nowhere,
    Recent,
    Frequent,
}

/// A word of the memory: which object, from where, when (in bytes that had been evicted from there).
#[derive(Clone, Copy)]
struct Ghost {
    fingerprint: u32,
    from: Place,
    at: u64,
}

pub struct Adaptive<'a> {
    world: World<'a>,
    links: Links,
    recent: Queue,
    frequent: Queue,
    place: Vec<Place>,
    marks: Vec<u8>,
    ghosts: Vec<Ghost>,
    /// Bytes evicted so far from the recent and from the frequent clock.
    evicted: [u64; 2],
    /// What the recent clock is to have.
    target: u64,
    /// As [`MEMORY`], in bytes.
    memory: [u64; 2],
}

impl<'a> Adaptive<'a> {
    pub fn new(world: World<'a>) -> Self {
        let keys = world.sizes.len();
        let mean = world.sizes.iter().map(|size| u64::from(*size)).sum::<u64>() / keys as u64;
        let buckets = (world.capacity / mean).next_power_of_two() as usize * 2;
        Self {
            world,
            links: Links::new(keys),
            recent: Queue::new(),
            frequent: Queue::new(),
            place: vec![Place::Nowhere; keys],
            marks: vec![0; keys],
            ghosts: vec![Ghost { fingerprint: 0, from: Place::Nowhere, at: 0 }; buckets],
            evicted: [0; 2],
            target: 0,
            memory: MEMORY.map(|share| world.capacity * share / 100),
        }
    }

    fn bucket(&self, key: u32) -> (usize, u32) {
        let hash = mix(u64::from(key));
        (hash as usize & (self.ghosts.len() - 1), (hash >> 32) as u32)
    }

    fn push(&mut self, key: u32, place: Place) {
        let bytes = self.world.size(key);
        let queue = if place == Place::Recent { &mut self.recent } else { &mut self.frequent };
        queue.push(&mut self.links, key, bytes);
        self.place[key as usize] = place;
    }

    fn take(&mut self, place: Place) -> u32 {
        let queue = if place == Place::Recent { &mut self.recent } else { &mut self.frequent };
        let key = queue.oldest;
        queue.remove(&mut self.links, key, u64::from(self.world.sizes[key as usize]));
        key
    }

    fn evict(&mut self) {
        loop {
            let recent = self.recent.bytes > self.target || self.frequent.oldest == NONE;
            let from = if recent && self.recent.oldest != NONE { Place::Recent } else { Place::Frequent };
            let key = self.take(from);
            let mark = &mut self.marks[key as usize];
            if *mark != 0 {
                *mark = if from == Place::Recent { 0 } else { *mark - 1 };
                self.push(key, Place::Frequent);
                continue;
            }
            self.place[key as usize] = Place::Nowhere;
            let evicted = &mut self.evicted[usize::from(from == Place::Frequent)];
            *evicted += self.world.size(key);
            let at = *evicted;
            let (bucket, fingerprint) = self.bucket(key);
            self.ghosts[bucket] = Ghost { fingerprint, from, at };
            return;
        }
    }

    /// Where an object went from, if it did so not long ago.
    fn remembered(&self, key: u32) -> Option<Place> {
        let (bucket, fingerprint) = self.bucket(key);
        let ghost = self.ghosts[bucket];
        let known = ghost.from != Place::Nowhere && ghost.fingerprint == fingerprint;
        let clock = usize::from(ghost.from == Place::Frequent);
        (known && self.evicted[clock] - ghost.at < self.memory[clock]).then_some(ghost.from)
    }
}

impl Policy for Adaptive<'_> {
    fn request(&mut self, key: u32) -> bool {
        let mark = &mut self.marks[key as usize];
        if self.place[key as usize] != Place::Nowhere {
            *mark = (*mark + 1).min(MOST);
            return true;
        }
        *mark = 0;
        let bytes = self.world.size(key);
        let from = self.remembered(key);
        match from {
            Some(Place::Recent) => self.target = (self.target + bytes).min(self.world.capacity),
            Some(_) => {
                let floor = self.world.capacity * FLOOR / 1000;
                self.target = self.target.saturating_sub(bytes * DOWN).max(floor);
            }
            None => {}
        }
        while self.recent.bytes + self.frequent.bytes + bytes > self.world.capacity {
            self.evict();
        }
        self.push(key, if from.is_some() { Place::Frequent } else { Place::Recent });
        false
    }
}

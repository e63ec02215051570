//! One queue: FIFO, LRU, SIEVE.

use super::queue::{Links, NONE, Queue};
use super::{Policy, World};

/// The oldest goes.
pub struct Fifo<'a>(Base<'a>);

/// The one goes that was not asked for for the longest time.
pub struct Lru<'a>(Base<'a>);

/// A hand passes from the oldest to the newest; what was not asked for since it last passed goes.
pub struct Sieve<'a> {
    base: Base<'a>,
    visited: Vec<bool>,
    hand: u32,
}

struct Base<'a> {
    world: World<'a>,
    links: Links,
    queue: Queue,
    there: Vec<bool>,
}

impl<'a> Base<'a> {
    fn new(world: World<'a>) -> Self {
        let keys = world.sizes.len();
        Self { world, links: Links::new(keys), queue: Queue::new(), there: vec![false; keys] }
    }

    fn is_full_for(&self, key: u32) -> bool {
        self.queue.bytes + self.world.size(key) > self.world.capacity
    }

    fn push(&mut self, key: u32) {
        self.queue.push(&mut self.links, key, self.world.size(key));
        self.there[key as usize] = true;
    }

    fn remove(&mut self, key: u32) {
        self.queue.remove(&mut self.links, key, self.world.size(key));
        self.there[key as usize] = false;
    }

    fn store_evicting_oldest(&mut self, key: u32) {
        while self.is_full_for(key) {
            self.remove(self.queue.oldest);
        }
        self.push(key);
    }
}

impl<'a> Fifo<'a> {
    pub fn new(world: World<'a>) -> Self {
        Self(Base::new(world))
    }
}

impl Policy for Fifo<'_> {
    fn request(&mut self, key: u32) -> bool {
        let hit = self.0.there[key as usize];
        if !hit {
            self.0.store_evicting_oldest(key);
        }
        hit
    }
}

impl<'a> Lru<'a> {
    pub fn new(world: World<'a>) -> Self {
        Self(Base::new(world))
    }
}

impl Policy for Lru<'_> {
    fn request(&mut self, key: u32) -> bool {
        let hit = self.0.there[key as usize];
        if hit {
            self.0.remove(key);
            self.0.push(key);
        } else {
            self.0.store_evicting_oldest(key);
        }
        hit
    }
}

impl<'a> Sieve<'a> {
    pub fn new(world: World<'a>) -> Self {
        Self { base: Base::new(world), visited: vec![false; world.sizes.len()], hand: NONE }
    }
}

impl Policy for Sieve<'_> {
    fn request(&mut self, key: u32) -> bool {
        if self.base.there[key as usize] {
            self.visited[key as usize] = true;
            return true;
        }
        while self.base.is_full_for(key) {
            let mut at = if self.hand == NONE { self.base.queue.oldest } else { self.hand };
            while self.visited[at as usize] {
                self.visited[at as usize] = false;
                at = self.base.links.newer(at);
                if at == NONE {
                    at = self.base.queue.oldest;
                }
            }
            self.hand = self.base.links.newer(at);
            self.base.remove(at);
        }
        self.visited[key as usize] = false;
        self.base.push(key);
        false
    }
}

//! S3-FIFO: new objects pass a small queue first; only what is asked for there comes into the main one.

use super::queue::{Links, NONE, Queue};
use super::{Policy, World};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Nowhere,
    Small,
    Main,
    /// Not there, but remembered.
    Ghost,
}

struct Parts<'a> {
    world: World<'a>,
    links: Links,
    small: Queue,
    main: Queue,
    ghosts: Queue,
    place: Vec<Place>,
}

impl<'a> Parts<'a> {
    fn new(world: World<'a>) -> Self {
        let keys = world.sizes.len();
        Self {
            world,
            links: Links::new(keys),
            small: Queue::new(),
            main: Queue::new(),
            ghosts: Queue::new(),
            place: vec![Place::Nowhere; keys],
        }
    }

    fn queue(&mut self, place: Place) -> Option<(&mut Queue, &mut Links)> {
        let queue = match place {
            Place::Nowhere => return None,
            Place::Small => &mut self.small,
            Place::Main => &mut self.main,
            Place::Ghost => &mut self.ghosts,
        };
        Some((queue, &mut self.links))
    }

    fn put(&mut self, key: u32, place: Place) {
        let bytes = self.world.size(key);
        let before = std::mem::replace(&mut self.place[key as usize], place);
        if let Some((queue, links)) = self.queue(before) {
            queue.remove(links, key, bytes);
        }
        if let Some((queue, links)) = self.queue(place) {
            queue.push(links, key, bytes);
        }
    }

    fn is_there(&self, key: u32) -> bool {
        matches!(self.place[key as usize], Place::Small | Place::Main)
    }

    fn is_full_for(&self, key: u32) -> bool {
        self.small.bytes + self.main.bytes + self.world.size(key) > self.world.capacity
    }

    /// Remembers what goes; as many bytes as the main queue may have.
    fn remember(&mut self, key: u32, most: u64) {
        if most == 0 {
            return self.put(key, Place::Nowhere);
        }
        self.put(key, Place::Ghost);
        while self.ghosts.bytes > most {
            self.put(self.ghosts.oldest, Place::Nowhere);
        }
    }
}

/// S3-FIFO: a small queue of a tenth, a main one with second chances, and a memory of what left the small one.
pub struct S3Fifo<'a> {
    parts: Parts<'a>,
    asked: Vec<u8>,
}

impl<'a> S3Fifo<'a> {
    pub fn new(world: World<'a>) -> Self {
        Self { parts: Parts::new(world), asked: vec![0; world.sizes.len()] }
    }

    fn evict(&mut self) {
        let tenth = self.parts.world.capacity / 10;
        if self.parts.small.bytes > tenth || self.parts.main.oldest == NONE {
            let key = self.parts.small.oldest;
            if self.asked[key as usize] > 1 {
                self.asked[key as usize] = 0;
                self.parts.put(key, Place::Main);
            } else {
                self.parts.remember(key, self.parts.world.capacity - tenth);
            }
        } else {
            let key = self.parts.main.oldest;
            if self.asked[key as usize] > 0 {
                self.asked[key as usize] -= 1;
                self.parts.put(key, Place::Main);
            } else {
                self.parts.put(key, Place::Nowhere);
            }
        }
    }
}

impl Policy for S3Fifo<'_> {
    fn request(&mut self, key: u32) -> bool {
        if self.parts.is_there(key) {
            let asked = &mut self.asked[key as usize];
            *asked = (*asked + 1).min(3);
            return true;
        }
        let known = self.parts.place[key as usize] == Place::Ghost;
        self.parts.put(key, Place::Nowhere);
        while self.parts.is_full_for(key) {
            self.evict();
        }
        self.asked[key as usize] = 0;
        self.parts.put(key, if known { Place::Main } else { Place::Small });
        false
    }
}

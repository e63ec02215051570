//! What APCu does when an allocation fails.
//!
//! With `apc.ttl=0`, the default, it empties the cache as long as less than half of the memory is free, which is so
//! whenever something of ordinary size does not fit. With a time to live, entries that were not asked for during that time
//! go; if the new entry still does not fit, everything does. Seconds are counted in requests here. Its allocator's
//! fragmentation is left out, in its favour.

use super::{Policy, World};

/// APCu.
pub struct Apcu<'a> {
    world: World<'a>,
    /// `apc.ttl`, in requests; 0: none.
    ttl: u64,
    /// When each object was last asked for, in requests from 1 on; 0: not there.
    asked: Vec<u64>,
    there: Vec<u32>,
    bytes: u64,
    now: u64,
}

impl<'a> Apcu<'a> {
    pub fn new(world: World<'a>, ttl: u64) -> Self {
        Self { world, ttl, asked: vec![0; world.sizes.len()], there: Vec::new(), bytes: 0, now: 0 }
    }

    fn is_full_for(&self, key: u32) -> bool {
        self.bytes + self.world.size(key) > self.world.capacity
    }

    fn expunge(&mut self, key: u32) {
        if self.world.capacity - self.bytes >= self.world.capacity / 2 {
            return;
        }
        if self.ttl != 0 {
            let (asked, bytes) = (&mut self.asked, &mut self.bytes);
            self.there.retain(|&old| {
                let stays = asked[old as usize] + self.ttl >= self.now;
                if !stays {
                    asked[old as usize] = 0;
                    *bytes -= self.world.size(old);
                }
                stays
            });
        }
        if self.is_full_for(key) {
            for old in self.there.drain(..) {
                self.asked[old as usize] = 0;
            }
            self.bytes = 0;
        }
    }
}

impl Policy for Apcu<'_> {
    fn request(&mut self, key: u32) -> bool {
        self.now += 1;
        let hit = self.asked[key as usize] != 0;
        if !hit {
            if self.is_full_for(key) {
                self.expunge(key);
            }
            if self.is_full_for(key) {
                return false;
            }
            self.there.push(key);
            self.bytes += self.world.size(key);
        }
        self.asked[key as usize] = self.now;
        hit
    }
}

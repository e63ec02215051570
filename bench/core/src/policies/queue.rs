//! Doubly linked queues of keys. A key is in one queue of a set at most.

pub const NONE: u32 = u32::MAX;

/// The links of all keys.
#[derive(Debug)]
pub struct Links {
    newer: Vec<u32>,
    older: Vec<u32>,
}

impl Links {
    pub fn new(keys: usize) -> Self {
        Self { newer: vec![NONE; keys], older: vec![NONE; keys] }
    }

    pub fn newer(&self, key: u32) -> u32 {
        self.newer[key as usize]
    }
}

/// One queue.
#[derive(Debug)]
pub struct Queue {
    pub newest: u32,
    pub oldest: u32,
    pub bytes: u64,
    pub len: u64,
}

impl Queue {
    pub const fn new() -> Self {
        Self { newest: NONE, oldest: NONE, bytes: 0, len: 0 }
    }

    pub fn push(&mut self, links: &mut Links, key: u32, bytes: u64) {
        links.older[key as usize] = self.newest;
        links.newer[key as usize] = NONE;
        if self.newest == NONE {
            self.oldest = key;
        } else {
            links.newer[self.newest as usize] = key;
        }
        self.newest = key;
        self.bytes += bytes;
        self.len += 1;
    }

    pub fn remove(&mut self, links: &mut Links, key: u32, bytes: u64) {
        let (newer, older) = (links.newer[key as usize], links.older[key as usize]);
        if newer == NONE {
            self.newest = older;
        } else {
            links.older[newer as usize] = older;
        }
        if older == NONE {
            self.oldest = newer;
        } else {
            links.newer[older as usize] = newer;
        }
        self.bytes -= bytes;
        self.len -= 1;
    }
}

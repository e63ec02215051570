//! Eviction policies, simulated: the peers that the segment's hit ratio is compared with.
//!
//! A simulation counts bytes and nothing else: no fragmentation, no pins, no alignment. A real cache has to make up for
//! these to be as good.

mod adaptive;
mod apcu;
mod optimum;
mod queue;
mod s3fifo;
mod simple;

pub use self::{
    adaptive::Adaptive,
    apcu::Apcu,
    optimum::optimum,
    s3fifo::S3Fifo,
    simple::{Fifo, Lru, Sieve},
};

/// What the simulations know of the objects.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// Bytes of each key's object.
    pub sizes: &'a [u32],
    /// Bytes that fit.
    pub capacity: u64,
}

impl World<'_> {
    pub fn size(&self, key: u32) -> u64 {
        u64::from(self.sizes[key as usize])
    }
}

/// A simulated cache.
pub trait Policy {
    /// One request: whether the object was there. If not, it is stored.
    fn request(&mut self, key: u32) -> bool;
}

/// Share of requests that hit, without those of the first quarter.
pub fn hit_ratio(policy: &mut dyn Policy, requests: &[u32]) -> f64 {
    let warm = requests.len() / 4;
    for &key in &requests[..warm] {
        policy.request(key);
    }
    let hits = requests[warm..].iter().filter(|key| policy.request(**key)).count();
    hits as f64 / (requests.len() - warm) as f64
}

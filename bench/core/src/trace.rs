//! Sequences of keys, generated: what an application asks its cache for.

use crate::random::{Random, mix};

/// Keys are numbers from 0 on, without gaps.
#[derive(Debug)]
pub struct Trace {
    pub requests: Vec<u32>,
    /// All keys lie below.
    pub keys: u32,
}

/// Ranks from 0 with probability in proportion to 1 / (rank + 1)^s.
struct Zipf {
    sums: Vec<f64>,
}

impl Zipf {
    fn new(keys: u32, s: f64) -> Self {
        let mut sum = 0.0;
        let sums = (1..=keys)
            .map(|rank| {
                sum += f64::from(rank).powf(-s);
                sum
            })
            .collect();
        Self { sums }
    }

    fn next(&self, random: &mut Random) -> u32 {
        let at = random.unit() * self.sums[self.sums.len() - 1];
        self.sums.partition_point(|sum| *sum <= at).min(self.sums.len() - 1) as u32
    }
}

/// The names of all traces.
pub const NAMES: &[&str] =
    &["zipf 0.8", "zipf 1.0", "zipf with scans", "loop 1.1", "loop 3", "shifting", "drifting"];

/// The trace of this name. `cached` is how many objects of mean size the cache holds: scans and loops are only
/// large or small in comparison.
pub fn generate(name: &'static str, keys: u32, length: usize, cached: u32) -> Trace {
    let mut random = Random::new(mix(keys as u64));
    let mut all = keys;
    let requests = match name {
        "zipf 0.8" | "zipf 1.0" => {
            let zipf = Zipf::new(keys, if name == "zipf 0.8" { 0.8 } else { 1.0 });
            (0..length).map(|_| zipf.next(&mut random)).collect()
        }
        // Between requests for popular keys somebody walks over keys that are asked for once: each time as many as
        // the cache holds, and a fifth of all requests.
        "zipf with scans" => {
            let zipf = Zipf::new(keys, 1.0);
            let mut requests = Vec::with_capacity(length);
            while requests.len() < length {
                requests.extend((0..4 * cached).map(|_| zipf.next(&mut random)));
                requests.extend(all..all + cached);
                all += cached;
            }
            requests.truncate(length);
            requests
        }
        // The same keys again and again, a little more or much more than the cache holds.
        "loop 1.1" | "loop 3" => {
            all = if name == "loop 3" { cached * 3 } else { cached + cached / 10 };
            (0..length).map(|at| (at % all as usize) as u32).collect()
        }
        // Now and then other keys become the popular ones, all at once.
        "shifting" => {
            let zipf = Zipf::new(keys, 1.0);
            let period = length / 10;
            (0..length)
                .map(|at| {
                    let moved = mix((at / period) as u64) % u64::from(keys);
                    ((u64::from(zipf.next(&mut random)) + moved) % u64::from(keys)) as u32
                })
                .collect()
        }
        // What is popular is replaced little by little: the newest is asked for most.
        "drifting" => {
            let zipf = Zipf::new(keys, 1.0);
            let step = 50;
            all = keys + (length / step) as u32 + 1;
            (0..length).map(|at| (at / step) as u32 + keys - 1 - zipf.next(&mut random)).collect()
        }
        _ => unreachable!("no trace has this name"),
    };
    Trace { requests, keys: all }
}

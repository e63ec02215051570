//! The best that can be done by who knows the future (Belady): the object goes that is asked for last.

use std::collections::BinaryHeap;

/// Hit ratio of the optimum for objects of equal size, of which `fit` fit; counted like the others'.
pub fn optimum(requests: &[u32], keys: u32, fit: usize) -> f64 {
    const NEVER: usize = usize::MAX;
    let mut following = vec![NEVER; requests.len()];
    let mut last = vec![NEVER; keys as usize];
    for (at, &key) in requests.iter().enumerate().rev() {
        following[at] = std::mem::replace(&mut last[key as usize], at);
    }
    // When what is there is asked for next; the heap also has outdated answers, which are skipped.
    let mut next: Vec<Option<usize>> = vec![None; keys as usize];
    let mut latest = BinaryHeap::new();
    let (mut held, mut hits) = (0, 0);
    let warm = requests.len() / 4;
    for (at, &key) in requests.iter().enumerate() {
        let hit = next[key as usize].is_some();
        hits += usize::from(hit && at >= warm);
        next[key as usize] = Some(following[at]);
        latest.push((following[at], key));
        held += usize::from(!hit);
        while held > fit {
            let Some((when, key)) = latest.pop() else { break };
            if next[key as usize] == Some(when) {
                next[key as usize] = None;
                held -= 1;
            }
        }
    }
    hits as f64 / (requests.len() - warm) as f64
}

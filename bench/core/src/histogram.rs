//! Times, counted in buckets that are 3 % wide at most.

const SUB_BITS: u32 = 5;
const SUB: usize = 1 << SUB_BITS;

/// How often something took how long, in ns.
#[derive(Clone, Debug)]
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    largest: u64,
}

impl Histogram {
    pub fn new() -> Self {
        Self { buckets: vec![0; (64 - SUB_BITS as usize + 1) * SUB], count: 0, largest: 0 }
    }

    pub fn add(&mut self, ns: u64) {
        self.buckets[bucket_of(ns)] += 1;
        self.count += 1;
        self.largest = self.largest.max(ns);
    }

    pub fn largest(&self) -> u64 {
        self.largest
    }

    /// The time that this share of all did not exceed: the upper end of a bucket.
    pub fn quantile(&self, share: f64) -> u64 {
        let wanted = (self.count as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= wanted.max(1) {
                return end_of(bucket).min(self.largest);
            }
        }
        self.largest
    }
}

fn bucket_of(ns: u64) -> usize {
    if ns < SUB as u64 {
        return ns as usize;
    }
    let shift = ns.ilog2() - SUB_BITS;
    (shift as usize + 1) * SUB + (ns >> shift) as usize - SUB
}

fn end_of(bucket: usize) -> u64 {
    if bucket < SUB {
        return bucket as u64;
    }
    let shift = bucket / SUB - 1;
    (((bucket % SUB + SUB + 1) as u64) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_lies_in_its_bucket_and_buckets_are_narrow() {
        for ns in (0..5000).chain((13..50).map(|log| (1 << log) + 12_345)) {
            let bucket = bucket_of(ns);
            assert!(ns <= end_of(bucket), "{ns}");
            assert!(bucket == 0 || ns > end_of(bucket - 1), "{ns}");
            assert!(end_of(bucket) - ns <= ns / 31, "{ns}");
        }
    }

    #[test]
    fn quantiles_of_known_times() {
        let mut histogram = Histogram::new();
        (1..=1000).for_each(|ns| histogram.add(ns));
        assert!((495..=516).contains(&histogram.quantile(0.5)));
        assert_eq!(histogram.quantile(1.0), 1000);
    }
}

//! The kept inputs, and as many made at random as fit into some seconds. Runs with any Rust.
//!
//! `FUZZ_INPUTS=100000` for more; `FUZZ_SEED` for others.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A generator good enough to mix inputs (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ word >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ word >> 31
    }

    fn bytes(&mut self, most: u64) -> Vec<u8> {
        let len = 1 + self.next() % most;
        (0..len).map(|_| self.next() as u8).collect()
    }

    /// A kept input with some bytes changed, or one that is all new.
    fn input(&mut self, kept: &[Vec<u8>], most: u64) -> Vec<u8> {
        if kept.is_empty() || self.next().is_multiple_of(2) {
            return self.bytes(most);
        }
        let mut input = kept[self.next() as usize % kept.len()].clone();
        for _ in 0..1 + self.next() % 4 {
            let at = self.next() as usize % input.len().max(1);
            if let Some(byte) = input.get_mut(at) {
                *byte = self.next() as u8;
            }
        }
        if self.next().is_multiple_of(4) {
            input.extend(self.bytes(16));
        }
        input
    }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn hex(input: &[u8]) -> String {
    input.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn kept(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let mut inputs: Vec<Vec<u8>> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "{} holds no input", folder.display());
    inputs
}

/// Runs `target` on `input`. Ends the process with the input's bytes when it panics or takes longer than ten seconds.
fn run(target: fn(&[u8]), input: &[u8], began: &AtomicU64, zero: Instant) {
    began.store(zero.elapsed().as_millis() as u64 + 1, Ordering::SeqCst);
    if std::panic::catch_unwind(|| target(input)).is_err() {
        panic!("failed on {}", hex(input));
    }
    began.store(0, Ordering::SeqCst);
}

fn all(name: &str, target: fn(&[u8]), most: u64, inputs: u64) {
    static BEGAN: [AtomicU64; 2] = [AtomicU64::new(0), AtomicU64::new(0)];
    let began = &BEGAN[usize::from(name == "recover")];
    let zero = Instant::now();
    let watched = name.to_owned();
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(500));
            let since = began.load(Ordering::SeqCst);
            if since != 0 && zero.elapsed().as_millis() as u64 > since + 10_000 {
                eprintln!("{watched}: an input runs for more than ten seconds");
                std::process::abort();
            }
        }
    });
    let kept = kept(name);
    for input in &kept {
        run(target, input, began, zero);
    }
    let mut random = Random(number("FUZZ_SEED", 1));
    let inputs = number("FUZZ_INPUTS", inputs);
    for _ in 0..inputs {
        let input = random.input(&kept, most);
        run(target, &input, began, zero);
    }
    println!("{name}: {} kept inputs, {inputs} random ones in {:?}", kept.len(), zero.elapsed());
}

/// One after the other: both map the segment at one address.
#[test]
fn damaged_segments_give_errors_or_repairs() {
    all("attach", static_cache_fuzz::attach, 120, 3000);
    all("recover", static_cache_fuzz::recover, 120, 6000);
}

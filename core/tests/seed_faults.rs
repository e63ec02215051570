//! A worker is killed at every step of turning a seed into a segment; the next one makes a whole segment.
//!
//! `cargo test --features fault-injection --test seed_faults`

mod common;

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use common::{Child, config, get, put};
use static_cache_core::{AddressRange, Error, Policy, Seed, Segment, Session, fault};

fn join(file: &File, owner: &[u8]) -> Result<Arc<Segment>, Error> {
    let seed = Seed::open(file.try_clone().unwrap())?;
    let claiming = seed.lock(Duration::from_millis(100))?;
    claiming.claim(owner)?;
    // The same address in the killed process and in the next, as where a master reserved it.
    let range = AddressRange::reserve_at(BASE, 32 << 20).unwrap();
    claiming.grow(&config(1 << 20, Policy::Never), range)
}

const BASE: usize = 0x6000_0000_0000;

#[test]
fn a_death_at_any_step_leaves_a_seed_that_grows() {
    fault::record();
    drop(join(&Segment::seed("test").unwrap(), b"pool").unwrap());
    let mut steps: BTreeMap<&str, usize> = BTreeMap::new();
    for step in fault::recorded().into_iter().filter(|step| step.starts_with("seed:")) {
        *steps.entry(step).or_default() += 1;
    }
    assert_eq!(steps.len(), fault::SEED_STEPS.len(), "{steps:?}");
    for (step, times) in steps {
        for occurrence in [0, times / 2, times - 1] {
            let what = format!("killed at \"{step}\" #{occurrence}");
            let file = Segment::seed("test").unwrap();
            let child = Child::fork(|_| {
                fault::kill_at(step, occurrence);
                drop(join(&file, b"pool"));
            });
            assert_eq!(child.join(), -libc::SIGKILL, "{what}");
            // Whose it is was decided with the name's last byte, not before.
            let taken = !["seed: locked", "seed: part of the name"].contains(&step);
            let other = Seed::open(file.try_clone().unwrap()).unwrap();
            if taken {
                assert_eq!(other.lock(Duration::ZERO).unwrap().claim(b"other"), Err(Error::Owned), "{what}");
            }
            let segment = join(&file, b"pool").unwrap_or_else(|error| panic!("{what}: {error}"));
            let mut session = Session::new(Arc::clone(&segment));
            put(&mut session, b"key", &[7; 5000]).unwrap();
            assert_eq!(get(&mut session, b"key").unwrap(), [7; 5000], "{what}");
            segment.audit().unwrap_or_else(|error| panic!("{what}: {error}"));
        }
    }
}

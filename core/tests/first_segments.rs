//! A process that forks while one of its threads makes its first segment. A binary of its own: only a process in which nobody has
//! made one yet can do that.
#![cfg(not(miri))]

use std::sync::Barrier;

use static_cache_core::watch_forks;

mod common;
use common::Child;

#[test]
fn a_fork_in_the_middle_of_the_first_registration_leaves_a_child_that_can_register() {
    for _ in 0..2000 {
        let first = Child::fork(|_| {
            let start = Barrier::new(2);
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    start.wait();
                    watch_forks();
                });
                start.wait();
                // The child has this thread alone: what the other one had begun stays as it is.
                let mut child = Child::fork(|line| {
                    watch_forks();
                    line.tell(1);
                });
                // Ends either way: the line breaks when the child's time is up.
                assert!(child.says_something_within(5), "the child hangs");
                assert_eq!(child.join(), 0);
            });
        });
        assert_eq!(first.join(), 0);
    }
}

//! Stores typed values, forks, and reads them in the child: `cargo run --example share_with_child`.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use static_cache_core::{Policy, Segment, SegmentConfig, Session, value};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Route {
    path: String,
    methods: Vec<String>,
    priority: i32,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config =
        SegmentConfig { name: "example", size: 1 << 20, policy: Policy::Evict, readers: 8, abi_tag: 0 };
    let segment = Segment::create(&config)?;
    let mut session = Session::new(segment);

    let routes = vec![
        Route { path: "/".into(), methods: vec!["GET".into()], priority: 0 },
        Route { path: "/login".into(), methods: vec!["GET".into(), "POST".into()], priority: 10 },
    ];
    value::put(&mut session, b"routes", &routes, None)?;
    value::put(&mut session, b"greeting", &"hello", Some(Duration::from_secs(60)))?;

    // SAFETY: this process has one thread, so the child may go on using everything.
    match unsafe { libc::fork() } {
        -1 => Err(std::io::Error::last_os_error().into()),
        0 => {
            // The session knows that it was forked: it takes a reader slot of its own.
            let seen: Option<Vec<Route>> = value::get(&mut session, b"routes")?;
            assert_eq!(seen.as_ref(), Some(&routes));
            println!("child {}: {} routes", std::process::id(), seen.map_or(0, |seen| seen.len()));
            value::put(&mut session, b"answer", &42, None)?;
            Ok(())
        }
        child => {
            let mut status = 0;
            // SAFETY: waits for our own child; `status` is a valid place.
            unsafe { libc::waitpid(child, &raw mut status, 0) };
            let answer: Option<i32> = value::get(&mut session, b"answer")?;
            println!("parent {}: the child answered {answer:?}", std::process::id());
            Ok(())
        }
    }
}

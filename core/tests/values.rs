//! Values by serde, and bytes that only look like some.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use static_cache_core::value::{self, ValueError};
use static_cache_core::{Mode, Policy, Session, Space};

mod common;
use common::{Child, segment};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Tree {
    Leaf(u8),
    Node(Box<Tree>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct List {
    next: Option<Box<List>>,
    numbers: Option<[u64; 8]>,
    text: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Mixed {
    small: u8,
    negative: i64,
    float: f64,
    short: f32,
    text: String,
    long: String,
    bytes: Vec<u16>,
    map: BTreeMap<String, Option<i32>>,
    pair: (bool, char),
    tree: Tree,
    none: Option<u8>,
}

fn mixed() -> Mixed {
    Mixed {
        small: 7,
        negative: i64::MIN,
        float: 1.5,
        short: 0.25,
        text: "short".into(),
        long: "long".repeat(100),
        bytes: (0..300).collect(),
        map: (0..20).map(|at| (format!("key {at}"), (at % 2 == 0).then_some(-at * 70_000))).collect(),
        pair: (true, 'é'),
        tree: Tree::Node(Box::new(Tree::Leaf(3))),
        none: None,
    }
}

/// Stores bytes as if they were a value.
fn damage(session: &mut Session, bytes: &[u8]) {
    let fill = |out: &mut [u8], _: usize| out.copy_from_slice(bytes);
    session.store_with(Space::Key, b"v", value::TAG, 0, bytes.len(), None, Mode::Put, fill).unwrap();
}

fn read<T: serde::de::DeserializeOwned>(session: &mut Session) -> Result<Option<T>, ValueError> {
    value::get(session, b"v")
}

fn tree(nodes: usize) -> Tree {
    (0..nodes).fold(Tree::Leaf(1), |tree, _| Tree::Node(Box::new(tree)))
}

fn list(elements: usize) -> List {
    let element = |next| List { next, numbers: None, text: None };
    (1..elements).fold(element(None), |list, _| element(Some(Box::new(list))))
}

#[test]
fn nesting_ends_with_an_error_also_on_a_small_stack() {
    // Should it not, the process ends.
    let child = Child::fork(|_| {
        // Calls that are not optimised need more.
        let stack = if cfg!(debug_assertions) { 1 << 20 } else { 256 << 10 };
        let small = std::thread::Builder::new().stack_size(stack);
        let work = || {
            let mut session = Session::new(segment(8 << 20, Policy::Evict));
            let variants = [&[0x81, 0xa4], &b"Node"[..]].concat().repeat(100_000);
            let hostile = [variants, vec![0x91; 1_000_000], [0x81, 0xa1, b'n'].repeat(300_000)];
            for bytes in hostile {
                damage(&mut session, &bytes);
                assert!(matches!(read::<Tree>(&mut session), Err(ValueError::Malformed(_))));
                assert!(matches!(read::<List>(&mut session), Err(ValueError::Malformed(_))));
                assert!(matches!(read::<Vec<u8>>(&mut session), Err(ValueError::Malformed(_))));
            }
            // As much as is allowed.
            value::put(&mut session, b"v", &tree(99), None).unwrap();
            assert_eq!(read(&mut session).unwrap(), Some(tree(99)));
            value::put(&mut session, b"v", &list(100), None).unwrap();
            assert_eq!(read(&mut session).unwrap(), Some(list(100)));
            // What could not be read is not stored, and the old value stays.
            let refused = value::put(&mut session, b"v", &tree(100), None).unwrap_err();
            assert_eq!(refused.to_string(), "the value cannot be read: more than 100 containers are nested");
            let refused = value::put(&mut session, b"v", &list(101), None);
            assert!(matches!(refused, Err(ValueError::Malformed(_))));
            assert_eq!(read(&mut session).unwrap(), Some(list(100)));
        };
        small.spawn(work).unwrap().join().unwrap();
    });
    assert_eq!(child.join(), 0);
}

#[test]
fn a_value_that_ends_too_early_is_an_error() {
    let mut session = Session::new(segment(1 << 20, Policy::Evict));
    value::put(&mut session, b"v", &mixed(), None).unwrap();
    assert_eq!(read(&mut session).unwrap(), Some(mixed()));
    let hit = session.fetch(Space::Key, b"v").unwrap();
    let whole = session.payload(&hit).unwrap().to_vec();
    for len in 0..whole.len() {
        damage(&mut session, &whole[..len]);
        let read = read::<Mixed>(&mut session);
        assert!(matches!(read, Err(ValueError::Malformed(_))), "{len} bytes: {read:?}");
        session.end_request();
    }
}

#[test]
fn lengths_that_cannot_be_are_errors() {
    let mut session = Session::new(segment(1 << 20, Policy::Evict));
    for first in [0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xd4, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf] {
        for len in 0..9 {
            let bytes = [vec![first], vec![0xff; len]].concat();
            damage(&mut session, &bytes);
            assert!(read::<Vec<String>>(&mut session).is_err(), "{bytes:x?}");
            assert!(read::<BTreeMap<String, u8>>(&mut session).is_err(), "{bytes:x?}");
        }
    }
    for bytes in [&[][..], &[0xc1], &[0x91, 0xc1]] {
        damage(&mut session, bytes);
        assert!(matches!(read::<Vec<u8>>(&mut session), Err(ValueError::Malformed(_))), "{bytes:x?}");
    }
}

#[test]
fn a_field_that_is_there_twice_is_an_error() {
    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Known {
        a: u8,
    }
    let mut session = Session::new(segment(1 << 20, Policy::Evict));
    damage(&mut session, &[0x82, 0xa1, b'a', 1, 0xa1, b'a', 2]);
    assert!(matches!(read::<Known>(&mut session), Err(ValueError::Decode(_))));
}

#[test]
fn there_is_one_nil() {
    let mut session = Session::new(segment(1 << 20, Policy::Evict));
    value::put(&mut session, b"v", &Some(None::<u8>), None).unwrap();
    assert_eq!(read::<Option<Option<u8>>>(&mut session).unwrap(), Some(None));
    value::put(&mut session, b"v", &Some(()), None).unwrap();
    assert_eq!(read::<Option<()>>(&mut session).unwrap(), Some(None));
}

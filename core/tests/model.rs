//! Random sequences of operations by several sessions, compared with a plain map.

mod common;

use std::collections::HashMap;
use std::time::Duration;

use common::{INT, get, segment};
use proptest::prelude::*;
use static_cache_core::{Error, Hit, Mode, Policy, Session, Space, Stored};

#[derive(Debug, Clone)]
enum Step {
    Put { key: u8, size: usize, fill: u8 },
    Add { key: u8, fill: u8 },
    PutBoth { first: u8, second: u8, fill: u8 },
    Delete { key: u8 },
    DeletePrefix { digit: u8 },
    Clear,
    Fetch { key: u8 },
    Hold { key: u8 },
    EndRequest,
    Increment { key: u8, by: i64 },
    Expire { key: u8 },
    Abandon { key: u8, size: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let key = 0u8..24;
    prop_oneof![
        6 => (key.clone(), 0usize..9000, any::<u8>()).prop_map(|(key, size, fill)| Step::Put { key, size, fill }),
        2 => (key.clone(), any::<u8>()).prop_map(|(key, fill)| Step::Add { key, fill }),
        1 => (key.clone(), key.clone(), any::<u8>())
            .prop_map(|(first, second, fill)| Step::PutBoth { first, second, fill }),
        2 => key.clone().prop_map(|key| Step::Delete { key }),
        1 => (0u8..10).prop_map(|digit| Step::DeletePrefix { digit }),
        1 => Just(Step::Clear),
        4 => key.clone().prop_map(|key| Step::Fetch { key }),
        2 => key.clone().prop_map(|key| Step::Hold { key }),
        1 => Just(Step::EndRequest),
        2 => (key.clone(), any::<i64>()).prop_map(|(key, by)| Step::Increment { key, by }),
        1 => key.clone().prop_map(|key| Step::Expire { key }),
        1 => (key, 0usize..9000).prop_map(|(key, size)| Step::Abandon { key, size }),
    ]
}

fn name(key: u8) -> Vec<u8> {
    format!("{key}:").into_bytes()
}

/// What an entry should be.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Bytes(Vec<u8>),
    Int(i64),
}

/// The sessions under test, what they hold, and the map they are compared with.
struct World {
    sessions: Vec<Session>,
    held: Vec<Vec<(Hit, Vec<u8>)>>,
    map: HashMap<u8, Value>,
    strict: bool,
}

impl World {
    fn new(policy: Policy) -> Self {
        let segment = segment(256 * 1024, policy);
        segment.allow_moving(|_, _, _, _, _| true);
        Self {
            sessions: (0..3).map(|_| Session::new(segment.clone())).collect(),
            held: vec![Vec::new(); 3],
            map: HashMap::new(),
            strict: policy == Policy::Never,
        }
    }

    fn prepare(&mut self, who: usize, key: u8, bytes: &[u8]) -> Option<static_cache_core::Draft> {
        match self.sessions[who].prepare(Space::Key, &name(key), 0, 0, bytes.len(), None) {
            Ok(mut draft) => {
                draft.payload_mut().copy_from_slice(bytes);
                Some(draft)
            }
            Err(Error::NoMemory { .. }) => None,
            Err(error) => panic!("{error}"),
        }
    }

    fn run(&mut self, who: usize, step: Step) {
        match step {
            Step::Put { key, size, fill } => {
                let bytes = vec![fill; size];
                if let Some(draft) = self.prepare(who, key, &bytes) {
                    self.sessions[who].commit(draft, Mode::Put).unwrap();
                    self.map.insert(key, Value::Bytes(bytes));
                }
            }
            Step::Add { key, fill } => {
                if let Some(draft) = self.prepare(who, key, &[fill; 10]) {
                    let stored = self.sessions[who].commit(draft, Mode::Add).unwrap();
                    if self.strict {
                        assert_eq!(stored == Stored::Present, self.map.contains_key(&key));
                    }
                    if stored == Stored::Stored {
                        self.map.insert(key, Value::Bytes(vec![fill; 10]));
                    }
                }
            }
            Step::PutBoth { first, second, fill } => {
                let bytes = vec![fill; 500];
                let drafts = [first, second].map(|key| self.prepare(who, key, &bytes));
                if let [Some(one), Some(two)] = drafts {
                    self.sessions[who].commit_all(vec![one, two]).unwrap();
                    self.map.insert(first, Value::Bytes(bytes.clone()));
                    self.map.insert(second, Value::Bytes(bytes));
                }
            }
            Step::Delete { key } => {
                let was = self.sessions[who].delete(Space::Key, &name(key)).unwrap();
                assert!(!self.strict || was == self.map.contains_key(&key));
                self.map.remove(&key);
            }
            Step::DeletePrefix { digit } => {
                let prefix = digit.to_string().into_bytes();
                self.sessions[who].delete_prefix(Space::Key, &prefix).unwrap();
                self.map.retain(|key, _| !name(*key).starts_with(&prefix));
            }
            Step::Clear => {
                self.sessions[who].clear().unwrap();
                self.map.clear();
            }
            Step::Fetch { key } => self.compare(who, key),
            Step::Hold { key } => {
                if let Some(hit) = self.sessions[who].fetch(Space::Key, &name(key)) {
                    let bytes = self.sessions[who].payload(&hit).unwrap().to_vec();
                    self.held[who].push((hit, bytes));
                }
            }
            Step::EndRequest => {
                self.check_held(who);
                self.held[who].clear();
                self.sessions[who].end_request();
            }
            Step::Increment { key, by } => self.increment(who, key, by),
            Step::Expire { key } => {
                self.sessions[who].touch(Space::Key, &name(key), Some(Duration::ZERO)).unwrap();
                self.map.remove(&key);
            }
            Step::Abandon { key, size } => drop(self.prepare(who, key, &vec![0; size])),
        }
    }

    fn increment(&mut self, who: usize, key: u8, by: i64) {
        match (self.sessions[who].increment(&name(key), by, INT), self.map.get(&key)) {
            (Ok(done), Some(Value::Int(before))) if done.value == before.wrapping_add(by) => {
                self.map.insert(key, Value::Int(done.value));
            }
            // Missing, or (in a segment that evicts) no longer there.
            (Ok(done), before) if before.is_none() || !self.strict => {
                assert_eq!(done.value, by);
                self.map.insert(key, Value::Int(by));
            }
            (Err(Error::WrongType { .. }), Some(Value::Bytes(_))) | (Err(Error::NoMemory { .. }), _) => {}
            other => panic!("{other:?}"),
        }
    }

    fn compare(&mut self, who: usize, key: u8) {
        let session = &mut self.sessions[who];
        let found = session.fetch(Space::Key, &name(key)).map(|hit| {
            if session.tag(&hit) == Some(INT) {
                Value::Int(session.bits(&hit).unwrap() as i64)
            } else {
                Value::Bytes(session.payload(&hit).unwrap().to_vec())
            }
        });
        if found.is_some() || self.strict {
            assert_eq!(found.as_ref(), self.map.get(&key));
        } else {
            self.map.remove(&key);
        }
    }

    fn check_held(&self, who: usize) {
        for (hit, bytes) in &self.held[who] {
            assert_eq!(self.sessions[who].payload(hit).unwrap(), bytes);
        }
    }

    fn finish(mut self) {
        for who in 0..3 {
            self.check_held(who);
            for key in 0..24 {
                self.compare(who, key);
            }
            self.sessions[who].end_request();
        }
        let segment = self.sessions[0].segment().clone();
        assert!(!self.strict || segment.stats().entries == self.map.len() as u64);
        self.sessions[0].clear().unwrap();
        let stats = segment.stats();
        assert_eq!((stats.used, stats.retired, stats.entries), (0, 0, 0), "memory was lost: {stats:?}");
        assert_eq!(get(&mut self.sessions[0], &name(0)), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_strict_segment_is_a_map(steps in prop::collection::vec((0usize..3, step()), 1..300)) {
        let mut world = World::new(Policy::Never);
        for (who, step) in steps {
            world.run(who, step);
        }
        world.finish();
    }

    #[test]
    fn an_evicting_segment_forgets_but_never_lies(steps in prop::collection::vec((0usize..3, step()), 1..300)) {
        let mut world = World::new(Policy::Evict);
        for (who, step) in steps {
            world.run(who, step);
        }
        world.finish();
    }
}

//! PHP-FPM: one partition per worker pool.
//!
//! | when | where | what |
//! |---|---|---|
//! | before the first fork | master, before it knows its pools | address ranges are reserved ([`space`]) |
//! | before each fork | master | memory files for listening sockets that are new ([`before_fork`]) |
//! | first request | worker, before user code | its own is found, all others closed; mapped ([`select`]) |
//!
//! A worker knows its pool by two things that no request can touch: the listening socket that it has, and the name that FPM
//! gave to its process. Whose socket it is decides which memory file; the name is written into it by the first worker, and
//! a worker of another name is turned away, since two pools can share a socket. Whatever is not certain makes the cache
//! unavailable in that worker, with the reason.
//!
//! Not every fork makes a worker: `daemonize` forks the master, and `opcache.preload_user` a child that runs user code. Nor
//! does every request run in one: preloading and `php-fpm -i` have theirs in the master.

mod sockets;
mod space;
mod table;
mod title;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use static_cache_core::{Error, Seed};

use crate::ini::{self, Settings, Size};
use crate::module::{Backend, BackendState, config_of, install_pool, state_without};
use space::Ranges;
use table::{Match, Table, process};
use title::Title;

/// Whether this process may still be the master of workers, or a worker that has not selected.
static OPEN: AtomicBool = AtomicBool::new(false);

struct State {
    table: Table,
    /// The last child of a fork, as that child knows itself.
    forked: libc::pid_t,
    /// From the first fork on.
    ranges: Option<Ranges>,
    chosen: Option<Chosen>,
}

/// A worker's pool, while its memory is not mapped yet.
struct Chosen {
    name: Vec<u8>,
    seeds: [Option<Seed>; 2],
    done: [Option<BackendState>; 2],
    /// Whether the log knows that it takes long.
    told: bool,
}

/// Why a worker has no cache, for good.
struct Refusal {
    pool: String,
    reason: String,
    /// Whether somebody who reads the log can do something about it.
    is_news: bool,
}

impl Refusal {
    fn new(pool: &[u8], reason: String) -> Self {
        Self { pool: String::from_utf8_lossy(pool).into_owned(), reason, is_news: true }
    }

    fn uncertain(pool: &[u8], why: &str) -> Self {
        Self::new(pool, format!("unavailable: the worker pool cannot be told for certain: {why}"))
    }

    fn no_memory(pool: &[u8], error: &Error) -> Self {
        Self::new(pool, format!("unavailable: no shared memory for the pool: {error}"))
    }

    /// FPM closes the listening socket of a worker that is to end, also between accepting a connection and the begin of its
    /// request. (In its place there is a socket that nobody uses.)
    fn ending(pool: &[u8]) -> Self {
        let reason = "unavailable: this worker was told to end (a reload, SIGQUIT) before its first request, and has closed the listening socket that tells its pool".into();
        Self { is_news: false, ..Self::new(pool, reason) }
    }
}

static STATE: Mutex<State> = Mutex::new(State { table: Table::new(), forked: 0, ranges: None, chosen: None });

/// What a request in a process that is no worker is told. Not remembered: workers are forked from that process.
pub(crate) const NO_WORKER: &str = "unavailable: this process is not a worker of a PHP-FPM pool";

/// At module start-up under FPM: starts from nothing, whatever an earlier start-up in this process left.
pub(crate) fn start() {
    let mut state = STATE.lock();
    state.table.clear();
    state.table.made_by = 0;
    state.forked = 0;
    state.chosen = None;
    state.ranges = None;
    OPEN.store(true, Ordering::Release);
}

/// At module shutdown, in the master and in workers: nothing shared is changed.
pub(crate) fn stop() {
    OPEN.store(false, Ordering::Release);
    let mut state = STATE.lock();
    state.table.clear();
    state.chosen = None;
    state.ranges = None;
}

/// Before a fork.
pub(crate) fn before_fork() {
    if OPEN.load(Ordering::Acquire) {
        let mut state = STATE.lock();
        // A worker that waits for its memory does not make any for others.
        if state.chosen.is_none() {
            state.table.update();
            state.ranges.get_or_insert_with(|| Ranges::reserve(&ini::settings()));
        }
    }
}

/// In the child of a fork.
pub(crate) fn in_child() {
    if OPEN.load(Ordering::Acquire) {
        STATE.lock().forked = process();
    }
}

/// Whether this process may be a worker, and its pool is not known yet.
#[inline(always)]
pub(crate) fn has_to_select() -> bool {
    OPEN.load(Ordering::Acquire)
}

/// Before user code of a request, if [`has_to_select`]. Returns what is to be logged, once per worker.
pub(crate) fn select() -> Vec<String> {
    let mut state = STATE.lock();
    let state = &mut *state;
    if state.chosen.is_none() {
        match choose(state) {
            Ok(chosen) => state.chosen = Some(chosen),
            Err(None) => return Vec::new(),
            Err(Some(Refusal { pool, reason, is_news })) => {
                let lines = settle_without(state, &pool, reason);
                return if is_news { lines } else { Vec::new() };
            }
        }
    }
    let Some(chosen) = &mut state.chosen else { return Vec::new() };
    let settings = ini::settings();
    let name = String::from_utf8_lossy(&chosen.name).into_owned();
    let ranges = state.ranges.get_or_insert(Ranges::NONE);
    match attach(chosen, ranges, &settings) {
        Ok(()) => {
            let backends = chosen
                .done
                .each_mut()
                .map(|done| done.take().unwrap_or_else(|| state_without("not started".into(), 0, true)));
            // A size that is switched off is no failure.
            let failures = backends.iter().filter(|backend| backend.startup_failed);
            let mut log: Vec<String> = failures
                .filter_map(|backend| backend.reason.as_deref())
                .map(|reason| line(&name, reason))
                .collect();
            // Also what start-up warned of: that is in no log where `log_errors` was off.
            let news = settings.warnings.iter();
            let news = news.filter(|warning| !log.iter().any(|known| known.ends_with(warning.as_str())));
            let news: Vec<String> = news.map(|warning| line(&name, warning)).collect();
            log.extend(news);
            install_pool(&name, "fpm pool", backends);
            finish(state);
            log
        }
        Err(Error::LockTimeout { waited_ms }) => {
            // Another worker is stopped in the middle of making the segment. The next request tries again.
            let reason = format!(
                "unavailable: another worker of pool \"{name}\" was preparing the memory for more than {waited_ms} ms (opcache.static_cache.lock_timeout_ms)"
            );
            let backends = Backend::ALL.map(|backend| without(backend, &settings, &reason));
            install_pool(&name, "none", backends);
            if std::mem::replace(&mut chosen.told, true) { Vec::new() } else { vec![line(&name, &reason)] }
        }
        Err(Error::Owned) => {
            let reason = "unavailable: the worker pool cannot be told for certain: its listening socket is also that of another pool, which was first".to_owned();
            settle_without(state, &name, reason)
        }
        Err(error) => {
            settle_without(state, &name, format!("unavailable: no shared memory for the pool: {error}"))
        }
    }
}

fn line(pool: &str, reason: &str) -> String {
    format!("static_cache: pool \"{pool}\": {reason}")
}

/// The pool has no cache in this worker, for good.
fn settle_without(state: &mut State, pool: &str, reason: String) -> Vec<String> {
    let settings = ini::settings();
    let backends = Backend::ALL.map(|backend| without(backend, &settings, &reason));
    install_pool(pool, "none", backends);
    finish(state);
    vec![line(pool, &reason)]
}

/// Unmaps and closes whatever is not this worker's own.
fn finish(state: &mut State) {
    state.chosen = None;
    state.table.clear();
    state.ranges = None;
    OPEN.store(false, Ordering::Release);
}

/// Finds out which pool this process serves. An error without a reason: not a worker; nothing is settled.
fn choose(state: &mut State) -> Result<Chosen, Option<Refusal>> {
    let pid = process();
    if state.forked != pid && state.table.made_by == pid {
        return Err(None);
    }
    let name = match title::read() {
        Title::Pool(name) => name,
        Title::Cut(name) => {
            let why = "its name does not fit into the process title; start php-fpm with a longer command line or environment";
            return Err(Some(Refusal::uncertain(&name, why)));
        }
        Title::Other => {
            // A child that is no worker runs user code (preloading): it must not have the pools' memory files.
            if state.forked == pid && state.table.made_by != pid {
                state.table.clear();
            }
            return Err(None);
        }
    };
    let uncertain = |why: &str| Err(Some(Refusal::uncertain(&name, why)));
    if state.forked != pid {
        return uncertain(
            "the module was loaded in the worker (php_admin_value[extension]); load it in php.ini",
        );
    }
    if state.table.is_empty() {
        return uncertain(if sockets::are_told_apart() {
            "the master had no listening socket when it forked this worker"
        } else {
            "the kernel does not tell sockets apart (SO_COOKIE, Linux 4.12 and later)"
        });
    }
    let index = match state.table.matching() {
        Match::One(index) => index,
        Match::None if sockets::open_descriptors().into_iter().any(sockets::is_unused) => {
            return Err(Some(Refusal::ending(&name)));
        }
        Match::None => return uncertain("no listening socket of this process is one of the master's"),
        Match::Several => return uncertain("this process has listening sockets of several pools"),
    };
    let no_memory = |error| Some(Refusal::no_memory(&name, &error));
    let seeds = state.table.take(index).map_err(no_memory)?.map(Some);
    Ok(Chosen { name, seeds, done: [None, None], told: false })
}

/// Maps the pool's memory, with the pool's own settings. What was done before is not done again.
fn attach(chosen: &mut Chosen, ranges: &mut Ranges, settings: &Settings) -> Result<(), Error> {
    let limit = Duration::from_millis(settings.lock_timeout_ms);
    ranges.shorten(settings);
    for backend in Backend::ALL {
        let at = backend as usize;
        if chosen.done[at].is_some() {
            continue;
        }
        let Some(seed) = &chosen.seeds[at] else { continue };
        // Also where the backend is switched off: the first memory file decides whose the socket is.
        let claiming = seed.lock(limit)?;
        claiming.claim(&chosen.name)?;
        let mib = match &settings.sizes[at] {
            Size::Mib(mib) if *mib > 0 => *mib,
            _ => {
                chosen.done[at] = Some(without(backend, settings, ""));
                continue;
            }
        };
        let config = config_of(backend, mib << 20, settings.readers);
        let made = ranges.take(backend).and_then(|range| claiming.grow(&config, range));
        chosen.done[at] = Some(match made {
            Ok(segment) => {
                segment.set_lock_timeout(limit);
                BackendState::with(segment, config.size)
            }
            Err(error) => state_without(
                format!(
                    "no shared memory for opcache.static_cache.{}_size_mb={mib}: {error}",
                    backend.name()
                ),
                config.size,
                true,
            ),
        });
    }
    Ok(())
}

/// A backend that is not there: because of its own size, or for `reason`.
fn without(backend: Backend, settings: &Settings, reason: &str) -> BackendState {
    match &settings.sizes[backend as usize] {
        Size::Wrong(wrong) => state_without(wrong.clone(), 0, true),
        Size::Mib(0) => {
            state_without(format!("disabled by opcache.static_cache.{}_size_mb=0", backend.name()), 0, false)
        }
        Size::Mib(mib) => state_without(reason.to_owned(), mib << 20, false),
    }
}

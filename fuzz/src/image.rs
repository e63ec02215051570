//! Real segments with everything in them that a segment can hold, as bytes.

use std::fs::File;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::fs::FileExt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use static_cache_core::{AddressRange, Mode, Policy, Segment, SegmentConfig, Session, Space, fault};

/// Where the read-only view lies, in the image and whenever it is attached to.
pub(crate) const BASE: usize = 0x2000_0000_0000;
/// Address space beyond the image, for files that are longer than they should be.
pub(crate) const SPARE: usize = 1 << 20;
pub(crate) const INT: u8 = 3;
const PAGE: usize = 4096;
const HEAP: usize = 128 << 10;

/// A segment as its processes left it.
pub(crate) struct Image {
    pub(crate) config: SegmentConfig,
    pub(crate) bytes: Vec<u8>,
    /// Names and places of the regions.
    pub(crate) regions: Vec<(&'static str, std::ops::Range<usize>)>,
    /// Offsets of all blocks.
    pub(crate) blocks: Vec<usize>,
}

/// Steps at which the last writer of an image dies inside a lock; none for the first.
const DEATHS: [Option<&str>; 4] =
    [None, Some("publish: superseded"), Some("allocate: split"), Some("retire: state")];

impl Image {
    /// One of eight: two policies, four ways in which the last writer died.
    pub(crate) fn get(which: usize) -> &'static Self {
        static IMAGES: OnceLock<Vec<Image>> = OnceLock::new();
        let images = IMAGES.get_or_init(|| {
            let of = |policy| DEATHS.map(|death| Self::make(policy, death));
            [Policy::Evict, Policy::Never].into_iter().flat_map(of).collect()
        });
        &images[which % images.len()]
    }

    fn make(policy: Policy, death: Option<&'static str>) -> Self {
        let config = SegmentConfig { name: "fuzz", size: HEAP, policy, readers: 2, abi_tag: 7 };
        let total = Segment::mapped_size(&config).expect("a possible size");
        let range = AddressRange::reserve_at(BASE, total).expect("address space for the image");
        let segment = Segment::create_in(&config, range).expect("a segment");
        for part in [fill, leave_traces] {
            in_a_process(|| part(&mut Session::new(Arc::clone(&segment))));
        }
        if let Some(step) = death {
            in_a_process(|| {
                let mut session = Session::new(Arc::clone(&segment));
                fault::kill_at(step, 0);
                let _ = put(&mut session, b"entry3", &[9; 300]);
                let _ = put(&mut session, b"entry3", &[9; 700]);
                let _ = session.delete(Space::Key, b"entry4");
            });
        }
        let mut bytes = vec![0; total];
        segment.file().read_exact_at(&mut bytes, 0).expect("the segment's memory");
        let regions = segment.regions();
        drop(segment);
        // The two arenas, one behind the other.
        let arenas = &regions[regions.len() - 2..];
        let blocks = blocks_in(&bytes, arenas[0].1.start..arenas[1].1.end);
        Self { config, bytes, regions, blocks }
    }
}

fn put(session: &mut Session, key: &[u8], payload: &[u8]) -> Result<(), static_cache_core::Error> {
    let fill = |out: &mut [u8], _| out.copy_from_slice(payload);
    session.store_with(Space::Key, key, 0, 0, payload.len(), None, Mode::Put, fill).map(drop)
}

/// Entries of all kinds, and holes between them.
fn fill(session: &mut Session) {
    for at in 0..24usize {
        put(session, format!("entry{at}").as_bytes(), &vec![at as u8; at * at * 3]).expect("room");
        put(session, format!("hole{at}").as_bytes(), &[0; 200]).expect("room");
    }
    for at in 0..24 {
        session.delete(Space::Key, format!("hole{at}").as_bytes()).expect("locks");
    }
    session.increment(b"count", 5, INT).expect("room");
    let ttl = Some(Duration::from_nanos(1));
    session.store_inline(Space::Key, b"expired", INT, 1, ttl, Mode::Put).expect("room");
    let ttl = Some(Duration::from_secs(1 << 30));
    session.store_inline(Space::Key, b"expires", INT, 1, ttl, Mode::Put).expect("room");
    // Some in one bucket of the expiry wheel, some in others, some due before anybody looks.
    for at in 0..12u32 {
        let ttl = Some(Duration::from_millis(1) * (at / 3 * 400));
        session
            .store_inline(Space::Key, format!("due{at}").as_bytes(), INT, 1, ttl, Mode::Put)
            .expect("room");
    }
    let mut draft = session.prepare(Space::Class, b"class", 0, 0, 50, None).expect("room");
    draft.payload_mut().fill(1);
    session.commit(draft, Mode::Put).expect("locks");
    session.end_request();
}

/// What a process leaves that is killed: a slot, pins, kept and retired blocks, reservations, blocks half built.
fn leave_traces(session: &mut Session) {
    for key in [&b"entry3"[..], b"entry7", b"count"] {
        session.fetch(Space::Key, key).expect("an entry");
    }
    for round in 0..3u8 {
        put(session, b"kept", &[round; 60]).expect("room");
        put(session, b"entry7", &[round; 900]).expect("room");
    }
    assert!(session.reserve(b"reserved", None).expect("room"));
    assert!(session.reserve(b"leased", Some(Duration::from_secs(1 << 30))).expect("room"));
    std::mem::forget(session.prepare(Space::Key, b"building", 0, 0, 100, None).expect("room"));
}

/// Runs `work` in a process of its own, which ends without tidying up.
fn in_a_process(work: impl FnOnce()) {
    // SAFETY: the child calls only our library and the standard library's parts that are safe after a fork with glibc.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "fork");
    if child == 0 {
        work();
        // SAFETY: ends the child at once: nothing is dropped.
        unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
    }
    let mut status = 0;
    // SAFETY: waits for our own child.
    unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert!(
        libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGKILL,
        "an image's process failed"
    );
}

/// Walks the blocks as the heap does: units in the low 40 bits of each block's first word.
fn blocks_in(bytes: &[u8], heap: std::ops::Range<usize>) -> Vec<usize> {
    let mut blocks = Vec::new();
    let mut at = heap.start;
    while at < heap.end {
        blocks.push(at);
        let word = u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
        at += (word & ((1 << 40) - 1)) as usize * 16;
    }
    assert_eq!(at, heap.end, "the image's blocks tile its heap");
    blocks
}

/// A sealed memory file with these contents. Pages of zeros stay holes, as in a real one.
pub(crate) fn file_of(bytes: &[u8]) -> File {
    // SAFETY: a NUL-terminated name.
    let fd = unsafe { libc::memfd_create(c"fuzz".as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING) };
    assert!(fd >= 0, "memfd_create");
    // SAFETY: just returned to us.
    let file = unsafe { File::from_raw_fd(fd) };
    file.set_len(bytes.len() as u64).expect("the length");
    for (page, contents) in bytes.chunks(PAGE).enumerate() {
        if contents.iter().any(|&byte| byte != 0) {
            file.write_all_at(contents, (page * PAGE) as u64).expect("a page");
        }
    }
    let seals = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_SEAL;
    // SAFETY: a descriptor of ours.
    assert_eq!(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) }, 0);
    file
}

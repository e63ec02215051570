//! A memory file that becomes a segment in another process than the one that made it.
//!
//! The master of a server makes a [seed](Segment::seed) for each of its pools before it forks. It writes one page, before
//! anybody else has the file, and never maps or reads it: its workers can write to it, and the master has more rights
//! than they have. The first worker of a pool knows the pool's name and sizes: it [claims](Claiming::claim) the seed for
//! the name and [grows](Claiming::grow) it into a segment; the others attach to what it made, or are turned away.
//!
//! All of that happens under a robust lock in the page. Its holder may die at any step: the next one finds the name
//! whole or not at all, and formats again what was not published.

use std::fs::File;
use std::hash::{DefaultHasher, Hasher};
use std::marker::PhantomData;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use memmap2::{MmapMut, MmapOptions};

use crate::error::Error;
use crate::fault::step;
use crate::header::Header;
use crate::layout::{Layout, PAGE};
use crate::memory::{Memory, Shared};
use crate::protocol::{Robust, Taken};
use crate::segment::{OTHER_LOCK, Segment, SegmentConfig};
use crate::sys::known::KnownFile;
use crate::sys::map::AddressRange;
use crate::sys::robust::RobustMutex;
use crate::sys::{fork as forks, memfd};

/// "static-s" in little-endian ASCII.
const MAGIC: u64 = u64::from_le_bytes(*b"static-s");
/// Where it lies in the page: behind the header, which the first page gets when the file becomes a segment.
const OFFSET: u64 = 2048;
const CLOSED: Error = Error::Corrupt("somebody closed the descriptor of the memory file");
/// Room for the owner's name, in words. Of a longer name the last four words are a digest.
const WORDS: usize = 160;
const DIGEST_WORDS: usize = 4;

/// What the page says before and beside the segment's header.
#[repr(C)]
struct Setup {
    magic: AtomicU64,
    lock: RobustMutex,
    /// Length of the owner's name plus one; 0 until the name is whole.
    owner_len: AtomicU64,
    owner: [AtomicU64; WORDS],
    /// What the first worker asked for; 0 until then.
    heap_size: AtomicU64,
    readers: AtomicU64,
}

// SAFETY: atomics, and a lock that the C library manages.
unsafe impl Shared for Setup {}

const _: () = assert!(size_of::<Header>() as u64 <= OFFSET);
const _: () = assert!(OFFSET + size_of::<Setup>() as u64 <= PAGE);

/// A seed, mapped into this process: one page.
#[derive(Debug)]
pub struct Seed {
    file: KnownFile,
    page: Arc<Mapped>,
}

#[derive(Debug)]
struct Mapped {
    memory: Memory,
    _page: MmapMut,
}

impl Mapped {
    fn setup(&self) -> &Setup {
        self.memory.at(OFFSET)
    }
}

/// The right to claim and grow a seed: its lock, which belongs to the thread.
///
/// ```compile_fail,E0277
/// fn is_send<T: Send>() {}
/// is_send::<static_cache_core::Claiming<'static>>();
/// ```
#[derive(Debug)]
pub struct Claiming<'a> {
    seed: &'a Seed,
    /// Stays mapped should this be forgotten: the C library knows the address of a lock that is held.
    page: Arc<Mapped>,
    fork_generation: u32,
    not_send: PhantomData<*mut ()>,
}

#[repr(C, align(4096))]
struct Page([u8; PAGE as usize]);

impl Segment {
    /// Makes a memory file that a process forked later turns into a segment. Nothing of it stays mapped here.
    ///
    /// # Errors
    /// [`Error::Config`] when files may not grow to a page, [`Error::Os`] when the kernel refuses.
    pub fn seed(name: &str) -> Result<File, Error> {
        let file = memfd::unsized_file(&format!("static-cache-{name}"))?;
        memfd::may_grow_to(PAGE as usize)?;
        let mut page = Box::new(Page([0; PAGE as usize]));
        // SAFETY: the page is ours and as long and as aligned as the accesses below need.
        let memory = unsafe { Memory::new(page.0.as_mut_ptr(), PAGE as usize) };
        let setup: &Setup = memory.at(OFFSET);
        setup.magic.store(MAGIC, Ordering::Relaxed);
        // SAFETY: nobody else has the page. An unlocked mutex holds no address, so its bytes may be moved.
        unsafe { setup.lock.init()? };
        file.write_all_at(&page.0, 0).map_err(|error| memfd::failed("pwrite", &error))?;
        memfd::seal_against_shrinking(&file)?;
        Ok(file)
    }
}

impl Seed {
    /// Maps the page of a seed.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when the file is none or its descriptor was closed, [`Error::Os`] when the kernel refuses.
    pub fn open(file: impl Into<KnownFile>) -> Result<Self, Error> {
        let known = file.into();
        let file = known.get().ok_or(CLOSED)?;
        memfd::check_sealed(file)?;
        forks::watch();
        if memfd::len(file)? < PAGE as usize {
            return Err(Error::Corrupt("no seed (shorter than a page)"));
        }
        // SAFETY: the file is sealed against shrinking, so the page stays; it is used through atomics only.
        let page = unsafe { MmapOptions::new().len(PAGE as usize).map_mut(file) }
            .map_err(|error| memfd::failed("mmap", &error))?;
        // SAFETY: the mapping lives as long as the seed, which lends the memory to nobody for longer.
        let memory = unsafe { Memory::new(page.as_ptr().cast_mut(), PAGE as usize) };
        let seed = Self { file: known, page: Arc::new(Mapped { memory, _page: page }) };
        if seed.setup().magic.load(Ordering::Relaxed) != MAGIC {
            return Err(Error::Corrupt("no seed (wrong magic)"));
        }
        if !seed.setup().lock.is_formatted() {
            return Err(Error::Corrupt(OTHER_LOCK));
        }
        Ok(seed)
    }

    fn setup(&self) -> &Setup {
        self.page.setup()
    }

    /// Waits for the lock, at most `limit`.
    ///
    /// # Errors
    /// [`Error::LockTimeout`].
    pub fn lock(&self, limit: Duration) -> Result<Claiming<'_>, Error> {
        match self.setup().lock.lock(limit) {
            // After a death: every step below can be done again.
            Taken::Clean | Taken::OwnerDied => {
                step!("seed: locked");
                Ok(Claiming {
                    seed: self,
                    page: Arc::clone(&self.page),
                    fork_generation: forks::generation(),
                    not_send: PhantomData,
                })
            }
            Taken::Busy => Err(Error::LockTimeout { waited_ms: limit.as_millis() as u64 }),
        }
    }
}

impl Claiming<'_> {
    /// Makes the seed `owner`'s, for good, unless it is somebody's already.
    ///
    /// # Errors
    /// [`Error::Owned`] when it is another's.
    pub fn claim(&self, owner: &[u8]) -> Result<(), Error> {
        let setup = self.seed.setup();
        let words = words_of(owner);
        let len = owner.len() as u64 + 1;
        match setup.owner_len.load(Ordering::Acquire) {
            0 => {
                for (place, word) in setup.owner.iter().zip(words) {
                    place.store(word, Ordering::Relaxed);
                    step!("seed: part of the name");
                }
                setup.owner_len.store(len, Ordering::Release);
                step!("seed: claimed");
                Ok(())
            }
            found => {
                let same = setup.owner.iter().zip(words).all(|(at, word)| at.load(Ordering::Relaxed) == word);
                if found == len && same { Ok(()) } else { Err(Error::Owned) }
            }
        }
    }

    /// Makes the segment, or attaches to it if somebody made it; its read-only view lies at the start of `range`.
    ///
    /// # Errors
    /// [`Error::Differs`] when it was made with another size or number of readers; else as for [`Segment::attach`].
    pub fn grow(&self, config: &SegmentConfig, range: AddressRange) -> Result<Arc<Segment>, Error> {
        let setup = self.seed.setup();
        let layout = Layout::new(config.size as u64, config.readers)?;
        match setup.heap_size.load(Ordering::Acquire) {
            0 => {
                setup.readers.store(u64::from(config.readers), Ordering::Relaxed);
                step!("seed: half of the sizes");
                setup.heap_size.store(layout.heap_size, Ordering::Release);
                step!("seed: sizes");
            }
            size => {
                let readers = setup.readers.load(Ordering::Relaxed);
                if (size, readers) != (layout.heap_size, u64::from(config.readers)) {
                    return Err(Error::Differs {
                        made_with: (size, readers),
                        asked_for: (layout.heap_size, u64::from(config.readers)),
                    });
                }
            }
        }
        // Requests may have run since it was opened, while the lock was another's.
        let file = self.seed.file.get().ok_or(CLOSED)?;
        let file = file.try_clone().map_err(|error| memfd::failed("fcntl(F_DUPFD_CLOEXEC)", &error))?;
        memfd::size_and_seal(&file, layout.total as usize)?;
        step!("seed: sealed");
        Segment::make_or_attach(config, file, range)
    }
}

impl Drop for Claiming<'_> {
    fn drop(&mut self) {
        if !forks::is_of(self.fork_generation) {
            // The parent's.
            return;
        }
        step!("seed: about to unlock");
        // SAFETY: made by `lock`, on this thread, since it is not Send, and in this process.
        unsafe { self.page.setup().lock.unlock() };
    }
}

/// A name in words of constant number: the bytes, or for a long name its beginning and a digest of the whole.
fn words_of(name: &[u8]) -> [u64; WORDS] {
    let mut words = [0; WORDS];
    for (word, bytes) in words.iter_mut().zip(name.chunks(8)) {
        let mut padded = [0; 8];
        padded[..bytes.len()].copy_from_slice(bytes);
        *word = u64::from_le_bytes(padded);
    }
    if name.len() > WORDS * 8 {
        for (salt, word) in words[WORDS - DIGEST_WORDS..].iter_mut().enumerate() {
            // Keys that do not change: the same in every process of one build.
            let mut hasher = DefaultHasher::new();
            hasher.write_usize(salt);
            hasher.write(name);
            *word = hasher.finish();
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_wherever_they_differ() {
        let long = vec![b'n'; WORDS * 8 + 100];
        let at = |place: usize| {
            let mut name = long.clone();
            name[place] = b'm';
            words_of(&name)
        };
        for place in [0, 8 * (WORDS - DIGEST_WORDS), WORDS * 8 - 1, WORDS * 8, long.len() - 1] {
            assert_ne!(at(place), words_of(&long), "{place}");
        }
        assert_ne!(words_of(b"a"), words_of(b"b"));
        assert_eq!(words_of(&long), words_of(&long));
    }
}

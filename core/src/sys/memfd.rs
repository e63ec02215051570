//! Shared memory without a name in any file system.

use std::fs::File;
use std::os::fd::{AsRawFd, FromRawFd};

use crate::error::Error;

/// Makes a memory file of `len` bytes, closed on exec and sealed against shrinking and growing, so that
/// nobody can take a mapped page away, which would be a `SIGBUS`. (The kernel may still refuse one that was never touched: at the commit
/// limit, with `vm.overcommit_memory=2`.) To be [finished](finish) once it is mapped.
pub(crate) fn create(name: &str, len: usize) -> Result<File, Error> {
    let file = unsized_file(name)?;
    may_grow_to(len)?;
    file.set_len(len as u64).map_err(|error| failed("ftruncate", &error))?;
    seal(&file, libc::F_SEAL_SHRINK | libc::F_SEAL_GROW)?;
    Ok(file)
}

/// The last seals of a file that nobody else will map or write to by its descriptor, given when it is mapped: what is
/// written to a descriptor by mistake must not end up in the segment.
pub(crate) fn finish(file: &File) -> Result<(), Error> {
    // Linux before 5.1 does not know the seal.
    seal(file, FINAL_SEALS | libc::F_SEAL_FUTURE_WRITE).or_else(|_| seal(file, FINAL_SEALS))
}

/// Makes a memory file without a length or seals, closed on exec.
pub(crate) fn unsized_file(name: &str) -> Result<File, Error> {
    let name = std::ffi::CString::new(name.replace('\0', "")).unwrap_or_default();
    // SAFETY: `name` is a NUL-terminated string that outlives the call.
    let fd = unsafe { libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING) };
    if fd < 0 {
        return Err(Error::os("memfd_create"));
    }
    // SAFETY: `fd` was just returned to us and nobody else owns it.
    above_standard(unsafe { File::from_raw_fd(fd) })
}

/// The same file at a descriptor that is not 0, 1 or 2. A process may be started without those; it prints, logs and reads at
/// these numbers all the same, and servers put other files there.
pub(super) fn above_standard(file: File) -> Result<File, Error> {
    if file.as_raw_fd() > libc::STDERR_FILENO {
        return Ok(file);
    }
    // SAFETY: plain fcntl on a descriptor of ours.
    let moved = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_DUPFD_CLOEXEC, libc::STDERR_FILENO + 1) };
    if moved < 0 {
        return Err(Error::os("fcntl(F_DUPFD_CLOEXEC)"));
    }
    // SAFETY: `moved` was just returned to us and nobody else owns it.
    Ok(unsafe { File::from_raw_fd(moved) })
}

const FINAL_SEALS: i32 = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_SEAL;

/// Gives `file` its final length. May be done again, with the same length, also after a death half-way.
pub(crate) fn size_and_seal(file: &File, len: usize) -> Result<(), Error> {
    if self::len(file)? != len {
        may_grow_to(len)?;
        file.set_len(len as u64).map_err(|error| failed("ftruncate", &error))?;
    }
    // SAFETY: plain fcntl on a descriptor we own.
    let sealed = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GET_SEALS) };
    if sealed & FINAL_SEALS == FINAL_SEALS { Ok(()) } else { seal(file, FINAL_SEALS) }
}

/// From now on the file only grows: what is mapped of it stays.
pub(crate) fn seal_against_shrinking(file: &File) -> Result<(), Error> {
    seal(file, libc::F_SEAL_SHRINK)
}

fn seal(file: &File, seals: i32) -> Result<(), Error> {
    // SAFETY: plain fcntl on a descriptor we own.
    if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) } != 0 {
        return Err(Error::os("fcntl(F_ADD_SEALS)"));
    }
    Ok(())
}

/// The first place at or after `offset` that has memory; `None` when there is none (or the kernel cannot say).
pub(crate) fn data_at(file: &File, offset: u64) -> Option<u64> {
    // SAFETY: the file's position, which the call moves, is used by nobody.
    let found = unsafe { libc::lseek(file.as_raw_fd(), offset as libc::off_t, libc::SEEK_DATA) };
    u64::try_from(found).ok()
}

/// Refuses a memory file that somebody could still cut off under the feet of who has it mapped.
pub(crate) fn check_sealed(file: &File) -> Result<(), Error> {
    // SAFETY: plain fcntl on a descriptor we own.
    let seals = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GET_SEALS) };
    if seals < 0 || seals & libc::F_SEAL_SHRINK == 0 {
        return Err(Error::Corrupt("no memory file, or not sealed against shrinking"));
    }
    Ok(())
}

/// Memory files count as files for `ulimit -f`, and who exceeds that is killed (`SIGXFSZ`).
pub(crate) fn may_grow_to(len: usize) -> Result<(), Error> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: a valid place for the result.
    let known = unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, &raw mut limit) } == 0;
    if known && limit.rlim_cur < len as u64 {
        return Err(Error::Config(format!(
            "files may grow to {} bytes (RLIMIT_FSIZE), the memory file needs {len}",
            limit.rlim_cur
        )));
    }
    Ok(())
}

/// Gives the memory of `file` back, from `from` on: it reads as zeros again. Where there is none nothing is asked for: the call may be refused.
pub(crate) fn empty_from(file: &File, from: u64, len: u64) -> Result<(), Error> {
    if data_at(file, from).is_none() && std::io::Error::last_os_error().raw_os_error() == Some(libc::ENXIO) {
        return Ok(());
    }
    let mode = libc::FALLOC_FL_PUNCH_HOLE | libc::FALLOC_FL_KEEP_SIZE;
    // SAFETY: plain fallocate on a descriptor we own.
    if unsafe { libc::fallocate(file.as_raw_fd(), mode, from as libc::off_t, len as libc::off_t) } != 0 {
        return Err(Error::os("fallocate(PUNCH_HOLE)"));
    }
    Ok(())
}

/// The error of a call that the standard library made.
pub(crate) fn failed(call: &'static str, error: &std::io::Error) -> Error {
    Error::Os { call, errno: error.raw_os_error().unwrap_or(0) }
}

/// The length of a memory file.
pub(crate) fn len(file: &File) -> Result<usize, Error> {
    let meta = file.metadata().map_err(|error| failed("fstat", &error))?;
    usize::try_from(meta.len())
        .map_err(|_| Error::Corrupt("the memory file is larger than the address space"))
}

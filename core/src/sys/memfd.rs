//! Shared memory without a name in any file system.

use std::fs::File;
use std::os::fd::{AsRawFd, FromRawFd};

use crate::error::Error;

/// Makes a memory file of `len` bytes, closed on exec and sealed against shrinking and growing, so that
/// nobody can turn a mapped page into a `SIGBUS`.
pub(crate) fn create(name: &str, len: usize) -> Result<File, Error> {
    let name = std::ffi::CString::new(name.replace('\0', "")).unwrap_or_default();
    // SAFETY: `name` is a NUL-terminated string that outlives the call.
    let fd = unsafe { libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING) };
    if fd < 0 {
        return Err(Error::os("memfd_create"));
    }
    // SAFETY: `fd` was just returned to us and nobody else owns it.
    let file = unsafe { File::from_raw_fd(fd) };
    size_and_seal(&file, len)?;
    Ok(file)
}

/// Gives `file` its final length.
fn size_and_seal(file: &File, len: usize) -> Result<(), Error> {
    file.set_len(len as u64)
        .map_err(|error| Error::Os { call: "ftruncate", errno: error.raw_os_error().unwrap_or(0) })?;
    let seals = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_SEAL;
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

/// The length of a memory file.
pub(crate) fn len(file: &File) -> Result<usize, Error> {
    let meta = file
        .metadata()
        .map_err(|error| Error::Os { call: "fstat", errno: error.raw_os_error().unwrap_or(0) })?;
    usize::try_from(meta.len())
        .map_err(|_| Error::Corrupt("the memory file is larger than the address space"))
}

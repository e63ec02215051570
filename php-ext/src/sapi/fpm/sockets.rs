//! Listening sockets, and what tells one from another for as long as the machine runs.

use std::os::fd::RawFd;

/// Identifies a socket: its inode, and the kernel's cookie, which is never used again (an inode is).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    inode: u64,
    cookie: u64,
}

/// The identity of the socket at `fd`; `None` when there is none, or when it does not listen.
pub(super) fn listening(fd: RawFd) -> Option<Identity> {
    let mut listens: libc::c_int = 0;
    let mut cookie: u64 = 0;
    let found = option(fd, libc::SO_ACCEPTCONN, &mut listens) && listens == 1;
    if !found || !option(fd, libc::SO_COOKIE, &mut cookie) || cookie == 0 {
        return None;
    }
    Some(Identity { inode: inode(fd)?, cookie })
}

/// Whether the kernel says which socket is which, for [`listening`].
pub(super) fn are_told_apart() -> bool {
    let mut cookie: u64 = 0;
    // SAFETY: makes a descriptor, which is ours and closed again.
    unsafe {
        let fd = libc::socket(libc::AF_UNIX, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0);
        let told = option(fd, libc::SO_COOKIE, &mut cookie);
        // One that could not be made says nothing.
        fd < 0 || (libc::close(fd), told).1
    }
}

/// Whether `fd` is a stream socket of the Unix kind that nobody has used for anything.
pub(super) fn is_unused(fd: RawFd) -> bool {
    let (mut domain, mut kind): (libc::c_int, libc::c_int) = (0, 0);
    if !option(fd, libc::SO_DOMAIN, &mut domain) || !option(fd, libc::SO_TYPE, &mut kind) {
        return false;
    }
    domain == libc::AF_UNIX && kind == libc::SOCK_STREAM && listening(fd).is_none() && is_nowhere(fd)
}

/// Whether a socket has neither a name nor a peer.
fn is_nowhere(fd: RawFd) -> bool {
    // SAFETY: zero is a valid address, of no kind.
    let mut address: libc::sockaddr_storage = unsafe { std::mem::zeroed() };
    let mut len = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
    let start = (&raw mut address).cast::<libc::sockaddr>();
    // SAFETY: `address` has room for `len` bytes, twice.
    unsafe {
        let unnamed =
            libc::getsockname(fd, start, &raw mut len) == 0 && len as usize <= size_of::<libc::sa_family_t>();
        len = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
        unnamed && libc::getpeername(fd, start, &raw mut len) != 0
    }
}

fn option<T>(fd: RawFd, name: libc::c_int, out: &mut T) -> bool {
    let mut len = size_of::<T>() as libc::socklen_t;
    // SAFETY: `out` has room for `len` bytes; on anything but a socket the call fails.
    let result =
        unsafe { libc::getsockopt(fd, libc::SOL_SOCKET, name, (&raw mut *out).cast(), &raw mut len) };
    result == 0 && len as usize == size_of::<T>()
}

/// The inode of what is open at `fd`.
pub(super) fn inode(fd: RawFd) -> Option<u64> {
    let mut status = std::mem::MaybeUninit::<libc::stat>::uninit();
    // SAFETY: room for the result, which is read only when the call says that it is there.
    unsafe { (libc::fstat(fd, status.as_mut_ptr()) == 0).then(|| status.assume_init().st_ino) }
}

/// Descriptors that are open in this process, as `/proc` lists them or, where there is no `/proc`, by trying.
pub(super) fn open_descriptors() -> Vec<RawFd> {
    let listed = std::fs::read_dir("/proc/self/fd").map(|entries| {
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect::<Vec<_>>()
    });
    // SAFETY: plain fcntl.
    let is_open = |fd: &RawFd| unsafe { libc::fcntl(*fd, libc::F_GETFD) } != -1;
    listed
        .ok()
        .filter(|found| !found.is_empty())
        .unwrap_or_else(|| (0..most_descriptors().min(65_536) as RawFd).filter(is_open).collect())
}

/// How many descriptors this process may have (`RLIMIT_NOFILE`).
pub(super) fn most_descriptors() -> usize {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: a valid place for the result.
    let known = unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } == 0;
    if known { usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX) } else { 1024 }
}

//! Descriptors that stay open for long.
//!
//! A program may close descriptors that are not its own (a daemon closes all that it was started with), and what it opens next gets
//! their numbers. Mappings stay, so nothing else shows that a number means a stranger's file now.

use std::fs::File;
use std::mem::ManuallyDrop;
use std::os::unix::fs::MetadataExt;

/// A file whose descriptor is not used, nor closed, once it is another file's.
///
/// (A thread that closes descriptors right between the look and the use is not seen. No system call does both.)
#[derive(Debug)]
pub struct KnownFile {
    file: ManuallyDrop<File>,
    /// Device and inode. `None`: it could not be had, and nothing is known to be this file.
    identity: Option<(u64, u64)>,
}

impl KnownFile {
    /// Notes which file it is.
    #[must_use]
    pub fn new(file: File) -> Self {
        let identity = identity(&file);
        Self { file: ManuallyDrop::new(file), identity }
    }

    /// The file; `None` if the descriptor was closed, or is another file's by now.
    #[must_use]
    pub fn get(&self) -> Option<&File> {
        (self.identity.is_some() && identity(&self.file) == self.identity).then_some(&*self.file)
    }

    /// By the number that it had, whatever that means now.
    pub(crate) fn unchecked(&self) -> &File {
        &self.file
    }
}

impl From<File> for KnownFile {
    fn from(file: File) -> Self {
        Self::new(file)
    }
}

impl Drop for KnownFile {
    fn drop(&mut self) {
        if self.get().is_some() {
            // SAFETY: dropped once, here.
            unsafe { ManuallyDrop::drop(&mut self.file) };
        }
    }
}

fn identity(file: &File) -> Option<(u64, u64)> {
    file.metadata().ok().map(|meta| (meta.dev(), meta.ino()))
}

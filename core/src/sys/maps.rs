//! This process's mappings, as far as they can hold addresses that the program keeps.

use std::fs;
use std::ops::Range;

/// One mapping.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mapping {
    pub(crate) range: Range<usize>,
    /// Code may lie there, in which addresses have no alignment.
    pub(crate) executable: bool,
}

/// All mappings that may hold addresses; `None` when the kernel does not say, or says something that is not understood.
pub(crate) fn of_this_process() -> Option<Vec<Mapping>> {
    // Of the thread, since the process's first one may have ended. Names may be any bytes.
    let text = fs::read("/proc/thread-self/maps").or_else(|_| fs::read("/proc/self/maps")).ok()?;
    let text = String::from_utf8_lossy(&text);
    let mut all = Vec::with_capacity(text.len() / 64);
    for line in text.lines() {
        if let Some(mapping) = parse(line)? {
            all.push(mapping);
        }
    }
    // A list without what is certainly there is no list.
    let here = (&raw const all).addr();
    all.iter().any(|mapping| mapping.range.contains(&here)).then_some(all)
}

/// `Some(None)` for a mapping that holds no addresses of the program's: one that nothing can be read from, one of a
/// file that cannot be written to (its contents were there before any address), and the kernel's own pages.
fn parse(line: &str) -> Option<Option<Mapping>> {
    let mut words = line.split_ascii_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let range = usize::from_str_radix(start, 16).ok()?..usize::from_str_radix(end, 16).ok()?;
    let mode = words.next()?.as_bytes();
    let (_offset, _device, inode) = (words.next()?, words.next()?, words.next()?);
    let (&readable, &writable, &executable) = (mode.first()?, mode.get(1)?, mode.get(2)?);
    let name = words.next().unwrap_or_default();
    if matches!(name, "[vvar]" | "[vvar_vclock]" | "[vdso]" | "[vsyscall]") {
        return Some(None);
    }
    // One that nobody has a name for any more is memory rather than a file (`/dev/zero (deleted)`, memory files).
    let is_file = inode != "0" && !line.ends_with(" (deleted)");
    let never_read = readable != b'r' && writable != b'w' && executable != b'x';
    if never_read || (is_file && writable != b'w') {
        return Some(None);
    }
    if readable != b'r' {
        return None;
    }
    Some(Some(Mapping { range, executable: executable == b'x' }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_that_can_hold_addresses() {
        let kept = |line: &str| parse(line).map(|mapping| mapping.is_some());
        assert_eq!(kept("00400000-00452000 r-xp 00000000 08:02 173521 /usr/bin/dbus"), Some(false));
        assert_eq!(kept("00651000-00652000 r--p 00051000 08:02 173521 /usr/bin/dbus"), Some(false));
        assert_eq!(kept("00652000-00655000 rw-p 00052000 08:02 173521 /usr/bin/dbus"), Some(true));
        assert_eq!(kept("00e03000-00e24000 rw-p 00000000 00:00 0 [heap]"), Some(true));
        assert_eq!(kept("7f0000000000-7f0008000000 ---p 00000000 00:00 0"), Some(false));
        assert_eq!(kept("7f0000000000-7f0008000000 r--s 00000000 00:01 7 /dev/zero (deleted)"), Some(true));
        assert_eq!(kept("7f0000000000-7f0008000000 --xp 00000000 00:00 0"), None);
        assert_eq!(kept("7ffd0000-7ffd2000 r-xp 00000000 00:00 0 [vdso]"), Some(false));
        assert_eq!(kept("what is this"), None);
        let code = parse("7f0000000000-7f0000001000 rwxp 00000000 00:00 0").flatten();
        assert!(code.is_some_and(|code| code.executable && code.range.len() == 4096));
    }

    #[test]
    #[cfg_attr(miri, ignore = "there is no /proc")]
    fn this_process_has_a_stack_and_a_heap() {
        let (on_stack, on_heap) = (0, Box::new(0));
        let all = of_this_process().expect("readable");
        for place in [&raw const on_stack as usize, &raw const *on_heap as usize] {
            assert!(all.iter().any(|mapping| mapping.range.contains(&place)));
        }
    }
}

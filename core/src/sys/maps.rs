//! This process's mappings, as far as they can hold addresses that the program keeps.

use std::fs;
use std::ops::Range;

/// One mapping.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mapping {
    pub(crate) range: Range<usize>,
    /// Code may lie there, in which addresses have no alignment.
    pub(crate) executable: bool,
    /// Other processes may have it, too: pages that nobody has touched are made by looking at them.
    pub(crate) shared: bool,
    /// Some of its pages are in swap, or may be. Those look like pages that were never touched.
    pub(crate) swapped: bool,
}

/// All mappings that may hold addresses; `None` when the kernel does not say, or says something that is not understood. Which of
/// them have pages in swap is only found out on demand, since the kernel looks at every page for that.
pub(super) fn of_this_process(ask_for_swapped: bool) -> Option<Vec<Mapping>> {
    let detailed = if ask_for_swapped { read("smaps") } else { None };
    let unknown = ask_for_swapped && detailed.is_none();
    let text = detailed.or_else(|| read("maps"))?;
    let mut all = Vec::with_capacity(text.len() / 64);
    let mut is_last_kept = false;
    for line in text.lines() {
        match line.split_ascii_whitespace().next() {
            Some("Swap:") => {
                if is_last_kept && let Some(last) = all.last_mut() {
                    let last: &mut Mapping = last;
                    last.swapped = !is_zero(line);
                }
            }
            Some(word) if word.ends_with(':') => {}
            _ => {
                let mapping = parse(line)?;
                is_last_kept = mapping.is_some();
                all.extend(mapping.map(|mapping| Mapping { swapped: unknown, ..mapping }));
            }
        }
    }
    // A list without what is certainly there is no list.
    let here = (&raw const all).addr();
    all.iter().any(|mapping| mapping.range.contains(&here)).then_some(all)
}

/// Whether any page of this process is in swap; true also where the kernel does not say.
pub(super) fn any_is_swapped() -> bool {
    let text = read("smaps_rollup").unwrap_or_default();
    text.lines().find(|line| line.starts_with("Swap:")).is_none_or(|line| !is_zero(line))
}

/// Whether a line says `Name: 0 kB`.
fn is_zero(line: &str) -> bool {
    line.split_ascii_whitespace().nth(1) == Some("0")
}

/// A file of the kernel's about this process.
fn read(name: &str) -> Option<String> {
    // Of the thread, since the process's first one may have ended. Names may be any bytes.
    let text =
        fs::read(format!("/proc/thread-self/{name}")).or_else(|_| fs::read(format!("/proc/self/{name}")));
    Some(String::from_utf8_lossy(&text.ok()?).into_owned())
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
    let shared = mode.get(3) == Some(&b's');
    Some(Some(Mapping { range, executable: executable == b'x', shared, swapped: false }))
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
        for ask_for_swapped in [false, true] {
            let all = of_this_process(ask_for_swapped).expect("readable");
            for place in [&raw const on_stack as usize, &raw const *on_heap as usize] {
                assert!(all.iter().any(|mapping| mapping.range.contains(&place)));
            }
        }
    }
}

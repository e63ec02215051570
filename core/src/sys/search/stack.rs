//! What this thread has of its own: its registers are to be looked through, what calls have left on its stack is not.

use super::Outcome;

/// Dead stack that is wiped first, since it may hold what calls before this one left there.
const WIPED: usize = 16 << 10;

/// What earlier calls left where this one's callees go would be found as well.
#[inline(never)]
pub(super) fn wipe_dead_stack() {
    let mut room = [0u8; WIPED];
    std::hint::black_box(&mut room);
}

/// Callers may keep addresses in registers that every function leaves as they were: puts those where memory is looked through.
#[inline(never)]
pub(super) fn with_registers_in_memory(body: impl FnOnce() -> Outcome) -> Outcome {
    let mut registers = [0usize; 20];
    // SAFETY: copies registers into an array that has room for them, and changes nothing else.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!(
            "mov [{to}], rbx",
            "mov [{to} + 8], rbp",
            "mov [{to} + 16], r12",
            "mov [{to} + 24], r13",
            "mov [{to} + 32], r14",
            "mov [{to} + 40], r15",
            to = in(reg) registers.as_mut_ptr(),
            options(nostack, preserves_flags)
        );
    }
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!(
            "stp x19, x20, [{to}]",
            "stp x21, x22, [{to}, 16]",
            "stp x23, x24, [{to}, 32]",
            "stp x25, x26, [{to}, 48]",
            "stp x27, x28, [{to}, 64]",
            "str x29, [{to}, 80]",
            "stp d8, d9, [{to}, 88]",
            "stp d10, d11, [{to}, 104]",
            "stp d12, d13, [{to}, 120]",
            "stp d14, d15, [{to}, 136]",
            to = in(reg) registers.as_mut_ptr(),
            options(nostack, preserves_flags)
        );
    }
    if !cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
        return Outcome::Unknown;
    }
    let outcome = body();
    std::hint::black_box(&registers);
    outcome
}

//! What methods and internal structures of a value's objects gave, for one store.

use ext_php_rs::ffi::zval;

use super::engine;
use crate::buffer::Buffer;
use crate::encode::table::{ByAddress, Table};
use crate::zend::live::{Array, Object, Slot};

/// What a call at the end of a fetch is to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub(crate) enum Action {
    /// `__unserialize($argument)`
    Unserialize = 1,
    /// `__wakeup()`
    Wakeup = 2,
    /// `Serializable::unserialize($argument)`
    Text = 3,
    /// Sets the properties that the argument names.
    Properties = 4,
    /// Fills a heap with the argument's elements.
    Heap = 5,
    /// The same for a priority queue.
    Queue = 6,
    /// `__unserialize($argument[0])`, and then the date is moved to the time since the epoch that `$argument[1]` is.
    Moment = 7,
    /// `__unserialize($argument)` of a date, or what comes to the same.
    Date = 8,
    /// Makes the object of the text that the argument is; the only one that is due before the others are made.
    Native = 9,
}

impl Action {
    pub(crate) fn of(number: u32) -> Option<Self> {
        use Action::*;
        [Unserialize, Wakeup, Text, Properties, Heap, Queue, Moment, Date, Native]
            .into_iter()
            .find(|action| *action as u32 == number)
    }
}

/// How an object is stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// With all its properties.
    Slots,
    /// With those that `__sleep` named.
    Chosen,
    /// Without properties: by what its argument says.
    Data,
    /// Not at all: null is, in its place.
    Null,
}

/// One object that needed more than a look.
#[derive(Clone, Copy)]
pub(crate) struct Found {
    pub(crate) outcome: Outcome,
    /// Where its properties are, in the slots of its class: itself, the instance behind a proxy, or what stands in for that.
    pub(crate) source: *const Object,
    /// What was behind it when it was asked, itself if nothing was, and whether that was left uninitialised.
    pub(super) instance: *const Object,
    pub(super) is_uninitialised: bool,
    /// It is another one by now, as far as laziness goes, and has to be asked again. Says nothing of objects that are not lazy.
    pub(crate) is_stale: bool,
    /// The argument of the call that it needs, undefined if none; the harvest holds it.
    pub(crate) argument: Slot,
    /// Properties that were chosen: these in [`Harvest::chosen`].
    pub(super) first_chosen: u32,
    pub(super) end_chosen: u32,
    /// Which of the first slots are stored, a bit for each.
    first_slots: u64,
    /// Dynamic properties: those that were chosen, or, if some are under ints, all under their [names](super::numbered). Null if they are
    /// those of the source.
    pub(crate) table: *const Array,
    /// Numbers of its calls, [`Harvest::NONE`] if none: the one with the argument, and `__wakeup`.
    pub(crate) call: u32,
    pub(crate) wakeup: u32,
}

impl Found {
    /// Of an object of which nothing is known yet.
    pub(super) fn of(object: *const Object) -> Self {
        Found {
            outcome: Outcome::Slots,
            source: object,
            instance: object,
            is_uninitialised: false,
            is_stale: false,
            argument: engine::undefined(),
            first_chosen: 0,
            end_chosen: 0,
            first_slots: u64::MAX,
            table: std::ptr::null(),
            call: Harvest::NONE,
            wakeup: Harvest::NONE,
        }
    }

    /// A property that was chosen: a declared one as it is now, a dynamic one as it was when it was chosen.
    ///
    /// # Safety
    /// One of the object's own in [`Harvest::chosen`]. The harvest holds the source and the table.
    pub(super) unsafe fn chosen_value(&self, which: u32) -> &Slot {
        // SAFETY: the caller's word: the source has such a slot, the table such an element.
        unsafe {
            match Harvest::dynamic(which) {
                Some(at) => (*self.table).value(at),
                None => &(*self.source).slots(which + 1)[which as usize],
            }
        }
    }

    /// The bit of one of the first slots in a set of them; 0 of others, and of [dynamic properties](Harvest::DYNAMIC).
    pub(super) fn bit_of(which: u32) -> u64 {
        1u64.checked_shl(which).unwrap_or(0)
    }

    /// Whether one of the first declared properties is stored; of others the harvest knows.
    #[inline(always)]
    pub(crate) fn is_among_first(&self, slot: u32) -> Option<bool> {
        (slot < u64::BITS).then(|| self.first_slots >> slot & 1 != 0)
    }
}

/// A call at fetch, in the order of calling.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    pub(crate) action: Action,
    pub(super) found: u32,
}

/// Everything that was gathered of one value. Holds what it names until [`Harvest::release`].
pub(crate) struct Harvest {
    pub(super) by_object: Table<ByAddress>,
    pub(super) found: Buffer<Found>,
    /// What was chosen of objects: slots, and [elements](Self::dynamic) of their tables.
    pub(super) chosen: Vec<u32>,
    /// Objects that had properties under ints when they were met.
    pub(super) numbered: Vec<*const Object>,
    /// Objects without methods that were lazy when they were asked.
    pub(super) lazy: Vec<*const Object>,
    /// Calls that unserialize() makes while it reads, and those that it leaves to the end.
    pub(super) early: Vec<Call>,
    pub(super) late: Vec<Call>,
    /// Values of which we are a holder.
    pub(super) held: Vec<Slot>,
    pub(super) walked: Table<ByAddress>,
    pub(super) frames: Buffer<super::walk::Frame>,
    pub(super) runs: u32,
    /// Whether this walk has come again to an array that it is in.
    pub(super) again: bool,
    /// The name of the last date's time zone where the engine has it, and as a string in an array that is held.
    pub(super) zone: (*const std::ffi::c_char, *mut ext_php_rs::ffi::zend_string),
    /// Where it is in the thread's list.
    pub(super) place: usize,
    /// Which of several values it is of, and the harvest of the next that has one.
    pub(crate) element: u32,
    pub(crate) next: *mut Harvest,
    /// Why the store failed, while destructors run.
    pub(crate) failure: Option<String>,
}

impl Harvest {
    pub(crate) const NONE: u32 = u32::MAX;
    /// Added to the numbers of dynamic properties among what was chosen; no object has so many slots.
    pub(super) const DYNAMIC: u32 = 1 << 31;

    /// Which element of the table it is, if what was chosen is a dynamic property.
    pub(super) fn dynamic(which: u32) -> Option<usize> {
        (which & Self::DYNAMIC != 0).then_some((which & !Self::DYNAMIC) as usize)
    }

    pub(super) fn new() -> Self {
        // A store of many values has as many harvests at once.
        let (mut by_object, mut walked) = (Table::small(), Table::small());
        by_object.begin();
        walked.begin();
        Harvest {
            by_object,
            found: Buffer::new(),
            chosen: Vec::new(),
            numbered: Vec::new(),
            lazy: Vec::new(),
            early: Vec::new(),
            late: Vec::new(),
            held: Vec::new(),
            walked,
            frames: Buffer::new(),
            runs: 0,
            again: false,
            zone: (std::ptr::null(), std::ptr::null_mut()),
            place: 0,
            element: 0,
            next: std::ptr::null_mut(),
            failure: None,
        }
    }

    /// Made empty, for another store; `None` if it grew too large to keep.
    pub(super) fn emptied(mut self: Box<Self>) -> Option<Box<Self>> {
        const MOST: usize = 1 << 12;
        if self.found.capacity().max(self.held.capacity()).max(self.frames.capacity()) > MOST {
            return None;
        }
        self.by_object.begin();
        self.by_object.trim();
        self.walked.trim();
        self.found.clear();
        self.chosen.clear();
        self.numbered.clear();
        self.lazy.clear();
        self.early.clear();
        self.late.clear();
        self.held.clear();
        self.frames.clear();
        (self.runs, self.element) = (0, 0);
        self.zone = (std::ptr::null(), std::ptr::null_mut());
        self.next = std::ptr::null_mut();
        self.failure = None;
        Some(self)
    }

    /// Of an empty one: so that no address is left.
    pub(super) fn forget_addresses(&mut self) {
        self.found.wipe();
        self.frames.wipe();
    }

    /// What is known of an object.
    #[inline]
    pub(crate) fn find(&self, object: *const Object) -> Option<&Found> {
        Some(&self.found[self.known_number(object)? as usize])
    }

    /// The number of an object that something is known of.
    #[inline]
    fn known_number(&self, object: *const Object) -> Option<u32> {
        self.by_object.find(object.addr())
    }

    /// What is known of an object, to be changed.
    pub(super) fn find_mut(&mut self, object: *const Object) -> Option<&mut Found> {
        let number = self.known_number(object)?;
        Some(&mut self.found[number as usize])
    }

    /// The number of an object that needs more than a look.
    pub(super) fn number_of(&mut self, object: *const Object) -> u32 {
        let next = self.found.len() as u32;
        self.by_object.see_address(object.addr(), next).unwrap_or_else(|| {
            self.found.push(Found::of(object));
            next
        })
    }

    /// What is to be stored of an object that has no methods for that, if it is not the object as it is.
    #[inline]
    pub(crate) fn find_named(&self, object: *const Object) -> Option<&Found> {
        if self.numbered.is_empty() {
            return None;
        }
        self.find(object).filter(|found| !found.table.is_null())
    }

    pub(super) fn found_mut(&mut self, number: u32) -> &mut Found {
        &mut self.found[number as usize]
    }

    /// Whether a declared property is stored.
    #[cold]
    pub(crate) fn is_chosen(&self, found: &Found, slot: u32) -> bool {
        found.outcome != Outcome::Chosen
            || self.chosen[found.first_chosen as usize..found.end_chosen as usize].contains(&slot)
    }

    /// What was chosen of an object, in the order of choosing.
    pub(super) fn chosen_of(&self, number: u32) -> (&Found, &[u32]) {
        let found = &self.found[number as usize];
        (found, &self.chosen[found.first_chosen as usize..found.end_chosen as usize])
    }

    /// What was added to the list of chosen slots from `first` on is what is stored of an object.
    pub(super) fn choose(&mut self, number: u32, first: usize) {
        let first_slots = self.chosen[first..].iter().fold(0, |all, which| all | Found::bit_of(*which));
        let end = self.chosen.len();
        let found = self.found_mut(number);
        found.outcome = Outcome::Chosen;
        (found.first_chosen, found.end_chosen, found.first_slots) = (first as u32, end as u32, first_slots);
    }

    /// Notes the call that an object gets once all within it have had theirs.
    pub(super) fn add_late(&mut self, late: Option<Action>, found: u32) {
        if let Some(action) = late {
            self.late.push(Call { action, found });
        }
    }

    pub(crate) fn calls(&self) -> impl Iterator<Item = Call> {
        self.early.iter().chain(&self.late).copied()
    }

    /// Gives every call its number.
    pub(super) fn number_calls(&mut self) {
        let Self { early, late, found, .. } = self;
        for (number, call) in early.iter().chain(late.iter()).enumerate() {
            let found = &mut found[call.found as usize];
            let place = if call.action == Action::Wakeup { &mut found.wakeup } else { &mut found.call };
            *place = number as u32;
        }
    }

    /// Keeps a value alive until the store is over.
    ///
    /// # Safety
    /// A live value.
    pub(super) unsafe fn keep(&mut self, slot: Slot) {
        if slot.is_counted() {
            // SAFETY: the caller's word.
            unsafe { engine::hold(&slot) };
            self.held.push(slot);
        }
    }

    /// One of the values that are held, in the order of their keeping.
    pub(super) fn held_at(&self, at: usize) -> Option<Slot> {
        self.held.get(at).copied()
    }

    /// Whether a counted value is among the last that are held, from this one on.
    pub(super) fn has_just_held(&self, slot: &Slot, first: usize) -> bool {
        const FEW: usize = 16;
        self.held[first..].iter().rev().take(FEW).any(|held| held.value == slot.value)
    }

    /// Takes over the caller's hold of a value.
    pub(crate) fn adopt(&mut self, slot: Slot) {
        if slot.is_counted() {
            self.held.push(slot);
        }
    }

    /// Lets go of everything. Destructors may run.
    ///
    /// # Safety
    /// `this` is live; nobody has a reference to it.
    pub(super) unsafe fn release(this: *mut Self) {
        // SAFETY: each value was held once for each time it is in the list. User code cannot reach the harvest.
        unsafe {
            while let Some(mut slot) = { (*this).held.pop() } {
                engine::zval_ptr_dtor((&raw mut slot).cast::<zval>());
            }
        }
    }
}

//! From a PHP value to a payload (see [`crate::payload`] for the format), in two passes.
//!
//! [`Encoder::plan`] walks the value once: it refuses what cannot be stored, finds what the value holds several times, and
//! gives every array and string its place. [`Encoder::write`] then fills the block, which somebody allocated meanwhile, in
//! place; it looks nothing up, since the first pass noted the places in the order in which the second needs them.
//!
//! Neither pass recurses: arrays and objects wait in a queue, so the depth of a value costs no stack. Neither allocates from
//! the engine's heap nor runs user code, so nothing can jump out of them. Where methods of objects say what is to be stored,
//! planning fails with [`Refusal::Gather`] until [`crate::objects::gather`] has asked them.
//!
//! | module | what is in it |
//! |---|---|
//! | [`scan`], [`object`] | the first pass, over arrays and over objects |
//! | [`table`], [`leaf`], [`shape`] | what the value has several times: strings and arrays, small equal arrays, rows with the same keys |
//! | [`leads`], [`graph`], [`nodes`] | what a fetch has to make anew |
//! | [`places`] | what the first pass notes for the second |
//! | [`emit`], [`head`], [`block`] | the second pass: images, the tables before them, and where they are written to |
//! | [`path`] | the part that cannot be stored, for messages |

mod block;
mod emit;
mod graph;
mod head;
mod leads;
mod leaf;
mod nodes;
mod object;
mod path;
mod places;
mod scan;
mod shape;
pub(crate) mod table;

pub(crate) use path::{
    between_quotes, class_between_quotes, path_of_key, path_of_member, path_of_property, quoted, reason,
    shortened,
};

use crate::buffer::Buffer;
use crate::objects::harvest::Harvest;
use crate::payload::*;
use crate::zend::constants as c;
use crate::zend::live::{Array, Slot, Text};
use ext_php_rs::ffi::zend_class_entry;
use ext_php_rs::types::Zval;
use object::ObjectJobs;
use scan::Stop;
use table::{ByAddress, ByContent, Table};

/// Why a value cannot be stored.
#[derive(Debug)]
pub(crate) struct Unstorable {
    /// The offending part in PHP's syntax, to be appended to the value's name: `['routes'][3]`.
    pub(crate) path: String,
    /// `it is a resource`
    pub(crate) reason: String,
}

/// Why there is no plan.
#[derive(Debug)]
pub(crate) enum Refusal {
    Unstorable(Unstorable),
    /// There are objects that the harvest does not know.
    Gather,
}

/// What the first pass found out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) tag: u8,
    pub(crate) bits: u64,
    /// Bytes of payload.
    pub(crate) len: usize,
    /// Which of an encoder's plans this is: it is good for the last one only.
    serial: u64,
}

/// A value that can be stored without any plan.
#[derive(Clone, Copy)]
pub(crate) enum Simple<'a> {
    /// By a tag and bits.
    Inline(u8, u64),
    Text(&'a Text),
}

impl<'a> Simple<'a> {
    /// `None` if the value has to be planned, or cannot be stored.
    #[inline(always)]
    pub(crate) fn of(value: &'a Zval) -> Option<Self> {
        let slot = root(value);
        Some(match slot.kind() {
            c::IS_UNDEF | c::IS_NULL => Self::Inline(TAG_NULL, 0),
            c::IS_FALSE => Self::Inline(TAG_FALSE, 0),
            c::IS_TRUE => Self::Inline(TAG_TRUE, 0),
            c::IS_LONG => Self::Inline(TAG_INT, slot.value),
            c::IS_DOUBLE => Self::Inline(TAG_FLOAT, slot.value),
            c::IS_STRING => {
                let text = slot.text();
                text.hash();
                Self::Text(text)
            }
            _ => return None,
        })
    }

    /// Bytes of a string's payload.
    #[inline(always)]
    pub(crate) fn payload_len(text: &Text) -> usize {
        string_units(text.len) as usize * UNIT
    }

    /// Fills a string's payload, whose first byte PHP will see at `address`.
    #[inline(always)]
    pub(crate) fn write(text: &Text, out: &mut [u8], address: usize) {
        assert!(out.len() >= Self::payload_len(text), "a plan of another value");
        debug_assert!(address.is_multiple_of(UNIT) && out.as_ptr().addr().is_multiple_of(UNIT));
        // SAFETY: there is room for the string's units, as was just looked at.
        unsafe { block::Block::new(out, address).text(text, 0) };
    }
}

/// Turns values into payloads; keeps its buffers from one value to the next. One per thread.
pub(crate) struct Encoder {
    serial: u64,
    strings: Table<ByContent>,
    arrays: Table<ByAddress>,
    /// Objects and references that several hold, for a scan without a graph: their nodes.
    shared: Table<ByAddress>,
    graph: graph::Graph,
    leaves: leaf::Leaves,
    shapes: shape::Shapes,
    /// What has an image among the arrays, in the order of the images.
    jobs: Buffer<Job>,
    /// The last empty array: its next free index, its job.
    empty: Option<(i64, u32)>,
    /// For each string, array, reference and object, in the order in which both passes meet them: a string's place in units,
    /// an array's job (which may have become a node since), or a node's number with [`NODE_PLACE`].
    places: places::Places,
    /// The strings, in the order of their images.
    texts: Buffer<*const Text>,
    nodes: Vec<Node>,
    fixups: usize,
    objects: ObjectJobs,
    /// Units taken so far.
    array_units: u64,
    text_units: u64,
    /// A reference without other holders was taken for the array it holds.
    flattened: bool,
    /// Some value since the buffers were last looked at was large enough for them to be given back.
    was_large: bool,
}

/// One array, reference or object to be written.
#[derive(Clone, Copy)]
struct Job {
    /// A [`Array`], or a [`crate::zend::live::Reference`] with [`Job::REFERENCE`], or a [`crate::zend::live::Object`] with
    /// [`Job::OBJECT`].
    source: u64,
    /// Units from the beginning of the array images; known once it is scanned.
    at: u32,
    /// The job that found it; its own number for the first.
    parent: u32,
    traits: u32,
    /// The table size and mask its image gets; for an object, its number among the objects.
    size: u32,
    mask: u32,
    /// Its node, with [`Job::NODE`]; else where its places begin, once it is scanned.
    node: u32,
}

impl Job {
    /// Nothing but ints and floats, packed: copied as it is.
    const FLAT: u32 = 1;
    /// Elements move together and the hash part is made anew.
    const COMPACT: u32 = 2;
    const NODE: u32 = 4;
    const REFERENCE: u32 = 8;
    const EMPTY: u32 = 16;
    /// Another job's image serves.
    const TWIN: u32 = 32;
    const OBJECT: u32 = 64;
    /// An object's dynamic properties: declared ones are passed over.
    const TABLE: u32 = 128;
    /// An array that leads neither to references nor to objects, as far as anybody has asked.
    const PLAIN: u32 = 256;

    fn has(&self, traits: u32) -> bool {
        self.traits & traits != 0
    }
}

/// A node of a template.
#[derive(Clone, Copy)]
struct Node {
    at: u32,
    holders: u32,
    /// As in [`Fixup::target`].
    kind: u32,
}

/// Marks a place that is a node's number.
const NODE_PLACE: u32 = 1 << 31;

/// The place of an object that is stored as null.
const NULL_PLACE: u32 = u32::MAX;

/// Buffers with more elements than this are given back after use.
const KEPT_ELEMENTS: usize = 1 << 18;

/// With fewer jobs, strings and places than this no buffer can have come that far: a job has 32 columns at most.
const FEW: usize = 1 << 12;

impl Encoder {
    pub(crate) fn new() -> Self {
        Encoder {
            serial: 0,
            strings: Table::new(),
            arrays: Table::new(),
            shared: Table::new(),
            graph: graph::Graph::new(),
            leaves: leaf::Leaves::new(),
            shapes: shape::Shapes::new(),
            jobs: Buffer::new(),
            empty: None,
            places: places::Places::new(),
            texts: Buffer::new(),
            nodes: Vec::new(),
            fixups: 0,
            objects: ObjectJobs::new(),
            array_units: 0,
            text_units: 0,
            flattened: false,
            was_large: false,
        }
    }

    /// First pass: decides whether the value can be stored, how, and in how many bytes.
    #[inline(always)]
    pub(crate) fn plan(&mut self, value: &Zval, harvest: Option<&Harvest>) -> Result<Plan, Refusal> {
        self.serial += 1;
        let slot = root(value);
        let (tag, bits, len) = match Simple::of(value) {
            Some(Simple::Inline(tag, bits)) => (tag, bits, 0),
            Some(Simple::Text(text)) => (TAG_STRING, 0, Simple::payload_len(text)),
            None if matches!(slot.kind(), c::IS_ARRAY | c::IS_OBJECT) => {
                let (tag, len) = self.plan_graph(slot, harvest)?;
                (tag, 0, len)
            }
            None => {
                let reason = path::reason(slot);
                return Err(Refusal::Unstorable(Unstorable { path: String::new(), reason }));
            }
        };
        Ok(Plan { tag, bits, len, serial: self.serial })
    }

    /// Arrays and objects. Apart: what scalars and strings go through stays short.
    #[inline(never)]
    fn plan_graph(&mut self, root: &Slot, harvest: Option<&Harvest>) -> Result<(u8, usize), Refusal> {
        self.objects.forget_class();
        if root.kind() == c::IS_OBJECT && harvest.is_none() && self.objects.has_methods(root.object()) {
            // Nobody needs a scan without what they say.
            return Err(Refusal::Gather);
        }
        self.begin();
        self.objects.begin(harvest);
        let stopped = match self.scan::<false>(root) {
            Err(Stop::References) => {
                // The strings met so far are of the same value; they keep their places.
                self.begin_arrays();
                self.objects.begin(harvest);
                match self.graph.explore(root, &self.objects, self.serial) {
                    Ok(()) => self.scan::<true>(root),
                    Err(stop) => {
                        // The graph alone may have become so.
                        self.was_large = true;
                        Err(stop)
                    }
                }
            }
            other => other,
        };
        let most = self.jobs.len().max(self.texts.len()).max(self.places.len());
        self.was_large |= most >= FEW || self.places.is_oversized();
        if let Err(stop) = stopped {
            let refusal = match stop {
                Stop::Gather => Refusal::Gather,
                stop => Refusal::Unstorable(path::explain(root, &self.jobs, &self.objects, stop)),
            };
            self.abandon();
            return Err(refusal);
        }
        if self.jobs.is_empty() {
            // An object whose methods say that it is null.
            return Ok((TAG_NULL, 0));
        }
        let images = (self.array_units + self.text_units) as usize * UNIT;
        if self.nodes.is_empty() {
            return Ok((TAG_ARRAY, images));
        }
        let tag = if root.kind() == c::IS_OBJECT { TAG_OBJECT } else { TAG_ARRAY_TEMPLATE };
        Ok((tag, self.head().layout().images + images))
    }

    /// The classes of the planned value's objects, which has some parts.
    pub(crate) fn classes(&self) -> impl ExactSizeIterator<Item = *const zend_class_entry> {
        self.objects.classes.iter().map(|class| class.facts.class.cast_const())
    }

    /// The head of a template.
    fn head(&self) -> TemplateHead {
        TemplateHead {
            nodes: self.nodes.len() as u32,
            fixups: self.fixups as u32,
            classes: self.objects.classes.len() as u32,
            calls: self.objects.calls(),
            tables: self.objects.tables.len() as u32,
            typed: self.objects.typed.len() as u32,
        }
    }

    /// Second pass: fills the first `plan.len` bytes of `out`, whose first byte PHP will see at `address`.
    ///
    /// # Safety
    /// `plan` is what [`Encoder::plan`] last returned, for this very value, no PHP code ran since, and the harvest still holds
    /// what it held.
    #[inline(always)]
    pub(crate) unsafe fn write(&mut self, value: &Zval, plan: Plan, out: &mut [u8], address: usize) {
        assert!(plan.serial == self.serial && out.len() >= plan.len, "a plan of another value");
        debug_assert!(address.is_multiple_of(UNIT) && out.as_ptr().addr().is_multiple_of(UNIT));
        match plan.tag {
            TAG_STRING => Simple::write(root(value).text(), out, address),
            TAG_ARRAY | TAG_ARRAY_TEMPLATE | TAG_OBJECT => {
                // SAFETY: the value and all in it are as the first pass saw them, says the caller.
                unsafe { self.emit(out, address) };
                if self.was_large {
                    self.trim();
                }
            }
            _ => {}
        }
    }

    fn begin(&mut self) {
        self.strings.begin();
        self.texts.clear();
        self.text_units = 0;
        self.begin_arrays();
    }

    fn begin_arrays(&mut self) {
        self.arrays.begin();
        self.shared.begin();
        self.leaves.begin();
        self.shapes.begin();
        self.jobs.clear();
        self.empty = None;
        self.places.clear();
        self.nodes.clear();
        self.fixups = 0;
        self.array_units = 0;
        self.flattened = false;
    }

    /// Forgets the last value, so that no address of it is left. Between attempts to store, a plan is good no more.
    pub(crate) fn forget_addresses(&mut self) {
        self.serial += 1;
        self.strings.wipe();
        self.arrays.wipe();
        self.shared.wipe();
        self.graph.wipe();
        self.shapes.wipe();
        self.jobs.wipe();
        self.texts.wipe();
    }

    /// The last plan comes to nothing, for want of memory say.
    pub(crate) fn abandon(&mut self) {
        if self.was_large {
            self.serial += 1;
            self.trim();
        }
    }

    /// Gives back what an unusually large value needed.
    #[cold]
    fn trim(&mut self) {
        self.was_large = false;
        self.strings.trim();
        self.arrays.trim();
        self.shared.trim();
        self.graph.trim();
        self.shapes.trim();
        self.objects.trim();
        give_back_wiped(&mut self.jobs);
        self.places.trim();
        give_back_wiped(&mut self.texts);
        give_back(&mut self.nodes);
    }
}

fn give_back<T>(buffer: &mut Vec<T>) {
    if buffer.capacity() > KEPT_ELEMENTS {
        *buffer = Vec::new();
    }
}

fn give_back_wiped<T: Copy>(buffer: &mut Buffer<T>) {
    if buffer.capacity() > KEPT_ELEMENTS {
        *buffer = Buffer::new();
    }
}

/// The value itself, behind a reference or an indirection.
fn root(value: &Zval) -> &Slot {
    Slot::of(value).direct().behind_reference()
}

/// The array of a job.
///
/// # Safety
/// The job is of the value being encoded, and neither [`Job::REFERENCE`] nor [`Job::OBJECT`].
unsafe fn source<'a>(job: &Job) -> &'a Array {
    // SAFETY: the caller's word; the value outlives both passes.
    unsafe { &*(job.source as *const Array) }
}

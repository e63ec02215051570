//! Nodes of templates: what a fetch makes anew, since it may be met more than once or leads to what may. Without a graph, arrays above an
//! object or a reference become nodes when that is met; with one, it says what is a node.

use std::ptr;

use super::graph::Known;
use super::scan::Refused;
use super::{Encoder, Job, NODE_PLACE, Node};
use crate::payload::Fixup;
use crate::zend::constants as c;
use crate::zend::live::{Array, Object, Reference, Slot};

/// How many elements of an array are asked whether they are a reference that one of them is. (Most that are not seen to be shared are not: a
/// `foreach` by reference leaves its variable behind.)
const SOON: usize = 8;

impl Encoder {
    /// Without a graph: the place of a reference that several may have, if it is a node, or becomes one since it is among the next elements
    /// as well. What its array leads to is not met again, says [`Encoder::again`].
    #[inline(always)]
    pub(super) fn shared_reference<'a>(
        &mut self,
        slot: &Slot,
        rest: impl Iterator<Item = &'a Slot>,
        job: usize,
    ) -> Result<u32, Refused> {
        let is_same = |other: &Slot| other.kind() == c::IS_REFERENCE && other.value == slot.value;
        let known = self.shared.find(slot.value as usize);
        if known.is_none() && !rest.take(SOON).any(is_same) {
            return Err(Refused::References);
        }
        self.climb(job);
        let number = known.unwrap_or_else(|| self.add_shared(slot, job));
        Ok(self.hold(number))
    }

    #[inline(never)]
    fn add_shared(&mut self, slot: &Slot, job: usize) -> u32 {
        let number = self.nodes.len() as u32;
        self.shared.see_address(slot.value as usize, number);
        self.nodes.push(Node { at: 0, holders: 0, kind: Fixup::REFERENCE });
        self.add_reference(slot.reference(), job);
        self.last_is_node(number, 0);
        number
    }

    /// The place of a node that one more fixup holds.
    pub(super) fn hold(&mut self, number: u32) -> u32 {
        self.nodes[number as usize].holders += 1;
        self.fixups += 1;
        number | NODE_PLACE
    }

    /// Whether a reference is a node.
    pub(super) fn is_node<const GRAPH: bool>(&self, reference: &Reference) -> bool {
        if GRAPH {
            self.graph.node(reference).is_some()
        } else {
            self.shared.find(ptr::from_ref(reference).addr()).is_some()
        }
    }

    /// Without a graph: makes nodes of the arrays above an object or a reference. Each has one holder, says [`Encoder::again`].
    #[inline(always)]
    pub(super) fn climb(&mut self, from: usize) {
        if !self.jobs[from].has(Job::NODE) {
            self.promote_above(from);
        }
    }

    #[inline(never)]
    fn promote_above(&mut self, from: usize) {
        if self.nodes.is_empty() && !self.jobs[0].has(Job::NODE) {
            // The value itself comes first, and is held by no fixup.
            self.promote(0);
            self.fixups = 0;
        }
        let mut number = from;
        while !self.jobs[number].has(Job::NODE) {
            self.promote(number);
            number = self.jobs[number].parent as usize;
        }
    }

    fn promote(&mut self, number: usize) {
        let job = &mut self.jobs[number];
        job.node = self.nodes.len() as u32;
        job.traits |= Job::NODE;
        self.nodes.push(Node { at: job.at, holders: 1, kind: Fixup::ARRAY });
        self.fixups += 1;
    }

    /// The job that was just added is a node's.
    pub(super) fn last_is_node(&mut self, number: u32, traits: u32) {
        let job = self.jobs.last_mut().expect("just added");
        job.traits |= Job::NODE | traits;
        job.node = number;
    }

    /// The place of a node, which waits for its own scan if it is new; one more fixup holds it.
    pub(super) fn node<T>(&mut self, source: &T, known: Known, parent: usize) -> u32 {
        let address = ptr::from_ref(source).addr();
        let (number, new) = self.graph.number_node(known, self.nodes.len() as u32);
        if new {
            self.nodes.push(Node { at: 0, holders: 0, kind: self.graph.kind(known) });
            if self.graph.is_object(known) {
                // SAFETY: entered as an object of the value.
                self.add_object(unsafe { &*(address as *const Object) }, None, parent);
            } else if self.graph.is_reference(known) {
                // SAFETY: entered as a reference of the value.
                self.add_reference(unsafe { &*(address as *const Reference) }, parent);
            } else {
                // SAFETY: a node that is neither is an array of the value.
                self.add_array(unsafe { &*(address as *const Array) }, parent, 0);
            }
            self.last_is_node(number, 0);
        }
        self.hold(number)
    }

    /// The job of a new reference node.
    fn add_reference(&mut self, reference: &Reference, parent: usize) {
        let (source, parent) = (ptr::from_ref(reference).addr() as u64, parent as u32);
        self.jobs.push(Job { source, at: 0, parent, traits: Job::REFERENCE, size: 0, mask: 0, node: 0 });
    }
}

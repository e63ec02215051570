//! Which arrays and references of a value must be rebuilt at every fetch, besides its objects.
//!
//! A PHP reference matters if it can be reached in more than one way: from two elements, or from an array that two elements
//! share, or in a cycle. One that is reached in one way only is a plain value that happens to have been assigned by
//! reference; it is stored as that, as `serialize()` does. So, over the graph of arrays and references:
//!
//! 1. what has more than one incoming edge, and all that is reachable from it, is reached in several ways (a cycle's first
//!    member has two: from outside, or as the root, and from the cycle);
//! 2. the references among these are nodes, and so is every array or reference above one;
//! 3. so is every object, and every array or reference above one;
//! 4. so is every array that holds itself with nothing but arrays (and references of one holder) between, and every array or
//!    reference above one: the engine looks for recursion in counted arrays only.
//!
//! An object is one and the same however it is reached, so the first rule ends at objects: what is below one is reached in
//! several ways only if that is so within it.
//!
//! Immutable arrays hold nothing counted, hence no references; they are not looked into.

mod cycles;

use super::leads::Leads;
use super::object::{ObjectJobs, is_shared, table};
use super::scan::Stop;
use super::table::{ByAddress, Table};
use crate::buffer::Buffer;
use crate::objects::class::Facts;
use crate::objects::harvest::Outcome;
use crate::payload::Fixup;
use crate::zend::constants as c;
use crate::zend::live::{Array, Object, Reference, Slot};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Array,
    Reference,
    Object,
}

#[derive(Clone, Copy)]
struct Vertex {
    address: usize,
    kind: Kind,
    /// Reached in more than one way.
    several: bool,
    /// A reference with one holder: a plain value for PHP, unless it is all that a cycle goes through.
    single: bool,
    is_node: bool,
    /// Leads to a reference that is a node and that others may have as well, through arrays.
    ties: bool,
    /// On a cycle of arrays and of references that are `single`; or between two such cycles.
    is_cyclic: bool,
    /// How many edges it has from such to such; of these, once cycles were looked for, those that lead to one.
    below: u32,
    incoming: u32,
    /// Its outgoing edges: these, in the order of their making.
    first_edge: u32,
    end_edge: u32,
    /// The last of its incoming edges.
    last_incoming: u32,
    /// Its number among the template's nodes.
    number: u32,
}

#[derive(Clone, Copy)]
struct Edge {
    from: u32,
    to: u32,
    /// Another edge into the same vertex.
    other_incoming: u32,
}

const NONE: u32 = u32::MAX;

impl Vertex {
    /// Whether this is what [`Graph::find_cycles`] finds the cycles of.
    fn may_be_cyclic(&self) -> bool {
        self.kind == Kind::Array || self.single
    }
}

/// A node's vertex.
#[derive(Clone, Copy)]
pub(super) struct Known(u32);

/// The arrays and references of one value.
pub(super) struct Graph {
    /// Those that several may hold.
    shared: Table<ByAddress>,
    nodes: Table<ByAddress>,
    leads: Leads,
    vertices: Buffer<Vertex>,
    edges: Vec<Edge>,
    pending: Vec<u32>,
    /// Whether anything of which there may be such cycles leads to what was met before it and leads on: else there are none.
    leads_back: bool,
    /// Whether any node is an array.
    has_arrays: bool,
    /// Objects share tables of properties: what has one holder may be met several times.
    shares_tables: bool,
}

impl Graph {
    pub(super) fn new() -> Self {
        Graph {
            shared: Table::new(),
            nodes: Table::new(),
            leads: Leads::new(),
            vertices: Buffer::new(),
            edges: Vec::new(),
            pending: Vec::new(),
            leads_back: false,
            has_arrays: false,
            shares_tables: false,
        }
    }

    /// So that no address is left.
    pub(super) fn wipe(&mut self) {
        self.shared.wipe();
        self.nodes.wipe();
        self.leads.wipe();
        self.vertices.wipe();
    }

    pub(super) fn trim(&mut self) {
        self.shared.trim();
        self.nodes.trim();
        self.leads.trim();
        super::give_back_wiped(&mut self.vertices);
        super::give_back(&mut self.edges);
        super::give_back(&mut self.pending);
    }

    /// Whether there may be references or objects in an array of this plan's value, at any depth.
    #[inline(never)]
    pub(super) fn leads_on(&mut self, array: &Array, serial: u64) -> bool {
        self.leads.begin(serial);
        self.leads.leads_on(array)
    }

    /// Explores the value of a plan from its root and finds the nodes.
    pub(super) fn explore(&mut self, root: &Slot, objects: &ObjectJobs, serial: u64) -> Result<(), Stop> {
        self.leads.begin(serial);
        self.shares_tables = false;
        if !self.find_vertices(root, objects)? {
            // Some were met before that was known.
            self.shares_tables = true;
            self.find_vertices(root, objects)?;
        }
        if self.vertices.is_empty() {
            return Ok(());
        }
        self.find_several();
        if self.leads_back {
            self.find_cycles();
        }
        // References with one holder are plain values, also in an array that several hold. Only where a cycle goes through nothing
        // but them, and arrays, they must be what they are.
        for vertex in self.vertices.iter_mut().filter(|vertex| vertex.single) {
            vertex.several &= vertex.is_cyclic;
        }
        self.find_nodes();
        Ok(())
    }

    /// Whether objects share tables of properties, so that what has one holder may be met several times.
    pub(super) fn shares_tables(&self) -> bool {
        self.shares_tables
    }

    /// False if it has to be done again, since tables turned out to be shared.
    fn find_vertices(&mut self, root: &Slot, objects: &ObjectJobs) -> Result<bool, Stop> {
        self.shared.begin();
        self.vertices.clear();
        self.edges.clear();
        self.nodes.begin();
        self.leads_back = false;
        if root.kind() == c::IS_OBJECT {
            if self.object(root, objects)?.is_none() {
                return Ok(true);
            }
        } else {
            self.vertex(root.value as usize, Kind::Array, true);
        }
        self.vertices[0].incoming = 1;
        let mut next = 0;
        while next < self.vertices.len() {
            self.vertices[next].first_edge = self.edges.len() as u32;
            if !self.expand(next as u32, objects)? {
                return Ok(false);
            }
            self.vertices[next].end_edge = self.edges.len() as u32;
            next += 1;
        }
        Ok(true)
    }

    /// As [`Self::find_vertices`].
    fn expand(&mut self, number: u32, objects: &ObjectJobs) -> Result<bool, Stop> {
        let vertex = self.vertices[number as usize];
        match vertex.kind {
            Kind::Reference => {
                // SAFETY: entered as a reference of the value, which lives through the plan.
                let reference = unsafe { &*(vertex.address as *const Reference) };
                self.connect(number, &reference.slot, objects)?;
            }
            Kind::Object => {
                // SAFETY: entered as an object of the value.
                let object = unsafe { &*(vertex.address as *const Object) };
                if !self.shares_tables {
                    let (_, found) = objects.look(object)?;
                    if table(object, found).is_some_and(is_shared) {
                        return Ok(false);
                    }
                }
                let mut stopped = Ok(());
                objects.each_part(object, |slot| {
                    if stopped.is_ok() {
                        stopped = self.connect(number, slot, objects);
                    }
                })?;
                stopped?;
            }
            Kind::Array => {
                // SAFETY: entered as an array of the value.
                let array = unsafe { &*(vertex.address as *const Array) };
                if array.is_packed() {
                    for slot in array.slots() {
                        self.connect(number, slot, objects)?;
                    }
                } else {
                    for bucket in array.buckets() {
                        self.connect(number, bucket.slot.direct(), objects)?;
                    }
                }
            }
        }
        Ok(true)
    }

    fn connect(&mut self, from: u32, slot: &Slot, objects: &ObjectJobs) -> Result<(), Stop> {
        let to = match slot.kind() {
            // What holds neither arrays nor references nor objects can be no node, nor lead to one.
            c::IS_ARRAY
                if slot.is_counted() && slot.array().count > 0 && self.leads.leads_on(slot.array()) =>
            {
                self.vertex(slot.value as usize, Kind::Array, slot.array().gc.refcount > 1)
            }
            c::IS_REFERENCE => {
                let reference = slot.reference();
                // With one holder and nothing below it, it is a plain value for PHP, too: copying the array drops it.
                if reference.gc.refcount == 1 && !matches!(reference.slot.kind(), c::IS_ARRAY | c::IS_OBJECT)
                {
                    return Ok(());
                }
                let shared = reference.gc.refcount > 1;
                let vertex = self.vertex(slot.value as usize, Kind::Reference, true);
                self.vertices[vertex as usize].single = !shared;
                vertex
            }
            c::IS_OBJECT => match self.object(slot, objects)? {
                Some(vertex) => vertex,
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        if self.vertices[to as usize].may_be_cyclic() && self.vertices[from as usize].may_be_cyclic() {
            self.vertices[from as usize].below += 1;
            // What comes before has all its edges by now.
            self.leads_back |= to <= from && self.vertices[to as usize].below > 0;
        }
        let vertex = &mut self.vertices[to as usize];
        self.edges.push(Edge { from, to, other_incoming: vertex.last_incoming });
        vertex.last_incoming = self.edges.len() as u32 - 1;
        vertex.incoming += 1;
        Ok(())
    }

    /// None if it is not to be stored, or as null.
    fn object(&mut self, slot: &Slot, objects: &ObjectJobs) -> Result<Option<u32>, Stop> {
        let object = slot.object();
        let (facts, found) = objects.look(object)?;
        if facts.has(Facts::REFUSED) || found.is_some_and(|found| found.outcome == Outcome::Null) {
            return Ok(None);
        }
        Ok(Some(self.vertex(slot.value as usize, Kind::Object, object.gc.refcount > 1)))
    }

    fn vertex(&mut self, address: usize, kind: Kind, shared: bool) -> u32 {
        let next = self.vertices.len() as u32;
        // What has one holder is met once.
        if (shared || self.shares_tables)
            && let Some(seen) = self.shared.see_address(address, next)
        {
            return seen;
        }
        self.vertices.push(Vertex {
            address,
            kind,
            several: false,
            single: false,
            is_node: false,
            ties: false,
            is_cyclic: false,
            below: 0,
            incoming: 0,
            first_edge: 0,
            end_edge: 0,
            last_incoming: NONE,
            number: NONE,
        });
        next
    }

    fn find_several(&mut self) {
        for number in 0..self.vertices.len() {
            let vertex = &mut self.vertices[number];
            if vertex.incoming > 1 && !vertex.several && vertex.kind != Kind::Object {
                vertex.several = true;
                self.pending.push(number as u32);
            }
            while let Some(from) = self.pending.pop() {
                let vertex = self.vertices[from as usize];
                for edge in vertex.first_edge..vertex.end_edge {
                    let to = self.edges[edge as usize].to;
                    let below = &mut self.vertices[to as usize];
                    if below.kind != Kind::Object && !std::mem::replace(&mut below.several, true) {
                        self.pending.push(to);
                    }
                }
            }
        }
    }

    fn find_nodes(&mut self) {
        for number in 0..self.vertices.len() {
            let vertex = &mut self.vertices[number];
            // One on a cycle of references of one holder is a node already, and its holder is one array however often it is met.
            if vertex.kind == Kind::Reference && vertex.several && !vertex.single && !vertex.ties {
                (vertex.is_node, vertex.ties) = (true, true);
                self.climb(number as u32, |above| !std::mem::replace(&mut above.ties, true));
            }
        }
        for number in 0..self.vertices.len() {
            let vertex = &mut self.vertices[number];
            if vertex.kind == Kind::Object {
                vertex.is_node = true;
                self.climb(number as u32, |above| !above.is_node);
            }
        }
        self.has_arrays = false;
        for (number, vertex) in self.vertices.iter().enumerate() {
            self.has_arrays |= vertex.is_node && vertex.kind == Kind::Array;
            // A reference above one that matters need not matter itself; it is stored as the value it holds.
            if vertex.is_node && (vertex.kind != Kind::Reference || vertex.several) {
                self.nodes.see_address(vertex.address, number as u32);
            }
        }
    }

    /// Makes nodes of the arrays and references above a vertex, as far as they are news.
    fn climb(&mut self, from: u32, mut is_news: impl FnMut(&mut Vertex) -> bool) {
        self.pending.push(from);
        while let Some(below) = self.pending.pop() {
            let mut edge = self.vertices[below as usize].last_incoming;
            while edge != NONE {
                let Edge { from, other_incoming, .. } = self.edges[edge as usize];
                let above = &mut self.vertices[from as usize];
                if above.kind != Kind::Object && is_news(above) {
                    above.is_node = true;
                    self.pending.push(from);
                }
                edge = other_incoming;
            }
        }
    }

    /// If this array or reference is to be rebuilt at fetch: what the graph knows of it.
    #[inline]
    pub(super) fn node<T>(&self, thing: &T) -> Option<Known> {
        self.nodes.find(std::ptr::from_ref(thing).addr()).map(Known)
    }

    /// The same for an array.
    #[inline]
    pub(super) fn array_node(&self, array: &Array) -> Option<Known> {
        if self.has_arrays { self.node(array) } else { None }
    }

    pub(super) fn is_reference(&self, Known(vertex): Known) -> bool {
        self.vertices[vertex as usize].kind == Kind::Reference
    }

    /// As in [`Fixup::target`].
    pub(super) fn kind(&self, Known(vertex): Known) -> u32 {
        match self.vertices[vertex as usize].kind {
            Kind::Array => Fixup::ARRAY,
            Kind::Reference => Fixup::REFERENCE,
            Kind::Object => Fixup::OBJECT,
        }
    }

    pub(super) fn is_object(&self, Known(vertex): Known) -> bool {
        self.vertices[vertex as usize].kind == Kind::Object
    }

    /// The number of a node: `next` if it is to be a new one, and whether that is so.
    ///
    /// References and objects are one node however often they are met. An array that leads to a reference is a new one
    /// each time, as values are: were it shared between its holders, a reference in it would have one holder only, and PHP
    /// drops such a reference when it copies the array for writing. Of a cycle something is always one node: a reference or an
    /// object that others may have as well, or else its arrays, as they are in PHP. So this ends; where arrays share arrays over
    /// many levels it would end late, and beyond some number of nodes the first copy serves.
    pub(super) fn number_node(&mut self, Known(vertex): Known, next: u32) -> (u32, bool) {
        let enough = 2 * self.vertices.len() + 1024;
        let vertex = &mut self.vertices[vertex as usize];
        let is_one = vertex.kind != Kind::Array || !vertex.ties || vertex.is_cyclic;
        let shared = is_one || next as usize > enough;
        if shared && vertex.number != NONE {
            return (vertex.number, false);
        }
        vertex.number = next;
        (next, true)
    }
}

//! Objects in the first pass: which class, which properties, which calls.

use super::scan::{Refused, Stop, at_element};
use super::table::{ByAddress, Table};
use super::{Encoder, Job, NODE_PLACE, NULL_PLACE, Node};
use crate::objects::class::Facts;
use crate::objects::harvest::{Call, Found, Harvest, Outcome};
use crate::objects::lazy::is_lazy;
use crate::objects::{native, with_classes};
use crate::payload::{Fixup, ObjectImage, Pair, object_units};
use crate::zend::constants as c;
use crate::zend::live::{Array, Object, Slot};
use std::cell::Cell;
use std::ptr;

/// A class of the value's objects.
#[derive(Clone, Copy)]
pub(super) struct ClassJob {
    pub(super) facts: Facts,
    /// The place of its name.
    pub(super) name: u32,
}

/// What an object's job needs besides.
#[derive(Clone, Copy)]
pub(super) struct ObjectJob {
    pub(super) class: u32,
    /// Slots in its image.
    pub(super) count: u32,
    pub(super) traits: u32,
    /// Whose slots they are.
    pub(super) source: *const Object,
    /// What was gathered, if anything; in the harvest.
    pub(super) found: Option<&'static Found>,
}

/// The objects of one value.
pub(super) struct ObjectJobs {
    harvest: *const Harvest,
    by_class: Table<ByAddress>,
    pub(super) classes: Vec<ClassJob>,
    pub(super) jobs: Vec<ObjectJob>,
    pub(super) tables: Vec<Pair>,
    pub(super) typed: Vec<Pair>,
    /// For each call, the node that it is for; [`Harvest::NONE`] if its object is no part of the value any more.
    pub(super) callees: Vec<u32>,
    /// The last class met, and its number.
    last: (u64, u32),
    /// The same, of looks.
    known: Cell<Option<Facts>>,
}

impl ObjectJobs {
    pub(super) fn new() -> Self {
        ObjectJobs {
            harvest: ptr::null(),
            by_class: Table::new(),
            classes: Vec::new(),
            jobs: Vec::new(),
            tables: Vec::new(),
            typed: Vec::new(),
            callees: Vec::new(),
            last: (0, 0),
            known: Cell::new(None),
        }
    }

    pub(super) fn begin(&mut self, harvest: Option<&Harvest>) {
        self.harvest = harvest.map_or(ptr::null(), ptr::from_ref);
        self.by_class.begin();
        self.classes.clear();
        self.jobs.clear();
        self.tables.clear();
        self.typed.clear();
        self.callees.clear();
        if let Some(harvest) = harvest {
            // A method that was called later may have taken the object away.
            self.callees.resize(harvest.calls().count(), Harvest::NONE);
        }
        self.last = (0, 0);
    }

    /// Before another value: it may be of another request.
    pub(super) fn forget_class(&mut self) {
        self.known.set(None);
    }

    pub(super) fn trim(&mut self) {
        self.by_class.trim();
        super::give_back(&mut self.jobs);
        super::give_back(&mut self.tables);
        super::give_back(&mut self.typed);
        super::give_back(&mut self.callees);
    }

    pub(super) fn harvest(&self) -> Option<&'static Harvest> {
        // SAFETY: the harvest of the plan under way, which whoever plans and writes keeps meanwhile. Nothing of it is kept
        // beyond that, but for pointers that the next plan forgets unread.
        unsafe { self.harvest.as_ref() }
    }

    /// How many calls there are, in the order of their numbers.
    pub(super) fn calls(&self) -> u32 {
        self.callees.len() as u32
    }

    pub(super) fn call(&self, number: u32) -> Option<Call> {
        self.harvest()?.calls().nth(number as usize)
    }

    #[inline(always)]
    fn facts(&self, object: &Object) -> Facts {
        match self.known.get() {
            Some(facts) if facts.class.addr() as u64 == object.class => facts,
            _ => {
                let facts = with_classes(|classes| classes.of(object.class as *mut _));
                self.known.set(Some(facts));
                facts
            }
        }
    }

    /// Whether there is more to an object than its properties, for which its methods have to be asked.
    #[inline(always)]
    pub(super) fn has_methods(&self, object: &Object) -> bool {
        self.facts(object).has(Facts::GATHERED)
    }

    /// What is to be stored of an object. `Stop::Gather` if its methods have to be asked first.
    #[inline(always)]
    pub(super) fn look(&self, object: &Object) -> Result<(Facts, Option<&'static Found>), Stop> {
        let facts = self.facts(object);
        if !facts.has(Facts::GATHERED) && !is_lazy(object) {
            return Ok((facts, self.harvest().and_then(|harvest| harvest.find_named(object))));
        }
        match self.harvest().and_then(|harvest| harvest.find(object)) {
            Some(found) if !found.is_stale || facts.has(Facts::GATHERED) => Ok((facts, Some(found))),
            _ => Err(Stop::Gather),
        }
    }

    /// Whether a declared property is stored.
    #[inline(always)]
    pub(super) fn is_chosen(&self, found: Option<&Found>, slot: u32) -> bool {
        let Some(found) = found else { return true };
        match found.is_among_first(slot) {
            Some(is_chosen) => is_chosen,
            None => self.harvest().is_none_or(|harvest| harvest.is_chosen(found, slot)),
        }
    }

    /// Shows every part of an object that is stored: properties, dynamic ones, what its methods said.
    pub(super) fn each_part(&self, object: &Object, mut show: impl FnMut(&Slot)) -> Result<(), Stop> {
        let (facts, found) = self.look(object)?;
        if facts.has(Facts::ENUM | Facts::REFUSED) {
            return Ok(());
        }
        let outcome = found.map_or(Outcome::Slots, |found| found.outcome);
        if matches!(outcome, Outcome::Slots | Outcome::Chosen) {
            // SAFETY: a live object of the class, or what has its properties in the same slots.
            let slots = unsafe { source(object, found).slots(facts.slots) };
            for (number, slot) in slots.iter().enumerate() {
                if slot.kind() > c::IS_STRING && self.is_chosen(found, number as u32) {
                    show(slot);
                }
            }
            if let Some(table) = table(object, found) {
                for property in table.properties() {
                    if property.slot.kind() > c::IS_STRING {
                        show(&property.slot);
                    }
                }
            }
        }
        if let Some(found) = found {
            show(&found.argument);
        }
        Ok(())
    }

    fn class(&mut self, facts: &Facts) -> (u32, bool) {
        let address = facts.class.addr();
        if self.last.0 == address as u64 {
            return (self.last.1, false);
        }
        let next = self.classes.len() as u32;
        let seen = self.by_class.see_address(address, next);
        let number = seen.unwrap_or(next);
        self.last = (address as u64, number);
        (number, seen.is_none())
    }
}

/// Whose properties count.
fn source<'a>(object: &'a Object, found: Option<&Found>) -> &'a Object {
    // SAFETY: the harvest holds both.
    found.map_or(object, |found| unsafe { &*found.source })
}

/// The table with dynamic properties to be stored, if it has any.
pub(super) fn table<'a>(object: &'a Object, found: Option<&Found>) -> Option<&'a Array> {
    let table = match found {
        // SAFETY: the harvest holds the table.
        Some(found) if found.outcome == Outcome::Chosen || !found.table.is_null() => unsafe {
            found.table.as_ref()
        },
        _ => source(object, found).table(),
    };
    table.filter(|table| table.properties().next().is_some())
}

/// Whether a table of dynamic properties is another object's as well, or an array's (copies of objects and casts share it until one
/// of them writes), and holds what must not be met twice without notice: "what has one holder is met once" is not so below it.
pub(super) fn is_shared(table: &Array) -> bool {
    let matters = |slot: &Slot| slot.kind() > c::IS_STRING && slot.is_counted();
    table.gc.refcount > 1 && table.properties().any(|property| matters(&property.slot))
}

impl Encoder {
    /// The place of an object, which waits for its own scan if it is new.
    pub(super) fn object<const GRAPH: bool>(&mut self, slot: &Slot, parent: usize) -> Result<u32, Refused> {
        let object = slot.object();
        if GRAPH && let Some(known) = self.graph.node(object) {
            return Ok(self.node(object, known, parent));
        }
        match self.objects.look(object) {
            Ok((facts, _)) if facts.has(Facts::REFUSED) => Err(Refused::Unstorable),
            // With a graph: explored, and left out.
            Ok((_, found)) if GRAPH || found.is_some_and(|found| found.outcome == Outcome::Null) => {
                Ok(NULL_PLACE)
            }
            Ok((_, found)) => Ok(self.object_node(object, found, parent)),
            Err(_) => Err(Refused::Gather),
        }
    }

    /// The place of an object that makes nodes of what is above it.
    #[inline(always)]
    fn object_node(&mut self, object: &Object, found: Option<&'static Found>, parent: usize) -> u32 {
        if !self.jobs.is_empty() {
            self.climb(parent);
        }
        let next = self.nodes.len() as u32;
        // What has one holder is met once.
        if object.gc.refcount > 1
            && let Some(seen) = self.shared.see_address(ptr::from_ref(object).addr(), next)
        {
            return self.hold(seen);
        }
        self.fixups += 1;
        self.nodes.push(Node { at: 0, holders: 1, kind: Fixup::OBJECT });
        self.add_object(object, found, parent);
        self.last_is_node(next, 0);
        next | NODE_PLACE
    }

    /// The job of a new object node. With a graph, what was gathered is looked for when it is scanned.
    #[inline(always)]
    pub(super) fn add_object(&mut self, object: &Object, found: Option<&'static Found>, parent: usize) {
        let size = self.objects.jobs.len() as u32;
        let source = ptr::from_ref(object).addr() as u64;
        self.jobs.push(Job {
            source,
            at: 0,
            parent: parent as u32,
            traits: Job::OBJECT,
            size,
            mask: 0,
            node: 0,
        });
        self.objects.jobs.push(ObjectJob { class: 0, count: 0, traits: 0, source: object, found });
    }

    /// Returns the units that the image takes.
    pub(super) fn scan_object<const GRAPH: bool>(&mut self, job: &Job, number: usize) -> Result<u64, Stop> {
        // SAFETY: the job says that its source is an object of the value being encoded.
        let object = unsafe { &*(job.source as *const Object) };
        let (facts, found) = if GRAPH {
            self.objects.look(object)?
        } else {
            (self.objects.facts(object), self.objects.jobs[job.size as usize].found)
        };
        let class = self.class_number(facts);
        let mut plan = ObjectJob { class, count: 0, traits: 0, source: object, found };
        if facts.has(Facts::ENUM) {
            (plan.count, plan.traits) = (1, ObjectImage::ENUM);
            let name = case_name(object).text();
            let place = self.text(name, name.hash());
            self.places.push(place);
        } else if found.is_none_or(|found| matches!(found.outcome, Outcome::Slots | Outcome::Chosen)) {
            plan.source = source(object, found);
            plan.count = facts.slots;
            // SAFETY: an object of that class: the harvest sees to it for what is behind a proxy.
            for (at, slot) in unsafe { (*plan.source).slots(facts.slots) }.iter().enumerate() {
                let kind = slot.kind();
                if kind == c::IS_UNDEF || !self.objects.is_chosen(found, at as u32) {
                    plan.traits |= ObjectImage::DEFAULTS;
                } else if kind > c::IS_DOUBLE {
                    self.element::<GRAPH>(slot, number).map_err(|refused| at_element(refused, number, at))?;
                    if kind == c::IS_REFERENCE
                        && self.places.last().is_some_and(|place| place & NODE_PLACE != 0)
                    {
                        self.note_type::<GRAPH>(job.node, &facts, at as u32, slot);
                    }
                }
            }
            if let Some(table) = table(object, found) {
                if table.is_packed() {
                    // Its properties get names first.
                    return Err(Stop::Gather);
                }
                if !GRAPH && is_shared(table) {
                    return Err(Stop::References);
                }
                self.add_table(table, number, job.node);
            }
        } else {
            plan.traits |= ObjectImage::DEFAULTS;
        }
        if let Some(found) = found {
            self.scan_calls::<GRAPH>(found, job.node, number)?;
            if facts.has(Facts::NATIVE) {
                self.add_classes_in(found);
            }
        }
        self.objects.jobs[job.size as usize] = plan;
        Ok(object_units(plan.count))
    }

    /// The number of a class.
    #[inline(always)]
    fn class_number(&mut self, facts: Facts) -> u32 {
        let (class, new) = self.objects.class(&facts);
        if new {
            // SAFETY: a class of this request has a name that lives as long as it.
            let name = unsafe { crate::objects::class::text((*facts.class).name) };
            let name = self.text(name, name.hash());
            self.objects.classes.push(ClassJob { facts, name });
        }
        class
    }

    /// Classes of what is in the text that an object is stored by: they have to be there, and the same, as those of any other part.
    #[cold]
    fn add_classes_in(&mut self, found: &Found) {
        native::each_class_in(found.argument.text().bytes(), |class| {
            let facts = with_classes(|classes| classes.of(class));
            self.class_number(facts);
        });
    }

    /// A reference in a typed property must know the type, unless it is stored as what it holds.
    fn note_type<const GRAPH: bool>(&mut self, node: u32, facts: &Facts, at: u32, slot: &Slot) {
        let is_node = self.is_node::<GRAPH>(slot.reference());
        // SAFETY: a class of this request that has the slot.
        let typed = unsafe { facts.property(at) }.is_some_and(|property| property.type_.type_mask != 0);
        if is_node && typed {
            self.objects.typed.push(Pair(node, at));
        }
    }

    /// The job of a table of dynamic properties, a node that the object alone holds.
    fn add_table(&mut self, table: &Array, parent: usize, object: u32) {
        let number = self.nodes.len() as u32;
        self.nodes.push(Node { at: 0, holders: 1, kind: Fixup::ARRAY });
        self.add_array(table, parent, 0);
        self.last_is_node(number, Job::TABLE);
        self.objects.tables.push(Pair(object, number));
    }

    fn scan_calls<const GRAPH: bool>(&mut self, found: &Found, node: u32, number: usize) -> Result<(), Stop> {
        for call in [found.call, found.wakeup] {
            if call != Harvest::NONE {
                self.objects.callees[call as usize] = node;
                self.nodes[node as usize].holders += 1;
            }
        }
        if found.argument.kind() > c::IS_DOUBLE {
            self.element::<GRAPH>(&found.argument, number)
                .map_err(|refused| at_element(refused, number, usize::MAX))?;
        }
        Ok(())
    }
}

/// The name of an enum case: the first property.
pub(super) fn case_name(object: &Object) -> &Slot {
    // SAFETY: the engine's enums have `name` first.
    unsafe { &object.slots(1)[0] }
}

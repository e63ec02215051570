//! Targets whose values have objects of classes that are not there yet.
//!
//! A file may declare a class with statics and, further down, the classes of what is in them. Asking an autoloader for one
//! that a running file is about to declare could have the file included again, so those are waited for, and so are classes that no
//! autoloader knows: when the last such class is linked, targets that lacked it are restored, unless somebody has changed their
//! statics meanwhile. Autoloaders are asked for the rest then.

use ext_php_rs::ffi::{zend_class_entry, zend_string};

use super::early::{Early, early, is_loading, is_missing, name_of};
use super::frames::{is_ahead, places};
use super::relatives::is_there;
use super::{Dropped, Statics, engine, restore, with};
use crate::messages::shown_class;
use crate::payload::{ClassImage, Template};
use crate::zend::live::Text;

/// A target that waits for classes.
#[derive(Clone, Copy)]
pub(super) struct Awaited {
    number: u32,
    /// The template that needs them.
    payload: usize,
    why: Why,
}

/// A target that need not wait any more.
struct Ready {
    awaited: Awaited,
    /// The round of [`retry`] that restores it.
    round: u64,
}

/// Targets that wait for the same declarations: whether those are there is looked at once for all, after each class of a long file.
struct Group {
    early: Early,
    targets: Vec<Awaited>,
}

/// The targets that wait for classes.
pub(super) struct Waiting {
    /// Those that wait for declarations.
    early: Vec<Group>,
    /// The others.
    list: Vec<Awaited>,
    /// The next comes last: a round that begins while another one is restoring comes to its own first.
    ready: Vec<Ready>,
    /// How many there are in all.
    count: usize,
    round: u64,
}

impl Waiting {
    pub(super) const fn new() -> Self {
        Waiting { early: Vec::new(), list: Vec::new(), ready: Vec::new(), count: 0, round: 0 }
    }

    #[inline(always)]
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether some wait for declarations.
    #[inline(always)]
    pub(super) fn has_declared(&self) -> bool {
        !self.early.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.early.clear();
        self.list.clear();
        self.ready.clear();
        self.count = 0;
    }

    fn add(&mut self, awaited: Awaited) {
        self.count += 1;
        let Why::Declared(early) = awaited.why else { return self.list.push(awaited) };
        match self.early.iter_mut().find(|group| group.early.is(early)) {
            Some(group) => group.targets.push(awaited),
            None => self.early.push(Group { early, targets: vec![awaited] }),
        }
    }

    fn forget(&mut self, number: usize) {
        let stays = |awaited: &Awaited| awaited.number as usize != number;
        self.early.iter_mut().for_each(|group| group.targets.retain(stays));
        self.list.retain(stays);
        self.ready.retain(|ready| stays(&ready.awaited));
        let early: usize = self.early.iter().map(|group| group.targets.len()).sum();
        self.count = early + self.list.len() + self.ready.len();
    }

    pub(super) fn find(&self, number: usize) -> Option<&Awaited> {
        let early = self.early.iter().flat_map(|group| &group.targets);
        let mut all = early.chain(&self.list).chain(self.ready.iter().map(|ready| &ready.awaited));
        all.find(|awaited| awaited.number as usize == number)
    }
}

#[derive(Clone, Copy)]
pub(super) enum Why {
    /// Classes are about to be declared.
    Declared(Early),
    /// This class of the template's could not be loaded; `asked` if no autoloader knows it, and none threw or was at work on it.
    Unknown { class: usize, asked: bool },
    /// An enum case is being evaluated, or a class is not what it is in other requests, or the fiber is being destroyed. There may be no template.
    NotYet,
    /// Too many restores are under way within each other, see [`super::nesting`].
    Deep,
    /// It need not wait any more, but somebody has changed its statics. There may be no template.
    TooLate,
}

/// A target has to wait.
pub(super) fn wait(number: usize, payload: usize, why: Why) {
    with(|statics| {
        statics.awaiting.add(Awaited { number: number as u32, payload, why });
        if matches!(why, Why::Deep) {
            // Its turn comes when those are done that it is put off behind.
            statics.note_untouched(number as u32);
        } else {
            statics.targets[number].untouched = None;
        }
    });
}

/// What a template waits for whose classes autoloaders have been asked for: they are asked in order, and not after one that is missing, nor
/// for one that they are at work on.
///
/// # Safety
/// A pinned template.
pub(super) unsafe fn unknown(template: &Template, thrown: bool) -> Why {
    // SAFETY: the caller's word; the image's name is a string image.
    unsafe {
        let classes = template.classes();
        let missing = classes.iter().position(|image| is_missing(image));
        if missing.is_none() && !thrown {
            return Why::NotYet;
        }
        let class = missing.unwrap_or(0);
        let name = classes.get(class).map(|image| name_of(image));
        Why::Unknown { class, asked: !thrown && !name.is_some_and(|name| is_loading(name)) }
    }
}

/// What may end a wait.
#[derive(Clone, Copy)]
pub(super) enum News {
    /// A class was linked. The name may be an alias.
    Linked(*const zend_class_entry, *const zend_string),
    /// An autoloader was registered, which may know what others do not.
    Registered,
    /// An autoloader has come back.
    Returned,
    /// A target's restore has run code, and what that evaluated is.
    Evaluated,
}

/// Code that a target's restore needs has run: restores what could not be meanwhile, unless that one is among it.
pub(super) fn evaluated(number: usize) {
    let is_due = |statics: &mut Statics| {
        let is_deep = |awaited: &Awaited| matches!(awaited.why, Why::Deep);
        if statics.awaiting.list.iter().any(is_deep) && statics.restoring.is_outermost() {
            return true;
        }
        let waiting = statics.awaiting.list.iter().filter(|awaited| matches!(awaited.why, Why::NotYet));
        let mut numbers = waiting.map(|awaited| awaited.number as usize).peekable();
        numbers.peek().is_some() && numbers.all(|other| other != number)
    };
    if with(is_due) {
        retry(News::Evaluated);
    }
}

/// Restores what waited for a class, or for a declaration that has been executed or passed over.
///
/// User code that runs meanwhile may begin another round. That restores what it finds ready, and leaves the rest to this one: it asks for
/// another class. Each class would have a round within the last one's otherwise.
#[cold]
pub(super) fn retry(news: News) {
    let round = with(|statics| {
        statics.awaiting.round += 1;
        find_ready(statics, news);
        statics.awaiting.round
    });
    while let Some(number) = with(|statics| next_ready(statics, round)) {
        if with(|statics| statics.is_in_compiler()) {
            with(|statics| {
                // What the compiler calls is no code of restores.
                statics.targets[number as usize].untouched = None;
                statics.waiting.add(number);
            });
        } else {
            // SAFETY: a target of this request.
            unsafe { restore::beside_others(number as usize, true) };
        }
    }
}

/// What need not wait any more is this round's, in the order of the classes' linking.
fn find_ready(statics: &mut Statics, news: News) {
    let round = statics.awaiting.round;
    let is_outermost = statics.restoring.is_outermost();
    let is_there = |awaited: &Awaited| match (awaited.why, news) {
        // SAFETY: templates of this request, pinned; a linked class.
        (Why::Unknown { class, .. }, News::Linked(linked, _)) => unsafe {
            names(awaited.payload, class, linked)
        },
        (Why::Unknown { .. }, News::Registered) | (Why::NotYet, _) => true,
        (Why::Deep, _) => is_outermost,
        _ => false,
    };
    let Waiting { list, ready, .. } = &mut statics.awaiting;
    ready.iter_mut().filter(|ready| is_there(&ready.awaited)).for_each(|ready| ready.round = round);
    let first = ready.len();
    list.retain(|awaited| {
        let is_there = is_there(awaited);
        if is_there {
            ready.push(Ready { awaited: *awaited, round });
        }
        !is_there
    });
    find_declared(statics, round, news);
    let found = &mut statics.awaiting.ready[first..];
    found.sort_unstable_by_key(|ready| std::cmp::Reverse(ready.awaited.number));
    for at in 0..statics.awaiting.ready.len() {
        let ready = &statics.awaiting.ready[at];
        if ready.round == round {
            statics.note_untouched(ready.awaited.number);
        }
    }
}

/// The same of what waited for declarations that have been executed, or passed over, unless it is to wait for others. In a long file there may be
/// many, after each of its classes: one that is of another class, and ahead of the file, need not be looked for again.
fn find_declared(statics: &mut Statics, round: u64, news: News) {
    let name = match news {
        // SAFETY: the linked class's name.
        News::Linked(_, name) => unsafe { (*name.cast::<Text>()).bytes() },
        News::Registered | News::Returned | News::Evaluated => b"",
    };
    let mut known = None;
    for at in 0..statics.awaiting.early.len() {
        let group = statics.awaiting.early[at].early;
        if let Early::Class(declared, last) = group {
            let places = known.get_or_insert_with(|| places(statics));
            // SAFETY: names of entries of this request, pinned; functions that are there.
            let is_to_come = unsafe {
                !(*declared).eq_ignore_ascii_case(name)
                    && is_ahead(&*declared, &last, places)
                    && (statics.declarations.is_good(&last) || !is_there(&(*declared).to_ascii_lowercase()))
            };
            if is_to_come {
                statics.awaiting.early[at].early = Early::Class(declared, statics.declarations.renewed(last));
                continue;
            }
        }
        if let Some(now) = group.to_come(statics) {
            statics.awaiting.early[at].early = now;
            continue;
        }
        for _ in 0..statics.awaiting.early[at].targets.len() {
            let Some(awaited) = statics.awaiting.early[at].targets.pop() else { break };
            let class = statics.targets[awaited.number as usize].class;
            // SAFETY: a template of this request, pinned, and the class of a target.
            match unsafe { early(&Template::at(awaited.payload), class, statics) } {
                None => statics.awaiting.ready.push(Ready { awaited, round }),
                Some(early) => {
                    statics.awaiting.count -= 1;
                    statics.awaiting.add(Awaited { why: Why::Declared(early), ..awaited });
                }
            }
        }
    }
    statics.awaiting.early.retain(|group| !group.targets.is_empty());
}

/// Takes the round's next target, unless somebody has changed it before.
fn next_ready(statics: &mut Statics, round: u64) -> Option<u32> {
    loop {
        let at = statics.awaiting.ready.iter().rposition(|ready| ready.round == round)?;
        let is_touched = statics.is_touched(statics.awaiting.ready[at].awaited.number);
        let awaited = statics.awaiting.ready.remove(at).awaited;
        statics.awaiting.count -= 1;
        if !is_touched {
            return Some(awaited.number);
        }
        statics.awaiting.add(Awaited { why: Why::TooLate, ..awaited });
    }
}

/// Whether a class is the one that a template needs, by its number there.
///
/// # Safety
/// A template's payload, pinned; a linked class.
unsafe fn names(payload: usize, class: usize, linked: *const zend_class_entry) -> bool {
    // SAFETY: the caller's word; names of images are string images.
    unsafe {
        let name = engine::name_of(linked);
        let image = Template::at(payload).classes().get(class);
        image.is_none_or(|image| name_of(image).eq_ignore_ascii_case(name))
    }
}

/// The record of a class that a template needs, by its number, if the class is not there.
///
/// # Safety
/// A template's payload, pinned.
unsafe fn missing<'a>(payload: usize, class: usize) -> Option<&'a ClassImage> {
    // SAFETY: the caller's word; records lie in the payload.
    unsafe {
        Template::at(payload)
            .classes()
            .get(class)
            .filter(|image| is_missing(image))
            .map(|image| &*std::ptr::from_ref(image))
    }
}

/// Why a target must not be published: its entry has state that could not be restored, and would be lost. Not where there are autoloaders
/// and none knows the class: then it is gone, and with it the state, as any other value would be that has objects of it.
#[cold]
pub(super) fn unrestored(number: usize) -> Option<String> {
    let why = with(|statics| {
        let target = &statics.targets[number];
        let awaited = statics.awaiting.find(number);
        // What only initialisers gave replaces nothing.
        let is_due = target.dropped == Dropped::No && !target.initial;
        let is_early = || statics.waiting.contains(number as u32) || statics.restoring.contains(number);
        if !is_due || awaited.is_none() && !is_early() {
            return None;
        }
        let why = match awaited {
            // SAFETY: a template of this request, pinned; its class's name is a string image.
            Some(&Awaited { payload, why: Why::Unknown { class, asked }, .. }) => unsafe {
                match missing(payload, class) {
                    Some(_) if asked && statics.has_loader => return None,
                    Some(image) => {
                        let class = shown_class(name_of(image));
                        Some(format!("its stored state has objects of class {class}, which was not found"))
                    }
                    None => None,
                }
            },
            Some(Awaited { payload: 0, .. } | Awaited { why: Why::NotYet | Why::Deep, .. }) | None => None,
            Some(_) => {
                Some("it was changed before classes were there that its stored state needs".to_owned())
            }
        };
        let why =
            why.unwrap_or_else(|| "it was changed before its stored state could be restored".to_owned());
        // SAFETY: a class of this request.
        let name = shown_class(unsafe { engine::name_of(target.class) });
        let backend = target.policy.backend.name();
        Some(format!("{why}; that state stays until OPcache\\{backend}_delete('{name}') deletes it"))
    });
    // It may have expired, or have been deleted by others.
    why.filter(|_| restore::has_entry(number))
}

/// A target's statics are what its entry has.
#[inline]
pub(super) fn forget(statics: &mut Statics, number: usize) {
    statics.awaiting.forget(number);
    statics.waiting.retain(|turn| turn.target as usize != number);
}

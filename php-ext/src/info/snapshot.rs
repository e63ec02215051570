//! What `StaticCacheInfo` and `phpinfo()` show: one list for both.

use static_cache_core::Stats;

use crate::api::table::fenced;
use crate::module::{Backend, local, partition};

/// A value of the list.
pub(crate) enum Value {
    Bool(bool),
    Int(u64),
    Text(String),
    Null,
}

/// The type of a value of the list, as declared.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Bool,
    Int,
    Text,
    NullableText,
}

/// Names and types, in the order of the values that [`take`] gives.
pub(super) const MEMBERS: [(&str, Kind); 26] = [
    ("enabled", Kind::Bool),
    ("available", Kind::Bool),
    ("startup_failed", Kind::Bool),
    ("backend_initialized", Kind::Bool),
    ("configured_memory", Kind::Int),
    ("shared_memory", Kind::Int),
    ("entry_count", Kind::Int),
    ("segment_count", Kind::Int),
    ("shared_model", Kind::Text),
    ("failure_reason", Kind::NullableText),
    ("partition", Kind::Text),
    ("used_memory", Kind::Int),
    ("free_memory", Kind::Int),
    ("largest_free_block", Kind::Int),
    ("retired_memory", Kind::Int),
    ("hits", Kind::Int),
    ("misses", Kind::Int),
    ("stores", Kind::Int),
    ("evictions", Kind::Int),
    ("expired", Kind::Int),
    ("store_failures", Kind::Int),
    ("publish_failures", Kind::Int),
    ("recoveries", Kind::Int),
    ("active_readers", Kind::Int),
    ("overflow_readers", Kind::Int),
    ("mutation_epoch", Kind::Int),
];

/// The values, in the order of [`MEMBERS`].
pub(crate) type Figures = [Value; MEMBERS.len()];

/// Why the backend is not there, or is no good any more, say its values.
pub(super) fn refusal(figures: &Figures) -> Option<&str> {
    let value = |name| MEMBERS.iter().position(|(member, _)| *member == name).map(|at| &figures[at]);
    match (value("available"), value("failure_reason")) {
        (Some(Value::Bool(true)), _) => None,
        (_, Some(Value::Text(reason))) => Some(reason),
        _ => Some("unavailable"),
    }
}

/// The values now.
pub(super) fn take(backend: Backend) -> Figures {
    let (configured, failed, segment, reason, model, name) = partition(|partition| {
        let state = &partition.backends[backend as usize];
        let (model, name) = (partition.model, partition.name.clone());
        (state.configured, state.startup_failed, state.segment.clone(), state.reason.clone(), model, name)
    })
    .unwrap_or((0, false, None, Some("not started".into()), "none", String::new()));
    // What this request keeps for its next stores is not in use.
    fenced(|| {
        // SAFETY: this thread's own; no user code runs here, and no reference to its sessions lives in who asks.
        if let Some(session) = unsafe { (*local()).backends[backend as usize].open_session() } {
            session.flush();
        }
    });
    let stats = fenced(|| segment.as_ref().map_or_else(Stats::default, |segment| segment.stats()));
    let initialized = segment.is_some();
    let damage = fenced(|| segment.as_ref().and_then(|segment| segment.damage()));
    let available = initialized && damage.is_none();
    let damage = damage.map(|damage| format!("{damage}; nothing can be stored until PHP is restarted"));
    let reason = reason.or(damage).map_or(Value::Null, Value::Text);
    [
        Value::Bool(configured > 0 && !failed),
        Value::Bool(available),
        Value::Bool(failed),
        Value::Bool(initialized),
        Value::Int(configured as u64),
        Value::Int(stats.mapped),
        Value::Int(stats.entries),
        Value::Int(u64::from(initialized)),
        Value::Text(model.into()),
        reason,
        Value::Text(name),
        Value::Int(stats.used),
        Value::Int(stats.free),
        Value::Int(stats.largest_free),
        Value::Int(stats.retired),
        Value::Int(stats.hits),
        Value::Int(stats.misses),
        Value::Int(stats.stores),
        Value::Int(stats.evictions),
        Value::Int(stats.expired),
        Value::Int(stats.store_failures),
        Value::Int(stats.publish_failures),
        Value::Int(stats.recoveries),
        Value::Int(stats.active_readers),
        Value::Int(stats.overflow_readers),
        Value::Int(stats.mutation_epoch),
    ]
}

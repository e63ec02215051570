//! The table of docs/design.md, "Memory ordering", names every atomic of every shared struct, and nothing else.
#![cfg(not(miri))]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// `Struct.field` of each atomic field in the sources under `folder`.
fn atomics_of(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            atomics_of(&entry, found);
        } else if entry.extension().is_some_and(|ending| ending == "rs") {
            atomics_in(&fs::read_to_string(&entry).unwrap(), found);
        }
    }
}

fn atomics_in(source: &str, found: &mut BTreeSet<String>) {
    let mut name = None;
    for line in source.lines() {
        let code = line.split("//").next().unwrap();
        if let Some((before, after)) = code.split_once("struct ")
            && before.split_whitespace().all(|word| word.starts_with("pub"))
        {
            let end = after.find(|at: char| !at.is_alphanumeric()).unwrap_or(after.len());
            let (this, body) = after.split_at(end);
            if let Some((fields, _)) = body.strip_prefix('(').and_then(|rest| rest.rsplit_once(')')) {
                if fields.contains("Atomic") && !fields.contains('&') {
                    found.insert(format!("{this}.0"));
                }
            } else if !code.trim_end().ends_with(';') {
                name = Some(this.to_owned());
            }
        } else if code.starts_with('}') {
            name = None;
        } else if let (Some(name), Some((field, kind))) = (&name, code.split_once(": "))
            && kind.contains("Atomic")
            && !kind.contains('&')
        {
            found.insert(format!("{name}.{}", field.split_whitespace().last().unwrap()));
        }
    }
}

#[test]
fn the_table_has_every_atomic_and_no_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut atomics = BTreeSet::new();
    atomics_of(&root.join("src"), &mut atomics);
    assert!(atomics.len() > 60 && atomics.contains("Entry.superseded") && atomics.contains("Dirty.0"));
    let design = fs::read_to_string(root.join("../docs/design.md")).unwrap();
    let (_, section) = design.split_once("\n## Memory ordering\n").unwrap();
    let table: BTreeSet<String> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split('|').next())
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .filter(|name| name.contains('.') && name.starts_with(char::is_uppercase))
        .map(str::to_owned)
        .collect();
    let missing: Vec<_> = atomics.difference(&table).collect();
    assert!(missing.is_empty(), "not in docs/design.md, Memory ordering: {missing:?}");
    let stale: Vec<_> = table.difference(&atomics).collect();
    assert!(stale.is_empty(), "in docs/design.md, Memory ordering, but no atomic: {stale:?}");
}

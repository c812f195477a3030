//! The documents name tests that there are.

use std::{collections::BTreeSet, fs, path::Path};

/// Names of functions in the Rust files below a folder.
fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            functions(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).expect("a source file");
            let names = source.split("fn ").skip(1);
            found.extend(names.map(|rest| {
                rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
            }));
        }
    }
}

/// Whether a name of a test, which may have a `*` at one end or both, is one of these.
fn is_there(name: &str, functions: &BTreeSet<String>) -> bool {
    let bare = name.trim_matches('*');
    functions.iter().any(|function| match (name.starts_with('*'), name.ends_with('*')) {
        (false, false) => function == bare,
        (false, true) => function.starts_with(bare),
        (true, false) => function.ends_with(bare),
        (true, true) => function.contains(bare),
    })
}

#[test]
fn every_test_that_a_document_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut known = BTreeSet::new();
    for folder in ["tests", "scripts", "contracts"] {
        functions(&root.join(folder), &mut known);
    }
    let mut named = 0;
    let mut missing = vec![];
    for document in ["docs/invariants.md", "docs/testing.md", "SECURITY.md"] {
        let text = fs::read_to_string(root.join(document)).expect(document);
        // Code between backticks with several words, as tests' names have and those of few functions.
        for code in text.split('`').skip(1).step_by(2) {
            let name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_*".contains(c);
            if !code.chars().all(name) || code.matches('_').count() < 3 {
                continue;
            }
            named += 1;
            if !is_there(code, &known) {
                missing.push(format!("{document}: {code}"));
            }
        }
    }
    assert!(missing.is_empty(), "no such test:\n{}", missing.join("\n"));
    assert!(named > 100, "only {named} names of tests found");
}

//! The release wasm that `make test` leaves behind.

use std::{fs, path::PathBuf};

/// A contract of the project: `target/contracts/<name>.wasm`.
pub fn contract(name: &str) -> Vec<u8> {
    read("contracts", name)
}

/// A contract that only tests use: `target/test-contracts/<name>.wasm`.
pub fn test_contract(name: &str) -> Vec<u8> {
    read("test-contracts", name)
}

/// The host functions that a contract imports, as (module, name).
pub fn imports(wasm: &[u8]) -> Vec<(String, String)> {
    let mut imports = vec![];
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        if let wasmparser::Payload::ImportSection(section) = payload.expect("a valid wasm") {
            for import in section {
                let import = import.expect("a valid import");
                imports.push((import.module.to_string(), import.name.to_string()));
            }
        }
    }
    imports
}

fn read(folder: &str, name: &str) -> Vec<u8> {
    let target = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target");
    let path = target.join(folder).join(format!("{name}.wasm"));
    fs::read(&path).unwrap_or_else(|error| {
        panic!("{}: {error}; run `cargo run -p tributary-build -- --tests` first", path.display());
    })
}

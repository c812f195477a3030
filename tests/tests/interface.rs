//! Each contract's interface as it stands in its wasm, held against the committed one: what wallets
//! call and indexers read must not change unnoticed. `TRIBUTARY_SNAPSHOTS=write` rewrites it.

use std::{fs, path::PathBuf};

use soroban_sdk::xdr::{ScSpecEntry, ScSpecTypeDef, ScSpecUdtUnionCaseV0};
use tributary_tests::wasm::contract;

const CONTRACTS: [&str; 8] =
    ["factory", "offers", "oracle", "pool", "router", "staking", "token", "treasury"];

#[test]
fn interfaces_are_as_committed() {
    for name in CONTRACTS {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join(format!("snapshots/{name}.interface.txt"));
        let now = interface(&contract(name));
        if std::env::var("TRIBUTARY_SNAPSHOTS").as_deref() == Ok("write") {
            fs::write(&path, &now).expect("tests/snapshots is writable");
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            now, committed,
            "{name}: if the change is meant, run TRIBUTARY_SNAPSHOTS=write cargo test -p \
             tributary-tests --test interface and commit the snapshot"
        );
    }
}

#[test]
fn every_function_is_documented() {
    for contract_name in CONTRACTS {
        let wasm = contract(contract_name);
        for entry in soroban_spec::read::from_wasm(&wasm).expect("a specification") {
            if let ScSpecEntry::FunctionV0(function) = entry {
                let name = function.name.to_utf8_string_lossy();
                assert!(!function.doc.is_empty(), "{contract_name}: {name} has no documentation");
            }
        }
    }
}

/// A line for each function, error, event and field, sorted.
fn interface(wasm: &[u8]) -> String {
    let mut lines = vec![];
    for entry in soroban_spec::read::from_wasm(wasm).expect("a specification") {
        match entry {
            ScSpecEntry::FunctionV0(function) => {
                let inputs = function.inputs.iter().map(|input| {
                    format!("{}: {}", input.name.to_utf8_string_lossy(), name(&input.type_))
                });
                let inputs: Vec<_> = inputs.collect();
                let outputs: Vec<_> = function.outputs.iter().map(name).collect();
                let function = function.name.to_utf8_string_lossy();
                lines.push(format!("fn {function}({}) -> {}", inputs.join(", "), outputs.join("")));
            }
            ScSpecEntry::UdtErrorEnumV0(errors) => {
                for case in errors.cases.iter() {
                    let case_name = case.name.to_utf8_string_lossy();
                    lines.push(format!("error {:>3} {case_name}", case.value));
                }
            }
            ScSpecEntry::UdtStructV0(fields) => {
                let of = fields.name.to_utf8_string_lossy();
                for field in fields.fields.iter() {
                    let field_name = field.name.to_utf8_string_lossy();
                    lines.push(format!("field {of}.{field_name}: {}", name(&field.type_)));
                }
            }
            ScSpecEntry::UdtUnionV0(union) => {
                let of = union.name.to_utf8_string_lossy();
                for case in union.cases.iter() {
                    let (case_name, types) = match case {
                        ScSpecUdtUnionCaseV0::VoidV0(case) => (&case.name, vec![]),
                        ScSpecUdtUnionCaseV0::TupleV0(case) => {
                            (&case.name, case.type_.iter().map(name).collect())
                        }
                    };
                    let case_name = case_name.to_utf8_string_lossy();
                    lines.push(format!("case {of}::{case_name}({})", types.join(", ")));
                }
            }
            ScSpecEntry::EventV0(event) => {
                let topics: Vec<_> =
                    event.prefix_topics.iter().map(|topic| topic.to_utf8_string_lossy()).collect();
                let params: Vec<_> = event
                    .params
                    .iter()
                    .map(|param| {
                        let name_of = param.name.to_utf8_string_lossy();
                        format!("{name_of}: {} ({:?})", name(&param.type_), param.location)
                    })
                    .collect();
                let format = event.data_format;
                lines.push(format!("event {topics:?} {} {format:?}", params.join(", ")));
            }
            _ => {}
        }
    }
    lines.sort();
    lines.join("\n") + "\n"
}

fn name(kind: &ScSpecTypeDef) -> String {
    match kind {
        ScSpecTypeDef::Udt(udt) => udt.name.to_utf8_string_lossy(),
        ScSpecTypeDef::BytesN(bytes) => format!("BytesN<{}>", bytes.n),
        ScSpecTypeDef::Vec(of) => format!("Vec<{}>", name(&of.element_type)),
        ScSpecTypeDef::Option(of) => format!("Option<{}>", name(&of.value_type)),
        ScSpecTypeDef::Result(of) => {
            format!("Result<{}, {}>", name(&of.ok_type), name(&of.error_type))
        }
        ScSpecTypeDef::Tuple(of) => {
            let types: Vec<_> = of.value_types.iter().map(name).collect();
            format!("({})", types.join(", "))
        }
        other => format!("{other:?}"),
    }
}

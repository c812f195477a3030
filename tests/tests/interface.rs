//! Each contract's interface as it stands in its wasm, held against the committed one: what wallets
//! call and indexers read must not change unnoticed. `TRIBUTARY_SNAPSHOTS=write` rewrites it. And no name
//! in it is a reserved word of a language that clients are generated in.

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

/// What cannot name a variable, an argument or a field without being quoted, renamed or escaped.
const RESERVED: [(&str, &str); 6] = [
    (
        "TypeScript",
        "arguments await break case catch class const continue debugger default delete do else enum eval \
         export extends false finally for function if implements import in instanceof interface let new \
         null package private protected public return static super switch this throw true try typeof var \
         void while with yield",
    ),
    (
        "Python",
        "False None True and as assert async await break class continue def del elif else except finally \
         for from global if import in is lambda nonlocal not or pass raise return try while with yield",
    ),
    (
        "Rust",
        "Self abstract as async await become box break const continue crate do dyn else enum extern false \
         final fn for gen if impl in let loop macro match mod move mut override priv pub ref return self \
         static struct super trait true try type typeof unsafe unsized use virtual where while yield",
    ),
    (
        "Go",
        "break case chan const continue default defer else fallthrough for func go goto if import \
         interface map package range return select struct switch type var",
    ),
    (
        "Swift",
        "Any Self as associatedtype await break case catch class continue default defer deinit do else \
         enum extension fallthrough false fileprivate for func guard if import in init inout internal is \
         let nil open operator precedencegroup private protocol public repeat rethrows return self static \
         struct subscript super switch throw throws true try typealias var where while",
    ),
    (
        "Kotlin",
        "as break class continue do else false for fun if in interface is null object package return super \
         this throw true try typealias typeof val var when while",
    ),
];

#[test]
fn no_name_is_a_reserved_word() {
    for contract_name in CONTRACTS {
        for line in interface(&contract(contract_name)).lines() {
            // What follows the kind of line and, of an event, its topics: they are data, and name nothing.
            let (_, names) =
                line.split_once(if line.starts_with("event") { ']' } else { ' ' }).expect(line);
            // SEP-41 calls the address that pays `from`, and a wallet shows our functions beside its own.
            let names = names.replace("from: Address", "");
            for name in names.split(|of: char| !of.is_ascii_alphanumeric() && of != '_') {
                for (language, words) in RESERVED {
                    let reserved = words.split(' ').any(|word| word == name);
                    assert!(
                        !reserved,
                        "{contract_name}: `{name}` is reserved in {language}: {line}"
                    );
                }
            }
        }
    }
}

/// A line for each function, error, event, field and case, sorted.
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
            ScSpecEntry::UdtEnumV0(numbers) => {
                let of = numbers.name.to_utf8_string_lossy();
                for case in numbers.cases.iter() {
                    let case_name = case.name.to_utf8_string_lossy();
                    lines.push(format!("case {of}::{case_name} = {}", case.value));
                }
            }
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

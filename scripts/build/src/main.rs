//! Builds every contract of the workspace into `target/contracts/<name>.wasm`, with a manifest of
//! hashes and sizes beside them. With `--tests` it also builds the contracts that only tests use, into
//! `target/test-contracts/`.
//!
//! It does what `stellar contract build --optimize=false` does, without half an hour of compiling
//! the CLI first: the same cargo command, then the specification reduced to what the contract
//! uses. docs/building.md says how to compare the two.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use sha2::{Digest, Sha256};
use soroban_spec::shaking;
use soroban_spec_tools::{contract::Spec, wasm::replace_custom_section};
use stellar_xdr::{Limits, WriteXdr};

/// The target that Soroban runs.
const TARGET: &str = "wasm32v1-none";

/// A folder of contracts, what its packages are called, and where its wasm goes under `target/`.
type Kind = (&'static str, &'static str, &'static str);
const CONTRACTS: Kind = ("contracts", "tributary", "contracts");
const OF_TESTS: Kind = ("tests/contracts", "test", "test-contracts");

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().map_err(|error| format!("{}: {error}", root.display()))?;
    install_target(&root)?;
    let kinds = match env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => vec![CONTRACTS],
        [tests] if tests == "--tests" => vec![CONTRACTS, OF_TESTS],
        others => return Err(format!("{others:?}: the only option is --tests")),
    };
    for (folder, prefix, out) in kinds {
        let out = root.join("target").join(out);
        fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
        let mut manifest = String::new();
        for contract in contracts(&root.join(folder))? {
            let name = contract.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let wasm = build(&root, &contract, &format!("{prefix}_{name}"))?;
            let path = out.join(format!("{name}.wasm"));
            fs::write(&path, &wasm).map_err(|error| format!("{}: {error}", path.display()))?;
            let line = format!("{:x}  {:>6}  {name}.wasm\n", Sha256::digest(&wasm), wasm.len());
            print!("{line}");
            manifest.push_str(&line);
        }
        let path = out.join("manifest.txt");
        fs::write(&path, manifest).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// Installs the wasm target for the pinned toolchain when it is not there.
fn install_target(root: &Path) -> Result<(), String> {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(root))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).exists() {
        return Ok(());
    }
    eprintln!("installing the Rust target {TARGET}");
    let status = Command::new("rustup").args(["target", "add", TARGET]).current_dir(root).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        _ => Err(format!(
            "the Rust target {TARGET} is missing; install it with `rustup target add {TARGET}`"
        )),
    }
}

/// The folders of the crates under `folder` that make a contract, in order.
fn contracts(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let manifest = fs::read_to_string(path.join("Cargo.toml")).unwrap_or_default();
            manifest.contains("cdylib")
        })
        .collect();
    found.sort();
    Ok(found)
}

/// The finished wasm of one contract.
fn build(root: &Path, contract: &Path, library: &str) -> Result<Vec<u8>, String> {
    let manifest = contract.join("Cargo.toml");
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(root)
        .args(["rustc", "--locked", "--crate-type=cdylib", "--release"])
        .arg(format!("--target={TARGET}"))
        .arg(format!("--target-dir={}", root.join("target").display()))
        .arg(format!("--manifest-path={}", manifest.display()))
        // The SDK refuses to build for wasm unless the specification is reduced afterwards, as
        // this program does.
        .env("SOROBAN_SDK_BUILD_SYSTEM_SUPPORTS_SPEC_SHAKING_V2", "1");
    // What somebody sets for her other builds must not leak into the wasm.
    for (variable, _) in env::vars_os() {
        let name = variable.to_string_lossy();
        let leaks = ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"].contains(&&*name)
            || ["CARGO_BUILD_", "CARGO_PROFILE_", "CARGO_TARGET_"]
                .iter()
                .any(|prefix| name.starts_with(prefix));
        if leaks {
            cargo.env_remove(&variable);
        }
    }
    // Paths of this machine neither.
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    if let Some(home) = home.or_else(|| Some(env::home_dir()?.join(".cargo"))) {
        let registry = home.join("registry").join("src");
        cargo.env("CARGO_BUILD_RUSTFLAGS", format!("--remap-path-prefix={}=", registry.display()));
    }
    let status = cargo.status().map_err(|error| format!("cargo: {error}"))?;
    if !status.success() {
        return Err(format!("{library} did not compile; see above"));
    }
    let path = root.join("target").join(TARGET).join("release").join(format!("{library}.wasm"));
    let wasm = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    reduce_spec(&wasm)
}

/// The specification without what the contract does not use; the SDK marks in the data segments
/// what it does.
fn reduce_spec(wasm: &[u8]) -> Result<Vec<u8>, String> {
    let spec = Spec::new(wasm).map_err(|error| error.to_string())?;
    let markers = shaking::find_all(wasm);
    let mut reduced = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for entry in shaking::filter(spec.spec, &markers) {
        let xdr = entry.to_xdr(Limits::none()).map_err(|error| error.to_string())?;
        if seen.insert(xdr.clone()) {
            reduced.extend(xdr);
        }
    }
    replace_custom_section(wasm, "contractspecv0", &reduced).map_err(|error| error.to_string())
}

/// What a command prints.
fn output(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{name}: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

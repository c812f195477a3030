//! The inputs that the fuzzer kept, because each reaches what no other does.

use std::{fs, path::Path};

use tributary_tests::fuzz::TARGETS;

fn replay(name: &str) {
    let (_, target) = TARGETS.into_iter().find(|target| target.0 == name).expect("a target");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut inputs: Vec<_> =
        fs::read_dir(folder).expect("a corpus").map(|file| file.unwrap().path()).collect();
    inputs.sort();
    assert!(inputs.len() > 10, "a corpus of {name}");
    for input in inputs {
        println!("{}", input.display());
        target(&fs::read(&input).expect("a file"));
    }
}

#[test]
fn mathematics() {
    replay("mathematics");
}

#[test]
fn offers() {
    replay("offers");
}

#[test]
fn pool() {
    replay("pool");
}

#[test]
fn staking() {
    replay("staking");
}

#[test]
fn token() {
    replay("token");
}

#[test]
fn treasury() {
    replay("treasury");
}

#[test]
fn every_target_has_a_program_and_a_corpus() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    for folder in ["targets", "corpus"] {
        let files =
            fs::read_dir(fuzz.join(folder)).expect("a folder").map(|file| file.unwrap().path());
        let mut names: Vec<_> = files.map(|file| file.file_stem().unwrap().to_owned()).collect();
        names.sort();
        assert_eq!(names, TARGETS.map(|target| target.0), "{folder}");
    }
}

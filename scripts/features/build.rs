//! Without a build script Cargo would not count the features of what macros and build scripts use.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}

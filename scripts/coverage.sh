#!/usr/bin/env bash
# Which lines of the contracts the tests run: a table a contract, and a failure below the bar. The contracts run
# natively here, because the compiler's instruments see no wasm. What make test holds against the wasm is the same.
set -euo pipefail
cd "$(dirname "$0")/.."

bar=95
command -v cargo-llvm-cov >/dev/null || {
    echo "cargo-llvm-cov is missing: cargo install cargo-llvm-cov; rustup component add llvm-tools"
    exit 1
}
export TRIBUTARY_NATIVE=1 PROPTEST_CASES="${PROPTEST_CASES:-32}" PROPTEST_RNG_SEED="${PROPTEST_RNG_SEED:-1}"
cargo llvm-cov --locked --no-report --package tributary-tests --tests
# File, then regions, functions and lines: how many, missed, covered.
cargo llvm-cov report --ignore-filename-regex '/(tests|scripts|\.cargo|rustc)/' |
    awk -v bar="$bar" '
        $1 ~ /^[a-z]+\/src\// {
            split($1, path, "/")
            lines[path[1]] += $8
            missed[path[1]] += $9
        }
        END {
            print "| contract | lines | missed | covered |\n|---|---:|---:|---:|"
            for (name in lines) {
                covered = 100 * (lines[name] - missed[name]) / lines[name]
                printf "| %s | %d | %d | %.1f %% |\n", name, lines[name], missed[name], covered | "sort"
                if (covered < bar) low = low " " name
            }
            close("sort")
            if (low) {
                print "below " bar " % of lines:" low
                exit 1
            }
        }'

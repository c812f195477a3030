#!/usr/bin/env bash
# Changes the contracts, one small fault at a time, and sees whether the tests notice: a table a contract. It tries
# every so-manieth fault, SHARD=0/17 unless that says otherwise; SHARD=0/1 are all, which takes many hours. Arguments
# go to cargo-mutants: `scripts/mutants.sh --file 'contracts/pool/**'`.
#
# It changes files in place and puts them back; the contracts run natively, so that no wasm is built for each fault.
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in cargo-mutants cargo-nextest; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: cargo install --locked $tool"; exit 1; }
done
git diff --quiet || { echo "commit or stash first: the files are changed in place"; exit 1; }
export TRIBUTARY_NATIVE=1 PROPTEST_CASES="${PROPTEST_CASES:-8}" PROPTEST_RNG_SEED="${PROPTEST_RNG_SEED:-1}"
export NEXTEST_PROFILE=native PROPTEST_DISABLE_FAILURE_PERSISTENCE=1 PROPTEST_MAX_SHRINK_ITERS=0
out=target/mutants
mkdir -p "$out"
# Without a fault all must pass. (What cargo-mutants runs for that are the tests of the contracts' own packages: none.)
cargo nextest run --locked --package tributary-tests --status-level fail
# It fails when it misses one; the table tells. A fault may loop, hence the timeout.
cargo mutants --workspace --in-place --output "$out" --test-package tributary-tests --baseline skip --timeout 300 \
    --shard "${SHARD:-0/17}" --sharding round-robin "$@" || true
cd "$out/mutants.out"
awk '
    {
        split($1, path, "/")
        outcome = FILENAME
        sub(/\.txt$/, "", outcome)
        if (outcome == "timeout") outcome = "caught"
        count[path[2], outcome]++
        names[path[2]]
    }
    END {
        print "| contract | caught | missed | do not compile | caught of those that do |\n|---|---:|---:|---:|---:|"
        for (name in names) {
            caught = count[name, "caught"]
            missed = count[name, "missed"]
            share = caught + missed ? sprintf("%.0f %%", 100 * caught / (caught + missed)) : "-"
            printf "| %s | %d | %d | %d | %s |\n", name, caught, missed, count[name, "unviable"], share | "sort"
        }
        close("sort")
    }' caught.txt timeout.txt missed.txt unviable.txt
echo "missed:"
sed 's/^/  /' missed.txt
[ ! -s missed.txt ]

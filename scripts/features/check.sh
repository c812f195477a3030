#!/usr/bin/env bash
# One set of features: whatever part of the workspace a command builds, its dependencies have the features that the
# whole workspace gives them. Otherwise they would be compiled once more.
set -euo pipefail
cd "$(dirname "$0")/../.."

features() { # of the dependencies of these packages
    cargo tree --locked "$@" -e normal,dev,build --prefix none --format '{p} | {f}' | sed 's/ (\*)$//' | LC_ALL=C sort -u
}

whole=$(mktemp)
trap 'rm -f "$whole"' EXIT
features --workspace >"$whole"
failed=
for manifest in scripts/*/Cargo.toml tests/Cargo.toml tests/fuzz/Cargo.toml; do
    package=$(sed -n 's/^name = "\(tributary-.*\)"$/\1/p' "$manifest" | head -n 1)
    others=$(features --package "$package" | LC_ALL=C comm -23 - "$whole")
    if [ -n "$others" ]; then
        failed=1
        echo "$package alone gives these dependencies (name | features) other features than the workspace does:"
        echo "$others" | sed 's/^/  /'
    fi
done
[ -z "$failed" ] || { echo "name the missing features in scripts/features/Cargo.toml"; exit 1; }

#!/usr/bin/env bash
# One set of features: whatever part of the workspace a command builds, its dependencies have the features that the
# whole workspace gives them. Otherwise they would be compiled once more.
set -euo pipefail
cd "$(dirname "$0")/../.."

features() { # of the dependencies, for tests too or not, of these packages
    cargo tree --locked "${@:2}" -e "$1" --prefix none --format '{p} | {f}' | sed 's/ (\*)$//' | LC_ALL=C sort -u
}

whole=$(mktemp)
trap 'rm -f "$whole"' EXIT
features normal,build,dev --workspace >"$whole"
failed=
for manifest in scripts/*/Cargo.toml tests/Cargo.toml tests/fuzz/Cargo.toml; do
    package=$(sed -n 's/^name = "\(tributary-.*\)"$/\1/p' "$manifest" | head -n 1)
    # As it is built to run, and with its tests.
    for kinds in normal,build normal,build,dev; do
        others=$(features "$kinds" --package "$package" | LC_ALL=C comm -23 - "$whole")
        if [ -n "$others" ]; then
            failed=1
            echo "$package alone ($kinds) gives these dependencies (name | features) other features than the workspace:"
            echo "$others" | sed 's/^/  /'
        fi
    done
done
[ -z "$failed" ] || { echo "name the missing features in scripts/features/Cargo.toml"; exit 1; }

#!/usr/bin/env bash
# Generates the TypeScript bindings of every contract by a command, and compiles them strictly:
# bindings.sh stellar contract bindings typescript
set -euo pipefail
cd "$(dirname "$0")"
PATH=$PWD/node_modules/.bin:$PATH # of stellar-js and tsc

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ln -s "$PWD/node_modules" "$folder"
cp uses.mts "$folder"
for snapshot in ../snapshots/*.interface.txt; do
  name=$(basename "$snapshot" .interface.txt)
  "$@" --wasm "../../target/contracts/$name.wasm" --output-dir "$folder/$name" >"$folder/said" 2>&1 || {
    cat "$folder/said"
    exit 1
  }
  # stellar-js of SDK 17.2.0 declares an error enum as a value, and then uses it as a type.
  if [ -f "$folder/$name/src/types.ts" ]; then
    errors=$(sed -n 's/^export const \(.*\) = {$/export type \1 = (typeof \1)[keyof typeof \1];/p' \
      "$folder/$name/src/types.ts")
    echo "$errors" >>"$folder/$name/src/types.ts"
  fi
  {
    echo "import type { Client } from \"./$name/src/index.js\";"
    echo "export const functions: (keyof Client)[] = ["
    sed -n '/^fn __/d; s/^fn \([a-z_]*\)(.*/"\1",/p' "$snapshot"
    echo "];"
  } >"$folder/$name.mts"
done
tsc --strict --noEmit --skipLibCheck --target esnext --module nodenext "$folder"/*.mts
echo "tests/js: the bindings of $* compile"

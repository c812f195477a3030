#!/usr/bin/env bash
# @stellar/stellar-sdk 17.2.0: `stellar-js generate` writes TypeScript that does not compile for a contract
# with a function that returns Result<_, Error>, Error being an enum of #[contracterror].
#
# One would guess that bindings compile, whose generator is the SDK's own, for so common a function.
# What happens: types.ts declares `export const CounterError = { 1: { message: … } }`, a value, and client.ts
# uses the same name as a type, Result<number, CounterError>. tsc refuses with TS2749. An enum with the name
# `Error` escapes, because JavaScript has a type of that name.
# What to do: generate by `stellar contract bindings typescript` of the Stellar CLI, or append to types.ts
# for each such enum: export type X = (typeof X)[keyof typeof X];
#
# Needs node 22.12 or later and npm. Ends with 0 as long as it is so, with 1 when it has changed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --save-exact --no-fund --no-audit --loglevel=error \
  @stellar/stellar-sdk@17.2.0 typescript@5.9.3 buffer@6.0.3 >/dev/null

# A wasm of nothing but its specification: fn increment() -> Result<u32, CounterError>.
cat >contract.mjs <<'SCRIPT'
import { writeFileSync } from "node:fs";

const int = (value) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value]);
const text = (value) => {
  return Buffer.concat([int(value.length), Buffer.from(value), Buffer.alloc(-value.length & 3)]);
};
const [FUNCTION, ERRORS, U32, RESULT, UDT] = [0, 4, 4, 1001, 2000];
const result = [int(RESULT), int(U32), int(UDT), text("CounterError")];
const specification = Buffer.concat([
  ...[int(FUNCTION), text(""), text("increment"), int(0), int(1), ...result],
  ...[int(ERRORS), text(""), text(""), text("CounterError"), int(1)],
  ...[text(""), text("LimitReached"), int(1)],
]);
const name = "contractspecv0";
const section = Buffer.concat([Buffer.from([name.length]), Buffer.from(name), specification]);
const length = Buffer.from([(section.length & 127) | 128, section.length >>> 7]);
const header = Buffer.from("\0asm\x01\0\0\0", "latin1");
writeFileSync("counter.wasm", Buffer.concat([header, Buffer.from([0]), length, section]));
SCRIPT
node contract.mjs
npx stellar-js generate --wasm counter.wasm --output-dir counter >/dev/null

echo "@stellar/stellar-sdk $(node -p 'require("./node_modules/@stellar/stellar-sdk/package.json").version')"
grep -n "const CounterError" counter/src/types.ts
grep -no "Result<number, CounterError>" counter/src/client.ts
compile() { npx tsc --noEmit --project counter --typeRoots node_modules/@types; }
if compile >said; then
  echo "changed: the bindings compile"
  exit 1
fi
cat said
if grep -v "TS2749: 'CounterError' refers to a value" said; then
  echo "changed: refused for another reason"
  exit 1
fi
echo 'export type CounterError = (typeof CounterError)[keyof typeof CounterError];' >>counter/src/types.ts
compile || {
  echo "changed: the line that helped helps no more"
  exit 1
}
echo "as it was: refused with TS2749, and compiled once the type is declared"

#!/usr/bin/env bash
# The suite as its users call it, on local networks: by the JavaScript SDK, by the Stellar CLI, and by the
# TypeScript bindings that both generate. What a machine lacks is skipped, and the last lines say so.
# With CI=true a skip is a failure, but for the CLI: no registry has it ready to run.
set -euo pipefail
cd "$(dirname "$0")"

fail() {
  echo "tests: $*" >&2
  exit 1
}

lacks= # what the machine lacks for the JavaScript journey
# Installs what a folder's package-lock.json names, unless it is there.
install() {
  local installed=$1/node_modules/.tributary-lock.json
  if cmp -s "$1/package-lock.json" "$installed"; then return; fi
  if (cd "$1" && npm ci --loglevel=error); then
    cp "$1/package-lock.json" "$installed"
  elif npm ping --loglevel=silent >/dev/null 2>&1; then
    fail "npm could not install what tests/$1/package-lock.json names"
  else
    lacks="npm reaches no registry"
  fi
}
recent() {
  node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 22 || (major === 22 && minor >= 12) ? 0 : 1)'
}
# Node.js as the SDK asks for it: the one on the PATH, or if that is older, the one that npm ships.
prepare() {
  if ! command -v node >/dev/null; then lacks="node is not on the PATH"; return; fi
  if ! command -v npm >/dev/null; then lacks="npm is not on the PATH"; return; fi
  if ! recent; then
    local older
    older=$(node --version)
    install js/node
    if [ -n "$lacks" ]; then lacks="node is $older, older than 22.12, and $lacks"; return; fi
    export PATH=$PWD/js/node/node_modules/.bin:$PATH
    if ! recent; then
      rm -rf js/node/node_modules
      lacks="node is $older, older than 22.12, and npm served none that runs here"
      return
    fi
    echo "tests/js: node $(node --version) of npm's in place of $older"
  fi
  install js
}

skipped=
prepare
if [ -z "$lacks" ]; then
  node js/run.mjs
  js/bindings.sh stellar-js generate
elif [ "${CI:-}" = true ]; then
  fail "CI needs the JavaScript journey, but $lacks"
else
  skipped="skipped: the JavaScript journey and the TypeScript bindings ($lacks)"$'\n'
fi

version=$(stellar --version 2>/dev/null | sed -n 's/^stellar \([0-9]*\)\..*/\1/p' || true)
if [ "${version:-0}" -ge 28 ]; then
  cli/journey.sh
  if [ -z "$lacks" ]; then js/bindings.sh stellar contract bindings typescript; fi
else
  skipped+="skipped: the Stellar CLI's journey and bindings (stellar 28 or later is not on the PATH)"$'\n'
fi
printf %s "$skipped"

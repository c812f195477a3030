#!/usr/bin/env bash
# The shorter journey, with stellar-cli, on a local network that closes a ledger every second.
# TRIBUTARY_LOCALNET and TRIBUTARY_DEPLOY name programs that are built already.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
network=
stop() {
  if [ -n "$network" ]; then kill "$network" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap stop EXIT
fail() {
  echo "tests/cli: $*" >&2
  exit 1
}
# What it keeps (keys, networks, caches) goes with the folder.
export XDG_CONFIG_HOME=$folder/config XDG_DATA_HOME=$folder/data
export STELLAR_NETWORK=tributary

program() {
  local name=$1 variable
  variable=TRIBUTARY_$(echo "$name" | tr '[:lower:]' '[:upper:]')
  shift
  if [ -n "${!variable:-}" ]; then
    exec "${!variable}" "$@"
  fi
  exec cargo run --locked --quiet -p "tributary-$name" -- "$@"
}

(program localnet --port 0) >"$folder/localnet" &
network=$!
url=
while [ -z "$url" ]; do
  sleep 0.1
  kill -0 "$network" 2>/dev/null || fail "the local network ended"
  url=$(grep -om1 'http://[^ /]*' "$folder/localnet" || true)
done
deployment=$folder/local.json
(program deploy --network local --rpc "$url" --regions scripts/deploy/region.toml \
  --out "$deployment") >"$folder/deploy" || fail "the deployer failed: $(cat "$folder/deploy")"

# The value of a key, and of one in the block of another.
value() { sed -n "s/^ *\"$1\": \"\(.*\)\",\{0,1\}\$/\1/p"; }
within() { sed -n "/\"$1\": {/,/}/p" "$deployment" | value "$2"; }
passphrase=$(value passphrase <"$deployment")
TFT=$(within tft contract)
TFT_ASSET=$(within tft asset)
MARKET=$(within contracts offers)
ROUTER=$(within contracts router)
region() { sed -n '/"ALPS": {/,/"fee_bps"/p' "$deployment" | value "$1"; }
ALP=$(region contract)
ALP_ASSET=$(region asset)
POOL=$(region pool)
STAKING=$(region staking)
NEVER=18446744073709551615

checks=0
expect() {
  local what=$1 expected=$2 found=$3
  [ "$found" = "$expected" ] || fail "$what: expected $expected, found $found"
  checks=$((checks + 1))
}
expect_in() {
  local what=$1 expected=$2 found=$3
  case $found in *"$expected"*) checks=$((checks + 1)) ;; *) fail "$what: no $expected in $found" ;; esac
}
# Calls as somebody: the answer.
invoke() {
  local who=$1 contract=$2
  shift 2
  stellar contract invoke --id "$contract" --source "$who" -- "$@" 2>"$folder/said"
}
# Calls what must be refused: the name of the error, by the contract's interface.
refused() {
  if invoke "$@" >/dev/null; then fail "not refused: ${*:3}"; fi
  local code
  code=$(sed -n 's/.*Error(Contract, #\([0-9]*\)).*/\1/p' "$folder/said" | head -1)
  [ -n "$code" ] || fail "refused for another reason: $(cat "$folder/said")"
  stellar --quiet contract info interface --id "$2" >"$folder/interface"
  sed -n "s/^ *\([A-Za-z]*\) = $code,\$/\1/p" "$folder/interface"
}
balance() { invoke "$1" "$2" balance --id "$1" | tr -d '"'; }

echo "keys and accounts"
stellar --quiet network add tributary --rpc-url "$url" --network-passphrase "$passphrase"
for who in alice bob; do
  stellar --quiet keys generate "$who"
  stellar --quiet keys fund "$who"
done
expect "the network's health" healthy \
  "$(stellar network health --output json | sed -n 's/.*"status": *"\([a-z]*\)".*/\1/p')"

echo "trustlines and tokens"
# The issuer's key follows from the deployer's, and that from the passphrase: on local networks only.
bytes() { printf '%b' "$(sed 's/../\\x&/g')"; }
deployer=$(printf '%stributary deployer' "$passphrase" | sha256sum | cut -c1-64)
issuer=$({ printf 'tributary issuer'; printf %s "$deployer" | bytes; } | sha256sum | cut -c1-64)
secret=$(stellar strkey encode "{\"private_key_ed25519\":\"$issuer\"}" 2>/dev/null)
for who in alice bob; do
  for asset in "$TFT_ASSET" "$ALP_ASSET"; do
    stellar --quiet tx new change-trust --source "$who" --line "$asset" >/dev/null
    STELLAR_ACCOUNT=$secret stellar --quiet tx new payment --destination "$who" \
      --asset "$asset" --amount 100000000000 >/dev/null
  done
done
expect "what Alice has" 100000000000 "$(balance alice "$TFT")"

echo "liquidity"
first=$(invoke alice "$POOL" state | sed -n 's/.*"token_0":"\([A-Z0-9]*\)".*/\1/p')
desired="10000000000 40000000000"
[ "$first" = "$TFT" ] || desired="40000000000 10000000000"
read -r desired_0 desired_1 <<<"$desired"
expect "the deposit" "[\"$desired_0\",\"$desired_1\",\"20000000000\"]" "$(invoke alice "$POOL" \
  deposit --from alice --desired_0 "$desired_0" --desired_1 "$desired_1" \
  --min_shares 20000000000 --to alice --deadline $NEVER)"
expect "Alice's shares" 20000000000 "$(balance alice "$POOL")"

echo "a swap"
quote=$(invoke bob "$POOL" quote_exact_in --token_in "$TFT" --amount_in 1000000000 | tr -d '"')
expect "the quote" 3984067212 "$quote" # docs/pool.md's formula, of 101 000 TFT and 404 000 ALP
expect "the swap" "\"$quote\"" "$(invoke bob "$POOL" swap_exact_in \
  --from bob --token_in "$TFT" --amount_in 1000000000 --min_out "$quote" --to bob --deadline $NEVER)"
hash=$(grep -om1 '[0-9a-f]\{64\}' "$folder/said")
expect "Bob's ALP" $((100000000000 + quote)) "$(balance bob "$ALP")"
expect "the same again, at a worse price" LimitExceeded "$(refused bob "$POOL" swap_exact_in \
  --from bob --token_in "$TFT" --amount_in 1000000000 --min_out "$quote" --to bob --deadline $NEVER)"

echo "an offer"
id=$(invoke alice "$MARKET" make --maker alice --nonce 1 --terms "{ \"sell_token\": \"$ALP\",
  \"sell_amount\": \"10000000000\", \"buy_token\": \"$TFT\",
  \"price\": {\"Fixed\": {\"num\": \"3\", \"den\": \"10\"}}, \"min_fill\": \"100000000\",
  \"expires_at\": $NEVER, \"taker\": null, \"proceeds_to\": \"$(stellar keys address alice)\" }" |
  tr -d '"')
before=$(balance bob "$ALP")
expect "the payment" '"1200000000"' "$(invoke bob "$MARKET" fill --taker bob --id "$id" \
  --amount 4000000000 --max_pay 1200000000 --to bob --deadline $NEVER)"
expect "what Bob received, less the fee" $((before + 3992000000)) "$(balance bob "$ALP")"
expect "what Alice takes back" '"6000000000"' "$(invoke alice "$MARKET" cancel --id "$id")"
expect "a fill of what is closed" OfferClosed "$(refused bob "$MARKET" fill --taker bob --id "$id" \
  --amount 4000000000 --max_pay 1200000000 --to bob --deadline $NEVER)"

echo "a stake"
expect "its number" 0 "$(invoke bob "$STAKING" stake --owner bob --amount 1000000000 --lock 0)"
expect_in "the position" '"amount":"1000000000"' \
  "$(invoke bob "$STAKING" position --owner bob --position 0)"
expect "what is unstaked" '"1000000000"' \
  "$(invoke bob "$STAKING" unstake --owner bob --position 0)"

echo "reading"
for contract in "$POOL" "$MARKET" "$ROUTER" "$STAKING"; do
  expect_in "an interface" "fn __constructor(" "$(stellar --quiet contract info interface --id "$contract")"
done
expect "the hash of the pool's code" "$(within codes pool)" \
  "$(stellar --quiet contract info hash --id "$POOL")"
stellar --quiet contract bindings typescript --contract-id "$POOL" --output-dir "$folder/bindings" \
  >/dev/null 2>&1
expect_in "bindings" "swap_exact_in: (" "$(cat "$folder/bindings/src/index.ts")"
latest=$(stellar ledger latest --output json | sed -n 's/.*"sequence": *\([0-9]*\).*/\1/p')
[ "$latest" -gt 10 ] || fail "the latest ledger is $latest"
events=$(stellar events --start-ledger 2 --id "$POOL" --count 100 --output json)
for name in deposited swapped; do expect_in "events" "$name" "$events"; done
expect_in "a transaction" '"swap_exact_in"' "$(stellar tx fetch --hash "$hash")"
expect_in "its result" "invoke_host_function" "$(stellar tx fetch result --hash "$hash")"
expect_in "its meta" "soroban_meta" "$(stellar tx fetch meta --hash "$hash")"
expect_in "its fee" "resource_fee" "$(stellar tx fetch fee --hash "$hash" --output json)"
expect_in "its events" "swapped" "$(stellar tx fetch events --hash "$hash" --output json)"
expect_in "a ledger" "$latest" "$(stellar ledger fetch "$latest" --output json)"
expect_in "an account" "$(stellar keys address alice)" \
  "$(stellar ledger entry fetch account --account alice --output json)"
expect_in "the fees" inclusion "$(stellar fees stats --output json)"

echo "tests/cli: $checks comparisons, all as expected"

CARGO := cargo

# where cargo puts what it builds for all tests
BUILT := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)/debug
# the network and the deployer as `cargo test` has built them already
PROGRAMS := TRIBUTARY_LOCALNET=$(BUILT)/tributary-localnet TRIBUTARY_DEPLOY=$(BUILT)/tributary-deploy

.PHONY: build test journeys check-costs bench demo localnet fuzz lint rust

# target/contracts/<name>.wasm, and manifest.txt with hashes and sizes
build: rust
	$(CARGO) run --locked -p tributary-build

# everything: against the release wasm, but for pure mathematics
test: build
	$(CARGO) test --locked --workspace
	$(CARGO) run --locked --quiet -p tributary-bench -- --check
	$(PROGRAMS) $(MAKE) --no-print-directory journeys

# the suite as wallets use it, on the local network: by the JavaScript SDK and by the Stellar CLI, if they are there
journeys: build
	@tests/journeys.sh

# fails on any difference from tests/snapshots/costs.md
check-costs: build
	$(CARGO) run --locked --quiet -p tributary-bench -- --check

# rewrites tests/snapshots/costs.md
bench: build
	$(CARGO) run --locked --quiet -p tributary-bench

# starts a local network, deploys the suite, tells a story with signed transactions, prints what they cost
demo: build
	$(CARGO) run --locked --quiet -p tributary-demo

# a local network on port 8000 with the suite, two regions and three funded wallets, until ctrl-c
localnet: build
	$(CARGO) run --locked --quiet -p tributary-demo -- serve

# the mathematics and the random sequences, much longer: some hours
fuzz: build
	TRIBUTARY_CASES=40000000 $(CARGO) test --locked -p tributary-tests --test math
	TRIBUTARY_CASES=40000000 $(CARGO) test --locked -p tributary-tests --test one_sided
	TRIBUTARY_CASES=40000000 $(CARGO) test --locked -p tributary-tests --test offer_math
	TRIBUTARY_SEQUENCES=100000 $(CARGO) test --locked -p tributary-tests --test router never
	TRIBUTARY_SEQUENCES=100000 $(CARGO) test --locked -p tributary-tests --test invariants

lint: rust
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings

rust:
	@command -v $(CARGO) >/dev/null || { echo "cargo is missing: install Rust from https://rustup.rs"; exit 1; }
	@command -v cc >/dev/null || { echo "cc is missing: install a C compiler (gcc or clang)"; exit 1; }

CARGO := cargo

# where cargo puts what it builds for all tests
BUILT := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)/debug
# the network and the deployer as `cargo test` has built them already
PROGRAMS := TRIBUTARY_LOCALNET=$(BUILT)/tributary-localnet TRIBUTARY_DEPLOY=$(BUILT)/tributary-deploy

.PHONY: build test journeys check-costs bench demo localnet fuzz soak coverage mutants lint rust

# compiles these programs or tests, and beside them the contracts: $(call compile,what,contracts' options)
define compile
	$(CARGO) build --locked -p tributary-build
	@echo "$(CARGO) $(1) & tributary-build $(2)"; $(CARGO) $(1) & beside=$$!; \
		$(BUILT)/tributary-build $(2) || { kill $$beside; exit 1; }; wait $$beside
endef

# target/contracts/<name>.wasm, and manifest.txt with hashes and sizes
build: rust
	$(CARGO) run --locked -p tributary-build

# everything: against the release wasm, but for pure mathematics
test: export PROPTEST_RNG_SEED ?= 1
test: rust
	$(call compile,test --locked --workspace --no-run,--tests)
	$(CARGO) test --locked --workspace
	$(BUILT)/tributary-bench --check
	$(PROGRAMS) tests/journeys.sh

# the suite as wallets use it, on the local network: by the JavaScript SDK and by the Stellar CLI, if they are there
journeys: rust
	$(call compile,build --locked -p tributary-deploy -p tributary-localnet)
	$(PROGRAMS) tests/journeys.sh

# fails on any difference from tests/snapshots/costs.md
check-costs: rust
	$(call compile,build --locked -p tributary-bench,--tests)
	$(BUILT)/tributary-bench --check

# rewrites tests/snapshots/costs.md
bench: rust
	$(call compile,build --locked -p tributary-bench,--tests)
	$(BUILT)/tributary-bench

# starts a local network, deploys the suite, tells a story with signed transactions, prints what they cost
demo: rust
	$(call compile,build --locked -p tributary-demo)
	$(BUILT)/tributary-demo

# a local network on port 8000 with the suite, two regions and three funded wallets, until ctrl-c
localnet: rust
	$(call compile,build --locked -p tributary-demo)
	$(BUILT)/tributary-demo serve

# all that proptest tries, 20 000 cases each, with a seed that it prints first: some hours
soak: export PROPTEST_CASES ?= 20000
soak: export PROPTEST_RNG_SEED := $(or $(PROPTEST_RNG_SEED),$(shell od -An -N6 -tu8 /dev/urandom | tr -d ' '))
soak: rust
	$(call compile,test --locked --workspace --no-run,--tests)
	@echo "PROPTEST_RNG_SEED=$$PROPTEST_RNG_SEED PROPTEST_CASES=$$PROPTEST_CASES"
	$(CARGO) test --locked --workspace --test math --test invariants --test router --test staking \
		--test resimulation

# guided by coverage, so many seconds a target; what it adds to the corpora, and what fails, is in target/fuzz
FUZZ_SECONDS := 60
FUZZ_TARGETS := $(basename $(notdir $(wildcard tests/fuzz/targets/*.rs)))
FUZZ := $(CARGO) +nightly fuzz
FUZZ_BUILD := --dev --sanitizer none --features libfuzzer --fuzz-dir tests/fuzz --target-dir target/fuzz
fuzz: rust
	$(CARGO) run --locked -p tributary-build -- --tests
	@$(FUZZ) --version >/dev/null 2>&1 || { echo "make fuzz needs the nightly compiler, cargo-fuzz and a C++ compiler:" \
		"rustup toolchain install nightly && cargo install cargo-fuzz"; exit 1; }
	@set -e; for target in $(FUZZ_TARGETS); do mkdir -p target/fuzz/corpus/$$target; \
		$(FUZZ) run $(FUZZ_BUILD) $$target target/fuzz/corpus/$$target tests/fuzz/corpus/$$target -- \
			-max_total_time=$(FUZZ_SECONDS) -artifact_prefix=target/fuzz/$$target-; done

lint: rust
	$(CARGO) fmt --all --check
	scripts/features/check.sh
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings

# which lines of the contracts the tests run, and whether they notice a fault: docs/testing.md
coverage mutants: rust
	$(CARGO) run --locked -p tributary-build -- --tests
	scripts/$@.sh

rust:
	@command -v $(CARGO) >/dev/null || { echo "cargo is missing: install Rust from https://rustup.rs"; exit 1; }
	@command -v cc >/dev/null || { echo "cc is missing: install a C compiler (gcc or clang)"; exit 1; }

CARGO := cargo

.PHONY: build test check-costs bench demo fuzz lint rust

# target/contracts/<name>.wasm, and manifest.txt with hashes and sizes
build: rust
	$(CARGO) run --locked -p tributary-build

# everything: against the release wasm, but for pure mathematics
test: build
	$(CARGO) test --locked --workspace
	$(CARGO) run --locked --quiet -p tributary-bench -- --check

# fails on any difference from tests/snapshots/costs.md
check-costs: build
	$(CARGO) run --locked --quiet -p tributary-bench -- --check

# rewrites tests/snapshots/costs.md
bench: build
	$(CARGO) run --locked --quiet -p tributary-bench

# five short stories, printed: a network of regions, a large sale, a treasury, its stakers, and a day in a pool
demo: build
	$(CARGO) run --locked --quiet -p tributary-demo

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

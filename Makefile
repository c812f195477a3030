.PHONY: build
build:
	cargo run -p tributary-build

# Two commands matter: `make up` runs Tandem, `make test` proves it. The rest is for people changing it.

export CARGO_TARGET_DIR ?= $(HOME)/.cache/tandem/target
TOOLS := $(HOME)/.cache/tandem/tools
RELEASE := $(CARGO_TARGET_DIR)/release/tandem
export PATH := $(TOOLS)/bin:$(PATH)

.PHONY: help up setup build web test check generate bench bench-build bench-micro bench-peers bench-long bench-claim bench-web fmt clean-data

help:
	@sed -n 's/^## //p' Makefile

## make up        install, build and run Tandem at http://127.0.0.1:8080 (data in .data; Ctrl-C stops it)
up: build
	@$(RELEASE) serve

# What `make up` needs beside Rust and Node: the web app's packages and Postgres binaries.
setup:
	@scripts/setup

build: setup web
	@echo "Building the server (several minutes the first time) ..."
	@cargo build --quiet --release --locked -p tandem-server

web: setup
	@scripts/build-web

## make test      install what the tests need and run all of them; the last line counts them
test: setup
	@scripts/setup --tests
	@scripts/test

## make check     the gates: formatting, lints, licences, types, generated files
check: setup
	@scripts/setup --checks
	@scripts/check

## make generate  rewrite what is generated: OpenAPI, TypeScript types, permission table, query data
generate: setup
	@scripts/generate

## make bench     measure on this machine and rewrite the first table of docs/performance.md (below ten minutes)
bench: bench-build
	@scripts/bench

# The hot paths alone, with criterion.
bench-micro: build
	@scripts/bench-micro

# Other servers from npm beside ours; then very large, very many and very long (MINUTES each for soak and chaos).
bench-peers: bench-build
	@scripts/bench-peers

bench-long: bench-build
	@scripts/bench-long $(MINUTES)

bench-claim: bench-build
	@scripts/bench-claim

# 10,000 polygons in a real browser, beside plain react-konva.
bench-web: build
	@scripts/setup --tests
	@TANDEM_BIN=$(RELEASE) node web/bench/run.mjs

bench-build: build
	@cargo build --quiet --release --locked -p tandem-loadtest

fmt:
	@cargo fmt --all
	@npx prettier --write --log-level warn client-sdk web

## make clean-data  forget everything the local server stored
clean-data:
	@rm -rf .data

# A fresh machine needs Rust 1.90 or newer (https://rustup.rs), git, make and a C compiler.
# `make bench` and `make reference` also need Python 3 with venv, and npm for one peer; `make fuzz` needs
# `cargo install cargo-fuzz`; `make faults` needs Linux with strace and unshare (Debian: strace, util-linux);
# `make spark` needs java 17 or newer and Python 3.10 or newer with venv.

CARGO ?= cargo

# A pipe fails where any part of it does.
SHELL := bash
.SHELLFLAGS := -o pipefail -c

.PHONY: guard test status lint docs generate faults accuracy reference bench spark dist fuzz demo load fuzz-api emulators

GUARD ?= $(CARGO) run --quiet --release --

guard: ## build, and run the gate on our own contracts and crates
	@$(GUARD) check
	@$(GUARD) crates

TESTS = target/tests.log

test: ## all tests; which ones ran and how is in target/tests.log
	@mkdir -p target
	$(CARGO) test --workspace 2>&1 | tee $(TESTS) | grep --invert-match '\.\.\. ok$$'

PACKS = engines-durable memoryos nexusmon-upgrade plugin-host-phase-11 stock-bot-system
STATUS = docs/laws/status.md

status: ## who holds each sentence of the written contracts, by the tests that ran; writes docs/laws/status.md
	$(CARGO) build --quiet --workspace --bin contract-guard
	target/debug/contract-guard laws status $(PACKS:%=--pack %) --ran $(TESTS) --waived docs/laws/waived.yaml --strict \
	  --format markdown > $(STATUS)

lint: ## formatting, clippy, docs: warnings are errors
	$(CARGO) fmt --all --check
	$(CARGO) clippy --quiet --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --quiet --workspace --no-deps --document-private-items

generate: ## write the reference pages and schemas that are made from the code, and the snapshots
	UPDATE=1 $(CARGO) test --quiet --test generated --test fixtures --test formats

faults: ## fail every operation and every system call of freeze commands; needs Linux, strace and unshare
	$(CARGO) test --quiet --test faults
	$(CARGO) test --quiet --test strace -- --ignored

accuracy: ## compare verdicts about schemas and APIs with public suites, in ../shared/corpus
	$(CARGO) test --quiet --release --package subschema --test accuracy -- --ignored --nocapture
	$(CARGO) test --quiet --release --test openapi_accuracy -- --ignored --nocapture

reference: ## compare our verdicts with Python's jsonschema on generated trees
	benches/reference.sh

bench: ## time a check, laws, freezes and the hook beside their peers on the same tree, and checks of hostile trees
	benches/peers.sh
	benches/hostile.py target/release/contract-guard
	benches/freezes.py target/release/contract-guard
	benches/laws.py target/release/contract-guard
	benches/hook.py target/release/contract-guard
	benches/audit.py target/release/contract-guard

SPARK_BINARY ?= target/release/contract-guard
SPARK_EVENTS ?= 1000000

spark: ## audit a million events under Spark and as one process; needs java 17 and Python 3.10 with venv
	test "$(SPARK_BINARY)" != target/release/contract-guard || $(CARGO) build --quiet --release
	tests/spark/run.sh $(SPARK_BINARY) $(SPARK_EVENTS)

dist: ## build wheel, npm packages and archive into target/dist, and try them; needs Python 3.8 with venv, and npm
	dist/build.py
	dist/try.sh

FUZZ_SECONDS ?= 60

fuzz: ## run every fuzz target for a minute; needs `cargo install cargo-fuzz`
	for target in json yaml edit check freeze law lines; do mkdir -p fuzz/corpus/$$target; \
	  RUSTC_BOOTSTRAP=1 $(CARGO) fuzz run --sanitizer none $$target fuzz/corpus/$$target fuzz/seeds/$$target -- \
	    -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=4096 -timeout=10 || exit 1; \
	done

LAB = $(CARGO) build --quiet --workspace --bin runtimed --example lab && target/debug/examples/lab

demo: ## the runtime in lab mode: plugins crash, the server is killed, a state file is damaged
	@$(LAB) demo

LOAD_SECONDS ?= 60

load: ## requests from wrk while plugins crash: no 5xx, no lost note; needs wrk (Debian: wrk)
	@$(LAB) load $(LOAD_SECONDS)

fuzz-api: ## requests that schemathesis makes from the OpenAPI documents: no 5xx, and only answers that they describe; needs Python 3.10 with venv
	test -x target/schemathesis/bin/st || { python3 -m venv target/schemathesis && target/schemathesis/bin/pip --quiet install schemathesis==4.32.5; }
	@$(LAB) with target/schemathesis/bin/st run contracts/api/openapi/main.yaml --url URL --header "Authorization: Bearer TOKEN" \
	  --checks not_a_server_error,response_schema_conformance,status_code_conformance,content_type_conformance \
	  --phases examples,coverage,fuzzing --max-examples 30 --generation-deterministic --no-shrink --continue-on-failure --warnings off

emulators: ## the suite of the stores against DynamoDB (moto), and servers of ours for Firestore and Cosmos DB; needs Python 3 with venv
	crates/backends/emulators/start.sh

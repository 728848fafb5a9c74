# The project's commands. `make` alone lists them.

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command 'make lock'

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast check sweep pulumi engine bench answer screenshots image golden snapshots mutants lock aws-check lab-check

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo 'example: make demo'

setup: ## set up everything inside this folder; every other command does it first
	@$(if $(PYTHON),$(PYTHON),python3) scripts/setup.py || { \
	command -v python3 >/dev/null || echo 'setup: Python 3.11 or newer is required. Install it.' >&2; exit 1; }

demo: setup ## start the local cloud and open the client (without a terminal: run a script; ARGS='--state FOLDER')
	@$(BIN)/python scripts/demo.py $(ARGS)

test: setup ## run all checks and tests
	@$(BIN)/python scripts/run_tests.py

test-fast: setup ## run the tests that start no process and no app (a minute)
	@$(BIN)/pytest --quiet --fast

sweep: setup ## run the full test matrices that `make test` samples (takes some minutes)
	@$(BIN)/pytest -m sweep

check: setup ## check format, lint, types, spelling and imports
	@$(BIN)/python scripts/check.py

pulumi: setup ## find the Pulumi CLI on PATH, or build it with Go, and print its path
	@$(BIN)/python scripts/pulumi.py

engine: setup ## run the tests that use the real Pulumi engine
	@$(BIN)/python scripts/pulumi.py --optional >/dev/null
	@$(BIN)/pytest tests/engine

bench: setup ## measure both backends on this machine, and update the table in README.md
	@$(BIN)/python scripts/bench.py

lab-check: setup ## compare the lab's load generator with vegeta (needs Go), and update the table in docs/lab.md
	@$(BIN)/python scripts/lab_check.py $(ARGS)

answer: setup ## measure and price both backends, and update the answer in README.md (4 minutes)
	@$(BIN)/python scripts/answer.py $(ARGS)

screenshots: setup ## take new screenshots for docs/screenshots (takes some minutes)
	@$(BIN)/python scripts/screenshots.py

image: setup ## build the container image (BASE=debian: without an image registry)
	@$(BIN)/python scripts/image.py --base '$(BASE)'

golden: setup ## update the golden files: declared resources, and edits that replace them
	@$(BIN)/python -m tests.infra.declared
	@$(BIN)/python -m tests.engine.replacements

snapshots: setup ## update the snapshots of the client's screens
	@RENEW_SNAPSHOTS=1 $(BIN)/pytest --quiet tests/tui/test_snapshots.py

mutants: setup ## plant mistakes one at a time; the tests must catch each (SAMPLE=4: only 4)
	@$(BIN)/python scripts/mutants.py

aws-check: setup ## deploy STACK to AWS, check and destroy it, and write a report (asks first; costs money)
	@tool="$$($(BIN)/python scripts/pulumi.py)" && $(BIN)/python scripts/aws_check.py '$(STACK)' $(OPTIONS) \
	--pulumi "$$(echo "$$tool" | tail -n 1)"

lock: setup ## update the locked requirements from the .in files
	@cd requirements && for name in lambda container; do \
	../$(COMPILE) --python-version 3.13 $$name.in --output-file $$name.txt; done
	@cd requirements && for name in uv dev node locust; do \
	../$(COMPILE) --python-version 3.11 $$name.in --output-file $$name.txt; done

# The project's commands. `make` alone lists them.

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command 'make lock'

.DEFAULT_GOAL := help
.PHONY: help setup demo test check sweep pulumi engine bench screenshots image golden snapshots mutants lock

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo 'example: make demo'

setup: ## set up everything inside this folder; the other commands do it too
	@$(if $(PYTHON),$(PYTHON),python3) scripts/setup.py || { \
	command -v python3 >/dev/null || echo 'setup: Python 3.11 or newer is needed: install it' >&2; exit 1; }

demo: setup ## start the local cloud and open the terminal client on it (a script without a terminal)
	@$(BIN)/python scripts/demo.py

test: setup check ## run every check and every test
	@$(BIN)/python scripts/pulumi.py --optional >/dev/null
	@$(BIN)/pytest

sweep: setup ## run the full matrices that `make test` only samples (some minutes)
	@$(BIN)/pytest -m sweep

check: setup ## format, lint, types, spelling, who may import whom
	@$(BIN)/python scripts/check.py

pulumi: setup ## provide the Pulumi command line tool (one on PATH, or built with Go), and print its path
	@$(BIN)/python scripts/pulumi.py

engine: setup ## prove the program and the local cloud through the real Pulumi engine
	@$(BIN)/python scripts/pulumi.py --optional >/dev/null
	@$(BIN)/pytest tests/engine

bench: setup ## measure both backends on this machine, and renew the table in README.md
	@$(BIN)/python scripts/bench.py

screenshots: setup ## take the tour on a local cloud, and renew docs/screenshots (some minutes)
	@$(BIN)/python scripts/screenshots.py

image: setup ## build the tasks' image with docker, podman or buildah (BASE=debian: no registry needed)
	@$(BIN)/python scripts/image.py --base '$(BASE)'

golden: setup ## renew the summary of what the program declares, and of what edits replace; read its difference
	@$(BIN)/python -m tests.infra.declared
	@$(BIN)/python -m tests.engine.replacements

snapshots: setup ## renew what the client's screens look like; read the difference
	@RENEW_SNAPSHOTS=1 $(BIN)/pytest --quiet tests/tui/test_snapshots.py

mutants: setup ## plant mistakes in the program one at a time; each must be caught (SAMPLE=4 for a few)
	@$(BIN)/python scripts/mutants.py

lock: ## renew the hashed requirements files from their .in files
	@cd requirements && for name in lambda container; do \
	../$(COMPILE) --python-version 3.13 $$name.in --output-file $$name.txt; done
	@cd requirements && for name in uv dev node; do \
	../$(COMPILE) --python-version 3.11 $$name.in --output-file $$name.txt; done

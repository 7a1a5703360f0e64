# Set-up and daily commands. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

unexport PYTHONDONTWRITEBYTECODE # processes start twice as fast from bytecode

.PHONY: help setup demo demo-ui ui test test-browser soak lint format docs lock bench-reading bench-load bench-workers bench-search bench-neardup bench-boilerplate clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

setup: $(READY) ## make .venv and install the locked packages (done by the others when needed)

$(READY): requirements/dev.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "congtin needs Python 3.11: $(PYTHON) is not on the PATH (or give PYTHON=…)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY) ## five replica portals on loopback, ingested through Prefect into var/congtin.db, twice
	$(BIN)/python -m tests.demo

demo-ui: $(READY) ## the replicas and `congtin serve` over them, to practise on http://127.0.0.1:4200
	$(BIN)/python -m tests.demo_ui

ui: $(READY) ## the Prefect UI over the demo's runs, on http://127.0.0.1:4200
	PREFECT_HOME=$(CURDIR)/var/prefect PREFECT_SERVER_ANALYTICS_ENABLED=false DO_NOT_TRACK=1 $(BIN)/prefect server start

test: $(READY) ## the tests, on SQLite and on a throw-away PostgreSQL
	$(BIN)/python -m pytest -n auto -m "not soak and not browser"

test-browser: $(READY) ## the tests that drive a real browser (Chromium and its driver must be installed)
	$(BIN)/python -m pytest -m browser

soak: $(READY) ## the long tests: kills, floods, many pages
	$(BIN)/python -m pytest -m soak --timeout 3600

lint: $(READY) ## ruff, strict types, imports downwards
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(READY) ## put the code into its form
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

docs: $(READY) ## write the generated pages of docs/ anew
	$(BIN)/python -m storage.consume.dictionary
	$(BIN)/python -m storage.consume.queries
	$(BIN)/python -m flows.documents

PLAIN := --no-header --no-annotate --no-emit-find-links --no-emit-index-url

lock: ## resolve pyproject.toml into requirements/*.lock (hashes, no addresses); needs uv
	uv pip compile --quiet --python-version 3.11 --generate-hashes $(PLAIN) pyproject.toml -o requirements/app.lock
	uv pip compile --quiet --python-version 3.11 --generate-hashes $(PLAIN) pyproject.toml --extra dev -c requirements/app.lock -o requirements/dev.lock
	uv pip compile --quiet --python-version 3.11 --generate-hashes $(PLAIN) requirements/bench.in -c requirements/dev.lock -o requirements/bench.lock

bench-reading: $(VENV)/.bench ## our reader beside the best extractors on the same pages: quality and speed
	$(BIN)/python -m tests.bench.reading --wrong

bench-boilerplate: $(READY) ## boilerplate left in the text against the number of pages learned from
	$(BIN)/python -m tests.bench.boilerplate

bench-load: $(READY) ## loading beside a raw bulk load of the very rows, on both engines
	$(BIN)/python -m tests.bench.loading

bench-workers: $(READY) ## throughput of 1, 2 and 4 workers: PostgreSQL, S3 server, Prefect behind the proxy, as processes here
	$(BIN)/python -m tests.bench.workers

bench-search: $(READY) ## search and export of 10,000 and 100,000 articles on both engines; ARTICLES=… for other sizes
	$(BIN)/python -m tests.bench.searching --articles $(if $(ARTICLES),$(ARTICLES),10000,100000)

bench-neardup: $(VENV)/.bench ## near-duplicates on both engines beside datasketch, rensa and gaoya; TEXTS=100000 for more
	$(BIN)/python -m tests.bench.neardup --texts $(or $(TEXTS),10000)

$(VENV)/.bench: $(READY) requirements/bench.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/bench.lock
	@touch $@

clean: ## remove the environment and all that was written
	rm -rf $(VENV) var

# `make setup` builds everything inside the checkout; `make help` lists the rest.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

PY := .venv/bin/python
BUNDLE := clearml_sched_widgets/widgets/static/index.js
JS_SOURCES := $(shell find js/src -type f) js/build.mjs
SUITES := unit contract engine faults browser agent
PYTEST := $(PY) -m pytest
# These suites run in two processes, a file at a time. The others are a browser or an agent, which are processes enough.
TWO := -n 2 --dist loadfile
PARALLEL_unit := $(TWO)
PARALLEL_contract := $(TWO)
PARALLEL_engine := $(TWO)
PARALLEL_faults := $(TWO)
PYTEST_ARGS ?=
export PYTHONUNBUFFERED := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup demo lab test test-all unit check bench screens faults chaos dates js-test chromium clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | while IFS='|' read -r name text; do printf '%-10s %s\n' "$$name" "$$text"; done

setup: .venv/.installed $(BUNDLE) ## Make .venv, install everything, build the widgets

demo: setup ## Run the whole product once on a sandbox with a real agent, and say whether it worked
	@$(PY) scripts/demo.py

lab: setup ## Open JupyterLab with a sandbox attached
	@$(PY) scripts/lab.py

test: check js-test chromium ## All checks and tests but the slow ones; what CI runs
	@set -e; $(foreach suite,$(SUITES),echo "==> tests/$(suite)"; \
	  $(PYTEST) tests/$(suite) $(PARALLEL_$(suite)) -m "not slow" $(PYTEST_ARGS);)

# So many browser tests take half an hour in one process; each process has a sandbox, a JupyterLab and a browser of its own.
test-all: PARALLEL_browser := $(TWO)
test-all: check js-test chromium ## Every test, the slow ones too
	@set -e; $(foreach suite,$(SUITES),echo "==> tests/$(suite)"; \
	  $(PYTEST) tests/$(suite) $(PARALLEL_$(suite)) $(PYTEST_ARGS);)

unit: setup js-test ## The unit tests, of Python and of the page
	@echo "==> tests/unit"
	@$(PYTEST) tests/unit $(PARALLEL_unit) -m "not slow" $(PYTEST_ARGS)

check: setup ## Formatting, lint, types and the direction of imports
	@echo "==> ruff"
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@echo "==> mypy"
	@.venv/bin/mypy
	@echo "==> biome and tsc"
	@cd js && npm run --silent check
	@echo "==> imports"
	@$(PYTEST) -q tests/unit/test_imports.py

js-test: setup
	@echo "==> vitest"
	@cd js && npm run --silent test

faults: chaos ## The random worlds of `make chaos`, then 300 kills and 300 network faults in real processes; goes on where it was interrupted
	@$(PY) -m tests.faults

chaos: setup ## 200 random worlds of kills, freezes, rivals, faults, clocks that jump and users, in memory; 2 minutes
	@$(PY) -m tests.faults.chaos --seeds 200

dates: setup chromium ## The unit and preview tests as on special days, and in zones east and west of Greenwich; 10 minutes
	@$(PY) -m tests.dates $(DAYS)

bench: setup chromium ## Measure against the alternatives; writes benchmarks/results
	@$(PY) -m pip install -qq --group bench
	@$(PY) -m benchmarks

screens: setup chromium ## Take the pictures of docs/screens again
	@$(PY) scripts/screens.py

chromium:
	@scripts/ensure_chromium.sh

clean: ## Remove everything that make and the tools made
	rm -rf .venv js/node_modules clearml_sched_widgets/widgets/static dist build .demo .sandbox .faults
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@scripts/make_venv.sh

# After the bundle, so that the package's own build finds it and does not run npm a second time.
.venv/.installed: pyproject.toml | .venv/bin/python $(BUNDLE)
	@echo "==> Installing the Python packages (a minute or two the first time)"
	@$(PY) -m pip install -qq --upgrade 'pip>=25.1'
	@$(PY) -m pip install -qq --editable '.[sandbox]' --group dev
	@touch $@

js/node_modules/.installed: js/package.json js/package-lock.json js/.npmrc
	@scripts/check_node.sh
	@echo "==> Installing the page's packages"
	@cd js && npm ci --loglevel=error
	@touch $@

$(BUNDLE): $(JS_SOURCES) js/node_modules/.installed
	@echo "==> Building the widgets"
	@cd js && npm run --silent build

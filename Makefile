# Two commands matter: `make demo` and `make test`. The rest are their parts.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help

.PHONY: help install dev demo test test-all lint format types arrows unit journeys bench threat-mutations clean

help: ## what can be done here
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

# The script knows what is there already: asking again costs a second, and a half-made .venv is finished.
install: ## .venv with every command in it
	@PYTHON=$(PYTHON) deploy/install.sh

demo: install ## the hotel story, running, on this machine
	@$(BIN)/reachback demo

dev: ## .venv with the tools tests and lint need
	@PYTHON=$(PYTHON) deploy/install.sh --dev

test: dev ## lint, types, import contracts, unit tests, journeys (missing parts fail by name)
	@$(BIN)/python checks/run.py

test-all: dev ## everything, including what is slow
	@$(BIN)/python checks/run.py --all

lint: dev ## the quick checks, in seconds
	@$(BIN)/python checks/run.py --only lint

types: dev
	@$(BIN)/python checks/run.py --only types

unit: dev
	@$(BIN)/python checks/run.py --only unit

journeys: dev
	@$(BIN)/python checks/run.py --only journeys

bench: dev ## every benchmark with its peer; results in bench/results
	@$(BIN)/python -m bench

threat-mutations: dev ## remove each defence, name the test that goes red (goes on where it stopped)
	@$(BIN)/python checks/threat_mutations.py

format: dev
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix . && $(BIN)/djade --target-version 5.2 $$(git ls-files '*.html')

clean: ## remove what was built and the demo's data
	rm -rf .venv var build dist browser/node_modules server/src/reachback/ui/static/ui/built

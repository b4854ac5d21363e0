# What a person does with this project. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo up test test-spark check fix lock bench
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --no-header
LOCKS := requirements.txt requirements-dev.txt
INSTALLER := uv==0.13.9
BUILDER := setuptools==80.9.0
# The installation is as old as the locks it was made from: a changed lock installs again, an unchanged one costs nothing.
STAMP = $(VENV)/installed-$(shell cat $(LOCKS) pyproject.toml | sha256sum | cut -c1-16)

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: $(STAMP)  ## Run the month 2026-01 of an invented city, end to end (KEEP=1 leaves Airflow running until Ctrl-C)
	@$(BIN)/sigap-stack demo $(if $(filter 1,$(KEEP)),--keep)

up: $(STAMP)  ## Start PostgreSQL and Airflow and keep them until Ctrl-C (SIGAP_PORT=8080)
	@$(BIN)/sigap-stack up

# Without reordering the longest files come first, so that no worker waits for one at the end. Compiled modules
# are kept: every worker, and every command that a test starts, would compile all libraries again.
test: $(STAMP) browser  ## Run everything that must pass
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

# PySpark lies in a folder of its own, where only these tests see it.
test-spark: $(STAMP)  ## Link on a Spark cluster of three processes; needs Java 17 and some minutes
	@if ! command -v java > /dev/null; then \
	  echo "test-spark is skipped: there is no Java. Install Java 17 or newer (Debian: apt-get install openjdk-17-jre-headless)."; exit 0; fi; \
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --target $(VENV)/spark -r requirements-spark.txt; \
	PYTHONPATH=$(CURDIR)/$(VENV)/spark $(BIN)/pytest -m spark tests/spark

check: $(STAMP)  ## Lint, types, import rules, freshness of the locks; changes nothing
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(MAKE) fresh

fix: $(STAMP)  ## Format and repair what can be repaired by itself
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: $(STAMP)  ## Compile the requirements*.txt from their .in files
	@$(COMPILE) requirements.in --output-file requirements.txt
	@$(COMPILE) requirements-dev.in --output-file requirements-dev.txt
	@$(COMPILE) requirements-spark.in --output-file requirements-spark.txt

SIZES ?= small,medium
comma := ,
bench: $(STAMP)  ## Measure a month, large lists, and linking beside its peers (SIZES=small,medium,large for a province)
	@$(BIN)/python -m bench month
	@$(BIN)/python -m bench intake
	@$(BIN)/python -m bench billing $(if $(findstring large,$(SIZES)),--sizes 10000$(comma)100000$(comma)1000000$(comma)3000000)
	@$(BIN)/python -m bench settlement --people $(if $(findstring large,$(SIZES)),3000000,300000)
	@$(BIN)/python -m bench documents
	@$(BIN)/python -m bench link --sizes $(SIZES)
	@$(BIN)/python -m bench accuracy
	@$(BIN)/python -m bench febrl

.PHONY: fresh browser
fresh: $(STAMP)
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; cp requirements*.in requirements*.txt "$$folder"; cd "$$folder"; \
	for name in requirements requirements-dev requirements-spark; do \
	  $(CURDIR)/$(COMPILE) "$$name.in" --output-file "$$name.txt" 2> error \
	    || { echo "The locks cannot be checked: $$(tail -1 error). They need the package index; try again online."; exit 1; }; \
	  cmp -s "$$name.txt" "$(CURDIR)/$$name.txt" || { echo "$$name.txt is older than $$name.in: run make lock."; exit 1; }; \
	done; echo "The locks are fresh."

browser:
	@command -v chromium chromium-browser google-chrome > /dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	  echo "Installing chromium for the portal's tests"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } > /dev/null \
	    || echo "chromium could not be installed: the portal's tests will say what they need."; \
	else echo "chromium is missing: install it for the portal's tests (Debian: apt-get install chromium)."; fi

$(STAMP): $(LOCKS) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null \
	  || { echo "SIGAP needs Python 3.11 or newer as $(PYTHON); found: $$($(PYTHON) --version 2>&1). Install it, or set PYTHON=/path/to/python3."; exit 1; }
	@echo "Installing into $(VENV) (first use, or the locks have changed)"
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV) \
	  || { echo "Python cannot make a virtual environment here. On Debian: apt-get install python3-venv."; exit 1; }
	@[ -x $(UV) ] || $(BIN)/python -m pip install --quiet --disable-pip-version-check $(INSTALLER)
	@$(UV) pip install --quiet --python $(BIN)/python $(addprefix -r ,$(LOCKS)) $(BUILDER)
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/installed-*; touch $@

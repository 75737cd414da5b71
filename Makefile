# The whole set-up is a virtual environment in .venv, made from pyproject.toml and constraints.txt.
# `make run` needs nothing but Python 3.11 or newer with its venv module.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.ready-to-run
TEST_READY := $(VENV)/.ready-to-test
NOTEBOOK_READY := $(VENV)/.ready-for-notebooks
BENCH_READY := $(VENV)/.ready-to-bench
WORKERS ?= $(shell nproc)

# A Chromium or Chrome for the browser test. Where there is none it is left out, with a word; never on CI.
CHROMIUM ?= $(firstword $(foreach name,chromium chromium-browser google-chrome google-chrome-stable,\
	$(shell command -v $(name))))
WITH_BROWSER = $(or $(filter true,$(CI)),$(CHROMIUM))
NO_BROWSER = "The browser test is left out: there is no Chromium or Chrome; with one, such as Debian's package chromium, it is run."

export CHROMIUM
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export DAGSTER_DISABLE_TELEMETRY = 1
# Without compiled files every start would take twice as long.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run report test check ui psql notebook up down reset sample pictures docs format bench help
.DEFAULT_GOAL := help

help:  ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST)

run: $(RUN_READY)  ## load everything in SPARKIFY_DATA into the star, show what is in it, draw the report
	@$(BIN)/python -m sparkify_assets.commands.run

report: $(RUN_READY)  ## draw the listening report anew, without a load
	@$(BIN)/python -m sparkify_assets.commands.report

test: $(TEST_READY)  ## format, lint, types and the whole test suite
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/python -m mypy
	@$(if $(WITH_BROWSER),:,echo $(NO_BROWSER))
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(if $(WITH_BROWSER),,-m "not browser")

check: $(TEST_READY)  ## format, lint, types and the quick tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/python -m mypy
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not slow"

ui: $(RUN_READY)  ## Dagster's web server and daemon, until Ctrl-C
	@exec $(BIN)/python -m sparkify_assets.commands.ui $(ARGS)

psql: $(RUN_READY)  ## a prompt on the star
	@exec $(BIN)/python -m sparkify_assets.commands.database psql $(ARGS)

notebook: $(NOTEBOOK_READY)  ## a notebook to explore files, star and answers in, until Ctrl-C
	@MARIMO_SKIP_UPDATE_CHECK=1 exec $(BIN)/python -m marimo edit notebooks/explore.py $(ARGS)

up: $(RUN_READY)  ## keep the embedded server up, for BI tools also on 127.0.0.1
	@$(BIN)/python -m sparkify_assets.commands.database up

down: $(RUN_READY)  ## let the embedded server stop
	@$(BIN)/python -m sparkify_assets.commands.database down

reset: $(RUN_READY)  ## empty the tables, asks first
	@$(BIN)/python -m sparkify_assets.commands.database reset $(ARGS)

sample: $(RUN_READY)  ## write the sample data in data/ anew
	@$(BIN)/python -m sparkify_assets.sample --replace

pictures: $(TEST_READY)  ## take the pictures of the UI in README.md anew
	@$(BIN)/python -m sparkify_assets_tests.browser.pictures

docs: $(TEST_READY)  ## write what README.md and docs/ have from the code anew
	@$(BIN)/python -m sparkify_assets_tests.written_docs

format: $(TEST_READY)  ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(BENCH_READY)  ## compare the load with DuckDB, dlt and a row-by-row etl.py
	@$(BIN)/python -m benchmarks.compare rivals $(ARGS)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; found: $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing; on Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "making $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(RUN_READY): $(BIN)/python pyproject.toml constraints.txt
	@echo "installing what the project needs (once)"
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(TEST_READY): $(BIN)/python pyproject.toml constraints.txt
	@echo "installing what the tests need (once)"
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $(RUN_READY) $(NOTEBOOK_READY) $@

$(NOTEBOOK_READY): $(RUN_READY)
	@echo "installing what the notebook needs (once)"
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[notebook]'
	@touch $@

$(BENCH_READY): $(TEST_READY) constraints-bench.txt
	@echo "installing what we compare with (once)"
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --constraint constraints-bench.txt --editable '.[dev,bench]'
	@touch $@

# One command each; `make` alone lists them. LIGHT=1 leaves torch out.

SHELL := /bin/sh
PYTHON_IN := .venv/bin/python
REQUIREMENTS := $(if $(filter-out 0 no,$(LIGHT)),requirements-light.txt,requirements.txt)

# `make app PYTHON=...` and `make app PORT=...` reach the scripts as environment variables and arguments.
FILL = python=$$(PYTHON="$(PYTHON)" .ci/find-python) && "$$python" .ci/fill_venv.py
QUICK_PARTS := lint format types unit
ALL_PARTS := $(QUICK_PARTS) workspaces pages sandbox browser

.DEFAULT_GOAL := help
.PHONY: help app demo serve test check test-long lint format clean venv venv-dev

help:
	@echo "make app              serve the app on this machine      (PORT=8501, LIGHT=1)"
	@echo "make demo             the same, with a project that has answers and heuristics already"
	@echo "make serve HOST=...   serve it to other machines         (PORT=8501, LIGHT=1)"
	@echo "make check            style, types and what needs no workspace, within a minute"
	@echo "make test             everything, with browser tests; installs what it needs"
	@echo "make test-long        the long series, and the store on DuckDB 2.0.0"
	@echo "make lint format      check the style, put it right"
	@echo "make clean            remove caches and build output; projects and .venv stay"

venv:
	@$(FILL) $(REQUIREMENTS)

venv-dev:
	@$(FILL) $(REQUIREMENTS) requirements-dev.txt

app: venv
	@exec $(PYTHON_IN) .ci/serve.py --host 127.0.0.1 --port "$(PORT)"

demo: venv
	@export AL_WORKSPACE="$${AL_WORKSPACE:-data/workspace-demo}" && \
	$(PYTHON_IN) -m al_core demo && \
	exec $(PYTHON_IN) .ci/serve.py --host 127.0.0.1 --port "$(PORT)"

serve: venv
	@exec $(PYTHON_IN) .ci/serve.py --host "$(HOST)" --port "$(PORT)"

test:
	@started=$$(date +%s); \
	$(FILL) $(REQUIREMENTS) requirements-dev.txt || exit 1; \
	$(PYTHON_IN) .ci/prepare_machine.py; \
	$(PYTHON_IN) .ci/run_checks.py --install-seconds $$(($$(date +%s) - started)) $(ALL_PARTS)

check: venv-dev
	@$(PYTHON_IN) .ci/run_checks.py $(QUICK_PARTS)

test-long: venv-dev
	@$(PYTHON_IN) .ci/run_checks.py long store-duckdb-2

lint: venv-dev
	@$(PYTHON_IN) .ci/run_checks.py lint format types

format: venv-dev
	@$(PYTHON_IN) -m ruff check --fix --quiet . ; $(PYTHON_IN) -m ruff format .

clean:
	@rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -not -path "./.venv/*" -prune -exec rm -rf {} +

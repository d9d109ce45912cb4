# Two commands matter: `make run` and `make test`. Both need Python >= 3.11 and make, nothing else.
.DEFAULT_GOAL := help
SHELL := /bin/sh

# The first interpreter that is new enough; `make run PYTHON=/path/to/python` overrides it.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$p; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
MESSAGES := $(wildcard locale/*/LC_MESSAGES/*.po)
PYTEST_WORKERS ?= 2

.PHONY: help setup run test check bench lock format clean

help:
	@echo 'make run     start Tenure with a demo tenant (Ctrl-C stops it)'
	@echo 'make test    run every test against real PostgreSQL and Redis'
	@echo 'make check   lint, types, import contracts, migrations, translations'
	@echo 'make bench   run the benchmarks'
	@echo 'make setup   only install the locked dependencies into .venv'

setup: $(STAMP)

$(STAMP): requirements.lock
	@test -n "$(PYTHON)" || { echo 'Tenure needs Python 3.11 or newer; none was found. Set PYTHON=/path/to/python3.' >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo 'Could not make a virtual environment. On Debian or Ubuntu: apt install python3-venv.' >&2; exit 1; }
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements.lock)"
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements.lock
	@touch $@

run: setup
	@$(BIN)/python -m config.run

test: setup
	@$(BIN)/python manage.py compile_translations --verbosity 0
	@$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist worksteal $(ARGS)

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python manage.py compile_translations --check
	@$(BIN)/python manage.py write_figures --check

bench: setup
	@$(BIN)/python -m benchmarks $(ARGS)

format: setup
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: setup
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --all-extras --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --extra pdf-cjk --no-emit-index-url --no-header pyproject.toml -o requirements-runtime.lock -c requirements.lock

clean:
	rm -rf $(VENV) .data .static .pytest_cache .mypy_cache .ruff_cache .hypothesis

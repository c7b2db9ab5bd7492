# Every target sets up what it needs: Python 3.11 or newer, git and make are enough.
PYTHON ?= python3
VENV ?= .venv
PEERS ?= .venv-peers
BIN := $(VENV)/bin

.PHONY: demo test coverage check lint types layers format bench bench-peers clean

demo: $(VENV)/.library
	@$(BIN)/python -m dynclient demo

# COVERAGE=yes measures how much of the code they run: less than the bound of pyproject.toml fails.
test: $(VENV)/.test
ifdef COVERAGE
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -n auto
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report --skip-covered --skip-empty
else
	$(BIN)/python -m pytest -n auto
endif

coverage:
	$(MAKE) test COVERAGE=yes

check: lint types layers

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.dev
	$(BIN)/mypy

layers: $(VENV)/.dev
	$(BIN)/lint-imports

# With the other clients too, once `make bench-peers` has installed them.
bench: $(VENV)/.test
	@if [ -x $(PEERS)/bin/python ]; then $(PEERS)/bin/python benchmarks/report.py; \
	  else $(BIN)/python benchmarks/report.py; fi
	$(BIN)/python benchmarks/diff.py spec/talon-one/revisions/2024-06.yaml spec/talon-one/revisions/2025-11.yaml

# Other clients, in an environment of their own: what they ask for shall not change ours.
bench-peers:
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[fast,httpx2]' requests aiopenapi3

clean:
	rm -rf $(VENV) $(PEERS) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "dynclient needs Python 3.11 or newer; say which: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'

# `--group` is pip's own (25.1); a newer pyproject.toml sets the environment up again.
$(VENV)/.library: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.test: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group test
	@touch $@ $(VENV)/.library

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@ $(VENV)/.test $(VENV)/.library

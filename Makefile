VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
NPM_DEV := axe-core@4

.PHONY: report test lint bench docs screenshots seeds-doc clean

report: $(VENV)/.installed
	$(BIN)/corridors report -o out

test: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2

bench: $(VENV)/.installed-test
	$(BIN)/pytest tests/benchmarks --benchmark-only --benchmark-json=out/bench.json -p no:xdist

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable ".[test]"
	touch $@

clean:
	rm -rf out build dist *.egg-info

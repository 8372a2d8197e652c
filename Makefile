# Two commands: `make demo` plays the whole story, `make test` runs every check.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PEOPLE ?= 300
WORKERS ?= 2

.PHONY: demo test check crashes pod bench lock format words clean

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what this needs into $(VENV) (a minute on a fresh machine) …"
	@if command -v uv >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet uv 2>/dev/null; then \
	  UV=$$(command -v uv || echo $(BIN)/uv); \
	  "$$UV" pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock && \
	  "$$UV" pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
	  $(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .; \
	fi
	@touch $@

demo: $(STAMP)
	@$(BIN)/python -m examples.demo --people $(PEOPLE) $(if $(ONCE),--once)

# Journeys start every party as a process of its own, so they get the machine to themselves. With cores to spare,
# `pytest -n 2 --dist loadgroup --no-loadscope-reorder -m journey` plays two towns at a time (tests/conftest.py).
test: check
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m "not journey"
	$(BIN)/pytest -m journey

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Processes die and lose their databases at all seeded points, on SQLite, or on the PostgreSQL server that
# ARGONAUTA_TEST_DATABASE_URL names; every run plays a few of them. CRASH_SEED=word draws other points.
crashes: $(STAMP)
	ARGONAUTA_FIFTY_DEATHS=1 $(BIN)/pytest -s -k all_seeded_points tests/journeys/test_crashes.py tests/journeys/test_crashes_direct.py

# The pod server of other people that the wallet is tried with; needs npm, and is kept in .cache.
pod: $(STAMP)
	@$(BIN)/python tests/journeys/peers.py pod

# All of it, or `make bench WHAT="paillier mpc"`; `QUICK=1` shows in minutes that it runs.
bench: $(STAMP)
	@$(BIN)/python -m examples.bench $(if $(QUICK),--quick) $(WHAT)

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# New words of the wallet get an empty place in each catalogue, and words that are gone lose theirs.
words: $(STAMP)
	$(BIN)/python tests/wallet/marked_words.py

# Versions at least a week old, with hashes; only package names, versions and hashes are written down.
lock:
	$(BIN)/uv pip compile pyproject.toml --group demo --group test --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --exclude-newer "$$(date -u -d '7 days ago' +%F)" -o requirements.lock

clean:
	rm -rf .demo .demo-bench .bench .mypy_cache .ruff_cache .pytest_cache .hypothesis

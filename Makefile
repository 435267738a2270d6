# Everything runs in a virtual environment that the first target to need it creates.
# Variables: PYTHON (the interpreter, 3.11 or newer), VENV, DIST, INSTANCE (what `make solve` plans); SEEDS, TINY, FIRST
# (how many random instances, and the first of them).

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV ?= .venv
DIST ?= dist
INSTANCE ?= instances/gallery/colossus.yaml
SEEDS ?= 1000
TINY ?= 100000
FIRST ?= 0
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check install -qq

# The first interpreter that runs and is new enough.
CANDIDATES = python3.11 python3 python3.13 python3.12 python
PYTHON ?= $(shell for each in $(CANDIDATES); do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)

.PHONY: help solve test quick docs fuzz worlds faulty mutants same bench lint types lowest malformed faults newest lock holes release browser wheel clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

solve: $(VENV)/installed ## set up, and plan the deal (INSTANCE=file plans another)
	@$(BIN)/gridblock solve "$(INSTANCE)"

test: lint types ## set up, then lint, types and every test
	$(BIN)/pytest -n 2

quick: $(VENV)/developed ## the tests that take seconds, up to the first failure
	$(BIN)/pytest -m "not slow" -n 2 --maxfail=1

docs: $(VENV)/documented ## the book, each page run anew, warnings as errors, in build/docs
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet docs build/docs

fuzz: $(VENV)/developed ## the planner against every plan of TINY tiny instances, from seed FIRST; hours
	$(BIN)/python tests/trust/fuzz.py --first $(FIRST) --count $(TINY) --processes 2 \
		--record build/fuzz.json

worlds: $(VENV)/developed ## SEEDS random instances of every feature: two solvers, told otherwise, mutated
	SEEDS=$(SEEDS) WORLDS=$(SEEDS) PLANS=$(SEEDS) $(BIN)/pytest -n 2 tests/model/test_every.py \
		tests/trust/test_worlds.py tests/trust/test_numbers.py tests/trust/test_mutations.py

faulty: build/faulty/developed ## the fuzz with HiGHS 1.14.0, which is wrong: it must find that
	GRIDBLOCK_UNSOUND_SOLVER=1 build/faulty/bin/python tests/trust/fuzz.py --count 1000 --must-find

mutants: $(VENV)/developed ## plant bugs in the rules of the model: the random worlds must notice them; hours
	$(BIN)/python tests/trust/mutants.py --each $(or $(EACH),3)

same: $(VENV)/developed ## plan some instances 20 times each by every method: plan.json must be the same
	$(BIN)/gridblock new --rung S --output build/rung-s.json
	$(BIN)/python tests/trust/same.py build/rung-s.json tier-waits feeds-survive-a-loss --runs 20

malformed: $(VENV)/developed ## every malformed file in a process of its own, measured, then SECONDS of fuzzing the readers
	$(BIN)/python tests/malformed/measure.py
	$(PIP) 'atheris>=3.0'
	$(BIN)/python tests/malformed/fuzz.py $(or $(SECONDS),600) build/fuzz
	@! ls build/fuzz | grep -E '^(crash|slow)-'

faults: $(VENV)/developed ## kills and Ctrl-C at 50 random moments each, and every other fault that takes long
	MOMENTS=$(or $(MOMENTS),50) $(BIN)/pytest -n 2 tests/faults

lint: $(VENV)/developed ## ruff: rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/developed ## mypy, over the folders linked together as they are installed
	@rm -rf build/types && mkdir -p build/types/gridblock
	@ln -s "$(CURDIR)"/instances "$(CURDIR)"/model "$(CURDIR)"/solvers "$(CURDIR)"/reports \
		"$(CURDIR)"/gridblock/* build/types/gridblock/
	@ln -sfn "$(CURDIR)"/benchmarks build/types/benchmarks
	$(BIN)/mypy

bench: $(VENV)/benched ## gridblock and its rivals on the smaller rungs of the ladder, about 5 minutes
	$(BIN)/python -m benchmarks --rungs S,M --seeds 0 --time-limit S=8,M=25 --name short \
		--methods auto,fast,highs,highs-ipm,highs-reduced,scip,cp-sat,greedy,pop

lowest: build/lowest/developed ## the quick tests with the oldest library versions that pyproject.toml allows
	build/lowest/bin/pytest -m "not slow" -n 2

newest: ## the quick tests with the newest library versions that there are
	rm -rf build/newest
	"$(PYTHON)" -m venv build/newest
	build/newest/bin/python -m pip --disable-pip-version-check install -qq 'uv>=0.8'
	build/newest/bin/uv pip install --quiet --python build/newest/bin/python --upgrade --editable '.[dev]'
	build/newest/bin/pytest -m "not slow" -n 2

lock: build/release/tools ## pin what developing takes, on any system, with hashes, in requirements/dev.txt
	build/release/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --extra dev --output-file requirements/dev.txt pyproject.toml

holes: build/release/tools ## look up known holes of all that is pinned; fails where the database cannot tell of each
	build/release/bin/pip-audit --requirement requirements/dev.txt --require-hashes --disable-pip --strict

browser: ## Chromium from the system's packages, for the tests that open the report, if there is none
	@for each in chromium chromium-browser google-chrome google-chrome-stable; do \
		command -v $$each >/dev/null && exit 0; done; \
		apt-get update -qq && apt-get install -qq --no-install-recommends chromium >/dev/null

wheel: $(VENV)/developed ## sdist, and the wheel built from it, in DIST
	$(BIN)/python -m build --quiet --outdir "$(DIST)"

release: wheel build/release/tools ## the wheel, and beside it a list of all that it brings along (SBOM, CycloneDX)
	rm -rf build/release/clean
	"$(PYTHON)" -m venv --without-pip build/release/clean
	build/release/bin/python -m pip --disable-pip-version-check --python build/release/clean install -qq "$(DIST)"/*.whl
	build/release/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
		--output-file "$(DIST)/gridblock.cdx.json" build/release/clean

clean: ## remove what the other targets made, except runs/
	rm -rf "$(VENV)" "$(DIST)" build gridblock.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/created:
	@test -n "$(PYTHON)" || { echo "gridblock needs Python 3.11 or newer: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -m venv --clear "$(VENV)"
	@touch $@

$(VENV)/installed: pyproject.toml | $(VENV)/created
	@echo "Installing gridblock and its libraries into $(VENV)" >&2
	@$(PIP) --editable .
	@touch $@

$(VENV)/developed: pyproject.toml | $(VENV)/created
	@echo "Installing gridblock, its libraries and the developers' tools into $(VENV)" >&2
	@$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/installed

$(VENV)/documented: pyproject.toml | $(VENV)/created
	@echo "Installing gridblock, its libraries and what makes the book into $(VENV)" >&2
	@$(PIP) --editable '.[docs]'
	@touch $@ $(VENV)/installed

$(VENV)/benched: pyproject.toml | $(VENV)/created
	@echo "Installing gridblock, its libraries and its rivals into $(VENV)" >&2
	@$(PIP) --editable '.[bench]'
	@touch $@ $(VENV)/installed

build/release/tools:
	@echo "Installing the tools of a release into build/release" >&2
	@"$(PYTHON)" -m venv --clear build/release
	@build/release/bin/python -m pip --disable-pip-version-check install -qq \
		--upgrade 'pip>=24' 'cyclonedx-bom>=7' 'pip-audit>=2.9' 'uv>=0.8'
	@touch $@

build/lowest/developed: pyproject.toml
	@echo "Installing the oldest versions into build/lowest" >&2
	@"$(PYTHON)" -m venv --clear build/lowest
	@"$(PYTHON)" -c 'import tomllib; print(*(need.replace(">=", "==") for need in \
		tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"]), sep="\n")' \
		> build/lowest/constraints.txt
	@build/lowest/bin/python -m pip --disable-pip-version-check install -qq 'uv>=0.8'
	@build/lowest/bin/uv pip install --quiet --python build/lowest/bin/python \
		--constraint build/lowest/constraints.txt --editable '.[dev]'
	@touch $@

build/faulty/developed: pyproject.toml
	@echo "Installing HiGHS 1.14.0 into build/faulty" >&2
	@"$(PYTHON)" -m venv --clear build/faulty
	@build/faulty/bin/python -m pip --disable-pip-version-check install -qq 'uv>=0.8'
	@build/faulty/bin/uv pip install --quiet --python build/faulty/bin/python --editable '.[dev]'
	@build/faulty/bin/uv pip install --quiet --python build/faulty/bin/python --no-deps highspy==1.14.0
	@touch $@

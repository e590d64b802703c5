# Every target works as the first command on a machine that has git, make and Python 3.11 with pip:
# the environment is set up in .venv when it is missing or older than the files it is made from.

PYTHON ?=
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
STAMPS := $(VENV)/stamps
WORKERS ?= 2

export PYTHON

# One package installer at a time may work in an environment, whatever -j says; the tests run in parallel by themselves.
.NOTPARALLEL:
.PHONY: help demo test check bench bench-scale proof levels loop faults fuzz requirements clean

help:
	@echo "make demo          run the shipped example and print the ten decisions that matter most"
	@echo "make test          all tests"
	@echo "make check         format, lint, types, import law, then all tests"
	@echo "make bench         ours beside the peers, in one run; writes benchmarks/results.md"
	@echo "make bench-scale   time and memory at 1, 10 and 100 million order lines; about half an hour, 20 GB of disk"
	@echo "make proof         forecasts and decisions held against 200 simulated companies; about half an hour"
	@echo "make levels        what a first purchase tells of customers, held against simulated ones; about ten minutes"
	@echo "make loop          100 simulated companies through the learning loop by the command line; about half an hour"
	@echo "make faults        500 kills, full disks, damage, clocks and writers at once; writes docs/faults.md"
	@echo "make fuzz          30 CPU minutes of input that no person would write; adds to docs/faults.md"
	@echo "make requirements  compile requirements/*.txt anew from pyproject.toml"
	@echo "make clean         remove the environment and everything that can be made again"

demo: $(STAMPS)/runtime
	$(BIN)/patronage demo patronage-demo

test: $(STAMPS)/dev
	sh tools/prepare-tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(TESTS)

check: $(STAMPS)/dev
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/pyright
	$(BIN)/lint-imports --no-logo
	$(MAKE) test

bench: $(STAMPS)/dev
	sh tools/peers
	$(BIN)/python -m benchmarks.bench_repeat_buying
	$(BIN)/python -m benchmarks.bench_peers

bench-scale: $(STAMPS)/dev
	$(BIN)/python -m benchmarks.bench_scale

proof: $(STAMPS)/dev
	$(BIN)/python -m benchmarks.proof.run

levels: $(STAMPS)/dev
	$(BIN)/python -m benchmarks.first_purchase

loop: $(STAMPS)/dev
	$(BIN)/python -m benchmarks.loop.run

faults: $(STAMPS)/dev
	$(BIN)/python -m benchmarks.faults.run

fuzz: $(STAMPS)/dev
	sh tools/fuzz
	PYTHONPATH=src .venv-fuzz/bin/python -m benchmarks.faults.fuzz

requirements: $(STAMPS)/dev
	sh tools/requirements

clean:
	rm -rf $(VENV) build dist patronage-demo .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests benchmarks -type d -name __pycache__ -prune -exec rm -rf {} +

$(STAMPS)/runtime: requirements/build.txt requirements/runtime.txt pyproject.toml tools/environment
	sh tools/environment runtime

$(STAMPS)/dev: requirements/build.txt requirements/dev.txt pyproject.toml tools/environment
	sh tools/environment dev

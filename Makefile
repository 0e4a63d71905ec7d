# slobox: everything starts here. Needs make (3.81 or newer) and Python 3.11 or newer; all else is made under .venv and .cache,
# but built servers, which all checkouts share: they lie in the user's cache folder (~/.cache/slobox).

PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11 python3.14 python,$(shell command -v $(name) 2>/dev/null)) python3)
VENV = .venv/bin
REPORTS = .cache/reports
PYTEST = $(VENV)/pytest $(PYTEST_FLAGS)
WORKERS ?= logical

.DEFAULT_GOAL := help
.PHONY: help setup tools servers demo up down check static audit docs test e2e bench lock clean distclean

help: ## show this help
	@echo "slobox: an SLO compiler, and a shop to watch it work"
	@echo
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "First time here? Run: make demo"

setup: ## make the Python environment in .venv (done by the others when needed)
	@command -v $(PYTHON) >/dev/null || { echo "setup: Python 3.11 or newer is needed, and PATH has none" >&2; exit 1; }
	@$(PYTHON) -m tools.bootstrap

tools: setup ## build Prometheus, Alertmanager, VictoriaLogs, Jaeger and the Collector, once for all checkouts
	@$(VENV)/python -m tools.build

# The servers that the demo needs and that PATH does not have; FULL=1 builds those for traces and logs as well.
servers: setup
	@$(VENV)/python -m tools.build --missing $(if $(FULL),--full)

demo: servers ## run the shop, burn its budget, watch the page come and go (FULL=1: with traces and logs)
	@$(VENV)/box demo $(if $(FULL),--full)

up: servers ## start the shop, the servers and the load (no visitors yet), and leave them running (FULL=1: with traces and logs)
	@$(VENV)/box up $(if $(FULL),--full)

down: ## stop all that `make up` or `make demo` started
	@if [ -x $(VENV)/python ] && [ -x $(VENV)/box ]; then $(VENV)/box down; else echo "down: nothing was ever started here"; fi

check: setup static audit docs ## format, lint, types, layers, generated files, known vulnerabilities, docs, consistency
	@echo "check: consistency of the repository"
	@$(PYTEST) -q --no-header -m "not e2e" tests/consistency

static: setup
	@echo "check: format"
	@$(VENV)/ruff format --check --quiet . || { $(VENV)/ruff format --diff --quiet .; echo "check: run .venv/bin/ruff format ." >&2; exit 1; }
	@echo "check: lint"
	@$(VENV)/ruff check --quiet .
	@echo "check: types"
	@$(VENV)/mypy
	@echo "check: layers"
	@$(VENV)/lint-imports --no-logo --no-cache
	@echo "check: generated files"
	@$(VENV)/slo build --check slos.yaml

# Never fails for want of a network; see tools/audit.py.
audit: setup
	@echo "check: known vulnerabilities"
	@$(VENV)/python -m tools.audit

docs: setup ## build the documentation as a site, build/docs/index.html: no server and no network needed
	@echo "docs: build/docs/index.html"
	@NO_MKDOCS_2_WARNING=1 $(VENV)/mkdocs build --strict --quiet

# The checks run beside the tests, some of which wait for servers; what they say comes last.
test: tools ## all checks and all tests that start no stack, with coverage, on all cores (WORKERS=N)
	@mkdir -p $(REPORTS)
	@$(MAKE) --no-print-directory static audit >$(REPORTS)/checks.txt 2>&1 & checks=$$!; \
	$(PYTEST) -n $(WORKERS) -m "not e2e" --junitxml=$(REPORTS)/test.xml --cov --cov-report=term; tests=$$?; \
	wait $$checks; checked=$$?; cat $(REPORTS)/checks.txt; exit $$((tests || checked))

# Two at a time: a stack waits for scrapes and alerts more than it works.
e2e: tools ## the tests that start the whole stack
	@mkdir -p $(REPORTS)
	@$(PYTEST) -n 2 -m e2e --junitxml=$(REPORTS)/e2e.xml

bench: tools ## measure speed, accuracy and cost, beside Sloth and slokit (BENCH=--quick for less)
	@$(VENV)/python -m bench $(BENCH)

lock: setup ## write requirements/*.txt from the pyproject files (UPGRADE=1 takes the newest versions)
	@$(VENV)/python -m tools.lock $(if $(UPGRADE),--upgrade)
	@$(PYTHON) -m tools.bootstrap

clean: down ## remove run data, reports and the caches of the checks
	@$(PYTHON) -m tools.clean

distclean: down ## remove all that was made here, .venv and .cache too (ALL=1: and the built servers that all checkouts share)
	@$(PYTHON) -m tools.clean --all $(if $(ALL),--shared)

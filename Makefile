PYTHON ?= python3
PIP_COMPILE = .venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock" --quiet $(if $(UPGRADE),--upgrade)

.DEFAULT_GOAL := help
.PHONY: setup lock
setup: ## make .venv
	@$(PYTHON) -m tools.bootstrap

lock: ## lock
	@test -x .venv/bin/uv || $(PYTHON) -m tools.bootstrap
	$(PIP_COMPILE) pyproject.toml box/pyproject.toml --group pyproject.toml:dev -o requirements/dev.txt
	$(PIP_COMPILE) pyproject.toml box/pyproject.toml --constraint requirements/dev.txt -o requirements/box.txt
	@$(PYTHON) -m tools.bootstrap

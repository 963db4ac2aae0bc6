.DEFAULT_GOAL := help
# Of pytest-xdist: a file's tests share their chain, so they stay together; in the order of tests/conftest.py, where it
# would begin the files with the fewest tests last, and those are the longest.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
.PHONY: help install install-test demo test test-long figures lint types layers docs site ci lock

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

install: ## set everything up, leave .venv/bin/aye
	@scripts/install

install-test: ## and what the tests need
	@scripts/install test

demo: install ## a real DAO on this machine, and Aye talking with you about it
	@.venv/bin/aye demo $(ARGS)

test: install-test ## the tests, slow ones too (about half an hour on two cores)
	@.venv/bin/python -m pytest -q $(SIDE_BY_SIDE) -m "not long and not sound"
	@.venv/bin/python -m pytest -q -m "sound and not long"

test-long: install-test ## more voices, more kills; writes the figures in docs/
	@.venv/bin/python -m pytest -q $(SIDE_BY_SIDE) -m "not sound"
	@.venv/bin/python -m pytest -q -m sound
	@.venv/bin/python bench/sentences.py --write-docs docs/hearing.md
	@.venv/bin/python bench/understanding.py --write-docs docs/understanding.md
	@.venv/bin/python bench/turn.py --write-docs docs/performance.md
	@.venv/bin/python bench/service.py --write-docs docs/performance.md

figures: install-test ## hearing measured anew, in over an hour: make figures DATA=DIR, the recordings as bench/hearing.py says
	@scripts/figures-hearing "$(DATA)"

lint: ## ruff
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

types: ## mypy --strict
	@.venv/bin/mypy --strict skill

layers: ## the order of the rooms
	@.venv/bin/lint-imports --no-cache

docs: ## the generated documents are up to date
	@.venv/bin/python scripts/docs --check
	@.venv/bin/python scripts/intents-table --check

site: install-test ## docs/ as a site, in site/
	@NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict

ci: ## what CI runs
	@.ci/run

lock: ## write requirements/*.lock anew (needs uv)
	@scripts/lock

# Every habit of the project is one target. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin
CASES := base technical_report lender_case delay_2031 copper_low copper_high capex_overrun slow_ramp_up no_exim \
  standard_regime

.PHONY: help demo test test-all check static lint types imports packages audit setup system docs goldens images benchmarks clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/ready ## create .venv with the program and its tools, exactly as pinned

.venv/ready: pyproject.toml constraints.txt
	@rm -rf .venv
	@python3 -m venv .venv || { rm -rf .venv; \
	  echo "Python has no venv module here: install the package python3-venv (apt-get install python3-venv)."; exit 1; }
	@echo "Installing the program and its tools into .venv ..."
	@{ $(BIN)/pip install -q --disable-pip-version-check -c constraints.txt uv && \
	  $(BIN)/uv pip install -q --system-certs --python $(BIN)/python -c constraints.txt -e '.[test]'; } || \
	  $(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[test]'
	@$(BIN)/python -m rekodiq.studies.ready
	@touch $@

system: ## install what the tests of workbook and page open them with, where this user may
	@if command -v soffice chromium pdftoppm >/dev/null && soffice --version >/dev/null 2>&1; then :; \
	elif ! command -v apt-get >/dev/null; then \
	  echo "LibreOffice Calc, Chromium or poppler-utils is missing: the tests that need them are skipped."; \
	elif [ "$$(id -u)" = 0 ]; then \
	  echo "Installing LibreOffice Calc, Chromium and poppler-utils for the tests ..."; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	    libreoffice-calc chromium poppler-utils fonts-dejavu >/dev/null; \
	elif sudo -n true 2>/dev/null; then sudo $(MAKE) --no-print-directory system; \
	else echo "No right to install LibreOffice Calc, Chromium and poppler-utils: their tests are skipped."; fi

demo: .venv/ready ## compare the main cases on the terminal; leave the workbook and the page in out/
	@mkdir -p out
	@$(BIN)/rekodiq compare $(CASES)
	@$(BIN)/rekodiq export base lender_case delay_2031 copper_low capex_overrun --out out/rekodiq.xlsx
	@$(BIN)/rekodiq report base lender_case delay_2031 copper_low capex_overrun --out out/rekodiq.html
	@echo "Left in out/: rekodiq.xlsx (the live workbook), rekodiq.html (the page that computes)"

check: .venv/ready ## lint, types, import rules, installed packages, known vulnerabilities
	@$(MAKE) --no-print-directory -j lint types imports packages audit

static: .venv/ready
	@$(MAKE) --no-print-directory -j lint types imports packages

lint: .venv/ready
	@$(BIN)/ruff check . && $(BIN)/ruff format --check -q .

types: .venv/ready
	@$(BIN)/mypy

imports: .venv/ready
	@$(BIN)/lint-imports

packages: .venv/ready
	@$(BIN)/pip check --disable-pip-version-check

audit: .venv/ready ## look the pinned packages up for known vulnerabilities (needs the advisory service)
	@$(BIN)/python .ci/audit.py

# The suite, with variables of the environment before it. The audit waits for its service beside the tests.
define suite
@$(BIN)/python .ci/audit.py >.venv/audit 2>&1 & audit=$$!; \
  $(1) $(BIN)/python -m pytest -n auto --dist worksteal; status=$$?; \
  wait $$audit || status=1; cat .venv/audit; exit $$status
endef

test: static system ## check and the test suite, in minutes
	$(call suite)

test-all: static system ## check and the long versions of all tests: more random cases, all in LibreOffice
	$(call suite,REKODIQ_TESTS=long)

docs: .venv/ready ## write the generated parts of docs/ again
	@$(BIN)/python -m docs.generate

goldens: .venv/ready ## write the kept figures in tests/goldens again; the diff shows what moved
	@$(BIN)/python -m tests.goldens

benchmarks: .venv/ready ## measure speed and write docs/benchmarks.md again; on an idle machine, then make docs
	@$(BIN)/python -m benchmarks.speed --out docs/benchmarks.md

images: .venv/ready system ## take the pictures in docs/images again
	@$(BIN)/python -m docs.pictures_of_workbook
	@$(BIN)/python -m docs.pictures_of_page

clean: ## remove what the targets made
	@rm -rf .venv out build *.egg-info

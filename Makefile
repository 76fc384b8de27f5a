# Every habit of the project is one target. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin

.PHONY: help demo test check setup clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/ready ## create .venv with the program and its tools, exactly as pinned

.venv/ready: pyproject.toml constraints.txt
	@rm -rf .venv
	@python3 -m venv .venv || { rm -rf .venv; \
	  echo "Python has no venv module here: install the package python3-venv (apt-get install python3-venv)."; exit 1; }
	@echo "Installing the program and its tools into .venv ..."
	@if $(BIN)/pip install -q --disable-pip-version-check -c constraints.txt uv; then \
	  $(BIN)/uv pip install -q --python $(BIN)/python -c constraints.txt -e '.[test]'; \
	else \
	  $(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[test]'; \
	fi
	@touch $@

demo: .venv/ready ## compare the main cases on the terminal and leave the workbook in out/
	@mkdir -p out
	@$(BIN)/rekodiq compare base technical_report lender_case delay_2031 copper_low copper_high capex_overrun \
	  slow_ramp_up no_exim standard_regime
	@$(BIN)/rekodiq export base lender_case delay_2031 copper_low --out out/rekodiq.xlsx

check: .venv/ready ## lint, format, types and import rules
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

test: check ## the whole test suite, after check
	@$(BIN)/python -m pytest

clean: ## remove what the targets made
	@rm -rf .venv out build *.egg-info

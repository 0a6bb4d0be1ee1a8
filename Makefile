# Every command of the project. `make` alone prints this list.
.DEFAULT_GOAL := help
.PHONY: infra site drawings guide help setup browser demo demo-reset dev test check lint bench bench-register bench-booking bench-billing fuzz golden migration fix
BIN := .venv/bin
# Where it is set, every process compiles the whole house again: five seconds of processor in place of two.
unexport PYTHONDONTWRITEBYTECODE

help:  ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1m%-15s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## Install everything into the project's folder (.venv, node_modules, front-end)
	@scripts/setup

demo: setup  ## Start a complete portal with its data; Ctrl-C stops it, a second run finds its data
	@exec $(BIN)/crrc demo

demo-reset: setup  ## The same, from an empty folder
	@exec $(BIN)/crrc demo --reset

dev: setup  ## The same as demo, reloading on every change of the code
	@exec $(BIN)/crrc dev

browser: setup
	@scripts/browser

test: browser  ## Run every test, in a real browser too (ARGS='-k name' for some of them)
	@$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

test-debian: setup  ## The installation on one Debian server, for real: two minutes (more the first time), as root (docs/install.md)
	@CRRC_TEST_DEBIAN=1 $(BIN)/pytest tests/infra/test_debian.py $(ARGS)

release: setup  ## What a server installs, in one archive of dist/ (docs/install.md)
	@$(BIN)/python scripts/release

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

infra: setup  ## Terraform, its policies and a stand-in for the provider: everything of infra/terraform that can be tried here
	@scripts/infra $(ARGS)

site: setup  ## Build the documentation into dist/site; a link that leads nowhere is an error (scripts/site serve shows it)
	@scripts/site $(ARGS)

drawings: setup  ## Draw docs/drawings again from the code (tests compare them)
	@$(BIN)/python scripts/drawings

guide: browser  ## Take the pictures of the guides again, from a fresh demonstration (docs/guide/images)
	@CRRC_GUIDE=1 $(BIN)/pytest tests/guide -p no:cacheprovider $(ARGS)

sbom: setup  ## List what is installed, with licences and hashes (CycloneDX), into dist/sbom/
	@$(BIN)/python scripts/sbom

audit: setup  ## Look for known faults in what is locked; says so when nobody answers
	@$(BIN)/python scripts/audit

check: lint audit site test  ## Exactly what CI runs: ruff, mypy, import contracts, known faults, documentation, tests

fix: setup  ## Let ruff correct and format what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup  ## Every benchmark, as ratios, into bench/out/
	@$(BIN)/python -m bench $(ARGS)

bench-register: setup  ## The register's benchmark alone, into bench/out/register.json
	@$(BIN)/python -m bench register $(ARGS)

bench-booking: setup  ## The rush on places and lots, prices, calendar, into bench/out/booking.json
	@$(BIN)/python -m bench booking $(ARGS)

bench-billing: setup  ## Invoices issued by workers that are killed, into bench/out/billing.json (COUNT=500 for fewer)
	@$(if $(COUNT),CRRC_BENCH_INVOICES=$(COUNT)) $(BIN)/python -m bench billing $(ARGS)

bench-storm: setup  ## The last ten minutes of a call, into bench/out/storm.json (APPLICANTS=500 SECONDS=60 for less)
	@$(if $(APPLICANTS),CRRC_BENCH_APPLICANTS=$(APPLICANTS)) $(if $(SECONDS),CRRC_BENCH_SECONDS=$(SECONDS)) $(BIN)/python -m bench storm $(ARGS)

bench-chaos: setup  ## An evening when everything fails in turn, into bench/out/chaos.json (SEED, SECONDS, APPLICANTS, NOTICES, INVOICES)
	@$(foreach size,SEED SECONDS APPLICANTS NOTICES INVOICES,$(if $($(size)),CRRC_BENCH_$(size)=$($(size)))) $(BIN)/python -m bench chaos $(ARGS)

bench-pages: browser  ## Start-up, memory, image, weight of the pages, Lighthouse, into bench/out/pages.json
	@$(BIN)/python -m bench pages $(ARGS)

fuzz: setup  ## The whole API as each role, values on and beyond every edge, for longer than the tests do
	@CRRC_FUZZ=whole $(BIN)/pytest tests/house/test_fuzz.py $(ARGS)

bench-rls: setup  ## What the wall between tenants costs each transaction, into bench/out/rls.json
	@$(BIN)/python -m bench rls $(ARGS)

bench-audit: setup  ## What the audit chain costs, and checking it, into bench/out/audit.json (LINES=1000000 for more)
	@$(if $(LINES),CRRC_BENCH_LINES=$(LINES)) $(BIN)/python -m bench audit $(ARGS)

golden: setup  ## Rewrite docs/golden/, to be read in review
	@$(BIN)/pytest tests/house --rewrite-golden

migration: setup  ## An empty migration: make migration NAME=what_it_does
	@$(BIN)/alembic -c migrations/alembic.ini revision -m "$(NAME)"

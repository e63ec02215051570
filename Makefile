# `make demo` and `make test` do all the set-up they need on a Debian machine with Rust.
.PHONY: help demo test build bench bench-quick fmt clean

help: ## Says what there is
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

demo: ## Builds the extension and shows it at work in a small application
	@scripts/install-deps
	@STATIC_CACHE_SO=$$(scripts/build-ext php-config8.2 | tail -n 1) demo/run

test: ## Everything that CI runs
	@scripts/test

build: ## Builds the extension for the PHP of php-config
	@scripts/install-deps
	@scripts/build-ext

bench: ## Everything that is measured, in less than ten minutes; writes docs/benchmarks.md
	@scripts/install-deps
	@STATIC_CACHE_SO=$$(scripts/build-ext php-config8.2 | tail -n 1) bench/run --write-docs

bench-quick: ## Compares with APCu and include, in less than a minute
	@scripts/install-deps
	@STATIC_CACHE_SO=$$(scripts/build-ext php-config8.2 | tail -n 1) bench/run --quick

fmt: ## Formats the Rust code
	@cargo fmt --all

clean: ## Removes what was built (the cached PHP builds stay)
	@rm -rf target bench/results

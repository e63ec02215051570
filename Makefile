# `make demo` and `make test` do all the set-up they need on a Debian machine with Rust.
.PHONY: help demo test build package package-deb test-package bench bench-quick fmt clean

help: ## Says what there is
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: ## Builds the extension and shows it at work in a small application
	@scripts/install-deps
	@STATIC_CACHE_SO=$$(scripts/build-ext php-config8.2 | tail -n 1) demo/run

test: ## Everything that CI runs
	@scripts/test

build: ## Builds the extension for the PHP of php-config
	@scripts/install-deps
	@scripts/build-ext

package: ## Makes the source package that pecl, PIE and phpize install from, crates included
	@scripts/package

package-deb: ## Makes a package for Debian's PHP 8.2
	@scripts/install-deps
	@scripts/package-deb

test-package: ## Installs the packages in every way, on PHP 8.2 NTS and 8.4 ZTS, in a view of this machine that is thrown away
	@scripts/install-deps
	@scripts/test-package --all

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

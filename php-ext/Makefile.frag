# Rules that phpize's Makefile gets: cargo builds, and leaves the module where "make install" and "make test" look.

STATIC_CACHE_BUILT = $(STATIC_CACHE_TARGET)/release/libstatic_cache.so
# So that "sudo make install" has nothing left to build.
STATIC_CACHE_SOURCES := $(shell find $(STATIC_CACHE_ROOT)/core/src $(STATIC_CACHE_ROOT)/php-ext/src -type f) \
	$(STATIC_CACHE_ROOT)/Cargo.toml $(STATIC_CACHE_ROOT)/Cargo.lock $(STATIC_CACHE_ROOT)/core/Cargo.toml \
	$(STATIC_CACHE_ROOT)/php-ext/Cargo.toml $(STATIC_CACHE_ROOT)/php-ext/build.rs

$(top_builddir)/built/static_cache.so: $(STATIC_CACHE_SOURCES)
	@mkdir -p $(top_builddir)/built
	cd "$(STATIC_CACHE_ROOT)" && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL \
		PHP="$(STATIC_CACHE_PHP)" PHP_CONFIG="$(STATIC_CACHE_PHP_CONFIG)" RUSTC="$(RUSTC)" \
		CARGO_TARGET_DIR="$(STATIC_CACHE_TARGET)" $(if $(filter-out cc,$(CC)),CC="$(CC)") \
		$(if $(LIBCLANG_PATH),LIBCLANG_PATH="$(LIBCLANG_PATH)") \
		"$(CARGO)" build --release --locked --package static-cache-php
	cp "$(STATIC_CACHE_BUILT)" $@

# PHP's own rules read the module's name out of a file like libtool's.
$(phplibdir)/static_cache.la: $(top_builddir)/built/static_cache.so
	@mkdir -p $(phplibdir)
	@rm -f $(phplibdir)/static_cache.so
	cp $(top_builddir)/built/static_cache.so $(phplibdir)/static_cache.so
	@echo "dlname='static_cache.so'" > $@

# Without what needs servers beyond PHP's own, or long: that is scripts/test in the source repository.
TESTS ?= -q -j2 $(STATIC_CACHE_TEST_MODULES) $(addprefix $(STATIC_CACHE_ROOT)/phpt/,\
	api arrays atomics errors info ini keys lifetime locks objects opcache ttl values)

# For the servers and children that tests start, instead of the machine's configuration.
test: export PHPRC = $(top_builddir)/test-ini
test: export PHP_INI_SCAN_DIR = $(top_builddir)/test-ini/none
test: static-cache-test-ini
static-cache-test-ini: $(phplibdir)/static_cache.la
	@mkdir -p $(top_builddir)/test-ini/none
	@echo '$(STATIC_CACHE_TEST_MODULES)' | tr ' ' '\n' | grep '^extension=' > $(top_builddir)/test-ini/php.ini || true
	@echo 'extension=$(phplibdir)/static_cache.so' >> $(top_builddir)/test-ini/php.ini

.PHONY: static-cache-clean static-cache-test-ini
clean: static-cache-clean
static-cache-clean:
	@rm -rf $(top_builddir)/built $(top_builddir)/target $(top_builddir)/test-ini

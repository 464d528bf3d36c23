# SPDX-License-Identifier: Apache-2.0
# Two commands do it all on a fresh Debian 12: `make demo` and `make check`.
# Missing Debian packages are installed first (NO_INSTALL=1: only named); see tools/packages.txt.

BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=

export NO_INSTALL

.PHONY: all build demo check quick format bench install clean distclean help

all: build

help: ## say what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:[^#]*## /\t/' | expand -t 12

packages-%:
	@tools/install-packages.sh $(subst -, ,$*)

$(BUILD)/build.ninja: | packages-build
	@meson setup $(BUILD) --prefix=$(PREFIX) >$(BUILD).log 2>&1 || { cat $(BUILD).log >&2; exit 1; }
	@mv $(BUILD).log $(BUILD)/setup.log

build: packages-build $(BUILD)/build.ninja ## build the program: build/muster
	@[ -x $(BUILD)/muster ] || echo "Building $(BUILD)/muster; it takes some minutes, once"
	@ninja -C $(BUILD) --quiet >$(BUILD)/ninja.log 2>&1 || { cat $(BUILD)/ninja.log >&2; exit 1; }

demo: packages-build-servers build ## a whole platform: back it up, verify it, damage it, restore it, see what is noticed
	@$(BUILD)/muster demo

check: packages-build-servers-check build ## pass all tests, on real servers
	@tools/check.sh $(BUILD)

quick: packages-build-format $(BUILD)/build.ninja ## formatting, layers, build and unit tests in under a minute
	@tools/check-format.sh
	@tools/check-layers.sh
	@ninja -C $(BUILD) --quiet quick >$(BUILD)/ninja.log 2>&1 || { cat $(BUILD)/ninja.log >&2; exit 1; }
	@meson test -C $(BUILD) --no-rebuild --quiet --print-errorlogs --suite unit --suite corpus

format: packages-format ## lay out the sources with clang-format
	@git ls-files '*.c' '*.h' | xargs clang-format -i

bench: packages-build-servers-check-bench ## ratios against gzip, pigz, igzip, pg_restore, pg_dump, aws s3, and a drill's overhead, in one run
	@bench/run
	@bench/restore
	@bench/s3
	@bench/drill

install: build ## install below DESTDIR and PREFIX
	@meson introspect $(BUILD) --buildoptions | grep -qF '"name": "prefix", "value": "$(PREFIX)"' || \
		{ meson configure $(BUILD) -Dprefix=$(PREFIX) && ninja -C $(BUILD) --quiet >$(BUILD)/ninja.log; }
	@DESTDIR=$(DESTDIR) meson install -C $(BUILD) --no-rebuild --quiet
	@echo "Installed below $(DESTDIR)$(PREFIX)"

clean: ## remove what was built
	@rm -rf $(BUILD)

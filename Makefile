# SPDX-License-Identifier: GPL-2.0-only
# Everything is built below build/. `make help` lists the targets.

SHELL := /bin/bash
TOP := $(CURDIR)
OUT := $(TOP)/build
USEROUT := $(OUT)/user
VARIANT ?= normal
VM := tests/vm
T ?=
export TOP

help:	## this list
	@echo "Targets:"
	@sed -n 's/^\([a-z -]*\):.*##[[:space:]]*/\1\t/p' Makefile | expand -t 20 | sed 's/^/  /'
	@echo "Variables: VARIANT=normal|debug (shell, modules-*), T=pattern (check), FILE=path (demo)"

deps:	## install the Debian packages needed (apt-get; sudo when not root)
	@$(VM)/deps

kernel: kernel-normal	## the UML kernel with integration/ applied
kernel-%:
	@$(VM)/build-uml.sh $*

modules: modules-normal modules-debug modules-stock	## the kernel modules, for both UML kernels and the stock kernel
modules-normal modules-debug: modules-%: kernel-%
	@$(VM)/build-modules.sh $* -s W=1
modules-stock:
	@$(VM)/build-modules.sh stock -s W=1

lib:	## libquic
	@$(call submake,libquic)

tools: lib	## the command-line tools
	@$(foreach d,$(wildcard tools/*/Makefile),$(call submake,$(d:/Makefile=)) &&) true

samples: lib	## the sample programs
	@$(call submake,samples)

user: lib tools samples programs	## all user-space products

# Test programs that run in the guest, from tests/abi, tests/interop, ...
programs: lib
	@$(foreach d,$(wildcard tests/*/Makefile),$(call submake,$(d:/Makefile=)) &&) true

submake = $(MAKE) -s --no-print-directory -C $(1) OUT=$(USEROUT)

install: lib tools	## libquic, tools, man pages; PREFIX=/usr/local, DESTDIR=
	@$(foreach d,libquic $(patsubst %/Makefile,%,$(wildcard tools/*/Makefile)),$(call submake,$(d)) install &&) true

unit sim fuzz:	## quic/core in user space: unit tests, simulator, fuzzers
	@$(MAKE) -s --no-print-directory -C tests OUT=$(OUT) $@

all: modules user unit sim fuzz	## build everything

check: deps	## run every test; T=pattern: only those whose name matches
	@tests/run --build $(if $(T),--match '$(T)')

demo: deps kernel-normal modules-normal user	## a file through a QUIC connection whose keys live in the NIC
	@tests/demo/demo.sh $(FILE)

interop: deps kernel-normal modules-normal user	## against other implementations; PEERS=a,b SCENARIOS=a,b; ARGS=--help
	@tests/interop/install
	@PEERS='$(PEERS)' SCENARIOS='$(SCENARIOS)' tests/interop/interop.py $(ARGS)

shell: deps kernel-$(VARIANT) modules-$(VARIANT) user	## a shell in the guest with everything loaded
	@$(VM)/uml-run -i -v $(VARIANT)

gates:	## the static checks only
	@tests/run --build --match gate/

mutations:	## every patch of tests/mutations has to turn its test red
	@tests/mutate --all

soak: deps	## hours of random traffic and faults
	@tests/perf/soak.sh

bench: deps	## goodput and instructions beside TCP and kTLS, in the stock VM
	@tests/perf/bench.sh

clean:	## remove what was built, but not the kernels
	rm -rf $(OUT)/mod-* $(OUT)/user $(OUT)/unit $(OUT)/sim $(OUT)/fuzz $(OUT)/obj $(OUT)/test $(OUT)/vm $(OUT)/tmp \
		$(OUT)/mutants $(OUT)/demo $(OUT)/interop

distclean:	## remove build/
	rm -rf $(OUT)

.PHONY: help deps kernel modules modules-normal modules-debug modules-stock lib tools samples user programs install unit sim fuzz all \
	check demo interop shell gates mutations soak bench clean distclean

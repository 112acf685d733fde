# The short commands. What they do in full is in setup.sh, CMakePresets.json and tests/.
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
MODEL ?= examples/shop.yaml
OUT ?= scantling-out/$(basename $(notdir $(MODEL)))
TIME ?= 60
ID ?=
RELEASE := build/release
CMAKE_BUILD := cmake --build

.PHONY: all setup-build setup-test setup-ci release demo test bench format format-check lint tidy \
        asan fuzz update clean help
.DEFAULT_GOAL := all

all: release  ## build/release/scantling

setup-build setup-test setup-ci: setup-%:
	@./setup.sh $*

# Configured without tests the first time, so that `make` needs no test library; `make test` turns
# them on in the same folder, and nothing that is built is built again.
$(RELEASE)/build.ninja: | setup-build
	@cmake --preset release -DSCANTLING_TESTS=OFF

release: setup-build $(RELEASE)/build.ninja
	@$(CMAKE_BUILD) $(RELEASE) --target scantling -j $(JOBS)

# Findings (1) and a requirement that can't be met (3) are results: the report says them.
demo: release  ## design examples/shop.yaml (or MODEL=...) and write its report
	$(RELEASE)/scantling design $(MODEL) --out $(OUT) || case $$? in 1 | 3) ;; *) exit 1 ;; esac

test: setup-test  ## build everything and run every test
	@cmake --preset release -DSCANTLING_TESTS=ON
	@$(CMAKE_BUILD) $(RELEASE) -j $(JOBS)
	ctest --test-dir $(RELEASE) --output-on-failure -j $(JOBS)

update: setup-test  ## rewrite the golden files and fingerprints with what the program says now
	@cmake --preset release -DSCANTLING_TESTS=ON
	@$(CMAKE_BUILD) $(RELEASE) -j $(JOBS)
	SCANTLING_UPDATE=1 ctest --test-dir $(RELEASE) --output-on-failure -j $(JOBS) -L golden

bench: setup-test  ## run every benchmark (or ID=sim.mm1) and write build/bench.json
	@cmake --preset release -DSCANTLING_BENCH=ON
	@$(CMAKE_BUILD) $(RELEASE) -j $(JOBS)
	@bench/run $(ID)

format: setup-ci  ## format our sources in place
	@tests/support/format.sh

format-check: setup-ci
	@tests/support/format.sh --check

lint: setup-ci  ## clang-tidy over our sources
	@tests/support/lint.sh

tidy: setup-test  ## the style rules that a compiler doesn't know
	@cmake --preset release -DSCANTLING_TESTS=ON
	@$(CMAKE_BUILD) $(RELEASE) --target tidy scantling -j $(JOBS)
	ctest --test-dir $(RELEASE) --output-on-failure -R '^tidy'

asan: setup-ci  ## the tests under the address and undefined-behaviour sanitizers
	@cmake --preset asan
	@$(CMAKE_BUILD) build/asan -j $(JOBS)
	ctest --test-dir build/asan --output-on-failure -j $(JOBS) -LE slow

fuzz: setup-ci  ## every fuzz target for TIME seconds
	@cmake --preset asan
	@$(CMAKE_BUILD) build/asan --target fuzz_programs -j $(JOBS)
	@tests/support/fuzz.sh build/asan $(TIME)

clean:  ## remove what was built
	rm -rf build scantling-out

help:  ## this list
	@awk -F '  ## ' '/^[a-z-]+:.*  ## / { split($$1, name, ":"); printf "make %-14s %s\n", name[1], $$2 }' \
	  $(MAKEFILE_LIST)

# A thin front: the building itself is CMake's (CMakePresets.json), the testing ctest's. See `make help`.

BUILD   := build/release
RESULTS := build/results
JOBS    ?= $(shell nproc 2>/dev/null || echo 1)
NATIVE  ?= OFF
LABELS  ?=
EXCLUDE ?=

# Several test programs run side by side: threads that wait should sleep, not spin.
export OMP_WAIT_POLICY ?= passive

.DEFAULT_GOAL := help
.PHONY: help dependencies configure program build run test bench verify examples check-format clean

help:
	@echo 'make run           install what is missing, build, run the Meuse flood plain, say where the results are'
	@echo 'make test          install what is missing, build, run every test   (LABELS=re only, EXCLUDE=re all but, JOBS=n)'
	@echo 'make bench         measure this machine and the program: $(BUILD)/bench.json'
	@echo 'make verify        compare with the literature: $(BUILD)/verification.csv, docs/verification.md'
	@echo 'make examples      run every example in full: $(RESULTS)/<example>'
	@echo 'make check-format  is the code formatted as .clang-format says? (needs clang-format)'
	@echo 'make clean         remove build/'
	@echo 'NATIVE=ON tunes the program for the processor of this machine.'

dependencies:
	@scripts/install-dependencies

configure: dependencies
	@cmake --preset release -DGALENA_NATIVE=$(NATIVE) --log-level=WARNING

program: configure
	@cmake --build --preset release --target galena

build: configure
	@cmake --build --preset release

run: program
	$(BUILD)/galena run examples/meuse/site.toml --output $(RESULTS)/meuse
	@echo
	@echo 'The results are in $(RESULTS)/meuse:'
	@echo '  fields.pvd         the fields in time; open it in ParaView'
	@echo '  results.h5         everything, in SI units (docs/results-format.md)'
	@echo '  observations.csv   what the observation points saw'
	@echo '  budget.csv         what came in, went out and stayed'

test: build
	@ctest --preset release -j $(JOBS) $(if $(LABELS),-L '$(LABELS)') $(if $(EXCLUDE),-LE '$(EXCLUDE)')

bench: configure
	@cmake --build --preset release --target galena_bench
	$(BUILD)/galena_bench --benchmark_out_format=json --benchmark_out=$(BUILD)/bench.json
	@echo 'The figures are in $(BUILD)/bench.json'

# Fails when a figure is worse than its tolerance, whether or not the test that made it noticed.
verify: build
	@scripts/verification-report start $(BUILD)/verification.csv
	@GALENA_VERIFICATION_CSV='$(CURDIR)/$(BUILD)/verification.csv' ctest --preset release -j $(JOBS) -L verification; \
	tests=$$?; scripts/verification-report finish $(BUILD)/verification.csv docs/verification.md && exit $$tests

examples: program
	@failed=; for site in examples/*/*.toml; do \
	    name=$$(basename $$(dirname $$site)); file=$$(basename $$site .toml); \
	    [ $$file = site ] || name=$$name/$$file; echo "== $$name"; \
	    $(BUILD)/galena run $$site --output $(RESULTS)/$$name || failed="$$failed $$name"; \
	done; \
	if [ -n "$$failed" ]; then echo "failed:$$failed" >&2; exit 1; fi

check-format:
	@command -v clang-format >/dev/null || { echo 'check-format needs clang-format (Debian package clang-format)' >&2; exit 1; }
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format --dry-run --Werror

clean:
	rm -rf build

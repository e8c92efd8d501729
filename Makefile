# One Makefile for the whole house.  Each variant has its own objects under
# build/VARIANT, so that all can live side by side:
#	release  what users run        debug  -O0, for gdb
#	asan     address and undefined-behaviour sanitizers, a clock for tests
#	tiny     asan with buffers of a few bytes, so that tests meet every edge
#	tsan     thread sanitizer
#	counted  release that runs under valgrind, for counts of instructions
#	fuzzing  what tests/fuzz/run builds with clang
# A room is a folder.  ROOM/stance-NAME.c is a program, every other file of the
# room goes into its archive, so a new file needs no line here.

PREFIX = /usr/local
DESTDIR =
CC = gcc
VARIANTS = release debug asan tiny tsan counted fuzzing
ROOMS = base net ingest classify store corpus cmd
JOBS := $(shell nproc 2>/dev/null || echo 2)

# Debian packages: to build, then to test, then to lint.
PACKAGES = gcc make pkg-config libxml2-dev libicu-dev libcurl4-openssl-dev \
	libpcre2-dev libstemmer-dev libzstd-dev zlib1g-dev libbrotli-dev libssl-dev libutf8proc-dev \
	libseccomp-dev libmicrohttpd-dev tzdata
TEST_PACKAGES = libcmocka-dev libjson-c-dev perl python3 jq zstd mandoc \
	openssl procps nghttp2-server valgrind
BENCH_PACKAGES = python3 jq grep python3-stemmer valgrind
LINT_PACKAGES = clang cppcheck clang-tidy clang-format shellcheck mandoc

CPPFLAGS = -D_GNU_SOURCE -I. $(shell pkg-config --cflags libxml-2.0)
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wformat=2 -Wvla -Wundef \
	-Wimplicit-fallthrough -Wswitch-enum -Wcast-qual $(if $(WERROR),-Werror)
CFLAGS = -std=c11 -g $(WARNINGS) -fno-strict-overflow -fPIE \
	-fstack-protector-strong -pthread
LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed -pthread
LIBS = -lcurl -lmicrohttpd -lxml2 -licui18n -licuuc -lpcre2-8 -lstemmer -lzstd -lz -lbrotlidec \
	-lcrypto -lutf8proc -lseccomp -lm
TEST_LIBS = -lcmocka -ljson-c

FLAGS_release = -O2 -D_FORTIFY_SOURCE=2
FLAGS_debug = -O0
FLAGS_asan = -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer -DSTANCE_TEST_CLOCK
FLAGS_tiny = $(FLAGS_asan) -DSTANCE_TINY
FLAGS_tsan = -O1 -fsanitize=thread
FLAGS_counted = $(FLAGS_release) -DSTANCE_LAX_JAIL
FLAGS_fuzzing = -O1 -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined -DSTANCE_LAX_JAIL

SOURCES := $(wildcard $(ROOMS:%=%/*.c) base/text/*.c)
PROGRAM_SOURCES := $(filter $(foreach r,$(ROOMS),$(r)/stance.c $(r)/stance-%.c),$(SOURCES))
PROGRAMS := $(notdir $(PROGRAM_SOURCES:.c=))
LIB_SOURCES := $(filter-out $(PROGRAM_SOURCES),$(SOURCES))
UNIT_SOURCES := $(wildcard tests/unit/*.c)
UNITS := $(UNIT_SOURCES:tests/unit/%.c=%)
FUZZ_SOURCES := $(filter-out tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c))
FUZZERS := $(FUZZ_SOURCES:tests/fuzz/%.c=%)
SCRIPTS := $(wildcard tests/*/*.t)
MANUALS := $(wildcard man/*.[1-8])

.PHONY: FORCE all deps deps-demo deps-test deps-lint demo check check-all bench fuzz \
	lint format install uninstall clean help $(VARIANTS)
.DELETE_ON_ERROR:
.SECONDARY:

# Objects, then the archives, which may refer to each other.
link = $(filter %.o,$(1)) -Wl,--start-group $(filter %.a,$(1)) -Wl,--end-group

# Short lines, or whole commands with V=1.
say = $(if $(V),,@echo '  $(1)  $(2)';)

all: release

# All rules of one variant.  $(1) is its name.
define variant
$(1): $$(PROGRAMS:%=build/$(1)/%)

build/$(1)/%.o: %.c build/.flags-$(1) | build/.ready
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)$$(CC) $$(CPPFLAGS) $$(CFLAGS) $$(FLAGS_$(1)) \
	    $$(if $$(filter base/path.c,$$<),-DSTANCE_DATADIR='"$$(PREFIX)/share/stance"') \
	    -MMD -MP -c -o $$@ $$<

# The flags of the last build: when they change, everything is made anew.
build/.flags-$(1): FORCE
	@mkdir -p build
	@echo '$$(CC) $$(CFLAGS) $$(FLAGS_$(1)) $$(PREFIX)' | cmp -s - $$@ || \
	    echo '$$(CC) $$(CFLAGS) $$(FLAGS_$(1)) $$(PREFIX)' >$$@

build/$(1)/tests/unit/%: build/$(1)/tests/unit/%.o $$(ROOMS:%=build/$(1)/lib/%.a)
	$$(call say,LD,$$@)$$(CC) $$(LDFLAGS) $$(FLAGS_$(1)) -o $$@ $$(call link,$$^) $$(TEST_LIBS) $$(LIBS)

# A fuzz target has libFuzzer's main(), else one that replays files.
build/$(1)/tests/fuzz/%: build/$(1)/tests/fuzz/%.o $$(ROOMS:%=build/$(1)/lib/%.a) \
    $(if $(filter fuzzing,$(1)),,build/$(1)/tests/fuzz/replay.o)
	$$(call say,LD,$$@)$$(CC) $$(LDFLAGS) $$(FLAGS_$(1)) \
	    $(if $(filter fuzzing,$(1)),-fsanitize=fuzzer) -o $$@ $$(call link,$$^) \
	    $$(LIBS)

build/$(1)/tests/bench/%: build/$(1)/tests/bench/%.o $$(ROOMS:%=build/$(1)/lib/%.a)
	$$(call say,LD,$$@)$$(CC) $$(LDFLAGS) $$(FLAGS_$(1)) -o $$@ $$(call link,$$^) $$(LIBS)

units-$(1): $$(UNITS:%=build/$(1)/tests/unit/%) $$(FUZZERS:%=build/$(1)/tests/fuzz/%)

-include $$(SOURCES:%.c=build/$(1)/%.d) $$(UNIT_SOURCES:%.c=build/$(1)/%.d) \
    $$(FUZZ_SOURCES:%.c=build/$(1)/%.d)
endef
$(foreach v,$(VARIANTS),$(eval $(call variant,$(v))))

# The archive of one room.  $(1) variant, $(2) room.
define room
build/$(1)/lib/$(2).a: $$(patsubst %.c,build/$(1)/%.o,$$(filter $(2)/%,$$(LIB_SOURCES)))
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(call say,AR,$$@)ar rcs $$@ $$^
endef
$(foreach v,$(VARIANTS),$(foreach r,$(ROOMS),$(eval $(call room,$(v),$(r)))))

# A program is linked from its own file, its room, net and base, never from
# another room.  $(1) variant, $(2) source, $(3) room.
define program
build/$(1)/$(notdir $(2:.c=)): build/$(1)/$(2:.c=.o) $(sort build/$(1)/lib/$(3).a \
    build/$(1)/lib/net.a build/$(1)/lib/base.a)
	$$(call say,LD,$$@)$$(CC) $$(LDFLAGS) $$(FLAGS_$(1)) -o $$@ $$(call link,$$^) $$(LIBS)
endef
$(foreach v,$(VARIANTS),$(foreach s,$(PROGRAM_SOURCES),$(eval $(call program,$(v),$(s),$(firstword $(subst /, ,$(s)))))))

FORCE:

# Say what is missing once instead of a hundred compiler errors.
build/.ready:
	@mkdir -p build
	@echo '#include <libxml/parser.h>' | $(CC) $(CPPFLAGS) -E - >/dev/null 2>&1 || \
	    { echo "libraries are missing: 'make deps' installs them" >&2; exit 1; }
	@for h in unicode/ucnv.h curl/curl.h pcre2.h libstemmer.h zstd.h zlib.h brotli/decode.h openssl/evp.h \
	    utf8proc.h seccomp.h microhttpd.h; do \
	    printf '#define PCRE2_CODE_UNIT_WIDTH 8\n#include <stdarg.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <%s>\n' $$h | \
	    $(CC) -E - >/dev/null 2>&1 || \
	    { echo "$$h is missing: 'make deps' installs it" >&2; exit 1; }; done
	@touch $@

# $(1): packages.  Installs what dpkg does not know as installed, and says so.
install_packages = missing=; \
	command -v dpkg-query >/dev/null || { echo "not a Debian system: install by hand: $(1)" >&2; exit 0; }; \
	for p in $(1); do \
	    dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	[ -z "$$missing" ] && exit 0; \
	echo "installing:$$missing"; \
	as_root=; [ "$$(id -u)" = 0 ] || as_root=sudo; \
	log=$$(mktemp); \
	{ $$as_root apt-get update && DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y --no-install-recommends $$missing; } >$$log 2>&1 || \
	    { cat $$log >&2; rm -f $$log; exit 1; }; rm -f $$log

deps:
	@$(call install_packages,$(PACKAGES))

deps-demo:
	@$(call install_packages,$(PACKAGES) python3)

deps-test:
	@$(call install_packages,$(PACKAGES) $(TEST_PACKAGES))

deps-lint:
	@$(call install_packages,$(PACKAGES) $(TEST_PACKAGES) $(LINT_PACKAGES))

# The libraries must be there before the first file is compiled, so the two
# commands for newcomers install first and then start over.
demo:
	@$(MAKE) --no-print-directory deps-demo
	@$(MAKE) --no-print-directory -s -j$(JOBS) release
	@tests/demo/run build/release

check check-all:
	@$(MAKE) --no-print-directory deps-test
	@$(MAKE) --no-print-directory -j$(JOBS) WERROR=1 release asan units-release units-asan
ifneq ($(filter check-all,$(MAKECMDGOALS)),)
	@$(MAKE) --no-print-directory -j$(JOBS) WERROR=1 build/counted/stance-classify
endif
	@tests/run $(if $(filter check-all,$@),--long) release asan
ifneq ($(filter check-all,$(MAKECMDGOALS)),)
	@$(MAKE) --no-print-directory -j$(JOBS) WERROR=1 tiny units-tiny
	@tests/run --long tiny
	@$(MAKE) --no-print-directory -j$(JOBS) WERROR=1 tsan
	@TESTS='tests/classify/filter.t tests/classify/needed.t tests/store/edits.t' tests/run tsan
endif

bench: release build/counted/stance-classify
	@$(call install_packages,$(BENCH_PACKAGES))
	@tests/bench/run build/release

fuzz:
	@tests/fuzz/run $(FUZZ)

lint: deps-lint
	@$(MAKE) --no-print-directory -s -j$(JOBS) release
	@tests/lint/run

format:
	clang-format -i $(SOURCES) $(UNIT_SOURCES) $(wildcard base/*.h base/text/*.h $(ROOMS:%=%/*.h))

install: release
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/stance
	install $(PROGRAMS:%=build/release/%) $(DESTDIR)$(PREFIX)/bin
	cp -R rules $(DESTDIR)$(PREFIX)/share/stance/
	install -d $(DESTDIR)$(PREFIX)/share/stance/corpus
	cp -R corpus/CODEBOOK.md corpus/gold $(DESTDIR)$(PREFIX)/share/stance/corpus/
	for m in $(MANUALS); do \
	    install -D -m 644 $$m $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m##*/} || exit 1; done

uninstall:
	rm -f $(PROGRAMS:%=$(DESTDIR)$(PREFIX)/bin/%)
	rm -rf $(DESTDIR)$(PREFIX)/share/stance
	for m in $(MANUALS); do \
	    rm -f $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m##*/}; done

clean:
	rm -rf build

help:
	@echo 'make            build build/release'
	@echo 'make demo       install what is missing, build, run a small newsroom'
	@echo 'make check      install what is missing, build, test (release and asan)'
	@echo 'make check-all  the same with long loops and tiny buffers'
	@echo 'make deps       install the libraries (Debian packages)'
	@echo 'make bench      measure; JSON Lines on standard output'
	@echo 'make fuzz       fuzz each target for a minute (FUZZ="SECONDS TARGET...")'
	@echo 'make lint       layers, names, manuals, static analysis'
	@echo 'make install    into PREFIX ($(PREFIX)), DESTDIR is honoured'
	@echo 'variants        make $(VARIANTS)'

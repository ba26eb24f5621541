# fuzz.mk: the fuzz targets, each source compiled once for all of them. make -f tests/fuzz/fuzz.mk OUT=DIR
# A target whose first lines say "/* sources: PATTERN… */" needs these; else base/ and model/. No SDL, no media.
OUT ?= build/fuzz
PKGS = jansson libsodium libconfuse icu-i18n icu-uc sqlite3 libzstd
FLAGS = -std=gnu11 -O1 -g -Isrc -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined \
        -Wno-unknown-warning-option $(shell pkg-config --cflags $(PKGS))
LIBS = $(shell pkg-config --libs $(PKGS)) -lm
TARGETS = $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

all: $(TARGETS:%=$(OUT)/%/fuzz)

named = $(shell sed -n 's|^/\* sources: \(.*\) \*/$$|\1|p' tests/fuzz/fuzz_$(1).c)
sources = $(wildcard $(or $(call named,$(1)),src/base/*.c src/model/*.c))
define target
$(OUT)/$(1)/fuzz: $(OUT)/obj/tests/fuzz/fuzz_$(1).o $(patsubst %.c,$(OUT)/obj/%.o,$(call sources,$(1)))
	@mkdir -p $$(@D)
	clang $(FLAGS) -fsanitize=fuzzer -o $$@ $$^ $(LIBS)
endef
$(foreach t,$(TARGETS),$(eval $(call target,$(t))))

$(OUT)/obj/%.o: %.c
	@mkdir -p $(@D)
	clang $(FLAGS) -MMD -c $< -o $@

-include $(shell find $(OUT)/obj -name '*.d' 2>/dev/null)
.PHONY: all

# Weike. `make run` and `make test` do all set-up. MODE=asan|ubsan|tsan builds apart under build/$(MODE).
#
# Each folder of src/ is a layer and becomes one archive; the folders inside it are its nouns. A program or unit test
# links its layer and those below. sync/ is also a shared object, which the kiosk loads after its first picture; films play in weike-player.

MODE ?= release
BUILD ?= $(if $(filter release,$(MODE)),build,build/$(MODE))
PREFIX ?= /usr/local
DESTDIR ?=
CC ?= cc

pkg = $(shell pkg-config $(1) $(2) 2>/dev/null)

WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla -Wno-missing-field-initializers -Wno-format-truncation -Wno-override-init
OPT_release = -O2 -g
OPT_asan = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
OPT_ubsan = -O1 -g -fsanitize=undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
OPT_tsan = -O1 -g -fsanitize=thread -fno-omit-frame-pointer
$(if $(OPT_$(MODE)),,$(error MODE is release, asan, ubsan or tsan, not "$(MODE)"))
CFLAGS += -std=gnu11 $(WARN) $(OPT_$(MODE)) -fPIC -pthread -Isrc -MMD -MP
LDFLAGS += $(OPT_$(MODE)) -pthread -rdynamic -Wl,--as-needed

# Packages by layer; a layer sees its own and those below.
PKG_base = jansson libsodium libconfuse icu-i18n icu-uc
PKG_model =
PKG_store = sqlite3
PKG_pack = libzstd
PKG_sync = libcurl libudev zlib
PKG_web = libmicrohttpd
PKG_hub =
PKG_media = libavformat libavcodec libavutil libswresample libswscale sdl2 libopusenc
PKG_gfx = sdl2 SDL2_ttf SDL2_image fontconfig icu-uc
PKG_ui =
PKG_app = rime
PKG_tool = pangocairo cairo
LIB_media = -lsonic -lyuv
PKG_CFLAGS := $(call pkg,--cflags,$(PKG_base) $(PKG_store) $(PKG_pack) $(PKG_sync) $(PKG_web) $(PKG_media) $(PKG_gfx) $(PKG_app))
CFLAGS += $(PKG_CFLAGS)

LAYERS = base model store flow pack web media sync gfx ui app tool hub
# Programs of their own, that the kiosk starts.
MAINS = src/media/player/player_main.c src/media/voice/mouth_main.c src/media/microphone/recorder_main.c src/app/keyboard/pinyin_main.c
SRC_of = $(filter-out $(MAINS),$(wildcard src/$(1)/*.c src/$(1)/*/*.c))
OBJ_of = $(patsubst src/%.c,$(BUILD)/obj/%.o,$(call SRC_of,$(1)))
ar_of = $(foreach l,$(1),$(BUILD)/lib/lib$(l).a)
libs_of = $(foreach l,$(1),$(LIB_$(l))) $(call pkg,--libs,$(foreach l,$(1),$(PKG_$(l)))) -lm -ldl

# Highest first: what a module of each layer links.
LINK_base = base
LINK_model = model base
LINK_store = store model base
LINK_pack = pack store media model base
LINK_media = media model base
LINK_sync = sync pack store media model base
LINK_gfx = gfx base
LINK_ui = ui gfx model base
LINK_app = app ui gfx flow pack store media model base
LINK_flow = flow store model base
LINK_tool = tool sync pack store media model base
LINK_web = web pack store media model base
LINK_hub = hub web sync pack store media model base

# The build's floor for dates: no honest clock can show less than the last commit.
EPOCH := $(shell git log -1 --format=%ct 2>/dev/null || echo 1767225600)
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

PROGRAMS = $(BUILD)/weike $(BUILD)/weike-player $(BUILD)/weike-voice $(BUILD)/weike-recorder $(BUILD)/weike-pinyin $(BUILD)/weikectl $(BUILD)/weike-hub
all: $(PROGRAMS) $(BUILD)/weike-sync.so $(BUILD)/locale/zh_CN/LC_MESSAGES/weike.mo

$(BUILD)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c $< -o $@
$(BUILD)/obj/base/clock.o: CFLAGS += -DWEIKE_SOURCE_EPOCH=$(EPOCH)
$(BUILD)/obj/tool/print.o: CFLAGS += $(call pkg,--cflags,$(PKG_tool))
$(BUILD)/obj/base/version.o: $(wildcard .git/logs/HEAD)
$(BUILD)/obj/base/version.o: CFLAGS += -DWEIKE_VERSION='"$(VERSION)"'

define layer
$(BUILD)/lib/lib$(1).a: $$(call OBJ_of,$(1))
	@mkdir -p $$(@D); rm -f $$@
	ar rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call layer,$(l))))

# Whole, because weike-sync.so resolves its calls into the program that loads it.
# What makes packages (and needs FFmpeg to look at films) has no place in a kiosk.
READING = $(filter-out $(BUILD)/obj/pack/author/%,$(call OBJ_of,pack))
# Films play in a process of their own; the kiosk has only its side of the link and what paints pictures. So do the microphone
# and pinyin (librime): neither costs the start anything, and what goes wrong in them is not the kiosk's.
SCREENSIDE = $(filter $(BUILD)/obj/media/client/%,$(call OBJ_of,media))
$(BUILD)/weike: $(call ar_of,$(LINK_app)) $(SCREENSIDE)
	$(CC) $(LDFLAGS) -o $@ $(call ar_of,app ui gfx flow) $(SCREENSIDE) $(READING) -Wl,--whole-archive $(call ar_of,store model base) -Wl,--no-whole-archive -lyuv $(call libs_of,app ui gfx pack store model base)
$(BUILD)/weike-player: $(BUILD)/obj/media/player/player_main.o $(call ar_of,$(LINK_media))
	$(CC) $(LDFLAGS) -o $@ $^ $(call libs_of,$(LINK_media))
# Speaks and plays short sounds; linked with no FFmpeg, so that it is there 60 ms after a tap.
VOICE_PARTS = $(BUILD)/obj/media/voice/mouth_main.o $(filter $(BUILD)/obj/media/voice/% $(BUILD)/obj/media/sound/%,$(call OBJ_of,media))
$(BUILD)/obj/media/voice/mouth_main.o: CFLAGS += $(call pkg,--cflags,opusfile)
$(BUILD)/weike-voice: $(VOICE_PARTS) $(BUILD)/lib/libbase.a
	$(CC) $(LDFLAGS) -o $@ $^ -lespeak-ng $(call pkg,--libs,opusfile sdl2) $(call libs_of,base)
$(BUILD)/weike-recorder: $(BUILD)/obj/media/microphone/recorder_main.o $(BUILD)/obj/media/microphone/recorder_opus.o $(BUILD)/lib/libbase.a
	$(CC) $(LDFLAGS) -o $@ $^ $(call pkg,--libs,sdl2 libopusenc $(PKG_base)) -lm
$(BUILD)/weike-pinyin: $(BUILD)/obj/app/keyboard/pinyin_main.o $(BUILD)/obj/app/keyboard/pinyin_rime.o $(BUILD)/obj/app/keyboard/pinyin_reply.o $(BUILD)/lib/libbase.a
	$(CC) $(LDFLAGS) -o $@ $^ $(call pkg,--libs,rime $(PKG_base)) -lm
$(BUILD)/weikectl: $(call ar_of,$(LINK_tool))
	$(CC) $(LDFLAGS) -o $@ $(call ar_of,$(LINK_tool)) $(call libs_of,$(LINK_tool))
$(BUILD)/weike-hub: $(call ar_of,$(LINK_hub))
	$(CC) $(LDFLAGS) -o $@ $(call ar_of,$(LINK_hub)) $(call libs_of,$(LINK_hub))

$(BUILD)/weike-sync.so: $(call ar_of,sync)
	$(CC) $(LDFLAGS) -shared -o $@ -Wl,--whole-archive $(call ar_of,sync) -Wl,--no-whole-archive $(call libs_of,sync)

$(BUILD)/locale/zh_CN/LC_MESSAGES/weike.mo: assets/po/zh_CN.po
	@mkdir -p $(@D)
	msgfmt --check-format -o $@ $<

# Unit tests: tests/unit/LAYER/test_x.c is about module x of that layer and links it and those below.
define unit
$(BUILD)/test/$(notdir $(1)): $(BUILD)/obj/test/$(1).o $$(call ar_of,$$(LINK_$(patsubst %/,%,$(dir $(1)))))
	@mkdir -p $$(@D)
	$$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) $$(call ar_of,$$(LINK_$(patsubst %/,%,$(dir $(1))))) $$(call libs_of,$$(LINK_$(patsubst %/,%,$(dir $(1))))) -lcmocka
endef
UNITS = $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*/test_*.c))
$(foreach u,$(UNITS),$(eval $(call unit,$(u))))
$(BUILD)/obj/test/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -Itests/unit -c $< -o $@
unit-tests: $(foreach u,$(UNITS),$(BUILD)/test/$(notdir $(u)))

# --- what people type ---

# On all processors, unless make was already told how many.
PARALLEL = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

# Set-up first, then a second make that sees the libraries which the first may just have brought.
run: deps
	@$(MAKE) --no-print-directory $(PARALLEL) -s village
	@packaging/run.sh $(BUILD)
tour: deps
	@$(MAKE) --no-print-directory $(PARALLEL) -s village
	@tests/tour/tour.sh $(BUILD)
# Every screen, language, size of letters and panel, measured as UX rules ask; a slice of it is in `make test`.
eyes: deps
	@$(MAKE) --no-print-directory $(PARALLEL) -s village
	@tests/e2e/eyes.sh $(BUILD) all
test: deps
	@$(MAKE) --no-print-directory $(PARALLEL) -s test-all
# Some of it, by name: make check T=room. Without T it says how.
check: $(if $(T),deps)
	@tests/check.sh $(BUILD) $(MODE) $(T)
deps:
	@packaging/deps.sh build

# Demo lessons, built and signed; and a data directory with the demo village in it.
content: all
	@WEIKECTL=$(abspath $(BUILD))/weikectl content/build.sh $(BUILD)/content
village: content
	@packaging/village.sh $(BUILD) $(BUILD)/village

test-programs: all unit-tests powercut-tools bench-tools
test-all: test-programs
	@tests/run.sh $(BUILD) $(MODE)
lint:
	@tests/lint/lint.sh
bench: deps
	@$(MAKE) --no-print-directory $(PARALLEL) -s village bench-tools
	@tests/bench/bench.sh $(BUILD)
fuzz: deps
	@tests/fuzz/run.sh $(BUILD) $(or $(SECONDS_EACH),600)
faults: deps
	@$(MAKE) --no-print-directory $(PARALLEL) -s test-programs
	@tests/faults/run.sh $(BUILD)
powercut: deps
	@$(MAKE) --no-print-directory $(PARALLEL) -s all powercut-tools
	@tests/powercut/run.sh $(BUILD) all
fonts:
	@fonts/subset.sh $(BUILD)

# Programs that are not cmocka tests of one module: tests/bench/x.c, tests/powercut/x.c -> $(BUILD)/test/x.
define tool
$(BUILD)/test/$(notdir $(basename $(1))): $(1) $$(call ar_of,$$(LINK_tool))
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS) $$(LDFLAGS) -MF $$@.d -o $$@ $(1) $$(call ar_of,$$(LINK_tool)) $$(call libs_of,$$(LINK_tool)) -lcmocka
endef
BENCH_TOOLS = $(wildcard tests/bench/*.c)
POWERCUT_TOOLS = $(wildcard tests/powercut/*.c)
$(foreach t,$(BENCH_TOOLS) $(POWERCUT_TOOLS),$(eval $(call tool,$(t))))
bench-tools: $(patsubst tests/bench/%.c,$(BUILD)/test/%,$(BENCH_TOOLS))
powercut-tools: $(patsubst tests/powercut/%.c,$(BUILD)/test/%,$(POWERCUT_TOOLS))

install: all
	install -Dm755 $(BUILD)/weike $(DESTDIR)$(PREFIX)/bin/weike
	install -Dm755 $(BUILD)/weikectl $(DESTDIR)$(PREFIX)/bin/weikectl
	install -Dm755 $(BUILD)/weike-hub $(DESTDIR)$(PREFIX)/bin/weike-hub
	install -Dm644 $(BUILD)/weike-sync.so $(DESTDIR)$(PREFIX)/lib/weike/weike-sync.so
	install -Dm755 $(BUILD)/weike-player $(DESTDIR)$(PREFIX)/lib/weike/weike-player
	install -Dm755 $(BUILD)/weike-voice $(DESTDIR)$(PREFIX)/lib/weike/weike-voice
	install -Dm755 $(BUILD)/weike-recorder $(DESTDIR)$(PREFIX)/lib/weike/weike-recorder
	install -Dm755 $(BUILD)/weike-pinyin $(DESTDIR)$(PREFIX)/lib/weike/weike-pinyin
	install -Dm644 $(BUILD)/locale/zh_CN/LC_MESSAGES/weike.mo $(DESTDIR)$(PREFIX)/share/locale/zh_CN/LC_MESSAGES/weike.mo
	install -Dm644 packaging/weike.1 $(DESTDIR)$(PREFIX)/share/man/man1/weike.1
	install -Dm644 packaging/weikectl.1 $(DESTDIR)$(PREFIX)/share/man/man1/weikectl.1
	install -Dm644 packaging/weike-hub.1 $(DESTDIR)$(PREFIX)/share/man/man1/weike-hub.1
	install -Dm644 packaging/weike-keys.7 $(DESTDIR)$(PREFIX)/share/man/man7/weike-keys.7
	install -Dm644 packaging/weike-hub.service $(DESTDIR)$(PREFIX)/lib/systemd/system/weike-hub.service
	install -Dm644 packaging/90-weike-stick.rules $(DESTDIR)$(PREFIX)/lib/udev/rules.d/90-weike-stick.rules
	install -Dm644 packaging/nginx-weike.conf $(DESTDIR)$(PREFIX)/share/doc/weike/nginx-weike.conf
	install -Dm644 packaging/weike.conf.5 $(DESTDIR)$(PREFIX)/share/man/man5/weike.conf.5
	install -Dm644 packaging/weike.desktop $(DESTDIR)$(PREFIX)/share/applications/weike.desktop
	install -Dm644 packaging/weike.svg $(DESTDIR)$(PREFIX)/share/icons/hicolor/scalable/apps/weike.svg

clean:
	rm -rf build

.PHONY: all run tour eyes test test-all check deps content village lint bench bench-tools test-programs faults fuzz powercut powercut-tools fonts install clean unit-tests
-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

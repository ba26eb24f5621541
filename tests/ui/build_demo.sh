#!/bin/sh
# Builds the widget demo: tests/ui/build_demo.sh [BUILD]; leaves $BUILD/test/ui_demo.
set -eu
build=${1:-build}
make -s BUILD="$build" "$build/lib/libui.a" "$build/lib/libgfx.a" "$build/lib/libbase.a" "$build/lib/libmodel.a"
mkdir -p "$build/test"
pkgs="jansson libsodium libconfuse icu-i18n icu-uc sdl2 SDL2_ttf SDL2_image fontconfig"
# shellcheck disable=SC2046,SC2086
${CC:-cc} -std=gnu11 -Wall -Wextra -Wno-override-init -Wno-missing-field-initializers -O2 -g ${CFLAGS:-} -pthread -Isrc $(pkg-config --cflags $pkgs) tests/ui/demo.c \
    "$build/lib/libui.a" "$build/lib/libgfx.a" "$build/lib/libmodel.a" "$build/lib/libbase.a" \
    -Wl,--as-needed $(pkg-config --libs $pkgs) -lm -o "$build/test/ui_demo"

#!/bin/bash
# HLS, concat:, file: and http: inside a film: nothing but its own bytes is ever opened.
# shellcheck source=tests/faults/kit.sh
source "$(dirname "$0")/kit.sh"
export SDL_AUDIODRIVER=dummy
cd "$ROOT" || exit 1
unit test_media_input refuses_what_refers_elsewhere nothing_else_can_be_opened_from_it
unit test_sandbox no_network

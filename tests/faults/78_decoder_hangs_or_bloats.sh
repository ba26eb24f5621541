#!/bin/bash
# A film that hangs its decoder, or makes it ask for all memory: given up after five seconds.
# shellcheck source=tests/faults/kit.sh
source "$(dirname "$0")/kit.sh"
export SDL_AUDIODRIVER=dummy
cd "$ROOT" || exit 1
unit test_remote a_hanging_process_is_not_waited_for
unit test_sandbox memory_has_a_ceiling

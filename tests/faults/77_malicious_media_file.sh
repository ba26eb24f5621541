#!/bin/bash
# A film that takes over, kills or floods its decoder: one lesson fails with a sentence, the kiosk and the next lesson go on.
# shellcheck source=tests/faults/kit.sh
source "$(dirname "$0")/kit.sh"
export SDL_AUDIODRIVER=dummy
cd "$ROOT" || exit 1
unit test_sandbox no_network no_other_programs
unit test_remote a_killed_process_fails_the_lesson_only a_hostile_process_is_not_believed
unit test_player_main survives_damage

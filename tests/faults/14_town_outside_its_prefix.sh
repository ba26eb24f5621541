#!/bin/bash
# A town's key speaks for its own prefix only, and never over the main channel.
source "$(dirname "$0")/kit.sh"
unit test_root a_town_keeps_to_its_prefix a_channel_does_not_vanish

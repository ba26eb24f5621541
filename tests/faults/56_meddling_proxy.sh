#!/bin/bash
# A box on the way that strips ranges, compresses what nobody asked for, makes up ETags, keeps an old list: at worst
# slower, or nothing new; never a splice.
source "$(dirname "$0")/kit.sh"
unit test_http squeezed_unasked
unit test_fetch_blob proxies_that_meddle
unit test_fetch an_older_list_is_refused

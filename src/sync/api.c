#include "sync/api.h"

const struct sync_api weike_sync_api = {
    .version = SYNC_API_VERSION,
    .sizes = SYNC_API_SIZES,
    .syncer_new = syncer_new,
    .syncer_try_now = syncer_try_now,
    .syncer_pause = syncer_pause,
    .syncer_borrow = syncer_borrow,
    .syncer_view_get = syncer_view_get,
    .syncer_view_release = syncer_view_release,
    .syncer_free = syncer_free,
    .stick_watch_new = stick_watch_new,
    .stick_watch_list = stick_watch_list,
    .stick_watch_free = stick_watch_free,
    .stick_open = stick_open,
    .stick_step = stick_step,
    .stick_start = stick_start,
    .stick_cancel = stick_cancel,
    .stick_progress_get = stick_progress_get,
    .stick_install = stick_install,
    .stick_close = stick_close,
};

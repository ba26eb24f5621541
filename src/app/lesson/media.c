#define LOG_MODULE "media"
#include "app/lesson/media.h"
#include "app/core/installed.h"
#include "base/helper.h"
#include "base/log.h"
#include "media/client/remote.h"

#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char *program; /* path of weike-player; NULL: there is none */
static struct err why;

static void find(void)
{
    program = installed_program("weike-player");
    if (!program)
        err_set(&why, ERR_MISSING, "the player (weike-player) is not installed beside this program");
}

void media_settle(void)
{
    remote_api()->settle();
    (void)helper_settle(HELPER_GRACE_MS);
}

const struct media_api *media_load(struct err *e)
{
    pthread_once(&once, find);
    if (!program && e)
        *e = why;
    return program && remote_prepare(program, e) ? remote_api() : NULL;
}

const struct media_api *media_api(void)
{
    struct err e = ERR_INIT;
    const struct media_api *api = media_load(&e);
    if (!api)
        log_error("%s", e.text);
    return api;
}

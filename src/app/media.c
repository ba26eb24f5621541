#include "app/media.h"

#include "base/fs.h"
#include "base/str.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const struct media_api *loaded;
static struct err why;

static char *beside_program(const char *rel)
{
    char exe[4096];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    exe[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(exe, '/');
    if (slash)
        *slash = '\0';
    return fs_join(slash ? exe : ".", rel);
}

static void load(void)
{
    static const char *const places[] = {"weike-media.so", "../lib/weike/weike-media.so"};
    void *object = NULL;
    for (size_t i = 0; i < sizeof places / sizeof *places && !object; i++) {
        char *path = beside_program(places[i]);
        if (fs_exists(path) && !(object = dlopen(path, RTLD_LAZY | RTLD_LOCAL)))
            err_set(&why, ERR_DAMAGED, "the player cannot be loaded: %s", dlerror());
        free(path);
    }
    if (!object) {
        if (why.kind == ERR_NONE)
            err_set(&why, ERR_MISSING, "the player (weike-media.so) is not installed beside this program");
        return;
    }
    const struct media_api *api = dlsym(object, "weike_media_api");
    if (!api || api->version != MEDIA_API_VERSION)
        err_set(&why, ERR_DAMAGED, "weike-media.so belongs to another version of this program");
    else
        loaded = api;
}

const struct media_api *media_load(struct err *e)
{
    pthread_once(&once, load);
    if (!loaded && e)
        *e = why;
    return loaded;
}

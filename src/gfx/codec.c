#include "gfx/codec.h"

#include <dlfcn.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct codec codec;
static struct err why;

static void load(void)
{
    void *object = dlopen("libSDL2_image-2.0.so.0", RTLD_LAZY | RTLD_LOCAL); /* never closed: pictures may come any time */
    if (object) {
        *(void **)&codec.load = dlsym(object, "IMG_Load_RW"); /* POSIX lets a symbol's address become a function's so */
        *(void **)&codec.save_png = dlsym(object, "IMG_SavePNG");
    }
    if (!codec.load || !codec.save_png)
        err_set(&why, ERR_MISSING, "pictures cannot be decoded: %s; install libsdl2-image-2.0-0", dlerror());
}

const struct codec *codec_get(struct err *e)
{
    pthread_once(&once, load);
    if (codec.load && codec.save_png)
        return &codec;
    if (e)
        *e = why;
    return NULL;
}

#include "pack/author/rendition.h"
#include "base/fs.h"
#include "pack/author/child.h"

#include <stdlib.h>
#include <string.h>

bool rendition_wanted(const struct probe *p, enum rendition_weight w)
{
    switch (w) {
    case WEIGHT_LIGHT: return p->has_audio;
    case WEIGHT_480P: return p->has_video;
    case WEIGHT_720P: return p->has_video && p->height_px > 480;
    default: return false;
    }
}

struct args { const char *v[64]; int n; };

static void add(struct args *a, const char *const *more)
{
    for (; *more && a->n < 63; more++)
        a->v[a->n++] = *more;
    a->v[a->n] = NULL;
}
#define ADD(a, ...) add(a, (const char *const[]){ __VA_ARGS__, NULL })

/* Bit-exact and without dates, so that the same film gives the same bytes. */
static void add_sound(struct args *a, const struct probe *p)
{
    if (p->has_audio)
        ADD(a, "-map", "0:a:0", "-c:a", "libopus", "-b:a", "24k", "-ac", "1", "-ar", "48000", "-af",
            "loudnorm=I=-16:TP=-1.5:LRA=11");
    ADD(a, "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a",
        "+bitexact");
}

static bool run(const char *url, const struct probe *p, const char *filter, bool av1, const char *out, struct err *e)
{
    struct args a = { .n = 0 };
    ADD(&a, "ffmpeg", "-nostdin", "-v", "error", "-y", "-i", url);
    if (filter)
        ADD(&a, "-map", "0:v:0", "-vf", filter);
    if (filter && av1)
        ADD(&a, "-c:v", "libsvtav1", "-preset", "6", "-crf", "38", "-g", "240");
    else if (filter)
        ADD(&a, "-c:v", "libx264", "-preset", "slow", "-crf", "26", "-profile:v", "high");
    add_sound(&a, p);
    if (filter)
        ADD(&a, "-movflags", "+faststart");
    ADD(&a, out);
    return child_run(a.v, NULL, e);
}

bool rendition_make(const char *media, const struct probe *p, enum rendition_weight w, const char *folder,
                    char **out_path, struct err *e)
{
    const char *filter = w == WEIGHT_480P ? "scale=-2:'min(480,ih)',format=yuv420p"
                         : w == WEIGHT_720P ? "scale=-2:'min(720,ih)',format=yuv420p" : NULL;
    char *url = mem_printf("file:%s", media);
    char *path = mem_printf("%s/%s.%s", folder, rendition_weight_name(w), filter ? "mp4" : "opus");
    char *out = mem_printf("file:%s", path);
    bool ok = run(url, p, filter, true, out, e);
    if (!ok && filter && e->kind != ERR_MISSING) /* no AV1 encoder in this ffmpeg, or it does not like the film */
        ok = run(url, p, filter, false, out, e);
    free(url);
    free(out);
    if (ok)
        *out_path = path;
    else
        free(path);
    return ok || err_at(e, "making the %s form of %s", rendition_weight_name(w), media);
}

bool rendition_stills(const char *media, const char *folder, struct err *e)
{
    char *url = mem_printf("file:%s", media), *out = mem_printf("file:%s/still%%04d.webp", folder);
    char *filter = mem_printf("select='isnan(prev_selected_t)+gte(t-prev_selected_t,%d)',scale=-2:'min(480,ih)'",
                              RENDITION_STILL_MS / 1000);
    const char *const argv[] = { "ffmpeg", "-nostdin", "-v", "error", "-y", "-i", url, "-map", "0:v:0", "-vf", filter,
                                 "-vsync", "vfr", "-c:v", "libwebp", "-quality", "70", "-map_metadata", "-1",
                                 "-f", "image2", out, NULL };
    bool ok = child_run(argv, NULL, e);
    free(url);
    free(out);
    free(filter);
    return ok || err_at(e, "taking stills from %s", media);
}

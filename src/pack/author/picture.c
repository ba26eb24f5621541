#include "pack/author/picture.h"
#include "base/fs.h"
#include "pack/author/child.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const struct { const char *ext, *type, *magic; size_t at, len; } kinds[] = {
    { ".svg", "image/svg+xml", "", 0, 0 },
    { ".webp", "image/webp", "WEBP", 8, 4 },
    { ".png", "image/png", "\x89PNG", 0, 4 },
    { ".jpg", "image/jpeg", "\xff\xd8", 0, 2 },
    { ".jpeg", "image/jpeg", "\xff\xd8", 0, 2 },
};

static bool begins_right(const char *path, size_t at, const char *magic, size_t len, struct err *e)
{
    char first[16] = { 0 };
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return err_errno(e, "opening %s", path);
    ssize_t n = read(fd, first, sizeof first);
    close(fd);
    if (n < (ssize_t)(at + len) || memcmp(first + at, magic, len) != 0)
        return err_set(e, ERR_INVALID, "%s is not the kind of picture its name says", path);
    return true;
}

bool picture_type(const char *path, const char **out, struct err *e)
{
    const char *ext = strrchr(path, '.');
    for (size_t i = 0; ext && i < sizeof kinds / sizeof *kinds; i++)
        if (strcasecmp(ext, kinds[i].ext) == 0) {
            if (!begins_right(path, kinds[i].at, kinds[i].magic, kinds[i].len, e))
                return false;
            *out = kinds[i].type;
            return true;
        }
    return err_set(e, ERR_UNSUPPORTED, "%s: pictures may be .svg, .webp, .png or .jpg", path);
}

bool picture_draw(const char *svg, const char *webp, const char *scratch, struct err *e)
{
    char width[16], height[16];
    char *png = fs_join(scratch, "picture.png");
    snprintf(width, sizeof width, "%d", PICTURE_WIDTH_PX);
    snprintf(height, sizeof height, "%d", PICTURE_HEIGHT_PX);
    const char *const draw[] = { "rsvg-convert", "--keep-aspect-ratio", "-b", "white", "-f", "png", "-w", width,
                                 "-h", height, "-o", png, "--", svg, NULL };
    const char *const squeeze[] = { "cwebp", "-quiet", "-q", "82", "-m", "6", png, "-o", webp, NULL };
    const char *const other[] = { "ffmpeg", "-nostdin", "-v", "error", "-y", "-i", png, "-c:v", "libwebp", "-quality",
                                  "82", "-compression_level", "6", "-map_metadata", "-1", webp, NULL };
    bool ok = child_run(draw, NULL, e);
    if (ok && !child_run(squeeze, NULL, e))
        ok = e->kind == ERR_MISSING && child_run(other, NULL, e);
    unlink(png);
    free(png);
    return ok || err_at(e, "drawing %s", svg);
}

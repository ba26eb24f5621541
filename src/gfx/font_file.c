#include "gfx/font_file.h"
#include "base/str.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096 };

struct font_file {
    int fd;
    Sint64 size, at;
    Sint64 page_at; /* place in the file of what `page` holds */
    size_t page_len;
    char page[PAGE];
};

static struct font_file *of(SDL_RWops *rw)
{
    return rw->hidden.unknown.data1;
}

static Sint64 file_size(SDL_RWops *rw)
{
    return of(rw)->size;
}

static Sint64 file_seek(SDL_RWops *rw, Sint64 offset, int whence)
{
    struct font_file *f = of(rw);
    Sint64 from = whence == RW_SEEK_SET ? 0 : whence == RW_SEEK_CUR ? f->at : f->size;
    if (offset < -from || offset > f->size - from)
        return SDL_SetError("beyond the end of the font");
    return f->at = from + offset;
}

static bool in_page(const struct font_file *f)
{
    return f->at >= f->page_at && f->at < f->page_at + (Sint64)f->page_len;
}

/* Up to `len` bytes from where we are; 0 at the end or when the disk fails. */
static size_t read_some(struct font_file *f, char *to, size_t len)
{
    if (!in_page(f) && len >= PAGE) {
        ssize_t n = pread(f->fd, to, len, f->at);
        return n > 0 ? (size_t)n : 0;
    }
    if (!in_page(f)) {
        ssize_t n = pread(f->fd, f->page, PAGE, f->at);
        f->page_at = f->at;
        f->page_len = n > 0 ? (size_t)n : 0;
    }
    size_t skip = (size_t)(f->at - f->page_at), have = f->page_len - skip;
    size_t n = len < have ? len : have;
    memcpy(to, f->page + skip, n);
    return n;
}

static size_t file_read(SDL_RWops *rw, void *to, size_t size, size_t count)
{
    struct font_file *f = of(rw);
    if (!size || count > (size_t)f->size / size + 1)
        return 0;
    size_t done = 0;
    for (size_t n; done < size * count && (n = read_some(f, (char *)to + done, size * count - done)) > 0; done += n)
        f->at += (Sint64)n;
    return done / size;
}

static size_t file_write(SDL_RWops *rw, const void *from, size_t size, size_t count)
{
    (void)rw, (void)from, (void)size, (void)count;
    SDL_SetError("fonts are only read");
    return 0;
}

static int file_close(SDL_RWops *rw)
{
    close(of(rw)->fd);
    free(of(rw));
    SDL_FreeRW(rw);
    return 0;
}

SDL_RWops *font_file_open(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    SDL_RWops *rw = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? SDL_AllocRW() : NULL;
    if (!rw) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    struct font_file *f = mem_alloc(sizeof *f);
    f->fd = fd;
    f->size = st.st_size;
    rw->hidden.unknown.data1 = f;
    rw->type = SDL_RWOPS_UNKNOWN;
    rw->size = file_size;
    rw->seek = file_seek;
    rw->read = file_read;
    rw->write = file_write;
    rw->close = file_close;
    return rw;
}

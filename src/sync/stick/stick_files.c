#define _GNU_SOURCE
#define LOG_MODULE "stick"
#include "sync/stick/stick_files.h"
#include "base/fault.h"
#include "base/fs.h"
#include "base/log.h"
#include "sync/stick/stick_mount.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Something failed on the stick: remembers what, for stick_files_end. Returns false. */
static bool failed(struct stick_files *f, struct err *e, const char *doing, const char *rel)
{
    f->failed = errno;
    return err_errno(e, "%s %s/%s on the stick", doing, STICK_TOP, rel);
}

static int beneath(int fd, const char *rel, int flags)
{
    struct open_how how = { .flags = (unsigned long long)flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
                            .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV };
    return (int)syscall(SYS_openat2, fd, rel, &how, sizeof how);
}

/* ---- the stick as a whole ---- */

static bool read_mark(struct stick_files *f, struct err *e)
{
    struct str text;
    struct err why = ERR_INIT;
    str_init(&text, STICK_MARK_MAX + 1);
    bool ok = stick_files_read(f, STICK_MARK, STICK_MARK_MAX, &text, &why) && stick_mark_parse(text.data, text.len, f->id, &why);
    str_release(&text);
    if (ok || (why.kind != ERR_UNSUPPORTED && !(why.kind == ERR_IO && f->failed == EIO))) {
        f->failed = 0; /* a stick copied by hand may lack it, or hold anything in its place */
        return true;
    }
    *e = why;
    return false;
}

bool stick_files_open(const char *dir, struct stick_files *out, struct err *e)
{
    struct stick_files f = { .fd = -1 };
    f.top = fs_open_dir(dir, e);
    if (f.top < 0)
        return false;
    f.dir = mem_dup(dir);
    f.fd = beneath(f.top, STICK_TOP, O_RDONLY | O_DIRECTORY);
    bool ok = f.fd >= 0 ? read_mark(&f, e) : errno == ENOENT;
    if (!ok && f.fd < 0)
        ok = errno == ELOOP || errno == EXDEV || errno == ENOTDIR
                 ? err_set(e, ERR_UNTRUSTED, "%s/%s is a link or a file where a folder should be", dir, STICK_TOP)
                 : err_errno(e, "opening %s/%s", dir, STICK_TOP);
    if (ok)
        *out = f;
    else
        stick_files_close(&f);
    return ok;
}

void stick_files_close(struct stick_files *f)
{
    for (int i = 0; i < f->written_count; i++)
        free(f->written[i].rel);
    free(f->written);
    if (f->fd >= 0)
        close(f->fd);
    if (f->top >= 0)
        close(f->top);
    free(f->dir);
    *f = (struct stick_files){ .fd = -1, .top = -1 };
}

bool stick_files_prepare(struct stick_files *f, struct err *e)
{
    uint8_t id[(STICK_ID_TEXT - 1) / 2];
    struct str text;
    if (f->fd < 0) {
        if (!fault_write(-1, NULL, 0, 0) || (mkdirat(f->top, STICK_TOP, 0755) != 0 && errno != EEXIST))
            return failed(f, e, "making", "");
        f->fd = beneath(f->top, STICK_TOP, O_RDONLY | O_DIRECTORY);
        if (f->fd < 0 || fsync(f->top) != 0)
            if (f->fd < 0 || (errno != EINVAL && errno != ENOTSUP))
                return failed(f, e, "opening", "");
    }
    if (f->id[0])
        return true;
    random_bytes(id, sizeof id);
    hex_encode(id, sizeof id, f->id);
    str_init(&text, 0);
    stick_mark_write(f->id, &text);
    bool ok = stick_files_put(f, STICK_MARK, text.data, text.len, e);
    str_release(&text);
    return ok;
}

bool stick_files_lock(struct stick_files *f, struct err *e)
{
    if (flock(f->fd >= 0 ? f->fd : f->top, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return true; /* a file system without locks has only us to rely on */
    return err_set(e, ERR_REFUSED, "another program is at work on %s; wait until it is done", f->dir);
}

bool stick_files_writable(const struct stick_files *f)
{
    struct statvfs v;
    return fstatvfs(f->top, &v) == 0 && !(v.f_flag & ST_RDONLY);
}

/* 1 there, 0 gone, -1 cannot be told: a folder in memory, or a file system without a device. */
static int device_there(const struct stick_files *f)
{
    struct stat now, was;
    struct statvfs v;
    struct stick_mount m;
    if (fstat(f->top, &was) != 0 || stat(f->dir, &now) != 0 || now.st_dev != was.st_dev || now.st_ino != was.st_ino ||
        statvfs(f->dir, &v) != 0 || !fs_device_there(f->top))
        return 0;
    if (major(was.st_dev) != 0)
        return 1;
    if (!stick_mount_at(f->dir, &m) || strncmp(m.source, "/dev/", 5) != 0)
        return -1;
    return fs_exists(m.source); /* FUSE: its daemon reads this device */
}

bool stick_files_there(const struct stick_files *f)
{
    return device_there(f) != 0;
}

enum stick_end stick_files_end(const struct stick_files *f)
{
    switch (f->failed) {
    case 0: return f->lies ? STICK_LIES : STICK_FINISHED;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return STICK_FULL;
    case EROFS:
    case EACCES:
    case EPERM: return STICK_READ_ONLY;
    case EIO: return device_there(f) == 1 ? STICK_LIES : STICK_REMOVED; /* still plugged in: then it is worn out */
    case ENODEV:
    case ENXIO:
    case ENOTCONN:
    case ECONNABORTED:
    case ESHUTDOWN:
    case ESTALE: return STICK_REMOVED;
    default: return stick_files_there(f) ? STICK_REFUSED : STICK_REMOVED;
    }
}

/* ---- reading ---- */

static int open_file(struct stick_files *f, const char *rel, int flags)
{
    struct stat st;
    int fd = f->fd < 0 ? (errno = ENOENT, -1) : beneath(f->fd, rel, O_RDONLY | flags);
    if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
        return fd;
    close(fd);
    errno = ELOOP;
    return -1;
}

/* A file descriptor, or -1. */
static int stick_files_open_read(struct stick_files *f, const char *rel, struct err *e)
{
    int fd = open_file(f, rel, 0);
    if (fd >= 0)
        return fd;
    if (errno == ELOOP || errno == EXDEV || errno == ENXIO)
        err_set(e, ERR_UNTRUSTED, "%s/%s on the stick is not a plain file", STICK_TOP, rel);
    else if (errno == ENOENT || errno == ENOTDIR)
        err_set(e, ERR_MISSING, "%s/%s is not on the stick", STICK_TOP, rel);
    else
        failed(f, e, "opening", rel);
    return -1;
}

bool stick_files_read(struct stick_files *f, const char *rel, size_t max_bytes, struct str *out, struct err *e)
{
    char buf[32768];
    ssize_t n;
    int fd = stick_files_open_read(f, rel, e);
    if (fd < 0)
        return false;
    bool ok = true;
    for (size_t total = 0; ok && (n = read(fd, buf, sizeof buf)) != 0;) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            ok = failed(f, e, "reading", rel);
        else if ((total += (size_t)n) > max_bytes || !str_add(out, buf, (size_t)n))
            ok = err_set(e, ERR_TOO_BIG, "%s/%s on the stick is longer than %zu bytes", STICK_TOP, rel, max_bytes);
    }
    close(fd);
    return ok;
}

int64_t stick_files_size(struct stick_files *f, const char *rel)
{
    struct stat st;
    int fd = open_file(f, rel, 0);
    int64_t size = fd >= 0 && fstat(fd, &st) == 0 ? (int64_t)st.st_size : -1;
    if (fd >= 0)
        close(fd);
    return size;
}

bool stick_files_each(struct stick_files *f, const char *rel, int *budget, stick_visit *visit, void *ctx, struct err *e)
{
    int fd = f->fd < 0 ? (errno = ENOENT, -1) : beneath(f->fd, rel, O_RDONLY | O_DIRECTORY);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        if (errno == ENOENT)
            return true;
        if (errno == ELOOP || errno == EXDEV || errno == ENOTDIR)
            return err_set(e, ERR_UNTRUSTED, "%s/%s on the stick is not a plain folder", STICK_TOP, rel);
        return failed(f, e, "opening", rel);
    }
    bool ok = true, more = true;
    while (ok && more) {
        errno = 0;
        struct dirent *d = readdir(dir);
        if (!d) {
            ok = errno == 0 || failed(f, e, "reading", rel);
            break;
        }
        if (d->d_name[0] == '.' && (!d->d_name[1] || (d->d_name[1] == '.' && !d->d_name[2])))
            continue;
        if (--*budget < 0)
            ok = err_set(e, ERR_TOO_BIG, "the stick holds more than %d files in %s/: it was not prepared for this kiosk", STICK_SCAN_MAX,
                         STICK_TOP);
        else
            more = visit(ctx, d->d_name, d->d_type == DT_DIR ? STICK_IS_FOLDER : d->d_type == DT_REG ? STICK_IS_FILE :
                                         d->d_type == DT_UNKNOWN ? STICK_IS_UNKNOWN : STICK_IS_OTHER);
    }
    closedir(dir);
    return ok;
}

/* ---- writing ---- */

/* The folder that `rel` is in, made if need be; *name its last part. fd or -1. */
static int open_parent(struct stick_files *f, const char *rel, const char **name, struct err *e)
{
    int at = dup(f->fd);
    *name = rel;
    for (const char *slash; at >= 0 && (slash = strchr(*name, '/')); *name = slash + 1) {
        char part[STICK_PATH_MAX];
        snprintf(part, sizeof part, "%.*s", (int)(slash - *name), *name);
        int next = beneath(at, part, O_RDONLY | O_DIRECTORY);
        if (next < 0 && errno == ENOENT && fault_write(-1, NULL, 0, 0) && mkdirat(at, part, 0755) == 0 &&
            (fsync(at) == 0 || errno == EINVAL || errno == ENOTSUP))
            next = beneath(at, part, O_RDONLY | O_DIRECTORY);
        int keep = errno;
        close(at);
        errno = keep;
        at = next;
    }
    if (at < 0)
        failed(f, e, "making the folder of", rel);
    return at;
}

bool stick_put_begin(struct stick_files *f, struct stick_put *p, struct err *e)
{
    *p = (struct stick_put){ .fd = -1 };
    sha256_init(&p->hash);
    /* Whatever lies there (also a link somebody made) goes first, so that only our own new file is written. */
    if (!fault_write(-1, NULL, 0, 0) || (unlinkat(f->fd, STICK_PART, 0) != 0 && errno != ENOENT))
        return failed(f, e, "removing", STICK_PART);
    p->fd = fault_write(-1, NULL, 0, 0) ? openat(f->fd, STICK_PART, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644) : -1;
    return p->fd >= 0 || failed(f, e, "creating", STICK_PART);
}

bool stick_put_add(struct stick_files *f, struct stick_put *p, const void *data, size_t len, struct err *e)
{
    if (!fs_write_all(p->fd, data, len, e))
        return failed(f, e, "writing", STICK_PART);
    sha256_add(&p->hash, data, len);
    p->size += len;
    return true;
}

void stick_put_drop(struct stick_files *f, struct stick_put *p)
{
    if (p->fd < 0)
        return;
    close(p->fd);
    p->fd = -1;
    unlinkat(f->fd, STICK_PART, 0); /* best effort: a part is worth nothing anyway */
}

static void remember(struct stick_files *f, const char *rel, const char *sha256, uint64_t size)
{
    ARRAY_GROW(f->written, f->written_count, f->written_cap);
    struct stick_written *w = &f->written[f->written_count++];
    *w = (struct stick_written){ .rel = mem_dup(rel), .size = size };
    memcpy(w->sha256, sha256, SHA256_HEX);
    f->written_bytes += size;
}

static bool sync_folder(int fd)
{
    return fault_write(-1, NULL, 0, 0) && (fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP || errno == ENOSYS);
}

bool stick_put_end(struct stick_files *f, struct stick_put *p, const char *rel, const char *want, struct err *e)
{
    uint8_t sum[SHA256_BYTES];
    char hex[SHA256_HEX];
    const char *name;
    struct sha256 hash = p->hash;
    sha256_end(&hash, sum);
    hex_encode(sum, sizeof sum, hex);
    if (want && strcmp(hex, want) != 0) {
        stick_put_drop(f, p);
        return err_set(e, ERR_DAMAGED, "%s here is damaged; nothing was put on the stick for it", rel);
    }
    bool ok = (fault_write(-1, NULL, 0, 0) && fsync(p->fd) == 0) || failed(f, e, "writing", rel);
    int parent = ok ? open_parent(f, rel, &name, e) : -1;
    /* The rename is the commit point; syncing the folder makes it last. */
    ok = parent >= 0 &&
         ((fault_write(-1, NULL, 0, 0) && renameat(f->fd, STICK_PART, parent, name) == 0) || failed(f, e, "renaming to", rel));
    if (!ok) {
        stick_put_drop(f, p);
    } else {
        close(p->fd);
        p->fd = -1;
        ok = (sync_folder(parent) && (parent == f->fd || sync_folder(f->fd))) || failed(f, e, "writing through", rel);
    }
    if (parent >= 0)
        close(parent);
    if (ok)
        remember(f, rel, hex, p->size);
    return ok;
}

bool stick_files_put(struct stick_files *f, const char *rel, const void *data, size_t len, struct err *e)
{
    struct stick_put p;
    if (!stick_put_begin(f, &p, e))
        return false;
    if (stick_put_add(f, &p, data, len, e))
        return stick_put_end(f, &p, rel, NULL, e);
    stick_put_drop(f, &p);
    return false;
}

bool stick_files_remove(struct stick_files *f, const char *rel, struct err *e)
{
    char dir[STICK_PATH_MAX];
    const char *slash = strrchr(rel, '/'), *name = slash ? slash + 1 : rel;
    snprintf(dir, sizeof dir, "%.*s", slash ? (int)(slash - rel) : 1, slash ? rel : ".");
    int at = beneath(f->fd, dir, O_RDONLY | O_DIRECTORY);
    if (at < 0)
        return errno == ENOENT || failed(f, e, "opening", dir);
    bool ok = (fault_write(-1, NULL, 0, 0) && (unlinkat(at, name, 0) == 0 || errno == ENOENT)) || failed(f, e, "removing", rel);
    close(at);
    return ok;
}

/* ---- reading back ---- */

enum { BACK_BYTES = 1 << 20, BACK_ALIGN = 4096 };

/* Hash of what the device holds: O_DIRECT where the file system can, else without the pages in memory. */
static bool hash_device(struct stick_files *f, const struct stick_written *w, bool *same, struct err *e)
{
    uint8_t sum[SHA256_BYTES];
    char hex[SHA256_HEX];
    struct sha256 h;
    uint64_t total = 0;
    ssize_t n;
    void *buf;
    int fd = open_file(f, w->rel, O_DIRECT);
    bool direct = fd >= 0;
    if (fd < 0)
        fd = open_file(f, w->rel, 0);
    if (fd < 0) {
        *same = false; /* what was renamed and synced has gone, or the whole stick has */
        return (errno == ENOENT && stick_files_there(f)) || failed(f, e, "reading back", w->rel);
    }
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    if (posix_memalign(&buf, BACK_ALIGN, BACK_BYTES) != 0)
        abort();
    sha256_init(&h);
    while ((n = read(fd, buf, BACK_BYTES)) != 0 && total <= w->size) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EINVAL && direct && fcntl(fd, F_SETFL, 0) == 0) { /* O_DIRECT opened, but not for this */
            direct = false;
            continue;
        }
        if (n < 0)
            break;
        sha256_add(&h, buf, (size_t)n);
        total += (uint64_t)n;
    }
    bool ok = n >= 0 || failed(f, e, "reading back", w->rel);
    free(buf);
    close(fd);
    sha256_end(&h, sum);
    hex_encode(sum, sizeof sum, hex);
    *same = ok && total == w->size && strcmp(hex, w->sha256) == 0;
    return ok;
}

bool stick_files_check(struct stick_files *f, bool *more, struct err *e)
{
    bool same = true;
    *more = false;
    if (f->checked >= f->written_count)
        return true;
    if (f->checked == 0)
        stick_mount_forget(f->dir);
    const struct stick_written *w = &f->written[f->checked++];
    if (!hash_device(f, w, &same, e))
        return false;
    *more = f->checked < f->written_count;
    if (same)
        return true;
    struct err ignored = ERR_INIT;
    f->lies = true;
    if (!stick_files_remove(f, w->rel, &ignored))
        log_warn("%s", ignored.text);
    f->failed = 0;
    return err_set(e, ERR_DAMAGED, "this stick loses data: %s/%s read back is not what was written; use another stick", STICK_TOP, w->rel);
}

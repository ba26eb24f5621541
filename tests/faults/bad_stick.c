/* bad_stick BACKING MOUNT FAULT N: a stick that is a folder, through FUSE, and has one fault. Runs in the foreground.
 *
 *   good 0      none
 *   wrap N      takes everything, but what is written after the first N bytes is lost (fake capacity)
 *   swap N      every read after the first N bytes of each file's first reading has a changed byte (second look differs)
 *   dies N      after N bytes read or written the daemon is gone (a stick pulled): callers get ENOTCONN
 *   eio N       after N bytes every answer is EIO
 *   cap N       no file may be longer than N bytes (FAT32: 4 GiB)
 *   readonly 0  every change is EROFS */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const char *backing, *fault;
static long long limit, moved;
enum { SEEN_MAX = 4096 };
static char seen[SEEN_MAX][300]; /* files that were read to their end once */
static int seen_count;

static int is(const char *name) { return strcmp(fault, name) == 0; }

static int full_path(const char *path, char out[4096])
{
    snprintf(out, 4096, "%s%s", backing, path);
    return is("eio") && moved >= limit ? -EIO : 0;
}

static int changing(void) { return is("readonly") ? -EROFS : 0; }
static int result(int rc) { return rc < 0 ? -errno : 0; }

static void moves(long long n)
{
    moved += n;
    if (is("dies") && moved >= limit)
        kill(getpid(), SIGKILL);
}

#define PATH char p[4096]; int bad = full_path(path, p); if (bad) return bad
#define CHANGES do { int no = changing(); if (no) return no; } while (0)

static int b_getattr(const char *path, struct stat *st, struct fuse_file_info *fi)
{
    PATH;
    (void)fi;
    return result(lstat(p, st));
}

static int b_readdir(const char *path, void *buf, fuse_fill_dir_t fill, off_t off, struct fuse_file_info *fi, enum fuse_readdir_flags flags)
{
    PATH;
    (void)off, (void)fi, (void)flags;
    DIR *d = opendir(p);
    if (!d)
        return -errno;
    for (struct dirent *e; (e = readdir(d));)
        fill(buf, e->d_name, NULL, 0, 0);
    closedir(d);
    return 0;
}

static int b_open(const char *path, struct fuse_file_info *fi)
{
    PATH;
    if ((fi->flags & O_ACCMODE) != O_RDONLY)
        CHANGES;
    int fd = open(p, fi->flags & ~O_DIRECT);
    if (fd < 0)
        return -errno;
    fi->fh = (uint64_t)fd;
    fi->direct_io = 1;
    return 0;
}

static int b_create(const char *path, mode_t mode, struct fuse_file_info *fi)
{
    PATH;
    CHANGES;
    int fd = open(p, (fi->flags & ~O_DIRECT) | O_CREAT, mode);
    if (fd < 0)
        return -errno;
    fi->fh = (uint64_t)fd;
    fi->direct_io = 1;
    return 0;
}

static int was_seen(const char *path)
{
    for (int i = 0; i < seen_count; i++)
        if (strcmp(seen[i], path) == 0)
            return 1;
    return 0;
}

static int b_read(const char *path, char *buf, size_t size, off_t off, struct fuse_file_info *fi)
{
    PATH;
    ssize_t n = pread((int)fi->fh, buf, size, off);
    if (n < 0)
        return -errno;
    moves(n);
    if (is("swap") && n > 0 && was_seen(path))
        buf[n / 2] ^= 1;
    return (int)n;
}

static int b_write(const char *path, const char *buf, size_t size, off_t off, struct fuse_file_info *fi)
{
    PATH;
    CHANGES;
    if (is("cap") && off + (long long)size > limit)
        return -EFBIG;
    static const char nothing[1 << 20];
    size_t n = size < sizeof nothing ? size : sizeof nothing;
    ssize_t done = pwrite((int)fi->fh, is("wrap") && moved >= limit ? nothing : buf, n, off);
    if (done < 0)
        return -errno;
    moves(done);
    return (int)done;
}

static int b_release(const char *path, struct fuse_file_info *fi)
{
    if (is("swap") && !was_seen(path) && seen_count < SEEN_MAX)
        snprintf(seen[seen_count++], sizeof seen[0], "%s", path);
    close((int)fi->fh);
    return 0;
}

static int b_truncate(const char *path, off_t size, struct fuse_file_info *fi) { PATH; (void)fi; CHANGES; return result(truncate(p, size)); }
static int b_unlink(const char *path) { PATH; CHANGES; return result(unlink(p)); }
static int b_rmdir(const char *path) { PATH; CHANGES; return result(rmdir(p)); }
static int b_mkdir(const char *path, mode_t mode) { PATH; CHANGES; return result(mkdir(p, mode)); }
static int b_fsync(const char *path, int data, struct fuse_file_info *fi) { PATH; (void)data; return result(fsync((int)fi->fh)); }
static int b_statfs(const char *path, struct statvfs *v) { PATH; return result(statvfs(p, v)); }

static int b_rename(const char *path, const char *to, unsigned flags)
{
    PATH;
    char q[4096];
    CHANGES;
    if (flags)
        return -EINVAL; /* as FAT */
    full_path(to, q);
    return result(rename(p, q));
}

int main(int argc, char **argv)
{
    static const struct fuse_operations ops = {
        .getattr = b_getattr, .readdir = b_readdir, .open = b_open, .create = b_create, .read = b_read, .write = b_write, .release = b_release,
        .truncate = b_truncate, .unlink = b_unlink, .rmdir = b_rmdir, .mkdir = b_mkdir, .fsync = b_fsync, .statfs = b_statfs, .rename = b_rename,
    };
    if (argc != 5)
        return 2;
    backing = argv[1];
    fault = argv[3];
    limit = atoll(argv[4]);
    char *args[] = { argv[0], argv[2], "-f", "-s", "-o", "attr_timeout=0,entry_timeout=0", NULL };
    return fuse_main(6, args, &ops, NULL);
}

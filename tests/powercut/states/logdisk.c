/* logdisk IMAGE LOG MOUNTPOINT - a disk whose every write and flush is written down. FUSE (libfuse 3), in the foreground.
 *
 *   MOUNTPOINT/disk   the image: for a loop device with a real file system on it
 *   MOUNTPOINT/mark   what is written here goes into the log between the writes: "from here on this was promised"
 *
 * LOG: records of one letter, 8 bytes offset, 4 bytes length, and the bytes: W write, F flush (all before is on the
 * medium), M mark. Between two flushes a power cut may leave any subset of the writes: states.c makes these. */
#define FUSE_USE_VERSION 31
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int image, log_fd;
static off_t image_size;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* a write and its record stay together */

static void put(const void *data, size_t len)
{
    if (write(log_fd, data, len) != (ssize_t)len) {
        perror("the log");
        abort();
    }
}

static void record(char kind, uint64_t offset, const void *data, uint32_t len)
{
    put(&kind, 1);
    put(&offset, sizeof offset);
    put(&len, sizeof len);
    if (data)
        put(data, len);
}

static int disk_getattr(const char *path, struct stat *st, struct fuse_file_info *fi)
{
    (void)fi;
    memset(st, 0, sizeof *st);
    st->st_nlink = 1;
    if (!strcmp(path, "/"))
        st->st_mode = S_IFDIR | 0755;
    else if (!strcmp(path, "/disk"))
        st->st_mode = S_IFREG | 0600, st->st_size = image_size;
    else if (!strcmp(path, "/mark"))
        st->st_mode = S_IFREG | 0600;
    else
        return -ENOENT;
    return 0;
}

static int disk_open(const char *path, struct fuse_file_info *fi)
{
    fi->direct_io = !strcmp(path, "/mark"); /* a mark is in the log when write() returns */
    return 0;
}

static int disk_read(const char *path, char *out, size_t len, off_t offset, struct fuse_file_info *fi)
{
    (void)fi;
    if (strcmp(path, "/disk"))
        return 0;
    ssize_t n = pread(image, out, len, offset);
    return n < 0 ? -errno : (int)n;
}

static int disk_write(const char *path, const char *data, size_t len, off_t offset, struct fuse_file_info *fi)
{
    (void)fi;
    bool mark = !strcmp(path, "/mark");
    pthread_mutex_lock(&lock);
    record(mark ? 'M' : 'W', (uint64_t)offset, data, (uint32_t)len);
    ssize_t n = mark ? (ssize_t)len : pwrite(image, data, len, offset);
    pthread_mutex_unlock(&lock);
    return n < 0 ? -errno : (int)n;
}

static int disk_fsync(const char *path, int data_only, struct fuse_file_info *fi)
{
    (void)data_only;
    (void)fi;
    if (strcmp(path, "/disk"))
        return 0;
    pthread_mutex_lock(&lock);
    record('F', 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return 0;
}

static int disk_fallocate(const char *path, int mode, off_t offset, off_t len, struct fuse_file_info *fi)
{
    (void)path, (void)mode, (void)offset, (void)len, (void)fi;
    return -EOPNOTSUPP; /* no discard: what is written down stays the whole truth */
}

static int disk_truncate(const char *path, off_t size, struct fuse_file_info *fi)
{
    (void)path, (void)size, (void)fi;
    return 0;
}

int main(int argc, char **argv)
{
    static const struct fuse_operations operations = { .getattr = disk_getattr, .open = disk_open, .read = disk_read, .write = disk_write,
                                                       .fsync = disk_fsync, .fallocate = disk_fallocate, .truncate = disk_truncate };
    struct stat st;
    if (argc != 4) {
        fprintf(stderr, "usage: logdisk IMAGE LOG MOUNTPOINT\n");
        return 2;
    }
    image = open(argv[1], O_RDWR | O_CLOEXEC);
    log_fd = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (image < 0 || log_fd < 0 || fstat(image, &st) != 0) {
        perror(argv[1]);
        return 1;
    }
    image_size = st.st_size;
    char *args[] = { argv[0], "-f", argv[3], NULL };
    return fuse_main(3, args, &operations, NULL);
}

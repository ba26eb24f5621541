#define _GNU_SOURCE
#include "store/vfs.h"
#include "base/fault.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

struct shim_file {
    sqlite3_file base; /* first: SQLite sees only this */
    const char *path;  /* SQLite keeps it until xClose; NULL for temporary files */
    sqlite3_file *real; /* the default VFS's file, behind this struct */
};

static sqlite3_file *real_of(sqlite3_file *f)
{
    return ((struct shim_file *)f)->real;
}

static int failure(int rc)
{
    return errno == ENOSPC ? SQLITE_FULL : rc;
}

static bool allowed(struct shim_file *f, const void *data, int len, sqlite3_int64 offset)
{
    /* The descriptor of the real file is private to SQLite: a kill gets one of its own for the torn half. It is
     * never closed here (that would drop SQLite's locks), because the process dies. */
    int fd = data && f->path && fault_kills_next() ? open(f->path, O_WRONLY | O_CLOEXEC) : -1;
    return fault_write(fd, data, (size_t)len, offset);
}

static int shim_close(sqlite3_file *f)
{
    return real_of(f)->pMethods->xClose(real_of(f));
}

static int shim_read(sqlite3_file *f, void *out, int len, sqlite3_int64 offset)
{
    return real_of(f)->pMethods->xRead(real_of(f), out, len, offset);
}

static int shim_write(sqlite3_file *f, const void *data, int len, sqlite3_int64 offset)
{
    if (!allowed((struct shim_file *)f, data, len, offset))
        return failure(SQLITE_IOERR_WRITE);
    return real_of(f)->pMethods->xWrite(real_of(f), data, len, offset);
}

static int shim_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    if (!fault_write(-1, NULL, 0, 0))
        return failure(SQLITE_IOERR_TRUNCATE);
    return real_of(f)->pMethods->xTruncate(real_of(f), size);
}

static int shim_sync(sqlite3_file *f, int flags)
{
    if (!fault_write(-1, NULL, 0, 0))
        return failure(SQLITE_IOERR_FSYNC);
    return real_of(f)->pMethods->xSync(real_of(f), flags);
}

static int shim_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return real_of(f)->pMethods->xFileSize(real_of(f), size);
}

static int shim_lock(sqlite3_file *f, int level)
{
    return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int shim_unlock(sqlite3_file *f, int level)
{
    return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int shim_reserved(sqlite3_file *f, int *out)
{
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}

static int shim_control(sqlite3_file *f, int op, void *arg)
{
    return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int shim_sector(sqlite3_file *f)
{
    return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int shim_traits(sqlite3_file *f)
{
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int shim_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
}

static int shim_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}

static void shim_shm_barrier(sqlite3_file *f)
{
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int shim_shm_unmap(sqlite3_file *f, int remove)
{
    return real_of(f)->pMethods->xShmUnmap(real_of(f), remove);
}

/* Version 2: shared memory for WAL, no mmap. A read error of a dying disk must come back as SQLITE_IOERR, and
 * through a mapping it would come as SIGBUS and take the kiosk down. */
static const sqlite3_io_methods shim_methods = {
    .iVersion = 2, .xClose = shim_close, .xRead = shim_read, .xWrite = shim_write, .xTruncate = shim_truncate,
    .xSync = shim_sync, .xFileSize = shim_size, .xLock = shim_lock, .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_reserved, .xFileControl = shim_control, .xSectorSize = shim_sector,
    .xDeviceCharacteristics = shim_traits, .xShmMap = shim_shm_map, .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_shm_barrier, .xShmUnmap = shim_shm_unmap,
};

static sqlite3_vfs *below(sqlite3_vfs *vfs)
{
    return vfs->pAppData;
}

static int shim_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
    struct shim_file *f = (struct shim_file *)file;
    memset(f, 0, sizeof *f);
    f->real = (sqlite3_file *)(f + 1);
    f->path = path;
    int rc = below(vfs)->xOpen(below(vfs), path, f->real, flags, out_flags);
    f->base.pMethods = f->real->pMethods ? &shim_methods : NULL; /* non-NULL: SQLite will call xClose */
    return rc;
}

static int shim_delete(sqlite3_vfs *vfs, const char *path, int sync_dir)
{
    if (!fault_write(-1, NULL, 0, 0))
        return failure(SQLITE_IOERR_DELETE);
    return below(vfs)->xDelete(below(vfs), path, sync_dir);
}

static sqlite3_vfs shim;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void register_shim(void)
{
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    assert(real);
    shim = *real; /* what does not change the disk goes straight to the default: those calls ignore `vfs` */
    shim.pNext = NULL;
    shim.zName = "weike";
    shim.szOsFile = (int)sizeof(struct shim_file) + real->szOsFile;
    shim.pAppData = real;
    shim.xOpen = shim_open;
    shim.xDelete = shim_delete;
    int rc = sqlite3_vfs_register(&shim, 0);
    assert(rc == SQLITE_OK);
    (void)rc;
}

const char *vfs_name(void)
{
    pthread_once(&once, register_shim);
    return "weike";
}

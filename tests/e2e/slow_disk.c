/* slow_disk.c - preloaded into a kiosk by slow_disk.sh: each flush takes SLOW_DISK_MS more, as on a worn card, or (SLOW_DISK_MS=wins)
 * the writer has committed before whoever posts goes on. The two ends of the race between the writer and a screen that reads. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void writer_race(int order) __attribute__((weak)); /* the kiosk's own (store/writer.h); 1: the writer wins */

__attribute__((constructor)) static void choose(void)
{
    const char *how = getenv("SLOW_DISK_MS");
    if (how && !strcmp(how, "wins") && writer_race)
        writer_race(1);
}

static void be_slow(void)
{
    const char *how = getenv("SLOW_DISK_MS");
    long ms = how ? strtol(how, NULL, 10) : 0;
    struct timespec t = { ms / 1000, ms % 1000 * 1000000 };
    nanosleep(&t, NULL);
}

int fdatasync(int fd)
{
    be_slow();
    return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    be_slow();
    return (int)syscall(SYS_fsync, fd);
}

#define _GNU_SOURCE
#define LOG_MODULE "stick"
#include "sync/stick/stick_mounter.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

void stick_mounter_init(struct stick_mounter *m)
{
    *m = (struct stick_mounter){ .child = -1, .fd = -1 };
}

/* FAT keeps names in a code page unless told; the others take no such option. */
static const char *options_for(const char *type)
{
    return strcmp(type, "vfat") == 0 ? "--options=ro,nosuid,nodev,noexec,utf8" : "--options=ro,nosuid,nodev,noexec";
}

bool stick_mounter_ask(struct stick_mounter *m, const char *device, const char *type, struct err *e)
{
    if (m->child > 0)
        return err_set(e, ERR_REFUSED, "another stick is being mounted");
    if (geteuid() != 0)
        return err_set(e, ERR_REFUSED, "%s is not mounted, and only root may do it; packaging/90-weike-stick.rules does it for everybody", device);
    const char *argv[] = { "systemd-mount", "--no-block", "--collect", "--quiet", options_for(type), device, NULL };
    int no = posix_spawnp(&m->child, argv[0], NULL, NULL, (char *const *)argv, environ);
    if (no != 0) {
        m->child = -1;
        return err_set(e, ERR_MISSING, "%s is not mounted, and systemd-mount cannot be run: %s", device, strerror(no));
    }
    m->since_ms = clock_boot_ms();
    m->fd = (int)syscall(SYS_pidfd_open, m->child, 0);
    log_info("asked for %s to be mounted", device);
    return true;
}

void stick_mounter_collect(struct stick_mounter *m)
{
    int status;
    if (m->child <= 0)
        return;
    pid_t got = waitpid(m->child, &status, WNOHANG);
    if (got == 0 && clock_boot_ms() - m->since_ms < STICK_MOUNTER_MAX_MS)
        return;
    if (got == 0) {
        kill(m->child, SIGKILL);
        waitpid(m->child, &status, 0);
        log_warn("systemd-mount gave no answer");
    } else if (got > 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
        log_warn("systemd-mount failed; journalctl says why");
    }
    if (m->fd >= 0)
        close(m->fd);
    stick_mounter_init(m);
}

void stick_mounter_release(struct stick_mounter *m)
{
    m->since_ms = clock_boot_ms() - STICK_MOUNTER_MAX_MS;
    stick_mounter_collect(m);
}

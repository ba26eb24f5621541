#define _GNU_SOURCE
#define LOG_MODULE "stick"
#include "sync/stick/stick_watch.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"
#include "sync/stick/stick_mount.h"
#include "sync/stick/stick_mounter.h"

#include <errno.h>
#include <fcntl.h>
#include <libudev.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { DISKS_MAX = 16, UNMOUNTED_MAX = 16 };

struct unmounted { dev_t dev; char node[64], type[32]; int64_t since_ms; bool asked, seen; };

struct stick_watch {
    void (*wake)(void *ctx);
    void *ctx;
    pthread_t thread;
    int stop_fd;
    /* the watching thread's own */
    struct udev *udev;
    struct udev_monitor *monitor;
    int mounts_fd, inotify_fd;
    struct stick_mounter mounter;
    int unmounted_count;
    struct unmounted unmounted[UNMOUNTED_MAX];
    struct gate gate;
    /* under the gate */
    int count, serial;
    struct stick_place place[STICK_PLACES_MAX]; /* oldest first */
};

/* ---- which devices count ---- */

static bool is(const char *value, const char *wanted)
{
    return value && strcmp(value, wanted) == 0;
}

/* A keyboard or network card in a stick's shell is no block device and never gets here; a card reader or disk on another
 * bus is not meant. */
static bool on_usb(struct udev_device *d)
{
    const char *driver = udev_device_get_property_value(d, "ID_USB_DRIVER");
    if (driver && !is(driver, "usb-storage") && !is(driver, "uas"))
        return false;
    return is(udev_device_get_property_value(d, "ID_BUS"), "usb") ||
           udev_device_get_parent_with_subsystem_devtype(d, "usb", "usb_device") != NULL;
}

/* The sysfs path of the whole disk that a device is, or is a part of; "" if it is no disk. */
static void disk_of(struct udev_device *d, char out[256])
{
    struct udev_device *disk = is(udev_device_get_devtype(d), "partition") ? udev_device_get_parent_with_subsystem_devtype(d, "block", "disk") : d;
    snprintf(out, 256, "%s", disk ? udev_device_get_syspath(disk) : "");
}

struct disks { int count; char path[DISKS_MAX][256]; };

static void add_disk(struct udev *udev, dev_t dev, struct disks *out)
{
    struct udev_device *d = major(dev) && out->count < DISKS_MAX ? udev_device_new_from_devnum(udev, 'b', dev) : NULL;
    if (!d)
        return;
    disk_of(d, out->path[out->count]);
    out->count += out->path[out->count][0] != 0;
    udev_device_unref(d);
}

/* What the system itself lives on. */
static void system_disks(struct udev *udev, struct disks *out)
{
    static const char *const dir[] = { "/", "/boot", "/boot/firmware", "/boot/efi", "/usr", "/var", "/home" };
    struct stat st;
    out->count = 0;
    for (size_t i = 0; i < sizeof dir / sizeof *dir; i++)
        if (stat(dir[i], &st) == 0)
            add_disk(udev, st.st_dev, out);
}

static bool is_stick(struct udev_device *d, const struct disks *own)
{
    char disk[256];
    disk_of(d, disk);
    for (int i = 0; i < own->count; i++)
        if (strcmp(own->path[i], disk) == 0)
            return false;
    return on_usb(d);
}

/* ---- what is mounted ---- */

struct look { struct udev *udev; struct disks own; struct stick_place *out; int count, max; };

static void clean_label(const char *text, char *out, size_t size)
{
    struct str s;
    str_init(&s, 4 * size);
    if (text && utf8_valid(text, strlen(text)))
        utf8_clean(text, &s);
    size_t n = s.len < size ? s.len : size - 1;
    while (n && n < s.len && (s.data[n] & 0xc0) == 0x80) /* not within a character */
        n--;
    memcpy(out, s.data, n);
    out[n] = 0;
    str_release(&s);
}

static void label_of(struct udev_device *d, struct stick_place *p)
{
    const char *slash = strrchr(p->dir, '/');
    clean_label(d ? udev_device_get_property_value(d, "ID_FS_LABEL") : NULL, p->label, sizeof p->label);
    if (!p->label[0])
        clean_label(slash && slash[1] ? slash + 1 : p->dir, p->label, sizeof p->label);
}

static bool on_mount(void *ctx, const struct stick_mount *m)
{
    struct look *l = ctx;
    struct stat st;
    dev_t dev = makedev(m->major, m->minor);
    if (m->major == 0 && m->source[0] && stat(m->source, &st) == 0 && S_ISBLK(st.st_mode)) /* some FUSE */
        dev = st.st_rdev;
    struct udev_device *d = major(dev) ? udev_device_new_from_devnum(l->udev, 'b', dev) : NULL;
    if (!d)
        return true;
    if (is_stick(d, &l->own)) {
        struct stick_place p = { .read_only = m->read_only };
        snprintf(p.dir, sizeof p.dir, "%s", m->dir);
        snprintf(p.device, sizeof p.device, "%s", udev_device_get_devnode(d) ? udev_device_get_devnode(d) : "");
        label_of(d, &p);
        int at = 0;
        while (at < l->count && strcmp(l->out[at].device, p.device) != 0)
            at++;
        if (at == l->count && l->count < l->max) /* mounted twice is one stick */
            l->out[l->count++] = p;
    }
    udev_device_unref(d);
    return true;
}

/* Calls visit for each folder of $WEIKE_STICKS. */
static void each_folder(void (*visit)(void *ctx, const char *dir), void *ctx)
{
    char *list = mem_dup(getenv("WEIKE_STICKS")), *rest = list;
    for (char *one; list && (one = strsep(&rest, ":"));)
        if (*one)
            visit(ctx, one);
    free(list);
}

static void on_folder(void *ctx, const char *dir)
{
    struct look *l = ctx;
    struct stat st;
    if (l->count >= l->max || stat(dir, &st) != 0 || !S_ISDIR(st.st_mode))
        return;
    struct stick_place *p = &l->out[l->count++];
    /* A folder that came back after it had gone is another plugging in, hence its number. */
    *p = (struct stick_place){ .read_only = access(dir, W_OK) != 0 && errno == EROFS };
    snprintf(p->dir, sizeof p->dir, "%s", dir);
    snprintf(p->device, sizeof p->device, "folder:%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
    label_of(NULL, p);
}

static int look(struct udev *udev, const char *mountinfo, struct stick_place *out, int max)
{
    struct err e = ERR_INIT;
    struct look l = { .udev = udev, .out = out, .max = max };
    if (udev) {
        system_disks(udev, &l.own);
        if (!stick_mount_each(mountinfo, on_mount, &l, &e))
            log_warn("%s", e.text);
    }
    each_folder(on_folder, &l);
    return l.count;
}

int stick_watch_look(const char *mountinfo, struct stick_place *out, int max)
{
    struct udev *udev = udev_new();
    int n = look(udev, mountinfo, out, max);
    udev_unref(udev);
    return n;
}

/* ---- what nobody mounts ---- */

static struct unmounted *find_unmounted(struct stick_watch *w, dev_t dev)
{
    for (int i = 0; i < w->unmounted_count; i++)
        if (w->unmounted[i].dev == dev)
            return &w->unmounted[i];
    return NULL;
}

static void note_unmounted(struct stick_watch *w, struct udev_device *d)
{
    dev_t dev = udev_device_get_devnum(d);
    const char *node = udev_device_get_devnode(d), *type = udev_device_get_property_value(d, "ID_FS_TYPE");
    struct unmounted *u = find_unmounted(w, dev);
    if (!u && node && w->unmounted_count < UNMOUNTED_MAX) {
        u = &w->unmounted[w->unmounted_count++];
        *u = (struct unmounted){ .dev = dev, .since_ms = clock_boot_ms() };
        snprintf(u->node, sizeof u->node, "%s", node);
        snprintf(u->type, sizeof u->type, "%s", type ? type : "");
    }
    if (u)
        u->seen = true;
}

static bool is_mounted(const struct stick_place *place, int count, const char *node)
{
    for (int i = 0; i < count; i++)
        if (node && strcmp(place[i].device, node) == 0)
            return true;
    return false;
}

static void look_for_unmounted(struct stick_watch *w, const struct stick_place *place, int count)
{
    struct disks own;
    struct udev_list_entry *at;
    struct udev_enumerate *all = udev_enumerate_new(w->udev);
    system_disks(w->udev, &own);
    for (int i = 0; i < w->unmounted_count; i++)
        w->unmounted[i].seen = false;
    udev_enumerate_add_match_subsystem(all, "block");
    udev_enumerate_add_match_property(all, "ID_FS_USAGE", "filesystem");
    udev_enumerate_scan_devices(all);
    udev_list_entry_foreach(at, udev_enumerate_get_list_entry(all)) {
        struct udev_device *d = udev_device_new_from_syspath(w->udev, udev_list_entry_get_name(at));
        if (d && is_stick(d, &own) && !is_mounted(place, count, udev_device_get_devnode(d)))
            note_unmounted(w, d);
        udev_device_unref(d);
    }
    udev_enumerate_unref(all);
    int kept = 0;
    for (int i = 0; i < w->unmounted_count; i++)
        if (w->unmounted[i].seen) /* gone or mounted: the next plugging in is asked for anew */
            w->unmounted[kept++] = w->unmounted[i];
    w->unmounted_count = kept;
}

/* Asks for those whose time has come, once each. Milliseconds until the next one is due; -1: none. */
static int ask_for_mounts(struct stick_watch *w)
{
    int64_t now = clock_boot_ms(), next = -1;
    for (int i = 0; i < w->unmounted_count; i++) {
        struct unmounted *u = &w->unmounted[i];
        struct err e = ERR_INIT;
        int64_t left = u->since_ms + STICK_DESKTOP_MS - now;
        if (u->asked)
            continue;
        if (left <= 0 && w->mounter.child > 0)
            left = 500; /* after the one being mounted */
        if (left > 0) {
            next = next < 0 || left < next ? left : next;
            continue;
        }
        u->asked = true;
        if (!stick_mounter_ask(&w->mounter, u->node, u->type, &e))
            log_warn("%s", e.text);
    }
    if (w->mounter.child > 0 && (next < 0 || next > STICK_MOUNTER_MAX_MS))
        next = STICK_MOUNTER_MAX_MS;
    return (int)next;
}

/* ---- the list ---- */

static const struct stick_place *find_place(const struct stick_place *list, int count, const struct stick_place *p)
{
    for (int i = 0; i < count; i++)
        if (strcmp(list[i].dir, p->dir) == 0 && strcmp(list[i].device, p->device) == 0)
            return &list[i];
    return NULL;
}

/* True if something changed. Those that were there keep their serial and come first. */
static bool update(struct stick_watch *w, struct stick_place *found, int count)
{
    struct stick_place now[STICK_PLACES_MAX];
    int n = 0;
    gate_lock(&w->gate);
    for (int i = 0; i < w->count; i++) {
        const struct stick_place *p = find_place(found, count, &w->place[i]);
        if (p) {
            now[n] = *p;
            now[n++].serial = w->place[i].serial;
        }
    }
    for (int i = 0; i < count && n < STICK_PLACES_MAX; i++)
        if (!find_place(w->place, w->count, &found[i])) {
            now[n] = found[i];
            now[n++].serial = ++w->serial;
        }
    bool changed = n != w->count;
    for (int i = 0; i < n && !changed; i++)
        changed = now[i].serial != w->place[i].serial || now[i].read_only != w->place[i].read_only || strcmp(now[i].label, w->place[i].label) != 0;
    memcpy(w->place, now, (size_t)n * sizeof *now);
    w->count = n;
    gate_unlock(&w->gate);
    return changed;
}

static void look_again(struct stick_watch *w)
{
    struct stick_place found[STICK_PLACES_MAX];
    int n = look(w->udev, NULL, found, STICK_PLACES_MAX);
    if (w->udev)
        look_for_unmounted(w, found, n);
    if (update(w, found, n) && w->wake)
        w->wake(w->ctx);
}

int stick_watch_list(struct stick_watch *w, struct stick_place *out, int max)
{
    gate_lock(&w->gate);
    int n = w->count < max ? w->count : max;
    for (int i = 0; i < n; i++)
        out[i] = w->place[w->count - 1 - i];
    gate_unlock(&w->gate);
    return n;
}

/* ---- the thread ---- */

/* What is waiting in a descriptor is only a reason to look again. */
static void drain(struct stick_watch *w)
{
    char buf[4096];
    struct udev_device *d;
    while (w->monitor && (d = udev_monitor_receive_device(w->monitor)))
        udev_device_unref(d);
    while (w->inotify_fd >= 0 && read(w->inotify_fd, buf, sizeof buf) > 0)
        ;
    stick_mounter_collect(&w->mounter);
}

static void *watch(void *arg)
{
    struct stick_watch *w = arg;
    for (;;) {
        look_again(w);
        int timeout = ask_for_mounts(w);
        /* A descriptor of -1 is passed over by poll(2). */
        struct pollfd fd[] = {
            { .fd = w->stop_fd, .events = POLLIN },
            { .fd = w->monitor ? udev_monitor_get_fd(w->monitor) : -1, .events = POLLIN },
            { .fd = w->mounts_fd, .events = POLLPRI }, /* POLLERR comes with each change, see proc_pid_mounts(5) */
            { .fd = w->inotify_fd, .events = POLLIN },
            { .fd = w->mounter.fd, .events = POLLIN },
        };
        while (poll(fd, sizeof fd / sizeof *fd, timeout) < 0 && errno == EINTR)
            ;
        if (fd[0].revents)
            return NULL;
        drain(w);
    }
}

static void watch_folder(void *ctx, const char *dir)
{
    struct stick_watch *w = ctx;
    char *parent = mem_dup(dir), *slash;
    size_t n = strlen(parent);
    while (n > 1 && parent[n - 1] == '/')
        parent[--n] = 0;
    slash = strrchr(parent, '/');
    if (slash)
        slash[slash == parent] = 0;
    if (inotify_add_watch(w->inotify_fd, slash ? parent : ".", IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR) < 0)
        log_warn("$WEIKE_STICKS: the folder above %s cannot be watched: %s", dir, strerror(errno));
    free(parent);
}

static struct udev_monitor *monitor_blocks(struct udev *udev)
{
    struct udev_monitor *m = udev ? udev_monitor_new_from_netlink(udev, "udev") : NULL;
    if (m && udev_monitor_filter_add_match_subsystem_devtype(m, "block", NULL) >= 0 && udev_monitor_enable_receiving(m) >= 0)
        return m;
    udev_monitor_unref(m);
    log_info("no news of devices from udev; only what is mounted is noticed");
    return NULL;
}

struct stick_watch *stick_watch_new(void (*wake)(void *ctx), void *ctx)
{
    struct stick_watch *w = mem_alloc(sizeof *w);
    w->wake = wake;
    w->ctx = ctx;
    gate_init(&w->gate);
    stick_mounter_init(&w->mounter);
    w->stop_fd = eventfd(0, EFD_CLOEXEC);
    w->mounts_fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    w->inotify_fd = getenv("WEIKE_STICKS") ? inotify_init1(IN_CLOEXEC | IN_NONBLOCK) : -1;
    if (w->inotify_fd >= 0)
        each_folder(watch_folder, w);
    w->udev = udev_new();
    w->monitor = monitor_blocks(w->udev);
    thread_start(&w->thread, "stick-watch", watch, w);
    return w;
}

void stick_watch_free(struct stick_watch *w)
{
    if (!w)
        return;
    if (eventfd_write(w->stop_fd, 1) != 0)
        abort(); /* cannot happen: the counter was 0 */
    thread_join(w->thread);
    stick_mounter_release(&w->mounter);
    udev_monitor_unref(w->monitor);
    udev_unref(w->udev);
    close(w->stop_fd);
    if (w->mounts_fd >= 0)
        close(w->mounts_fd);
    if (w->inotify_fd >= 0)
        close(w->inotify_fd);
    gate_release(&w->gate);
    free(w);
}

/* Sticks come and go: folders of $WEIKE_STICKS, and (under umockdev) devices of an invented machine. */
#define _GNU_SOURCE
#include "scratch.h"

#include "base/thread.h"
#include "sync/stick/stick_mounter.h"
#include "sync/stick/stick_watch.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>

static struct gate gate;
static int wakes;

static void wake(void *ctx)
{
    (void)ctx;
    gate_lock(&gate);
    wakes++;
    gate_wake(&gate);
    gate_unlock(&gate);
}

/* Until there are `count`; a time-out is a failure, no sleep. */
static int wait_for(struct stick_watch *w, struct stick_place *out, int count)
{
    int n = -1;
    gate_lock(&gate);
    for (int tries = 0; tries < 50; tries++) {
        gate_unlock(&gate);
        n = stick_watch_list(w, out, STICK_PLACES_MAX);
        gate_lock(&gate);
        if (n == count)
            break;
        gate_wait_ms(&gate, 200);
    }
    gate_unlock(&gate);
    return n;
}

static void folders_come_and_go(void **state)
{
    (void)state;
    struct stick_place p[STICK_PLACES_MAX];
    char list[700];
    make_dirs(scratch("sticks/here"));
    snprintf(list, sizeof list, "%s:%s:/nowhere/at/all", scratch("sticks/here"), scratch("sticks/later/"));
    setenv("WEIKE_STICKS", list, 1);
    struct stick_watch *w = stick_watch_new(wake, NULL);
    assert_int_equal(wait_for(w, p, 1), 1);
    assert_string_equal(p[0].dir, scratch("sticks/here"));
    assert_string_equal(p[0].label, "here");
    assert_false(p[0].read_only);
    int first = p[0].serial;
    assert_true(first > 0);
    make_dirs(scratch("sticks/later"));
    assert_int_equal(wait_for(w, p, 2), 2);
    assert_string_equal(p[0].dir, scratch("sticks/later/")); /* newest first */
    assert_true(p[0].serial > first);
    assert_int_equal(p[1].serial, first);
    assert_int_equal(rename(scratch("sticks/here"), scratch("sticks/away")), 0);
    assert_int_equal(wait_for(w, p, 1), 1);
    int later = p[0].serial;
    assert_int_equal(rename(scratch("sticks/away"), scratch("sticks/here")), 0);
    assert_int_equal(wait_for(w, p, 2), 2);
    assert_true(p[0].serial > later); /* the same folder again is another plugging in */
    assert_true(wakes >= 3);
    stick_watch_free(w);
    stick_watch_free(NULL);
    unsetenv("WEIKE_STICKS");
}

static void idle_means_asleep(void **state)
{
    (void)state;
    struct stick_watch *w = stick_watch_new(wake, NULL);
    int before = wakes;
    struct stick_place p[STICK_PLACES_MAX];
    int n = stick_watch_list(w, p, STICK_PLACES_MAX);
    for (int i = 0; i < n; i++) /* whatever this machine has, it is on USB and mounted */
        assert_true(p[i].dir[0] == '/' && p[i].serial > 0);
    gate_lock(&gate);
    gate_wait_ms(&gate, 300);
    gate_unlock(&gate);
    assert_true(wakes - before <= 1);
    stick_watch_free(w);
}

/* A systemd-mount that writes down how it was asked. */
static void systemd_is_asked_to_mount(void **state)
{
    (void)state;
    struct stick_mounter m;
    struct err e = ERR_INIT;
    struct str text;
    char *path = mem_dup(getenv("PATH"));
    stick_mounter_init(&m);
    if (geteuid() != 0) {
        assert_refused(stick_mounter_ask(&m, "/dev/sdz1", "vfat", &e), e, ERR_REFUSED, "only root");
        free(path);
        return;
    }
    make_dirs(scratch("bin"));
    char script[600];
    snprintf(script, sizeof script, "#!/bin/sh\necho \"$@\" >%s\n", scratch("asked"));
    put_text(scratch("bin/systemd-mount"), script);
    chmod(scratch("bin/systemd-mount"), 0755);
    char *longer = mem_printf("%s:%s", scratch("bin"), path);
    setenv("PATH", longer, 1);
    free(longer);
    assert_fine(stick_mounter_ask(&m, "/dev/sdz1", "vfat", &e), e);
    assert_refused(stick_mounter_ask(&m, "/dev/sdz2", "vfat", &e), e, ERR_REFUSED, "another stick");
    if (m.fd >= 0)
        assert_int_equal(poll(&(struct pollfd){ .fd = m.fd, .events = POLLIN }, 1, 10000), 1);
    while (m.child > 0)
        stick_mounter_collect(&m);
    get(scratch("asked"), &text);
    assert_string_equal(text.data, "--no-block --collect --quiet --options=ro,nosuid,nodev,noexec,utf8 /dev/sdz1\n");
    str_release(&text);
    assert_fine(stick_mounter_ask(&m, "/dev/sdz1", "ext4", &e), e);
    stick_mounter_release(&m); /* also while it runs */
    assert_true(m.child < 0 && m.fd < 0);
    setenv("PATH", "/nowhere", 1);
    assert_refused(stick_mounter_ask(&m, "/dev/sdz1", "", &e), e, ERR_MISSING, "systemd-mount cannot be run");
    setenv("PATH", path, 1);
    free(path);
}

/* A machine invented with umockdev: sdx a stick without partition table, sdy1 a partition of a stick, sdw a disk on SATA,
 * sdv a block device behind a driver that is no mass storage, and a keyboard. */
static const char machine[] =
    "P: /devices/pci0/usb1/1-1\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\n\n"
    "P: /devices/pci0/usb1/1-1/host1/block/sdx\nN: sdx\nE: SUBSYSTEM=block\nE: DEVTYPE=disk\nE: DEVNAME=/dev/sdx\nE: MAJOR=8\nE: MINOR=112\n"
    "E: ID_BUS=usb\nE: ID_USB_DRIVER=usb-storage\nE: ID_FS_USAGE=filesystem\nE: ID_FS_TYPE=vfat\nE: ID_FS_LABEL=\xe4\xb9\xa1\xe6\x9d\x91\nA: dev=8:112\\n\n\n"
    "P: /devices/pci0/usb1/1-2/host2/block/sdy\nN: sdy\nE: SUBSYSTEM=block\nE: DEVTYPE=disk\nE: DEVNAME=/dev/sdy\nE: MAJOR=8\nE: MINOR=128\n"
    "E: ID_BUS=usb\nE: ID_USB_DRIVER=uas\nA: dev=8:128\\n\n\n"
    "P: /devices/pci0/usb1/1-2/host2/block/sdy/sdy1\nN: sdy1\nE: SUBSYSTEM=block\nE: DEVTYPE=partition\nE: DEVNAME=/dev/sdy1\nE: MAJOR=8\nE: MINOR=129\n"
    "E: ID_BUS=usb\nE: ID_USB_DRIVER=uas\nE: ID_FS_USAGE=filesystem\nE: ID_FS_TYPE=exfat\nA: dev=8:129\\n\n\n"
    "P: /devices/pci0/ata1/host3/block/sdw\nN: sdw\nE: SUBSYSTEM=block\nE: DEVTYPE=disk\nE: DEVNAME=/dev/sdw\nE: MAJOR=8\nE: MINOR=144\n"
    "E: ID_BUS=ata\nE: ID_FS_USAGE=filesystem\nE: ID_FS_TYPE=ext4\nA: dev=8:144\\n\n\n"
    "P: /devices/pci0/usb1/1-3/block/sdv\nN: sdv\nE: SUBSYSTEM=block\nE: DEVTYPE=disk\nE: DEVNAME=/dev/sdv\nE: MAJOR=8\nE: MINOR=160\n"
    "E: ID_BUS=usb\nE: ID_USB_DRIVER=rndis_host\nE: ID_FS_USAGE=filesystem\nA: dev=8:160\\n\n\n"
    "P: /devices/pci0/usb1/1-4/input/input7\nE: SUBSYSTEM=input\nE: ID_BUS=usb\nE: ID_INPUT_KEYBOARD=1\n\n";
static const char mounts[] =
    "22 1 254:0 / / rw - ext4 /dev/vda rw\n"
    "90 22 8:112 / /media/whole ro,nosuid,nodev,noexec - vfat /dev/sdx ro\n"
    "91 22 8:129 / /media/part rw,nosuid,nodev,noexec - fuseblk /dev/sdy1 rw\n"
    "92 22 8:144 / /media/sata rw - ext4 /dev/sdw rw\n"
    "93 22 8:160 / /media/bad rw - vfat /dev/sdv rw\n"
    "94 22 8:112 / /media/again rw - vfat /dev/sdx rw\n"
    "95 22 0:50 / /media/memory rw - tmpfs tmpfs rw\n";

/* Inside umockdev: */
static int look_at_the_machine(const char *mountinfo)
{
    struct stick_place p[STICK_PLACES_MAX];
    int n = stick_watch_look(mountinfo, p, STICK_PLACES_MAX);
    for (int i = 0; i < n; i++)
        printf("%s %s %s %d\n", p[i].dir, p[i].device, p[i].label, p[i].read_only);
    return 0;
}

/* Nothing is mounted, and no desktop comes: until systemd-mount (a script) has been asked for all that count. */
static int wait_for_asking(const char *asked)
{
    struct stick_watch *w = stick_watch_new(NULL, NULL);
    struct str text;
    struct err e = ERR_INIT;
    int lines = 0;
    for (int tries = 0; tries < 100 && lines < 2; tries++) {
        struct gate pause;
        gate_init(&pause);
        gate_lock(&pause);
        gate_wait_ms(&pause, 100); /* nobody wakes it: the watch tells nothing while it waits for a desktop */
        gate_unlock(&pause);
        gate_release(&pause);
        str_init(&text, 10000);
        lines = 0;
        if (fs_read(asked, 10000, &text, &e))
            for (size_t i = 0; i < text.len; i++)
                lines += text.data[i] == '\n';
        str_release(&text);
    }
    stick_watch_free(w);
    return lines == 2 ? 0 : 1;
}

/* This program again, inside the invented machine; exits with its status. */
static int in_the_machine(const char *mode, const char *arg, const char *out)
{
    char self[600] = "";
    assert_true(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    put_text(scratch("machine"), machine);
    pid_t child = fork();
    if (child == 0) {
        int fd = open(out, O_CREAT | O_WRONLY | O_TRUNC, 0600);
        dup2(fd, STDOUT_FILENO);
        setenv("ASAN_OPTIONS", "verify_asan_link_order=0:detect_leaks=0", 1); /* umockdev preloads a library of its own */
        execlp("umockdev-run", "umockdev-run", "-d", scratch("machine"), "--", self, mode, arg, (char *)NULL);
        _exit(77);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WEXITSTATUS(status) == 77) {
        puts("skip stick_watch: umockdev is not installed");
        skip();
    }
    return status;
}

static void only_usb_storage_counts(void **state)
{
    (void)state;
    struct str got;
    put_text(scratch("mounts"), mounts);
    assert_int_equal(in_the_machine("look", scratch("mounts"), scratch("seen")), 0);
    get(scratch("seen"), &got);
    assert_string_equal(got.data, "/media/whole /dev/sdx \xe4\xb9\xa1\xe6\x9d\x91 1\n/media/part /dev/sdy1 part 0\n");
    str_release(&got);
}

static void what_no_desktop_mounts_is_asked_for(void **state)
{
    (void)state;
    struct str got;
    char script[600];
    if (geteuid() != 0) {
        puts("skip what_no_desktop_mounts_is_asked_for: only root may mount");
        skip();
    }
    make_dirs(scratch("bin2"));
    snprintf(script, sizeof script, "#!/bin/sh\necho \"$@\" >>%s\n", scratch("asked2"));
    put_text(scratch("bin2/systemd-mount"), script);
    chmod(scratch("bin2/systemd-mount"), 0755);
    char *path = mem_dup(getenv("PATH")), *longer = mem_printf("%s:%s", scratch("bin2"), path);
    setenv("PATH", longer, 1);
    int status = in_the_machine("ask", scratch("asked2"), scratch("seen2"));
    setenv("PATH", path, 1);
    free(path);
    free(longer);
    assert_int_equal(status, 0);
    get(scratch("asked2"), &got);
    assert_non_null(strstr(got.data, "--options=ro,nosuid,nodev,noexec,utf8 /dev/sdx\n"));
    assert_non_null(strstr(got.data, "--options=ro,nosuid,nodev,noexec /dev/sdy1\n"));
    assert_null(strstr(got.data, "sdw"));
    assert_null(strstr(got.data, "sdv"));
    str_release(&got);
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return strcmp(argv[1], "ask") == 0 ? wait_for_asking(argv[2]) : look_at_the_machine(argv[2]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_come_and_go),
        cmocka_unit_test(idle_means_asleep),
        cmocka_unit_test(systemd_is_asked_to_mount),
        cmocka_unit_test(only_usb_storage_counts),
        cmocka_unit_test(what_no_desktop_mounts_is_asked_for),
    };
    gate_init(&gate);
    setenv("WEIKE_LOG", "error", 1);
    return scratch_main(tests);
}

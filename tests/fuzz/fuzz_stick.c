/* A stick as a hostile hand made it: the input describes the files below WEIKE/; looking at it must end well whatever they
 * are called and hold.
 *
 * One entry after the other: kind (1 byte), folder (1), length of name (1), name, length of content (2), content. */
/* sources: src/base/*.c src/pack/sign/envelope.c src/pack/sign/key.c src/pack/sign/key_file.c src/pack/sign/county.c src/pack/packet/packet.c src/pack/packet/packet_*.c src/pack/packet/ack.c src/pack/sign/zst.c src/sync/stick/stick_layout.c src/sync/stick/stick_files.c src/sync/stick/stick_mount.c src/sync/stick/stick_scan.c src/sync/stick/stick_site.c */
#define _GNU_SOURCE
#include "base/fs.h"
#include "pack/packet/ack.h"
#include "sync/stick/stick_scan.h"
#include "sync/stick/stick_site.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEVICE "0123456789abcdef"
static char top[200];
static const char *const folder[] = { "", "up", "down", "site", "up/" DEVICE, "up/fedcba9876543210", "repo", "up/" DEVICE "/deep" };
enum { FOLDERS = sizeof folder / sizeof *folder, ENTRIES_MAX = 24 };

static void make_top(void)
{
    snprintf(top, sizeof top, "%s/weike-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(top))
        abort();
}

static void remove_top(void)
{
    struct err e = ERR_INIT;
    if (!fs_remove_tree(top, &e))
        abort();
}

static void make_entry(int kind, const char *dir, const char *name, const void *data, size_t len)
{
    char path[900];
    struct err e = ERR_INIT;
    snprintf(path, sizeof path, "%s/WEIKE/%s", top, dir);
    if (!fs_mkdirs(path, &e)) /* something lies where the folder should be */
        return;
    snprintf(path, sizeof path, "%s/WEIKE/%s/%s", top, dir, name);
    int fd;
    switch (kind % 6) {
    case 0: (void)!mkdir(path, 0755); break;
    case 1: (void)!symlink("/etc/hostname", path); break;
    case 2: (void)!symlink("..", path); break;
    case 3: (void)!mkfifo(path, 0600); break;
    default:
        fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0600);
        if (fd >= 0) {
            (void)!write(fd, data, len);
            close(fd);
        }
    }
}

/* A name as a file system could hold it: no slash, no NUL. */
static size_t take_name(const uint8_t *data, size_t len, char out[256])
{
    size_t n = len < 255 ? len : 255;
    for (size_t i = 0; i < n; i++)
        out[i] = data[i] == '/' || data[i] == 0 ? '_' : (char)data[i];
    out[n] = 0;
    return n;
}

static void make_stick(const uint8_t *data, size_t size)
{
    for (int i = 0; size >= 3 && i < ENTRIES_MAX; i++) {
        char name[256];
        int kind = data[0], where = data[1] % FOLDERS;
        size_t want = data[2] < size - 3 ? data[2] : size - 3, len = 0;
        take_name(data + 3, want, name);
        data += 3 + want;
        size -= 3 + want;
        if (size >= 2) {
            len = (size_t)data[0] << 8 | data[1];
            data += 2;
            size -= 2;
            len = len < size ? len : size;
        }
        if (name[0] && strcmp(name, ".") && strcmp(name, ".."))
            make_entry(kind, folder[where], name, data, len);
        data += len;
        size -= len;
    }
}

static bool read_packet(void *ctx, const char *name, enum stick_kind kind)
{
    char rel[STICK_PATH_MAX];
    struct str bytes;
    struct packet p;
    struct err e = ERR_INIT;
    (void)kind;
    if (strlen(name) >= PACKET_NAME_MAX)
        return true;
    stick_path_packet(DEVICE, name, rel);
    str_init(&bytes, PACKET_MAX_BYTES + 1);
    if (stick_files_read(ctx, rel, PACKET_MAX_BYTES, &bytes, &e) && packet_read(bytes.data, bytes.len, &p, &e))
        abort(); /* nobody signs by chance */
    str_release(&bytes);
    return true;
}

static void read_site(struct stick_files *f, const char *device)
{
    char rel[STICK_PATH_MAX];
    struct str bytes;
    struct stick_site s;
    struct err e = ERR_INIT;
    stick_path_site(device, rel);
    str_init(&bytes, STICK_SITE_MAX_BYTES + 1);
    if (stick_files_read(f, rel, STICK_SITE_MAX_BYTES, &bytes, &e) && stick_site_parse(bytes.data, bytes.len, &s, &e))
        stick_site_release(&s);
    str_release(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct stick_files f;
    struct stick_scan s;
    struct err e = ERR_INIT;
    int budget = 1000;
    make_top();
    make_stick(data, size);
    if (stick_files_open(top, &f, &e)) {
        if (stick_scan(&f, &s, &e)) {
            for (int i = 0; i < s.sites.count; i++)
                read_site(&f, s.sites.device[i]);
            stick_scan_release(&s);
        }
        if (!stick_files_each(&f, "up/" DEVICE, &budget, read_packet, &f, &e))
            e = (struct err)ERR_INIT;
        if (stick_files_prepare(&f, &e) && stick_files_put(&f, "down/" DEVICE ".ack", "x", 1, &e) && stick_files_size(&f, "down/" DEVICE ".ack") != 1)
            abort();
        stick_files_close(&f);
    }
    remove_top();
    return 0;
}

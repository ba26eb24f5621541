/* states LOG IMAGE COUNT SEED DIR [lie] - what a power cut can leave of a logged disk (logdisk.c), COUNT times.
 *
 * A state is a moment in the log: everything up to the last flush before it, of the writes after that flush any subset,
 * of each of these any subset of its 512-byte sectors now and then. IMAGE is the disk as it was when the log began; it is
 * moved on from flush to flush. Each state is written to DIR/state.img, the marks made before it to DIR/marks, then a line
 * "N: record R of T, A marks, K of U writes" goes to stdout and a line is awaited on stdin: the other side has looked.
 * lie: flushes are not believed, as a cheap stick does. It must be found out: proof that the looking can fail. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD = 13, SECTOR = 512, LIE_WINDOW = 400 };
struct entry { char kind; uint64_t offset; uint32_t len; const uint8_t *data; };

static struct entry *entries;
static int count;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static uint64_t chance(uint64_t *state) /* SplitMix64 */
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void read_log(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0 || !st.st_size)
        die(path);
    const uint8_t *log = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (log == MAP_FAILED)
        die(path);
    int cap = 0;
    for (off_t at = 0; at + HEAD <= st.st_size; count++) {
        if (count == cap && !(entries = realloc(entries, (size_t)(cap = cap ? 2 * cap : 4096) * sizeof *entries)))
            die("memory");
        struct entry *e = &entries[count];
        e->kind = (char)log[at];
        memcpy(&e->offset, log + at + 1, sizeof e->offset);
        memcpy(&e->len, log + at + 9, sizeof e->len);
        e->data = log + at + HEAD;
        at += HEAD + (off_t)e->len;
        if (at > st.st_size)
            break; /* the disk was taken away in the middle of it */
    }
    close(fd);
}

static void apply(int fd, const struct entry *e, bool torn, uint64_t *seed)
{
    for (uint32_t at = 0, n; at < e->len; at += n) {
        n = torn ? SECTOR : e->len;
        n = e->len - at < n ? e->len - at : n;
        if (torn && chance(seed) % 2)
            continue;
        if (pwrite(fd, e->data + at, n, (off_t)(e->offset + at)) != (ssize_t)n)
            die("the image");
    }
}

/* Only what is there: the image is mostly holes. Always a new file: mount(8) would use a loop device again that still has
 * the old one, with the old one's blocks in memory. */
static void copy_image(const char *from, const char *to)
{
    static char buffer[1 << 20];
    unlink(to);
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct stat st;
    if (in < 0 || out < 0 || fstat(in, &st) != 0 || ftruncate(out, st.st_size) != 0)
        die(to);
    for (off_t at = 0, end; (at = lseek(in, at, SEEK_DATA)) >= 0; at = end) {
        end = lseek(in, at, SEEK_HOLE);
        for (ssize_t n; at < end; at += n) {
            size_t want = (size_t)(end - at) < sizeof buffer ? (size_t)(end - at) : sizeof buffer;
            if ((n = pread(in, buffer, want, at)) <= 0 || pwrite(out, buffer, (size_t)n, at) != n)
                die(to);
        }
    }
    close(in);
    close(out);
}

static int write_marks(const char *path, int until)
{
    int n = 0, fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (int i = 0; i < until; i++)
        if (entries[i].kind == 'M') {
            n++;
            if (write(fd, entries[i].data, entries[i].len) != (ssize_t)entries[i].len)
                die(path);
        }
    close(fd);
    return n;
}

/* How likely each write of this state is to have happened, in 256ths: none, some, most, all but a few. */
static unsigned share(uint64_t *seed)
{
    static const unsigned of[] = { 0, 64, 128, 192, 240, 256 };
    return of[chance(seed) % 6];
}

static void make_state(const char *image, const char *dir, int n, int first, int at, uint64_t *seed)
{
    char path[4096], marks[4096];
    snprintf(path, sizeof path, "%s/state.img", dir);
    snprintf(marks, sizeof marks, "%s/marks", dir);
    copy_image(image, path);
    int fd = open(path, O_RDWR | O_CLOEXEC), done = 0, open_writes = 0;
    unsigned likely = share(seed);
    for (int i = first; i < at; i++)
        if (entries[i].kind == 'W') {
            open_writes++;
            if (chance(seed) % 256 >= likely)
                continue;
            done++;
            apply(fd, &entries[i], chance(seed) % 8 == 0, seed);
        }
    close(fd);
    printf("%d: record %d of %d, %d marks, %d of %d writes\n", n, at, count, write_marks(marks, at), done, open_writes);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    char line[16];
    if (argc != 6 && !(argc == 7 && !strcmp(argv[6], "lie"))) {
        fprintf(stderr, "usage: states LOG IMAGE COUNT SEED DIR [lie]\n");
        return 2;
    }
    read_log(argv[1]);
    bool lie = argc == 7;
    int states = atoi(argv[3]), first = 0, fd = open(argv[2], O_RDWR | O_CLOEXEC);
    uint64_t seed = strtoull(argv[4], NULL, 10);
    if (fd < 0 || states < 1)
        die(argv[2]);
    for (int n = 0; n < states; n++) {
        int at = (int)((uint64_t)(n + 1) * (uint64_t)count / (uint64_t)states), flushed = first;
        at -= (int)(chance(&seed) % ((uint64_t)count / (uint64_t)states + 1));
        for (int i = first; i < at; i++)
            if (entries[i].kind == 'F' && (!lie || i + LIE_WINDOW < at))
                flushed = i + 1;
        for (; first < flushed; first++)
            if (entries[first].kind == 'W')
                apply(fd, &entries[first], false, &seed);
        make_state(argv[2], argv[5], n, first, at, &seed);
        if (!fgets(line, sizeof line, stdin))
            break;
    }
    return 0;
}

/* player_main.c - weike-player: plays one film for the kiosk that started it, in a sandbox (media/client/remote.h has
 * the other side). */
#define _GNU_SOURCE
#define LOG_MODULE "player"
#include "base/clock.h"
#include "base/log.h"
#include "media/sound/audio_out.h"
#include "media/sound/fence.h"
#include "media/player/player_link.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MEMORY_MB = 0 };
#else
enum { MEMORY_MB = 1536 };
#endif
enum { REFRESH_MS = 40, HUNG_MS = 5000, CLOSE_S = 3 };

struct child {
    struct link_memory *memory;
    struct player *player;
    int wake_fd;
    bool unpaced, waiting; /* waiting: for the kiosk to take the picture */
    uint64_t commands, pictures;
    struct link_state last;
    bool told;             /* `last` was sent at least once */
    int64_t moved_ms;      /* boot time when the decoder last kept up */
};

/* ---- memory: linking touches the pages of many libraries, of which playing needs a small part ---- */

static int release_object(struct dl_phdr_info *info, size_t size, void *arg)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    (void)size;
    (void)arg;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *h = &info->dlpi_phdr[i];
        uintptr_t from = (info->dlpi_addr + h->p_vaddr + page - 1) & ~(page - 1), to = (info->dlpi_addr + h->p_vaddr + h->p_filesz) & ~(page - 1);
        if (h->p_type == PT_LOAD && !(h->p_flags & PF_W) && to > from && info->dlpi_name[0])
            madvise((void *)from, to - from, MADV_DONTNEED);
    }
    return 0;
}

/* ---- upwards ---- */

static void wake(void *ctx)
{
    struct child *c = ctx;
    uint64_t one = 1;
    if (write(c->wake_fd, &one, sizeof one) < 0 && errno != EAGAIN)
        abort();
}

static void tell(void)
{
    send(LINK_SOCKET_FD, "!", 1, MSG_NOSIGNAL | MSG_DONTWAIT); /* when its queue is full it is awake enough */
}

static void add_process(struct player_cost *cost)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    cost->process_cpu_s = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
    cost->process_rss_kb = u.ru_maxrss;
}

static void write_state(struct child *c)
{
    struct link_memory *m = c->memory;
    struct link_state s = { .commands = c->commands };
    player_state(c->player, &s.player);
    player_cost(c->player, &s.cost);
    add_process(&s.cost);
    atomic_fetch_add(&m->state_turn, 1);
    atomic_thread_fence(memory_order_release);
    m->state = s;
    atomic_fetch_add(&m->state_turn, 1);
    const struct player_state *was = &c->last.player, *is = &s.player;
    bool news = !c->told || was->phase != is->phase || was->seeking != is->seeking || was->audio_silent != is->audio_silent ||
                was->audio_track != is->audio_track || c->last.commands != s.commands;
    if (is->phase != PLAYER_PLAYING || !player_starved(c->player))
        c->moved_ms = clock_boot_ms();
    c->last = s;
    c->told = true;
    if (news)
        tell();
}

/* ---- pictures ---- */

static int free_slot(const struct link_memory *m)
{
    uint64_t ready = atomic_load(&m->ready);
    int held = (int)atomic_load(&m->held) - 1, newest = ready ? (int)(ready & 3) : -1;
    for (int i = 0; i < LINK_SLOTS; i++)
        if (i != held && i != newest)
            return i;
    return 0;
}

static void copy_plane(uint8_t *to, int to_stride, const uint8_t *from, int from_stride, int w, int h)
{
    for (int y = 0; y < h; y++)
        memcpy(to + (size_t)y * (size_t)to_stride, from + (ptrdiff_t)y * from_stride, (size_t)w);
}

static void publish(struct child *c, const struct picture *pic)
{
    struct link_memory *m = c->memory;
    if (pic->width > LINK_WIDTH_MAX || pic->height > LINK_HEIGHT_MAX)
        return;
    int slot = free_slot(m);
    struct link_picture k = { .width = pic->width, .height = pic->height, .matrix = pic->matrix, .full_range = pic->full_range,
                              .display_width = pic->display_width, .display_height = pic->display_height, .pts_ms = pic->pts_ms,
                              .after_commands = c->commands };
    uint32_t at = 0;
    for (int i = 0; i < 3; i++) {
        int w = i ? (pic->width + 1) / 2 : pic->width, h = i ? (pic->height + 1) / 2 : pic->height;
        k.stride[i] = w;
        k.offset[i] = at;
        copy_plane(m->pixels[slot] + at, w, pic->plane[i], pic->stride[i], w, h);
        at += (uint32_t)w * (uint32_t)h;
    }
    m->picture[slot] = k;
    atomic_store(&m->ready, ++c->pictures << 2 | (uint64_t)slot);
    c->waiting = c->unpaced;
    tell();
}

/* ---- downwards ---- */

/* One command. False: the kiosk is gone. */
static bool receive(struct link_command *out, int *fd, bool *got)
{
    union { struct cmsghdr head; char space[CMSG_SPACE(sizeof(int))]; } control;
    struct iovec data = { out, sizeof *out };
    struct msghdr m = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
    ssize_t n = recvmsg(LINK_SOCKET_FD, &m, MSG_CMSG_CLOEXEC | (fd ? 0 : MSG_DONTWAIT));
    *got = n == (ssize_t)sizeof *out;
    if (fd && *got) {
        const struct cmsghdr *head = CMSG_FIRSTHDR(&m);
        *fd = -1;
        if (head && head->cmsg_type == SCM_RIGHTS)
            memcpy(fd, CMSG_DATA(head), sizeof *fd);
    }
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static bool obey(struct child *c)
{
    struct link_command k;
    bool got;
    while (receive(&k, NULL, &got) && got) {
        switch (k.kind) {
        case LINK_PAUSE: player_pause(c->player, k.value); break;
        case LINK_SEEK: player_seek(c->player, k.value); break;
        case LINK_SPEED: player_speed(c->player, (int)k.value); break;
        case LINK_VOLUME: player_volume(c->player, (int)k.value); break;
        case LINK_TRACK: player_audio_track(c->player, (int)k.value); break;
        case LINK_TAKEN: c->waiting = false; break;
        case LINK_OPEN: break;
        }
        c->commands++;
    }
    return !got && (errno == EAGAIN || errno == EINTR);
}

/* ---- life ---- */

static bool open_film(struct child *c)
{
    struct link_command k;
    struct err e = ERR_INIT;
    int fd = -1;
    bool got;
    do
        if (!receive(&k, &fd, &got))
            return false; /* nobody needed us */
    while (!got);
    k.open.name[LINK_TEXT - 1] = k.open.audio_lang[sizeof k.open.audio_lang - 1] = 0;
    struct player_opts o = { .fd = fd, .name = k.open.name, .start_ms = k.open.start_ms,
                             .audio_lang = k.open.has_lang ? k.open.audio_lang : NULL, .start_paused = k.open.start_paused, .mute = k.open.mute,
                             .unpaced = k.open.unpaced, .volume = k.open.volume, .speed_permille = k.open.speed_permille,
                             .wake = wake, .wake_ctx = c };
    c->unpaced = k.open.unpaced;
    c->commands = 1;
    c->moved_ms = clock_boot_ms();
    c->player = player_open(&o, &e);
    if (!c->player)
        log_error("%s", e.text);
    return c->player != NULL;
}

static int timeout_ms(struct child *c)
{
    int due = c->waiting ? -1 : player_due_ms(c->player);
    bool moving = c->last.player.phase == PLAYER_PLAYING || c->last.player.phase == PLAYER_OPENING;
    return moving && (due < 0 || due > REFRESH_MS) ? REFRESH_MS : due;
}

/* False: the kiosk is gone, or the film hangs its decoder. */
static bool step(struct child *c)
{
    struct pollfd wait[2] = { { LINK_SOCKET_FD, POLLIN, 0 }, { c->wake_fd, POLLIN, 0 } };
    uint64_t ignored;
    if (!c->waiting) {
        bool changed;
        const struct picture *pic = player_frame(c->player, &changed);
        if (changed)
            publish(c, pic);
    }
    write_state(c);
    if (clock_boot_ms() - c->moved_ms > HUNG_MS && c->last.player.phase == PLAYER_PLAYING && !c->waiting) {
        log_error("no progress for 5 seconds");
        return false;
    }
    if (c->pictures == 1 || c->pictures == 50)
        dl_iterate_phdr(release_object, NULL);
    poll(wait, 2, timeout_ms(c));
    if (wait[1].revents & POLLIN)
        (void)!read(c->wake_fd, &ignored, sizeof ignored);
    return !(wait[0].revents & (POLLIN | POLLHUP | POLLERR)) || obey(c);
}

int main(void)
{
    struct child c = { .wake_fd = -1 };
    struct err e = ERR_INIT;
    close_range(LINK_MEMORY_FD + 1, ~0u, 0);
    void *at = mmap(NULL, sizeof *c.memory, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, LINK_MEMORY_FD, 0);
    if (at == MAP_FAILED) {
        fprintf(stderr, "weike-player: it plays films for the kiosk, which starts it; by hand it does nothing\n");
        return 2;
    }
    c.memory = at;
    close(LINK_MEMORY_FD);
    fcntl(LINK_SOCKET_FD, F_SETFD, FD_CLOEXEC);
    c.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    audio_out_prepare(); /* before the doors close: it looks around for devices */
    if (c.wake_fd < 0 || !fence_enter((uint64_t)MEMORY_MB << 20, &e)) {
        fprintf(stderr, "weike-player: %s\n", e.text);
        return 1;
    }
    dl_iterate_phdr(release_object, NULL);
    tell(); /* ready */
    if (open_film(&c)) {
        while (step(&c))
            ;
        alarm(CLOSE_S); /* a decoder that does not come back ends here */
        player_close(c.player);
        audio_out_settle();
    }
    return 0;
}

#define _GNU_SOURCE
#define LOG_MODULE "remote"
#include "media/client/remote.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"
#include "media/client/scaler.h"
#include "media/player/player_link.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { LEAVING_MAX = 8, SETTLE_MS = 1000, GONE_MS = 4000, HUNG_MS = 5000 };

/* ---- processes: one waits for the next lesson, closed ones are seen off ---- */

struct process { pid_t pid; int socket; struct link_memory *memory; };

static struct {
    pthread_mutex_t lock;
    char *program;
    struct process waiting; /* pid 0: none */
    pid_t leaving[LEAVING_MAX];
    int64_t left_ms[LEAVING_MAX]; /* boot time when it was told to go */
} pool = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void release_process(struct process *p)
{
    if (p->socket >= 0)
        close(p->socket);
    if (p->memory)
        munmap(p->memory, sizeof *p->memory);
    *p = (struct process){ .socket = -1 };
}

static bool spawn(const char *program, int socket, int memory, pid_t *pid)
{
    char *argv[] = { "weike-player", NULL };
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    /* Through numbers far above, so that neither is overwritten before it is moved. */
    posix_spawn_file_actions_adddup2(&files, socket, 100);
    posix_spawn_file_actions_adddup2(&files, memory, 101);
    posix_spawn_file_actions_adddup2(&files, 100, LINK_SOCKET_FD);
    posix_spawn_file_actions_adddup2(&files, 101, LINK_MEMORY_FD);
    int rc = posix_spawn(pid, program, &files, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    errno = rc;
    return rc == 0;
}

static bool start_process(const char *program, struct process *out, struct err *e)
{
    int pair[2];
    struct process p = { .socket = -1 };
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return err_errno(e, "a socket for the player");
    p.socket = pair[0];
    int memory = memfd_create("weike-pictures", MFD_CLOEXEC);
    bool ok = memory >= 0 && ftruncate(memory, sizeof *p.memory) == 0;
    if (ok) {
        void *at = mmap(NULL, sizeof *p.memory, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, memory, 0);
        ok = at != MAP_FAILED;
        p.memory = ok ? at : NULL;
    }
    ok = ok && spawn(program, pair[1], memory, &p.pid);
    if (!ok)
        err_errno(e, "starting the player %s", program);
    close(pair[1]);
    if (memory >= 0)
        close(memory);
    if (ok)
        *out = p;
    else
        release_process(&p);
    return ok;
}

/* Holding the lock: those that have ended are forgotten. Number that have not. */
static int see_off(void)
{
    int left = 0;
    for (int i = 0; i < LEAVING_MAX; i++)
        if (pool.leaving[i] && waitpid(pool.leaving[i], NULL, WNOHANG) != 0) {
            pool.leaving[i] = 0;
        } else if (pool.leaving[i]) {
            left++;
            if (clock_boot_ms() - pool.left_ms[i] > GONE_MS) /* it does not want to; what is dead is seen next time */
                kill(pool.leaving[i], SIGKILL);
        }
    return left;
}

static void let_go(pid_t pid)
{
    pthread_mutex_lock(&pool.lock);
    if (see_off() == LEAVING_MAX) { /* something is very wrong with the oldest */
        kill(pool.leaving[0], SIGKILL);
        waitpid(pool.leaving[0], NULL, 0);
        pool.leaving[0] = 0;
    }
    for (int i = 0; i < LEAVING_MAX; i++)
        if (!pool.leaving[i]) {
            pool.leaving[i] = pid;
            pool.left_ms[i] = clock_boot_ms();
            break;
        }
    pthread_mutex_unlock(&pool.lock);
}

bool remote_prepare(const char *program, struct err *e)
{
    bool ok = true;
    pthread_mutex_lock(&pool.lock);
    if (program && !pool.program)
        pool.program = mem_dup(program);
    if (!pool.waiting.pid)
        ok = start_process(pool.program, &pool.waiting, e);
    see_off();
    pthread_mutex_unlock(&pool.lock);
    return ok;
}

void remote_wait(void)
{
    struct pollfd ready = { .events = POLLIN };
    pthread_mutex_lock(&pool.lock);
    ready.fd = pool.waiting.pid ? pool.waiting.socket : -1;
    pthread_mutex_unlock(&pool.lock);
    poll(&ready, 1, 2000);
}

static bool take_process(struct process *out, struct err *e)
{
    pthread_mutex_lock(&pool.lock);
    struct process p = pool.waiting;
    pool.waiting = (struct process){ .socket = -1 };
    if (p.pid && waitpid(p.pid, NULL, WNOHANG) != 0) { /* it died while it waited */
        release_process(&p);
        p.pid = 0;
    }
    bool ok = p.pid || (pool.program ? start_process(pool.program, &p, e) : err_set(e, ERR_MISSING, "the player was not prepared"));
    pthread_mutex_unlock(&pool.lock);
    if (ok)
        *out = p;
    return ok;
}

static void settle(void)
{
    int64_t until = clock_boot_ms() + SETTLE_MS;
    pthread_mutex_lock(&pool.lock);
    if (pool.waiting.pid) { /* it sees the end of its socket */
        pid_t pid = pool.waiting.pid;
        release_process(&pool.waiting);
        for (int i = 0; i < LEAVING_MAX; i++)
            if (!pool.leaving[i]) {
                pool.leaving[i] = pid;
                pool.left_ms[i] = clock_boot_ms();
                break;
            }
    }
    while (see_off() && clock_boot_ms() < until) {
        pthread_mutex_unlock(&pool.lock);
        usleep(2000);
        pthread_mutex_lock(&pool.lock);
    }
    for (int i = 0; i < LEAVING_MAX; i++)
        if (pool.leaving[i]) {
            kill(pool.leaving[i], SIGKILL);
            waitpid(pool.leaving[i], NULL, 0);
            pool.leaving[i] = 0;
        }
    pthread_mutex_unlock(&pool.lock);
}

/* ---- one player: the owner's side ---- */

struct player {
    struct process process;
    pthread_t listener;
    void (*wake)(void *ctx);
    void *wake_ctx;
    atomic_bool dead;         /* the process has closed its end */
    bool blamed;              /* the reason is known */
    struct err problem;
    int64_t opened_ms;
    uint32_t turn;            /* of the state, when it last moved; and when that was */
    int64_t turned_ms;
    uint64_t commands;        /* sent */
    uint64_t seek_command;    /* the last seek's number; 0: none */
    int64_t seek_ms;
    uint64_t pause_command;
    bool paused, unpaced;
    uint64_t taken;           /* number of the newest picture that was shown */
    uint64_t missed;          /* pictures that came and went between two looks */
    struct picture picture;
    double first_frame_ms;
};

static void *listen_main(void *arg)
{
    struct player *p = arg;
    char wakes[64];
    for (;;) {
        ssize_t n = recv(p->process.socket, wakes, sizeof wakes, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            atomic_store(&p->dead, true);
        p->wake(p->wake_ctx);
        if (n <= 0)
            return NULL;
    }
}

static void no_wake(void *ctx)
{
    (void)ctx;
}

static bool send_command(struct player *p, const struct link_command *c, int fd)
{
    union { struct cmsghdr head; char space[CMSG_SPACE(sizeof(int))]; } control = { 0 };
    struct iovec data = { (void *)c, sizeof *c };
    struct msghdr m = { .msg_iov = &data, .msg_iovlen = 1 };
    if (fd >= 0) {
        m.msg_control = &control;
        m.msg_controllen = sizeof control;
        struct cmsghdr *head = CMSG_FIRSTHDR(&m);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(head), &fd, sizeof fd);
    }
    p->commands++;
    ssize_t n;
    do
        n = sendmsg(p->process.socket, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0) /* EAGAIN: it has not listened for hundreds of commands */
        kill(p->process.pid, SIGKILL);
    return n == (ssize_t)sizeof *c;
}

static bool command(struct player *p, enum link_kind kind, int64_t value)
{
    struct link_command c = { .kind = kind, .value = value };
    return send_command(p, &c, -1);
}

static struct player *open_remote(const struct player_opts *o, struct err *e)
{
    struct player *p = mem_alloc(sizeof *p);
    struct link_command c = { .kind = LINK_OPEN };
    c.open.start_ms = o->start_ms;
    c.open.volume = o->volume;
    c.open.speed_permille = o->speed_permille;
    c.open.start_paused = o->start_paused;
    c.open.mute = o->mute;
    c.open.unpaced = o->unpaced;
    c.open.has_lang = o->audio_lang != NULL;
    const char *name = strrchr(o->name, '/'); /* only its ending is of use there */
    name = name ? name + 1 : o->name;
    size_t len = strlen(name);
    strncpy(c.open.name, len < LINK_TEXT ? name : name + len - (LINK_TEXT - 1), LINK_TEXT - 1);
    if (o->audio_lang)
        strncpy(c.open.audio_lang, o->audio_lang, sizeof c.open.audio_lang - 1);
    p->process.socket = -1;
    bool ok = take_process(&p->process, e);
    if (ok) {
        p->wake = o->wake ? o->wake : no_wake;
        p->wake_ctx = o->wake_ctx;
        p->opened_ms = p->turned_ms = clock_boot_ms();
        p->paused = o->start_paused;
        p->unpaced = o->unpaced;
        if (!send_command(p, &c, o->fd))
            log_warn("the player did not take the film");
        thread_start(&p->listener, "media-listen", listen_main, p);
    } else {
        free(p);
    }
    close(o->fd);
    return ok ? p : NULL;
}

static void close_remote(struct player *p)
{
    struct err e = ERR_INIT;
    if (!p)
        return;
    shutdown(p->process.socket, SHUT_RDWR); /* ends it, and the listener */
    thread_join(p->listener);
    let_go(p->process.pid);
    release_process(&p->process);
    free(p);
    if (!remote_prepare(NULL, &e))
        log_error("%s", e.text);
}

/* ---- state: copied, then checked ---- */

static void read_state(const struct player *p, struct link_state *out)
{
    struct link_memory *m = p->process.memory;
    for (int tries = 0; tries < 1000; tries++) {
        uint32_t turn = atomic_load(&m->state_turn);
        memcpy(out, (const void *)&m->state, sizeof *out);
        atomic_thread_fence(memory_order_acquire);
        if (!(turn & 1) && atomic_load(&m->state_turn) == turn)
            break;
    }
    struct player_state *s = &out->player;
    s->problem.text[sizeof s->problem.text - 1] = 0;
    if (!utf8_valid(s->problem.text, strlen(s->problem.text)))
        s->problem.text[0] = 0;
    if ((unsigned)s->problem.kind >= ERR_KIND_COUNT)
        s->problem.kind = ERR_INVALID;
    if ((unsigned)s->phase > PLAYER_FAILED)
        s->phase = PLAYER_FAILED;
    if (s->position_ms < 0)
        s->position_ms = 0;
    if (s->length_ms < 0)
        s->length_ms = 0;
    if (s->audio_track_count < 0 || s->audio_track_count > PLAYER_MAX_TRACKS)
        s->audio_track_count = 0;
    if (s->audio_track < -1 || s->audio_track >= s->audio_track_count)
        s->audio_track = -1;
    for (int i = 0; i < PLAYER_MAX_TRACKS; i++) {
        s->track[i].lang[sizeof s->track[i].lang - 1] = 0;
        s->track[i].title[sizeof s->track[i].title - 1] = 0;
        if (!utf8_valid(s->track[i].title, strlen(s->track[i].title)))
            s->track[i].title[0] = 0;
    }
}

/* Why a player that is no more stopped; also one that hangs is made no more. */
static void blame(struct player *p, const struct link_state *l)
{
    int64_t now = clock_boot_ms();
    uint32_t turn = atomic_load(&p->process.memory->state_turn);
    bool moving = l->player.phase == PLAYER_OPENING || l->player.phase == PLAYER_PLAYING;
    if (turn != p->turn || !moving) {
        p->turn = turn;
        p->turned_ms = now;
    }
    if (!atomic_load(&p->dead) && !p->blamed && now - (l->commands ? p->turned_ms : p->opened_ms) > HUNG_MS) {
        err_set(&p->problem, ERR_UNSUPPORTED, "the film hung the process that decodes it for 5 seconds");
        p->blamed = true;
        log_error("%s", p->problem.text);
        kill(p->process.pid, SIGKILL);
    } else if (atomic_load(&p->dead) && !p->blamed && l->player.phase != PLAYER_FAILED) {
        err_set(&p->problem, ERR_UNSUPPORTED, "the film broke the process that decodes it");
        p->blamed = true;
        log_error("%s (at %lld ms)", p->problem.text, (long long)l->player.position_ms);
    }
}

static void state_remote(struct player *p, struct player_state *out)
{
    struct link_state l;
    read_state(p, &l);
    blame(p, &l);
    *out = l.player;
    /* What was asked and not yet heard of shows as if it were. */
    if (p->pause_command > l.commands && (out->phase == PLAYER_PLAYING || out->phase == PLAYER_PAUSED))
        out->phase = p->paused ? PLAYER_PAUSED : PLAYER_PLAYING;
    if (p->seek_command > l.commands) {
        out->seeking = true;
        out->position_ms = out->length_ms > 0 && p->seek_ms > out->length_ms ? out->length_ms : p->seek_ms;
        if (out->phase == PLAYER_ENDED)
            out->phase = p->paused ? PLAYER_PAUSED : PLAYER_PLAYING;
    }
    if (p->blamed) {
        out->phase = PLAYER_FAILED;
        out->problem = p->problem;
    }
}

static void cost_remote(struct player *p, struct player_cost *out)
{
    struct link_state l;
    read_state(p, &l);
    *out = l.cost;
    out->first_frame_ms = p->first_frame_ms;
    out->dropped += p->missed;
}

/* ---- pictures ---- */

static bool plane_fits(const struct link_picture *k, int i)
{
    int w = i ? (k->width + 1) / 2 : k->width, h = i ? (k->height + 1) / 2 : k->height;
    return k->stride[i] >= w && k->stride[i] <= LINK_WIDTH_MAX * 2 && k->offset[i] <= LINK_SLOT_BYTES &&
           (uint64_t)k->stride[i] * (uint64_t)h <= (uint64_t)LINK_SLOT_BYTES - k->offset[i];
}

static bool picture_sound(const struct link_picture *k)
{
    return k->width > 0 && k->width <= LINK_WIDTH_MAX && k->height > 0 && k->height <= LINK_HEIGHT_MAX && k->display_width > 0 &&
           k->display_width <= 1 << 15 && k->display_height > 0 && k->display_height <= 1 << 15 &&
           (k->matrix == 601 || k->matrix == 709 || k->matrix == 2020) && plane_fits(k, 0) && plane_fits(k, 1) && plane_fits(k, 2);
}

static bool take_picture(struct player *p, int slot)
{
    struct link_memory *m = p->process.memory;
    struct link_picture k;
    memcpy(&k, (const void *)&m->picture[slot], sizeof k);
    if (k.after_commands < p->seek_command || !picture_sound(&k)) /* from before the seek, or nonsense */
        return false;
    for (int i = 0; i < 3; i++) {
        p->picture.plane[i] = m->pixels[slot] + k.offset[i];
        p->picture.stride[i] = k.stride[i];
    }
    p->picture.width = k.width;
    p->picture.height = k.height;
    p->picture.full_range = k.full_range;
    p->picture.matrix = k.matrix;
    p->picture.display_width = k.display_width;
    p->picture.display_height = k.display_height;
    p->picture.pts_ms = k.pts_ms;
    p->picture.serial++;
    return true;
}

static const struct picture *frame_remote(struct player *p, bool *changed)
{
    struct link_memory *m = p->process.memory;
    uint64_t ready = atomic_load(&m->ready);
    *changed = false;
    if (ready >> 2 != p->taken && (ready & 3) < LINK_SLOTS) {
        uint32_t before = atomic_load(&m->held);
        for (uint64_t again; ; ready = again) { /* hold it, then look whether it still was the newest when held */
            atomic_store(&m->held, (uint32_t)(ready & 3) % LINK_SLOTS + 1);
            if ((again = atomic_load(&m->ready)) == ready)
                break;
        }
        *changed = take_picture(p, (int)(ready & 3) % LINK_SLOTS);
        if (!*changed)
            atomic_store(&m->held, before);
        else if (p->taken && ready >> 2 > p->taken + 1)
            p->missed += (ready >> 2) - p->taken - 1;
        p->taken = ready >> 2;
        if (p->unpaced)
            command(p, LINK_TAKEN, (int64_t)p->taken);
        if (*changed && p->picture.serial == 1)
            p->first_frame_ms = (double)(clock_boot_ms() - p->opened_ms);
    }
    return p->picture.serial ? &p->picture : NULL;
}

static int due_remote(struct player *p)
{
    enum { LOOK_MS = 1000 }; /* that it lives: a hang wakes nobody */
    return atomic_load(&p->process.memory->ready) >> 2 != p->taken ? 0 : atomic_load(&p->dead) ? -1 : LOOK_MS;
}

/* ---- commands ---- */

static void pause_remote(struct player *p, bool paused)
{
    p->paused = paused;
    command(p, LINK_PAUSE, paused);
    p->pause_command = p->commands;
}

static void seek_remote(struct player *p, int64_t position_ms)
{
    p->seek_ms = position_ms > 0 ? position_ms : 0;
    command(p, LINK_SEEK, p->seek_ms);
    p->seek_command = p->commands;
}

static void speed_remote(struct player *p, int speed_permille) { command(p, LINK_SPEED, speed_permille); }
static void volume_remote(struct player *p, int volume) { command(p, LINK_VOLUME, volume); }
static void track_remote(struct player *p, int track) { command(p, LINK_TRACK, track); }

const struct media_api *remote_api(void)
{
    static const struct media_api api = {
        .version = MEDIA_API_VERSION, .open = open_remote, .close = close_remote, .pause = pause_remote, .seek = seek_remote,
        .speed = speed_remote, .volume = volume_remote, .audio_track = track_remote, .state = state_remote, .frame = frame_remote,
        .due_ms = due_remote, .cost = cost_remote, .scaler_new = scaler_new, .scaler_free = scaler_free,
        .scaler_take = scaler_take, .scaler_paint = scaler_paint, .settle = settle,
    };
    return &api;
}

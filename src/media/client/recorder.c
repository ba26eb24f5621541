#define LOG_MODULE "recorder"
#include "media/client/recorder.h"
#include "base/helper.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct recorder {
    struct helper *helper;
    char *file;            /* constant */
    void (*wake)(void *);
    void *ctx;
    struct gate gate;      /* view */
    struct recorder_view view;
};

static enum err_kind kind_named(const char *name)
{
    for (int k = ERR_NONE + 1; k < ERR_KIND_COUNT; k++)
        if (!strcmp(name, err_kind_name((enum err_kind)k)))
            return (enum err_kind)k;
    return ERR_UNSUPPORTED;
}

bool recorder_line(const char *line, struct recorder_view *v)
{
    float level;
    long long ms;
    char kind[24];
    int at = 0;
    if (sscanf(line, "level %f %lld%n", &level, &ms, &at) == 2 && !line[at] && level >= 0 && level <= 1 && ms >= 0 && ms <= RECORDER_MAX_MS) {
        v->state = RECORDER_RECORDING;
        v->level = level;
        v->ms = ms;
    } else if (!strcmp(line, "finishing")) {
        v->state = RECORDER_FINISHING;
    } else if (sscanf(line, "ready %lld%n", &ms, &at) == 1 && !line[at] && ms >= 0 && ms <= RECORDER_MAX_MS) {
        v->state = RECORDER_READY;
        v->ms = ms;
    } else if (sscanf(line, "error %23s%n", kind, &at) == 1 && line[at] == ' ') {
        v->state = RECORDER_FAILED;
        err_set(&v->why, kind_named(kind), "%.400s", line + at + 1);
    } else {
        return false;
    }
    return true;
}

/* --- the helper's thread --- */

/* What was recorded gets its name here, off the UI's thread. */
static void name_it(struct recorder *r, struct recorder_view *v)
{
    int fd = open(r->file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        err_errno(&v->why, "%s", r->file);
    if (fd < 0 || !sha256_fd(fd, RECORDER_MAX_BYTES, v->sha256, &v->size_bytes, &v->why))
        v->state = RECORDER_FAILED;
    if (fd >= 0)
        close(fd);
}

static void hear(void *ctx, const char *line)
{
    struct recorder *r = ctx;
    struct recorder_view v;
    recorder_view(r, &v);
    if (v.state == RECORDER_READY || v.state == RECORDER_FAILED || !recorder_line(line, &v))
        return;
    if (v.state == RECORDER_READY && r->file)
        name_it(r, &v);
    if (v.state == RECORDER_FAILED)
        log_warn("%s", v.why.text);
    gate_lock(&r->gate);
    r->view = v;
    gate_unlock(&r->gate);
    r->wake(r->ctx);
}

static void over(void *ctx, const struct err *why)
{
    struct recorder *r = ctx;
    gate_lock(&r->gate);
    bool early = r->view.state != RECORDER_READY && r->view.state != RECORDER_FAILED;
    if (early) {
        r->view.state = RECORDER_FAILED;
        r->view.why = *why;
        if (why->kind == ERR_NONE)
            err_set(&r->view.why, ERR_UNSUPPORTED, "weike-recorder has ended");
    }
    gate_unlock(&r->gate);
    if (early)
        log_error("recording: %s", why->text);
    r->wake(r->ctx);
}

/* --- the UI's --- */

struct recorder *recorder_new(const char *program, const char *file, int max_ms, void (*wake)(void *ctx), void *ctx)
{
    struct recorder *r = mem_alloc(sizeof *r);
    char most[16];
    r->file = mem_dup(file);
    r->wake = wake;
    r->ctx = ctx;
    gate_init(&r->gate);
    if (!program) {
        r->view.state = RECORDER_FAILED;
        err_set(&r->view.why, ERR_MISSING, "weike-recorder is not installed beside this program");
        return r;
    }
    snprintf(most, sizeof most, "%d", max_ms);
    struct helper_how how = { .program = program, .args = { file ? file : "probe", file ? most : NULL }, .line = hear, .over = over, .ctx = r };
    r->helper = helper_new(&how);
    return r;
}

void recorder_stop(struct recorder *r)
{
    if (r->helper && !helper_say(r->helper, "stop"))
        log_warn("the recorder does not listen"); /* it has ended: over() says why */
}

void recorder_view(struct recorder *r, struct recorder_view *out)
{
    gate_lock(&r->gate);
    *out = r->view;
    gate_unlock(&r->gate);
}

void recorder_free(struct recorder *r)
{
    if (!r)
        return;
    helper_let_go(r->helper);
    gate_release(&r->gate);
    free(r->file);
    free(r);
}

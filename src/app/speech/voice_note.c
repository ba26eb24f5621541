#define LOG_MODULE "voice_note"
#include "app/speech/voice_note.h"
#include "app/core/installed.h"
#include "app/speech/sound.h"
#include "app/core/words.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/log.h"
#include "media/client/recorder.h"
#include "store/comment/comment.h"
#include "ui/icons.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BARS = 32, BAR_HIGH = 96, BUTTON_HIGH = 128 };
static const float silence = 0.15f; /* recorder_level below which nobody spoke: about -42 dBFS */

struct voice_note {
    struct app *app;
    char *program, *file;       /* file: while there is a recording, or one under way */
    struct recorder *recorder;  /* NULL: nothing is recorded */
    struct recorder *probe;     /* looks whether there is a microphone; NULL: it has */
    struct recorder_view view;  /* as last shown */
    bool deaf;                  /* no microphone */
    float loudest, bar[BARS];   /* newest last */
    uint32_t playing;           /* ticket; 0: silent */
};

/* What a kiosk that was cut off left behind. Once a run: later ones may still be on their way to the writer. */
static void sweep(const char *folder)
{
    static bool swept;
    DIR *dir = swept ? NULL : opendir(folder);
    swept = true;
    if (!dir)
        return;
    for (struct dirent *f; (f = readdir(dir)) != NULL;)
        if (!strncmp(f->d_name, "voice-", 6) && str_ends_with(f->d_name, ".opus")) {
            char *path = fs_join(folder, f->d_name);
            struct err e = ERR_INIT;
            if (!fs_unlink(path, &e))
                log_warn("%s", e.text);
            free(path);
        }
    closedir(dir);
}

struct voice_note *voice_note_open(struct app *app)
{
    struct voice_note *n = mem_alloc(sizeof *n);
    char *folder = fs_join(store_dir(app->store), "incoming");
    n->app = app;
    n->program = installed_program("weike-recorder");
    sweep(folder);
    free(folder);
    n->probe = recorder_new(n->program, NULL, RECORDER_MAX_MS, app_wake, app);
    return n;
}

static void stop_playing(struct voice_note *n)
{
    if (n->playing)
        sound_stop(n->app);
    n->playing = 0;
}

static void discard(struct voice_note *n)
{
    struct err e = ERR_INIT;
    stop_playing(n);
    recorder_free(n->recorder);
    n->recorder = NULL;
    if (n->file && !fs_unlink(n->file, &e))
        log_warn("%s", e.text);
    free(n->file);
    n->file = NULL;
    n->view = (struct recorder_view){ 0 };
    n->loudest = 0;
    memset(n->bar, 0, sizeof n->bar);
}

void voice_note_close(struct voice_note *n)
{
    if (!n)
        return;
    discard(n);
    recorder_free(n->probe);
    free(n->program);
    free(n);
}

static bool begun(const struct voice_note *n)
{
    return n->recorder && (n->view.state == RECORDER_OPENING || n->view.state == RECORDER_RECORDING || n->view.state == RECORDER_FINISHING);
}

bool voice_note_busy(const struct voice_note *n)
{
    return n && (begun(n) || n->playing);
}

bool voice_note_ready(const struct voice_note *n)
{
    return n && n->recorder && n->view.state == RECORDER_READY && n->view.ms > 0;
}

static bool voice_note_silent(const struct voice_note *n)
{
    return voice_note_ready(n) && n->loudest < silence;
}

bool voice_note_keep(struct voice_note *n, char sha256[SHA256_HEX], int64_t *ms)
{
    if (!voice_note_ready(n))
        return false;
    memcpy(sha256, n->view.sha256, SHA256_HEX);
    *ms = n->view.ms;
    voice_keep(app_writer(n->app), n->file, sha256);
    free(n->file); /* it is the writer's now */
    n->file = NULL;
    discard(n);
    return true;
}

static void record(struct voice_note *n)
{
    uint32_t chance[2];
    discard(n);
    sound_stop(n->app); /* the machine does not talk into it */
    random_bytes(chance, sizeof chance);
    n->file = mem_printf("%s/incoming/voice-%08x%08x.opus", store_dir(n->app->store), chance[0], chance[1]);
    n->recorder = recorder_new(n->program, n->file, RECORDER_MAX_MS, app_wake, n->app);
}

static void listen(struct voice_note *n)
{
    struct err e = ERR_INIT;
    n->playing = sound_play_file(n->app, n->file, &e);
    if (!n->playing)
        log_warn("%s", e.text);
}

/* --- what comes by itself --- */

static void look_probe(struct voice_note *n)
{
    struct recorder_view v;
    recorder_view(n->probe, &v);
    if (v.state != RECORDER_READY && v.state != RECORDER_FAILED)
        return;
    n->deaf = v.state == RECORDER_FAILED;
    recorder_free(n->probe);
    n->probe = NULL;
    ui_request_frame(n->app->ui);
}

static void look_recorder(struct voice_note *n)
{
    struct recorder_view v;
    recorder_view(n->recorder, &v);
    if (v.state == n->view.state && v.ms == n->view.ms)
        return;
    if (v.ms != n->view.ms) {
        memmove(n->bar, n->bar + 1, (BARS - 1) * sizeof *n->bar);
        n->bar[BARS - 1] = v.level;
        n->loudest = v.level > n->loudest ? v.level : n->loudest;
    }
    n->view = v;
    if (v.state == RECORDER_FAILED && v.why.kind == ERR_UNSUPPORTED && !v.ms)
        n->deaf = true;
    ui_request_frame(n->app->ui);
}

void voice_note_tick(struct voice_note *n, int64_t boot_ms)
{
    struct sound_state s;
    (void)boot_ms;
    if (!n)
        return;
    if (n->probe)
        look_probe(n);
    if (n->recorder)
        look_recorder(n);
    if (!n->playing)
        return;
    sound_state(n->app, n->playing, &s);
    if (!s.playing) {
        n->playing = 0;
        ui_request_frame(n->app->ui);
    }
}

/* --- how it looks --- */

static void level(struct ui *ui, const struct voice_note *n)
{
    ui_row(ui, "level", .h = BAR_HIGH, .gap = 6, .align = ALIGN_CENTER, .stretch_off = true, .role = ROLE_PROGRESS, .name = tr("How loud it is"))
        for (int i = 0; i < BARS; i++)
            ui_column(ui, "bar", .key = (uint32_t)i, .grow = 1, .h = 8 + (int)(n->bar[i] * (BAR_HIGH - 8)), .radius = 4, .silent = true,
                      .tone = n->bar[i] < silence ? TONE_SAND : TONE_GO) {}
}

static void draw_idle(struct ui *ui, struct voice_note *n)
{
    bool failed = n->recorder && n->view.state == RECORDER_FAILED;
    ui_column(ui, "mouth", .align = ALIGN_CENTER, .stretch_off = true)
        ui_icon(ui, ICON_RECORD_VOICE_OVER, 160, n->deaf ? INK_SECOND : INK_GO);
    if (ui_icon_button(ui, n->deaf ? ICON_MIC_OFF : ICON_MIC, failed && !n->deaf ? tr("Try again") : tr("Start speaking"), .tone = n->deaf ? TONE_CARD : TONE_GO,
                       .h = BUTTON_HIGH, .row = true, .font = FONT_HEADING, .disabled = n->deaf))
        record(n);
    if (n->deaf)
        ui_label(ui, tr("No microphone was found. Please ask the technician; you can write, or pick words."), .ink = INK_STOP, .role = ROLE_ALERT);
    else if (failed)
        ui_label(ui, n->view.why.kind == ERR_FULL || n->view.why.kind == ERR_IO ? words_error(n->view.why.kind) : tr("The recording did not work."),
                 .ink = INK_STOP, .role = ROLE_ALERT);
    else
        ui_label(ui, tr("Speak for up to one minute. Then you can listen to it."), .ink = INK_SECOND, .align = ALIGN_CENTER);
}

static void draw_recording(struct ui *ui, struct voice_note *n)
{
    bool finishing = n->view.state == RECORDER_FINISHING;
    ui_row(ui, "now", .gap = 24, .align = ALIGN_CENTER) {
        ui_icon(ui, ICON_MIC, 64, INK_STOP);
        ui_label(ui, ui_fmt(ui, "%s / %s", words_timer(ui, n->view.ms), words_timer(ui, RECORDER_MAX_MS)), .font = FONT_HEADING, .min_w = 260);
        ui_column(ui, "bars", .grow = 1)
            level(ui, n);
    }
    if (ui_icon_button(ui, ICON_STOP, finishing ? tr("One moment …") : tr("I have spoken"), .tone = TONE_SUN, .h = BUTTON_HIGH, .row = true,
                       .font = FONT_HEADING, .disabled = n->view.state != RECORDER_RECORDING))
        recorder_stop(n->recorder);
}

static void draw_ready(struct ui *ui, struct voice_note *n)
{
    ui_row(ui, "ready", .gap = 30) {
        if (ui_icon_button(ui, n->playing ? ICON_STOP : ICON_PLAY_ARROW,
                           n->playing ? tr("Stop") : ui_fmt(ui, tr("Listen · %s"), words_timer(ui, n->view.ms)),
                           .tone = TONE_GO_OUTLINE, .h = BUTTON_HIGH, .row = true, .grow = 1, .font = FONT_HEADING, .name = n->playing ? tr("Stop") : tr("Listen"))) {
            if (n->playing)
                stop_playing(n);
            else
                listen(n);
        }
        if (ui_icon_button(ui, ICON_DELETE, tr("Delete"), .tone = TONE_STOP_OUTLINE, .h = BUTTON_HIGH, .row = true, .min_w = 240))
            discard(n);
    }
    if (voice_note_silent(n))
        ui_label(ui, tr("Nothing was heard. Delete it and speak closer to the microphone."), .ink = INK_SUN, .role = ROLE_ALERT);
}

void voice_note_draw(struct ui *ui, struct voice_note *n)
{
    ui_column(ui, "voice", .gap = 24, .grow = 1, .justify = ALIGN_CENTER) {
        if (begun(n))
            draw_recording(ui, n);
        else if (voice_note_ready(n))
            draw_ready(ui, n);
        else
            draw_idle(ui, n);
    }
}

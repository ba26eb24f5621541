#define LOG_MODULE "speaker"
#include "app/speech/speaker.h"
#include "app/speech/sound.h"
#include "app/speech/spoken_log.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/i18n.h"
#include "base/log.h"
#include "store/library/blob.h"
#include "store/library/prompt.h"
#include "ui/reader.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 3900 };
enum why { WHY_TAP, WHY_ITSELF, WHY_CARD };

struct utterance {  /* said in one go */
    char *text;
    char sha256[SHA256_HEX]; /* the recording; "": by the machine */
    int item;
};
struct item { uint64_t id; enum ui_role role; };

/* Hashes of what was there when it was last looked at: what is not among them is new. */
struct heard { int count; uint64_t hash[READER_ITEMS_MAX]; };

struct speaker {
    struct app *app;
    enum why why;
    int item_count, count, cap, at; /* utterances; the one being said */
    struct item item[READER_ITEMS_MAX];
    struct utterance *say;
    bool reading;
    uint32_t ticket;
    int64_t asked_boot_us;     /* when the finger left the button; 0: told already */
    bool read_to_me;           /* this session was asked for it */
    const void *screen;        /* whose boxes these are */
    uint64_t title;            /* hash of the titles when the reading began */
    struct heard page, card;   /* on the screen itself, and on a card above it */
    struct spoken_log *log;
    struct reader_item found[READER_ITEMS_MAX]; /* scratch of one look */
};

struct speaker *speaker_new(struct app *app)
{
    struct speaker *s = mem_alloc(sizeof *s);
    s->app = app;
    s->log = spoken_log_open(getenv("WEIKE_SPOKEN"));
    return s;
}

static void clear(struct speaker *s)
{
    for (int i = 0; i < s->count; i++)
        free(s->say[i].text);
    s->count = s->at = s->item_count = 0;
    s->reading = false;
    s->ticket = 0;
    s->asked_boot_us = 0;
    ui_highlight(s->app->ui, 0);
    ui_request_frame(s->app->ui);
}

void speaker_free(struct speaker *s)
{
    if (!s)
        return;
    for (int i = 0; i < s->count; i++)
        free(s->say[i].text);
    free(s->say);
    spoken_log_close(s->log);
    free(s);
}

bool speaker_reading(const struct app *app)
{
    return app->speaker && app->speaker->reading;
}

bool speaker_by_tap(const struct app *app)
{
    return speaker_reading(app) && app->speaker->why == WHY_TAP;
}

static void hush(struct app *app, bool quiet)
{
    const struct screen_class *top = nav_top(app->nav);
    if (top && top->hush)
        top->hush(nav_top_screen(app->nav), quiet);
}

static void end(struct speaker *s)
{
    spoken_log_end(s->log);
    clear(s);
    hush(s->app, false);
}

void speaker_stop(struct app *app)
{
    if (!speaker_reading(app))
        return;
    sound_stop(app);
    end(app->speaker);
}

void speaker_session_over(struct app *app)
{
    if (!app->speaker)
        return;
    speaker_stop(app);
    app->speaker->read_to_me = false;
}

/* ---- what to say ---- */

static bool find_recording(struct app *app, const char *text, char sha256[SHA256_HEX])
{
    struct err e = ERR_INIT;
    const char *lang[] = { app->config.dialect, i18n_lang(), "zh-CN", "en" };
    sha256[0] = 0;
    for (size_t i = 0; i < sizeof lang / sizeof *lang && !sha256[0]; i++)
        if (*lang[i] && !prompt_recording(app_db(app), lang[i], text, sha256, &e)) {
            log_warn("%s", e.text);
            return false;
        }
    return sha256[0] != 0;
}

/* "3. Is it so?", "第 3 题 对吗？": the number was not recorded. What comes after it; NULL if this is no such title. */
static const char *without_number(const char *text)
{
    const char *form = tr("%d. %s"), *number = strstr(form, "%d"), *rest = strstr(form, "%s");
    size_t before = number ? (size_t)(number - form) : 0;
    if (!number || !rest || rest < number || rest[2] || strncmp(text, form, before) != 0)
        return NULL;
    const char *p = text + before;
    while (isdigit((unsigned char)*p))
        p++;
    size_t between = (size_t)(rest - number) - 2;
    bool fits = p > text + before && strncmp(p, number + 2, between) == 0 && p[between];
    return fits ? p + between : NULL;
}

static struct utterance *add(struct speaker *s, const char *text)
{
    ARRAY_GROW(s->say, s->count, s->cap);
    struct utterance *u = &s->say[s->count++];
    *u = (struct utterance){ .text = mem_dup(text), .item = s->item_count - 1 };
    return u;
}

static const char *pause_after(const char *text)
{
    /* what ends a clause in Chinese, then in English */
    static const char *const sign[] = { "\u3002", "\uff01", "\uff1f", "\uff0c", "\uff1a", "\uff1b", "\u2026", ".", "!", "?", ",", ":", ";" };
    for (size_t i = 0; i < sizeof sign / sizeof *sign; i++)
        if (str_ends_with(text, sign[i]))
            return " ";
    return i18n_lang()[0] == 'e' ? ", " : "\uff0c";
}

/* Joins what the machine says to what it said just before, of the same box: one breath. */
static void add_words(struct speaker *s, const char *text)
{
    char sha256[SHA256_HEX];
    const char *rest = without_number(text);
    struct utterance *last = s->count ? &s->say[s->count - 1] : NULL;
    if (find_recording(s->app, text, sha256) || (rest && find_recording(s->app, rest, sha256))) {
        memcpy(add(s, text)->sha256, sha256, sizeof sha256);
    } else if (last && last->item == s->item_count - 1 && !last->sha256[0] && strlen(last->text) + strlen(text) < WORDS_MAX - 8) {
        char *joined = mem_printf("%s%s%s", last->text, pause_after(last->text), text);
        free(last->text);
        last->text = joined;
    } else {
        add(s, text);
    }
}

static void add_item(struct speaker *s, const struct reader_item *r)
{
    if (s->item_count == READER_ITEMS_MAX)
        return;
    s->item[s->item_count++] = (struct item){ r->id, r->role };
    for (int i = 0; i < r->piece_count; i++)
        add_words(s, r->piece[i]);
    if (r->selected)
        add_words(s, tr("Chosen"));
}

/* ---- saying it ---- */

static uint32_t sound_of(struct speaker *s, const struct utterance *u, struct err *e)
{
    uint32_t ticket = 0;
    if (u->sha256[0]) {
        char *path = blob_path(store_dir(s->app->store), u->sha256);
        ticket = sound_play_file(s->app, path, e);
        free(path);
    }
    return ticket ? ticket : sound_say(s->app, u->text, i18n_lang(), e); /* a recording that rotted is spoken */
}

/* The next one whose box is still there. */
static void say_next(struct speaker *s)
{
    SDL_Rect r;
    struct err e = ERR_INIT;
    while (s->at < s->count && !reader_find(s->app->ui, s->item[s->say[s->at].item].id, &r))
        s->at++;
    if (s->at < s->count) {
        const struct utterance *u = &s->say[s->at];
        s->ticket = sound_of(s, u, &e);
        ui_highlight(s->app->ui, s->item[u->item].id);
        spoken_log_add(s->log, nav_top(s->app->nav)->name, u->text, r, s->item[u->item].role, u->sha256[0] != 0);
    }
    if (s->at == s->count || !s->ticket) {
        if (e.kind)
            log_warn("%s", e.text);
        speaker_stop(s->app);
    }
}

static void begin(struct speaker *s, enum why why)
{
    s->why = why;
    s->at = 0;
    s->reading = s->count > 0;
    if (!s->reading)
        return;
    hush(s->app, true);
    ui_request_frame(s->app->ui); /* the button shows that it is reading */
    say_next(s);
}

/* ---- what is there ---- */

static uint64_t hash_item(const struct reader_item *r)
{
    uint64_t h = r->role == ROLE_ALERT;
    for (int i = 0; i < r->piece_count; i++)
        h = hash64(h, r->piece[i], strlen(r->piece[i]));
    return h ? h : 1;
}

static bool was_heard(const struct heard *h, const struct reader_item *r)
{
    uint64_t hash = hash_item(r);
    for (int i = 0; i < h->count; i++)
        if (h->hash[i] == hash)
            return true;
    return false;
}

static void set_heard(struct speaker *s, struct heard *h, int n)
{
    for (h->count = 0; h->count < n; h->count++)
        h->hash[h->count] = hash_item(&s->found[h->count]);
}

/* A countdown changes every second; nobody wants to hear it. */
static bool is_number(const struct reader_item *r)
{
    for (const char *p = r->piece[0]; *p; p++)
        if ((unsigned char)*p >= 0x80 || isalpha((unsigned char)*p))
            return false;
    return r->piece_count == 1;
}

/* What the screen is about: titles and verdicts. */
static uint64_t titles(const struct speaker *s, int n)
{
    uint64_t h = 1;
    for (int i = 0; i < n; i++)
        if ((s->found[i].role == ROLE_HEADING || s->found[i].role == ROLE_ALERT) && !is_number(&s->found[i]))
            h = hash64(h, s->found[i].piece[0], strlen(s->found[i].piece[0]));
    return h;
}

static bool opens_something_new(const struct reader_item *r)
{
    return (r->role == ROLE_HEADING || r->role == ROLE_ALERT || r->role == ROLE_CHOICE) && !is_number(r);
}

/* On a page just opened: titles and choices. Later, what came with a new title or verdict, its texts too. Of a card
 * everything. */
static bool reads_by_itself(const struct reader_item *r, const struct heard *before, bool opened)
{
    bool button = r->role == ROLE_BUTTON || r->role == ROLE_TAB || r->role == ROLE_SLIDER;
    if (is_number(r) || was_heard(before, r))
        return false;
    return r->card || opens_something_new(r) || (!opened && !button);
}

static void read_by_itself(struct speaker *s, int n)
{
    struct heard *before = n && s->found[0].card ? &s->card : &s->page;
    bool something = false, opened = !before->count;
    for (int i = 0; i < n && !something; i++)
        something = opens_something_new(&s->found[i]) && !was_heard(before, &s->found[i]);
    for (int i = 0; something && i < n; i++)
        if (reads_by_itself(&s->found[i], before, opened))
            add_item(s, &s->found[i]);
    set_heard(s, before, n);
    if (s->count)
        begin(s, s->app->session.idle_left_s > 0 ? WHY_CARD : WHY_ITSELF);
}

void speaker_toggle(struct app *app)
{
    struct speaker *s = app->speaker;
    if (s->reading) {
        speaker_stop(app);
        return;
    }
    int n = reader_list(app->ui, s->found, READER_ITEMS_MAX);
    s->read_to_me = true;
    s->asked_boot_us = app->session.touched_boot_ms * 1000;
    s->title = titles(s, n);
    set_heard(s, n && s->found[0].card ? &s->card : &s->page, n);
    for (int i = 0; i < n; i++)
        add_item(s, &s->found[i]);
    begin(s, WHY_TAP);
}

/* ---- the loop ---- */

static void tell_latency(struct speaker *s, const struct sound_state *sound)
{
    if (!s->asked_boot_us || !sound->started_boot_us)
        return;
    log_debug("read aloud: first samples %.1f ms after the tap", (double)(sound->started_boot_us - s->asked_boot_us) / 1000);
    s->asked_boot_us = 0;
}

void speaker_tick(struct app *app, int64_t boot_ms)
{
    struct speaker *s = app->speaker;
    struct sound_state sound;
    sound_tick(app, boot_ms);
    if (!s->reading)
        return;
    if (s->why != WHY_CARD) /* somebody listens */
        app->session.touched_boot_ms = boot_ms;
    sound_state(app, s->ticket, &sound);
    tell_latency(s, &sound);
    if (sound.playing)
        return;
    if (sound.taken) { /* a message is being listened to */
        end(s);
        return;
    }
    if (sound.failed && s->say[s->at].sha256[0]) { /* not to be played: it is spoken after all */
        s->say[s->at].sha256[0] = 0;
        say_next(s);
        return;
    }
    s->at++;
    say_next(s);
}

static void follow_screen(struct speaker *s)
{
    const void *screen = nav_top_screen(s->app->nav);
    if (screen == s->screen)
        return;
    speaker_stop(s->app);
    s->screen = screen;
    s->page.count = s->card.count = 0;
}

/* A film is not talked over, but by a card that stands above it. */
static bool may_speak(const struct speaker *s, int n)
{
    const struct screen_class *top = nav_top(s->app->nav);
    bool card = n && s->found[0].card;
    return (s->read_to_me && top && (!top->hush || card)) || (s->app->session.idle_left_s > 0 && card);
}

void speaker_drawn(struct app *app)
{
    struct speaker *s = app->speaker;
    follow_screen(s);
    if (!s->reading && !s->read_to_me && !app->session.idle_left_s) {
        s->card.count = 0;
        return;
    }
    int n = reader_list(app->ui, s->found, READER_ITEMS_MAX);
    uint64_t title = titles(s, n);
    if (s->reading && title != s->title) /* another question, a card, another language */
        speaker_stop(app);
    s->title = title;
    if (!n || !s->found[0].card)
        s->card.count = 0;
    if (!s->reading && may_speak(s, n))
        read_by_itself(s, n);
}

int speaker_due_ms(const struct app *app, int64_t boot_ms)
{
    return sound_due_ms((struct app *)app, boot_ms);
}

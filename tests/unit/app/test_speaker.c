/* What is read, in which order, and when it ends: with a sound that is over when the test says so. */
#include "screen.h"
#include "store_kit.h"

#include "app/core/app.h"
#include "app/speech/sound.h"
#include "app/speech/speaker.h"
#include "base/i18n.h"
#include "ui/reader.h"

static struct app app;
static char *dir;
static char said[2000];       /* everything, each with a ';' */
static uint32_t tickets;
static bool over, taken, hushed;
static int stops;

/* ---- the sound ---- */

struct sound *sound_new(struct app *a) { (void)a; return NULL; }
void sound_free(struct sound *s) { (void)s; }
void sound_warm(struct app *a) { (void)a; }
void sound_tick(struct app *a, int64_t boot_ms) { (void)a; (void)boot_ms; }
int sound_due_ms(struct app *a, int64_t boot_ms) { (void)a; (void)boot_ms; return -1; }
void sound_stop(struct app *a) { (void)a; stops++; }
uint32_t sound_play(struct app *a, int fd, struct err *e) { (void)a; (void)fd; (void)e; return 0; }
uint32_t sound_play_bytes(struct app *a, const void *d, size_t n, struct err *e) { (void)a; (void)d; (void)n; (void)e; return 0; }
uint32_t sound_play_file(struct app *a, const char *path, struct err *e) { (void)a; (void)path; (void)e; return 0; }
uint32_t sound_say(struct app *a, const char *text, const char *lang, struct err *e)
{
    (void)a;
    (void)lang;
    (void)e;
    strncat(said, text, sizeof said - strlen(said) - 2);
    strcat(said, ";");
    over = taken = false;
    return ++tickets;
}
void sound_state(struct app *a, uint32_t ticket, struct sound_state *out)
{
    (void)a;
    (void)ticket;
    *out = (struct sound_state){ .playing = !over && !taken, .taken = taken };
}

/* ---- the screens ---- */

static const char *title = "Title", *verdict;
static bool card;

static void draw(struct ui *ui, void *screen)
{
    (void)screen;
    ui_column(ui, "page", .gap = 10, .pad = 20) {
        ui_label(ui, title, .role = ROLE_HEADING);
        ui_label(ui, "a note");
        ui_column(ui, "one", .role = ROLE_CHOICE, .h = 60)
            ui_label(ui, "one");
        if (verdict)
            ui_label(ui, verdict, .role = ROLE_ALERT);
        ui_button(ui, "Go");
    }
    if (card)
        ui_overlay(ui, "card", .tone = TONE_CARD) {
            ui_label(ui, "Still there?", .role = ROLE_HEADING);
            ui_label(ui, "27", .role = ROLE_ALERT);
            ui_button(ui, "Here");
        }
}
static void hush(void *screen, bool quiet) { (void)screen; hushed = quiet; }
struct page { int nothing; };
static const struct screen_class page = { .name = "page", .size = sizeof(struct page), .draw = draw };
static const struct screen_class other = { .name = "other", .size = sizeof(struct page), .draw = draw };
static const struct screen_class film = { .name = "film", .size = sizeof(struct page), .draw = draw, .hush = hush };

static void frame(void)
{
    ui_frame_begin(app.ui, 1);
    draw(app.ui, NULL);
    ui_frame_end(app.ui);
    speaker_drawn(&app);
}

static void show(const struct screen_class *c)
{
    nav_reset(app.nav, c, NULL);
    nav_settle(app.nav);
    frame();
}

static void run_out(void) /* everything that is asked for is said */
{
    for (int i = 0; i < 30 && speaker_reading(&app); i++) {
        over = true;
        speaker_tick(&app, 1);
    }
    frame();
}

static int begin(void **state)
{
    (void)state;
    dir = kit_dir();
    memset(&app, 0, sizeof app);
    app.gfx = screen_open(800, 600);
    app.ui = ui_new(app.gfx);
    app.store = kit_open(dir, NULL);
    app.nav = nav_new(&app);
    app.speaker = speaker_new(&app);
    i18n_set("en");
    title = "Title";
    verdict = NULL;
    card = over = taken = hushed = false;
    said[0] = 0;
    stops = 0;
    return 0;
}

static int end(void **state)
{
    (void)state;
    nav_free(app.nav);
    speaker_free(app.speaker);
    ui_free(app.ui);
    gfx_close(app.gfx);
    store_close(app.store);
    kit_remove(dir);
    return 0;
}

static void test_reads_all_when_asked(void **state)
{
    (void)state;
    show(&page);
    assert_string_equal(said, ""); /* nobody asked */
    speaker_toggle(&app);
    assert_true(speaker_by_tap(&app));
    assert_string_equal(said, "Title;");
    app.session.touched_boot_ms = 0;
    speaker_tick(&app, 5000);
    assert_string_equal(said, "Title;"); /* still speaking */
    assert_int_equal(app.session.touched_boot_ms, 5000);
    run_out();
    assert_string_equal(said, "Title;a note;one;Go;");
    assert_false(speaker_reading(&app));
}

static void test_second_tap_other_screen_other_sound_end_it(void **state)
{
    (void)state;
    show(&page);
    speaker_toggle(&app);
    speaker_toggle(&app);
    assert_false(speaker_reading(&app));
    assert_int_equal(stops, 1);
    speaker_toggle(&app);
    taken = true; /* somebody listens to a message: it is not cut off */
    speaker_tick(&app, 1);
    assert_false(speaker_reading(&app));
    assert_int_equal(stops, 1);
    speaker_toggle(&app);
    show(&other);
    assert_int_equal(stops, 2);
}

static void test_then_reads_by_itself_once(void **state)
{
    (void)state;
    show(&page);
    speaker_toggle(&app);
    run_out();
    said[0] = 0;
    frame();
    assert_string_equal(said, "");
    show(&other); /* title and choices only */
    run_out();
    assert_string_equal(said, "Title;one;");
    said[0] = 0;
    verdict = "Right!";
    frame();
    run_out();
    assert_string_equal(said, "Right!;");
    said[0] = 0;
    title = "Second";
    verdict = NULL;
    frame();
    run_out();
    assert_string_equal(said, "Second;");
    speaker_session_over(&app);
    said[0] = 0;
    show(&page);
    assert_string_equal(said, "");
}

static void test_the_card_speaks_without_being_asked(void **state)
{
    (void)state;
    show(&page);
    card = true;
    app.session.idle_left_s = 27;
    frame();
    app.session.touched_boot_ms = 0;
    run_out();
    assert_string_equal(said, "Still there?;Here;"); /* not the countdown, once */
    assert_int_equal(app.session.touched_boot_ms, 0);        /* nobody was there for it */
    card = false;
    app.session.idle_left_s = 0;
    frame();
    said[0] = 0;
    card = true;
    app.session.idle_left_s = 27;
    frame();
    assert_string_equal(said, "Still there?;"); /* the next time again */
}

static void test_a_film_waits_and_is_not_talked_over(void **state)
{
    (void)state;
    show(&page);
    speaker_toggle(&app);
    run_out();
    said[0] = 0;
    show(&film);
    assert_string_equal(said, "");
    speaker_toggle(&app);
    assert_true(hushed);
    speaker_toggle(&app);
    assert_false(hushed);
    card = true;
    frame();
    assert_true(hushed);
    run_out();
    assert_false(hushed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reads_all_when_asked, begin, end),
        cmocka_unit_test_setup_teardown(test_second_tap_other_screen_other_sound_end_it, begin, end),
        cmocka_unit_test_setup_teardown(test_then_reads_by_itself_once, begin, end),
        cmocka_unit_test_setup_teardown(test_the_card_speaks_without_being_asked, begin, end),
        cmocka_unit_test_setup_teardown(test_a_film_waits_and_is_not_talked_over, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

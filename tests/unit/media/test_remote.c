/* runs: alone (it looks at a clock) */
/* The player in a process of its own: as exact as the one inside, and no film, and no process that a film has taken
 * over, harms who shows it. This program is also the hostile process, when it is started as one. */
#define _GNU_SOURCE
#include "media/player/player_link.h"
#include "media/client/remote.h"

/* clip.h talks to the player of this program; here that is the remote one. */
#define player_open remote_api()->open
#define player_close remote_api()->close
#define player_frame remote_api()->frame
#define player_state(p, s) remote_api()->state(p, s)
#define player_due_ms remote_api()->due_ms
#include "clip.h"

#include <dirent.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

static void use(const char *program)
{
    struct err e = ERR_INIT;
    remote_api()->settle();
    if (!remote_prepare(program, &e))
        fail_msg("%s", e.text);
    remote_wait();
}

static void open_clip(struct screen *s, const char *name, struct player_opts o)
{
    screen_open(s, clip_fd(name), name, o);
}

static void every_picture_in_order(void **state)
{
    (void)state;
    static const char *const some[] = { "h264-aac.mp4", "vp9-opus.webm", "av1-opus.webm", "theora-vorbis.ogg" };
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        struct screen s;
        open_clip(&s, some[i], (struct player_opts){ .unpaced = true });
        screen_play(&s);
        assert_int_equal(s.state.phase, PLAYER_ENDED);
        assert_int_equal(s.pictures, CLIP_FRAMES);
        assert_true(s.in_order);
        screen_close(&s);
    }
}

static void seeks_exactly(void **state)
{
    (void)state;
    static const int targets[] = { 1000, 40, 2900, 1333, 0, 2000 };
    struct screen s;
    open_clip(&s, "h264-aac.mp4", (struct player_opts){ .start_paused = true });
    screen_settle(&s);
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        remote_api()->seek(s.player, targets[i]);
        remote_api()->state(s.player, &s.state);
        assert_true(s.state.seeking); /* at once, before the other process has heard of it */
        assert_int_equal(s.state.position_ms, targets[i]);
        s.shown = NULL;
        for (screen_look(&s); s.state.seeking && !screen_over(&s); screen_look(&s))
            screen_wait(&s);
        screen_is_at(&s, targets[i], "seek");
    }
    assert_int_equal(s.state.phase, PLAYER_PAUSED);
    screen_close(&s);
}

static void pausing_shows_at_once(void **state)
{
    (void)state;
    struct screen s;
    open_clip(&s, "h264-aac.mp4", (struct player_opts){ 0 });
    screen_settle(&s);
    remote_api()->pause(s.player, true);
    remote_api()->state(s.player, &s.state);
    assert_int_equal(s.state.phase, PLAYER_PAUSED);
    remote_api()->pause(s.player, false);
    remote_api()->state(s.player, &s.state);
    assert_int_equal(s.state.phase, PLAYER_PLAYING);
    screen_close(&s);
}

static pid_t child_of_mine(void) /* the youngest */
{
    char path[64], text[64] = "";
    pid_t best = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    FILE *f = fopen(path, "r");
    while (f && fscanf(f, "%63s", text) == 1)
        best = (pid_t)atoi(text);
    if (f)
        fclose(f);
    return best;
}

static void a_killed_process_fails_the_lesson_only(void **state)
{
    (void)state;
    struct screen s;
    use(NULL);
    pid_t pid = child_of_mine();
    assert_true(pid > 0);
    open_clip(&s, "h264-aac.mp4", (struct player_opts){ 0 });
    screen_settle(&s);
    kill(pid, SIGKILL);
    screen_play(&s);
    assert_int_equal(s.state.phase, PLAYER_FAILED);
    assert_true(strstr(s.state.problem.text, "broke") != NULL);
    screen_close(&s);
    open_clip(&s, "h264-aac.mp4", (struct player_opts){ .unpaced = true }); /* the next one plays */
    screen_play(&s);
    assert_int_equal(s.state.phase, PLAYER_ENDED);
    screen_close(&s);
}

static void a_hanging_process_is_not_waited_for(void **state)
{
    (void)state;
    struct screen s;
    use(NULL);
    pid_t pid = child_of_mine();
    kill(pid, SIGSTOP); /* as one that hangs while it opens the film */
    int64_t began = clock_boot_ms();
    open_clip(&s, "h264-aac.mp4", (struct player_opts){ 0 });
    assert_true(clock_boot_ms() - began < 500);
    screen_play(&s);
    assert_int_equal(s.state.phase, PLAYER_FAILED);
    assert_true(strstr(s.state.problem.text, "5 seconds") != NULL);
    screen_close(&s);
    use(NULL);
    pid = child_of_mine();
    open_clip(&s, "h264-aac.mp4", (struct player_opts){ 0 });
    screen_settle(&s);
    kill(pid, SIGSTOP); /* in the middle of it */
    screen_play(&s);
    assert_int_equal(s.state.phase, PLAYER_FAILED);
    screen_close(&s);
}

/* The memory is the other side's to fill: with noise, again and again, while the pictures are read. */
static void a_hostile_process_is_not_believed(void **state)
{
    (void)state;
    setenv("WEIKE_TEST_HOSTILE", "1", 1);
    use(NULL); /* the one waiting was started before: let it go and start a hostile one */
    int looked = 0;
    for (int round = 0; round < 3; round++) {
        struct screen s;
        open_clip(&s, "h264-aac.mp4", (struct player_opts){ 0 });
        int64_t until = clock_boot_ms() + 400;
        while (clock_boot_ms() < until) {
            bool changed;
            struct player_state st;
            const struct picture *pic = remote_api()->frame(s.player, &changed);
            if (pic && changed) { /* every byte it promises can be read */
                unsigned sum = 0;
                for (int i = 0; i < 3; i++) {
                    int h = i ? (pic->height + 1) / 2 : pic->height, w = i ? (pic->width + 1) / 2 : pic->width;
                    sum += pic->plane[i][0] + pic->plane[i][(size_t)(h - 1) * (size_t)pic->stride[i] + (size_t)w - 1];
                }
                looked += sum < 1 << 30;
            }
            remote_api()->state(s.player, &st);
            assert_true(st.phase <= PLAYER_FAILED && st.audio_track_count <= PLAYER_MAX_TRACKS && st.position_ms >= 0);
            assert_true(strlen(st.problem.text) < sizeof st.problem.text);
            usleep(100);
        }
        screen_close(&s);
    }
    assert_true(looked >= 0);
    unsetenv("WEIKE_TEST_HOSTILE");
    remote_api()->settle();
}

static int hostile(void)
{
    struct link_memory *m = mmap(NULL, sizeof *m, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, LINK_MEMORY_FD, 0);
    uint32_t seed = (uint32_t)getpid();
    if (m == MAP_FAILED)
        return 1;
    for (char byte[4096];;) {
        unsigned char *head = (unsigned char *)m;
        for (size_t i = 0; i < offsetof(struct link_memory, pixels); i++) {
            seed = seed * 1664525 + 1013904223;
            head[i] = (unsigned char)(seed >> 24);
        }
        if (seed & 0x100) { /* sometimes nearly right */
            m->picture[0] = m->picture[1] = m->picture[2] = (struct link_picture){ .width = 4096, .height = (int)(seed >> 20), .stride = { 4096, 2048, 2048 },
                .matrix = 709, .display_width = 1, .display_height = 1, .after_commands = ~0ull, .offset = { 0, seed, LINK_SLOT_BYTES - 5 } };
        }
        send(LINK_SOCKET_FD, "!", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (recv(LINK_SOCKET_FD, byte, sizeof byte, MSG_DONTWAIT) == 0)
            return 0;
        usleep(50);
    }
}

static int start(void **state)
{
    struct err e = ERR_INIT;
    int rc = clip_make(state);
    return rc ? rc : !remote_prepare("/proc/self/exe", &e);
}

static int stop(void **state)
{
    (void)state;
    remote_api()->settle();
    return 0;
}

/* Started as weike-player: the real one beside the build, or the hostile one. */
static int as_player(void)
{
    if (getenv("WEIKE_TEST_HOSTILE"))
        return hostile();
    char path[700];
    const char *build = getenv("BUILD");
    snprintf(path, sizeof path, "%s/weike-player", build ? build : "build");
    execl(path, "weike-player", (char *)NULL);
    perror(path);
    return 127;
}

int main(int argc, char **argv)
{
    if (argc == 1 && !strcmp(argv[0], "weike-player"))
        return as_player();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_picture_in_order), cmocka_unit_test(seeks_exactly), cmocka_unit_test(pausing_shows_at_once),
        cmocka_unit_test(a_killed_process_fails_the_lesson_only), cmocka_unit_test(a_hanging_process_is_not_waited_for),
        cmocka_unit_test(a_hostile_process_is_not_believed),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

/* main.c - the kiosk's command line. */
#include "app/core/opts.h"
#include "app/lesson/play.h"
#include "app/start.h"
#include "base/version.h"

#include <getopt.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "Usage: weike [--data DIR] [--window WxH] [--panel-mm MM] [--lang zh-CN|en] [--text PERCENT]\n"
    "             [--contrast] [--low-zone] [--left-hand] [--blocks] [--script FILE]\n"
    "       weike --play FILE [--unpaced] [--frames N] [--json] [--window WxH]\n\n"
    "  --data DIR      data directory (default: $WEIKE_DATA, /var/lib/weike, ~/.local/share/weike)\n"
    "  --window WxH    run in a window of this size instead of the whole screen\n"
    "  --panel-mm MM   width of that picture on the panel, where the display does not tell\n"
    "  --lang LANG     zh-CN or en\n"
    "  --text PERCENT  size of letters: 100, 125 or 150\n"
    "  --contrast, --low-zone, --left-hand   begin with what \"See and reach\" offers\n"
    "  --blocks        paint all text as bars: what is left for someone who cannot read\n"
    "  --script FILE   follow a test script, see weike(1)\n"
    "  --play FILE     play one media file, then say what it cost\n"
    "  --unpaced       with --play: as fast as it decodes, without sound\n"
    "  --frames N      with --play: stop after N pictures\n"
    "  --json          with --play: the cost as one JSON object\n"
    "  --version, --help\n";

enum { OPT_DATA = 256, OPT_WINDOW, OPT_PANEL, OPT_TEXT, OPT_CONTRAST, OPT_LOW, OPT_LEFT, OPT_BLOCKS, OPT_LANG, OPT_SCRIPT, OPT_PLAY, OPT_UNPACED, OPT_FRAMES, OPT_JSON, OPT_VERSION, OPT_HELP };
static const struct option options[] = {
    { "data", required_argument, NULL, OPT_DATA },     { "window", required_argument, NULL, OPT_WINDOW },
    { "panel-mm", required_argument, NULL, OPT_PANEL }, { "text", required_argument, NULL, OPT_TEXT },
    { "contrast", no_argument, NULL, OPT_CONTRAST },   { "low-zone", no_argument, NULL, OPT_LOW },
    { "left-hand", no_argument, NULL, OPT_LEFT },       { "blocks", no_argument, NULL, OPT_BLOCKS },
    { "lang", required_argument, NULL, OPT_LANG },     { "script", required_argument, NULL, OPT_SCRIPT },
    { "play", required_argument, NULL, OPT_PLAY },     { "unpaced", no_argument, NULL, OPT_UNPACED },
    { "frames", required_argument, NULL, OPT_FRAMES }, { "json", no_argument, NULL, OPT_JSON },
    { "version", no_argument, NULL, OPT_VERSION },     { "help", no_argument, NULL, OPT_HELP },
    { 0 },
};

static int refuse(const char *what)
{
    fprintf(stderr, "weike: %s\n", what);
    return 2;
}

static bool parse_size(const char *text, int *w, int *h)
{
    char end;
    return sscanf(text, "%dx%d%c", w, h, &end) == 2 && *w >= 320 && *h >= 240 && *w <= 7680 && *h <= 4320;
}

static bool parse_number(const char *text, int least, int most, int *out)
{
    char end;
    int n;
    if (sscanf(text, "%d%c", &n, &end) != 1 || n < least || n > most)
        return false;
    *out = n;
    return true;
}

/* Pictures and films come and go in large pieces. glibc would keep a heap for each thread, and after the first large
 * piece is freed keep the next ones too. */
static void keep_memory_small(void)
{
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 128 << 10);
    mallopt(M_TRIM_THRESHOLD, 128 << 10);
}

int main(int argc, char **argv)
{
    keep_memory_small();
    struct app_opts app = { 0 };
    struct play_opts play = { 0 };
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case OPT_DATA: app.data_dir = optarg; break;
        case OPT_WINDOW:
            if (!parse_size(optarg, &app.width, &app.height))
                return refuse("--window wants WIDTHxHEIGHT, from 320x240 to 7680x4320, for example 1366x768");
            break;
        case OPT_PANEL:
            if (!parse_number(optarg, 50, 10000, &app.panel_mm))
                return refuse("--panel-mm wants the width of the picture in millimetres, 50 to 10000, for example 476");
            break;
        case OPT_TEXT:
            if (!parse_number(optarg, 100, 150, &app.text_percent) || app.text_percent % 25)
                return refuse("--text wants 100, 125 or 150");
            break;
        case OPT_CONTRAST: app.contrast = true; break;
        case OPT_LOW: app.low_zone = true; break;
        case OPT_LEFT: app.left_hand = true; break;
        case OPT_BLOCKS: app.blocks = true; break;
        case OPT_LANG:
            if (strcmp(optarg, "zh-CN") && strcmp(optarg, "en"))
                return refuse("--lang wants zh-CN or en");
            app.lang = optarg;
            break;
        case OPT_SCRIPT: app.script_path = optarg; break;
        case OPT_PLAY: play.file = optarg; break;
        case OPT_UNPACED: play.unpaced = true; break;
        case OPT_FRAMES:
            if ((play.frames = atoi(optarg)) <= 0)
                return refuse("--frames wants a number of pictures, 1 or more");
            break;
        case OPT_JSON: play.json = true; break;
        case OPT_VERSION: printf("weike %s\n", version_text()); return 0;
        case OPT_HELP: fputs(usage, stdout); return 0;
        default: fputs(usage, stderr); return 2;
        }
    }
    if (optind < argc)
        return refuse("this program takes options only; see weike --help");
    if (!play.file)
        return kiosk_run(&app);
    play.width = app.width;
    play.height = app.height;
    return play_main(&play);
}

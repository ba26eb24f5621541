#include "gfx/panel.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/str.h"

#include <SDL2/SDL.h>
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EDID_BLOCK = 128, EDID_MOST = 256 * EDID_BLOCK, TIMING = 54, MAX_CONNECTORS = 64 };
enum { LEAST_MM = 100, MOST_MM = 3000, CM_SLACK_MM = 12 /* centimetres are rounded, some cut off */ };

static bool is_edid(const uint8_t *p, size_t len)
{
    static const uint8_t magic[8] = { 0, 255, 255, 255, 255, 255, 255, 0 };
    uint8_t sum = 0;
    if (len < EDID_BLOCK || memcmp(p, magic, sizeof magic) != 0)
        return false;
    for (int i = 0; i < EDID_BLOCK; i++)
        sum = (uint8_t)(sum + p[i]);
    return sum == 0;
}

/* Between a tall phone's and a very wide desk's shape, and of a size that somebody sits or stands before. */
static bool believable(int w_mm, int h_mm)
{
    return w_mm >= LEAST_MM && w_mm <= MOST_MM && h_mm >= LEAST_MM / 2 && h_mm <= MOST_MM && w_mm <= 4 * h_mm && h_mm <= 3 * w_mm;
}

static bool close_to(int a, int b)
{
    return abs(a - b) <= CM_SLACK_MM;
}

bool panel_parse_edid(const uint8_t *p, size_t len, struct panel *out)
{
    if (!is_edid(p, len))
        return false;
    struct panel panel = { .width_mm = p[21] * 10, .height_mm = p[22] * 10 }; /* 3.6.2: centimetres; 0: unknown, or a ratio */
    bool ratio = !p[21] || !p[22];
    const uint8_t *t = p + TIMING; /* 3.10.2: the preferred timing; a pixel clock of 0 means another descriptor */
    if (t[0] || t[1]) {
        int w = t[12] | (t[14] & 0xf0) << 4, h = t[13] | (t[14] & 0x0f) << 8;
        panel.width_px = t[2] | (t[4] & 0xf0) << 4;
        panel.height_px = t[5] | (t[7] & 0xf0) << 4;
        /* Millimetres are finer, where they are about the same panel: a television's 160 x 90 is its shape. */
        bool agree = ratio ? w != 160 && w != 16 : close_to(w, panel.width_mm) && close_to(h, panel.height_mm);
        if (agree && believable(w, h)) {
            panel.width_mm = w;
            panel.height_mm = h;
            ratio = false;
        }
    }
    bool shape = (p[21] == 160 && p[22] == 90) || (p[21] == 16 && (p[22] == 9 || p[22] == 10));
    if (ratio || shape || !believable(panel.width_mm, panel.height_mm))
        return false;
    *out = panel;
    return true;
}

static bool is_connected(const char *dir, const char *name)
{
    struct err e = ERR_INIT;
    struct str text;
    char *path = mem_printf("%s/%s/status", dir, name);
    str_init(&text, 64);
    bool ok = fs_read(path, 64, &text, &e) && !strncmp(text.data, "connected", 9);
    str_release(&text);
    free(path);
    return ok;
}

static bool read_edid(const char *dir, const char *name, struct panel *out)
{
    struct err e = ERR_INIT;
    struct str edid;
    char *path = mem_printf("%s/%s/edid", dir, name);
    str_init(&edid, EDID_MOST);
    bool ok = fs_read(path, EDID_MOST, &edid, &e) && panel_parse_edid((const uint8_t *)edid.data, edid.len, out);
    str_release(&edid);
    free(path);
    return ok;
}

static int is_connector(const struct dirent *d) /* card0-HDMI-A-1, not card0 or renderD128 */
{
    return !strncmp(d->d_name, "card", 4) && strchr(d->d_name, '-') != NULL;
}

bool panel_find(const char *dir, struct panel *out)
{
    struct dirent **list = NULL;
    int n = scandir(dir, &list, is_connector, alphasort);
    bool found = false;
    for (int i = 0; i < n; i++) {
        if (!found && i < MAX_CONNECTORS && is_connected(dir, list[i]->d_name))
            found = read_edid(dir, list[i]->d_name, out);
        free(list[i]);
    }
    free(list);
    return found;
}

/* X servers without a size make one up so that 96 dpi come out; SDL passes that on. */
static double server_mm_per_px(void)
{
    float dpi = 0;
    bool told = SDL_WasInit(SDL_INIT_VIDEO) && SDL_GetDisplayDPI(0, NULL, &dpi, NULL) == 0;
    bool made_up = fabsf(dpi - 96) < 1 || fabsf(dpi - 72) < 1 || fabsf(dpi - 100) < 0.5f;
    return told && !made_up && dpi >= 30 && dpi <= 400 ? 25.4 / (double)dpi : 0;
}

static int desktop_px(const struct panel *p)
{
    SDL_DisplayMode mode;
    if (SDL_WasInit(SDL_INIT_VIDEO) && SDL_GetDesktopDisplayMode(0, &mode) == 0 && mode.w > 0)
        return mode.w;
    return p->width_px;
}

double panel_window_mm(int told_mm, int window_px, const char *drm_dir)
{
    struct panel p = { 0 };
    if (told_mm > 0)
        return told_mm;
    if (panel_find(drm_dir, &p)) {
        int whole = desktop_px(&p);
        return whole > 0 ? (double)p.width_mm * window_px / whole : 0;
    }
    return server_mm_per_px() * window_px;
}

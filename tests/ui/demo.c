/* demo.c - every widget of ui/ on five screens without an app behind them: for looking at, for the script runner's
 * own test and for measuring. Not installed.
 *
 *   demo [--window WxH] [--lang zh-CN|en] [--screen N] [--script FILE] [--bench] */
#define LOG_MODULE "demo"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "gfx/gfx.h"
#include "ui/icons.h"
#include "ui/script.h"
#include "ui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct demo {
    struct gfx *gfx;
    struct ui *ui;
    int screen, taps, picked;
    bool asking, quit;
    float part, volume;
    char typed[64];
    uint32_t video_rgb;
};

static void top_bar(struct demo *d)
{
    struct ui *ui = d->ui;
    ui_row(ui, "top", .h = 88, .gap = 24, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_row(ui, "who", .tone = TONE_CARD, .radius = 44, .h = 88, .pad_x = 8, .gap = 20, .align = ALIGN_CENTER,
               .stretch_off = true) {
            ui_avatar(ui, "王秀兰", NULL, 0, 72);
            ui_label(ui, "王秀兰", .font = FONT_BUTTON);
            ui_column(ui, "end", .w = 16) {}
        }
        if (ui_button(ui, "不是我", .font = FONT_STRONG, .h = 88))
            d->asking = true;
        ui_spacer(ui);
        ui_label(ui, "9:41", .font = FONT_BUTTON);
        ui_label(ui, "星期日", .font = FONT_NOTE, .ink = INK_SECOND);
        if (ui_button(ui, "中 / En", .font = FONT_NOTE, .h = 88, .w = 120))
            d->screen = (d->screen + 1) % 5;
        ui_icon_button(ui, ICON_VOLUME_UP, "", .name = "读出来", .w = 88, .h = 88, .ink = INK_GO);
    }
}

static void today(struct demo *d)
{
    struct ui *ui = d->ui;
    ui_row(ui, "today", .tone = TONE_CARD, .grow = 1, .clip = true) {
        ui_image(ui, NULL, 0xf5d8b8, .w = 560);
        ui_column(ui, "words", .grow = 1, .pad_x = 44, .pad_y = 28, .gap = 4) {
            ui_label(ui, "今天的一课 · 5 分钟", .font = FONT_STRONG, .ink = INK_SUN);
            ui_label(ui, "接到“公检法”电话怎么办", .font = FONT_TITLE, .role = ROLE_HEADING);
            ui_label(ui, "上次看到 2 分 10 秒", .ink = INK_SECOND);
            ui_spacer(ui);
            ui_row(ui, "go", .gap = 24) {
                if (ui_icon_button(ui, ICON_PLAY_ARROW, "接着学", .tone = TONE_GO, .h = 112, .grow = 1))
                    d->taps++;
                ui_icon_button(ui, ICON_VOLUME_UP, "", .name = "读出来 2", .tone = TONE_GO_OUTLINE, .w = 150, .h = 112);
            }
        }
    }
}

static void hours_card(struct demo *d)
{
    struct ui *ui = d->ui;
    ui_row(ui, "hours", .tone = TONE_CARD, .w = 596, .pad = 36, .gap = 32, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_stack(ui, "ringbox", .w = 292, .h = 292, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
            ui_ring(ui, 292, d->part, d->part + 0.07f);
            ui_column(ui, "sum", .align = ALIGN_CENTER, .stretch_off = true) {
                ui_label(ui, "18.5", .font = FONT_NUMBER);
                ui_label(ui, "/ 32 学时", .ink = INK_SECOND);
            }
        }
        ui_column(ui, "side", .grow = 1, .gap = 8) {
            ui_label(ui, "我的学时", .font = FONT_HEADING);
            ui_label(ui, "本月 2.4", .ink = INK_SECOND);
            ui_label(ui, "还差 13.5", .ink = INK_SECOND);
            ui_column(ui, "gap", .h = 8) {}
            if (ui_button(ui, "查看", .tone = TONE_GO_OUTLINE, .h = 88))
                d->screen = 1;
        }
    }
}

static void course(struct demo *d, int i)
{
    static const struct { const char *name, *note; uint32_t ground; float part; } row[] = {
        { "防电信诈骗", "3 课 · 学完 2", 0xf5d8b8, 0.66f }, { "家庭急救", "3 课 · 学完 3", 0xd6e9de, 1 },
        { "农药安全", "4 课 · 学完 1", 0xe4ebca, 0.25f },   { "看懂公开栏", "3 课 · 未学", 0xdde8f4, 0 },
        { "防汛避险", "3 课 · 未学", 0xd7e3e8, 0 },
    };
    struct ui *ui = d->ui;
    ui_column(ui, "course", .key = (uint32_t)i, .tone = TONE_CARD, .grow = 1, .clip = true, .role = ROLE_BUTTON) {
        if (ui_tapped(ui))
            d->picked = i;
        ui_image(ui, NULL, row[i].ground, .grow = 1);
        ui_column(ui, "words", .pad_x = 24, .pad_y = 10) {
            ui_label(ui, row[i].name, .font = FONT_BUTTON, .max_lines = 1);
            ui_row(ui, "note", .gap = 8, .align = ALIGN_CENTER, .stretch_off = true) {
                if (row[i].part >= 1)
                    ui_icon(ui, ICON_CHECK_CIRCLE, 32, INK_GO);
                ui_label(ui, row[i].note, .font = FONT_NOTE, .ink = INK_SECOND);
            }
        }
        ui_progress(ui, row[i].part, .h = 10, .radius = -1);
        ui_column(ui, "foot", .h = 8) {}
    }
}

static void home(struct demo *d)
{
    struct ui *ui = d->ui;
    ui_column(ui, "home", .pad_x = 48, .pad_y = 16, .gap = 24) {
        top_bar(d);
        ui_column(ui, "air", .h = 0) {}
        ui_row(ui, "upper", .gap = 48, .h = 430) {
            today(d);
            hours_card(d);
        }
        ui_label(ui, "课程", .font = FONT_HEADING, .role = ROLE_HEADING);
        ui_row(ui, "shelf", .gap = 28, .grow = 1, .role = ROLE_LIST)
            for (int i = 0; i < 5; i++)
                course(d, i);
        ui_row(ui, "facts", .gap = 12, .h = 64, .align = ALIGN_CENTER, .stretch_off = true) {
            ui_icon(ui, ICON_CLOUD_DOWNLOAD, 36, INK_INFO);
            ui_label(ui, "新课下载中 2 / 5", .font = FONT_NOTE, .ink = INK_SECOND);
            ui_column(ui, "gap", .w = 16) {}
            ui_icon(ui, ICON_SEND, 36, INK_SECOND);
            ui_label(ui, "待上报 12 条 · 上次回执 昨天 21:30", .font = FONT_NOTE, .ink = INK_SECOND);
        }
    }
}

static void month_bars(struct ui *ui)
{
    static const int tenths[12] = { 12, 20, 16, 28, 9, 11, 23, 15, 19, 8, 24, 0 };
    ui_row(ui, "bars", .grow = 1, .gap = 8)
        for (int m = 0; m < 12; m++)
            ui_column(ui, "month", .key = (uint32_t)m, .grow = 1, .justify = ALIGN_END, .align = ALIGN_CENTER, .stretch_off = true) {
                if (tenths[m]) {
                    ui_label(ui, ui_fmt(ui, "%d.%d", tenths[m] / 10, tenths[m] % 10), .font = FONT_NOTE, .ink = INK_SECOND);
                    ui_column(ui, "bar", .w = 44, .h = tenths[m] * 7, .radius = 10, .tone = m == 10 ? TONE_GO : TONE_GO_TINT) {}
                }
                ui_label(ui, ui_fmt(ui, "%d月", m + 1), .font = FONT_NOTE);
            }
}

static void record(struct ui *ui, int i, const char *day, const char *title, const char *kind, const char *length, bool verified)
{
    ui_row(ui, "record", .key = (uint32_t)i, .h = 94, .pad_x = 36, .gap = 24, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, day, .w = 200, .ink = INK_SECOND);
        ui_label(ui, title, .grow = 1, .font = FONT_BUTTON, .max_lines = 1);
        ui_label(ui, kind, .w = 300, .ink = INK_SECOND);
        ui_label(ui, length, .w = 160, .font = FONT_STRONG, .align = ALIGN_END);
        ui_icon(ui, verified ? ICON_CHECK_CIRCLE : ICON_VISIBILITY, 38, verified ? INK_GO : INK_SUN);
        ui_label(ui, verified ? "已核实" : "已观看", .w = 150, .ink = verified ? INK_GO : INK_SUN);
    }
}

static void foot(struct demo *d)
{
    struct ui *ui = d->ui;
    ui_row(ui, "foot", .h = 96) {
        if (ui_icon_button(ui, ICON_ARROW_BACK, "返回", .min_w = 236))
            d->screen = 0;
        ui_spacer(ui);
        ui_icon_button(ui, ICON_HELP, "帮助", .min_w = 236);
    }
}

static void hours(struct demo *d)
{
    struct ui *ui = d->ui;
    ui_column(ui, "hourspage", .pad_x = 48, .pad_y = 16, .gap = 32) {
        top_bar(d);
        ui_row(ui, "upper", .gap = 32, .h = 430) {
            hours_card(d);
            ui_column(ui, "year", .grow = 1, .tone = TONE_CARD, .pad = 28) {
                ui_label(ui, "2026 年", .font = FONT_HEADING);
                month_bars(ui);
            }
        }
        ui_column(ui, "list", .tone = TONE_CARD, .clip = true, .scroll = true, .grow = 1, .role = ROLE_LIST)
            for (int i = 0; i < 12; i++) {
                record(ui, i, i ? "昨天" : "今天", i % 2 ? "海姆立克急救法" : "接到“公检法”电话怎么办", i % 2 ? "集体 · 31 人" : "自学",
                       i % 2 ? "38 分" : "4 分 52 秒", i % 3 != 2);
                ui_divider(ui);
            }
        foot(d);
    }
}

static void choice(struct demo *d, int i, const char *text)
{
    struct ui *ui = d->ui;
    bool on = d->picked == i;
    ui_row(ui, "choice", .key = (uint32_t)i, .tone = TONE_CARD, .selected = on, .role = ROLE_CHOICE, .grow = 1, .pad = 32,
           .gap = 32, .h = 176, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_column(ui, "letter", .w = 96, .h = 96, .radius = 24, .tone = on ? TONE_GO : TONE_SAND, .align = ALIGN_CENTER,
                  .justify = ALIGN_CENTER, .stretch_off = true) {
            if (on)
                ui_icon(ui, ICON_CHECK, 60, INK_WHITE);
            else
                ui_label(ui, ui_fmt(ui, "%c", 'A' + i), .font = FONT_TITLE);
        }
        ui_label(ui, text, .font = FONT_HEADING, .grow = 1);
        ui_icon(ui, ICON_VOLUME_UP, 48, INK_SECOND);
        if (ui_tapped(ui))
            d->picked = i;
    }
}

static void quiz(struct demo *d)
{
    struct ui *ui = d->ui;
    ui_column(ui, "quiz", .pad_x = 48, .pad_y = 16, .gap = 28) {
        top_bar(d);
        ui_row(ui, "ask", .gap = 32, .h = 150, .align = ALIGN_CENTER, .stretch_off = true) {
            ui_icon_button(ui, ICON_VOLUME_UP, "", .name = "读题", .w = 112, .h = 112, .ink = INK_GO);
            ui_label(ui, "第 3 题 有人自称民警，让您把钱转到“安全账户”，您该怎么做？", .font = FONT_TITLE, .role = ROLE_HEADING);
        }
        ui_row(ui, "first", .gap = 28) {
            choice(d, 0, "马上按他说的转账");
            choice(d, 1, "挂断，打 110 核实");
        }
        ui_row(ui, "second", .gap = 28) {
            choice(d, 2, "把验证码告诉他");
            choice(d, 3, "加他的微信再聊聊");
        }
        ui_row(ui, "verdict", .tone = TONE_GO_SOFT, .pad = 40, .gap = 40, .grow = 1, .align = ALIGN_CENTER, .stretch_off = true) {
            ui_icon(ui, ICON_CHECK_CIRCLE, 96, INK_GO);
            ui_column(ui, "why", .grow = 1) {
                ui_label(ui, "答对了", .font = FONT_HEADING, .ink = INK_GO);
                ui_label(ui, "公安机关没有“安全账户”。先挂断，再打 110。");
            }
            ui_icon_button(ui, ICON_PLAY_CIRCLE_FILLED, "看这一段", .tone = TONE_GO_OUTLINE);
            ui_button(ui, "下一题", .tone = TONE_GO, .min_w = 280);
        }
        foot(d);
    }
}

/* Stands for a video: a flat colour, filled by the callback. */
static void paint_video(void *ctx, SDL_Surface *to, SDL_Rect box, SDL_Rect clip)
{
    struct demo *d = ctx;
    (void)box;
    SDL_FillRect(to, &clip, d->video_rgb);
}

static void glass_button(struct ui *ui, uint32_t icon, const char *label, int w)
{
    ui_icon_button(ui, icon, label, .tone = TONE_GLASS_LIGHT, .w = w, .h = 130, .font = FONT_NOTE, .repeats = true);
}

static void player(struct demo *d)
{
    struct ui *ui = d->ui;
    ui_stack(ui, "player") {
        ui_canvas(ui, "video", paint_video, d, 1);
        ui_column(ui, "over") {
            ui_row(ui, "head", .tone = TONE_FADE_DOWN, .h = 140, .pad_x = 48, .gap = 24, .align = ALIGN_CENTER, .stretch_off = true) {
                if (ui_icon_button(ui, ICON_ARROW_BACK, "返回", .tone = TONE_GLASS, .h = 88))
                    d->screen = 0;
                ui_label(ui, "接到“公检法”电话怎么办", .font = FONT_HEADING, .grow = 1);
                ui_avatar(ui, "王秀兰", NULL, 0, 88);
            }
            ui_spacer(ui);
            ui_column(ui, "low", .tone = TONE_FADE_UP, .pad_x = 64, .pad_y = 40, .gap = 20) {
                ui_label(ui, "公安机关不会在电话里办案，\n更不会要求您转账到“安全账户”。", .font = FONT_CAPTION, .align = ALIGN_CENTER);
                ui_row(ui, "seek", .gap = 28, .align = ALIGN_CENTER, .stretch_off = true) {
                    ui_label(ui, "2:10", .font = FONT_STRONG);
                    ui_column(ui, "slider", .grow = 1, .h = 72, .role = ROLE_SLIDER, .name = "进度", .justify = ALIGN_CENTER) {
                        ui_tapped_at(ui, &d->part, NULL);
                        ui_dragging(ui, &d->part);
                        ui_progress(ui, d->part, .h = 18);
                    }
                    ui_label(ui, "5:03", .font = FONT_STRONG);
                }
                ui_row(ui, "keys", .gap = 28, .justify = ALIGN_CENTER, .align = ALIGN_CENTER, .stretch_off = true) {
                    glass_button(ui, ICON_REPLAY, "没听清", 200);
                    glass_button(ui, ICON_REPLAY_10, "10 秒", 160);
                    ui_icon_button(ui, ICON_PAUSE, "", .name = "停一下", .tone = TONE_GLASS_LIGHT, .w = 220, .h = 150);
                    glass_button(ui, ICON_FORWARD_10, "快进 10 秒", 200);
                    glass_button(ui, ICON_SUBTITLES, "字幕", 200);
                    glass_button(ui, ICON_VOLUME_DOWN, "小声", 160);
                    glass_button(ui, ICON_VOLUME_UP, "大声", 160);
                }
            }
        }
    }
}

static void tones(struct demo *d)
{
    static const char *const name[] = { "无", "纸", "卡片", "绿", "浅绿", "绿框", "橙", "浅橙", "红", "浅红", "蓝", "浅蓝", "沙", "玻璃" };
    struct ui *ui = d->ui;
    ui_column(ui, "tones", .pad = 48, .gap = 24) {
        ui_label(ui, "每一种按钮", .font = FONT_TITLE, .role = ROLE_HEADING);
        for (int r = 0; r < 2; r++)
            ui_row(ui, "row", .key = (uint32_t)r, .gap = 24)
                for (int i = r * 7; i < r * 7 + 7; i++)
                    ui_button(ui, name[i], .tone = (enum ui_tone)i, .grow = 1, .key = (uint32_t)i);
        ui_row(ui, "off", .gap = 24) {
            ui_button(ui, "不能点", .tone = TONE_GO, .disabled = true, .grow = 1);
            ui_button(ui, "也不能", .disabled = true, .grow = 1);
            ui_button(ui, "按着", .tone = TONE_GO, .pressed = true, .grow = 1);
            ui_button(ui, "按着 2", .pressed = true, .grow = 1);
        }
        ui_label(ui, ui_fmt(ui, "打了：%s", d->typed), .role = ROLE_ALERT);
        ui_label(ui, "罕见姓名：䶮、𬭎、王㛃、李𫖯。English words such as WeChat are never split in the middle; “引号”、（括号）和标点"
                     "，。、！？都不会留在行首或行尾。把手机号码、银行卡号和验证码告诉别人之前，请先问一问家里人或者村里的干部。",
                 .font = FONT_BODY);
        ui_row(ui, "three", .gap = 24, .grow = 1)
            for (int i = 0; i < 3; i++)
                ui_column(ui, "col", .key = (uint32_t)i, .grow = 1, .tone = TONE_CARD, .pad = 24, .gap = 16, .align = (enum ui_align)i) {
                    ui_avatar(ui, i ? i > 1 ? "𬭎" : "Zhang" : "䶮", NULL, (unsigned)i + 3, 112);
                    ui_label(ui, i ? i > 1 ? "靠右" : "居中" : "靠左", .font = FONT_HEADING);
                    ui_label(ui, "长长的一行说明文字放不下的时候最后用省略号收住不会写到框外面去再长也一样", .max_lines = 2, .ink = INK_SECOND);
                }
    }
}

static void ask(struct demo *d)
{
    struct ui *ui = d->ui;
    ui_overlay(ui, "ask", .tone = TONE_CARD, .w = 900, .pad = 56, .gap = 32, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, "还在吗？", .font = FONT_TITLE, .role = ROLE_HEADING);
        ui_label(ui, "点一下继续学习", .ink = INK_SECOND);
        if (ui_button(ui, "我还在", .tone = TONE_GO, .w = 520, .h = 112))
            d->asking = false;
    }
}

static void draw(struct demo *d, int64_t now)
{
    static void (*const screen[])(struct demo *) = { home, hours, quiz, player, tones };
    ui_frame_begin(d->ui, now);
    size_t n = strlen(d->typed);
    uint32_t c = ui_typed(d->ui);
    if (c > ' ' && c < 127 && n + 1 < sizeof d->typed)
        d->typed[n] = (char)c;
    screen[d->screen](d);
    if (d->asking)
        ask(d);
    ui_frame_end(d->ui);
}

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void many(struct ui *ui, int rows)
{
    ui_column(ui, "many", .scroll = true)
        for (int i = 0; i < rows; i++)
            ui_row(ui, "row", .key = (uint32_t)i, .tone = TONE_CARD, .role = ROLE_BUTTON, .pad = 8, .gap = 8) {
                ui_label(ui, ui_fmt(ui, "第 %d 课 水的喝法", i), .grow = 1);
                ui_label(ui, "早上起来先喝一杯水。", .ink = INK_SECOND);
                ui_progress(ui, 0.5f, .w = 200);
            }
}

/* Figures, not verdicts: CPU time of frames that change nothing, little, everything. */
static void bench(struct demo *d)
{
    struct ui *ui = d->ui;
    for (int pass = 0; pass < 3; pass++) {
        double start = cpu_ms();
        for (int i = 0; i < 50; i++) {
            ui_frame_begin(ui, clock_boot_ms());
            many(ui, pass == 0 ? 500 : 0);
            if (pass)
                d->part = pass == 1 ? 0.5f : 0.4f + (float)i / 200, home(d);
            ui_frame_end(ui);
        }
        struct ui_stats s = ui_stats(ui);
        static const char *const what[] = { "2,000 boxes, unchanged", "home, unchanged", "home, ring moves" };
        printf("%-24s %5d boxes %5d commands: %.2f ms CPU a frame (last: build %.2f, paint %.2f, %d rects)\n", what[pass], s.nodes,
               s.cmds, (cpu_ms() - start) / 50, s.build_ms, s.paint_ms, s.rects);
    }
    d->screen = 3;
    draw(d, clock_boot_ms());
    SDL_Rect all = { 0, 0, gfx_width(d->gfx), gfx_height(d->gfx) }, half = { 0, 0, all.w, all.h / 2 };
    for (int pass = 0; pass < 2; pass++) {
        double start = cpu_ms();
        for (int i = 0; i < 100; i++)
            ui_repaint(ui, pass ? &half : &all, 1);
        printf("repaint of %s with controls and caption above: %.2f ms CPU\n", pass ? "the upper half" : "all",
               (cpu_ms() - start) / 100);
    }
}

static bool follow(struct demo *d, struct script_run *run, int *due, int *status)
{
    if (!run)
        return true;
    struct script_status s = script_step(run, d->ui, clock_boot_ms());
    if (s.state == SCRIPT_FAILED)
        fprintf(stderr, "demo: %s\n", s.message);
    *status = s.state == SCRIPT_FAILED;
    if (s.state == SCRIPT_RUNNING && (*due < 0 || s.due_ms < *due))
        *due = s.due_ms;
    return s.state == SCRIPT_RUNNING;
}

static void handle(struct demo *d, const SDL_Event *e)
{
    d->quit |= e->type == SDL_QUIT;
    if (e->type == SDL_WINDOWEVENT && e->window.event == SDL_WINDOWEVENT_EXPOSED)
        ui_damage_all(d->ui);
    if (e->type == SDL_WINDOWEVENT && e->window.event == SDL_WINDOWEVENT_SIZE_CHANGED) {
        gfx_resized(d->gfx);
        ui_damage_all(d->ui);
    }
    ui_event(d->ui, e, clock_boot_ms());
}

static int loop(struct demo *d, struct script_run *run)
{
    int status = 0;
    while (!d->quit) {
        SDL_Event e;
        if (ui_wants_frame(d->ui))
            draw(d, clock_boot_ms());
        int due = ui_next_wakeup_ms(d->ui);
        if (!follow(d, run, &due, &status))
            break;
        if (due < 0 ? SDL_WaitEvent(&e) : SDL_WaitEventTimeout(&e, due))
            do
                handle(d, &e);
            while (SDL_PollEvent(&e));
    }
    return status;
}

static bool read_script(const char *path, struct script *s, struct err *e)
{
    struct str text;
    str_init(&text, SCRIPT_MAX_BYTES);
    bool ok = fs_read(path, SCRIPT_MAX_BYTES, &text, e) && script_parse(text.data, text.len, s, e);
    str_release(&text);
    return ok;
}

int main(int argc, char **argv)
{
    int64_t start_us = clock_boot_us();
    struct gfx_opts o = { .width = 1920, .height = 1080, .title = "demo", .lang = "zh-CN" };
    struct demo d = { .part = 0.51f, .picked = 1, .video_rgb = 0xb06a2c };
    struct script script = { 0 };
    struct script_run *run = NULL;
    struct err e = ERR_INIT;
    const char *path = NULL;
    bool measure = false;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--window") && i + 1 < argc)
            sscanf(argv[++i], "%dx%d", &o.width, &o.height);
        else if (!strcmp(argv[i], "--lang") && i + 1 < argc)
            o.lang = argv[++i];
        else if (!strcmp(argv[i], "--screen") && i + 1 < argc)
            d.screen = atoi(argv[++i]) % 5;
        else if (!strcmp(argv[i], "--script") && i + 1 < argc)
            path = argv[++i];
        else if (!strcmp(argv[i], "--bench"))
            measure = true;
    }
    if ((path && !read_script(path, &script, &e)) || !(d.gfx = gfx_open(&o, &e))) {
        fprintf(stderr, "demo: %s\n", e.text);
        return 1;
    }
    int64_t open_us = clock_boot_us();
    d.ui = ui_new(d.gfx);
    draw(&d, clock_boot_ms());
    struct ui_stats first = ui_stats(d.ui);
    log_info("window after %.1f ms, first picture after %.1f ms (build %.1f, paint and show %.1f)",
             (double)(open_us - start_us) / 1e3, (double)(clock_boot_us() - start_us) / 1e3, first.build_ms, first.paint_ms);
    if (measure)
        bench(&d);
    if (path)
        run = script_run_new(&script, d.gfx);
    int status = measure ? 0 : loop(&d, run);
    script_run_free(run);
    script_release(&script);
    ui_free(d.ui);
    gfx_close(d.gfx);
    return status;
}

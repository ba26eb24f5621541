/* keyboard_view.c - how the keyboard looks: the text, words to choose from, four rows of keys. Part of keyboard.h. */
#include "app/shared/chrome.h"
#include "app/keyboard/keyboard_parts.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "ui/icons.h"
#include "ui/theme.h"

#include <string.h>

enum { GAP = 16, ROWS = 5 /* with the words to choose from */, FIELD_LEAST = 150, KEY_LEAST = 80, KEY_MOST = 104, DONE_WIDE = 260,
       PAGER_WIDE = 104, FIELD_PAD = 24, FIELD_EDGE = 12, COUNT_WIDE = 240 /* "200 / 200" in the largest notes */ };

/* What chrome_screen, header and footer leave. */
static int body_high(struct ui *ui)
{
    return ui_units_high(ui) - 2 * 16 - CHROME_HEAD - CHROME_FOOT - 2 * 18;
}

static int key_high(struct ui *ui)
{
    int h = (body_high(ui) - FIELD_LEAST) / ROWS - GAP;
    return h < KEY_LEAST ? KEY_LEAST : h > KEY_MOST ? KEY_MOST : h;
}

static int field_high(struct ui *ui)
{
    return body_high(ui) - ROWS * (key_high(ui) + GAP);
}

static int keys_wide(struct ui *ui)
{
    return ui_units_wide(ui) - 2 * 48;
}

/* --- the text --- */

static void words_so_far(struct ui *ui, struct keyboard *k, int high, int beside)
{
    int px = theme_font_size(FONT_HEADING, k->app->text_percent), line = px * theme_font(FONT_HEADING)->line_permille / 1000 + 1;
    int body = theme_font_size(FONT_BODY, k->app->text_percent) * theme_font(FONT_BODY)->line_permille / 1000 + 1, hint_lines = high / body;
    int lines = high / line, wide = keys_wide(ui) - DONE_WIDE - GAP - 2 * FIELD_PAD - beside;
    struct str shown, tail;
    str_init(&shown, 0);
    str_init(&tail, 0);
    str_printf(&shown, "%s%s", k->text.text.data, keyboard_composes(k) ? k->reply.shown : "");
    typing_tail(shown.data, wide / (px + 1), lines > 1 ? lines : 1, &tail);
    str_puts(&tail, "▏");
    if (shown.len || !*k->hint)
        ui_label(ui, ui_fmt(ui, "%s", tail.data), .font = FONT_HEADING, .name = shown.len ? ui_fmt(ui, "%s", shown.data) : tr("Nothing written yet"));
    else
        ui_label(ui, k->hint, .ink = INK_SECOND, .max_lines = hint_lines > 1 ? hint_lines : 1, .may_cut = true);
    str_release(&tail);
    str_release(&shown);
}

static void count(struct ui *ui, const struct keyboard *k)
{
    ui_label(ui, ui_fmt(ui, "%d / %d", k->text.chars, k->text.max_chars), .font = FONT_NOTE, .ink = k->full ? INK_STOP : INK_SECOND);
}

static void field(struct ui *ui, struct keyboard *k)
{
    bool room = field_high(ui) >= 210;
    int note = theme_font_size(FONT_NOTE, k->app->text_percent) * theme_font(FONT_NOTE)->line_permille / 1000 + 1;
    int inside = field_high(ui) - 2 * FIELD_EDGE - (room ? note + 4 : 0);
    ui_column(ui, "field", .tone = TONE_CARD, .grow = 1, .pad_x = FIELD_PAD, .pad_y = FIELD_EDGE, .gap = 4, .clip = true) {
        if (room)
            ui_row(ui, "asked", .gap = GAP) {
                ui_label(ui, k->title, .font = FONT_NOTE, .ink = INK_SECOND, .grow = 1, .max_lines = 1, .may_cut = true);
                count(ui, k);
            }
        ui_row(ui, "words", .gap = GAP) {
            ui_column(ui, "text", .grow = 1)
                words_so_far(ui, k, inside, room ? 0 : COUNT_WIDE);
            if (!room)
                count(ui, k);
        }
    }
}

static void top(struct ui *ui, struct keyboard *k, int64_t now)
{
    bool can = k->o.may_be_empty || k->text.chars || keyboard_composes(k);
    ui_row(ui, "top", .gap = GAP, .h = field_high(ui)) {
        field(ui, k);
        if (ui_icon_button(ui, ICON_CHECK, tr("Done"), .tone = can ? TONE_GO : TONE_CARD, .row = true, .w = DONE_WIDE, .min_h = 100, .font = FONT_HEADING,
                           .disabled = !can))
            keyboard_press(k, KEY_DONE, now);
    }
}

/* --- words to choose from --- */

static int word_wide(const char *word)
{
    int wide = 48 + (int)utf8_count(word) * 58;
    return wide < 112 ? 112 : wide;
}

/* How many from `first` on fit beside the page buttons. */
static int words_fitting(struct ui *ui, const struct keyboard *k, int first)
{
    int left = keys_wide(ui) - 2 * (PAGER_WIDE + GAP), n = 0;
    for (int i = first; i < k->reply.count; i++, n++) {
        left -= word_wide(k->reply.candidate[i].word) + (n ? GAP : 0);
        if (left < 0)
            break;
    }
    return n ? n : 1;
}

static void turn_page(struct keyboard *k, int next)
{
    if (next > 0 && k->page + 1 < KEYBOARD_PAGES)
        k->page_at[++k->page] = next;
    else if (next < 0 && k->page)
        k->page--;
}

static void candidates(struct ui *ui, struct keyboard *k, int64_t now)
{
    int first = k->page_at[k->page], count = words_fitting(ui, k, first), high = key_high(ui);
    for (int i = first; i < first + count && i < k->reply.count; i++) {
        const char *word = k->reply.candidate[i].word;
        if (ui_button(ui, word, .key = (uint32_t)i, .tone = i ? TONE_CARD : TONE_GO_OUTLINE, .font = FONT_HEADING, .w = word_wide(word), .h = high,
                      .pad_x = 8, .repeats = true))
            keyboard_press(k, KEY_PICK + (uint32_t)i, now);
    }
    ui_spacer(ui);
    if (ui_icon_button(ui, ICON_CHEVRON_LEFT, "", .name = tr("Words before"), .tone = TONE_SAND, .w = PAGER_WIDE, .h = high, .row = true,
                       .disabled = !k->page, .repeats = true))
        turn_page(k, -1);
    if (ui_icon_button(ui, ICON_CHEVRON_RIGHT, "", .name = tr("More words"), .tone = TONE_SAND, .w = PAGER_WIDE, .h = high, .row = true,
                       .disabled = first + count >= k->reply.count, .repeats = true))
        turn_page(k, first + count);
}

static void char_key(struct ui *ui, struct keyboard *k, uint32_t c, enum ui_tone tone, int64_t now)
{
    char text[5] = "";
    struct typing one;
    typing_init(&one, NULL, 1);
    typing_add_char(&one, c);
    memcpy(text, one.text.data, one.text.len + 1);
    typing_release(&one);
    if (ui_button(ui, ui_fmt(ui, "%s", text), .tone = tone, .font = FONT_HEADING, .grow = 1, .h = key_high(ui), .pad_x = 8, .repeats = true))
        keyboard_press(k, c, now);
}

static void char_keys(struct ui *ui, struct keyboard *k, const char *chars, enum ui_tone tone, int64_t now)
{
    for (uint32_t c; (c = utf8_next(&chars)) != 0;)
        char_key(ui, k, c, tone, now);
}

/* What one wants between words, as long as no word is being made. */
static const char *signs(const struct keyboard *k)
{
    static const char *const sign[][3] = { /* not translated: characters, by language and page */
        { "，。？！、：“”（）", ",.?!':-()@", "年月日时分元斤亩个号" },
        { "，。？！、：“”（）", ",.?!':-()@", "$€%+=*/#&_" },
    };
    return sign[i18n_lang()[0] != 'z'][k->mode == KEYBOARD_PINYIN ? 0 : k->mode == KEYBOARD_ENGLISH ? 1 : 2];
}

static void bar(struct ui *ui, struct keyboard *k, int64_t now)
{
    ui_row(ui, "bar", .gap = GAP, .h = key_high(ui), .align = ALIGN_CENTER) {
        if (keyboard_composes(k) && k->reply.count)
            candidates(ui, k, now);
        else if (keyboard_composes(k))
            ui_label(ui, tr("No word has these letters. Take some back."), .ink = INK_SUN, .max_lines = 1, .grow = 1);
        else if (k->full)
            ui_label(ui, tr("There is room for no more words."), .ink = INK_STOP, .role = ROLE_ALERT, .max_lines = 1, .grow = 1);
        else if (k->failed && k->mode == KEYBOARD_ENGLISH && i18n_lang()[0] == 'z')
            ui_label(ui, tr("Pinyin does not work here. You can speak, or type letters and digits."), .ink = INK_STOP, .role = ROLE_ALERT,
                     .max_lines = 1, .grow = 1);
        else
            char_keys(ui, k, signs(k), TONE_SAND, now);
    }
}

/* --- keys --- */

static void rub_key(struct ui *ui, struct keyboard *k, int wide, int64_t now)
{
    ui_row(ui, "rub", .tone = TONE_SAND, .role = ROLE_BUTTON, .name = tr("Take back"), .w = wide, .grow = wide ? 0 : 1, .h = key_high(ui),
           .repeats = true, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true, .radius = 24) {
        ui_icon(ui, ICON_BACKSPACE, 48, INK_MAIN);
        keyboard_hold(k, ui_held(ui), now);
        if (ui_tapped(ui))
            keyboard_press(k, KEY_RUB, now);
    }
}

static void shift_key(struct ui *ui, struct keyboard *k, int wide)
{
    if (k->mode != KEYBOARD_ENGLISH) {
        ui_column(ui, "gap", .w = wide) {}
        return;
    }
    if (ui_icon_button(ui, k->caps == CAPS_LOCK ? ICON_CAPSLOCK : ICON_ARROW_UPWARD, "", .name = tr("Capital letters"),
                       .tone = k->caps ? TONE_GO_SOFT : TONE_SAND, .selected = k->caps != CAPS_OFF, .w = wide, .h = key_high(ui), .row = true, .repeats = true))
        k->caps = k->caps == CAPS_OFF ? CAPS_ONE : k->caps == CAPS_ONE ? CAPS_LOCK : CAPS_OFF;
}

static void letter_keys(struct ui *ui, struct keyboard *k, const char *letters, int64_t now)
{
    for (; *letters; letters++)
        char_key(ui, k, k->caps ? typing_shifted((uint32_t)*letters) : (uint32_t)*letters, TONE_CARD, now);
}

static void letter_rows(struct ui *ui, struct keyboard *k, int64_t now)
{
    int key = (keys_wide(ui) - 9 * GAP) / 10, half = (key - GAP) / 2, wide = (keys_wide(ui) - 7 * key - 8 * GAP) / 2;
    ui_row(ui, "keys1", .gap = GAP)
        letter_keys(ui, k, "qwertyuiop", now);
    ui_row(ui, "keys2", .gap = GAP) {
        ui_column(ui, "left", .w = half) {}
        letter_keys(ui, k, "asdfghjkl", now);
        ui_column(ui, "right", .w = half) {}
    }
    ui_row(ui, "keys3", .gap = GAP) {
        shift_key(ui, k, wide);
        letter_keys(ui, k, "zxcvbnm", now);
        rub_key(ui, k, wide, now);
    }
}

static void digit_rows(struct ui *ui, struct keyboard *k, int64_t now)
{
    ui_row(ui, "keys1", .gap = GAP)
        char_keys(ui, k, "1234567890", TONE_CARD, now);
    ui_row(ui, "keys2", .gap = GAP)
        char_keys(ui, k, "+-*/=%#@_~", TONE_CARD, now);
    ui_row(ui, "keys3", .gap = GAP) {
        char_keys(ui, k, i18n_lang()[0] == 'z' ? "，。、？！：；" : ",.;?!:'", TONE_CARD, now); /* not translated */
        rub_key(ui, k, (keys_wide(ui) - 9 * GAP) / 10 * 2 + GAP, now);
    }
}

static void mode_key(struct ui *ui, struct keyboard *k, const char *label, enum keyboard_mode mode, bool on)
{
    if (ui_button(ui, label, .tone = TONE_SAND, .w = 220, .h = key_high(ui), .pad_x = 8, .disabled = !on))
        keyboard_set_mode(k, mode);
}

static void mode_row(struct ui *ui, struct keyboard *k, int64_t now)
{
    bool digits = k->mode == KEYBOARD_DIGITS, pinyin = k->mode == KEYBOARD_PINYIN;
    ui_row(ui, "keys4", .gap = GAP) {
        if (digits)
            mode_key(ui, k, k->letters == KEYBOARD_PINYIN ? tr("Pinyin") : "abc", k->letters, true);
        else
            mode_key(ui, k, "123", KEYBOARD_DIGITS, true);
        if (ui_button(ui, tr("Space"), .tone = TONE_CARD, .grow = 1, .h = key_high(ui), .repeats = true))
            keyboard_press(k, ' ', now);
        mode_key(ui, k, pinyin || (digits && k->letters == KEYBOARD_PINYIN) ? "English" : tr("Pinyin"),
                 pinyin || (digits && k->letters == KEYBOARD_PINYIN) ? KEYBOARD_ENGLISH : KEYBOARD_PINYIN, pinyin || digits || !k->failed);
    }
}

/* Numbers alone: two rows of keys as wide as can be. */
static void number_rows(struct ui *ui, struct keyboard *k, int64_t now)
{
    static const char *const row[] = { "12345", "67890" };
    for (int i = 0; i < 2; i++)
        ui_row(ui, "keys", .key = (uint32_t)i, .gap = GAP)
            char_keys(ui, k, row[i], TONE_CARD, now);
    ui_row(ui, "keys3", .gap = GAP) {
        char_keys(ui, k, "-.", TONE_CARD, now);
        rub_key(ui, k, 0, now);
    }
}

/* --- all of it --- */

static void listen_to_keys(struct ui *ui, struct keyboard *k, int64_t now)
{
    uint32_t c = ui_typed(ui);
    if (!c || c == 27)
        return;
    if (SDL_GetModState() & KMOD_SHIFT)
        c = typing_shifted(c);
    if (c == '\b')
        keyboard_press(k, KEY_RUB, now);
    else if (keyboard_composes(k) && c >= '1' && c <= '9')
        keyboard_press(k, KEY_PICK + (uint32_t)k->page_at[k->page] + (c - '1'), now);
    else if (!k->o.only_digits || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '\n')
        keyboard_press(k, c, now);
}

enum keyboard_answer keyboard_draw(struct ui *ui, struct keyboard *k)
{
    int64_t now = clock_boot_ms();
    listen_to_keys(ui, k, now);
    ui_column(ui, "keyboard", .grow = 1, .gap = GAP) {
        top(ui, k, now);
        if (k->o.only_digits) {
            number_rows(ui, k, now);
        } else {
            bar(ui, k, now);
            if (k->mode == KEYBOARD_DIGITS)
                digit_rows(ui, k, now);
            else
                letter_rows(ui, k, now);
            mode_row(ui, k, now);
        }
    }
    return k->done ? KEYBOARD_DONE : KEYBOARD_TYPING;
}

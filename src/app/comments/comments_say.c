/* comments_say.c - speaking, or picking words, about a lesson. Part of comments_view.h. */
#include "app/comments/comments_view.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <string.h>

/* What villagers say after a lesson. In the comment they stand in the language of whoever picked them. */
static const char *const phrase[COMMENTS_PHRASES] = {
    TR_MARK("This was useful."), TR_MARK("Well explained!"), TR_MARK("I did not understand it."), TR_MARK("Once more, please."),
    TR_MARK("I have done it this way."), TR_MARK("I will try it at home."), TR_MARK("I will tell my family."), TR_MARK("I have a question."),
    TR_MARK("Let us talk about it."), TR_MARK("I want to learn more."),
};

static int picks(const struct comments_view *s)
{
    int n = 0;
    for (int i = 0; i < COMMENTS_PHRASES; i++)
        n += s->picked[i];
    return n;
}

static void send_picked(struct comments_view *s)
{
    struct str text;
    str_init(&text, 0);
    for (int i = 0; i < COMMENTS_PHRASES; i++)
        if (s->picked[i])
            str_printf(&text, "%s%s", text.len && i18n_lang()[0] != 'z' ? " " : "", tr(phrase[i]));
    comments_send(s, text.data, "", 0);
    str_release(&text);
}

static void send_voice(struct comments_view *s)
{
    char sha256[SHA256_HEX];
    int64_t ms;
    if (voice_note_keep(s->voice, sha256, &ms))
        comments_send(s, "", sha256, ms);
}

static bool send_button(struct ui *ui, bool ready)
{
    return ui_icon_button(ui, ICON_SEND, tr("Say it to everybody"), .tone = ready ? TONE_GO : TONE_CARD, .h = 120, .row = true, .font = FONT_HEADING, .disabled = !ready);
}

static void choice(struct ui *ui, struct comments_view *s, int i, bool full)
{
    bool on = s->picked[i];
    ui_row(ui, "choice", .key = (uint32_t)i, .tone = on ? TONE_GO_SOFT : TONE_CARD, .role = ROLE_CHOICE, .w = (ui_units_wide(ui) - 2 * 48 - 20) / 2,
           .min_h = 80, .pad_x = 32, .gap = 24, .align = ALIGN_CENTER, .stretch_off = true, .selected = on, .disabled = !on && full, .name = tr(phrase[i])) {
        ui_icon(ui, on ? ICON_CHECK_BOX : ICON_CHECK_BOX_OUTLINE_BLANK, 56, on ? INK_GO : INK_SECOND);
        ui_label(ui, tr(phrase[i]), .font = FONT_HEADING, .max_lines = 1);
        if (ui_tapped(ui))
            s->picked[i] = !on;
    }
}

static void pick(struct ui *ui, struct comments_view *s)
{
    int n = picks(s);
    ui_column(ui, "phrases", .gap = 16, .grow = 1)
        for (int r = 0; r < COMMENTS_PHRASES / 2; r++)
            ui_row(ui, "row", .key = (uint32_t)r, .gap = 20, .grow = 1) {
                choice(ui, s, 2 * r, n >= COMMENTS_PICKS);
                choice(ui, s, 2 * r + 1, n >= COMMENTS_PICKS);
            }
    if (send_button(ui, n > 0))
        send_picked(s);
}

static void speak(struct ui *ui, struct comments_view *s)
{
    ui_column(ui, "speak", .grow = 1, .gap = 30, .pad_x = 160) {
        voice_note_draw(ui, s->voice);
        if (voice_note_ready(s->voice) && send_button(ui, true))
            send_voice(s);
    }
}

void comments_say_draw(struct ui *ui, struct comments_view *s)
{
    if (s->part == COMMENTS_SPEAK)
        speak(ui, s);
    else
        pick(ui, s);
}

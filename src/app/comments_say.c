/* comments_say.c - speaking, or picking words, about a lesson. Part of comments_view.h. */
#include "app/comments_view.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <string.h>

/* What villagers say after a lesson. In the comment they stand in the language of whoever picked them. */
static const char *const phrase[COMMENTS_PHRASES] = {
    TR_MARK("This was useful."), TR_MARK("Well explained!"), TR_MARK("I did not understand it."), TR_MARK("Please explain it once more."),
    TR_MARK("I have done it this way."), TR_MARK("I will try it at home."), TR_MARK("I will tell my family."), TR_MARK("I have a question about it."),
    TR_MARK("We should talk about it together."), TR_MARK("I want to learn more about it."),
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

static void pick(struct ui *ui, struct comments_view *s)
{
    int n = picks(s);
    ui_column(ui, "phrases", .gap = 16, .grow = 1)
        for (int r = 0; r < COMMENTS_PHRASES / 2; r++)
            ui_row(ui, "row", .key = (uint32_t)r, .gap = 20, .grow = 1)
                for (int i = 2 * r; i < 2 * r + 2; i++)
                    if (ui_icon_button(ui, s->picked[i] ? ICON_CHECK_BOX : ICON_CHECK_BOX_OUTLINE_BLANK, tr(phrase[i]), .key = (uint32_t)i, .grow = 1,
                                       .w = (ui_units_wide(ui) - 2 * 48 - 20) / 2, .min_h = 80, .row = true, .role = ROLE_CHOICE, .font = FONT_BUTTON,
                                       .tone = s->picked[i] ? TONE_GO_SOFT : TONE_CARD, .selected = s->picked[i],
                                       .disabled = !s->picked[i] && n >= COMMENTS_PICKS))
                        s->picked[i] = !s->picked[i];
    if (send_button(ui, n > 0))
        send_picked(s);
}

static void speak(struct ui *ui, struct comments_view *s)
{
    ui_column(ui, "speak", .grow = 1, .gap = 30, .pad_x = 160, .justify = ALIGN_CENTER) {
        voice_note_draw(ui, s->voice);
        if (send_button(ui, voice_note_ready(s->voice)))
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

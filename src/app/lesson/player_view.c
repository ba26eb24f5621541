/* player_view.c - how the player looks: video or stills, captions, glass controls, the cards at the end. */
#include "app/lesson/player_view.h"
#include "app/mail/stick_chip.h"
#include "app/shared/chrome.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <string.h>

enum { STEP_MS = 10000 };

static void ground(struct ui *ui, struct player_view *s, struct player_wish *w)
{
    ui_column(ui, "picture", .role = ROLE_BUTTON, .radius = -1, .name = tr("Show the buttons")) {
        film_draw(ui, &s->film, NULL);
        if (ui_tapped(ui))
            *w = (struct player_wish){ PLAYER_CONTROLS, !s->controls_shown };
    }
}

static bool is_big(const struct player_view *s)
{
    return s->app->text_percent > 100;
}

static void notes(struct ui *ui, struct player_view *s)
{
    if (s->film.state.damaged_count)
        ui_label(ui, tr("Damaged in places; playing what is whole"), .font = FONT_NOTE, .role = ROLE_ALERT, .max_lines = 2);
    if (s->film.state.audio_silent)
        ui_label(ui, tr("The sound cannot be played"), .font = FONT_NOTE, .role = ROLE_ALERT, .max_lines = 2);
}

static void title_bar(struct ui *ui, struct player_view *s)
{
    ui_column(ui, "titlebar", .tone = TONE_GLASS, .radius = -1, .pad_x = UI_CORNER_X, .pad_y = UI_CORNER_Y)
        ui_row(ui, "header", .gap = 20, .h = CHROME_HEAD, .align = ALIGN_CENTER, .stretch_off = true) {
            chrome_left(ui, s->app);
            ui_column(ui, "what", .grow = 1, .pad_x = 8) {
                ui_label(ui, lang_text_get(&s->lesson.lesson->title, i18n_lang()), .font = is_big(s) ? FONT_NOTE : FONT_STRONG,
                         .max_lines = is_big(s) ? 1 : 2, .may_cut = true);
                notes(ui, s);
            }
            stick_chip_draw(ui, s->app);
            chrome_right(ui, s->app);
        }
}

static void caption(struct ui *ui, struct player_view *s)
{
    const char *text = film_caption(&s->film);
    if (!text)
        return;
    ui_row(ui, "captionrow", .justify = ALIGN_CENTER, .pad_x = 160, .pad_y = 28)
        ui_label(ui, text, .font = FONT_CAPTION, .ink = INK_WHITE, .align = ALIGN_CENTER, .max_lines = 3);
}

static bool control(struct ui *ui, struct player_view *s, uint32_t icon, const char *label, const char *name)
{
    return ui_icon_button(ui, icon, label, .tone = TONE_GLASS, .h = is_big(s) ? 180 : 144, .min_w = 128, .pad_x = 8,
                          .font = FONT_NOTE, .repeats = true, .name = name);
}

static const char *caption_label(const struct player_view *s)
{
    if (s->film.caption < 0)
        return tr("No captions");
    const char *lang = s->lesson.lesson->caption[s->film.caption].lang;
    return !strncmp(lang, "zh", 2) ? tr("Chinese text") : !strncmp(lang, "en", 2) ? tr("English text") : lang;
}

/* With big letters it lies beside the seek bar, where there is room for its words. */
static void caption_button(struct ui *ui, struct player_view *s, bool beside, struct player_wish *w)
{
    if (!s->lesson.lesson->caption_count)
        return;
    bool tapped = beside ? ui_icon_button(ui, ICON_SUBTITLES, caption_label(s), .tone = TONE_GLASS, .h = 84, .pad_x = 20, .font = FONT_NOTE,
                                          .row = true, .repeats = true)
                         : control(ui, s, ICON_SUBTITLES, caption_label(s), NULL);
    if (tapped)
        *w = (struct player_wish){ PLAYER_NEXT_CAPTION, 0 };
}

static void seek_bar(struct ui *ui, struct player_view *s, struct player_wish *w)
{
    int64_t length = film_length_ms(&s->film);
    float part = length > 0 ? (float)s->film.state.position_ms / (float)length : 0, at = part, y;
    ui_row(ui, "seekrow", .gap = 24, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, words_timer(ui, s->film.state.position_ms), .font = FONT_STRONG, .min_w = 96, .max_lines = 1);
        ui_column(ui, "seek", .role = ROLE_SLIDER, .grow = 1, .h = 84, .justify = ALIGN_CENTER, .name = tr("Position in the lesson")) {
            s->scrubbing = ui_dragging(ui, &at);
            ui_progress(ui, s->scrubbing ? at : part, .h = 20, .tone = TONE_GLASS, .silent = true);
            if (ui_tapped_at(ui, &at, &y))
                *w = (struct player_wish){ PLAYER_SEEK, (int64_t)(at * (float)length) };
        }
        ui_label(ui, words_timer(ui, length), .font = FONT_STRONG, .min_w = 96, .max_lines = 1);
        if (is_big(s))
            caption_button(ui, s, true, w);
        if (s->film.state.audio_track_count > 1 && ui_icon_button(ui, ICON_RECORD_VOICE_OVER, tr("Other voice"), .tone = TONE_GLASS, .h = 84,
                                                              .pad_x = 20, .font = FONT_NOTE, .row = true, .repeats = true))
            *w = (struct player_wish){ PLAYER_NEXT_VOICE, 0 };
        if (ui_icon_button(ui, ICON_SPEED, ui_fmt(ui, tr("Speed %s"), s->film.speed_permille == 1000 ? "1" : s->film.speed_permille > 1000 ? "1.25" : "0.75"),
                           .tone = TONE_GLASS, .h = 84, .pad_x = 20, .font = FONT_NOTE, .row = true, .repeats = true))
            *w = (struct player_wish){ PLAYER_NEXT_SPEED, 0 };
    }
}

static void buttons(struct ui *ui, struct player_view *s, struct player_wish *w)
{
    bool playing = film_playing(&s->film);
    ui_row(ui, "controls", .gap = 16, .grow = 1, .justify = ALIGN_CENTER, .align = ALIGN_END, .stretch_off = true) {
        if (control(ui, s, ICON_REPLAY, tr("Say again"), NULL))
            *w = (struct player_wish){ PLAYER_SAY_AGAIN, 0 };
        if (control(ui, s, ICON_REPLAY_10, tr("10 s"), tr("Back 10 s")))
            *w = (struct player_wish){ PLAYER_SEEK, s->film.state.position_ms - STEP_MS };
        if (ui_icon_button(ui, playing ? ICON_PAUSE : ICON_PLAY_ARROW, playing ? tr("Pause") : tr("Play"), .tone = TONE_GO,
                           .h = is_big(s) ? 180 : 160, .w = 200, .pad_x = 8))
            *w = (struct player_wish){ PLAYER_TOGGLE, 0 };
        if (control(ui, s, ICON_FORWARD_10, tr("10 s"), tr("On 10 s")))
            *w = (struct player_wish){ PLAYER_SEEK, s->film.state.position_ms + STEP_MS };
        if (!is_big(s))
            caption_button(ui, s, false, w);
        if (control(ui, s, ICON_VOLUME_DOWN, tr("Quieter"), NULL))
            *w = (struct player_wish){ PLAYER_VOLUME, -15 };
        if (control(ui, s, ICON_VOLUME_UP, tr("Louder"), NULL))
            *w = (struct player_wish){ PLAYER_VOLUME, 15 };
    }
}

static void controls(struct ui *ui, struct player_view *s, struct player_wish *w)
{
    ui_column(ui, "panel", .tone = TONE_GLASS, .radius = -1, .pad_x = UI_CORNER_X, .pad_y = UI_CORNER_Y, .gap = 16) {
        seek_bar(ui, s, w);
        ui_row(ui, "footer", .gap = 16, .align = ALIGN_END, .stretch_off = true) {
            if (chrome_back_button(ui, s->arg.clip && !is_big(s) ? tr("To the question") : NULL, s->arg.clip ? tr("To the question") : NULL))
                *w = (struct player_wish){ PLAYER_LEAVE, 0 };
            buttons(ui, s, w);
            chrome_help_button(ui, s->app, tr("Tap the picture to see the buttons or to hide them.\nThe round arrow says the last sentence once more.\nWhen the lesson is over, a few questions follow."));
        }
    }
}

static void asking(struct ui *ui, struct player_view *s, struct player_wish *w)
{
    ui_overlay(ui, "presence", .tone = TONE_CARD, .pad = 48, .gap = 24, .w = 1100, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_icon(ui, ICON_HEARING, 120, INK_GO);
        ui_label(ui, tr("Are you still listening?"), .font = FONT_TITLE, .role = ROLE_HEADING);
        ui_label(ui, s->film.held & FILM_UNANSWERED ? tr("We waited for you. The lesson goes on where it stopped.") : tr("Tap, and these minutes count as verified."),
                 .ink = INK_SECOND, .align = ALIGN_CENTER);
        if (ui_icon_button(ui, ICON_CHECK, tr("I am listening"), .tone = TONE_GO, .h = 120, .w = 560, .row = true))
            *w = (struct player_wish){ PLAYER_LISTENING, 0 };
    }
}

static const char *earned(struct ui *ui, const struct player_view *s)
{
    const struct study *st = &s->viewing.study;
    if (s->app->session.guest)
        return tr("As a guest your hours are not kept.");
    if (st->watched_ms < 1000)
        return tr("Watched again: these minutes were counted before.");
    return ui_fmt(ui, tr("%s added to your hours"), words_length(ui, st->watched_ms));
}

static void at_the_end(struct ui *ui, struct player_view *s, struct player_wish *w)
{
    const struct lesson *l = s->lesson.lesson;
    bool finished = study_finished(&s->viewing.study, l->completion_permille);
    ui_overlay(ui, "ended", .tone = TONE_CARD, .pad = 44, .gap = 20, .w = 1240, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_icon(ui, finished ? ICON_CHECK_CIRCLE : ICON_HISTORY, 132, finished ? INK_GO : INK_SUN);
        ui_label(ui, finished ? tr("Finished!") : tr("Some parts were skipped"), .font = FONT_TITLE, .role = ROLE_HEADING);
        ui_label(ui, earned(ui, s), .ink = INK_SECOND, .align = ALIGN_CENTER);
        ui_column(ui, "gap", .h = 4) {}
        bool quiz = l->questions.sha256[0] && !s->arg.clip;
        if (quiz && ui_icon_button(ui, ICON_CHECKLIST, tr("To the questions"), .tone = TONE_GO, .h = 120, .w = 1120, .row = true))
            *w = (struct player_wish){ PLAYER_QUIZ, 0 };
        ui_row(ui, "others", .gap = 24, .w = 1120) {
            if (ui_icon_button(ui, ICON_ARROW_BACK, s->arg.clip ? tr("To the question") : tr("Back"), .tone = quiz ? TONE_CARD : TONE_GO, .min_h = 112,
                               .pad_x = 12, .grow = 1, .row = true, .font = FONT_BUTTON))
                *w = (struct player_wish){ PLAYER_LEAVE, 0 };
            if (ui_icon_button(ui, ICON_REPLAY, tr("Watch again"), .tone = TONE_CARD, .min_h = 112, .pad_x = 12, .grow = 1, .row = true, .font = FONT_BUTTON))
                *w = (struct player_wish){ PLAYER_WATCH_AGAIN, 0 };
            if (!s->arg.clip && ui_icon_button(ui, ICON_FORUM, tr("Talk about it"), .tone = TONE_CARD, .min_h = 112, .pad_x = 12, .grow = 1, .row = true,
                                               .font = FONT_BUTTON))
                *w = (struct player_wish){ PLAYER_TALK, 0 };
        }
    }
}

static void cannot_play(struct ui *ui, struct player_view *s, struct player_wish *w)
{
    ui_overlay(ui, "cannot", .tone = TONE_CARD, .pad = 48, .gap = 24, .w = 1100, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_icon(ui, ICON_ERROR_OUTLINE, 120, INK_STOP);
        ui_label(ui, tr("This lesson cannot be shown"), .font = FONT_TITLE, .role = ROLE_HEADING);
        ui_label(ui, words_error(s->film.problem.kind), .ink = INK_SECOND, .align = ALIGN_CENTER, .role = ROLE_ALERT);
        if (ui_icon_button(ui, ICON_ARROW_BACK, tr("Back"), .tone = TONE_GO, .h = 112, .w = 520, .row = true))
            *w = (struct player_wish){ PLAYER_LEAVE, 0 };
    }
}

static void stick_corner(struct ui *ui, struct player_view *s)
{
    if (!s->stick_shown || s->controls_shown)
        return;
    ui_row(ui, "stickrow", .pad_x = UI_CORNER_X, .pad_y = UI_CORNER_Y, .justify = ALIGN_END)
        stick_chip_draw(ui, s->app);
}

void player_view_draw(struct ui *ui, struct player_view *s, struct player_wish *w)
{
    *w = (struct player_wish){ PLAYER_NOTHING, 0 };
    ui_stack(ui, "player", .grow = 1, .radius = -1) {
        ground(ui, s, w);
        ui_column(ui, "above", .grow = 1) {
            if (s->film.player && s->controls_shown)
                title_bar(ui, s);
            stick_corner(ui, s);
            ui_spacer(ui);
            caption(ui, s);
            if (s->film.player && s->controls_shown)
                controls(ui, s, w);
        }
    }
    if (s->film.problem.kind != ERR_NONE)
        cannot_play(ui, s, w);
    else if (s->film.state.phase == PLAYER_ENDED)
        at_the_end(ui, s, w);
    else if (viewing_asking(&s->viewing))
        asking(ui, s, w);
}

/* tech_test.c - does touch reach every corner, does sound come out. */
#include "app/technician/tech.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <math.h>
#include <stdlib.h>

enum { RATE = 48000, TONE_HZ = 660, TONE_MS = 900 };

void tech_test_stop(struct tech *s)
{
    if (s->sound)
        SDL_CloseAudioDevice(s->sound);
    s->sound = 0;
}

/* One gentle tone within the range old ears keep best (500-2000 Hz), faded in and out. */
static void play_tone(struct tech *s)
{
    SDL_AudioSpec want = { .freq = RATE, .format = AUDIO_S16SYS, .channels = 1, .samples = 1024 };
    tech_test_stop(s);
    if (SDL_InitSubSystem(SDL_INIT_AUDIO) == 0)
        s->sound = SDL_OpenAudioDevice(NULL, 0, &want, NULL, 0);
    if (!s->sound) {
        s->sound_note = TR_MARK("No sound device answers. Check the plug, then try again.");
        return;
    }
    int frames = RATE * TONE_MS / 1000, fade = RATE / 20;
    int16_t *tone = mem_resize(NULL, (size_t)frames, sizeof *tone);
    for (int i = 0; i < frames; i++) {
        double gain = i < fade ? (double)i / fade : frames - i < fade ? (double)(frames - i) / fade : 1;
        tone[i] = (int16_t)(gain * s->app->volume / 100.0 * 16000 * sin(2 * M_PI * TONE_HZ * i / RATE));
    }
    SDL_QueueAudio(s->sound, tone, (uint32_t)frames * sizeof *tone);
    SDL_PauseAudioDevice(s->sound, 0);
    free(tone);
    s->sound_note = TR_MARK("A tone is playing now. Do you hear it?");
}

static void target(struct ui *ui, struct tech *s, int i)
{
    bool hit = s->touched >> i & 1;
    if (ui_icon_button(ui, hit ? ICON_CHECK : ICON_TOUCH_APP, ui_fmt(ui, "%d", i + 1), .tone = hit ? TONE_GO : TONE_SAND, .grow = 1, .min_h = 84, .row = true))
        s->touched |= 1u << i;
}

void tech_test_draw(struct ui *ui, struct tech *s)
{
    bool all = s->touched == (1u << TECH_TARGETS) - 1;
    ui_label(ui, tr("Touch test"), .font = FONT_HEADING, .role = ROLE_HEADING);
    ui_label(ui, all ? tr("Every field answered. Touch works.") : tr("Tap each field once."), .ink = all ? INK_GO : INK_SECOND);
    ui_column(ui, "targets", .gap = 20, .grow = 1)
        for (int r = 0; r < 3; r++)
            ui_row(ui, "targetrow", .key = (uint32_t)r, .gap = 20, .grow = 1)
                for (int c = 0; c < 3; c++)
                    target(ui, s, r * 3 + c);
    ui_row(ui, "sound", .gap = 28, .align = ALIGN_CENTER, .stretch_off = true) {
        if (ui_icon_button(ui, ICON_VOLUME_UP, tr("Play a tone"), .tone = TONE_GO_OUTLINE, .h = 100, .min_w = 320, .row = true))
            play_tone(s);
        ui_label(ui, s->sound_note ? tr(s->sound_note) : "", .font = FONT_NOTE, .grow = 1, .ink = INK_SECOND);
    }
}

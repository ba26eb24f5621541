/* scaler.h - pictures of a film into the pixels of the window: only the tiles that changed. The kiosk's UI thread. */
#ifndef WEIKE_MEDIA_CLIENT_SCALER_H
#define WEIKE_MEDIA_CLIENT_SCALER_H
#include "media/player/player.h"

/* The scaler draws pictures into 32-bit XRGB8888 pixels (SDL_PIXELFORMAT_RGB888 / libyuv "ARGB"), and knows what
 * changed since the last picture, so that a talking head touches a third of the screen. */
struct scaler;
struct scaler_rect { int x, y, w, h; };
struct scaler *scaler_new(void);
void scaler_free(struct scaler *s);
/* Takes in the next picture for a target box (in target pixels). Fills `damage` (at most `max`) with the target
 * rectangles that differ from what scaler_paint would have drawn before; returns how many. */
int scaler_take(struct scaler *s, const struct picture *pic, struct scaler_rect box, struct scaler_rect *damage, int max);
/* Draws the part of the last taken picture that falls into `clip`; letterbox is the caller's ground. */
void scaler_paint(const struct scaler *s, uint8_t *pixels, int stride_bytes, struct scaler_rect clip);
#endif

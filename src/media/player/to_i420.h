/* to_i420.h - turns whatever a decoder gives into planar 8-bit 4:2:0, upright. Used by the video thread.
 *
 * Most lessons are 4:2:0 already and pass untouched. */
#ifndef WEIKE_MEDIA_PLAYER_TO_I420_H
#define WEIKE_MEDIA_PLAYER_TO_I420_H
#include <libavutil/frame.h>
#include <stdbool.h>

struct to_i420;
struct to_i420 *to_i420_new(int rotation); /* clockwise: 0, 90, 180, 270 */
void to_i420_free(struct to_i420 *c);
/* Replaces the frame's planes in place; false (frame untouched) for a layout nobody can convert, or no memory. */
bool to_i420_apply(struct to_i420 *c, AVFrame *frame);
#endif

/* frame_queue.h - the few decoded pictures that wait for their moment.
 *
 * Threads: the video decoder pushes, the owner (one thread) looks, pops, seeks and stops. A frame's memory belongs
 * to the decoder's pool; the queue holds references. */
#ifndef WEIKE_MEDIA_PLAYER_FRAME_QUEUE_H
#define WEIKE_MEDIA_PLAYER_FRAME_QUEUE_H
#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

enum { FRAME_QUEUE_LENGTH = 4 };

struct frame_times { int64_t pts_us, end_us; bool first; }; /* first: of its seek */

struct frame_queue;
struct frame_queue *frame_queue_new(void);
void frame_queue_free(struct frame_queue *q);
/* Moves the frame in, waiting for room if `wait`; false if there is none, or the frame belongs to an older seek
 * (it is then released). *was_empty: the owner may be waiting for it. */
bool frame_queue_push(struct frame_queue *q, AVFrame *frame, int64_t pts_us, int64_t end_us, unsigned serial, bool wait,
                      bool *was_empty);
void frame_queue_finish(struct frame_queue *q, unsigned serial); /* no more frames until the next seek */
int frame_queue_count(struct frame_queue *q);
bool frame_queue_look(struct frame_queue *q, int index, struct frame_times *out);
bool frame_queue_pop(struct frame_queue *q, AVFrame *out, struct frame_times *times); /* out is overwritten */
bool frame_queue_finished(struct frame_queue *q); /* finished and empty */
void frame_queue_seek(struct frame_queue *q, unsigned serial);
void frame_queue_stop(struct frame_queue *q);
#endif

/* packet_queue.h - compressed packets between the demuxer and the decoders, bounded by bytes.
 *
 * One lane for pictures and one for sound share one budget: the demuxer waits once the budget is used and no lane
 * is hungry, so a badly interleaved file cannot lock the two decoders against each other. Every packet belongs to
 * a serial, which grows with each seek; packet_queue_seek() throws older ones away, and a decoder that sees a new
 * serial flushes its codec. Threads: the demuxer puts, each lane has one taker, the owner seeks and stops. */
#ifndef WEIKE_MEDIA_PLAYER_PACKET_QUEUE_H
#define WEIKE_MEDIA_PLAYER_PACKET_QUEUE_H
#include <libavcodec/packet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum packet_lane { LANE_VIDEO, LANE_AUDIO, LANE_COUNT };
enum packet_take { PACKET_TAKEN, PACKET_END, PACKET_NONE, PACKET_STOPPED };

struct packet_at { unsigned serial; int64_t target_us; }; /* a seek: its number, and the first moment wanted */

struct packet_queue;
struct packet_queue *packet_queue_new(size_t soft_bytes, size_t hard_bytes);
void packet_queue_free(struct packet_queue *q);
void packet_queue_enable(struct packet_queue *q, enum packet_lane lane, bool on); /* a lane that is off swallows */

/* Moves the packet in. Waits for room if `wait`; false if there is none. A packet of an older serial is dropped,
 * which counts as done. */
bool packet_queue_put(struct packet_queue *q, enum packet_lane lane, AVPacket *pkt, unsigned serial, bool wait);
void packet_queue_end(struct packet_queue *q, unsigned serial); /* no more packets of this serial, on every lane */
/* PACKET_END comes once for each packet_queue_end. `at` is filled with PACKET_TAKEN and PACKET_END. */
enum packet_take packet_queue_take(struct packet_queue *q, enum packet_lane lane, AVPacket *out, struct packet_at *at,
                                   bool wait);

void packet_queue_seek(struct packet_queue *q, struct packet_at to);
struct packet_at packet_queue_at(struct packet_queue *q);
/* Waits until the serial is no longer `serial`; false when stopped. */
bool packet_queue_wait_seek(struct packet_queue *q, unsigned serial);
void packet_queue_stop(struct packet_queue *q);  /* every wait ends, now and later */
size_t packet_queue_bytes(struct packet_queue *q);
#endif

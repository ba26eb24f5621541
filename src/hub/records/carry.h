/* carry.h - custody below the county: packets that wait for their way up, in D/packets/<sha256> with a row each. Nothing is ever
 * dropped to make room: a full store refuses (507) and the sender keeps. */
#ifndef WEIKE_HUB_RECORDS_CARRY_H
#define WEIKE_HUB_RECORDS_CARRY_H
#include "hub/ledger/custody.h"
#include "pack/packet/packet.h"

struct carry_limits { int64_t total_bytes, device_bytes; };
enum { CARRY_WARN_PERCENT = 80, CARRY_FREE_MIN_BYTES = 64 << 20 };

/* Writes the bytes through to the disk; the row comes afterwards. Any thread; the same packet twice at once is fine. */
bool carry_write(const char *data_dir, const struct packet *p, const void *bytes, size_t len, struct err *e) MUST_CHECK;
char *carry_path(const char *data_dir, const char *sha256); /* caller frees */

/* Is there room for `bytes` more of this device? ERR_FULL says of whom there is too much. Any reader. */
bool carry_fits(struct work *w, const char *data_dir, const struct carry_limits *limits, const char *device, size_t bytes,
                struct err *e) MUST_CHECK;
/* Inside a unit of work. *twice: it was here already. Warns at 80 %. ERR_REFUSED: its file was settled away meanwhile; once
 * more. */
bool carry_put(struct work *w, const char *data_dir, const struct carry_limits *limits, const struct packet *p, size_t bytes,
               int64_t now_ms, bool *twice, struct err *e) MUST_CHECK;

/* Forgets what a stored receipt covers. `visit` gets the hash of each. */
struct ack;
bool carry_settle(struct work *w, const struct ack *a, ledger_name_visit *visit, void *ctx, struct err *e) MUST_CHECK;
/* Once a day those that were refused are offered again: the hub above may know their terminal by now. */
bool carry_reconsider(struct work *w, int64_t now_ms, struct err *e) MUST_CHECK;

/* At the start: files without a row (a cut between the two, a database that was lost) are taken in again if they are what their
 * name says; what cannot be a packet is left where it is and counted. */
bool carry_adopt(const char *data_dir, struct work *w, int64_t now_ms, int *adopted, int *strange, struct err *e) MUST_CHECK;
#endif

/* ingest.h - one packet on its way in: checked and opened by whoever received it (any thread), stored in the ledger,
 * answered only after the commit. At the county its statements are stored; below it the sealed packet is taken into custody. */
#ifndef WEIKE_HUB_RECORDS_INGEST_H
#define WEIKE_HUB_RECORDS_INGEST_H
#include "hub/records/carry.h"
#include "hub/vault/identity.h"
#include "hub/ledger/ledger.h"

struct ingest_place {           /* of this hub; constant while it runs */
    const char *data_dir;
    struct ledger *ledger;
    const struct identity *identity;
    struct carry_limits limits;
    void (*came)(void *ctx);    /* a packet was taken into custody; any thread, may only wake; NULL: nobody listens */
    void *came_ctx;
};
struct ingest_answer {
    int status;                 /* 200 stored, 202 held, 400 403 413 refused, 500 503 507 not now */
    int retry_after_s;          /* 0: none */
    struct str body;            /* 200, 202: a receipt; else a sentence */
};
struct ingest;
/* Moves `bytes`. `name`: the hash the sender called it by; NULL: whatever it is. */
struct ingest *ingest_new(const struct ingest_place *place, const char *name, struct str *bytes);
/* All that needs no writer: signature, who sent it, opening, judging each statement. False: the answer is ready. */
bool ingest_check(struct ingest *g);
/* Stores it and answers; `done` may run on the writer's thread and must not wait. */
void ingest_post(struct ingest *g, void (*done)(void *ctx), void *ctx);
void ingest_later(struct ingest *g, int retry_after_s); /* instead: the answer is to ask again */
/* The same for callers that may wait (a stick). */
void ingest_wait(struct ingest *g);
struct ingest_answer *ingest_get(struct ingest *g); /* borrowed */
size_t ingest_weight(const struct ingest *g);       /* bytes of memory it holds */
void ingest_free(struct ingest *g);
#endif

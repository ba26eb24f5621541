/* fact.h - the one door for what happened here: a typed row and the statement that tells of it, in ONE transaction.
 *
 * Each noun has its own file (store/study/viewing.h, store/comment/comment.h …) with posting functions. These copy what they need
 * into a struct that begins with a `struct fact`, on the poster's thread, and hand it to fact_post. On the writer's thread the
 * noun's `put` writes the rows and says which statements go with them. It may run again after a rollback, so it changes nothing
 * but the database, and what it notes in its own struct is made anew each time.
 * A new fact is one noun's file, its statement (model/statement.h) and a migration; the writer knows nothing of it. */
#ifndef WEIKE_STORE_OUTBOX_FACT_H
#define WEIKE_STORE_OUTBOX_FACT_H
#include "base/clock.h"
#include "base/hash.h"
#include "base/str.h"
#include "store/node.h"

struct fact;

struct fact_kind {
    /* The typed rows. True: they stand as the fact has them. False keeps nothing of it: ERR_REFUSED is for what cannot be so,
     * a closed row among it. */
    bool (*put)(struct db *db, struct fact *f, struct err *e);
    void (*release)(struct fact *f); /* what the noun owns besides; may be NULL */
    /* After the transaction, on the writer's thread. True: let go of it; false: it was taken over. May be NULL. */
    bool (*after)(struct fact *f, bool kept);
    bool studied; /* somebody studies: the scrubber waits, and a signed date is remembered */
};

enum { FACT_STATEMENTS = 2 };
struct fact_statement { char id[UUID_TEXT]; char *body; size_t len; bool due; }; /* body NULL: none */

struct fact {
    const struct fact_kind *kind;
    struct writer *writer;
    struct clock_reading at; /* when it happened; of the statements too */
    int64_t value;           /* put's, kept with the ticket (writer_value) */
    struct fact_statement statement[FACT_STATEMENTS]; /* go up in this order */
};

/* Zeroed, `size` bytes, dated now by the node's floor. Any thread. */
void *fact_new(struct writer *w, const struct fact_kind *kind, size_t size);
void fact_free(struct fact *f); /* for one that was not posted; NULL is fine */

/* Takes `f`. Returns the ticket at once. Any thread. */
uint64_t fact_post(struct writer *w, struct fact *f);
/* For a fact_kind's `after`: like writer_post_more. 0, and `f` stays the caller's, when the writer is being stopped. */
uint64_t fact_post_more(struct writer *w, struct fact *f);
/* Posts and waits; `f` stays the caller's, to read from it what put has noted. */
bool fact_do(struct writer *w, struct fact *f, struct err *e) MUST_CHECK;
/* Inside a transaction of the writer that is open already: one of several facts that belong together. */
bool fact_apply(struct db *db, struct fact *f, struct err *e) MUST_CHECK;

/* Gives statement n its id and text; takes the text out of `text` and releases it. An empty one is none. */
void fact_word(struct fact *f, int n, const char id[UUID_TEXT], struct str *text);
/* In put: statement n goes up with this. */
void fact_say(struct fact *f, int n);

static inline const char *fact_home_page(const struct fact *f)
{
    return node_home_page(writer_node(f->writer));
}
#endif

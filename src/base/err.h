/* err.h - why an operation failed, for outside reasons.
 *
 * A function that can fail returns bool (or NULL) and fills `struct err *`; on failure its outputs are
 * untouched. The kind decides what the caller does (retry, say "storage full", call the technician); the
 * text says what and where, for the log and for technicians, in English. People at the screen see a
 * sentence chosen by kind in their own language, never this text. Single-threaded value type. */
#ifndef WEIKE_BASE_ERR_H
#define WEIKE_BASE_ERR_H
#include <stdbool.h>

enum err_kind {
    ERR_NONE,
    ERR_IO,           /* the disk or device failed (EIO and the like) */
    ERR_FULL,         /* no space left, or not enough before starting */
    ERR_MISSING,      /* a file or row that should be there is not */
    ERR_INVALID,      /* the input breaks its format */
    ERR_TOO_BIG,      /* the input exceeds a ceiling */
    ERR_UNTRUSTED,    /* unsigned, unknown key, wrong signature or hash */
    ERR_OLDER,        /* a version below the one already here */
    ERR_UNSUPPORTED,  /* well formed, but not something this program can use */
    ERR_DAMAGED,      /* our own stored data does not hold together */
    ERR_REFUSED,      /* the caller may not, or may not now (wrong PIN, busy) */
    ERR_CANCELLED,
    ERR_KIND_COUNT
};

/* Which of several failures of one kind it was, where a caller does something else about it. Nobody reads the text for that. */
enum err_reason {
    ERR_BECAUSE_UNSAID,
    ERR_BECAUSE_UNKNOWN_KEY, /* untrusted: signed, by a key that nobody made known here */
    ERR_BECAUSE_OTHER_EPOCH  /* untrusted: about this device, before it began anew */
};

struct err {
    enum err_kind kind;
    enum err_reason reason;
    char text[600];
};

#define ERR_INIT { .kind = ERR_NONE, .text = "" }
#define MUST_CHECK __attribute__((warn_unused_result))

/* Fills `e` (which may be NULL) and returns false, so that a check reads `return err_set(...)`. The reason is then unsaid. */
bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Same, kind and suffix taken from errno (ENOSPC and EDQUOT -> ERR_FULL, ENOENT -> ERR_MISSING, else ERR_IO). */
bool err_errno(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Says the reason of the error that is there, for callers; returns false. */
bool err_because(struct err *e, enum err_reason reason);
/* Puts "where: " before the text that is there; keeps kind and reason. Returns false. */
bool err_at(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Stable lower-case word for a kind ("untrusted"), for --json and tests. */
const char *err_kind_name(enum err_kind kind);
#endif

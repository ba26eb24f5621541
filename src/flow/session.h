/* session.h - who is before the screen: signed in, a guest, or nobody; when a session that was left alone is over. */
#ifndef WEIKE_FLOW_SESSION_H
#define WEIKE_FLOW_SESSION_H
#include "flow/flow.h"
#include "store/people/member.h"

enum { SESSION_COUNTDOWN_S = 30 };

struct session {
    struct flow *flow;
    bool signed_in, guest;
    struct member who;       /* id "" for a guest and while nobody is signed in */
    bool reviewed;           /* this visit's two questions are done */
    unsigned visits;         /* how many have ended: what belonged to one is forgotten when this rises */
    int64_t touched_boot_ms; /* last sign of a person */
    int idle_left_s;         /* > 0: somebody is asked whether he is there, with so many seconds left */
};

void session_init(struct session *s, struct flow *f, int64_t boot_ms);
void session_sign_in(struct session *s, const struct member *m);
void session_sign_in_guest(struct session *s);
void session_sign_out(struct session *s); /* also of who was never signed in, as the technician */
bool session_is_secretary(const struct session *s); /* may do what the village office offers */

/* ---- a session left alone ---- */

struct session_idle {
    int idle_s;   /* so long nobody need show himself; then SESSION_COUNTDOWN_S are counted down */
    bool leaves;  /* there is something to leave: not at the wall of faces */
    bool company; /* a film or a quiz goes on: that is company; who shows it asks for presence itself */
};
enum session_news {
    SESSION_SAME,
    SESSION_COUNTS, /* idle_left_s is another */
    SESSION_OVER,   /* nobody is there: sign out */
};
enum session_news session_step(struct session *s, const struct session_idle *rule, int64_t boot_ms);
/* Until session_step has news; -1: never. */
int session_due_ms(const struct session *s, const struct session_idle *rule, int64_t boot_ms);
void session_here(struct session *s, int64_t boot_ms); /* "I am here", or any touch */
#endif

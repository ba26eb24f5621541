#include "flow/session.h"
#include "store/people/visit.h"

#include <string.h>

void session_init(struct session *s, struct flow *f, int64_t boot_ms)
{
    *s = (struct session){ .flow = f, .touched_boot_ms = boot_ms };
}

void session_sign_in(struct session *s, const struct member *m)
{
    s->who = *m;
    s->signed_in = true;
    s->guest = s->reviewed = false;
    visit_post_in(flow_writer(s->flow), m->id);
}

void session_sign_in_guest(struct session *s)
{
    memset(&s->who, 0, sizeof s->who);
    s->signed_in = s->guest = true;
}

void session_sign_out(struct session *s)
{
    if (s->signed_in && !s->guest)
        visit_post_out(flow_writer(s->flow), s->who.id);
    s->signed_in = s->guest = false;
    memset(&s->who, 0, sizeof s->who);
    s->idle_left_s = 0;
    s->visits++;
}

bool session_is_secretary(const struct session *s)
{
    return s->signed_in && !s->guest && s->who.role != MEMBER_PLAIN;
}

static int64_t over_ms(const struct session *s, const struct session_idle *rule, int64_t boot_ms)
{
    return boot_ms - s->touched_boot_ms - (int64_t)rule->idle_s * 1000;
}

enum session_news session_step(struct session *s, const struct session_idle *rule, int64_t boot_ms)
{
    if (rule->company)
        s->touched_boot_ms = boot_ms;
    int64_t over = over_ms(s, rule, boot_ms);
    bool counts = rule->leaves && over >= 0;
    if (counts && over >= SESSION_COUNTDOWN_S * 1000) {
        s->idle_left_s = 0;
        return SESSION_OVER;
    }
    int left = counts ? SESSION_COUNTDOWN_S - (int)(over / 1000) : 0;
    if (left == s->idle_left_s)
        return SESSION_SAME;
    s->idle_left_s = left;
    return SESSION_COUNTS;
}

int session_due_ms(const struct session *s, const struct session_idle *rule, int64_t boot_ms)
{
    int64_t over = over_ms(s, rule, boot_ms);
    if (!rule->leaves)
        return -1;
    return over < 0 ? (int)-over : 1000 - (int)(over % 1000);
}

void session_here(struct session *s, int64_t boot_ms)
{
    s->touched_boot_ms = boot_ms;
    s->idle_left_s = 0;
}

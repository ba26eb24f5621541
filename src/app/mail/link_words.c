#include "app/mail/link_words.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "ui/icons.h"

/* Then the last trouble is over, or about to be found again. */
static bool is_working(const struct syncer_view *v)
{
    return v->state == SYNCER_SENDING || v->state == SYNCER_FETCHING;
}

const char *link_words_trouble(struct ui *ui, const struct syncer_view *v)
{
    if (is_working(v))
        return "";
    switch (v->trouble) {
    case SYNCER_FINE: return "";
    case SYNCER_NO_LINK: return tr("There is no link now. The machine tries again by itself.");
    case SYNCER_PORTAL: return tr("The network needs a log-in first. Please call the technician.");
    case SYNCER_NOT_ENROLLED: return tr("This machine is not registered with the county yet. Records are kept here.");
    case SYNCER_NO_COUNTY_KEY: return tr("The county's key is missing here. Records are kept until it comes.");
    case SYNCER_HUB_BUSY: return tr("The server is busy. The machine tries again later.");
    case SYNCER_DENIED: return tr("The server does not know this machine. Please call the technician.");
    case SYNCER_REFUSED_CONTENT: return tr("What came could not be trusted and was refused. Please call the technician.");
    case SYNCER_NO_ROOM:
        return v->fetch.short_bytes ? ui_fmt(ui, tr("The storage is full: %s more room is needed. Please call the technician."),
                                             words_bytes(ui, v->fetch.short_bytes))
                                    : tr("The storage is full. Please call the technician.");
    case SYNCER_BUDGET: return tr("Today's share of data is used up. It goes on tomorrow.");
    case SYNCER_OUTSIDE_WINDOW: return tr("Lessons come later, in the hours set for it.");
    case SYNCER_STORAGE: return tr("The storage is failing. Please call the technician.");
    }
    return "";
}

const char *link_words_short(const struct syncer_view *v)
{
    if (is_working(v))
        return "";
    switch (v->trouble) {
    case SYNCER_NO_LINK: return tr("no link now");
    case SYNCER_PORTAL: return tr("the network needs a log-in");
    case SYNCER_NOT_ENROLLED:
    case SYNCER_NO_COUNTY_KEY:
    case SYNCER_DENIED: return tr("not registered yet");
    case SYNCER_REFUSED_CONTENT: return tr("something was refused");
    case SYNCER_NO_ROOM: return tr("the storage is full");
    case SYNCER_STORAGE: return tr("the storage is failing");
    default: return "";
    }
}

const char *link_words_state(const struct syncer_view *v)
{
    switch (v->state) {
    case SYNCER_OFF: return tr("No network is set up here. Lessons and records travel by stick.");
    case SYNCER_SENDING: return tr("Sending records …");
    case SYNCER_FETCHING: return v->fetch.state == FETCH_ASKING ? tr("Asking for new lessons …") : tr("Lessons are coming …");
    case SYNCER_PAUSED: return tr("Paused by hand.");
    case SYNCER_WAITING: break;
    }
    return tr("Nothing is coming just now.");
}

const char *link_words_next(struct ui *ui, const struct syncer_view *v)
{
    int minutes = (v->next_try_s + 59) / 60;
    if (v->state != SYNCER_WAITING || v->next_try_s <= 0)
        return "";
    if (minutes > 90)
        return ui_fmt(ui, tr_n("Asks again in %d hour.", "Asks again in %d hours.", (unsigned long)(minutes + 30) / 60),
                      (minutes + 30) / 60);
    return ui_fmt(ui, tr_n("Asks again in %d minute.", "Asks again in %d minutes.", (unsigned long)minutes), minutes);
}

const char *link_words_news(struct ui *ui, const struct syncer_view *v, int64_t now_ms)
{
    int64_t since_ms = v->news_s * 1000;
    if (v->news_s <= 0 || now_ms - since_ms <= (int64_t)LINK_NEWS_DAYS * 86400000)
        return "";
    return ui_fmt(ui, tr("No news since %s"), words_date(ui, since_ms, now_ms));
}

const char *link_words_contact(struct ui *ui, const struct syncer_view *v, int64_t now_ms)
{
    bool talking = (v->state == SYNCER_FETCHING || v->state == SYNCER_PAUSED) && v->fetch.contact;
    return talking ? tr("just now") : words_moment(ui, v->last_contact_ms, now_ms);
}

bool link_words_is_stopped(const struct syncer_view *v)
{
    return !is_working(v) && (v->trouble == SYNCER_PORTAL || v->trouble == SYNCER_NOT_ENROLLED ||
                              v->trouble == SYNCER_NO_COUNTY_KEY || v->trouble == SYNCER_DENIED ||
           v->trouble == SYNCER_REFUSED_CONTENT || v->trouble == SYNCER_NO_ROOM || v->trouble == SYNCER_STORAGE);
}

uint32_t link_words_icon(const struct syncer_view *v)
{
    if (link_words_is_stopped(v))
        return ICON_WARNING;
    if (v->state == SYNCER_FETCHING)
        return ICON_CLOUD_DOWNLOAD;
    return v->trouble == SYNCER_NO_LINK ? ICON_CLOUD_OFF : ICON_SEND;
}

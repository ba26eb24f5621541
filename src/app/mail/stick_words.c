#include "app/mail/stick_words.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "ui/icons.h"

/* What this run did, in three short parts; "" for nothing. */
static const char *summary(struct ui *ui, const struct stick_progress *p)
{
    const char *in = "", *out = "", *receipts = "";
    if (p->content.done)
        in = ui_fmt(ui, tr_n("%d course brought in. ", "%d courses brought in. ", (unsigned long)p->content.done), p->content.done);
    if (p->records_written)
        out = ui_fmt(ui, tr_n("%d record is on the stick. ", "%d records are on the stick. ", (unsigned long)p->records_written),
                     p->records_written);
    if (p->receipted)
        receipts = ui_fmt(ui, tr_n("%d receipt came back.", "%d receipts came back.", (unsigned long)p->receipted),
                          (int)p->receipted);
    const char *all = ui_fmt(ui, "%s%s%s", in, out, receipts);
    return *all ? all : tr("There was nothing new to exchange.");
}

static struct stick_words good(const char *title, const char *text)
{
    return (struct stick_words){ title, text, ICON_CHECK_CIRCLE, INK_GO, TONE_GO_SOFT };
}

static struct stick_words caution(const char *title, const char *text)
{
    return (struct stick_words){ title, text, ICON_WARNING, INK_SUN, TONE_SUN_SOFT };
}

static struct stick_words bad(const char *title, const char *text)
{
    return (struct stick_words){ title, text, ICON_ERROR_OUTLINE, INK_STOP, TONE_STOP_SOFT };
}

static struct stick_words refused(const struct stick_progress *p)
{
    enum err_kind kind = p->content_refused ? p->content_err.kind : p->err.kind;
    const char *title = kind == ERR_OLDER ? tr("The lessons on it are older than those here")
        : tr("The lessons on it cannot be trusted");
    return caution(title, p->records_written ? tr("They were left alone. The records are on the stick all the same.")
                                             : tr("They were left alone. Nothing here has changed."));
}

struct stick_words stick_words_pulled(void)
{
    return caution(tr("The stick was pulled out"), tr("What came is kept. Put it back, and it goes on."));
}

struct stick_words stick_words_strange(void)
{
    return caution(tr("This stick is not prepared for lessons"), tr("Nothing on it was changed. You can pull it out."));
}

struct stick_words stick_words_end(struct ui *ui, const struct stick_progress *p)
{
    switch (p->end) {
    case STICK_FINISHED:
        if (p->content_refused)
            return refused(p);
        return good(p->safe ? tr("Done. It is safe to remove the stick.") : tr("Done."), summary(ui, p));
    case STICK_NOT_OURS:
        return stick_words_strange();
    case STICK_REMOVED:
        return stick_words_pulled();
    case STICK_FULL:
        return caution(ui_fmt(ui, tr("The stick is full: %d of %d records are on it"), p->records_written, p->records_waiting),
                       tr("Make some room on it, or bring another one. The rest is kept here."));
    case STICK_READ_ONLY:
        return caution(tr("The stick is write-protected"),
                       tr("Lessons came in. The records could not go along; they are kept here."));
    case STICK_LIES:
        return bad(tr("This stick loses data. Please throw it away"),
                   tr("What was written did not come back the same. All records are kept here."));
    case STICK_REFUSED:
        return refused(p);
    case STICK_NO_ROOM:
        return caution(p->content.short_bytes ? ui_fmt(ui, tr("This machine is full: %s more room is needed"),
                                                       words_bytes(ui, p->content.short_bytes))
                                              : tr("This machine is full"),
                       tr("What fits was brought in. Please tell the technician."));
    case STICK_STORAGE:
        return bad(tr("The storage of this machine has a problem"), words_error(p->err.kind == ERR_FULL ? ERR_FULL : ERR_IO));
    case STICK_STOPPED:
        return caution(tr("Stopped"), tr("What came is kept. It goes on where it stopped."));
    }
    return good(tr("Done."), summary(ui, p));
}

const char *stick_words_content(struct ui *ui, const struct stick_progress *p)
{
    const struct install_progress *c = &p->content;
    if (p->in_turn)
        return tr("Waiting until another stick is finished …");
    if (p->state == STICK_LOOKING)
        return tr("Looking at what is on it …");
    if (p->content_refused)
        return p->content_err.kind == ERR_OLDER ? tr("The lessons on it are older than those here")
            : tr("The lessons on it cannot be trusted");
    if (!p->has_content || !(c->install + c->no_room + c->refused + c->done))
        return tr("No new lessons on it");
    if (p->state == STICK_OVER && c->done && !c->install)
        return ui_fmt(ui, tr("Brought in: %s"), words_bytes(ui, c->bytes_done));
    if (c->no_room)
        return ui_fmt(ui, tr("New: %s · %s more room is needed"), words_bytes(ui, c->bytes_total + c->short_bytes),
                      words_bytes(ui, c->short_bytes));
    return ui_fmt(ui, tr("New: %s · it fits"), words_bytes(ui, c->bytes_total));
}

const char *stick_words_package(struct ui *ui, const struct install_package *p)
{
    const char *lessons = ui_fmt(ui, tr_n("%d lesson", "%d lessons", (unsigned long)p->lessons), p->lessons);
    const char *sort = p->here_version > 0 ? tr("Update") : tr("New course"), *size = p->need_bytes ? ui_fmt(ui, " · %s",
            words_bytes(ui, p->need_bytes)) : "";
    switch (p->state) {
    case PLAN_DONE: return ui_fmt(ui, tr("%s · brought in"), lessons);
    case PLAN_NO_ROOM: return ui_fmt(ui, tr("%s · %s%s · does not fit"), sort, lessons, size);
    case PLAN_REFUSED: return words_error(p->err.kind);
    default: return ui_fmt(ui, "%s · %s%s", sort, lessons, size);
    }
}

/* tech.h - the technician's screen: one tab each for content, members, health, settings, tests. */
#ifndef WEIKE_APP_TECHNICIAN_TECH_H
#define WEIKE_APP_TECHNICIAN_TECH_H
#include "app/core/app.h"
#include "app/technician/importer.h"
#include "app/shared/places.h"

enum tech_tab { TECH_CONTENT, TECH_MEMBERS, TECH_HEALTH, TECH_SETTINGS, TECH_TEST, TECH_TAB_COUNT };
enum { TECH_TARGETS = 9 };

struct tech {
    struct app *app;
    enum tech_tab tab;
    /* content */
    struct places places;
    char *folder;              /* NULL: the list of mounted places */
    int places_offset;
    struct importer *importer; /* NULL: nothing chosen yet */
    int package_offset;
    /* members */
    struct member_list members;
    int member_offset, member_total;
    bool members_retired;      /* shown are those off the wall */
    char member_asked[MEMBER_ID]; /* shall this one leave the wall? "": nobody is asked about */
    const char *member_note;   /* sentence to be translated when shown, or NULL */
    /* health */
    struct health health;
    bool health_known;
    /* test */
    unsigned touched;          /* bit set of targets */
    SDL_AudioDeviceID sound;
    const char *sound_note;    /* likewise */
};

void tech_content_draw(struct ui *ui, struct tech *s);
void tech_content_enter(struct tech *s);
void tech_members_draw(struct ui *ui, struct tech *s);
void tech_members_load(struct tech *s);
void tech_health_draw(struct ui *ui, struct tech *s);
void tech_settings_draw(struct ui *ui, struct tech *s);
void tech_test_draw(struct ui *ui, struct tech *s);
void tech_test_stop(struct tech *s);
/* A label and its value, one line. */
void tech_line(struct ui *ui, uint32_t key, const char *name, const char *value, bool alarm);
#endif

/* schema_5.h - the tables of version 5, one file a noun. Private to store/schema.c. */
#ifndef WEIKE_STORE_SCHEMA_5_H
#define WEIKE_STORE_SCHEMA_5_H
extern const char schema_rooms_5[];     /* schema_rooms.c: lessons watched together */
extern const char schema_registers_5[]; /* schema_registers.c: the chain of records, corrections, the log of the machine */
extern const char schema_comments_5[];  /* schema_comments.c: what people said about a lesson */
extern const char schema_reviews_5[];   /* schema_reviews.c: when to ask again what somebody learned */
extern const char schema_voice_5[];     /* schema_voice.c: recorded prompts */
#endif

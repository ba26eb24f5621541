/* schema_notice.h - the table of notices, version 7. Private to store/schema.c. */
#ifndef WEIKE_STORE_SCHEMA_NOTICE_H
#define WEIKE_STORE_SCHEMA_NOTICE_H
extern const char schema_notice_7[];
#endif

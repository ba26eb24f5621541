/* source_notice.h - how an author writes a notice: notice.json and the text beside it. Private to pack/author/. */
#ifndef WEIKE_PACK_AUTHOR_SOURCE_NOTICE_H
#define WEIKE_PACK_AUTHOR_SOURCE_NOTICE_H
#include "pack/author/source_kinds.h"

extern const struct source_kind source_kind_notice;
#endif

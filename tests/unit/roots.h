/* roots.h - roots that two of three keys have signed, with an old and a new pair of keys for the lists. Include once, after forge.h. */
#ifndef TESTS_ROOTS_H
#define TESTS_ROOTS_H
#include "pack/trust/root.h"

enum { A, B, C, STAMP_OLD, MAIN_OLD, STAMP_NEW, MAIN_NEW, KEYS };
static struct secret_key key[KEYS];

/* After the scratch folder is there. */
static int roots_setup(void)
{
    struct err e = ERR_INIT;
    struct public_key pub;
    for (int i = 0; i < KEYS; i++) {
        char dir[32], file[48];
        snprintf(dir, sizeof dir, "root-key%d", i);
        snprintf(file, sizeof file, "%s/weike.key", dir);
        if (!key_generate(scratch(dir), &pub, &e) || !key_load_secret(scratch(file), &key[i], &e))
            return -1;
    }
    return 0;
}

static void ring_of(struct key_ring *r, int threshold, int n, const int *which)
{
    *r = (struct key_ring){ .count = n, .threshold = threshold };
    for (int i = 0; i < n; i++)
        r->key[i] = key[which[i]].pub;
}

__attribute__((unused)) static void root_bytes(int64_t version, int stamp, int main_key, struct str *out)
{
    struct root r = { .version = version, .issued_s = forge_now_s, .expires_s = forge_now_s + ROOT_LIFE_S, .channel_count = 1 };
    struct secret_key by[2] = { key[A], key[B] };
    struct str text;
    ring_of(&r.keys, 2, 3, (int[]){ A, B, C });
    ring_of(&r.timestamp, 1, 1, &stamp);
    snprintf(r.channel[0].name, TREE_CHANNEL_TEXT, TREE_CHANNEL);
    ring_of(&r.channel[0].ring, 1, 1, &main_key);
    str_init(&text, 0);
    str_init(out, 0);
    root_write(&r, &text);
    envelope_seal_all(by, 2, text.data, text.len, out);
    str_release(&text);
}
#endif

/* start_once DIR [N]: starts on a data directory as the kiosk does and stops again; killed in the middle of its N-th write.
 * Without N, says how many writes there were. For tests/upgrade: what is left must be as good as an uncut start. */
#include "base/clock.h"
#include "base/fault.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct err e = ERR_INIT;
    unsigned n = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
    fault_arm(n ? FAULT_KILL : FAULT_COUNT, n);
    struct store *s = store_open(argv[1], &(struct store_options){ .owner = true }, NULL, &e);
    if (!s) {
        fprintf(stderr, "start_once: %s\n", e.text);
        return 1;
    }
    while (writer_step(store_writer(s)))
        ;
    store_close(s);
    printf("%u\n", fault_writes());
    return 0;
}

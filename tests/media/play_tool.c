/* The `weike --play` mode alone, so that playback can be tested and measured without the rest of the kiosk. */
#include "app/lesson/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    struct play_opts o = {0};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--unpaced") == 0)
            o.unpaced = true;
        else if (strcmp(argv[i], "--json") == 0)
            o.json = true;
        else if (strcmp(argv[i], "--frames") == 0 && i + 1 < argc)
            o.frames = atoi(argv[++i]);
        else if (strcmp(argv[i], "--window") == 0 && i + 1 < argc && sscanf(argv[i + 1], "%dx%d", &o.width, &o.height) == 2)
            i++;
        else
            o.file = argv[i];
    }
    if (!o.file) {
        fputs("usage: play_tool FILE [--unpaced] [--frames N] [--json] [--window WxH]\n", stderr);
        return 2;
    }
    return play_main(&o);
}

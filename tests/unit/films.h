/* films.h - tiny films for tests, made by the system's ffmpeg. Include once, after scratch.h. */
#ifndef TESTS_FILMS_H
#define TESTS_FILMS_H
#include "pack/author/child.h"

static void film_run(const char *const argv[])
{
    struct err e = ERR_INIT;
    assert_fine(child_run(argv, NULL, &e), e);
}

/* Two seconds, 160x120, with a tone. */
__attribute__((unused)) static void film_make(const char *path)
{
    const char *const argv[] = { "ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=d=2:s=160x120:r=10", "-f",
                                 "lavfi", "-i", "sine=d=2", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-shortest", path, NULL };
    film_run(argv);
}

__attribute__((unused)) static void film_sound(const char *path)
{
    const char *const argv[] = { "ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "sine=d=3", "-c:a", "libopus", path, NULL };
    film_run(argv);
}

__attribute__((unused)) static void film_picture(const char *path)
{
    const char *const argv[] = { "ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=d=1:s=64x36:r=1", "-frames:v", "1", path, NULL };
    film_run(argv);
}

__attribute__((unused)) static const char film_svg[] =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 160 90\"><rect width=\"160\" height=\"90\" fill=\"#36c\"/></svg>";
#endif

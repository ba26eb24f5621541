/* pool.h - threads for what takes time: opening packets, passwords, waiting for the vault. Any thread posts; jobs run in order of
 * posting, as many at once as there are threads. The server's own threads never wait: one of them may hold hundreds of connections. */
#ifndef WEIKE_WEB_POOL_H
#define WEIKE_WEB_POOL_H

struct pool;
struct pool_job { void (*run)(void *ctx); void *ctx; struct pool_job *next; }; /* the poster's, until it has begun to run */
struct pool *pool_new(int threads);
void pool_post(struct pool *p, struct pool_job *job);
void pool_free(struct pool *p); /* after what was posted has run; NULL is fine */
#endif

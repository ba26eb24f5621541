/* vfs.h - SQLite's file system calls, past the fault hook of base/fault.h. Any thread.
 *
 * Every write, truncation, sync and deletion of a database file passes fault_write(), so that the power-cut loop
 * can fail or kill each of them. In use always: what is tested is what runs. */
#ifndef WEIKE_STORE_VFS_H
#define WEIKE_STORE_VFS_H

/* Registers the shim over SQLite's default VFS on first call; returns the name for sqlite3_open_v2. */
const char *vfs_name(void);
#endif

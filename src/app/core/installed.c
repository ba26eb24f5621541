#define _GNU_SOURCE
#include "app/core/installed.h"

#include "base/fs.h"
#include "base/str.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char *beside_program(const char *rel)
{
    char exe[4096];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    exe[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(exe, '/');
    if (slash)
        *slash = '\0';
    return fs_join(slash ? exe : ".", rel);
}

char *installed_program(const char *name)
{
    static const char *const places[] = { "", "../lib/weike/" };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *rel = mem_printf("%s%s", places[i], name), *path = beside_program(rel);
        free(rel);
        if (access(path, X_OK) == 0)
            return path;
        free(path);
    }
    return NULL;
}

void *installed_object(const char *const *places, size_t count, struct err *e)
{
    const char *slash = strrchr(places[0], '/'), *name = slash ? slash + 1 : places[0];
    for (size_t i = 0; i < count; i++) {
        char *path = beside_program(places[i]);
        bool there = fs_exists(path);
        void *object = there ? dlopen(path, RTLD_LAZY | RTLD_LOCAL) : NULL;
        free(path);
        if (object)
            return object;
        if (there) {
            err_set(e, ERR_DAMAGED, "%s cannot be loaded: %s", name, dlerror());
            return NULL;
        }
    }
    err_set(e, ERR_MISSING, "%s is not installed beside this program", name);
    return NULL;
}

/* Linking touches the pages of some 70 libraries, of which playing needs a small part. The read-only ones are
 * let go here; what is needed comes back from the page cache by itself. */
static int release_object(struct dl_phdr_info *info, size_t size, void *arg)
{
    enum { HEADERS_MAX = 32 };
    ElfW(Phdr) header[HEADERS_MAX]; /* a copy: they lie in the first page, and reading them there brings 64 KB back */
    int count = info->dlpi_phnum;
    (void)size;
    (void)arg;
    if (count > HEADERS_MAX || !info->dlpi_name[0])
        return 0;
    memcpy(header, info->dlpi_phdr, (size_t)count * sizeof *header);
    for (int i = 0; i < count; i++)
        if (header[i].p_type == PT_DYNAMIC)
            for (const ElfW(Dyn) *d = (const void *)(info->dlpi_addr + header[i].p_vaddr); d->d_tag != DT_NULL; d++)
                if (d->d_tag == DT_TEXTREL)
                    return 0; /* its code was changed by linking, and would come back unchanged */
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < count; i++) {
        uintptr_t from = (info->dlpi_addr + header[i].p_vaddr + page - 1) & ~(page - 1);
        uintptr_t to = (info->dlpi_addr + header[i].p_vaddr + header[i].p_filesz) & ~(page - 1);
        if (header[i].p_type == PT_LOAD && !(header[i].p_flags & PF_W) && to > from)
            madvise((void *)from, to - from, MADV_DONTNEED);
    }
    return 0;
}

void installed_trim(void)
{
    dl_iterate_phdr(release_object, NULL);
}

/*
 * page.c: from machine frames to addresses. Page tables of a paravirtual guest hold machine frame
 * numbers, and only Xen may write them.
 */
#include "guest.h"

/* Until shared_info_map() this is an ordinary page of ours; afterwards the same address shows the
   page that Xen shares with us. */
struct shared_info shared_info __attribute__((aligned(4096)));
_Static_assert(sizeof(struct shared_info) == PAGE_SIZE, "it must have its page for itself");

enum { PRESENT = 1, WRITABLE = 2, USER = 4, ACCESSED = 0x20, DIRTY = 0x40 };

/* tag::show-map[] */
/* update_va_mapping: asks Xen to change the one page-table entry that maps an address. */
void shared_info_map(u64 machine_address)
{
    u64 entry = machine_address | PRESENT | WRITABLE | USER | ACCESSED | DIRTY;
    s64 result = hypercall(UPDATE_VA_MAPPING, (u64)&shared_info, entry, UVMF_INVLPG);
    if (result != 0) {
        early_say("hello: Xen refuses to map the shared-info page\n");
        shutdown(SHUTDOWN_CRASH);
    }
}
/* end::show-map[] */

/* tag::show-frame[] */
/* The console and XenStore pages are ours, so they are mapped already; start_info names their
   machine frames, and Xen's table says which pages of ours these are. */
void *page_of_frame(u64 mfn)
{
    return (void *)(VIRT_BASE + MACHINE_TO_PHYS[mfn] * PAGE_SIZE);
}
/* end::show-frame[] */

/*
 * xen.h: the part of Xen's interface that these guests use. The numbers and layouts are Xen's ABI
 * for a 64-bit paravirtual guest; the header that defines a group is named beside it.
 */
#ifndef XEN_H
#define XEN_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef int s32;
typedef long s64;

void *memcpy(void *to, const void *from, u64 bytes);
void *memset(void *to, int value, u64 bytes);

#define PAGE_SIZE 4096UL
#define VIRT_BASE 0xffffffff80000000UL
#define MACHINE_TO_PHYS ((const volatile u64 *)0xffff800000000000UL)
#define XEN_VADDR 0xffff800000000000UL
#define KERNEL_CS 0xe033
#define KERNEL_SS 0xe02b
#define DOMID_SELF 0x7ff0
#define SIF_INITDOMAIN 2

/* Hypercalls (public/xen.h, __HYPERVISOR_*). */
enum hypercall {
    SET_TRAP_TABLE = 0,
    MMU_UPDATE = 1,
    SET_GDT = 2,
    STACK_SWITCH = 3,
    SET_CALLBACKS = 4,
    FPU_TASKSWITCH = 5,
    SCHED_OP_COMPAT = 6,
    PLATFORM_OP = 7,
    SET_DEBUGREG = 8,
    GET_DEBUGREG = 9,
    UPDATE_DESCRIPTOR = 10,
    MEMORY_OP = 12,
    MULTICALL = 13,
    UPDATE_VA_MAPPING = 14,
    SET_TIMER_OP = 15,
    EVENT_CHANNEL_OP_COMPAT = 16,
    XEN_VERSION = 17,
    CONSOLE_IO = 18,
    PHYSDEV_OP_COMPAT = 19,
    GRANT_TABLE_OP = 20,
    VM_ASSIST = 21,
    UPDATE_VA_MAPPING_OTHERDOMAIN = 22,
    IRET = 23,
    VCPU_OP = 24,
    SET_SEGMENT_BASE = 25,
    MMUEXT_OP = 26,
    XSM_OP = 27,
    NMI_OP = 28,
    SCHED_OP = 29,
    CALLBACK_OP = 30,
    XENOPROF_OP = 31,
    EVENT_CHANNEL_OP = 32,
    PHYSDEV_OP = 33,
    HVM_OP = 34,
};

/* Bits of a page-table entry. */
enum {
    P = 1,
    RW = 2,
    US = 4,
    PWT = 8,
    PCD = 0x10,
    A = 0x20,
    D = 0x40,
    PSE = 0x80,
    GLOBAL = 0x100,
    AVAIL = 0xe00,
};
#define NX (1UL << 63)

struct mmuext_op { u32 command; u32 pad; u64 first; u64 second; };

/* public/xen.h */
struct vcpu_time {
    u32 version;
    u32 pad0;
    u64 tsc_timestamp;
    u64 system_time;
    u32 tsc_to_nanos;
    signed char tsc_shift;
    u8 flags;
    u8 pad1[2];
};

struct vcpu_info {
    volatile u8 upcall_pending;
    volatile u8 upcall_mask;
    u8 pad[6];
    volatile u64 pending_selector;
    volatile u64 cr2;
    u64 pad1;
    struct vcpu_time time;
};

struct shared_info {
    struct vcpu_info vcpu[32];
    volatile u64 pending[64];
    volatile u64 mask[64];
    u8 rest[1024];
};

struct start_info {
    char magic[32];
    u64 nr_pages;
    u64 shared_info;
    u32 flags;
    u32 pad0;
    u64 store_mfn;
    u32 store_evtchn;
    u32 pad1;
    u64 console_mfn;
    u32 console_evtchn;
    u32 pad2;
    u64 pt_base;
    u64 nr_pt_frames;
    u64 mfn_list;
    u64 mod_start;
    u64 mod_len;
    char cmd_line[1024];
};

/* public/arch-x86/xen.h */
struct trap_info { u8 vector; u8 flags; u16 cs; u32 pad; u64 address; };

/* public/callback.h */
struct callback_register { u16 type; u16 flags; u32 pad; u64 address; };

/* public/io/console.h */
struct console_ring {
    u8 in[1024];
    u8 out[2048];
    u32 in_cons, in_prod, out_cons, out_prod;
};

#endif

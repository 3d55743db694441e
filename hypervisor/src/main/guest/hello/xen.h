/*
 * xen.h: the part of Xen's interface that this guest uses, and nothing else.
 *
 * The numbers and layouts are Xen's ABI, for a 64-bit paravirtual guest; the header of Xen that
 * defines each group is named beside it. Written for this guest, so that a rebuild needs no
 * headers but this one.
 */
#ifndef XEN_H
#define XEN_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef long s64;

#define PAGE_SIZE 4096UL

/* Where this kernel sees its pseudo-physical page 0. link.ld and the ELF notes say the same. */
#define VIRT_BASE 0xffffffff80000000UL

/* Where Xen shows every guest, read-only, which pseudo-physical page a machine frame is for it:
   an array of u64, one for each machine frame (public/arch-x86/xen-x86_64.h). */
#define MACHINE_TO_PHYS ((const u64 *)0xffff800000000000UL)

/* Xen's descriptor for 64-bit kernel code (public/arch-x86/xen-x86_64.h, FLAT_RING3_CS64). */
#define KERNEL_CS 0xe033

/* Hypercalls: their numbers go to rax (public/xen.h, __HYPERVISOR_*). */
enum hypercall {
    SET_TRAP_TABLE = 0,
    UPDATE_VA_MAPPING = 14,
    XEN_VERSION = 17,
    CONSOLE_IO = 18,
    IRET = 23,
    VCPU_OP = 24,
    SCHED_OP = 29,
    CALLBACK_OP = 30,
    EVENT_CHANNEL_OP = 32,
};

/* Sub-operations. */
enum { CONSOLEIO_WRITE = 0, CONSOLEIO_READ = 1 };
enum { VCPUOP_STOP_PERIODIC_TIMER = 7, VCPUOP_SET_SINGLESHOT_TIMER = 8 };
enum { SCHEDOP_YIELD = 0, SCHEDOP_BLOCK = 1, SCHEDOP_SHUTDOWN = 2 };
enum { SHUTDOWN_POWEROFF = 0, SHUTDOWN_CRASH = 3 };
enum { CALLBACKOP_REGISTER = 0 };
enum { CALLBACKTYPE_EVENT = 0, CALLBACKTYPE_FAILSAFE = 1 };
enum {
    EVTCHNOP_BIND_INTERDOMAIN = 0,
    EVTCHNOP_BIND_VIRQ = 1,
    EVTCHNOP_CLOSE = 3,
    EVTCHNOP_SEND = 4,
    EVTCHNOP_STATUS = 5,
    EVTCHNOP_ALLOC_UNBOUND = 6,
    EVTCHNOP_BIND_IPI = 7,
    EVTCHNOP_UNMASK = 9,
};
enum { VIRQ_TIMER = 0, VIRQ_CONSOLE = 2 };
enum { UVMF_INVLPG = 2 };

#define DOMID_SELF 0x7ff0

/* How many ports the two-level event channels have: 64 words of 64 bits. */
#define PORTS 4096U

/* The time of one vCPU. `version` is odd while Xen writes (public/xen.h, vcpu_time_info). */
struct vcpu_time {
    u32 version;
    u32 pad0;
    u64 tsc_timestamp;   /* the TSC when system_time was taken */
    u64 system_time;     /* nanoseconds since Xen booted */
    u32 tsc_to_nanos;    /* fraction of 2^32 nanoseconds for each (shifted) TSC tick */
    signed char tsc_shift;
    u8 flags;
    u8 pad1[2];
};

/* What Xen and one vCPU tell each other (public/xen.h, vcpu_info). */
struct vcpu_info {
    u8 upcall_pending;   /* Xen: the selector is worth a look */
    u8 upcall_mask;      /* guest: do not interrupt me; the interrupt flag of a PV guest */
    u8 pad[6];
    u64 pending_selector; /* bit n: one of the ports 64n … 64n+63 may be pending */
    u64 cr2;             /* where the last page fault was */
    u64 pad1;
    struct vcpu_time time;
};

/* The page that Xen shares with a domain (public/xen.h, shared_info). */
struct shared_info {
    struct vcpu_info vcpu[32];
    u64 pending[64];     /* one bit for each port: something happened */
    u64 mask[64];        /* one bit for each port: the guest does not want to know now */
    u8 rest[1024];       /* the wall clock and more, which we do not use */
};

#define SIF_INITDOMAIN 2

/* What the domain builder tells the kernel; rsi points to it at entry (public/xen.h). */
struct start_info {
    char magic[32];      /* "xen-<version>-x86_64" */
    u64 nr_pages;
    u64 shared_info;     /* a machine address */
    u32 flags;           /* SIF_* */
    u32 pad0;
    u64 store_mfn;
    u32 store_evtchn;
    u32 pad1;
    u64 console_mfn;
    u32 console_evtchn;
    u32 pad2;
    u64 pt_base;         /* the top page table, virtual */
    u64 nr_pt_frames;
    u64 mfn_list;        /* the p2m list, virtual: which machine frame each page of mine is */
    u64 mod_start;
    u64 mod_len;
    char cmd_line[1024];
};

/* One row of the trap table; the last has address 0 (public/arch-x86/xen.h, trap_info). */
struct trap_info {
    u8 vector;
    u8 flags;            /* who may raise it by `int n`; bit 2: mask events on entry */
    u16 cs;
    u32 pad;
    u64 address;
};

struct callback_register {
    u16 type;
    u16 flags;
    u32 pad;
    u64 address;
};

/* Arguments of EVTCHNOP_* (public/event_channel.h). */
struct evtchn_bind_interdomain { u16 remote_dom; u16 pad; u32 remote_port; u32 local_port; };
struct evtchn_bind_virq { u32 virq; u32 vcpu; u32 port; };
struct evtchn_bind_ipi { u32 vcpu; u32 port; };
struct evtchn_port { u32 port; };
struct evtchn_alloc_unbound { u16 dom; u16 remote_dom; u32 port; };
struct evtchn_status {
    u16 dom;
    u16 pad;
    u32 port;
    u32 status;          /* 0 closed, 1 unbound, 2 interdomain, 3 pirq, 4 virq, 5 ipi */
    u32 vcpu;
    union {
        u16 unbound_dom;
        struct { u16 dom; u16 pad; u32 port; } interdomain;
        u32 virq;
    } u;
};

struct singleshot_timer { u64 timeout_abs_ns; u32 flags; u32 pad; };

/* The console ring (public/io/console.h): bytes between two free-running indices. */
struct console_ring {
    u8 in[1024];
    u8 out[2048];
    u32 in_cons, in_prod, out_cons, out_prod;
};

/* The XenStore ring and its messages (public/io/xs_wire.h). */
struct store_ring {
    u8 req[1024];
    u8 rsp[1024];
    u32 req_cons, req_prod, rsp_cons, rsp_prod;
};

enum {
    XS_DIRECTORY = 1,
    XS_READ = 2,
    XS_WATCH = 4,
    XS_WRITE = 11,
    XS_WATCH_EVENT = 15,
    XS_ERROR = 16,
};

struct store_header { u32 type, request, transaction, bytes; };

#endif

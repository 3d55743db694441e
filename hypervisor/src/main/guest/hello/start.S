/*
 * start.S: the ELF notes that Xen's domain builder reads, the first instruction, and the three
 * doors through which Xen enters this kernel again: events, the failsafe, and traps.
 */

/* One ELF note of owner "Xen": public/elfnote.h lists the types. */
.macro note type, value:vararg
    .pushsection .note.Xen, "a", @note
    .balign 4
    .long 4, 8f - 7f, \type
    .asciz "Xen"
7:  \value
8:  .balign 4
    .popsection
.endm

    note 1, .quad start                 /* ENTRY */
    note 3, .quad 0xffffffff80000000    /* VIRT_BASE */
    note 4, .quad 0                     /* PADDR_OFFSET */
    note 5, .asciz "xen-3.0"            /* XEN_VERSION: the ABI's name to this day */
    note 6, .asciz "xenarium-hello"     /* GUEST_OS */
    note 7, .asciz "1"                  /* GUEST_VERSION */
    note 8, .asciz "generic"            /* LOADER */
    note 9, .asciz "yes"                /* PAE_MODE */

    .text

/*
 * The first instruction. Xen's builder has made the page tables and loaded us; rsi points to
 * start_info, rsp to the end of a one-page stack. We take a larger stack of our own, because an
 * event may arrive at any depth.
 */
/* tag::show-start[] */
    .globl start
start:
    cld
    lea boot_stack_end(%rip), %rsp
    xor %ebp, %ebp
    mov %rsi, %rdi
    call main
    ud2                                 /* main does not return */
/* end::show-start[] */

/*
 * Xen enters here to say that an event is pending, as a processor enters an interrupt handler.
 * It has masked further upcalls and pushed, from high to low: ss, rsp, rflags, cs, rip, r11, rcx.
 * (rcx and r11 are there because the way back, and SYSCALL, overwrite them.)
 */
/* tag::show-event-entry[] */
    .globl event_entry
event_entry:
    pop %rcx
    pop %r11
    push %rax
    push %rcx
    push %rdx
    push %rsi
    push %rdi
    push %r8
    push %r9
    push %r10
    push %r11
    cld
    call event_upcall
/* end::show-event-entry[] */
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rdi
    pop %rsi
    pop %rdx
    pop %rcx
    pop %rax

/*
 * The way back: rip, cs, rflags, rsp and ss lie on the stack as Xen pushed them. The iret
 * hypercall wants flags, rcx, r11 and rax below them. It loads everything at once and sets the
 * upcall mask to what the saved rflags.IF says, so that no event can squeeze in between.
 */
/* tag::show-return[] */
return_from_xen:
    push $0
    push %rcx
    push %r11
    push %rax
    mov $23, %eax
    syscall
    ud2                                 /* the iret hypercall does not return here */
/* end::show-return[] */

/* Xen enters here when a segment register cannot be reloaded. We never change one. */
    .globl failsafe_entry
failsafe_entry:
    ud2

/*
 * Exceptions. The frame is the same as above, with the error code between rip and r11 where the
 * exception has one; we push a zero where it has none, then the vector, then every register:
 * struct trap_frame in trap.c.
 */
.macro trap vector, has_error
trap_\vector:
    pop %rcx
    pop %r11
    .if \has_error == 0
    push $0
    .endif
    push $\vector
    jmp trap_common
    .pushsection .rodata.trap_entries, "a"
    .quad \vector, trap_\vector
    .popsection
.endm

    .pushsection .rodata.trap_entries, "a"
    .balign 8
    .globl trap_entries
trap_entries:
    .popsection

    trap 0, 0                           /* divide error */
    trap 3, 0                           /* breakpoint */
    trap 6, 0                           /* invalid opcode */
    trap 13, 1                          /* general protection */
    trap 14, 1                          /* page fault */

    .pushsection .rodata.trap_entries, "a"
    .quad 0, 0                          /* the end of the list */
    .popsection

trap_common:
    push %rax
    push %rcx
    push %rdx
    push %rbx
    push %rbp
    push %rsi
    push %rdi
    push %r8
    push %r9
    push %r10
    push %r11
    push %r12
    push %r13
    push %r14
    push %r15
    cld
    mov %rsp, %rdi
    call trap_handle
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rdi
    pop %rsi
    pop %rbp
    pop %rbx
    pop %rdx
    pop %rcx
    pop %rax
    add $16, %rsp                       /* the vector and the error code */
    jmp return_from_xen

    .bss
    .balign 16
boot_stack:
    .skip 16384
boot_stack_end:

    .section .note.GNU-stack, "", @progbits

/*
 * start.S: the ELF notes, the first instruction, the doors through which Xen enters again, and the
 * way to try something that may trap.
 */

.macro note type, value:vararg
    .pushsection .note.Xen, "a", @note
    .balign 4
    .long 4, 8f - 7f, \type
    .asciz "Xen"
7:  \value
8:  .balign 4
    .popsection
.endm

    note 1, .quad entry                 /* ENTRY */
    note 3, .quad 0xffffffff80000000    /* VIRT_BASE */
    note 4, .quad 0                     /* PADDR_OFFSET */
    note 5, .asciz "xen-3.0"            /* XEN_VERSION */
    note 6, .asciz "xenarium-ask"       /* GUEST_OS */
    note 7, .asciz "1"                  /* GUEST_VERSION */
    note 8, .asciz "generic"            /* LOADER */
    note 9, .asciz "yes"                /* PAE_MODE */

    .text
    .globl entry
entry:
    mov %rsp, first_registers+8(%rip)
    mov %rsi, first_registers(%rip)
    mov %cs, first_registers+16(%rip)
    mov %ss, first_registers+24(%rip)
    mov %ds, first_registers+32(%rip)
    mov %fs, first_registers+40(%rip)
    pushf
    pop first_registers+48(%rip)
    cld
    lea boot_stack_end(%rip), %rsp
    xor %ebp, %ebp
    mov %rsi, %rdi
    call begin
    ud2

/*
 * Every door ends in door_common: rsp points to rcx, r11, [error code], rip, cs, rflags, rsp, ss,
 * as Xen pushed them. We push a zero where there is no error code, then the number of the door,
 * then all registers: struct frame in ask.h.
 */
.macro door number, has_error
    .balign 16
door_\number:
    push %rax
    mov %rsp, door_stack(%rip)
    pop %rax
    pop %rcx
    pop %r11
    .if \has_error == 0
    push $0
    .endif
    push $\number
    jmp door_common
    .pushsection .rodata.doors, "a"
    .quad door_\number
    .popsection
.endm

    .pushsection .rodata.doors, "a"
    .balign 8
    .globl doors
doors:
    .popsection

    .altmacro
.macro plain_doors first, last
    .set at, \first
    .rept \last - \first + 1
    door %at, 0
    .set at, at + 1
    .endr
.endm
    plain_doors 0, 7
    door 8, 1
    door 9, 0
    door 10, 1
    door 11, 1
    door 12, 1
    door 13, 1
    door 14, 1
    plain_doors 15, 16
    door 17, 1
    plain_doors 18, 20
    door 21, 1
    plain_doors 22, 255
    door 256, 0                         /* event */
    door 257, 0                         /* failsafe */
    door 258, 0                         /* syscall */
    door 259, 0                         /* syscall32 */
    door 260, 0                         /* sysenter */
    door 261, 0                         /* nmi */
    .noaltmacro

door_common:
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
    call entered
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
    add $16, %rsp
    push $0
    push %rcx
    push %r11
    push %rax
    mov $23, %eax
    syscall
    ud2

/* long attempt(void (*code)(u64), u64 argument): calls it; 0 if it came back, else the number of
   the door that Xen entered instead, plus one. */
    .globl attempt
attempt:
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, attempt_stack(%rip)
    mov %rdi, %rax
    mov %rsi, %rdi
    call *%rax
    xor %eax, %eax
attempt_end:
    movq $0, attempt_stack(%rip)
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    ret

/* Back to attempt(), from wherever a door has led. */
    .globl attempt_abandon
attempt_abandon:
    mov attempt_stack(%rip), %rsp
    mov %rdi, %rax
    cld
    jmp attempt_end

    .bss
    .balign 16
    .globl boot_stack_end
    .skip 32768
boot_stack_end:
    .globl attempt_stack
attempt_stack:
    .quad 0
    .globl door_stack
door_stack:
    .quad 0
    .globl first_registers
first_registers:
    .skip 64

    .section .note.GNU-stack, "", @progbits

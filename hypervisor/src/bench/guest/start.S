/*
 * The entry of the benchmark image. A loader that knows Xen's PVH protocol (QEMU's -kernel, or our own) enters here in
 * 32-bit protected mode without paging, ebx pointing at hvm_start_info. We map the first GiB to itself twice (for the
 * workload that switches between two page tables), turn on long mode and call main64(start_info).
 */
    .section .note.Xen, "a", @note
    .align 4
    .long 4, 4, 18              /* owner's length, value's length, XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .long start32

    .text
    .code32
    .globl start32
start32:
    cli
    movl $stack_top, %esp
    movl %ebx, %esi
    /* Both level-4 and level-3 tables. */
    movl $level3_a + 7, level4_a
    movl $level3_b + 7, level4_b
    movl $level2_a + 7, level3_a
    movl $level2_b + 7, level3_b
    /* 512 pages of 2 MiB: present, writable, user, size. */
    movl $0x87, %eax
    xorl %ecx, %ecx
1:  movl %eax, level2_a(,%ecx,8)
    movl %eax, level2_b(,%ecx,8)
    addl $0x200000, %eax
    incl %ecx
    cmpl $512, %ecx
    jne 1b
    movl %cr4, %eax
    orl $0x620, %eax            /* PAE, OSFXSR, OSXMMEXCPT */
    movl %eax, %cr4
    movl $level4_a, %eax
    movl %eax, %cr3
    movl $0xc0000080, %ecx      /* EFER: SCE, LME, NXE */
    rdmsr
    orl $0x901, %eax
    wrmsr
    movl %cr0, %eax
    andl $~6, %eax              /* no emulation */
    orl $0x80010002, %eax       /* paging, write protection, monitor coprocessor */
    movl %eax, %cr0
    lgdt gdt_pointer
    ljmp $0x08, $start64

    .code64
start64:
    movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl %esi, %edi
    call main64
1:  hlt
    jmp 1b

    /* A trap handler as short as one can be: returns behind the instruction, which is 2 bytes long. */
    .globl skip_two
skip_two:
    addq $2, (%rsp)
    iretq

    .globl syscall_entry
syscall_entry:
    incl %eax
    sysretq

    /* uint64_t in_ring3(uint64_t rounds): goes to ring 3, makes that many system calls, comes back by int 0x81. */
    .globl in_ring3
in_ring3:
    pushq %rbx
    pushq %rbp
    movq %rsp, tss + 4
    movq %rsp, saved_stack
    movq %rdi, %rbx
    xorl %eax, %eax
    pushq $0x20 + 3             /* ss */
    pushq $ring3_stack_top
    pushq $2
    pushq $0x28 + 3             /* cs */
    pushq $ring3
    iretq
ring3:
    syscall
    decq %rbx
    jnz ring3
    int $0x81
    .globl from_ring3
from_ring3:
    movq saved_stack, %rsp
    movl $0x10, %ecx
    movl %ecx, %ss
    popq %rbp
    popq %rbx
    ret

    .data
    .align 16
    .globl gdt
gdt:
    .quad 0
    .quad 0x00af9b000000ffff    /* 0x08: 64-bit code, ring 0 */
    .quad 0x00cf93000000ffff    /* 0x10: data, ring 0 */
    .quad 0x00cffb000000ffff    /* 0x18: 32-bit code, ring 3, so that SYSRET finds its neighbours */
    .quad 0x00cff3000000ffff    /* 0x20: data, ring 3 */
    .quad 0x00affb000000ffff    /* 0x28: 64-bit code, ring 3 */
    .globl tss_descriptor
tss_descriptor:
    .quad 0, 0
gdt_pointer:
    .word . - gdt - 1
    .long gdt
    .long 0
    .align 16
    .globl idt_pointer
idt_pointer:
    .word 4095
    .quad idt

    .bss
    .align 4096
    .globl level4_a, level4_b, idt, tss
level4_a: .skip 4096
level4_b: .skip 4096
level3_a: .skip 4096
level3_b: .skip 4096
level2_a: .skip 4096
level2_b: .skip 4096
idt: .skip 4096
tss: .skip 128
saved_stack: .skip 8
    .align 16
    .skip 16384
stack_top:
    .skip 4096
ring3_stack_top:

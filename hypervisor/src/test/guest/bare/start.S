/*
 * Into long mode, and the door between the questions and their answers: enter() runs code at a privilege of its own, and
 * whatever vector ends that code comes back as an answer in `seen`.
 */
    .section .note.GNU-stack, "", @progbits
    .section .note.Xen, "a", @note
    .align 4
    .long 4, 4, 18              /* XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .long start32

    .text
    .code32
    .globl start32
start32:
    cli
    movl $stack_top, %esp
    movl $level3 + 7, level4
    movl $level2 + 7, level3
    movl $level2_high + 7, level3 + 8
    movl $level1 + 7, level2_high
    movl $0x87, %eax            /* the first GiB to itself, pages of 2 MiB, for everybody */
    xorl %ecx, %ecx
1:  movl %eax, level2(,%ecx,8)
    addl $0x200000, %eax
    incl %ecx
    cmpl $512, %ecx
    jne 1b
    movl %cr4, %eax
    orl $0x620, %eax
    movl %eax, %cr4
    movl $level4, %eax
    movl %eax, %cr3
    movl $0xc0000080, %ecx
    rdmsr
    orl $0x901, %eax
    wrmsr
    movl %cr0, %eax
    andl $~6, %eax
    orl $0x80010002, %eax
    movl %eax, %cr0
    lgdt gdt_pointer
    ljmp $0x08, $start64

    .code64
start64:
    movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    call main64
1:  hlt
    jmp 1b

    /* void enter(rip, cs, rflags, rsp, ss): comes back when a vector has ended what runs there. */
    .globl enter
enter:
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, home
    movq %rsp, tss + 4          /* RSP0 */
    movl $0x23, %eax            /* privilege 3 keeps these */
    movl %eax, %ds
    movl %eax, %es
    pushq %r8
    pushq %rcx
    pushq %rdx
    pushq %rsi
    pushq %rdi
    movl $scratch, %esi
    movl $0x1111, %eax
    movl $0x40000000, %ebx      /* the pages with rights of their own */
    xorl %ecx, %ecx
    xorl %edx, %edx
    movl $scratch + 64, %edi
    iretq

    /* Every vector comes here with its number on the stack, above an error code, true or 0. */
all_vectors:
    pushq %rax
    movq 8(%rsp), %rax
    movq %rax, seen
    movq 16(%rsp), %rax
    movq %rax, seen + 8
    movq 24(%rsp), %rax
    movq %rax, seen + 16        /* rip */
    movq 32(%rsp), %rax
    movq %rax, seen + 24        /* cs */
    movq 40(%rsp), %rax
    movq %rax, seen + 32        /* rflags */
    movq 48(%rsp), %rax
    movq %rax, seen + 40        /* rsp */
    movq 56(%rsp), %rax
    movq %rax, seen + 48        /* ss */
    movq %rsp, %rax
    movq %rax, seen + 56        /* where the frame was put */
    popq %rax
    movq %rax, seen + 64
    movq %rcx, seen + 72
    movq %r11, seen + 80
    pushfq
    popq %rax
    movq %rax, seen + 88        /* rflags in the handler */
    movq %ss, %rax
    movq %rax, seen + 96
    movq %rdx, seen + 104
    incq steps
    cmpq $0, keep_stepping
    je 1f
    cmpq $1, seen               /* a single step: go on */
    jne 1f
    addq $16, %rsp
    iretq
1:  movq home, %rsp
    movl $0x10, %eax
    movl %eax, %ss
    movl %eax, %ds
    movl %eax, %es
    cld
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbp
    popq %rbx
    ret

    /* The entries: those without an error code push a 0. */
    .altmacro
    .macro entry number
entry_\number:
    .if (\number == 8) || (\number >= 10 && \number <= 14) || (\number == 17)
    .else
    pushq $0
    .endif
    pushq $\number
    jmp all_vectors
    .endm
    .set i, 0
    .rept 256
    entry %i
    .set i, i + 1
    .endr
    .data
    .align 8
    .globl entries
entries:
    .macro entry_address number
    .quad entry_\number
    .endm
    .set i, 0
    .rept 256
    entry_address %i
    .set i, i + 1
    .endr

    .align 16
    .globl gdt, gdt_end
gdt:
    .quad 0
    .quad 0x00af9b000000ffff    /* 0x08: 64-bit code, ring 0 */
    .quad 0x00cf93000000ffff    /* 0x10: data, ring 0 */
    .quad 0x00cffb000000ffff    /* 0x18: 32-bit code, ring 3 */
    .quad 0x00cff3000000ffff    /* 0x20: data, ring 3 */
    .quad 0x00affb000000ffff    /* 0x28: 64-bit code, ring 3 */
    .quad 0, 0                  /* 0x30: TSS */
    .quad 0x00cf73000000ffff    /* 0x40: data, ring 3, not present */
    .quad 0x00cff9000000ffff    /* 0x48: code that cannot be read, ring 3 */
    .quad 0x0040f30010000fff    /* 0x50: data, ring 3, 4 KiB from 0x1000 */
    .quad 0, 0                  /* 0x58: call gate, ring 3 */
    .quad 0x0000820000000000    /* 0x68: an LDT of one byte */
    .quad 0
    .quad 0x00ef9b000000ffff    /* 0x78: code of both sizes */
    .quad 0x00af9f000000ffff    /* 0x80: conforming 64-bit code, ring 0 */
    .quad 0x00cff1000000ffff    /* 0x88: data that cannot be written, ring 3 */
    .quad 0x00cf9b000000ffff    /* 0x90: 32-bit code, ring 0 */
    .quad 0x00af1b000000ffff    /* 0x98: 64-bit code, ring 0, not present */
gdt_end:
    .globl gdt_pointer
gdt_pointer:
    .word gdt_end - gdt - 1
    .quad gdt
    .globl idt_pointer
idt_pointer:
    .word 4095
    .quad idt

    .bss
    .align 4096
    .globl level1, idt, tss, seen, home, steps, keep_stepping, scratch, pages, probe_top, user_top, ist_top, df_top
level4: .skip 4096
level3: .skip 4096
level2: .skip 4096
level2_high: .skip 4096
level1: .skip 4096
idt: .skip 4096
pages: .skip 65536
scratch: .skip 4096
tss: .skip 512
seen: .skip 128
home: .skip 8
steps: .skip 8
keep_stepping: .skip 8
    .align 16
    .skip 8192
stack_top:
    .skip 4096
probe_top:
    .skip 4096
user_top:
    .skip 4096
ist_top:
    .skip 4096
df_top:

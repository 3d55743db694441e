#!/bin/sh
# Builds hello.elf from the sources beside this script: build.sh [OUTPUT]
# Needs gcc and binutils for x86-64 only. Debian 12's (gcc 12.2, binutils 2.40) give the very bytes
# that are checked in, whatever the folder and the time; BuiltInGuestTest compares.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
output=${1:-$here/../../resources/io/xenarium/guest/hello.elf}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# No library, no floating point; nothing below the stack pointer, where an upcall writes; code for
# the uppermost 2 GiB of the address space.
flags="-std=gnu11 -Os -march=x86-64 -mtune=generic -ffreestanding -nostdinc -fno-pic -fno-pie
    -mcmodel=kernel -mno-red-zone -mgeneral-regs-only -fno-stack-protector -fcf-protection=none
    -fno-asynchronous-unwind-tables -fno-ident -fno-strict-aliasing -Wall -Wextra -Werror"

cd "$here"
objects=
for source in start.S main.c trap.c page.c events.c time.c console.c store.c shell.c text.c; do
    object=$work/${source%.*}.o
    # shellcheck disable=SC2086
    "${CC:-gcc}" $flags -c "$source" -o "$object"
    objects="$objects $object"
done
# shellcheck disable=SC2086
"${LD:-ld}" -nostdlib -static --build-id=none -z noexecstack -z max-page-size=4096 \
    -T link.ld -o "$work/hello.elf" $objects
mkdir -p "$(dirname -- "$output")"
cp "$work/hello.elf" "$output"

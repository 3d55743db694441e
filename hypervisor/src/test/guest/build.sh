#!/bin/sh
# Builds the guests that ask Xen one question a line: build.sh [FOLDER]
# Each theme is one ELF file: the theme's source and what all of them share. Debian 12's gcc and
# binutils give the very bytes that are checked in; BuiltInGuestTest compares.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
output=${1:-$here/../resources/io/xenarium/guest}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

flags="-std=gnu11 -Os -march=x86-64 -mtune=generic -ffreestanding -nostdinc -fno-pic -fno-pie
    -mcmodel=kernel -mno-red-zone -mgeneral-regs-only -fno-stack-protector -fcf-protection=none
    -fno-asynchronous-unwind-tables -fno-ident -fno-strict-aliasing -Wall -Wextra -Werror"

compile() {
    # shellcheck disable=SC2086
    "${CC:-gcc}" $flags -c "$1" -o "$work/${1%.*}.o"
}

cd "$here"
mkdir -p "$output"
shared=
for source in start.S say.c traps.c pages.c; do
    compile "$source"
    shared="$shared $work/${source%.*}.o"
done
for source in ask-*.c; do
    theme=${source%.c}
    compile "$source"
    # shellcheck disable=SC2086
    "${LD:-ld}" -nostdlib -static --build-id=none -z noexecstack -z max-page-size=4096 \
        -T link.ld -o "$work/$theme.elf" $shared "$work/$theme.o"
    cp "$work/$theme.elf" "$output/$theme.elf"
done

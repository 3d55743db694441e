#!/bin/sh
# Builds the kernel that puts one question to a bare processor a line: build.sh OUTPUT
# Debian 12's gcc and binutils give the very bytes that are checked in; BareRulesTest compares.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
output=${1:-$here/../../resources/io/xenarium/machine/device/rules.elf}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$here"
"${CC:-gcc}" -std=gnu11 -Os -march=x86-64 -mtune=generic -ffreestanding -fno-pic -fno-pie -mno-red-zone \
    -mgeneral-regs-only -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables -fno-ident \
    -fno-strict-aliasing -Wall -Wextra -Werror -c rules.c -o "$work/rules.o"
"${CC:-gcc}" -c start.S -o "$work/start.o"
"${LD:-ld}" -n --build-id=none -z noexecstack --no-warn-rwx-segments -T link.ld -o "$output" "$work/start.o" "$work/rules.o"
strip -s "$output"

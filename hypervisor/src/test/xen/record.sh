#!/bin/bash
# Asks Xen itself: runs guests of ours as domains of Debian's Xen 4.17, with Debian's toolstack in
# domain 0, on an emulated PC, and prints what they say.
#
#   record.sh                  writes a transcript for each ask-*.elf beside it
#   record.sh GUEST.elf ...    prints what these guests say, and nothing else is written
#
# Needs qemu-system-x86_64 and apt-get; the rest is downloaded into $XEN_PARTS, and nothing is
# installed. VCPUS says how many processors each guest has, CMDLINE what it is told, LOG where the
# whole serial output goes, with Xen's own messages.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
guests=$here/../resources/io/xenarium/guest
parts=${XEN_PARTS:-${XDG_CACHE_HOME:-$HOME/.cache}/xenarium/xen-4.17}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

packages=(xen-hypervisor-4.17-amd64 xen-utils-4.17 busybox-static
    libxenmisc4.17 libxencall1 libxenevtchn1 libxenforeignmemory1 libxengnttab1 libxenstore4
    libxentoolcore1 libxentoollog1 libxendevicemodel1 libxenhypfs1 libyajl2 libuuid1 zlib1g
    libzstd1 liblzma5 libgcc-s1 libc6)

fetch() {
    local kernel
    kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: *//p')
    mkdir -p "$parts/debs"
    (cd "$parts/debs" && apt-get -q download "${packages[@]}" "$kernel" >&2)
    for deb in "$parts"/debs/*.deb; do
        dpkg -x "$deb" "$parts/root"
    done
    gunzip -c "$parts"/root/boot/xen-4.17-amd64.gz >"$parts/xen"
    touch "$parts/complete"
}

# The initial ram disk of domain 0, with the guests in it.
ramdisk() {
    local root=$parts/root folder=$work/ramdisk name
    local programs=$root/usr/lib/xen-4.17/bin
    mkdir -p "$folder"/{bin,lib64,lib/x86_64-linux-gnu,proc,sys,dev,var,guests,modules} \
        "$folder/usr/lib/xen-4.17/bin"
    cp "$here/init" "$folder/init"
    cp "$root/bin/busybox" "$folder/bin/"
    cp "$programs"/{xl,xenstored,xenconsoled,xen-init-dom0,libxl-save-helper} \
        "$folder/usr/lib/xen-4.17/bin/"
    cp -L "$root"/lib/x86_64-linux-gnu/*.so* "$root"/usr/lib/x86_64-linux-gnu/lib*.so.* \
        "$folder/lib/x86_64-linux-gnu/"
    cp -L "$root"/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 "$folder/lib64/"
    find "$root"/lib/modules -name 'xen-privcmd.ko' -o -name 'xenfs.ko' -o -name 'xen-evtchn.ko' \
        -o -name 'xen-gntdev.ko' | xargs -I{} cp {} "$folder/modules/"
    for guest in "$@"; do
        name=$(basename "$guest" .elf)
        cp "$guest" "$folder/guests/$name.elf"
        cat >"$folder/guests/$name.cfg" <<CONFIG
name = "$name"
type = "pv"
kernel = "/guests/$name.elf"
cmdline = "${CMDLINE:-}"
memory = 16
vcpus = ${VCPUS:-2}
on_poweroff = "preserve"
on_reboot = "preserve"
on_crash = "preserve"
CONFIG
    done
    (cd "$folder" && find . | "$root/bin/busybox" cpio -o -H newc 2>/dev/null) | gzip -1
}

# SMAP and SMEP are left out: QEMU 7.2 reads the frame of an IRET with the rights of a kernel.
machine() {
    timeout 900 qemu-system-x86_64 -accel tcg -cpu max,-smap,-smep -m 768 -nodefaults -no-reboot \
        -display none -serial stdio -kernel "$parts/xen" \
        -append "console=com1 com1=115200,8n1 loglvl=all guest_loglvl=all dom0_mem=384M,max:384M" \
        -initrd "$(ls "$parts"/root/boot/vmlinuz-*) console=hvc0 quiet,$work/ramdisk.gz" \
        </dev/null | tee "${LOG:-$work/log}"
}

said() {
    sed -n "/^=== begin $1\$/,/^=== end $1\$/p" "$work/said" | sed '1d;$d'
}

[ -e "$parts/complete" ] || fetch
if [ $# -gt 0 ]; then
    ramdisk "$@" >"$work/ramdisk.gz"
    machine | tr -d "\r" | grep -v '^(XEN)' | sed -n '/^=== begin/,/^=== end/p'
    exit
fi
ramdisk "$guests"/ask-*.elf >"$work/ramdisk.gz"
machine | tr -d "\r" | grep -v '^(XEN)' >"$work/said"
for guest in "$guests"/ask-*.elf; do
    name=$(basename "$guest" .elf)
    said "$name" | tr -d '\r' >"$work/$name.txt"
    grep -qx end "$work/$name.txt" || { echo "$name did not come to its end" >&2; exit 1; }
    cp "$work/$name.txt" "$guests/$name-on-xen-4.17.txt"
done

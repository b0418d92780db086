#!/bin/sh
# mkinit.sh KERNEL-DIR OUT: the first file system of the test machine.  It
# holds busybox, the modules of the kernel unpacked in KERNEL-DIR that the
# machine needs, and an init that puts this machine's own files, read only
# and under a layer of memory, where the root is to be.
set -eu
kernel=$1
out=$2
here=$(cd "$(dirname "$0")" && pwd)

MODULES='virtio_pci virtio_blk 9p 9pnet_virtio overlay ext4 crc32c_generic
loop'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
lib=$(echo "$kernel"/lib/modules/*)
[ -f "$lib/modules.dep" ] || depmod -b "$kernel" "${lib##*/}"

# What it needs comes before a module, as modprobe would say.
order() {
	for m in $MODULES; do
		modprobe -d "$kernel" -S "${lib##*/}" -a --show-depends "$m"
	done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++'
}

mkdir -p "$work/bin" "$work/mod" "$work/proc" "$work/sys" "$work/dev" \
    "$work/new" "$work/host" "$work/over"
cp "$(command -v busybox)" "$work/bin/busybox"
cp "$here/init" "$work/init"
chmod 755 "$work/init"
n=100
for m in $(order); do
	n=$((n + 1))
	case $m in
	*.xz) xz -dc "$m" > "$work/mod/$n.ko" ;;
	*.zst) zstd -dcq "$m" > "$work/mod/$n.ko" ;;
	*) cp "$m" "$work/mod/$n.ko" ;;
	esac
done
(cd "$work" && find . | cpio -o -H newc --quiet) | gzip -1 > "$out"

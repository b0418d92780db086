#!/bin/sh
# run.sh [TEST...]: tests of this folder's parent on another machine, which
# is made for the occasion: Debian's own kernel under emulation, version 2 of
# control groups only, this machine's programs.  It needs no root.  Where the
# kernel is older than this machine's, it shows what deskd needs of one.
#
# VM_KERNEL names the kernel's package; the default is what Debian installs.
# VM_DIR is where it is unpacked and kept.
cd "${0%/*}" || exit 1
VM_DIR=${VM_DIR:-$PWD/../../obj/vm}
SECONDS_MAX=1800
[ $# -gt 0 ] || set -- vm/cgroup2 limits sweep restart ctl \
    vm/systemd
PATH=$PATH:/usr/sbin:/sbin

skip_all() {
	echo "1..0 # SKIP $*"
	exit 0
}

[ "$(uname -m)" = x86_64 ] || skip_all "made for x86_64"
for cmd in perl qemu-system-x86_64 apt-get busybox cpio modprobe mke2fs; do
	command -v "$cmd" > /dev/null ||
		skip_all "needs $cmd (sudo make deps-vm)"
done

# One package, fetched and unpacked as any user.
kernel() {
	: "${VM_KERNEL:=$(apt-cache depends linux-image-amd64 2> /dev/null |
		sed -n 's/.*Depends: *\(linux-image-[^ ]*\)$/\1/p' |
		head -n 1)}"
	[ -n "$VM_KERNEL" ] || return 1
	KERNEL=$VM_DIR/$VM_KERNEL
	[ ! -d "$KERNEL" ] || return 0
	rm -rf "$KERNEL.new"
	mkdir -p "$KERNEL.new" && (
		cd "$KERNEL.new" &&
		apt-get -qq download "$VM_KERNEL" > /dev/null 2>&1 &&
		dpkg -x ./*.deb . && rm -f ./*.deb
	) && mv "$KERNEL.new" "$KERNEL"
}

kernel || skip_all "no kernel package${VM_KERNEL:+: $VM_KERNEL}"
work=$(mktemp -d "${TMPDIR:-/tmp}/dkvm.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
./mkinit.sh "$KERNEL" "$work/init.gz" || exit 1
truncate -s 8G "$work/disk" &&
	mke2fs -q -F -t ext4 -E lazy_itable_init=1,nodiscard "$work/disk" ||
	exit 1

# A comma in an option of qemu's is doubled.
option() {
	printf '%s' "$1" | sed 's/,/,,/g'
}
share() {
	echo "local,id=$1,path=$(option "$2"),security_model=none,readonly=on,\
multidevs=remap"
}

tests=$(echo "$*" | tr ' ' ,)
timeout -k 10 "$SECONDS_MAX" qemu-system-x86_64 -accel tcg,thread=multi \
    -machine q35 -cpu max -smp 2 -m 3072 \
    -display none -nodefaults -no-reboot \
    -serial "file:$work/console" -serial stdio \
    -kernel "$KERNEL"/boot/vmlinuz-* -initrd "$work/init.gz" \
    -append "console=ttyS0 quiet panic=-1 cgroup_no_v1=all vm.tests=$tests" \
    -fsdev "$(share host /)" \
    -device virtio-9p-pci,fsdev=host,mount_tag=host \
    -fsdev "$(share src "$(cd ../.. && pwd)")" \
    -device virtio-9p-pci,fsdev=src,mount_tag=src \
    -drive "file=$(option "$work/disk"),format=raw,if=virtio,cache=unsafe" \
    < /dev/null | perl tap.pl
rc=$?
if [ "$rc" -ne 0 ]; then
	echo "# the last of the machine's console:"
	tail -n 20 "$work/console" | tr -d '\r' | sed 's/^/# /'
fi
exit "$rc"

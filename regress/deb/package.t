#!/bin/sh
# The packages that make deb left, in a Debian that has nothing else: they
# install, work, keep what is edited and made through an upgrade, and purge
# without a trace.  Takes minutes, most of them debootstrap's.

BIN=/usr/bin
. "${0%/*}/../lib.sh"

need_root
need debootstrap dpkg-deb unshare pivot_root
DEBS=$(cd ../.. && pwd)/obj-deb
ls "$DEBS"/deskd_*.deb > /dev/null 2>&1 || skip_all "make deb comes first"
# Not below /tmp: that may be small, and without devices or programs.
ROOT=$DEBS/root
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")
mirror=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb [^h]*\(http[^ ]*\).*/\1/p' \
    /etc/apt/sources.list.d/* /etc/apt/sources.list 2> /dev/null | head -n 1)

rm -rf --one-file-system "$ROOT"
ok "an empty Debian" debootstrap --variant=minbase --include=ca-certificates \
    "$suite" "$ROOT" "$mirror"
# How this machine reaches its mirror.
rm -f "$ROOT/etc/apt/sources.list"
cp -a /etc/apt/sources.list.d/. "$ROOT/etc/apt/sources.list.d/"
for f in /etc/apt/sources.list /etc/resolv.conf /etc/hosts; do
	[ ! -e "$f" ] || cp -L "$f" "$ROOT$f"
done
grep -il 'proxy\|acquire\|verify' /etc/apt/apt.conf.d/* 2> /dev/null |
	while read -r f; do
		cp "$f" "$ROOT$f"
	done

# The next version is this one with another number.
mkdir "$ROOT/debs"
cp "$DEBS"/deskd_*.deb "$DEBS"/deskd-desktop_*.deb "$ROOT/debs"
for deb in "$DEBS"/deskd_*.deb "$DEBS"/deskd-desktop_*.deb; do
	dpkg-deb -R "$deb" "$TMP/next"
	sed -i 's/^Version: .*/&+next/' "$TMP/next/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$TMP/next" \
	    "$ROOT/debs/next-$(basename "$deb")" > /dev/null
	rm -rf "$TMP/next"
done

# A chroot may not make user namespaces; a new root may.
cp ../lib.sh inside.sh "$ROOT/debs"
inside() {
	# shellcheck disable=SC2016
	unshare -m --propagation private sh -c '
		mount --bind "$1" "$1" && cd "$1" &&
		mount -t proc proc proc && mount --rbind /sys sys &&
		mount --rbind /dev dev && mount -t tmpfs tmpfs run &&
		mkdir -p old && pivot_root . old && cd / &&
		umount -l /old && exec env -i HOME=/root \
		    PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
		    DEBIAN_FRONTEND=noninteractive sh /debs/inside.sh
	' sh "$ROOT"
}
inside > "$TMP/inside" 2>&1
grep -E '^(not )?ok ' "$TMP/inside" | while IFS= read -r line; do
	echo "$line" >> "$TMP/lines"
done
while IFS= read -r line; do
	case $line in
	"ok "*) pass "${line#ok * - }" ;;
	*) fail "${line#not ok * - }" ;;
	esac
done < "$TMP/lines"
like "all of it was tried" "$(tail -n 1 "$TMP/inside")" '^1\.\.[0-9]+$'
[ "$FAILED" -eq 0 ] || note "$(grep -v '^ok ' "$TMP/inside" | tail -n 100)"
rm -rf --one-file-system "$ROOT"

done_testing

#!/bin/sh
# make install puts everything where a package wants it, keeps an edited
# configuration, makes no users under DESTDIR; make uninstall takes it away.

. ./lib.sh

[ -z "${DESKD_TEST_ASAN:-}" ] || skip_all "nobody installs a sanitizer build"
need make
cd .. || exit 1
D=$TMP/dest
OBJ=${BIN%/bin}

run_make() {
	make --no-print-directory OBJ="$OBJ" DESTDIR="$D" "$@"
}

# A value of config.mk, with what it refers to.
place() {
	run_make -pn all 2> /dev/null | sed -n "s/^$1 = //p" | head -n 1 |
		sed "s|\${exec_prefix}|$2|; s|\${prefix}|$2|"
}

present() {
	find "$D" -type f | sed "s|^$D||" | sort
}

prefix=$(place prefix '')
sysconfdir=$(place sysconfdir "$prefix")

ok "make install" run_make install
for f in "$prefix/sbin/deskd" "$prefix/bin/deskctl" \
    "$prefix/libexec/deskd/deskd-broker" "$prefix/libexec/deskd/deskd-worker" \
    "$prefix/libexec/deskd/deskd-init"; do
	ok "${f##*/} can be run from $f" test -x "$D$f"
done
for m in man/*.[1-8]; do
	ok "$m is there" test -s "$D$prefix/share/man/man${m##*.}/${m##*/}"
done
conf=$D$sysconfdir/deskd/deskd.conf
ok "the installed configuration is taken" \
    "$D$prefix/sbin/deskd" -n -f "$conf"
is "only root reads it" "$(stat -c %a "$conf")" 600

unit=$(present | grep '/deskd.service$')
ok "the unit starts what was installed" \
    grep -q "^ExecStart=$prefix/sbin/deskd -d -g " "$D$unit"
ok "beside the one for sessions" test -s "${D}${unit%/*}/deskd-sessions.service"
is "it leaves deskd what deskd keeps, and ports" \
    "$(sed -n 's/^CapabilityBoundingSet=//p' etc/deskd.service | tr ' ' '\n' |
	sort | tr '\n' ' ')" \
    "$({ sed -n 's/^	{ \(CAP_[A-Z_]*\),.*/\1/p' supervisor/caps.c
	echo CAP_NET_BIND_SERVICE; } | sort -u | tr '\n' ' ')"
nok "nothing in the unit is left open" grep -q @ "$D$unit"
like "users for systemd-sysusers" \
    "$(cat "$D/usr/lib/sysusers.d/deskd.conf")" "^u _deskd "

for f in share/bash-completion/completions/deskctl share/doc/deskd/README \
    share/doc/deskd/examples/curl.sh; do
	ok "$f is there" test -s "$D$prefix/$f"
done

# The package says again what stands elsewhere.
version=$(sed -n 's/^AC_INIT(\[deskd\], \[\(.*\)\])$/\1/p' configure.ac)
like "the changelog's version" "$(head -n 1 debian/changelog)" \
    "^deskd \\($version\\) "
packages() {
	run_make -pn deps 2> /dev/null | sed -n "s/^$1 = //p" | tr ' ' '\n'
}
listed() {	# FIELD of debian/control, at its Nth place
	awk -v field="$1:" -v nth="$2" '
		/^[A-Z]/ { on = $1 == field && ++n == nth }
		on { sub(field, ""); gsub(/[ ,]/, ""); if ($0 != "") print }
	' debian/control | grep -Ev '[$(]|^dh-|^deskd$' | sort
}
is "what it is built with" "$(listed Build-Depends 1)" \
    "$(packages PKG_BUILD | grep -Ev '^(gcc|make|libc6-dev|linux-libc-dev)$' |
	sort)"
is "what it runs with" "$({ listed Depends 1; listed Depends 2; } | sort)" \
    "$(packages PKG_RUN | grep -v '^util-linux$' | sort)"

echo "max sessions 7" > "$conf"
ok "make install again" run_make install
is "keeps the configuration" "$(cat "$conf")" "max sessions 7"

ok "make uninstall" run_make uninstall
is "leaves the configuration only" "$(present)" "$sysconfdir/deskd/deskd.conf"

done_testing

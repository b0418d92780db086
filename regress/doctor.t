#!/bin/sh
# What deskctl doctor says of a place that confines deskd or its sessions: a
# unit's drop-in, a container.  Each is made here and seen by it.

. ./lib.sh

need curl

doctor() {	# WORDS BEFORE: what it says of confinement
	"$@" "$BIN/deskctl" -s "$SOCKET" doctor 2>&1 |
		grep '^[a-z]* *confined' | grep -v 'on deskd'
}

filters=$(awk '$1 == "Seccomp_filters:" { print $2 }' /proc/self/status)
[ "$filters" = 0 ] || skip_all "this place has filters of its own"
like "an open place" "$(doctor env)" '^ok +confined +no foreign'
like "a filter around it" "$(doctor "$BIN/confine" filter)" \
    '^warn +confined +1 system call filters are on this shell'
if [ -n "${DESKD_TEST_ASAN:-}" ]; then
	skip "memory that cannot become code" "a sanitizer needs it"
elif "$BIN/confine" mdwe true 2> /dev/null; then
	like "memory that cannot become code" \
	    "$(doctor "$BIN/confine" mdwe)" \
	    'fail +confined +memory cannot be made executable'
else
	skip "memory that cannot become code" "this kernel does not offer it"
fi

[ "$(id -u)" -eq 0 ] || { done_testing; exit; }

of_daemon() {
	ctl doctor | grep 'deskd' | grep '^[a-z]* *confined'
}

deskd_start_or_bail
is "deskd as it is" "$(of_daemon)" \
    "ok      confined     no foreign system call filter on deskd"
ok "and it leaves" deskd_stop

# As ProtectKernelTunables= would do it, and SystemCallFilter=.
start_confined() {
	mkdir -p "$PREFIX"
	write_conf > "$TMP/deskd.conf"
	unshare -m --propagation private sh -c \
	    'mount -o bind,ro /proc/sys /proc/sys && exec "$@"' sh \
	    "$BIN/confine" filter "$BIN/deskd" -dv -f "$TMP/deskd.conf" \
	    >> "$LOG" 2>&1 < /dev/null &
	DESKD_PID=$!
	wait_until 30 deskd_ready && deskd_alive
}
ok "deskd in a unit that confines it" start_confined
like "doctor sees the filter" "$(of_daemon)" \
    '^warn +confined +1 system call filters are on deskd'
like "and what lies on /proc" "$(of_daemon)" \
    'fail +confined +/proc/sys is mounted over for deskd'

done_testing

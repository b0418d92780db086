#!/bin/sh
# A desktop from a fresh clone: builds deskd, starts it under a prefix of its
# own, types a command into a terminal on a session's screen and leaves the
# picture in demo.png.  Ctrl-C ends it and leaves nothing behind; ONCE=1 ends
# it by itself.  Tests name other places, programs and lines of deskd.conf
# in DEMO_PREFIX, DEMO_PICTURE, DEMO_BIN and DEMO_CONF.

set -eu
cd "${0%/*}/.."
TOP=$PWD
PREFIX=${DEMO_PREFIX:-$TOP/demo.prefix}
RUN=$PREFIX/run
BIN=${DEMO_BIN:-$TOP/obj/bin}
PICTURE=${DEMO_PICTURE:-$TOP/demo.png}
DESKD_PID=

say() {
	printf '%s\n' "demo: $*"
}

die() {
	say "$*"
	exit 1
}

[ "$(id -u)" -eq 0 ] ||
	die "building walls between desktops takes root: sudo make demo"
[ "$(uname -s)" = Linux ] || die "deskd needs Linux"

# Runs on every way out.  SIGINT lets deskd stop its sessions first; the
# terminal may have sent it one already.
clean_up() {
	rc=$?
	trap '' INT TERM HUP
	trap - EXIT
	if [ -n "$DESKD_PID" ]; then
		say "stopping deskd and its session"
		kill -s INT "$DESKD_PID" 2> /dev/null || :
		wait "$DESKD_PID" || rc=1
	fi
	if [ "$RUN" != "$PREFIX/run" ]; then
		rm -rf "$RUN"
	fi
	rm -rf "$PREFIX"
	exit "$rc"
}

stay() {
	say "press Ctrl-C to end it"
	wait "$DESKD_PID" || :
	DESKD_PID=
	die "deskd has left; its log is above"
}

# How often is bounded by the pause, how long by the deadline.
wait_until() {
	end=$(($(date +%s) + $1))
	shift
	until "$@" > /dev/null 2>&1; do
		[ "$(date +%s)" -lt "$end" ] || return 1
		kill -0 "$DESKD_PID" 2> /dev/null || return 1
		sleep 0.1
	done
}

ready() {
	"$BIN/deskctl" -s "$SOCKET" ls
}

ctl() {
	"$BIN/deskctl" -s "$SOCKET" "$@"
}

# Until nothing has moved on the screen for a while.
settle() {
	echo '{"actions": [{"type": "cursor_position"}],
	    "screenshot": "last", "settle_ms": 300,
	    "settle_timeout_ms": 5000}' | ctl actions demo - > /dev/null
}

if [ -z "${DEMO_BIN:-}" ]; then
	say "building"
	make -j"${JOBS:-2}" --no-print-directory all
fi

if [ "${#RUN}" -gt 60 ]; then
	RUN=$(mktemp -d /run/deskd-demo.XXXXXX)
	chmod 755 "$RUN"
	say "the path of this clone is too long for a UNIX socket;" \
	    "the socket is in $RUN"
fi
SOCKET=$RUN/api.sock
mkdir -p "$PREFIX"
cat > "$PREFIX/deskd.conf" << end
prefix = "$PREFIX"
run "$RUN"
programs "$BIN"
listen on socket "$SOCKET" mode 0600
${DEMO_CONF:-}
end

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

say "starting deskd"
env --default-signal=INT,QUIT \
    "$BIN/deskd" -d -f "$PREFIX/deskd.conf" < /dev/null &
DESKD_PID=$!
wait_until 30 ready || die "deskd does not answer; what it said is above"

say "creating a session with a desktop"
ctl create --wait -n demo -g 1280x800

say "opening a terminal in it and typing"
ctl exec demo -- sh -c 'setsid xterm -geometry 100x30+80+60 -fa Monospace \
    -fs 12 -e sh -c "touch .terminal; exec sh" > /dev/null 2>&1 &'
wait_until 15 ctl exec demo -- test -e .terminal ||
	die "no terminal came up"
settle
ctl click demo 500 300
ctl type demo 'echo hello from inside; id; uname -sr; df -h /; touch .typed
'
wait_until 15 ctl exec demo -- test -e .typed ||
	die "the terminal did not take what was typed"
settle
ctl shot demo -o "$PICTURE"
# What sudo made in his clone belongs to him who called it.
[ -z "${SUDO_UID:-}" ] ||
	chown "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$PICTURE"

cat << end

demo: the screen is in $PICTURE
demo: go on with
    sudo $BIN/deskctl -s $SOCKET ls
    sudo $BIN/deskctl -s $SOCKET exec demo -- ps ax
    sudo $BIN/deskctl -s $SOCKET shot demo -o demo.png
    sudo curl --unix-socket $SOCKET http://deskd/v1/sessions

end
[ -z "${ONCE:-}" ] || exit 0
stay

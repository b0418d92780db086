#!/bin/sh
# The demo shows what it says, and leaves nothing behind: by itself, on
# Ctrl-C, and from a clone whose path is too long for a socket.

. ./lib.sh

need_root
need Xvfb icewm xterm

DEMO_BIN=$BIN
DEMO_PICTURE=$TMP/demo.png
DEMO_CONF=$(printf '%s\n' 'sandbox kill' 'max sessions 15' \
    "cgroup \"/$CGROUP\"" "uids from $UID_FIRST to $UID_LAST" \
    "worker uids from $WORKER_FIRST to $WORKER_LAST")
export DEMO_BIN DEMO_PICTURE DEMO_CONF

# In a process group of its own, as on a terminal.
start_demo() {
	rm -f "$DEMO_PICTURE"
	env --default-signal=INT,QUIT setsid ../demo/demo.sh \
	    > "$TMP/demo.out" 2>&1 < /dev/null &
	DEMO_PID=$!
}

has_ended() {
	[ ! -e "/proc/$DEMO_PID" ] ||
		grep -q '^State:.Z' "/proc/$DEMO_PID/status" 2> /dev/null
}

# Its status; 124 when it had to be killed.
end_demo() {
	if ! wait_until 60 has_ended; then
		kill -s KILL -- "-$DEMO_PID"
		note "$(cat "$TMP/demo.out")"
		return 124
	fi
	wait "$DEMO_PID"
}

waits() {
	has_ended || grep -q 'press Ctrl-C' "$TMP/demo.out"
}

picture() {
	[ "$(head -c 8 "$DEMO_PICTURE" | od -An -tx1 | tr -d ' ')" = \
	    89504e470d0a1a0a ] && [ "$(wc -c < "$DEMO_PICTURE")" -gt 4000 ]
}

export DEMO_PREFIX="$TMP/d"
export ONCE=1
start_demo
end_demo
is "the demo ends by itself" "$?" 0
note "$(cat "$TMP/demo.out")"
ok "with a picture" picture
like "and with lines to go on" "$(cat "$TMP/demo.out")" \
    "curl --unix-socket .* http://deskd/v1/sessions"
nok "its prefix is gone" test -e "$DEMO_PREFIX"
is "nothing is left behind" "$(left_behind)" ""

export ONCE=
start_demo
ok "the demo waits" wait_until 60 waits
ok "its session runs meanwhile" "$BIN/deskctl" -s "$DEMO_PREFIX/run/api.sock" \
    exec demo -- true
kill -s INT -- "-$DEMO_PID"
end_demo
is "Ctrl-C ends it" "$?" 130
nok "its prefix is gone then too" test -e "$DEMO_PREFIX"
is "nothing is left behind by Ctrl-C" "$(left_behind)" ""

DEMO_PREFIX=$TMP/$(printf %090d 0)
ONCE=1
start_demo
end_demo
is "a long path is no obstacle" "$?" 0
like "it says where the socket is" "$(cat "$TMP/demo.out")" \
    "the socket is in /run/deskd-demo"
ok "with a picture from there" picture
nok "its run directory is gone" \
    sh -c 'ls -d "$(sed -n "s/.*socket is in //p" "$1")"' sh "$TMP/demo.out"
is "nothing is left behind by that" "$(left_behind)" ""

done_testing

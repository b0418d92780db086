#!/bin/sh
# Without -d: who starts deskd hears why it does not come up, and is let go,
# with every descriptor of his, when it serves.  A deskd that cannot go on
# leaves nothing behind.
. "${0%/*}/lib.sh"
need_root
need curl jq Xvfb icewm

daemon() {
	"$BIN/deskd" -f deskd.conf 2>&1
}

a_pid_of() {
	left_behind | awk -v name="$1" '$3 == name { print $2 }' | head -n 1
}

cd "$TMP" || exit 1
mkdir -p "$PREFIX"
write_conf > deskd.conf

# The shell waits for the end of the output, which a daemon must not hold.
said=$(daemon)
is "it starts and lets go" "$?" 0
note "$said"
DESKD_PID=$(cat "$PREFIX/run/deskd.pid")
ok "it serves as soon as its starter is back" curl -sf -o /dev/null \
    --max-time 10 --unix-socket "$SOCKET" http://deskd/healthz
is "it has left our folder" "$(readlink "/proc/$DESKD_PID/cwd")" /
is "and our session" "$(ps -o sid= -p "$DESKD_PID" | tr -d ' ')" "$DESKD_PID"

said=$(daemon)
is "a second one does not start" "$?" 1
like "and says why" "$said" 'another deskd runs with'

ok "a session" ctl create -w -n one -X
kill -s HUP "$DESKD_PID"
ok "it finds its file again" wait_until 10 sh -c \
    "curl -sf --unix-socket '$SOCKET' 'http://deskd/v1/events?kind=system.reloaded' |
    jq -e '.data | length > 0'"

# The broker is killed as often as it comes.
kill_broker() {
	deskd_is_gone && return 0
	broker=$(a_pid_of deskd-broker)
	[ -z "$broker" ] || kill -s KILL "$broker"
	return 1
}
ok "a broker that dies again and again is the end" wait_until 30 kill_broker
DESKD_PID=
is "nothing is left behind" "$(left_behind)" ""

mkdir "$TMP/file"
printf 'prefix = "%s"\nlisten on socket "%s"\n' "$PREFIX" "$TMP/file" \
    > deskd.conf
said=$(daemon)
is "what is no socket is not replaced by one" "$?" 1
like "and named" "$said" "$TMP/file is there and is not a socket"
done_testing

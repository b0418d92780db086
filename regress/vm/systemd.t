#!/bin/sh
# deskd.service under the systemd that reads it: sessions live in the unit's
# own group, a deskd that was killed comes back and sweeps, and a stopped
# unit leaves nothing.
. "${0%/*}/../lib.sh"
need_root
need curl jq systemctl

[ -d /run/systemd/system ] || skip_all "systemd does not run"
# It writes to /etc: for a machine that is thrown away.
[ -e /src/regress/vm ] || skip_all "not in the test machine"
cd "$TMP" || exit 1
SLICE=/sys/fs/cgroup/system.slice
UNIT=$SLICE/deskd-sessions.service

answers() {
	curl -sf -o /dev/null --max-time 5 --unix-socket "$SOCKET" \
	    http://deskd/readyz
}

main_pid() {
	systemctl show -P MainPID deskd
}

other_pid() {
	[ "$(main_pid)" != "$1" ] && [ "$(main_pid)" != 0 ] && answers
}

mkdir -p "$PREFIX" /etc/deskd
write_conf | grep -v '^cgroup' > /etc/deskd/deskd.conf
sed "s|@SBINDIR@|$BIN|" /src/etc/deskd.service \
    > /etc/systemd/system/deskd.service
cp /src/etc/deskd-sessions.service /etc/systemd/system/
ok "systemd reads the unit" systemctl daemon-reload
ok "and starts it" systemctl start deskd
ok "it answers" wait_until 30 answers
pid=$(main_pid)
ok "a session" ctl create -w -n one --no-desktop -M 200M
id=$(ctl -j show one | jq -r .id)
is "has its limits in the group for sessions" "$(
    cat "$UNIT"/deskd-*/"$id/memory.max")" $((200 << 20))
is "deskd is in its own" "$(grep -x "$pid" "$SLICE/deskd.service/cgroup.procs")" \
    "$pid"
ok "a program that stays" ctl exec one -- \
    sh -c 'echo kept > file; setsid sleep 1000 > /dev/null 2>&1 &'

ok "a reload" systemctl reload deskd
is "is no restart" "$(main_pid)" "$pid"
is "and the session runs on" "$(ctl exec one -- cat file)" kept

kill -s KILL "$pid"
ok "another deskd comes after a kill" wait_until 30 other_pid "$pid"
is "the session was swept" "$(ctl -j show one | jq -r .state_reason)" swept
ok "it starts again" ctl start -w one
is "with its files" "$(ctl exec one -- cat file)" kept
is "and limits" "$(cat "$UNIT"/deskd-*/"$id/memory.max")" $((200 << 20))

ok "restart" systemctl restart deskd
ok "answers" wait_until 30 answers
is "the session was stopped in order" \
    "$(ctl -j show one | jq -r .state_reason)" shutdown
ok "stop" systemctl stop deskd
is "as a success" "$(systemctl show -P Result deskd)" success
ok "its own group is gone" test ! -e "$SLICE/deskd.service"
ok "the one for sessions stays, empty" wait_until 10 sh -c \
    "test -d '$UNIT' && ! ls -d '$UNIT'/deskd-*"
ok "until that stops" systemctl stop deskd-sessions
ok "and is gone" wait_until 10 test ! -e "$UNIT"
is "nothing is left behind" "$(left_behind)" ""
done_testing

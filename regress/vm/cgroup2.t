#!/bin/sh
# Version 2 of control groups: a session's limits are in the kernel's files,
# and deskd finds its place in a tree that is all its own, in a unit given to
# it and in a container.
. "${0%/*}/../lib.sh"
need_root
need curl jq setfattr setpriv unshare

TREE=/sys/fs/cgroup
[ -e "$TREE/cgroup.controllers" ] || skip_all "control groups of version 1"
UNIT=$TREE/unit.$$
cd "$TMP" || exit 1

in_group() {
	cat "$TREE/$CGROUP"/deskd-*/"$id/$1"
}

# deskd, the words before it, as a member of our unit; no group is named in
# its configuration.
start_in_unit() {
	mkdir -p "$PREFIX"
	write_conf | grep -v '^cgroup' > "$TMP/deskd.conf"
	# shellcheck disable=SC2016
	env --default-signal=INT,QUIT sh -c \
	    'echo $$ > "$0/cgroup.procs" && exec "$@"' "$UNIT" "$@" \
	    "$BIN/deskd" -dv -f "$TMP/deskd.conf" >> "$LOG" 2>&1 < /dev/null &
	DESKD_PID=$!
	wait_until 30 deskd_ready && deskd_alive
}

limits_of_unit() {
	cat "$UNIT"/deskd-*/"$id/memory.max"
}

deskd_start_or_bail
is "deskd uses version 2" "$(api GET /v1/system |
    jq -c '[.cgroup.version, (.cgroup.controllers | sort)]')" \
    '[2,["cpu","freezer","io","memory","pids"]]'
like "doctor too" "$(ctl doctor)" '^ok +cgroup +version 2: .*memory'
nok "and finds no fault" sh -c "'$BIN/deskctl' -s '$SOCKET' doctor |
    grep -E '^(warn|fail) .*cgroup'"

ok "a session" ctl create -w -n one --no-desktop -M 200M -t 100 -c 150%
id=$(ctl -j show one | jq -r .id)
is "its memory" "$(in_group memory.max)" $((200 << 20))
is "its CPUs" "$(in_group cpu.max)" "150000 100000"
is "its tasks" "$(in_group box/pids.max)" 100
is "lack of memory ends all of it" "$(in_group box/memory.oom.group)" 1
is "pid 1 is in its box" "$(cat "/proc/$(in_group box/cgroup.procs |
    head -n 1)/comm")" deskd-init
is "the worker beside it" "$(cat "/proc/$(in_group worker/cgroup.procs)/comm")" \
    deskd-worker
is "it sees nothing above" "$(ctl exec one -- cat /proc/self/cgroup)" 0::/
ok "other limits" ctl set one -M 300M -t 120 -c 50%
is "hold" "$(in_group memory.max) $(in_group cpu.max) $(
    in_group box/pids.max)" "$((300 << 20)) 50000 100000 120"
ok "what left its group in the session dies with it" ctl exec one -- \
    sh -c 'setsid setsid sleep 1000 > /dev/null 2>&1 &'
ok "stop" ctl stop one
is "its group is gone" "$(find "$TREE" -name "$id")" ""
ok "deskd leaves" deskd_stop
is "so is the one of all" "$(find "$TREE" -path "*/$CGROUP*")" ""

# A unit with Delegate=yes.
mkdir "$UNIT"
setfattr -n trusted.delegate -v 1 "$UNIT"
ok "deskd in a unit of its own" start_in_unit
is "moves to a leaf" "$(cat "$UNIT/supervisor/cgroup.procs" | head -n 1)" \
    "$DESKD_PID"
ok "a session" ctl start -w one
is "is in the unit" "$(limits_of_unit)" $((300 << 20))
ok "and runs commands" ctl exec one -- true
kill -s KILL "$DESKD_PID"
wait "$DESKD_PID" 2> /dev/null
DESKD_PID=
# What a service manager does before it starts the unit again.
ok "after a kill all can be ended" sh -c "echo 1 > '$UNIT/cgroup.kill'"
unit_empty() {
	find "$UNIT" -depth -type d -exec rmdir {} + 2> /dev/null
	test ! -e "$UNIT"
}
ok "and removed" wait_until 10 unit_empty

# A container: a tree whose top is not the machine's.
mkdir "$UNIT"
# shellcheck disable=SC2016
set -- unshare -C -m sh -c 'umount /sys/fs/cgroup &&
    mount -t cgroup2 cgroup2 /sys/fs/cgroup &&
    exec "$0" "$@"'
ok "deskd alone in a container" start_in_unit "$@"
is "says the session was swept" "$(ctl -j show one | jq -r .state_reason)" \
    swept
ok "which starts" ctl start -w one
is "with its limits" "$(limits_of_unit)" $((300 << 20))
ok "deskd leaves again" deskd_stop
is "its groups are gone" "$(find "$UNIT" -name 'deskd-*')" ""
ok "the leaf can go" wait_until 10 unit_empty

mkdir "$UNIT"
sleep 1000 &
sleeper=$!
echo "$sleeper" > "$UNIT/cgroup.procs"
nok "deskd beside others in a container" start_in_unit "$@"
like "says what is wrong" "$(tail -n 5 "$LOG")" 'has programs of its own'
kill "$sleeper"
wait "$sleeper" 2> /dev/null
DESKD_PID=
ok "and leaves nothing" wait_until 10 unit_empty

deskd_start_or_bail
done_testing

#!/bin/sh
# Each call of the system that the supervisor makes while it creates a
# session is made to fail, one after the other.  Either the session is there
# all the same, or it failed with a reason; in both cases nothing of it is
# left once it is deleted: no process, mount, loop device, group, directory,
# disk, uid slot or descriptor, and the next session works.
#
# DESKD_FAULT_CALLS names the calls to try.  Of a call that is made often only
# each third time is tried, since all take minutes; DESKD_FAULT_EVERY=1 tries
# all.

. ./lib.sh

need_root
[ -z "${DESKD_TEST_ASAN:-}" ] || skip_all "a sanitizer wraps the same calls"
need curl jq losetup
[ -x "$BIN/fault/deskd" ] || skip_all "make unit-tests has not been run"

# Not among them: capset, after whose failure the supervisor ends itself, since
# it would write on with the session's ids.
for name in deskd deskd-broker deskd-worker deskd-init; do
	nok "$name as it is installed has no such thing" \
	    grep -q 'fault\.conf' "$BIN/$name"
done

# A folder of its own: fault.conf stands beside the programs.
cp -r "$BIN/fault" "$TMP/bin"
BIN=$TMP/bin
: "${DESKD_FAULT_CALLS:=access chdir chmod chown clone3 close_range
    connect dup2 eventfd execve fallocate fcntl flock fopen fsconfig fsmount
    fsopen fstatvfs ftruncate getsockopt ioctl lstat mkdir mount
    mount_setattr move_mount open open_tree openat pipe2 pivot_root
    posix_spawn read rename rmdir setgroups sethostname setresuid setsid socket
    socketpair symlink umount2 unlink unshare write}"

# Anew in one write, as the programs look at it while they run.
plan() {	# LINES
	printf '%s\n' "$1" > "$TMP/plan"
	truncate -s 4096 "$TMP/plan"
	dd if="$TMP/plan" of="$BIN/fault.conf" bs=4096 conv=notrunc \
	    2> /dev/null
}
count() {	# of the first line's call
	od -An -tu4 -j2048 -N4 "$BIN/fault.conf" | tr -d ' '
}

# What there is without any session, and what is there more than that.
state() {
	left_behind
	find "$PREFIX/sessions" -mindepth 1 | sed 's/^/disk /'
	grep -lF " $PREFIX/run" /run/deskd.uids/* 2> /dev/null |
	    sed 's/^/slot /'
	find "/proc/$DESKD_PID/fd" -mindepth 1 -printf 'fd\n' | sort | uniq -c
}
same_state() {
	state | sort > "$TMP/now"
	cmp -s "$TMP/before" "$TMP/now"
}

# Creates a session, which may fail, and deletes it; prints how it was.
round() {
	t_id=$(ctl create --no-desktop -D 16M 2> "$TMP/create.err") || {
		echo "refused: $(cat "$TMP/create.err")"
		return
	}
	api GET "/v1/sessions/$t_id?wait_for=running&timeout=20" |
	    jq -r '.state + ": " + (.state_reason // "") + ": " +
		(.state_detail // "")'
	[ -z "${1:-}" ] || ctl exec "$t_id" true || echo "no exec"
	# That a disk cannot be deleted is told, and it can be tried again.
	ctl rm "$t_id" > /dev/null 2>&1 || ctl rm "$t_id" > /dev/null 2>&1
}

: > "$BIN/fault.conf"
plan ''
deskd_start_or_bail
is "a session without a fault" "$(round exec)" "running: : "
wait_until 10 sh -c "! ls '$PREFIX/run/sessions' | grep -q ."
state | sort > "$TMP/before"

# The supervisor may not die of it, nor may the next session notice.
one() {	# CALL NTH
	plan "deskd $1 $2 5"
	t_got=$(round)
	plan ''
	if ! deskd_alive; then
		fail "$1 $2: deskd lives"
		note "$(tail -n 8 "$LOG")"
		echo "1..$TESTS"
		exit 1
	fi
	case $t_got in
	"failed: setup_failed: "?* | "failed: worker_failed: "?* | \
	"running: : ") ;;
	*)
		note "$1 $2: $t_got"
		bad=$((bad + 1))
		;;
	esac
	[ -z "${DESKD_FAULT_SHOW:-}" ] || note "$1 $2: $t_got"
	wait_until 10 same_state && return
	note "$1 $2 ($t_got) leaves"
	note "$(diff "$TMP/before" "$TMP/now" | grep '^[<>]')"
	bad=$((bad + 1))
	cp "$TMP/now" "$TMP/before"
}

for call in $DESKD_FAULT_CALLS; do
	plan "deskd $call 0 5"
	round > /dev/null
	wait_until 10 same_state
	n=$(count)
	bad=0
	i=1
	every=1
	[ "$n" -le 10 ] || every=${DESKD_FAULT_EVERY:-3}
	while [ "$i" -le "$n" ]; do
		one "$call" "$i"
		i=$((i + every))
	done
	is "$call, $n times: each failure is clean" "$bad" 0
done

# A start that fails keeps what the session has.
ok "a session with a file" ctl create -X -w -n kept -D 16M
ok "its file" ctl exec kept -- sh -c 'echo kept > file; sync'
ok "it stops" ctl stop kept
for fault in "mkdir 20" "mount 1" "mount 3" "mount 20" "open_tree 2" \
    "fsmount 1" "move_mount 4" "clone3 1" "clone3 2" "clone3 3" \
    "socketpair 1" "ioctl 2"; do
	plan "deskd $fault 12"
	nok "$fault: a start fails" ctl start -w kept
	plan ''
	ctl stop kept > /dev/null 2>&1
	ok "$fault: it starts again" ctl start -w kept
	is "$fault: with its file" "$(ctl exec kept -- cat file)" kept
	ok "$fault: it stops again" ctl stop kept
done
ok "it can be deleted" ctl rm kept
ok "nothing of it is left" wait_until 10 same_state

is "a session after all of that" "$(round exec)" "running: : "

done_testing

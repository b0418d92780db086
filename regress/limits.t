#!/bin/sh
# The limits a session was given hold: memory, tasks, processor and disk.
# The others answer while one tries.
. "${0%/*}/lib.sh"
need_root
need curl jq setpriv

deskd_start_or_bail
ok "a small session" ctl create -w -n small --no-desktop -M 96M -t 40 \
    -c 20% -D 32M
ok "a neighbour" ctl create -w -n other --no-desktop

# Tasks: a shell that starts sleepers gets no more of them than there are.
out=$(ctl exec small -T 30 -- sh -c '
	i=0
	while [ $i -lt 100 ]; do sleep 60 & i=$((i + 1)); done 2>&1
	echo done' 2>&1)
like "too many tasks are refused" "$out" '[Rr]esource temporarily unavailable|Cannot fork'
tasks=$(api GET "/v1/sessions/$(ctl -j show small | jq -r .id)/stats" |
    jq .tasks)
ok "and were never more than the limit" test "$tasks" -le 40
ok "the neighbour has its own" ctl exec other -- true
ok "stop the small one" ctl stop small
ok "start it again" ctl start -w small

# Disk: writing more than there is ends with ENOSPC and nothing else.
out=$(ctl exec small -T 60 -- sh -c \
    'dd if=/dev/zero of=/home/user/big bs=64k count=2000 2>&1; rm /home/user/big')
like "the disk is as large as it is" "$out" 'No space left on device'
ok "and the host's is not full" ctl exec other -- \
    sh -c 'dd if=/dev/zero of=/home/user/big bs=64k count=2000 2>&1'

# Inodes too.
out=$(ctl exec small -T 60 -- sh -c 'mkdir d; cd d
	i=0; while : > f$i; do i=$((i + 1)); [ $i -lt 40000 ] || exit 3; done' 2>&1)
like "so many files fit and no more" "$out" 'No space left on device'

# Processor: two loops of two seconds get a fifth of one CPU together.
before=$(api GET "/v1/sessions/$(ctl -j show small | jq -r .id)/stats" |
    jq .cpu_seconds)
ctl exec small -T 3 -- sh -c 'while :; do :; done & while :; do :; done' \
    > /dev/null 2>&1
after=$(api GET "/v1/sessions/$(ctl -j show small | jq -r .id)/stats" |
    jq .cpu_seconds)
used=$(echo "$before $after" | awk '{ printf "%.2f", $2 - $1 }')
note "cpu seconds used in three at 20%: $used"
ok "a fifth of a CPU, not two" test "$(echo "$used" |
    awk '{ print ($1 < 1.2 && $1 > 0.2) }')" = 1

# Memory: the session ends with that reason, alone.
ctl exec small -T 60 -- perl -e '$x = "a" x (400 << 20); sleep 60' \
    > /dev/null 2>&1
ok "a hog ends its session" wait_until 20 \
    sh -c "'$BIN/deskctl' -s '$SOCKET' -j show small | grep -q failed"
is "with the reason" "$(ctl -j show small | jq -r .state_reason)" \
    out_of_memory
is "the neighbour runs on" "$(ctl exec other -- echo here)" here
ok "a failed one starts again" ctl start -w small
is "with its disk" "$(ctl exec small -- sh -c 'ls d | wc -l | grep -c .')" 1

# Limits change while it runs.
ok "more tasks" ctl set small -t 64
ok "hold at once" ctl exec small -- sh -c '
	i=0; while [ $i -lt 50 ]; do sleep 100 & i=$((i + 1)); done 2>&1
	[ "$(ls /proc | grep -c "^[0-9]")" -gt 50 ]; r=$?
	kill $(jobs -p); exit $r'
nok "less memory than the least is refused" ctl set small -M 1M
done_testing

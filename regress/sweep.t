#!/bin/sh
# After kill -9 of the supervisor a new one finds what is left of its
# sessions, ends it, says so in the journal, and the disk is still there.
# Ctrl-C leaves nothing, whatever the sessions are doing.
. "${0%/*}/lib.sh"
need_root
need curl jq setpriv losetup

# The sessions' programs go on for a moment without their supervisor.
kill_supervisor() {
	kill -s KILL "$DESKD_PID"
	wait "$DESKD_PID" 2> /dev/null
	DESKD_PID=
}

workers_gone() {
	! left_behind | grep -Eq 'deskd-(broker|worker)'
}

deskd_start_or_bail
ok "a session" ctl create -w -n one --no-desktop
ok "another" ctl create -w -n two --no-desktop
id=$(ctl -j show one | jq -r .id)
ok "a file in it" ctl exec one -- sh -c 'echo kept > /home/user/file; sync'
ok "a program in it that stays" ctl exec one -- \
    sh -c 'setsid sleep 1000 > /dev/null 2>&1 &'

kill_supervisor
ok "broker and workers follow their supervisor" wait_until 10 workers_gone
like "the sessions' programs do not" "$(left_behind)" 'process .* sleep'
like "a record of each is there" "$(cat "$PREFIX/run/sessions/$id/record")" \
    '^init_pid [0-9]+$'

deskd_start_or_bail
is "nothing of them is left" "$(left_behind | grep -v deskd-broker |
    grep -v "^mount .*/store / " | grep -Ev "^cgroup [^ ]*/$CGROUP(/deskd-[0-9a-f]*)?\$")" ""
is "they are stopped" "$(ctl -j show one | jq -r .state)" stopped
is "and it says why" "$(ctl -j show one | jq -r .state_reason)" swept
is "the journal says so for both" "$(api GET /v1/events?kind=session.swept |
    jq '.data | length')" 2
is "and no claim of theirs on uids" "$(grep -l "$PREFIX/run\$" \
    /run/deskd.uids/* 2> /dev/null)" ""
ok "one starts again" ctl start -w one
is "with its files" "$(ctl exec one -- cat /home/user/file)" kept

# Ctrl-C while things run, start and end.
ok "a busy one" ctl exec one -- \
    sh -c 'setsid sh -c "while :; do :; done" > /dev/null 2>&1 &'
ctl create -n three > /dev/null
ctl rm two > /dev/null &
done_testing

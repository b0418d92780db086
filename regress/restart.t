#!/bin/sh
# A worker or a broker that is killed is started again, and the session and
# its programs go on; a reload drops nothing; what was acknowledged is there.
. "${0%/*}/lib.sh"
need_root
need curl jq setpriv Xvfb icewm

# The only process of this test with that name.
pid_of() {
	left_behind | awk -v name="$1" '$3 == name { print $2 }' | head -n 1
}

new_pid() {
	t_new=$(pid_of "$1")
	[ -n "$t_new" ] && [ "$t_new" != "$2" ]
}

deskd_start_or_bail
ok "a session with a desktop" ctl create -w -n one -g 320x240
id=$(ctl -j show one | jq -r .id)
ok "a program in it" ctl exec one -- sh -c 'setsid sleep 1234 > /dev/null 2>&1 &'
xvfb=$(pid_of Xvfb)

worker=$(pid_of deskd-worker)
kill -s KILL "$worker"
ok "another worker comes" wait_until 10 new_pid deskd-worker "$worker"
ok "and takes pictures of the same screen" wait_until 10 \
    ctl shot one -o "$TMP/shot.png"
is "it is the same X server" "$(pid_of Xvfb)" "$xvfb"
is "the journal says so" "$(api GET "/v1/events?kind=worker.restarted" |
    jq '.data | length')" 1

broker=$(pid_of deskd-broker)
kill -s KILL "$broker"
ok "another broker comes" wait_until 10 new_pid deskd-broker "$broker"
ok "it answers" wait_until 10 ctl show one
is "with the session as it was" "$(ctl -j show one | jq -r .state)" running
ok "which can be used" wait_until 10 ctl shot one -o "$TMP/shot.png"
is "by programs too" "$(ctl exec one -- pgrep -x sleep | wc -l)" 1

# A worker that is stuck, not dead.
worker=$(pid_of deskd-worker)
kill -s STOP "$worker"
ok "a stuck worker is replaced" wait_until 40 new_pid deskd-worker "$worker"
ok "and the session can be used" wait_until 10 ctl shot one -o "$TMP/shot.png"

deskd_conf << 'end'
user "nobody" { sessions 3 }
session defaults { memory 700M }
end
write_conf > "$TMP/deskd.conf"
kill -s HUP "$DESKD_PID"
reloaded() {
	api GET /v1/system | jq -e '.defaults.resources.memory_bytes == 734003200'
}
ok "a reload is taken" wait_until 10 reloaded
is "the session does not notice" "$(pid_of Xvfb)" "$xvfb"
echo 'memory banana' >> "$TMP/deskd.conf"
kill -s HUP "$DESKD_PID"
ok "a bad file is refused" wait_until 10 grep -q 'not reloaded' "$LOG"
ok "and nothing changes" reloaded
is "the same X server still" "$(pid_of Xvfb)" "$xvfb"

kill -s KILL "$xvfb"
ok "without its X server a session has failed" wait_until 10 \
    sh -c "'$BIN/deskctl' -s '$SOCKET' -j show one | grep -q failed"
is "with the reason" "$(ctl -j show one | jq -r .state_reason)" desktop_failed
ok "it can be started again" ctl start -w one
init=$(pid_of deskd-init)
kill -s KILL "$init"
ok "without its pid 1 too" wait_until 10 \
    sh -c "'$BIN/deskctl' -s '$SOCKET' -j show one | grep -q failed"
is "with that reason" "$(ctl -j show "$id" | jq -r .state_reason)" init_died
done_testing

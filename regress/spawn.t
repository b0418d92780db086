#!/bin/sh
# deskctl's spawn, logs, ps and kill: programs in the background from the
# command line.
# shellcheck disable=SC2016	# the session's shell expands

. ./lib.sh

need_root
need jq

deskd_start_or_bail
ok "a session" ctl create -X -w -n work

status() {	# COMMAND...: its exit status
	"$@" > "$TMP/out" 2> "$TMP/err"
	echo $?
}
says() {	# PROCESS TEXT
	ctl logs work "$1" 2>&1 | grep -q -- "$2"
}
state() {	# PROCESS
	ctl ps -kj work | jq -r --arg n "$1" '.[] | select(.name == $n) |
	    .state'
}
has_exited() {
	[ "$(state "$1")" = exited ]
}

id=$(ctl spawn -n talker -C /usr/bin -e A=b work sh -c \
    'echo out $A; echo err >&2; pwd; read x')
like "spawn prints an id" "$id" '^prc_[0-9A-Z]{26}$'
ok "its output comes" wait_until 20 says talker /usr/bin
is "to standard output" "$(ctl logs work talker 2> /dev/null)" "out b
/usr/bin"
is "and error" "$(ctl logs work talker 2>&1 > /dev/null)" err
is "one of them" "$(ctl logs -S stderr work talker 2>&1)" err
is "by id" "$(ctl logs work "$id" 2> /dev/null | head -1)" "out b"
is "by the beginning of one" "$(ctl logs work "$(echo "$id" |
    cut -c1-28)" 2> /dev/null | head -1)" "out b"
is "as JSON" "$(ctl logs -j work talker | jq -c '[.ended, .next]')" \
    '[false,19]'
like "ps has it" "$(ctl ps work)" \
    "^ *[0-9]+ +$id +talker +user +sleeping .*sh -c echo out"
like "and pid 1" "$(ctl ps work)" '^ *1 +- +- .*deskd-init'
is "or only such" "$(ctl ps -k work | wc -l)" 2
is "or their ids" "$(ctl ps -q work)" "$id"
is "no terminals" "$(ctl ps -t work | wc -l)" 1
is "ps as JSON" "$(ctl ps -kj work | jq -r '.[].name')" talker

is "killed by name" "$(status ctl kill work talker)" 0
ok "at once" wait_until 20 has_exited talker
like "ps says how" "$(ctl ps -k work)" 'killed by TERM'
is "logs -f exits as it did" "$(status ctl logs -f work talker)" 143
is "with all it wrote" "$(cat "$TMP/out")" "out b
/usr/bin"

ctl spawn -n counter work -- sh -c \
    'for i in 1 2 3; do echo $i; sleep 0.2; done; exit 4' > /dev/null
is "following" "$(status ctl logs -f work counter) $(tr '\n' ' ' \
    < "$TMP/out")" "4 1 2 3 "
is "ps says how" "$(ctl ps -k work | grep -c 'exited 4')" 1
is "after a place" "$(ctl logs -a 2 work counter)" "2
3"
ctl spawn -n late -T 0.3 work sleep 600 > /dev/null
is "its time is up" "$(status ctl logs -f work late)" 124

pid=$(ctl exec work sh -c 'sleep 4246 > /dev/null 2>&1 & echo $!')
is "killed by pid" "$(status ctl kill work "$pid" KILL)" 0
gone() {
	! ctl ps work | grep -q 'sleep 4246'
}
ok "it is gone" wait_until 20 gone
ctl spawn -n stays work sleep 600 > /dev/null
is "removed" "$(status ctl kill -r work stays)" 0
is "and forgotten" "$(state stays)" ""

# A restart of the broker is not the end of a log.
ctl spawn -n ticker work sh -c \
    'i=0; while [ $i -lt 1000 ]; do echo $i; i=$((i + 1)); sleep 0.02; done; read x' \
    > /dev/null
"$BIN/deskctl" -s "$SOCKET" logs -f work ticker > "$TMP/ticks" 2> /dev/null &
FOLLOWER=$!
ticked() {
	[ "$(wc -l < "$TMP/ticks")" -gt "$1" ]
}
ok "it is followed" wait_until 20 ticked 5
broker=$(pgrep -f "^($BIN/)?deskd-broker" -P "$DESKD_PID")
ok "the broker is killed" kill -9 "$broker"
ok "through a restart of the broker" wait_until 60 ticked 999
ctl kill work ticker
wait "$FOLLOWER"
is "to its end" "$?" 143
is "without a gap" "$(seq 0 999 | cmp - "$TMP/ticks" 2>&1)" ""

is "spawn without a command" "$(status ctl spawn work)" 2
is "no such process" "$(status ctl logs work nonesuch)" 1
like "is said so" "$(cat "$TMP/err")" 'no process nonesuch'
is "no such signal" "$(status ctl kill work ticker NONE)" 1
is "no such program" "$(status ctl spawn work /nonesuch)" 1
is "too much to keep" "$(status ctl spawn -K 5M work true)" 1
is "a wrong stream" "$(status ctl logs -S all work ticker)" 2

done_testing

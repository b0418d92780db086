#!/bin/sh
# Programs that outlive their asker, as a client sees them: started, listed,
# read, written to, signalled and removed; and that they run on when broker
# or worker die.
# shellcheck disable=SC2016	# the session's shell expands

. ./lib.sh

need_root
need curl jq setpriv

deskd_start_or_bail
ok "a session" ctl create -X -w -n work -e FROM=session
id=$(ctl show -j work | jq -r .id)
URL=/v1/sessions/$id/processes

post() {	# BODY [PATH]
	api POST "$URL${2:-}" "$1"
}
start() {	# COMMAND [MORE]: its id
	jq -nc --arg c "$1" "{command: \$c} + ${2:-{\}}" > "$TMP/body"
	post "@$TMP/body" | tee "$TMP/started" | jq -r .id
}
show() {	# ID FILTER
	api GET "$URL/$1" | jq -c "$2"
}
log() {		# ID [QUERY]
	api GET "$URL/$1/log${2:+?$2}"
}
text() {	# ID [QUERY]: all streams' text
	log "$@" | jq -j '.data[].text'
}
problem() {
	jq -r '"\(.status) \(.code) \(.pointer)"'
}
inside() {	# COMMAND: its stdout, by exec
	jq -n --arg c "$1" '{command: $c}' > "$TMP/inside"
	api POST "/v1/sessions/$id/exec" "@$TMP/inside" | jq -r .stdout
}
exited() {	# ID
	[ "$(show "$1" .state)" = '"exited"' ]
}
until_exited() {
	wait_until 20 exited "$1" || note "$1 does not end"
}
says() {	# ID TEXT: its output has it
	text "$1" | grep -qF -- "$2"
}
follow() {	# ID [CURL-OPTION...]: as events
	f_id=$1
	shift
	curl -sN --max-time "${FOLLOW_TIME:-60}" --unix-socket "$SOCKET" \
	    -H 'Accept: text/event-stream' "$@" "http://deskd$URL/$f_id/log"
}

# One, from its start to its end.
one=$(start 'echo out $FROM; echo err >&2; read x; echo "got $x"; exit 3' \
    '{name: "first", env: {"A": "1"}, cwd: "/usr/bin"}')
is "started" "$(api_status)" 201
like "it has an id" "$one" '^prc_[0-9A-Z]{26}$'
is "what is known at once" "$(jq -c '[.name, .state, .exit_code, .signal,
    .ended_at, .user, .argv[0:2], .started_by.uid, .output.keep_bytes,
    .input_open, (.pid > 1)]' "$TMP/started")" \
    '["first","running",null,null,null,"user",["/bin/sh","-c"],0,262144,true,true]'
like "and since when" "$(jq -r .started_at "$TMP/started")" \
    '^20[0-9-]+T[0-9:.]+Z$'
ok "its output is kept" wait_until 20 says "$one" err
is "of two streams" "$(log "$one" |
    jq -c '[.data[] | [.stream, .text]] | sort')" \
    '[["stderr","err\n"],["stdout","out session\n"]]'
is "one of them" "$(log "$one" stream=stderr | jq -c '[.data[].text]')" \
    '["err\n"]'
is "the list has it" "$(api GET "$URL" | jq -c --arg i "$one" \
    '[.data[] | select(.id == $i) | .name], .has_more')" '["first"]
false'
is "its pid is the session's" "$(inside "tr '\\0' ' ' < \
/proc/$(jq .pid "$TMP/started")/cmdline" | cut -c1-11)" "/bin/sh -c "
is "input is taken" "$(post '{"text": "line\n"}' "/$one/input" | jq -c .)" \
    '{"written":5,"complete":true}'
until_exited "$one"
is "how it ended" "$(show "$one" '[.state, .exit_code, .signal, .timed_out,
    .input_open, (.ended_at > .started_at)]')" \
    '["exited",3,null,false,false,true]'
is "what it said is still there" "$(log "$one" stream=stdout |
    jq -j '.data[].text')" 'out session
got line'
is "and that it is all" "$(log "$one" | jq -c '[.ended, .lost, .has_more,
    .next]')" '[true,0,false,25]'
is "plain text, too" "$(curl -s -D "$TMP/h" --unix-socket "$SOCKET" \
    -H 'Accept: text/plain' "http://deskd$URL/$one/log?stream=stdout")" \
    'out session
got line'
like "with where it ends" "$(cat "$TMP/h")" '^X-Deskd-Next: 25'
is "no input for what has ended" "$(post '{"text": "x"}' "/$one/input" |
    problem)" "409 wrong_state null"
is "no signal, either" "$(post '{"signal": "TERM"}' "/$one/signal" |
    problem)" "409 wrong_state null"
api DELETE "$URL/$one"
is "removed" "$(api_status)" 204
is "and forgotten" "$(api GET "$URL/$one" | problem)" "404 not_found null"

# Its input.
cat_id=$(start 'cat')
jq -n '{text: ("x" * 1000000), end: true}' > "$TMP/large"
is "a large input, and its end" "$(post "@$TMP/large" "/$cat_id/input" |
    jq -c .)" '{"written":1000000,"complete":true}'
until_exited "$cat_id"
is "all of it came" "$(show "$cat_id" '[.exit_code, .output.end]')" \
    '[0,1000000]'
is "base64" "$(b=$(start 'cat')
    post '{"base64": "AP8K", "end": true}' "/$b/input" > /dev/null
    until_exited "$b"
    curl -s --unix-socket "$SOCKET" -H 'Accept: text/plain' \
	"http://deskd$URL/$b/log" | od -An -tx1)" " 00 ff 0a"
deaf=$(start 'sleep 600')
is "one that reads nothing" "$(jq '.end = false | .timeout_seconds = 0.5' \
    "$TMP/large" > "$TMP/part"
    post "@$TMP/part" "/$deaf/input" | jq -c '[.complete,
    (.written >= 4096 and .written < 1000000)]')" '[false,true]'
is "nothing to write" "$(post '{}' "/$deaf/input" | problem)" \
    "422 missing_field /text"
is "both ways of it" "$(post '{"text": "a", "base64": "YQ=="}' \
    "/$deaf/input" | problem)" "422 invalid_field /base64"
is "no base64" "$(post '{"base64": "a"}' "/$deaf/input" | problem)" \
    "422 invalid_field /base64"

# Signals: its whole group gets them.
is "a signal by name" "$(post '{"signal": "SIGSTOP"}' "/$deaf/signal"
    api_status)" 204
stopped() {
	inside "grep ^State /proc/$(show "$deaf" .pid)/status" | grep -q T
}
ok "does what it does" wait_until 20 stopped
post '{"signal": 18}' "/$deaf/signal"
post '{"signal": "TERM"}' "/$deaf/signal"
until_exited "$deaf"
is "a signal is its end" "$(show "$deaf" '[.exit_code, .signal]')" \
    '[null,"TERM"]'
for bad in '"NONE"' '""' 0 65 1.5 null '"term"'; do
	is "no signal: $bad" "$(post "{\"signal\": $bad}" "/$deaf/signal" |
	    problem)" "422 invalid_field /signal"
done
is "none at all" "$(post '{}' "/$deaf/signal" | problem)" \
    "422 missing_field /signal"
group=$(start '(sleep 4243; :) & (sleep 4243; :) & wait')
none_left() {
	[ -z "$(inside 'pgrep -f "^sleep 424[3]"')" ]
}
some_left() {
	! none_left
}
ok "children run" wait_until 20 some_left
api DELETE "$URL/$group"
ok "removing it ends all" wait_until 20 none_left
stubborn=$(start 'trap "" HUP TERM; echo trapped; while :; do sleep 1; done')
ok "one that takes no hint" wait_until 20 says "$stubborn" trapped
is "is removed" "$(api DELETE "$URL/$stubborn"; api_status)" 204
limited=$(start 'sleep 600' '{timeout_seconds: 0.3}')
until_exited "$limited"
is "its time is up" "$(show "$limited" '[.exit_code, .signal, .timed_out]')" \
    '[null,"KILL",true]'
is "at home, as exec" "$(w=$(start 'pwd; echo $A'); until_exited "$w"
    text "$w")" "/home/user"

# How much is kept: at the limit, and one past it.
full=$(start 'head -c 4096 /dev/zero | tr "\0" a' '{keep_bytes: 4096}')
until_exited "$full"
is "as much as was asked" "$(log "$full" | jq -c '[.lost, .next,
    (.data[0].text | length)]')" '[0,4096,4096]'
over=$(start 'printf x; head -c 4096 /dev/zero | tr "\0" a' \
    '{keep_bytes: 4096}')
until_exited "$over"
is "one past it, the oldest goes" "$(log "$over" | jq -c '[.lost, .next,
    .data[0].at, (.data[0].text | length), .data[0].text[0:1]]')" \
    '[1,4097,1,4096,"a"]'
is "the item says so" "$(show "$over" .output)" \
    '{"first":1,"end":4097,"keep_bytes":4096}'
for bad in 4095 4194305; do
	is "keep_bytes $bad" "$(post "{\"argv\": [\"true\"],
	    \"keep_bytes\": $bad}" | problem)" "422 invalid_field /keep_bytes"
done
most=$(start 'head -c 5000000 /dev/zero | tr "\0" b' \
    '{keep_bytes: 4194304}')
until_exited "$most"
is "the most there can be" "$(show "$most" '[.output.first, .output.end]')" \
    '[805696,5000000]'
is "is read in pages" "$(after=0; n=0; while :; do
	log "$most" "after=$after&limit=1000000" > "$TMP/page"
	n=$((n + $(jq '[.data[].text | length] | add // 0' "$TMP/page")))
	after=$(jq .next "$TMP/page")
	[ "$(jq .has_more "$TMP/page")" = true ] || break
    done; echo "$n $after")" "4194304 5000000"

# Pages.
abc=$(start 'printf "0123456789abcdefghij\303\274z"')
until_exited "$abc"
is "a page" "$(log "$abc" limit=16 | jq -c '[.data[0].text, .next,
    .has_more, .ended]')" '["0123456789abcdef",16,true,false]'
is "the next" "$(log "$abc" 'after=16&limit=16' | jq -c '[.data[0].at,
    .data[0].text, .next, .has_more, .ended]')" \
    '[16,"ghijüz",23,false,true]'
is "a character is not cut" "$(start 'printf "0123456789abcde\303\274z"' \
    > "$TMP/ue"; until_exited "$(cat "$TMP/ue")"
    log "$(cat "$TMP/ue")" limit=16 | jq -c '[.data[0].text, .next]')" \
    '["0123456789abcde",15]'
is "after the end is nothing" "$(log "$abc" after=23 | jq -c '[.data,
    .next]')" '[[],23]'
is "past it is wrong" "$(log "$abc" after=24 | problem)" \
    "400 invalid_parameter null"
for q in after=-1 after=x limit=15 limit=1048577 stream=all colour=red; do
	is "?$q" "$(log "$abc" "$q" | problem)" "400 invalid_parameter null"
done

# In the order in which it came.
mixed=$(start 'for i in 1 2 3; do echo o$i; read x; echo e$i >&2;
    read x; done')
for word in o1 e1 o2 e2 o3 e3; do
	wait_until 20 says "$mixed" "$word"
	post '{"text": "\n"}' "/$mixed/input" > /dev/null
done
until_exited "$mixed"
is "two streams, in order" "$(log "$mixed" |
    jq -c '[.data[] | .stream[3:] + .text[0:2]]')" \
    '["outo1","erre1","outo2","erre2","outo3","erre3"]'

# As a stream of events.
talk=$(start 'echo one; read x; echo two; echo $x >&2; read y; exit 7')
follow "$talk" > "$TMP/follow" &
FOLLOW=$!
told() {	# TEXT
	grep -q -- "$1" "$TMP/follow"
}
ok "what was there is told" wait_until 20 told one
post '{"text": "three\n"}' "/$talk/input" > /dev/null
ok "what comes is told" wait_until 20 told three
nok "not its end" told exited
post '{"end": true}' "/$talk/input" > /dev/null
wait "$FOLLOW"
is "the end of it is told last" "$(sed -n 's/^event: //p' "$TMP/follow" |
    tail -1)" exited
is "with how it ended" "$(sed -n 's/^data: //p' "$TMP/follow" | tail -1 |
    jq -c '[.exit_code, .signal]')" '[7,null]'
sed -n 's/^id: //p' "$TMP/follow" > "$TMP/ids"
is "an event is numbered by where it ends" "$(sed -n 1p "$TMP/ids")" 4
is "who comes back gets the rest" "$(follow "$talk" -H 'Last-Event-ID: 4' |
    sed -n 's/^data: //p' | jq -j '.data // empty' | sort)" "three
two"
is "at its end, only that" "$(follow "$talk" -H "Last-Event-ID: \
$(tail -1 "$TMP/ids")" | sed -n 's/^event: //p')" exited
is "a number that is none" "$(follow "$talk" -H 'Last-Event-ID: x' |
    problem)" "400 invalid_parameter null"
is "what was dropped is told" "$(follow "$over" |
    sed -n -e 's/^event: //p' -e '/lost/!s/^data: {"bytes":/bytes /p' |
    uniq | tr '\n' ' ')" "lost bytes 1} stdout exited "

# A client that does not read: nobody waits for him.
flood=$(start 'i=0; while [ $i -lt 20 ]; do head -c 1000000 /dev/zero |
    tr "\0" "\n"; i=$((i + 1)); done; echo done' '{keep_bytes: 65536}')
FOLLOW_TIME=600 follow "$flood" | { until_exited "$flood"; cat; } \
    > "$TMP/slow"
is "the program does not wait for a slow reader" \
    "$(show "$flood" '[.state, .output.end]')" '["exited",20000005]'
like "who is told what he lost" "$(cat "$TMP/slow")" '^event: lost'
like "and gets the end" "$(tail -3 "$TMP/slow")" '"exit_code":0'

# Wrong ones.
is "neither argv nor command" "$(post '{}' | problem)" \
    "422 missing_field /argv"
is "both" "$(post '{"argv": ["true"], "command": "true"}' | problem)" \
    "422 invalid_field /command"
is "no such program" "$(post '{"argv": ["/nonesuch"]}' | problem)" \
    "422 no_such_program /argv/0"
is "no such directory" "$(post '{"argv": ["true"], "cwd": "/nonesuch"}' |
    problem)" "422 invalid_field /cwd"
is "root, which this image does not offer" \
    "$(post '{"argv": ["true"], "user": "root"}' | problem)" \
    "422 not_offered /user"
is "a wrong name" "$(post '{"argv": ["true"], "name": "A b"}' | problem)" \
    "422 invalid_field /name"
is "no time" "$(post '{"argv": ["true"], "timeout_seconds": 0}' | problem)" \
    "422 invalid_field /timeout_seconds"
is "a terminal's size" "$(post '{"argv": ["true"], "cols": 80}' | problem)" \
    "422 unknown_field /cols"
for no in prc_01ARZ3NDEKTSV4RRFFQ69G5FAV trm_01ARZ3NDEKTSV4RRFFQ69G5FAV \
    prc_ x; do
	is "no such process: $no" "$(api GET "$URL/$no" | problem)" \
	    "404 not_found null"
	is "nor its log" "$(log "$no" | problem)" "404 not_found null"
	is "nor to remove" "$(api DELETE "$URL/$no" | problem)" \
	    "404 not_found null"
done
is "another's are not there" "$(api_as 12345 GET "$URL" | problem)" \
    "404 not_found null"
is "nor one of them" "$(api_as 12345 GET "$URL/$abc/log" | problem)" \
    "404 not_found null"
is "nor to be made" "$(api_as 12345 POST "$URL" '{"command": "true"}' |
    problem)" "404 not_found null"

# What nobody started here: the kernel says it, too.
stranger=$(inside 'sleep 4244 > /dev/null 2>&1 & echo $!')
api GET "$URL" > "$TMP/all"
is "the list has pid 1" "$(jq -c '[.data[] | select(.pid == 1) |
    .id, .kernel.ppid, .kernel.name]' "$TMP/all")" '[null,0,"deskd-init"]'
is "and one that was left in the background" "$(jq -c --argjson p \
    "$stranger" '[.data[] | select(.pid == $p) | .id, .state, .argv,
    .user, .kernel.uid]' "$TMP/all")" \
    '[null,"running",["sleep","4244"],"user",1000]'
is "what has ended is not the kernel's" "$(show "$abc" '[.state, .kernel]')" \
    '["exited",null]'
is "one by its number" "$(show "$stranger" '[.argv, (.kernel.memory_bytes >
    0), (.started_at | length > 19)]')" '[["sleep","4244"],true,true]'
kept_one=$(start 'read x')
is "one that was started here, by both" "$(show "$(show "$kept_one" .pid)" \
    '[.id, .kernel.name]')" "[\"$kept_one\",\"sh\"]"
is "a start of another is not signalled" "$(post \
    '{"signal": "KILL", "start": "1"}' "/$stranger/signal" | problem |
    cut -d' ' -f1,2)" "404 not_found"
is "its own is" "$(jq -nc --arg s "$(show "$stranger" .kernel.start |
    tr -d '"')" '{signal: "TERM", start: $s}' > "$TMP/sig"
    post "@$TMP/sig" "/$stranger/signal"; api_status)" 204
is "the list in pages" "$(n=0; q=; while :; do
	api GET "$URL?limit=3$q" > "$TMP/page"
	n=$((n + $(jq '.data | length' "$TMP/page")))
	[ "$(jq .has_more "$TMP/page")" = true ] || break
	q="&cursor=$(jq -r .next_cursor "$TMP/page")"
    done; [ "$n" -ge 10 ] && echo many)" many
for q in limit=0 limit=1001 cursor=x; do
	is "?$q" "$(api GET "$URL?$q" | problem)" "400 invalid_parameter null"
done
stranger_gone() {
	[ "$(api GET "$URL/$stranger" | jq .status)" = 404 ]
}
ok "and it is gone" wait_until 20 stranger_gone
is "pid 1 is not ours to signal" "$(post '{"signal": "KILL"}' "/1/signal" |
    jq .status)" 403
is "no such pid" "$(api GET "$URL/4194303" | problem)" "404 not_found null"
is "none there can be" "$(api GET "$URL/4194305" | problem)" \
    "404 not_found null"
is "a pid is not removed" "$(api DELETE "$URL/1" | problem)" \
    "404 not_found null"
is "start is for pids" "$(post '{"signal": "TERM", "start": "1"}' \
    "/$kept_one/signal" | problem)" "422 unknown_field /start"
api DELETE "$URL/$kept_one"

# The journal has starts and ends.
is "the journal" "$(api GET "/v1/sessions/$id/events?limit=1000" |
    jq -c --arg i "$one" '[.data[] | select(.data.id == $i) | [.kind,
    .actor.uid, .data.program, .data.exit_code]]')" \
    '[["process.started",0,"/bin/sh",null],["process.exited",0,"/bin/sh",3]]'

# They outlive who serves them.
pids_of() {	# PROGRAM: those of this deskd
	pgrep -f "^$BIN/$1|^$1" -P "$DESKD_PID"
}
live=$(start 'i=0; while :; do echo tick $i; i=$((i + 1)); sleep 0.1; done' \
    '{name: "ticker"}')
brief=$(start "read x; exit 9 # brief-$$")
ok "one that ticks" wait_until 20 says "$live" "tick 3"
survives() {	# PROGRAM: it is killed; the ticker ticks on
	s_old=$(pids_of "$1")
	s_end=$(show "$live" .output.end)
	[ -n "$s_old" ] || note "no $1"
	# shellcheck disable=SC2086	# numbers
	kill -9 $s_old
	new_one() {
		s_new=$(pids_of "$1")
		[ -n "$s_new" ] && [ "$s_new" != "$s_old" ]
	}
	ok "another $1 comes" wait_until 30 new_one "$1"
	more() {
		[ "$(show "$live" ".output.end > $s_end")" = true ]
	}
	ok "the ticker ticked on without that $1" wait_until 30 more
	is "its output has no gap" "$(log "$live" limit=1048576 |
	    jq -j '.data[].text' | awk '$2 != NR - 1 { bad++ }
	    END { print bad + 0 }')" 0
}
survives deskd-worker
survives deskd-broker
is "it is who it was" "$(show "$live" '[.name, .state, .started_by.uid]')" \
    '["ticker","running",0]'
broker=$(pids_of deskd-broker)
# Frozen, the broker hears of nothing; then it dies and never did.
kill -STOP "$broker"
kill -9 "$(pgrep -f "brief-$$\$")"
kill -9 "$broker"
wait_until 30 deskd_ready
until_exited "$brief"
journaled() {
	api GET "/v1/sessions/$id/events?limit=1000&kind=process.exited" |
		jq -e --arg i "$brief" \
		    '[.data[] | select(.data.id == $i)] | length == 1'
}
ok "an end that no broker saw is in the journal, once" \
    wait_until 20 journaled
post '{"signal": "INT"}' "/$live/signal"
until_exited "$live"
interrupted() {
	api GET "/v1/sessions/$id/events?limit=1000&kind=process.exited" |
		jq -e --arg i "$live" '[.data[] | select(.data.id == $i) |
		    .data.signal] == ["INT"]'
}
ok "and still has its end told" wait_until 20 interrupted

# Limits: 64 that run; 32 that ended.
i=0
while [ $i -lt 64 ]; do
	start 'read x' > /dev/null
	i=$((i + 1))
done
kept() {	# FILTER: those that were started here
	api GET "$URL" | jq -c "[.data[] | select(.id != null)] | $1"
}
running() {
	kept '[.[] | select(.state == "running")] | length'
}
is "as many as may run" "$(running)" 64
is "one more" "$(post '{"command": "true"}' | problem)" \
    "429 limit_reached null"
kept '.[] | select(.state == "running") | .id' | tr -d '"' > "$TMP/running"
while read -r p; do
	post '{"signal": "KILL"}' "/$p/signal"
done < "$TMP/running"
few() {
	[ "$(running)" = 0 ]
}
ok "all end" wait_until 30 few
is "the newest of the ended are remembered" "$(kept length)" 32
big='{keep_bytes: 4194304}'
i=0
while [ $i -lt 8 ]; do
	start 'read x' "$big" > /dev/null
	i=$((i + 1))
done
is "as much as a session may keep" "$(running)" 8
is "one more" "$(jq -nc "{command: \"true\"} + $big" > "$TMP/big"
    post "@$TMP/big" | problem)" "429 limit_reached /keep_bytes"

# A session that stops takes them along.
ok "the session stops" ctl stop work
stopped_now() {
	ctl show -j work | jq -e '.state == "stopped"'
}
ok "at last" wait_until 30 stopped_now
is "no processes then" "$(api GET "$URL" | problem)" "409 wrong_state null"
ok "no bad message was seen" sh -c "! grep -E 'bad message|closing ' '$LOG'"

done_testing

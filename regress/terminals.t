#!/bin/sh
# Terminals that stay, by JSON: opened, typed into, resized, read and closed.
# What a program in one sees of it is what counts.
# shellcheck disable=SC2016	# the session's shell expands

. ./lib.sh

need_root
need curl jq setpriv

deskd_start_or_bail
ok "a session" ctl create -X -w -n work -e FROM=session
id=$(ctl show -j work | jq -r .id)
URL=/v1/sessions/$id/terminals

post() {	# BODY [PATH]
	api POST "$URL${2:-}" "$1"
}
open_one() {	# BODY: its id
	post "$1" | tee "$TMP/opened" | jq -r .id
}
show() {	# ID FILTER
	api GET "$URL/$1" | jq -c "$2"
}
screen() {	# ID: all that was written on it
	api GET "$URL/$1/log" | jq -j '.data[].text'
}
says() {	# ID TEXT
	screen "$1" | tr -d '\r' | grep -qF -- "$2"
}
type_in() {	# ID TEXT, with jq's escapes
	printf '{"text": "%s"}' "$2" > "$TMP/text"
	post "@$TMP/text" "/$1/input" | jq -c .complete
}
resize() {	# ID COLS ROWS
	api PATCH "$URL/$1" "{\"cols\": $2, \"rows\": $3}"
}
exited() {
	[ "$(show "$1" .state)" = '"exited"' ]
}
problem() {
	jq -r '"\(.status) \(.code) \(.pointer)"'
}

# A shell, by itself.
api POST "$URL" > "$TMP/opened"
is "opened without a body" "$(api_status)" 201
one=$(jq -r .id "$TMP/opened")
like "it has an id" "$one" '^trm_[0-9A-Z]{26}$'
is "it is the login shell, of a usual size" "$(jq -c '[(.argv[0] |
    test("^/bin/(ba)?sh$")), .argv[1], .cols, .rows, .state, .user]' \
    "$TMP/opened")" '[true,"-l",80,24,"running","user"]'
is "typing is taken" "$(type_in "$one" 'tty; stty size; echo \"$TERM\" $FROM a$((40+2))\n')" \
    true
ok "what is typed is run" wait_until 20 says "$one" "xterm-256color session a42"
like "on a terminal" "$(screen "$one")" '/dev/pts/[0-9]'
like "of that size" "$(screen "$one" | tr -d '\r')" '^24 80$'
like "what is typed is echoed" "$(screen "$one")" 'tty; stty size; echo'
type_in "$one" 'shopt -q login_shell && echo login-$((1+1)) || echo $-\n' \
    > /dev/null
if [ "$(jq -r '.argv[0]' "$TMP/opened")" = /bin/bash ]; then
	ok "bash knows it is a login shell" wait_until 20 says "$one" login-2
fi
is "the interrupt key is a signal" "$(type_in "$one" 'sleep 4245\n')
$(sleep_runs() { api POST "/v1/sessions/$id/exec" \
    '{"command": "pgrep -f \"^sleep 424[5]\""}' | jq -e '.exit_code == 0'; }
    wait_until 20 sleep_runs; type_in "$one" '\u0003'
    no_sleep() { ! sleep_runs; }
    wait_until 20 no_sleep && echo gone)" "true
true
gone"

# Its size, as programs in it see it.
resize "$one" 132 50
is "resized" "$(api_status)" 204
is "and it says so" "$(show "$one" '[.cols, .rows]')" '[132,50]'
type_in "$one" 'stty size\n' > /dev/null
ok "stty sees it" wait_until 20 says "$one" "50 132"
watcher=$(open_one '{"cols": 61, "rows": 17, "name": "watch",
    "command": "trap \"stty size\" WINCH; stty size; echo ready; while :; do read x; done"}')
is "opened of a size, with a name" "$(jq -c '[.cols, .rows, .name]' \
    "$TMP/opened")" '[61,17,"watch"]'
ok "which it has" wait_until 20 says "$watcher" "17 61"
ok "a program that waits" wait_until 20 says "$watcher" ready
resize "$watcher" 100 33
ok "is told of another by SIGWINCH" wait_until 20 says "$watcher" "33 100"
resize "$watcher" 1 1
is "the smallest" "$(api_status) $(show "$watcher" '[.cols, .rows]')" \
    '204 [1,1]'
resize "$watcher" 1000 1000
is "the largest" "$(api_status) $(show "$watcher" '[.cols, .rows]')" \
    '204 [1000,1000]'
# shellcheck disable=SC2089	# the quotes are JSON's
for bad in '0 24' '80 0' '1001 24' '80 1001' '"80" 24' 'null 24'; do
	# shellcheck disable=SC2086,SC2090	# two words
	is "not to $bad" "$(resize "$watcher" $bad | problem | cut -d/ -f1)" \
	    "422 invalid_field "
done
is "rows are needed" "$(api PATCH "$URL/$watcher" '{"cols": 80}' |
    problem)" "422 missing_field /rows"
is "nothing else can be changed" "$(api PATCH "$URL/$watcher" \
    '{"cols": 80, "rows": 24, "name": "x"}' | problem)" \
    "422 unknown_field /name"

# Reading it.
is "plain text" "$(curl -s --unix-socket "$SOCKET" \
    -H 'Accept: text/plain' "http://deskd$URL/$watcher/log" |
    tr -d '\r' | head -2)" "17 61
ready"
is "its one stream" "$(api GET "$URL/$watcher/log" |
    jq -c '[.data[].stream] | unique')" '["terminal"]'
is "is not chosen" "$(api GET "$URL/$watcher/log?stream=stdout" | problem)" \
    "400 invalid_parameter null"
back=$(open_one '{"keep_bytes": 4096,
    "command": "stty -opost; i=0; while [ $i -lt 1000 ]; do echo line $i; i=$((i+1)); done"}')
wait_until 20 exited "$back"
is "scrollback is bounded" "$(show "$back" \
    '[.output.end, .output.end - .output.first]')" '[8890,4096]'
is "and its newest is kept" "$(screen "$back" | tail -1)" "line 999"
curl -sN --max-time 30 --unix-socket "$SOCKET" \
    -H 'Accept: text/event-stream' "http://deskd$URL/$back/log" \
    > "$TMP/events"
is "as events, too" "$(sed -n 's/^event: //p' "$TMP/events" | uniq |
    tr '\n' ' ')" "lost terminal exited "

# Its end.
type_in "$one" 'exit 5\n' > /dev/null
ok "a shell ends" wait_until 20 exited "$one"
is "how it ended" "$(show "$one" '[.exit_code, .signal]')" '[5,null]'
is "no typing into what has ended" "$(post '{"text": "x"}' "/$one/input" |
    problem)" "409 wrong_state null"
is "nor another size" "$(resize "$one" 80 24 | problem)" \
    "409 wrong_state null"
hup=$(open_one '{"command": "trap \"echo hung-up > ~/hup; exit\" HUP; echo ready; while :; do sleep 0.1; done"}')
ok "one that minds" wait_until 20 says "$hup" ready
is "closed" "$(api DELETE "$URL/$hup"; api_status)" 204
is "it was told by SIGHUP" "$(api POST "/v1/sessions/$id/exec" \
    '{"command": "cat ~/hup"}' | jq -r .stdout)" "hung-up"
is "and is forgotten" "$(api GET "$URL/$hup" | problem)" \
    "404 not_found null"
is "the list" "$(api GET "$URL" | jq -c '[.data[] | .state] | sort')" \
    '["exited","exited","running"]'
is "terminals are processes, too" "$(api GET "/v1/sessions/$id/processes" |
    jq -c --arg i "$watcher" '[.data[] | select(.id == $i) | .name]')" \
    '["watch"]'
is "and found as such" "$(api GET "/v1/sessions/$id/processes/$watcher" |
    jq -c '[.name, .cols, .kernel.uid]')" '["watch",1000,1000]'

# Wrong ones.
is "input has no end here" "$(post '{"text": "x", "end": true}' \
    "/$watcher/input" | problem)" "422 unknown_field /end"
is "a process is no terminal" "$(p=$(api POST \
    "/v1/sessions/$id/processes" '{"command": "read x"}' | jq -r .id)
    resize "trm_${p#prc_}" 80 24 | problem)" "409 wrong_state null"
is "no such program" "$(post '{"argv": ["/nonesuch"]}' | problem)" \
    "422 no_such_program /argv/0"
for bad in '{"cols": 0}' '{"rows": 1001}' '{"keep_bytes": 4095}'; do
	is "not $bad" "$(post "$bad" | problem | cut -d/ -f1)" \
	    "422 invalid_field "
done
is "no time limit" "$(post '{"timeout_seconds": 1}' | problem)" \
    "422 unknown_field /timeout_seconds"
for no in trm_01ARZ3NDEKTSV4RRFFQ69G5FAV prc_01ARZ3NDEKTSV4RRFFQ69G5FAV x; do
	is "no such terminal: $no" "$(api GET "$URL/$no" | problem)" \
	    "404 not_found null"
	is "nor to resize" "$(resize "$no" 80 24 | problem)" \
	    "404 not_found null"
	is "nor to close" "$(api DELETE "$URL/$no" | problem)" \
	    "404 not_found null"
done
is "another's are not there" "$(api_as 12345 GET "$URL" | problem)" \
    "404 not_found null"
is "nor to be typed into" "$(api_as 12345 POST "$URL/$watcher/input" \
    '{"text": "x"}' | problem)" "404 not_found null"
is "the journal" "$(api GET "/v1/sessions/$id/events?limit=1000" |
    jq -c --arg i "$one" '[.data[] | select(.data.id == $i) | [.kind,
    .data.exit_code]]')" '[["terminal.opened",null],["terminal.closed",5]]'
ok "no bad message was seen" sh -c "! grep -E 'bad message|closing ' '$LOG'"

done_testing

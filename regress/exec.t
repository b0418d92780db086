#!/bin/sh
# POST exec, as a client sees it: what is run and how, what comes back, and
# that nothing is left of it when its time is up or its client has gone.
# shellcheck disable=SC2016	# the session's shell expands

. ./lib.sh

need_root
need curl jq

deskd_start_or_bail
ok "a session" ctl create -X -w -n work -e FROM=session
id=$(ctl show -j work | jq -r .id)
URL=/v1/sessions/$id/exec

run() {		# BODY FILTER
	api POST "$URL" "$1" | jq -c "${2:-.}"
}
text() {	# COMMAND: stdout of a shell's text
	jq -n --arg c "$1" '{command: $c}' > "$TMP/text"
	api POST "$URL" "@$TMP/text" | jq -r .stdout
}

# What is run.
is "argv is taken as it is" \
    "$(run '{"argv": ["printf", "%s|", "a b", "$HOME", "*", ""]}' .stdout)" \
    '"a b|$HOME|*||"'
is "command is a shell's text" \
    "$(run '{"command": "echo $HOME | tr a-z A-Z; echo two"}' .stdout)" \
    '"/HOME/USER\ntwo\n"'
is "cwd" "$(run '{"command": "pwd", "cwd": "/usr/bin"}' .stdout)" \
    '"/usr/bin\n"'
is "at home without it" "$(run '{"argv": ["pwd"]}' .stdout)" \
    '"/home/user\n"'
is "env, and the session's own" "$(run '{"command": "echo $FROM $MINE $USER",
    "env": {"MINE": "a=b c"}}' .stdout)" '"session a=b c user\n"'
is "env goes before the session's" \
    "$(run '{"command": "echo $FROM", "env": {"FROM": "request"}}' .stdout)" \
    '"request\n"'
is "stdin" "$(run '{"argv": ["tr", "a-z", "A-Z"], "stdin": "grüße\n"}' \
    .stdout)" '"GRüßE\n"'
is "its end comes, with and without" \
    "$(run '{"command": "cat; echo end"}' .stdout)" '"end\n"'
jq -n '{command: "wc -c; sleep 0.1", stdin: ("x" * 1000000)}' > "$TMP/large"
is "a large stdin arrives" "$(run "@$TMP/large" .stdout)" '"1000000\n"'
is "one that nobody reads is no trouble" \
    "$(jq '.command = "exec true"' "$TMP/large" > "$TMP/unread"
    run "@$TMP/unread" .exit_code)" 0

# How it ended.
is "all of an answer" "$(run '{"command": "echo out; echo err >&2; exit 3"}' \
    'del(.duration_ms)')" '{"exit_code":3,"signal":null,"timed_out":false,"stdout":"out\n","stderr":"err\n","truncated":{"stdout":false,"stderr":false},"encoding":"utf-8"}'
is "an exit code of 255" "$(run '{"command": "exit 255"}' .exit_code)" 255
is "a signal" "$(run '{"command": "kill -SEGV $$"}' \
    '[.exit_code, .signal]')" '[null,"SEGV"]'
like "it says how long it took" "$(run '{"command": "sleep 0.3"}' \
    .duration_ms)" '^([3-9][0-9][0-9]|[0-9]{4})$'

# Time: the whole group goes, a child of a child too.
is "time is up" "$(run '{"command": "(sleep 4242; :) & sleep 4242; :",
    "timeout_seconds": 0.4}' '[.exit_code, .signal, .timed_out]')" \
    '[null,"KILL",true]'
no_sleep() {
	[ -z "$(text 'pgrep -f "^sleep 4242"')" ]
}
ok "nothing of its group is left" wait_until 10 no_sleep
is "output before that is kept" "$(run '{"command": "echo early; sleep 60",
    "timeout_seconds": 0.4}' .stdout)" '"early\n"'
is "one in the background does not hold the answer" \
    "$(run '{"command": "sleep 30 & echo answered"}' .stdout)" '"answered\n"'

# Output.
is "a million bytes and more are cut" \
    "$(run '{"command": "head -c 3000000 /dev/zero | tr \"\\0\" a; echo e >&2"}' \
    '[(.stdout | length), .stderr, .truncated, .exit_code]')" \
    '[1048576,"e\n",{"stdout":true,"stderr":false},0]'
is "so is stderr" \
    "$(run '{"command": "head -c 1048577 /dev/zero | tr \"\\0\" a >&2"}' \
    '[(.stderr | length), .truncated.stderr]')" '[1048576,true]'
is "exactly as much is not" \
    "$(run '{"command": "head -c 1048576 /dev/zero | tr \"\\0\" a"}' \
    '[(.stdout | length), .truncated.stdout]')" '[1048576,false]'
is "what is not UTF-8 is replaced" \
    "$(run '{"command": "printf \"a\\377b\\303\""}' .stdout)" '"a�b�"'
is "a NUL comes through" "$(run '{"command": "printf \"a\\000b\""}' \
    '.stdout | explode')" '[97,0,98]'

# What cannot be run.
problem() {	# BODY
	api POST "$URL" "$1" | jq -r '"\(.status) \(.code) \(.pointer)"'
}
is "no such program" "$(problem '{"argv": ["/nonesuch"]}')" \
    "422 no_such_program /argv/0"
is "a program that is none" "$(problem '{"argv": ["/etc/passwd"]}')" \
    "422 no_such_program /argv/0"
is "no such directory" "$(problem '{"argv": ["true"], "cwd": "/nonesuch"}')" \
    "422 invalid_field /cwd"
is "a relative one" "$(problem '{"argv": ["true"], "cwd": "tmp"}')" \
    "422 invalid_field /cwd"
is "root, which this image does not offer" \
    "$(problem '{"argv": ["true"], "user": "root"}')" \
    "422 not_offered /user"
is "a user nobody knows" "$(problem '{"argv": ["true"], "user": "bob"}')" \
    "422 invalid_field /user"
is "both argv and command" "$(problem '{"argv": ["true"], "command": "x"}')" \
    "422 invalid_field /command"
is "neither" "$(problem '{}')" "422 missing_field /argv"
is "an empty argv" "$(problem '{"argv": []}')" "422 invalid_field /argv"
is "a field nobody knows" "$(problem '{"argv": ["true"], "shell": 1}')" \
    "422 unknown_field /shell"
is "no time at all" "$(problem '{"argv": ["true"], "timeout_seconds": 0}')" \
    "422 invalid_field /timeout_seconds"
is "an environment that is no text" \
    "$(problem '{"argv": ["true"], "env": {"A": 1}}')" \
    "422 invalid_field /env/A"
like "a NUL in an argument" "$(problem '{"argv": ["echo", "a\u0000b"]}')" \
    "^422 invalid_field /argv"
jq -n '("x" * 30000) as $x | {argv: ["true", $x, $x, $x]}' > "$TMP/long"
is "arguments without end" "$(problem "@$TMP/long" | cut -d' ' -f1,2)" \
    "413 too_large"

# Who it is, as the kernel says.
text 'cat /proc/self/status' > "$TMP/status"
status() {
	awk -v f="$1:" '$1 == f { $1 = ""; print substr($0, 2) }' \
	    "$TMP/status"
}
is "uid" "$(status Uid)" "1000 1000 1000 1000"
is "gid" "$(status Gid)" "1000 1000 1000 1000"
is "groups" "$(status Groups)" ""
is "capabilities" "$(status CapInh) $(status CapPrm) $(status CapEff) \
$(status CapBnd) $(status CapAmb)" "0000000000000000 0000000000000000 \
0000000000000000 0000000000000000 0000000000000000"
is "no new privileges" "$(status NoNewPrivs)" 1
is "a filter" "$(status Seccomp)" 2
is "no signal is blocked or ignored" "$(status SigBlk) $(status SigIgn)" \
    "0000000000000000 0000000000000000"
is "three descriptors, and ls's own" "$(text 'ls /proc/self/fd' |
    tr -d '\n')" 0123
is "a session and group of its own" \
    "$(text 'set -- $(cat /proc/self/stat); echo $(($5 == $6))')" 1

# As a stream.
stream() {	# BODY
	curl -sN --max-time "${STREAM_TIME:-30}" --unix-socket "$SOCKET" \
	    -H 'Content-Type: application/json' \
	    -H 'Accept: text/event-stream' --data-binary "$1" \
	    "http://deskd$URL"
}
stream '{"command": "echo one; sleep 0.2; echo two >&2; sleep 0.2; exit 5"}' \
    > "$TMP/stream"
is "its events in order" "$(sed -n 's/^event: //p' "$TMP/stream" |
    tr '\n' ' ')" "started stdout stderr exited "
is "with what they carry" "$(sed -n 's/^data: //p' "$TMP/stream" |
    jq -c 'if .pid then (.pid > 1) elif .data then .data else
	[.exit_code, .signal, .timed_out] end' | tr '\n' ' ')" \
    'true "one\n" "two\n" [5,null,false] '
is "all of a long output" "$(stream \
    '{"command": "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done"}' |
    sed -n 's/^data: //p' | jq -j '.data // empty' | cksum)" \
    "$(i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i + 1)); done |
	cksum)"
is "a character is never cut" "$(stream \
    '{"command": "printf \"\\303\"; sleep 0.2; printf \"\\274\""}' |
    sed -n 's/^data: //p' | jq -j '.data // empty')" "ü"
is "an error before the start is no stream" \
    "$(stream '{"argv": ["/nonesuch"]}' | jq -r .code)" no_such_program

# A client that leaves takes its program along.
STREAM_TIME=1 stream '{"command": "(sleep 4242; :) & sleep 4242; :"}' \
    > "$TMP/left"
like "a stream that was left had begun" "$(cat "$TMP/left")" '^event: started'
ok "nothing is left of what it ran" wait_until 10 no_sleep
API_TIMEOUT=1 api POST "$URL" '{"command": "sleep 4242; :"}' \
    > /dev/null 2>&1
ok "nor of one without a stream" wait_until 10 no_sleep

# Many.  A user has fewer connections than that: who is turned away comes
# again, as the status asks.
many=0
while [ "$many" -lt 100 ]; do
	many=$((many + 1))
	curl -s --max-time 60 --retry 30 --retry-delay 1 \
	    --unix-socket "$SOCKET" \
	    -H 'Content-Type: application/json' -o "$TMP/many.$many" \
	    --data-binary "{\"command\": \"echo $many; exit $many\"}" \
	    "http://deskd$URL" &
	pids="${pids:-} $!"
done
# shellcheck disable=SC2086	# words
wait $pids
many=0
wrong=0
while [ "$many" -lt 100 ]; do
	many=$((many + 1))
	[ "$(jq -c '[.stdout, .exit_code]' "$TMP/many.$many")" = \
	    "[\"$many\\n\",$many]" ] && continue
	wrong=$((wrong + 1))
	[ "$wrong" -gt 3 ] || note "$(cat "$TMP/many.$many")"
done
is "a hundred at once, each its own answer" "$wrong" 0

# A key stands for all of a request, its query too.
keyed() {	# QUERY
	curl -s --max-time 60 --unix-socket "$SOCKET" -X POST \
	    -H 'Content-Type: application/json' -H 'Idempotency-Key: one' \
	    -d '{"path": "keyed"}' \
	    "http://deskd/v1/sessions/$id/files/mkdir$1" |
		jq -r '.code // .entry.name // .name'
}
is "a key" "$(keyed '')" keyed
is "the same request again" "$(keyed '')" keyed
is "another query is another request" "$(keyed '?user=user')" \
    idempotency_mismatch

# A session that is not there to run it.
ok "stop" ctl stop work
is "a stopped session" "$(problem '{"argv": ["true"]}' | cut -d' ' -f1,2)" \
    "409 wrong_state"

done_testing

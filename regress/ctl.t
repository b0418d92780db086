#!/bin/sh
# deskctl against a real deskd: every command does in a session what it
# says.  That it did is seen by something else: a file in the session, the
# picture's own header, the API.
# shellcheck disable=SC2016	# the session's shell expands

# shellcheck source=regress/lib.sh
. ./lib.sh

need_root
need jq
deskd_start_or_bail

field() {	# EXPRESSION of the session named work
	api GET '/v1/sessions?name=work' | jq -r ".data[0]$1"
}
png_size() {	# WIDTHxHEIGHT from the file's header
	od -An -tu1 -j16 -N8 "$1" | awk '{
		print (($1 * 256 + $2) * 256 + $3) * 256 + $4 "x" \
		    (($5 * 256 + $6) * 256 + $7) * 256 + $8 }'
}
exec_status() {	# what exec of a shell's text exits with
	ctl exec "${2:-work}" -- sh -c "$1" > /dev/null 2>&1 < /dev/null
	echo $?
}

# Sessions.
id=$(ctl create -n work -g 640x480 -M 512M -c 50% -t 100 -D 1G -e HUE=red \
    -l team=blue --wait)
is "create prints the id" "$id" "$(field .id)"
is "it runs after --wait" "$(field .state)" running
is "its limits are as asked" "$(field '.resources | tojson')" \
    '{"memory_bytes":536870912,"cpu_percent":50,"tasks":100,"disk_bytes":1073741824}'
is "its environment reaches programs" "$(ctl exec work -- printenv HUE)" red
is "ls -q with its label" "$(ctl ls -q -l team=blue)" "$id"
is "ls -q with another" "$(ctl ls -q -l team=red)" ""
is "show -j is the session" "$(ctl show -j work | jq -r .id)" "$id"
is "show by the beginning of its id" \
    "$(ctl show -j "$(printf %.20s "$id")" | jq -r .id)" "$id"
like "an unknown session gets a suggestion" "$(ctl show wokr 2>&1)" \
    'did you mean work\?'
ok "set" ctl set -M 768M -l hue=dark work
is "set changed the limit, and kept labels" \
    "$(field '.resources.memory_bytes') $(field '.labels | tojson')" \
    '805306368 {"team":"blue","hue":"dark"}'
ok "set takes a label away" ctl set -l hue- work
is "and leaves the other" "$(field '.labels | tojson')" '{"team":"blue"}'
like "a name can be had once" "$(ctl create -n work 2>&1)" 'create: name: '
like "a wrong size is told" "$(ctl create -g 1x1 2>&1)" 'create: geometry: '

# Commands.
is "exec exits as its command" "$(exec_status 'exit 7')" 7
is "exec of one that was killed" "$(exec_status 'kill -TERM $$')" 143
is "exec when time is up" "$(ctl exec -T 0.2 work sleep 30 2> /dev/null
    echo $?)" 124
is "exec has two outputs" \
    "$(ctl exec work sh -c 'echo one; echo two >&2' 2> /dev/null)" one
is "exec -i, -C and -e" "$(echo abc | ctl exec -i -C /tmp -e K=V work -- \
    sh -c 'tr a-c A-C; pwd; echo $K' | tr '\n' ' ')" 'ABC /tmp V '
is "exec -i takes any bytes" "$(printf 'a\377\000b' |
    ctl exec -i work od -An -tx1)" ' 61 ff 00 62'
# As with ssh, that nobody reads is noticed when there is more to write.
is "exec streams" "$(ctl exec work sh -c \
    'while echo first; do sleep 0.1; done' | head -1)" first
ok "what streamed is killed when nobody reads on" wait_until 10 \
    sh -c "! '$BIN/deskctl' -s '$SOCKET' exec work pgrep -f 'echo first'"
like "exec of what is not there" "$(ctl exec work nonesuch 2>&1)" \
    'exec: .*No such file'

# Pictures and input, seen by a terminal in the session that runs cat.
ok "shot" ctl shot -o "$TMP/all.png" work
is "it has the size of the screen" "$(png_size "$TMP/all.png")" 640x480
ok "shot of a part, scaled" ctl shot -r 10,10,100,50 -s 0.5 \
    -o "$TMP/part.png" work
is "it has the size asked for" "$(png_size "$TMP/part.png")" 50x25
if [ "$(exec_status 'command -v xterm')" -eq 0 ]; then
	ctl exec work sh -c 'xterm -geometry 60x10+0+0 -e \
	    sh -c "echo ready > up; cat > typed" > /dev/null 2>&1 &'
	ok "a terminal is there" wait_until 20 \
	    "$BIN/deskctl" -s "$SOCKET" exec work test -s up
	echo '{"actions": [{"type": "wait", "duration_ms": 0}],
	    "screenshot": "last", "settle_ms": 300}' |
	    ctl actions work - > "$TMP/table"
	like "actions prints a table" "$(cat "$TMP/table")" \
	    'wait +yes .* picture 640x480'
	ok "click" ctl click work 100 60
	ok "type" ctl type work 'Grüße, Welt -n'
	ok "key" ctl key work Return ctrl+d
	ok "what was typed arrived" wait_until 10 "$BIN/deskctl" -s "$SOCKET" \
	    exec work grep -qx 'Grüße, Welt -n' typed
else
	note "no xterm: typing was not tried"
fi
ok "move" ctl move work 33 44
is "the pointer is there" "$(echo '{"type": "cursor_position"}' |
    ctl actions work - -j | jq -c '.results[0] | [.x, .y]')" '[33,44]'
ok "drag" ctl drag work 10 400 300 420 -d 20
is "the pointer is at its end" "$(echo '{"type": "cursor_position"}' |
    ctl actions -j work - | jq -c '.results[0] | [.x, .y]')" '[300,420]'
ok "scroll" ctl scroll work down 2 20 30
like "a place outside is told" "$(ctl click work 640 0 2>&1)" 'click: x: '
like "a key nobody has is told" "$(ctl key work nonesuch 2>&1)" 'key: keys: '

# Watching.
like "top has the session" "$(ctl top)" "^$id +work +root +running"
like "system" "$(ctl system)" '^sessions +1, 1 of them running'
is "doctor sees the daemon" "$(ctl doctor -j |
    jq -r '.checks[] | select(.check == "daemon") .level')" ok
is "log has the session's creation" \
    "$(ctl log -j -k session.created work | jq -r .data.name)" work
is "log keeps no typed text" "$(ctl log -j | grep -c Welt)" 0
timeout 30 "$BIN/deskctl" -s "$SOCKET" log -f -j -n 0 \
    -k session.stopped > "$TMP/follow" &
follower=$!

# Stop, start, delete.
ok "stop" ctl stop work
is "it is stopped" "$(field .state)" stopped
is "ls shows it, as ls -a does" "$(ctl ls -q)$(ctl ls -qa)" "$id$id"
ok "log -f saw it" wait_until 10 grep -q stopped_by_user "$TMP/follow"
kill "$follower"
wait "$follower" 2> /dev/null
like "exec in it is refused" "$(ctl exec work true 2>&1)" 'stopped'
ok "start" ctl start --wait work
is "it runs again" "$(field .state)" running
ctl create -X -n bare -w > /dev/null
like "a session without desktop has no picture" \
    "$(ctl shot -o "$TMP/no.png" bare 2>&1)" 'no desktop'
is "but runs commands" "$(ctl exec bare echo hello)" hello
ok "rm" ctl rm work bare
is "nothing is left" "$(ctl ls -qa)" ""
ok "shutdown" ctl shutdown
ok "deskd leaves" wait_until 20 deskd_is_gone

done_testing

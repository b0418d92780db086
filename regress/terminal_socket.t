#!/bin/sh
# A session's terminal by WebSocket: its bytes both ways, its size, what is
# kept for who comes later, several at once, and clients that break rules.
# The client knows no library; what happened is seen by programs in the
# session and by the bytes themselves.
# shellcheck disable=SC2016	# the session's shell expands

# shellcheck source=regress/lib.sh
. ./lib.sh

need_root
need curl jq setpriv
deskd_start_or_bail
ctl create -X -w -n work > "$TMP/id" || exit 1
id=$(cat "$TMP/id")
S=/v1/sessions/$id

open() {	# BODY [processes]: its id
	api POST "$S/${2:-terminals}" "$1" | jq -r .id
}
sh_in() {	# TEXT: a terminal with a shell's text
	open "$(jq -n --arg c "$1" '{argv: ["/bin/sh", "-c", $c]}')"
}
ws() {		# ID[?QUERY] < SCRIPT; bytes are in $TMP/bytes
	"$BIN/ws_drive" -o "$TMP/bytes" "$SOCKET" "$S/terminals/$1" 2>&1
}
socket() {	# ID[?QUERY] < SCRIPT
	t_ws=$1
	case $t_ws in
	*\?*) ws "${t_ws%%\?*}/socket?${t_ws#*\?}" ;;
	*) ws "$t_ws/socket" ;;
	esac
}
inside() {	# TEXT: a shell's text in the session
	ctl exec work -- sh -c "$1"
}
pid_of() {
	left_behind | awk -v name="$1" '$3 == name { print $2 }' | head -n 1
}
problem() {	# PATH
	api GET "$S/$1" | jq -r '"\(.status) \(.code)"'
}

# What is refused.
trm=$(open '{"argv": ["cat"]}')
none=trm_00000000000000000000000000
is "without an upgrade" "$(problem "terminals/$trm/socket")" \
    "426 upgrade_required"
is "it says which version" "$(api_header Sec-WebSocket-Version)" 13
is "no such terminal" "$(echo | socket $none)" "status 404"
is "no terminal's id" "$(echo | socket nonsense)" "status 404"
is "a terminal is one as a process, too" "$(echo 'control now' |
    "$BIN/ws_drive" "$SOCKET" "$S/processes/$trm/socket" | head -n 1 |
    jq -c '[.type, .cols]')" '["attached",80]'
is "but not under a process's name" "$(echo | "$BIN/ws_drive" "$SOCKET" \
    "$S/processes/prc_${trm#trm_}/socket")" "status 404"
is "another user's is not there" "$(api_as 4002 GET \
    "$S/terminals/$trm/socket" | jq -r '"\(.status) \(.code)"')" \
    "404 not_found"
is "an offset that is none" "$(echo | socket "$trm?after=-1")" "status 400"
is "a parameter nobody knows" "$(echo | socket "$trm?before=1")" "status 400"
is "neither true nor false" "$(echo | socket "$trm?read_only=x")" "status 400"

# Bytes both ways, and the window's size.
size=$(sh_in 'trap "stty size" WINCH; stty size; while :; do sleep 0.1; done')
socket "$size" > "$TMP/texts" << 'E'
control "attached"
control "now"
expect 24 80
text {"type": "resize", "cols": 132, "rows": 43}
expect 43 132
text {"type": "resize", "cols": 1000, "rows": 1}
expect 1 1000
ping still there?
E
is "attached first" "$(head -n 1 "$TMP/texts" | jq -c \
    '[.type, .offset, .cols, .rows, .running]')" \
    '["attached",0,80,24,true]'
is "the program saw each size" "$(tr -d '\r' < "$TMP/bytes" | tr '\n' ,)" \
    "24 80,43 132,1 1000,"
is "closed as we asked" "$(tail -n 1 "$TMP/texts")" "closed 1000 "
is "the next one is told the size" "$(echo 'control attached' |
    socket "$size" | head -n 1 | jq -c '[.cols, .rows]')" '[1000,1]'
is "so is the API" "$(api GET "$S/terminals/$size" |
    jq -c '[.cols, .rows]')" '[1000,1]'

refused() {	# NAME, ITS TEXT MESSAGE, CODE AND REASON
	is "$1" "$(printf '%s\n' "text $2" closed | socket "$size" |
	    tail -n 1)" "closed $3"
}
refused "one column too many" '{"type":"resize","cols":1001,"rows":1}' \
    "1008 /cols: must be from 1 to 1000"
refused "no rows" '{"type":"resize","cols":80}' "1008 /rows: is required"
refused "a row of text" '{"type":"resize","cols":80,"rows":"1"}' \
    "1008 /rows: must be an integer"
refused "an order nobody knows" '{"type":"reboot"}' \
    "1008 /type: must be resize"
refused "a member nobody knows" '{"type":"resize","cols":1,"rows":1,"x":1}' \
    "1008 /x: no such field here"
refused "no JSON" 'resize' "1008 byte 0: a value expected"
refused "no object" '[1]' "1008 a text must be a JSON object"

# Rules of WebSockets that are broken end it, and nothing else.
broken() {	# NAME, BYTES, CODE
	like "$1" "$(printf '%s\n' "raw $2" closed | socket "$trm" |
	    tail -n 1)" "^closed $3 "
}
broken "a frame without its mask" '\x82\x01a' 1002
broken "a frame of no kind" '\x83\x81\x00\x00\x00\x00a' 1002
broken "text that is not UTF-8" '\x81\x81\x00\x00\x00\x00\xff' 1007
broken "one of 2^62 bytes" \
    '\x82\xff\x40\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00a' 1009
broken "HTTP" 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' 1002
printf '%s\n' 'type hello\r' 'expect hello\r\nhello\r\n' |
    socket "$trm" > "$TMP/texts"
like "and the terminal is as it was" "$(tail -n 1 "$TMP/texts")" \
    '^closed 1000'

# What is kept comes first, to the byte; who comes again names his offset.
seq=$(sh_in 'seq 1 20000; echo end; read -r x; echo "got $x"; read -r x')
seq 1 20000 | sed 's/$/\r/' > "$TMP/wanted"
printf 'end\r\n' >> "$TMP/wanted"
printf '%s\n' 'expect end\r\n' | socket "$seq" > /dev/null
ok "all of it" cmp "$TMP/bytes" "$TMP/wanted"
all=$(wc -c < "$TMP/wanted")
printf '%s\n' 'control now' | socket "$seq" > "$TMP/texts"
ok "and once more" cmp "$TMP/bytes" "$TMP/wanted"
is "now is where it ends" "$(jq -c 'select(.type == "now") | .offset' \
    < "$TMP/texts" 2> /dev/null)" "$all"
printf '%s\n' 'control now' | socket "$seq?after=100000" > "$TMP/texts"
tail -c +100001 "$TMP/wanted" > "$TMP/rest"
ok "after 100000 bytes" cmp "$TMP/bytes" "$TMP/rest"
is "it says from where" "$(head -n 1 "$TMP/texts" | jq .offset)" 100000
printf '%s\n' 'control now' | socket "$seq?after=$all" > "$TMP/texts"
is "after all of them nothing" "$(wc -c < "$TMP/bytes")" 0
is "and no loss is told" "$(grep -c lost "$TMP/texts")" 0
few=$(open '{"argv": ["/bin/sh", "-c", "seq 1 20000; echo end; exec cat"],
    "keep_bytes": 4096}')
few_done() {
	api GET "$S/terminals/$few" | jq -e ".output.end == $all"
}
ok "a terminal that keeps little" wait_until 20 few_done
printf '%s\n' 'control now' | socket "$few" > "$TMP/texts"
tail -c 4096 "$TMP/wanted" > "$TMP/rest"
ok "the last of it" cmp "$TMP/bytes" "$TMP/rest"
is "what is lost is told" "$(sed -n 2p "$TMP/texts" |
    jq -c '[.type, .offset]')" "[\"lost\",$((all - 4096))]"

# Two at once: each sees all, whoever types.
mkfifo "$TMP/script"
"$BIN/ws_drive" -o "$TMP/other" "$SOCKET" "$S/terminals/$seq/socket" \
    < "$TMP/script" > "$TMP/other.texts" &
viewer=$!
exec 7> "$TMP/script"
echo 'control now' >&7
ok "a second viewer" wait_until 20 grep -q now "$TMP/other.texts"
printf '%s\n' 'control now' 'type typed by one\r' \
    'expect got typed by one\r\n' | socket "$seq" > /dev/null
echo 'expect got typed by one\r\n' >&7
exec 7>&-
wait "$viewer"
is "sees what the first typed" "$?" 0
ok "both saw the same" cmp "$TMP/bytes" "$TMP/other"

# Read only.
file=$(sh_in 'cat > typed')
is "who may only read is refused to type" "$(printf '%s\n' 'control now' \
    'type secret\r' closed | socket "$file?read_only=true" | tail -n 1)" \
    "closed 1008 this one is read only"
is "or to change its size" "$(printf '%s\n' 'control now' \
    'text {"type":"resize","cols":10,"rows":10}' closed |
    socket "$file?read_only=1" | tail -n 1)" \
    "closed 1008 this one is read only"
is "the size is as it was" "$(api GET "$S/terminals/$file" |
    jq -c '[.cols, .rows]')" '[80,24]'
printf '%s\n' 'type open\r\x04' 'control exited' |
    socket "$file?read_only=0" > /dev/null
is "nothing of it came to the program" "$(inside 'cat typed')" open

# The end, seen by who is there and by who comes later.
end=$(sh_in 'echo before; read -r x; echo after; exit 7')
printf '%s\n' 'expect before' 'type \r' 'control exited' closed |
    socket "$end" > "$TMP/texts"
is "the end" "$(jq -cR 'fromjson? | select(.type == "exited") |
    [.exit_code, .signal, .timed_out]' < "$TMP/texts")" '[7,null,false]'
is "then the close" "$(tail -n 1 "$TMP/texts")" \
    "closed 1000 the program has ended"
printf '%s\n' 'control exited' closed | socket "$end" > "$TMP/texts"
is "later, too, with what was kept" "$(tr -d '\r\n' < "$TMP/bytes")" \
    beforeafter
is "which is no longer running" "$(head -n 1 "$TMP/texts" | jq .running)" \
    false
killed=$(sh_in 'echo up; kill -KILL $$')
is "a signal" "$(printf '%s\n' 'control exited' closed | socket "$killed" |
    jq -cR 'fromjson? | select(.type == "exited") |
    [.exit_code, .signal]')" '[null,"KILL"]'

# A client who does not read holds up nobody, and much input is not lost.
flood=$(sh_in 'read -r x; head -c 8000000 /dev/zero | tr "\0" x; : > flooded
    read -r x; echo; echo end; read -r x')
"$BIN/ws_drive" -o "$TMP/other" "$SOCKET" "$S/terminals/$flood/socket" \
    < "$TMP/script" > "$TMP/other.texts" &
viewer=$!
exec 7> "$TMP/script"
echo 'type \r' >&7
ok "a program is not held up by who does not read" wait_until 30 \
    "$BIN/deskctl" -s "$SOCKET" exec work test -e flooded
echo 'type \r' >&7
echo 'expect end\r\n' >&7
exec 7>&-
wait "$viewer"
is "who then reads on" "$?" 0
like "is told that he missed some" "$(cat "$TMP/other.texts")" \
    '"type":"lost","offset":[0-9]+'
paste=$(sh_in 'stty raw -echo; echo ready; sleep 1
    head -c 240000 | cksum > pasted; echo done')
line=$(head -c 60000 /dev/zero | tr '\0' p)
printf '%s\n' 'expect ready' "type $line" "type $line" "type $line" \
    "type $line" 'expect done' | socket "$paste" > /dev/null
is "240000 bytes typed at once" "$(inside 'cat pasted')" \
    "$(head -c 240000 /dev/zero | tr '\0' p | cksum)"

# A process: its two outputs apart, and the end of its input.
prc=$(open '{"argv": ["/bin/sh", "-c", "echo err >&2; cat; exit 3"]}' \
    processes)
"$BIN/ws_drive" -o "$TMP/bytes" "$SOCKET" "$S/processes/$prc/socket" \
    > "$TMP/texts" << 'E'
expect \x02err
type hello
expect \x01hello
text {"type": "stdin_end"}
control exited
closed
E
is "its outputs have a byte that says which" "$(od -An -c "$TMP/bytes" |
    tr -s ' ')" ' 002 e r r \n 001 h e l l o'
is "and it ended as it should" "$(jq -cR 'fromjson? |
    select(.type == "exited") | .exit_code' < "$TMP/texts")" 3

# The broker dies: the program does not, and nothing of it is lost.
tick=$(sh_in 'i=0; while read -r x; do i=$((i + 1)); echo "line $i"; done')
printf '%s\n' 'type \r' 'expect line 1\r\n' | socket "$tick" > /dev/null
seen=$(wc -c < "$TMP/bytes")
cp "$TMP/bytes" "$TMP/first"
"$BIN/ws_drive" "$SOCKET" "$S/terminals/$tick/socket" < "$TMP/script" \
    > "$TMP/other.texts" &
viewer=$!
exec 7> "$TMP/script"
echo 'control now' >&7
ok "one is attached" wait_until 20 grep -q now "$TMP/other.texts"
broker=$(pid_of deskd-broker)
kill -s KILL "$broker"
back() {
	[ "$(pid_of deskd-broker)" != "$broker" ] && ctl show work
}
ok "another broker comes" wait_until 20 back
exec 7>&-
wait "$viewer"
can_attach() {
	echo 'control now' | socket "$tick?after=$seen" | grep -q now
}
ok "one can attach again" wait_until 20 can_attach
printf '%s\n' 'type \r' 'expect line 2\r\n' |
    socket "$tick?after=$seen" > /dev/null
printf '%s\n' 'control now' | socket "$tick" > /dev/null
tail -c +$((seen + 1)) "$TMP/bytes" > "$TMP/rest"
ok "what was seen and what came since is all" \
    sh -c "cat '$TMP/first' '$TMP/rest' | cmp - '$TMP/bytes'"
is "it is the same program" "$(tr -d '\r' < "$TMP/rest" | tr '\n' ,)" \
    ",line 2,"

# The journal, the numbers, and the session's end.
is "the journal has who was attached" "$(api GET \
    "$S/events?kind=terminal.attached&limit=1000" | jq -c --arg id "$file" \
    '[.data[].data | select(.id == $id) | .read_only]')" '[true,true,false]'
is "and each one's end" "$(api GET \
    "$S/events?kind=terminal.detached&limit=1000" |
    jq --arg id "$file" '[.data[].data | select(.id == $id)] | length')" 3
nobody_left() {
	api GET /metrics | grep -q '^deskd_http_websockets 0$'
}
ok "no WebSocket is left" wait_until 20 nobody_left
"$BIN/ws_drive" "$SOCKET" "$S/terminals/$size/socket" < "$TMP/script" \
    > "$TMP/other.texts" &
viewer=$!
exec 7> "$TMP/script"
echo 'control now' >&7
ok "one more" wait_until 20 grep -q now "$TMP/other.texts"
ctl stop work
echo closed >&7
exec 7>&-
wait "$viewer"
like "it ends with the session" "$(tail -n 1 "$TMP/other.texts")" \
    "^closed 1013 "
is "which then has no terminals" "$(echo | socket "$size")" "status 409"

done_testing

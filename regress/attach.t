#!/bin/sh
# deskctl exec -t and attach, as a user at a terminal sees them: what is
# typed and shown, the window's size, exit codes, detaching and coming back,
# and a terminal that is always left as it was.
# shellcheck disable=SC2016	# the session's shell expands

# shellcheck source=regress/lib.sh
. ./lib.sh

need_root
need curl jq
deskd_start_or_bail
ctl create -X -w -n work > "$TMP/id" || exit 1
id=$(cat "$TMP/id")
T=/v1/sessions/$id/terminals

pty() {		# deskctl's arguments; the script is standard input
	"$BIN/pty_drive" -o "$TMP/screen" "$BIN/deskctl" -s "$SOCKET" "$@"
}
screen() {
	tr -d '\r' < "$TMP/screen"
}
running() {
	api GET "$T" | jq -r '[.data[] | select(.state == "running")] | length'
}
sh_in() {	# NAME TEXT: a terminal with a shell's text
	api POST "$T" "$(jq -n --arg n "$1" --arg c "$2" \
	    '{name: $n, argv: ["/bin/sh", "-c", $c]}')" | jq -r .id
}
pid_of() {
	left_behind | awk -v name="$1" '$3 == name { print $2 }' | head -n 1
}
both() {	# deskctl's standard error, and what it exits with
	"$BIN/deskctl" -s "$SOCKET" "$@" 2>&1 < /dev/null
	echo "exit $?"
}

# A shell, when no command is given.
is "a shell ends with its exit code" "$(pty exec -t work << 'E'
type stty size; exec sh\r
expect 24 80
size 100x30
type until [ "$(stty size)" = "30 100" ]; do sleep 0.1; done; echo re"sized"\r
expect resized
type exit 42\r
E
    )" "exit 42 cooked"
is "its terminal is forgotten" "$(api GET "$T" | jq '.data | length')" 0

# A command.
is "a command's exit code" "$(pty exec -t work -- sh -c 'exit 7' \
    < /dev/null)" "exit 7 cooked"
is "one that was killed" "$(pty exec -t work sh -c 'kill -TERM $$' \
    < /dev/null)" "exit 143 cooked"
is "success" "$(pty exec -t work true < /dev/null)" "exit 0 cooked"
pty exec -t -C /tmp -e K=V work -- sh -c 'pwd; echo $K; tty' < /dev/null \
    > /dev/null
is "-C, -e, and a terminal" "$(screen | sed 's,/[0-9]*$,/N,' | tr '\n' ' ')" \
    "/tmp V /dev/pts/N "
is "what is not there" "$(pty exec -t work nonesuch < /dev/null)" \
    "exit 1 cooked"
like "is told as without -t" "$(screen)" 'exec: .*No such file'
is "a screen full at once" "$(pty exec -t work seq 1 20000 < /dev/null)" \
    "exit 0 cooked"
is "is shown in full" "$(screen | cksum)" "$(seq 1 20000 | cksum)"

# Keys go to the program.
is "Ctrl-C is the program's" "$(pty exec -t work -- sh -c \
    'trap "echo caught; exit 9" INT; echo ready; while :; do sleep 0.1; done' \
    << 'E'
expect ready
type \x03
expect caught
E
    )" "exit 9 cooked"
is "so are all bytes but Ctrl-]" "$(pty exec -t work -- sh -c \
    'stty raw -echo; echo ready; head -c 6 | od -An -tx1; stty sane' << 'E'
expect ready
type \x00\x03\x1a\x1d\x1d\x1dx
expect 00 03 1a 1d 1d 78
E
    )" "exit 0 cooked"

# Detaching and coming back.
is "Ctrl-] d detaches" "$(pty exec -t work -- sh -c \
    'echo before; while read -r x; do echo "got $x"; done' << 'E'
expect before
type one\r
expect got one
type \x1dd
expect detached; it goes on: deskctl attach work trm_
E
    )" "exit 0 cooked"
is "its program goes on" "$(running)" 1
is "attach finds the only one" "$(pty attach work << 'E'
expect before\r\none\r\ngot one\r\n
type two\r
expect got two
type \x1dd
expect detached from trm_
E
    )" "exit 0 cooked"
is "its size is the new window's" "$(printf '%s\n' 'size 90x20' \
    'expect got two' 'type \x1dd' | pty attach work > /dev/null
    api GET "$T" | jq -c '.data[0] | [.cols, .rows]')" '[90,20]'
two=$(sh_in other 'echo the other; read -r x; exit 3')
like "with two it asks which" "$(both attach work)" \
    "attach: 2 terminals; which one"
like "and shows them" "$(both attach work)" "^$two  other"
is "by its name" "$(printf '%s\n' 'expect the other' 'type \r' |
    pty attach work other)" "exit 3 cooked"
one=$(api GET "$T" | jq -r '.data[] | select(.state == "running") | .id')
is "by the beginning of its id" "$(printf '%s\n' 'expect got two' \
    'type \x1dd' | pty attach work "$(printf %.24s "$one")")" \
    "exit 0 cooked"
is "one that has ended shows what it left" "$(pty attach work "$two" \
    < /dev/null)" "exit 3 cooked"
like "one that is not there" "$(both attach work nonesuch)" \
    "no terminal nonesuch"

# Only to see.
file=$(sh_in file 'echo up; cat > typed')
is "read only" "$(pty attach -r work file << 'E'
expect up
type secret\r
type \x1dd
E
    )" "exit 0 cooked"
printf '%s\n' 'expect up' 'type open\r\x04' 'end' |
    pty attach work file > /dev/null
is "passes nothing on" "$(ctl exec work cat typed)" open
is "it needs no terminal of its own" "$("$BIN/deskctl" -s "$SOCKET" attach \
    -r work "$file" < /dev/null | tr -d '\r' | tr '\n' ,)" "up,open,"

# Signals: the terminal is put back, and the program goes on.
for sig in TERM:15 HUP:1 INT:2; do
	is "SIG${sig%:*}" "$(printf '%s\n' 'expect got two' \
	    "signal ${sig%:*}" | pty attach work "$one")" \
	    "signal ${sig#*:} cooked"
done
is "its program goes on after each" "$(running)" 1
is "it can be stopped and continued" "$(pty attach work "$one" << 'E'
expect got two
signal TSTP
stopped
size 70x17
signal CONT
type three\r
expect got three
type \x1dd
E
    )" "exit 0 cooked"
is "and knows the window's size then" "$(api GET "$T/$one" |
    jq -c '[.cols, .rows]')" '[70,17]'

# The broker dies and comes back: nothing is lost or shown twice.
mkfifo "$TMP/script"
"$BIN/pty_drive" -o "$TMP/screen" "$BIN/deskctl" -s "$SOCKET" attach work \
    "$one" < "$TMP/script" > "$TMP/ended" &
user=$!
exec 7> "$TMP/script"
printf '%s\n' 'expect got three' 'type four\r' 'expect got four' >&7
ok "attached" wait_until 20 grep -q 'got four' "$TMP/screen"
kill -s KILL "$(pid_of deskd-broker)"
printf '%s\n' 'expect trying again' 'expect connected again' \
    'type five\r' 'expect got five' 'type \x1dd' >&7
exec 7>&-
wait "$user"
is "after another broker has come" "$(cat "$TMP/ended")" "exit 0 cooked"
is "each line was shown once" "$(screen | grep -c '^got ')" 5

# What it was attached to goes.
gone=$(sh_in gone 'echo up; read -r x')
"$BIN/pty_drive" -o "$TMP/screen" "$BIN/deskctl" -s "$SOCKET" attach work \
    gone < "$TMP/script" > "$TMP/ended" &
user=$!
exec 7> "$TMP/script"
echo 'expect up' >&7
ok "attached to another" wait_until 20 grep -q up "$TMP/screen"
api DELETE "$T/$gone"
exec 7>&-
wait "$user"
like "a terminal that is removed" "$(cat "$TMP/ended")" \
    '^exit (1|129|137) cooked$'
"$BIN/pty_drive" -o "$TMP/screen" "$BIN/deskctl" -s "$SOCKET" attach work \
    "$one" < "$TMP/script" > "$TMP/ended" &
user=$!
exec 7> "$TMP/script"
echo 'expect got five' >&7
ok "attached once more" wait_until 20 grep -q 'got five' "$TMP/screen"
ok "the session is stopped" ctl stop work
exec 7>&-
wait "$user"
is "it ends, too" "$(cat "$TMP/ended")" "exit 1 cooked"
like "and says why" "$(screen)" 'attach: .*the session is stopp'
like "in a stopped session" "$(both attach work)" 'stopped'

# What cannot be.
is "-t without a terminal" "$(both exec -t work true)" \
    "deskctl: exec: standard input is not a terminal; exec without -t \
needs none
exit 1"
like "-t and -i" "$(both exec -ti work true)" 'not with -i'
like "-t and -T" "$(both exec -t -T 5 work true)" 'not with -T'
like "-t and -j" "$(both exec -tj work true)" 'not with -j'
is "all of them are usage" "$(both exec -ti work true | tail -n 1)" "exit 2"

# deskd leaves for good.
ok "the session again" ctl start --wait work
last=$(sh_in last 'echo up; read -r x')
"$BIN/pty_drive" -o "$TMP/screen" "$BIN/deskctl" -s "$SOCKET" attach work \
    "$last" < "$TMP/script" > "$TMP/ended" &
user=$!
exec 7> "$TMP/script"
echo 'expect up' >&7
ok "attached to the last" wait_until 20 grep -q up "$TMP/screen"
ok "deskd leaves" deskd_stop INT
printf '%s\n' 'expect trying again' 'type \x03' >&7
exec 7>&-
wait "$user"
is "Ctrl-C gives up waiting for it" "$(cat "$TMP/ended")" "exit 0 cooked"
is "nothing is left behind" "$(left_behind)" ""

done_testing

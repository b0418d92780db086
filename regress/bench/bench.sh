#!/bin/sh
# deskd beside what people use today, in one run on one machine: prints a
# table of medians, 99th percentiles and ratios, with the goals.  A missed
# goal is said in its row, and is no failure.
#
# The programs beside deskd run on an X server of their own, of the same
# size, with the same window manager and the same text in the same terminal.
. "${0%/*}/../lib.sh"

# As packages installed them, whatever this machine has before them.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
HERE=$PWD
XTERM="xterm -geometry 150x45+30+30"
OTHER=:$((200 + SLOT % 500))
ROWS=$TMP/rows
KIDS=

die() {
	echo "bench: $*" >&2
	exit 1
}

say() {
	echo "bench: $*" >&2
}

bench_end() {
	t_rc=$?
	for pid in $KIDS; do
		kill "$pid" 2> /dev/null
	done
	(exit "$t_rc")
	clean_up
}
trap bench_end EXIT

desk_bench() {
	"$BIN/desk_bench" "$@" >> "$ROWS" || die "desk_bench $2 failed"
}

# Fields as series.h says.
row() {
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$@" \
	    >> "$ROWS"
}

# MiB that processes have of their own, or as their share, by field of
# smaps_rollup.
mib() {
	t_fields=$1
	shift
	for pid; do
		cat "/proc/$pid/smaps_rollup" 2> /dev/null
	done | awk -v want="^($t_fields):" '$1 ~ want { kb += $2 }
	    END { printf "%.2f", kb / 1024 }'
}

# Processes of this deskd's sessions, with or without the worker and init.
pids_of() {
	left_behind | awk -v want="$1" '$1 == "process" && $3 ~ want {
	    print $2 }'
}

other_desktop() {
	Xvfb "$OTHER" -screen 0 1280x800x24 -ac -noreset -nolisten tcp \
	    > /dev/null 2>&1 &
	KIDS="$KIDS $!"
	OTHER_X=$!
	DISPLAY=$OTHER
	export DISPLAY
	wait_until 30 xdpyinfo || die "no X server to compare with"
	icewm > /dev/null 2>&1 &
	OTHER_WM=$!
	KIDS="$! $KIDS"
	wait_until 30 sh -c 'xprop -root _NET_SUPPORTING_WM_CHECK |
	    grep -q "window id"' || die "no window manager to compare with"
}

# The same terminal with the same text on both desktops.
terminals() {
	ctl exec bench -- sh -c 'cd; printf "%s" "$1" > redraw.sh
	    setsid $2 -e sh redraw.sh "$HOME/typed" > /dev/null 2>&1 &' \
	    sh "$(cat "$HERE/redraw.sh")" "$XTERM" || die "no terminal"
	$XTERM -e sh "$HERE/redraw.sh" "$TMP/typed" > /dev/null 2>&1 &
	KIDS="$! $KIDS"
	wait_until 10 xdotool search --onlyvisible --class xterm ||
		die "no terminal to compare with"
	ctl exec bench -- sh -c 'i=0; until xdotool search --onlyvisible \
	    --class xterm > /dev/null || [ $i -ge 100 ]; do
	    sleep 0.1; i=$((i + 1)); done' || die "no terminal came up"
	# To have the keyboard, on both.
	ctl click bench 400 300
	xdotool mousemove 400 300 click 1
}

typed_right() {
	[ "$(ctl exec bench -- cat typed)" = "$BENCH_TEXT" ] &&
		t_ours=exact || t_ours='NOT EXACT'
	[ "$(cat "$TMP/typed" 2> /dev/null)" = "$BENCH_TEXT" ] &&
		t_other=exact || t_other='not exact'
	echo "typed text: deskd's $t_ours, xdotool's $t_other" >> "$TMP/notes"
}

drive() {
	shot="scrot -p -o $TMP/a.png && convert $TMP/a.png -resize \
	    '1280x800!' $TMP/b.png && test -s $TMP/b.png"
	say "screenshots"
	desk_bench "$SOCKET" shot "$ID" 60 "$shot" 15
	as="scrot -p -o $TMP/a.png && convert $TMP/a.png -quality 80"
	desk_bench "$SOCKET" jpeg "$ID" 60 "$as $TMP/b.jpg" 10
	desk_bench "$SOCKET" webp "$ID" 60 "$as $TMP/b.webp" 10
	desk_bench "$SOCKET" lossless "$ID" 60 "$as -define webp:lossless=true \
	    $TMP/b.webp" 5
	desk_bench "$SOCKET" same "$ID" 400 "$shot" 10
	say "input"
	# Only a click at a new place ends soon with --sync.
	desk_bench "$SOCKET" click "$ID" 300 "echo x >> $TMP/n
	    xdotool mousemove --sync \
	    \$((300 + \$(wc -l < $TMP/n) % 2 * 40)) 300 click 1" 20
	desk_bench "$SOCKET" key "$ID" 300 "xdotool key -- shift+a" 30
	ctl key bench Return
	xdotool key Return
	desk_bench "$SOCKET" type "$ID" 20 "xdotool type --delay 12 -- \
	    '$BENCH_TEXT' && xdotool key Return" 2
	typed_right
	say "programs"
	desk_bench "$SOCKET" exec "$ID" 200 "bwrap --unshare-all --ro-bind \
	    / / --dev /dev --proc /proc /bin/true" 40
}

# What four idle sessions take, each, and what a bare X server takes.
# shellcheck disable=SC2046	# numbers, one for each process
memory() {
	say "memory of idle sessions"
	for name in m1 m2 m3 m4; do
		ctl create -w -n "$name" -g 1280x800 > /dev/null ||
			die "no session"
	done
	sleep 2
	ours=$(mib Pss $(pids_of '^deskd-(worker|init)'))
	all=$(mib Pss $(pids_of .))
	ctl rm m1 m2 m3 m4 > /dev/null
	other=$(mib Pss "$OTHER_X" "$OTHER_WM")
	row "worker and init, PSS" MiB 4 $(quarter "$ours") - 0 0 0 6 0 0
	row "whole idle session, PSS" MiB 4 $(quarter "$all") \
	    "Xvfb, icewm" 1 "$other" "$other" 35 0 0
}

# Of four sessions one, as p50 and p99 alike.
quarter() {
	echo "$1" | awk '{ printf "%.2f %.2f", $1 / 4, $1 / 4 }'
}

# The same answer from a web server written in Python.
serve() {
	t_socket=$TMP/$1.sock
	t_name=$1
	shift
	python3 -m uvicorn --app-dir "$HERE" --uds "$t_socket" \
	    --log-level critical --no-access-log "$@" app:app \
	    > "$TMP/uvicorn.log" 2>&1 &
	SERVER=$!
	KIDS="$! $KIDS"
	wait_until 20 curl -sf --unix-socket "$t_socket" http://x/healthz ||
		die "uvicorn does not start: $(cat "$TMP/uvicorn.log")"
	t_rate=$("$BIN/desk_bench" "$t_socket" gets /healthz 3) ||
		die "uvicorn does not answer"
	t_private=$(mib 'Private_Clean|Private_Dirty' "$SERVER")
	kill "$SERVER"
	wait "$SERVER" 2> /dev/null
}

gets() {
	say "trivial reads"
	what="GET /healthz, 16 at once"
	rate=$("$BIN/desk_bench" "$SOCKET" gets /healthz 3) ||
		die "deskd does not answer"
	private=$(mib 'Private_Clean|Private_Dirty' "$DESKD_PID" \
	    $(pgrep -P "$DESKD_PID" -x deskd-broker))
	if ! python3 -c 'import fastapi, httptools, uvicorn, uvloop' \
	    2> /dev/null; then
		row "$what" /s 10 "$rate" "$rate" - 0 0 0 0 0 0
		row "private memory of it" MiB 1 "$private" "$private" - \
		    0 0 0 0 0 0
		return
	fi
	serve uvloop --loop uvloop --http httptools
	row "$what" /s 10 "$rate" "$rate" "FastAPI, uvloop, httptools" 10 \
	    "$t_rate" "$t_rate" 0 0 3
	row "private memory of it" MiB 1 "$private" "$private" \
	    "FastAPI, uvloop, httptools" 1 "$t_private" "$t_private" 0 0 5
	serve plain --loop asyncio --http h11
	row "$what" /s 10 "$rate" "$rate" "FastAPI, plain uvicorn" 10 \
	    "$t_rate" "$t_rate" 0 0 8
}

[ "$(id -u)" -eq 0 ] || die "building walls takes root: sudo make bench"
: > "$ROWS"
: > "$TMP/notes"
BENCH_TEXT=$(awk 'BEGIN {
	c = "The quick brown Fox jumps over 13 lazy Dogs; (so it goes) [a+b]=c "
	while (length(t) < 999)
		t = t c
	print substr(t, 1, 999) "."
}')
export BENCH_TEXT
DESKD_TEST_FLAGS=-d
deskd_start > "$TMP/start" || die "$(cat "$TMP/start")"
other_desktop
memory
say "creating sessions"
desk_bench "$SOCKET" create - 30 \
    "timeout 20 sh $HERE/by_hand.sh :$((700 + SLOT % 200)) $TMP/c.png" 6
ctl create -w -n bench -g 1280x800 > /dev/null || die "no session"
ID=$(ctl -j show bench | jq -r .id)
terminals
drive
gets
echo
echo "$(nproc) CPUs, load $(cut -d ' ' -f 1 /proc/loadavg), Linux $(uname -r)"
awk -f "$HERE/table.awk" "$ROWS"
cat "$TMP/notes"
cat << 'end'
Times are in ms; the commands beside deskd include their shell.  Screens are
1280x800, of text.  A click or key ends when the X server has answered.
end
exit 0

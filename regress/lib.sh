# What every whole-system test starts with: TAP, a deskd of its own under a
# temporary prefix, and a clean-up that also looks for what was left behind.
#
#	ok NAME COMMAND...	the command succeeds
#	nok NAME COMMAND...	the command fails
#	is NAME GOT WANTED	the texts are the same
#	like NAME GOT REGEX	the text matches (grep -E)
#	done_testing		the plan; the last line of a test
#	skip_all WHY		nothing can be tested here, and why
#	need_root, need CMD...	skip_all unless
#	wait_until SECONDS COMMAND...
#	deskd_conf < LINES	more lines for the next deskd_start
#	deskd_start, deskd_stop [SIGNAL]
#	api METHOD PATH [JSON]	body to stdout; then api_status, api_header NAME
#	api_as UID METHOD PATH [JSON]	the same as another user
#	ctl ARGUMENTS		deskctl on the test's socket
#
# BIN names the folder of the programs, TMP is the test's own folder, PREFIX
# deskd's, SOCKET its API, LOG what it said.
# shellcheck shell=sh

umask 022
LC_ALL=C
export LC_ALL
: "${BIN:=$(dirname "$0")/../obj/bin}"
BIN=$(cd "$BIN" && pwd) || exit 1
case $0 in
*/*) cd "${0%/*}" || exit 1 ;;
esac

# A sandboxed process cannot be looked at for leaks.
if [ -n "${DESKD_TEST_ASAN:-}" ]; then
	ASAN_OPTIONS=detect_leaks=0
	export ASAN_OPTIONS
fi

# Short, since a UNIX socket's path has 107 bytes at most.
TMP=$(mktemp -d /tmp/dk.XXXXXX) || exit 1
chmod 711 "$TMP"
PREFIX=$TMP/p
SOCKET=$PREFIX/run/api.sock
LOG=$TMP/log
DESKD_PID=
TESTS=0
FAILED=0

# Numbers that no other deskd on this machine uses, so that what has one of
# them afterwards was left by this test.
SLOT=$(($$ % 1000))
UID_FIRST=$((0x30000000 + SLOT * 0x100000))
UID_LAST=$((UID_FIRST + 0xfffff))
WORKER_FIRST=$((0x2f000000 + SLOT * 0x100))
WORKER_LAST=$((WORKER_FIRST + 0xff))
CGROUP=deskd.t$$

note() {
	echo "$*" | sed 's/^/# /'
}

pass() {
	TESTS=$((TESTS + 1))
	echo "ok $TESTS - $1"
}

fail() {
	TESTS=$((TESTS + 1))
	FAILED=$((FAILED + 1))
	echo "not ok $TESTS - $1"
}

ok() {
	t_name=$1
	shift
	if "$@" > "$TMP/ok.out" 2>&1; then
		pass "$t_name"
	else
		t_rc=$?
		fail "$t_name"
		note "status $t_rc from: $*"
		note "$(cat "$TMP/ok.out")"
	fi
}

nok() {
	t_name=$1
	shift
	if "$@" > "$TMP/ok.out" 2>&1; then
		fail "$t_name"
		note "succeeded: $*"
		note "$(cat "$TMP/ok.out")"
	else
		pass "$t_name"
	fi
}

is() {
	if [ "$2" = "$3" ]; then
		pass "$1"
		return
	fi
	fail "$1"
	printf '%s\n' "$2" > "$TMP/got"
	printf '%s\n' "$3" > "$TMP/wanted"
	note "$(cd "$TMP" && diff -u wanted got)"
}

like() {
	if printf '%s\n' "$2" | grep -Eq -- "$3"; then
		pass "$1"
		return
	fi
	fail "$1"
	note "does not match $3:"
	note "$2"
}

done_testing() {
	if [ -n "$DESKD_PID" ]; then
		ok "deskd stops when asked" deskd_stop INT
		# The kernel takes loop devices and groups away in its own time.
		wait_until 10 nothing_left
		is "nothing is left behind" "$(left_behind)" ""
	fi
	echo "1..$TESTS"
	[ "$FAILED" -eq 0 ]
	exit
}

skip() {	# NAME REASON
	TESTS=$((TESTS + 1))
	echo "ok $TESTS - $1 # SKIP $2"
}

skip_all() {
	echo "1..0 # SKIP $*"
	exit 0
}

need_root() {
	[ "$(id -u)" -eq 0 ] || skip_all "needs root"
}

need() {
	for t_cmd; do
		command -v "$t_cmd" > /dev/null || skip_all "needs $t_cmd"
	done
}

# A condition and a deadline; the pause only bounds how often it is asked.
# DESKD_TEST_SLOW says how many times slower than others this machine is.
wait_until() {
	t_end=$(($(date +%s) + $1 * ${DESKD_TEST_SLOW:-1}))
	shift
	until "$@" > "$TMP/wait.out" 2>&1; do
		[ "$(date +%s)" -lt "$t_end" ] || return 1
		sleep 0.05
	done
}

deskd_conf() {
	cat >> "$TMP/more.conf"
}

write_conf() {
	cat <<- end
		prefix = "$PREFIX"
		programs "$BIN"
		cgroup "/$CGROUP"
		sandbox ${DESKD_TEST_SANDBOX:-kill}
		max sessions 15
		uids from $UID_FIRST to $UID_LAST
		worker uids from $WORKER_FIRST to $WORKER_LAST
	end
	grep -q '^listen' "$TMP/more.conf" 2>/dev/null ||
		echo "listen on socket \"$SOCKET\" mode 0666"
	[ ! -f "$TMP/more.conf" ] || cat "$TMP/more.conf"
}

deskd_alive() {
	[ -n "$DESKD_PID" ] && kill -0 "$DESKD_PID" 2> /dev/null
}

deskd_ready() {
	deskd_alive || return 0
	curl -sf -o /dev/null --max-time 5 --unix-socket "$SOCKET" \
	    http://deskd/readyz
}

# Says what deskd said when it does not come up.
deskd_start() {
	mkdir -p "$PREFIX"
	write_conf > "$TMP/deskd.conf"
	# A shell would start it with SIGINT ignored; env puts that right.
	env --default-signal=INT,QUIT "$BIN/deskd" "${DESKD_TEST_FLAGS:--dv}" \
	    -f "$TMP/deskd.conf" \
	    >> "$LOG" 2>&1 < /dev/null &
	DESKD_PID=$!
	if wait_until 30 deskd_ready && deskd_alive; then
		return 0
	fi
	note "deskd is not ready:"
	note "$(tail -n 40 "$LOG")"
	return 1
}

# For tests that stand or fall with it; the other tests go on.
deskd_start_or_bail() {
	deskd_start && return
	fail "deskd starts"
	echo "1..$TESTS"
	exit 1
}

deskd_is_gone() {
	[ ! -e "/proc/$DESKD_PID" ] ||
		grep -q '^State:.Z' "/proc/$DESKD_PID/status" 2> /dev/null
}

# Its own status; 124 when it had to be killed.
deskd_stop() {
	[ -n "$DESKD_PID" ] || return 0
	kill -s "${1:-INT}" "$DESKD_PID" 2> /dev/null
	if ! wait_until 30 deskd_is_gone; then
		note "deskd does not stop:"
		note "$(tail -n 40 "$LOG")"
		kill -s KILL "$DESKD_PID" 2> /dev/null
		wait "$DESKD_PID" 2> /dev/null
		DESKD_PID=
		return 124
	fi
	wait "$DESKD_PID"
	t_rc=$?
	DESKD_PID=
	return $t_rc
}

# One line for each process, mount, loop device or cgroup of this test.
left_behind() {
	for t_status in /proc/[0-9]*/status; do
		awk -v a="$UID_FIRST" -v b="$UID_LAST" -v c="$WORKER_FIRST" \
		    -v d="$WORKER_LAST" '
			/^Name:/ { name = $2 }
			/^Pid:/ { pid = $2 }
			# Ended, and only waiting for who started it.
			/^State:.Z/ { exit }
			/^Uid:/ && (($2 >= a && $2 <= b) ||
			    ($2 >= c && $2 <= d)) {
				print "process", pid, name, "uid", $2
			}' "$t_status" 2> /dev/null
	done
	cat /proc/[0-9]*/mountinfo 2> /dev/null | grep -F "$TMP/" |
		sort -u | sed 's/^/mount /'
	losetup -a 2> /dev/null | grep -F "$TMP/" | sed 's/^/loop /'
	find /sys/fs/cgroup -mindepth 1 -type d -path "*/$CGROUP*" \
	    2> /dev/null | sed 's/^/cgroup /'
	[ ! -d "$PREFIX/run/sessions" ] ||
		find "$PREFIX/run/sessions" -mindepth 1 -maxdepth 1 |
		sed 's/^/record /'
}

nothing_left() {
	[ -z "$(left_behind)" ]
}

api_as() {
	t_uid=$1
	t_method=$2
	t_path=$3
	t_priv=
	[ "$t_uid" = "$(id -u)" ] ||
		t_priv="setpriv --reuid=$t_uid --regid=$t_uid --clear-groups"
	shift 3
	: > "$TMP/api.headers"
	chmod 666 "$TMP/api.headers"
	if [ $# -gt 0 ]; then
		set -- -H 'Content-Type: application/json' --data-binary "$@"
	fi
	# shellcheck disable=SC2086	# $t_priv is words
	$t_priv curl -sS --max-time "${API_TIMEOUT:-60}" \
	    --unix-socket "$SOCKET" -X "$t_method" \
	    -D "$TMP/api.headers" "$@" "http://deskd$t_path"
}

api() {
	api_as "$(id -u)" "$@"
}

api_status() {
	awk '/^HTTP\// { s = $2 } END { print s }' "$TMP/api.headers"
}

api_header() {
	awk -v want="$1" 'BEGIN { want = tolower(want) ":" }
		tolower($1) == want {
			sub(/^[^:]*: */, ""); sub(/\r$/, ""); print
		}' "$TMP/api.headers"
}

ctl() {
	"$BIN/deskctl" -s "$SOCKET" "$@"
}

# Runs on every way out; a test that died early is not a pass.
clean_up() {
	t_rc=$?
	trap '' EXIT INT TERM HUP
	deskd_stop INT > /dev/null || t_rc=1
	if [ "$t_rc" -ne 0 ] && [ -s "$LOG" ] &&
	    [ -n "${DESKD_TEST_LOG:-}" ]; then
		cp "$LOG" "$DESKD_TEST_LOG"
	fi
	rm -rf "$TMP"
	exit "$t_rc"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

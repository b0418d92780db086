#!/bin/sh
# D-Bus on demand: no daemon until a program of the session connects, then
# one, and another when that one is killed; sessions have one each.
. "${0%/*}/lib.sh"
. ./lib_desktop.sh
# shellcheck source=regress/lib_image.sh
. ./lib_image.sh
need_root
need busybox curl jq dbus-daemon dbus-send

daemons() {	# SESSION
	inside "$1" 'pgrep -x dbus-daemon | wc -l'
}

# What the bus says of itself to a program that is no part of deskd.
ask() {	# SESSION METHOD [ARGUMENT]
	t_session=$1
	shift
	inside "$t_session" "timeout 20 dbus-send --session --print-reply=literal \
	    --dest=org.freedesktop.DBus / org.freedesktop.DBus.$*"
}

asks() {
	ask "$@" > "$TMP/asked" 2>&1
}

is_gone() {	# SESSION PID
	! inside "$1" "kill -0 $2"
}

another() {	# SESSION PID
	asks "$1" GetId &&
		[ "$(inside "$1" 'pgrep -x dbus-daemon')" != "$2" ]
}

make_image "$PREFIX/images/small"
deskd_conf <<- end
	image "host" host
	image "small" dir "small"
end
deskd_start_or_bail
ok "a session without a desktop" ctl create -w -X -n one
is "its programs are told of the bus" \
    "$(inside one 'echo $DBUS_SESSION_BUS_ADDRESS')" \
    "unix:path=/run/user/1000/bus"
ok "where a socket is" inside one 'test -S /run/user/1000/bus'
is "which is the user's" "$(inside one 'stat -c %u:%g /run/user/1000/bus')" \
    1000:1000
is "nobody has asked: there is no daemon" "$(daemons one)" 0

ok "a program asks the bus" asks one GetId
like "and is answered" "$(cat "$TMP/asked")" '[0-9a-f]{32}'
is "by one daemon" "$(daemons one)" 1
is "that is the user" "$(inside one 'ps -o user= -C dbus-daemon')" user
is "which knows who asks" "$(ask one GetConnectionUnixUser \
    string:org.freedesktop.DBus | xargs)" "uint32 1000"

# Many at once, and later ones: still one.
inside one 'for i in 1 2 3 4 5 6 7 8 9 10; do
	dbus-send --session --print-reply=literal \
	    --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetId &
	done; wait' | sort -u | grep -c . > "$TMP/ids"
is "ten at once meet the same" "$(cat "$TMP/ids")" 1
is "there is one daemon still" "$(daemons one)" 1

# Two programs talk over it.
launch one 'dbus-monitor --session "interface=org.example.Test" > heard 2>&1'
heard() {
	ctl exec one -- grep -q 'interface=org.example.Test' heard
}
says() {
	inside one 'dbus-send --session /x org.example.Test.Hello string:psst'
	heard
}
ok "one program hears another" wait_until 20 says

pid=$(inside one 'pgrep -x dbus-daemon')
inside one "kill -9 $pid"
ok "the daemon is killed" wait_until 20 is_gone one "$pid"
ok "another one answers" wait_until 30 another one "$pid"
is "one again" "$(daemons one)" 1

ok "a second session" ctl create -w -X -n two
is "it has no daemon of the first" "$(daemons two)" 0
ask one GetId > "$TMP/id.one"
ask two GetId > "$TMP/id.two"
nok "its bus is another" cmp -s "$TMP/id.one" "$TMP/id.two"
ok "the first goes on" asks one GetId

ok "an image without a daemon" ctl create -w -X -n three -i small
is "has no bus" "$(inside three 'echo "$DBUS_SESSION_BUS_ADDRESS"
    ls /run/user/1000')" ""

# All of them at once in a session that has just started again.
ok "the first stops" ctl stop one
ok "and starts" ctl start -w one
is "without a daemon" "$(daemons one)" 0
ok "with a bus" asks one GetId
done_testing

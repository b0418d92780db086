#!/bin/sh
# Another size of the screen while it runs: the X server, pictures, the
# window manager and windows have it; the session keeps it; what is too large
# or too small is refused.
. "${0%/*}/lib.sh"
. ./lib_desktop.sh
need_root
need base64 curl jq xrandr xwininfo Xvfb icewm

resize() {	# JSON: the answer
	api PATCH "/v1/sessions/$id/display" "$1"
}

problem() {
	jq -r '"\(.status) \(.code) \(.pointer)"'
}

# What a program sees, what a picture has, and what the API says.
root_size() {
	inside one "xwininfo -root" | awk '/Width:/ { w = $2 }
	    /Height:/ { print w "x" $2 }'
}
picture_size() {
	ctl shot -o "$TMP/shot.png" one
	size "$TMP/shot.png"
}
told_size() {
	api GET "/v1/sessions/$id/display" | jq -r '"\(.width)x\(.height)"'
}
has_size() {	# WxH
	is "$1: the X server" "$(root_size)" "$1"
	is "$1: its only output" "$(inside one xrandr |
	    sed -n 's/^screen connected \([0-9x]*\)+0+0 .*/\1/p')" "$1"
	is "$1: a picture" "$(picture_size)" "$1"
	is "$1: the API" "$(told_size)" "$1"
	is "$1: the session" "$(ctl -j show one |
	    jq -r '.desktop | "\(.width)x\(.height)"')" "$1"
}

work_area() {	# WIDTH: the window manager's is so wide
	inside one 'xprop -root _NET_WORKAREA' | grep -q "= 0, 0, $1,"
}
window_size() {
	inside one "xwininfo -name big" | awk '/Width:/ { w = $2 }
	    /Height:/ { print w "x" $2 }'
}
window_wide() {
	[ "$(window_size | cut -dx -f1)" = "$1" ]
}
window_there() {
	inside one 'xwininfo -name big' > /dev/null
}

deskd_start_or_bail
ok "a session that can grow" ctl create -w -n one -g 800x600 -m 1600x1200 \
    -d 120
id=$(ctl -j show one | jq -r .id)
is "its display" "$(api GET "/v1/sessions/$id/display" | jq -cS .)" \
    '{"dpi":120,"height":600,"max_height":1200,"max_width":1600,"width":800}'
has_size 800x600
ok "its work area is as wide" wait_until 20 work_area 800

# A window that takes all there is.
bring one "$BIN/recorder" recorder
launch one 'exec ./recorder -g 300x200+50+50 -c 00ff00 -n big > events'
ok "a window" wait_until 20 window_there
ok "has the keyboard" wait_until 20 ctl exec one -- grep -q focus_in events
ctl key one alt+F10
ok "as wide as the screen" wait_until 20 window_wide 800

is "larger" "$(resize '{"width": 1280, "height": 1024}' | jq -cS .)" \
    '{"dpi":120,"height":1024,"max_height":1200,"max_width":1600,"width":1280}'
is "is done" "$(api_status)" 200
has_size 1280x1024
ok "the work area follows" wait_until 20 work_area 1280
ok "the window does" wait_until 20 window_wide 1280
lower_is_green() {
	ctl shot -o "$TMP/shot.png" one
	[ "$(pixels "$TMP/shot.png" 1200,900)" = 00ff00 ]
}
ok "and is drawn there" wait_until 20 lower_is_green
is "the screen is so large on paper" "$(inside one xdpyinfo |
    sed -n 's/.*dimensions:.*(\(.*\) millimeters).*/\1/p')" 270x216
ok "clicks arrive there" act "$id" \
    '{"type": "left_click", "x": 1270, "y": 900}'

ok "smaller, by deskctl" ctl resize one 640x480
has_size 640x480
ok "the window has become smaller" wait_until 20 window_wide 640
is "a click outside is refused" "$(act "$id" \
    '{"type": "left_click", "x": 700, "y": 10}' | jq -r .code)" invalid_field
is "the width alone" "$(resize '{"width": 1000}' | jq -r .width)" 1000
has_size 1000x480
is "the height alone" "$(resize '{"height": 700}' | jq -r .height)" 700
has_size 1000x700
is "the same once more" "$(resize '{"width": 1000, "height": 700}' |
    jq -r .height)" 700
is "the largest" "$(resize '{"width": 1600, "height": 1200}' |
    jq -r .width)" 1600
has_size 1600x1200
is "the smallest" "$(resize '{"width": 64, "height": 64}' | jq -r .width)" 64
has_size 64x64
ok "back" ctl resize one 1100x900

# Refusals, each with its pointer.
is "one too wide" "$(resize '{"width": 1601}' | problem)" \
    "422 invalid_field /width"
is "one too high" "$(resize '{"height": 1201}' | problem)" \
    "422 invalid_field /height"
is "one too narrow" "$(resize '{"width": 63}' | problem)" \
    "422 invalid_field /width"
is "one too low" "$(resize '{"height": 63}' | problem)" \
    "422 invalid_field /height"
is "nothing" "$(resize '{}' | problem)" "422 missing_field /width"
is "something else" "$(resize '{"width": 800, "depth": 8}' | problem)" \
    "422 unknown_field /depth"
is "no number" "$(resize '{"width": "wide"}' | problem)" \
    "422 invalid_field /width"
ctl resize one wide > /dev/null 2>&1
is "deskctl reads sizes" "$?" 2
nok "and says what is refused" ctl resize one 5000x5000
has_size 1100x900

# Many at once: one after the other, and one of them is last.
jobs=
for w in 700 710 720 730 740 750 760 770; do
	curl -sS --max-time 60 --unix-socket "$SOCKET" -X PATCH \
	    -H 'Content-Type: application/json' -o /dev/null \
	    -w '%{http_code}\n' -d "{\"width\": $w, \"height\": $((w - 100))}" \
	    "http://deskd/v1/sessions/$id/display" > "$TMP/many.$w" &
	jobs="$jobs $!"
done
# shellcheck disable=SC2086	# words
wait $jobs
is "eight at once" "$(cat "$TMP"/many.* | sort | uniq -c | xargs)" "8 200"
last=$(told_size)
like "one of them is last" "$last" '^7[0-7]0x6[0-7]0$'
has_size "$last"
is "modes do not pile up" "$(inside one xrandr | grep -c deskd-)" 1

# What is told, and what stays.
api GET "/v1/events?session=$id&limit=500" > "$TMP/events"
is "the session's event" "$(jq -c '[.data[] |
    select(.kind == "session.updated")][0].data' "$TMP/events")" \
    '{"desktop":{"width":1280,"height":1024}}'
is "the action's" "$(jq -c '[.data[] | select(.data.type == "resize")][0].data |
    [.width, .height, .ok]' "$TMP/events")" '[1280,1024,true]'

pid_of() {
	left_behind | awk -v name="$1" '$3 == name { print $2 }' | head -n 1
}
another_worker() {
	[ "$(api GET "/v1/events?kind=worker.restarted&session=$id" |
	    jq '.data | length')" -gt 0 ] &&
		ctl shot -o "$TMP/shot.png" one
}
ok "a size" ctl resize one 900x500
kill -s KILL "$(pid_of deskd-worker)"
ok "another worker" wait_until 30 another_worker
has_size 900x500
ok "can change it, too" ctl resize one 910x510
has_size 910x510

ok "the session stops" ctl stop one
is "and has its size" "$(told_size)" 910x510
is "which can be changed" "$(resize '{"width": 1234, "height": 567}' |
    jq -r .width)" 1234
is "within its limits" "$(resize '{"width": 1601}' | problem)" \
    "422 invalid_field /width"
ok "it starts" ctl start -w one
has_size 1234x567

ok "a session without a desktop" ctl create -w -X -n none
id=$(ctl -j show none | jq -r .id)
is "has no display" "$(api GET "/v1/sessions/$id/display" | problem)" \
    "409 no_desktop null"
is "to change" "$(resize '{"width": 800}' | problem)" "409 no_desktop null"
done_testing

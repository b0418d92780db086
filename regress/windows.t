#!/bin/sh
# Windows: what there is, and what is done to them.  The proof is never the
# answer alone: xwininfo and xprop in the session say it, the window records
# what happened to it, or the pixels tell.
. "${0%/*}/lib.sh"
. ./lib_desktop.sh
need_root
need base64 curl jq Xvfb icewm xterm xwininfo xprop

list() {
	api GET "$windows"
}

# One line for each window that jq's condition holds for.
titles() {
	list | jq -r ".data[] | select(${1:-true}) | .title" | sort | xargs
}

id_of() {	# title
	list | jq -r ".data[] | select(.title == \"$1\") | .id"
}

has_titles() {
	[ "$(titles "$2")" = "$1" ]
}

of() {	# window, jq expression
	api GET "$windows/$1" | jq -c "$2"
}

# What xwininfo says of a window: x y width height map-state.
info() {
	inside one "xwininfo -id 0x${1#win_}" | awk '
		/Absolute upper-left X/ { x = $NF }
		/Absolute upper-left Y/ { y = $NF }
		/^  Width:/ { w = $2 }
		/^  Height:/ { h = $2 }
		/Map State/ { m = $3 }
		END { print x, y, w, h, m }'
}

prop() {	# window property
	inside one "xprop -id 0x${1#win_} $2" | sed 's/.*[=:] *//'
}

state_of() {
	inside one "xprop -id 0x${1#win_} _NET_WM_STATE" |
		grep -o '_NET_WM_STATE_[A-Z_]*' | sort | xargs
}

do_to() {	# window JSON
	api POST "$windows/$1" "$2" > "$TMP/answer"
	api_status
}

did() {	# jq expression on the answer
	jq -c "$1" "$TMP/answer"
}

maps() {	# window state
	[ "$(info "$1" | cut -d' ' -f5)" = "$2" ]
}

has_line() {	# file line
	inside one "grep -qx '$2' $1"
}

refused() {	# name status code pointer; the answer is in $TMP/answer
	is "$1" "$(api_status) $(did '[.code, .pointer, .request_id != null]')" \
	    "$2 [\"$3\",$4,true]"
}

deskd_start_or_bail
ok "a session with a desktop" ctl create -w -n one -g 800x600
id=$(ctl -j show one | jq -r .id)
windows=/v1/sessions/$id/windows
ok "the client is in it" bring one "$BIN/wclient" wclient
is "no windows at first" "$(list)" \
    '{"data":[],"next_cursor":null,"has_more":false}'

launch one "exec xterm -geometry 40x10+50+60 -T terminal -e cat"
wait_until 30 has_titles terminal
launch one "sleep 600 | exec ./wclient -n plain -c Plain -p 4711 \
    -g 300x200+300+200 > plain.log"
ok "two windows come" wait_until 30 has_titles "plain terminal"
plain=$(id_of plain)
term=$(id_of terminal)
ok "the new one is on top, and active" wait_until 30 sh -c "curl -s \
    --unix-socket $SOCKET http://d$windows | jq -e '.data[0] |
    .title == \"plain\" and (.state | index(\"focused\")) != null'"
is "a window has an id of its own" "$(printf '%s\n' "$plain" "$term" |
    grep -cE '^win_[1-9a-f][0-9a-f]*$') $([ "$plain" = "$term" ]; echo $?)" \
    "2 1"
is "what a window says of itself" "$(of "$plain" \
    '[.title,.class,.instance,.pid,.type,.transient_for,.startup_id]')" \
    '["plain","Plain","plain",4711,"normal",null,null]'
is "a terminal's class" "$(of "$term" '[.class,.instance]')" \
    '["XTerm","xterm"]'
is "its pid is the session's" "$(of "$term" .pid)" \
    "$(inside one 'pgrep -x xterm')"
is "places are as xwininfo has them" \
    "$(of "$plain" '"\(.x) \(.y) \(.width) \(.height)"')" \
    "\"$(info "$plain" | cut -d' ' -f1-4)\""
is "and the frame as xprop has it" "$(of "$plain" \
    '.frame | "\(.left), \(.right), \(.top), \(.bottom)"')" \
    "\"$(prop "$plain" _NET_FRAME_EXTENTS)\""
is "one window alone is as in the list" "$(of "$plain" .)" \
    "$(list | jq -c ".data[] | select(.id == \"$plain\")")"
is "the active one is said to be" "$(titles '.state | index("focused")')" \
    "$(inside one "xprop -root _NET_ACTIVE_WINDOW" | grep -q \
    "0x${plain#win_}" && echo plain)"

# Focus.
is "focus" "$(do_to "$term" '{"action":"focus"}')" 200
is "the answer has the window" "$(did '[.id, (.state | index("focused") !=
    null)]')" "[\"$term\",true]"
like "it is active" "$(inside one "xprop -root _NET_ACTIVE_WINDOW")" \
    "0x${term#win_}\$"
ok "and the other heard of it" wait_until 10 has_line plain.log focus_out
is "focus again is so already" "$(do_to "$term" '{"action":"focus"}')" 200
act "$id" "{\"type\":\"window_focus\",\"window\":\"$plain\"}" > "$TMP/answer"
is "the action does the same" "$(api_status) $(did \
    '.results[0] | [.type,.ok,.window.id]')" \
    "200 [\"window_focus\",true,\"$plain\"]"
act "$id" '{"type":"type","text":"x"}' > /dev/null
like "it is active then" "$(inside one "xprop -root _NET_ACTIVE_WINDOW")" \
    "0x${plain#win_}\$"

# Place and size.
is "move" "$(do_to "$plain" '{"action":"move","x":100,"y":150}')" 200
is "it is there" "$(info "$plain" | cut -d' ' -f1,2)" "100 150"
is "and the answer says so" "$(did '[.x,.y,.width,.height]')" \
    '[100,150,300,200]'
ok "the window was told" wait_until 10 has_line plain.log "at 100,150"
is "resize" "$(do_to "$plain" '{"action":"resize","width":250,"height":120}')" \
    200
is "it has that size, in its place" "$(info "$plain" | cut -d' ' -f1-4)" \
    "100 150 250 120"
ok "the window was told, too" wait_until 10 has_line plain.log "size 250x120"
is "resize of one that has steps" \
    "$(do_to "$term" '{"action":"resize","width":300,"height":200}')" 200
is "is done in steps" "$(info "$term" | cut -d' ' -f3,4)" \
    "$(did '"\(.width) \(.height)"' | tr -d '"')"
ok "as near as they allow" test "$(did '300 - .width < 10 and .width <= 300')" \
    = true
is "where the manager has its own mind" \
    "$(do_to "$plain" '{"action":"move","x":-900,"y":-900}')" 409
refused "that is a conflict" 409 conflict null
is "and the window is where that says" "$(did .detail |
    sed 's/.* at \(.*\)"/\1/')" "$(info "$plain" | cut -d' ' -f1,2 | tr ' ' ,)"
do_to "$plain" '{"action":"move","x":200,"y":150}' > /dev/null

# Its states.
is "maximize" "$(do_to "$plain" '{"action":"maximize"}')" 200
like "it is" "$(state_of "$plain")" MAXIMIZED_HORZ.*MAXIMIZED_VERT
is "and fills the screen" "$(info "$plain" | awk '{ print ($3 > 780) }')" 1
is "its state says so" "$(of "$plain" '.state | index("maximized") != null')" \
    true
is "one that is maximized stays" \
    "$(do_to "$plain" '{"action":"move","x":1,"y":1}')" 409
refused "which is a conflict" 409 conflict null
is "restore" "$(do_to "$plain" '{"action":"restore"}')" 200
is "it is back" "$(info "$plain" | cut -d' ' -f1-4)" "200 150 250 120"
is "minimize" "$(do_to "$plain" '{"action":"minimize"}')" 200
ok "it is not to be seen" wait_until 20 maps "$plain" IsUnMapped
ok "the window was told of that" wait_until 10 has_line plain.log unmapped
is "its state is minimized" \
    "$(of "$plain" '.state | index("minimized") != null')" true
is "restore of a minimized one" "$(do_to "$plain" '{"action":"restore"}')" 200
ok "shows it again" wait_until 20 maps "$plain" IsViewable
is "where it was" "$(info "$plain")" "200 150 250 120 IsViewable"
do_to "$plain" '{"action":"minimize"}' > /dev/null
is "focus, too" "$(do_to "$plain" '{"action":"focus"}')" 200
ok "shows it" wait_until 20 maps "$plain" IsViewable
is_white() {
	api GET "/v1/sessions/$id/screenshot" > "$TMP/shot.png"
	[ "$(pixels "$TMP/shot.png" 210,160 440,260)" = "ffffff ffffff" ]
}
ok "its pixels are there" wait_until 20 is_white

# Its picture: what the screen has where it is, frame and all.
shot=$windows/$plain/screenshot
api GET "$shot" > "$TMP/window.png"
of "$plain" . > "$TMP/answer"
is "a picture of a window" "$(size "$TMP/window.png")" "$(did \
    '"\(.width + .frame.left + .frame.right)x\(.height + .frame.top +
    .frame.bottom)"' | tr -d '"')"
left=$(did .frame.left) top=$(did .frame.top)
is "has what is in it" "$(pixels "$TMP/window.png" "$left,$top" \
    "$((left + 249)),$((top + 119))")" "ffffff ffffff"
nok "and its frame" test "$(pixels "$TMP/window.png" "$left,$((top - 5))")" = \
    ffffff
is "in another size" "$(api GET "$shot?scale=50x40" > "$TMP/window.png"
    size "$TMP/window.png")" 50x40
is_same() {
	api GET "$shot?scale=50x40" > "$TMP/window.png"
	[ "$(curl -s --unix-socket "$SOCKET" -o "$TMP/window.png" \
	    -H "If-None-Match: $(api_header ETag)" -w '%{http_code}' \
	    "http://d$shot?scale=50x40")" = 304 ]
}
ok "that has not changed is not sent again" wait_until 20 is_same
api GET "$shot?region=1,1,1,1" > "$TMP/answer"
refused "a region is its own" 400 invalid_parameter null
api GET "$windows/win_1/screenshot" > "$TMP/answer"
refused "no picture of no window" 404 not_found null
do_to "$term" '{"action":"minimize"}' > /dev/null
api GET "$windows/$term/screenshot" > "$TMP/answer"
refused "nor of one that is not to be seen" 409 conflict null
do_to "$term" '{"action":"restore"}' > /dev/null

# Others.
launch one "sleep 600 | exec ./wclient -n box -d _NET_WM_WINDOW_TYPE_DIALOG \
    -t ${plain#win_} > box.log"
wait_until 30 has_titles "box plain terminal"
is "a dialog knows whose it is" \
    "$(of "$(id_of box)" '[.type, .transient_for]')" \
    "[\"dialog\",\"$plain\"]"

# Closing.
is "close" "$(api DELETE "$windows/$(id_of box)")$(api_status)" 204
is "the window was asked" "$(inside one "grep delete box.log")" delete
is "and is gone" "$(titles)" "plain terminal"
launch one "sleep 600 | exec ./wclient -k -n stays > stays.log"
wait_until 30 has_titles "plain stays terminal"
is "one that will not" "$(do_to "$(id_of stays)" '{"action":"close"}')" 504
refused "says so after a time" 504 timeout null
is "it was asked" "$(inside one "grep delete stays.log")" "delete, stays"
is "and is there" "$(titles)" "plain stays terminal"
inside one 'pkill -f "n stays"'
ok "till it is killed" wait_until 20 has_titles "plain terminal"

# Waiting.
waits() {	# JSON
	api POST "/v1/sessions/$id/actions" "{\"type\":\"window_wait\",$1}" \
	    > "$TMP/answer"
	echo "$(api_status) $(did '.results[0].window.title // .code')"
}
is "a window that is there already" "$(waits '"title":"lai"')" '200 "plain"'
is "by class" "$(waits '"class":"xterm"')" '200 "terminal"'
is "by pid" "$(waits '"pid":4711')" '200 "plain"'
is "by all of it" "$(waits '"pid":4711,"class":"XTerm",
    "timeout_seconds":0.2')" '504 "timeout"'
is "by any of it" "$(waits '"pid":4711,"class":"Nothing","match":"any"')" \
    '200 "plain"'
is "but not these" "$(waits "\"timeout_seconds\":0.2,
    \"not_in\":[\"$plain\",\"$term\"]")" '504 "timeout"'
launch one "sleep 1; sleep 600 | exec ./wclient -n later -s id-1"
is "one that comes" "$(waits '"startup_id":"id-1","timeout_seconds":60')" \
    '200 "later"'
curl -s --unix-socket "$SOCKET" -H 'Content-Type: application/json' \
    -d '{"type":"window_wait","title":"changed","timeout_seconds":100}' \
    "http://d/v1/sessions/$id/actions" > "$TMP/waited" &
waiter=$!
launch one "(sleep 1; echo title it has changed; sleep 600) |
    exec ./wclient -n steady"
is "others act meanwhile" "$(act "$id" '{"type":"mouse_move","x":5,"y":5}' |
    jq .results[0].ok)" true
wait "$waiter"
is "one whose title changes" "$(jq -r '.results[0].window.title' \
    "$TMP/waited")" "it has changed"
launch one "sleep 600 | exec ./wclient -n splash \
    -d _NET_WM_WINDOW_TYPE_SPLASH"
is "what passes does not count" \
    "$(waits '"title":"splash","timeout_seconds":1.5')" '504 "timeout"'
inside one 'pkill wclient'
ok "all of them go" wait_until 20 has_titles terminal

# Refused.
refuse() {	# name JSON status code pointer [window]
	do_to "${6:-$term}" "$2" > /dev/null
	refused "$1" "$3" "$4" "$5"
}
refuse "a window that is gone" '{"action":"focus"}' 404 not_found null \
    "$plain"
refuse "what is no window" '{"action":"focus"}' 404 not_found null win_zz
refuse "no window at all" '{"action":"focus"}' 404 not_found null win_1
refuse "no action" '{}' 422 missing_field '"/action"'
refuse "an unknown one" '{"action":"fly"}' 422 invalid_field '"/action"'
refuse "half a place" '{"action":"move","x":1}' 422 missing_field '"/y"'
refuse "a place too far" '{"action":"move","x":1,"y":16384}' \
    422 invalid_field '"/y"'
refuse "no width" '{"action":"resize","width":0,"height":1}' \
    422 invalid_field '"/width"'
refuse "what does not belong there" '{"action":"focus","x":1}' \
    422 unknown_field '"/x"'
refuse "another window in the body" '{"action":"focus","window":"win_1"}' \
    422 unknown_field '"/window"'
api GET "$windows/$plain" > "$TMP/answer"
refused "no look at what is gone" 404 not_found null
api DELETE "$windows/$plain" > "$TMP/answer"
refused "nor can it be closed" 404 not_found null
api GET "$windows?limit=1" > "$TMP/answer"
refused "no query" 400 invalid_parameter null
act "$id" "{\"type\":\"window_close\",\"window\":\"$plain\"}" > "$TMP/answer"
refused "the action says the same" 404 not_found null
act "$id" '{"type":"window_move","window":"x","x":1,"y":1}' > "$TMP/answer"
refused "and names its field" 422 invalid_field '"/window"'

# Hostile ones.
launch one "sleep 600 | exec ./wclient -c Rubbish -x 100000"
ok "a title of 100 KB of rubbish" wait_until 30 sh -c \
    "curl -s --unix-socket $SOCKET http://d$windows |
    jq -e '.data[] | select(.class == \"Rubbish\")'"
list > "$TMP/answer"
is "is cut" "$(did '.data[] | select(.class == "Rubbish") | .title |
    utf8bytelength <= 1024 and length > 300')" true
is "and clean" "$(did '.data[] | select(.class == "Rubbish") | .title |
    test("[\u0000-\u001f\u007f-\u009f]")')" false
ok "the answer is UTF-8" iconv -f UTF-8 -t UTF-8 "$TMP/answer"
inside one 'pkill wclient'
launch one "sleep 600 | exec ./wclient -m 300 -n many -g 20x20+5+5"
count() {
	list | jq "[.data[].title] | length"
}
is_many() {
	[ "$(count)" = 256 ]
}
ok "300 windows are 256" wait_until 120 is_many
ok "and it is said that there are more" wait_until 60 sh -c \
    "curl -s --unix-socket $SOCKET http://d$windows | jq -e .has_more"
# Lists while they vanish.
launch one 'sleep 0.3; pkill wclient'
gone() {
	list > "$TMP/answer"
	api_status >> "$TMP/statuses"
	[ "$(did '.data | length')" = 1 ]
}
ok "windows vanish" wait_until 60 gone
is "which is no error" "$(sort -u "$TMP/statuses")" 200
is "and only the others are left" "$(titles)" terminal

# A window manager that dies is started again, and knows its windows.
inside one 'pkill -KILL -x icewm'
ok "windows are back with their manager" wait_until 60 has_titles terminal
# One that always dies is left alone.
dies_too_often() {
	inside one 'pkill -KILL -x icewm'
	grep -q 'the window manager dies too often' "$LOG"
}
ok "till there is none" wait_until 60 dies_too_often
list > "$TMP/answer"
refused "then there is no list" 503 unavailable null
do_to "$term" '{"action":"focus"}' > /dev/null
refused "and nothing to be done to a window" 503 unavailable null
is "nor does one come" "$(waits '"title":"terminal","timeout_seconds":0.3')" \
    '504 "timeout"'
launch one 'exec icewm'
ok "with a new one there is" wait_until 60 has_titles terminal
ok "and can be moved" wait_until 30 sh -c "curl -sf --unix-socket $SOCKET \
    -H 'Content-Type: application/json' -d '{\"action\":\"move\",\"x\":90,
    \"y\":95}' http://d$windows/$term"
is "are moved" "$(info "$term" | cut -d' ' -f1,2)" "90 95"

# By hand.
like "deskctl windows" "$(ctl windows one)" "^$term +terminal +XTerm "
ok "deskctl window move" ctl window move one "$term" 60 70
is "moves" "$(info "$term" | cut -d' ' -f1,2)" "60 70"
ok "deskctl window max" ctl window max one "$term"
like "maximizes" "$(state_of "$term")" MAXIMIZED_HORZ.*MAXIMIZED_VERT
ok "deskctl window restore" ctl window restore one "$term"
is "restores" "$(info "$term" | cut -d' ' -f1,2)" "60 70"
ok "deskctl window resize" ctl window resize one "$term" 310 205
ok "deskctl window min" ctl window min one "$term"
ok "minimizes" wait_until 20 maps "$term" IsUnMapped
ok "deskctl window focus" ctl window focus one "$term"
ok "shows it" wait_until 20 maps "$term" IsViewable
nok "deskctl window of none" ctl window focus one win_1
ok "deskctl window close" ctl window close one "$term"
is "closes it" "$(count)" 0

is "the journal has them" "$(api GET \
    "/v1/events?session=$id&kind=action&limit=500" |
    jq -r '.data[].data.type' | grep window | sort -u | xargs)" \
    "window_close window_focus window_maximize window_minimize window_move \
window_resize window_restore window_wait"

# Not here.
ok "a session without a desktop" ctl create -w -X -n bare
windows=/v1/sessions/$(ctl -j show bare | jq -r .id)/windows
list > "$TMP/answer"
refused "has no windows" 409 no_desktop null
do_to win_1 '{"action":"focus"}' > /dev/null
refused "nor anything to do with one" 409 no_desktop null
ctl stop bare
list > "$TMP/answer"
refused "one that is stopped has none" 409 wrong_state null
windows=/v1/sessions/ses_00000000000000000000000000/windows
list > "$TMP/answer"
refused "one that is not there" 404 not_found null
done_testing

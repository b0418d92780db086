#!/bin/sh
# Every action does what it says.  The proof is never the answer alone: a
# window in the session records what it got, or the pixels tell.
. "${0%/*}/lib.sh"
. ./lib_desktop.sh
need_root
need base64 curl jq Xvfb icewm xterm

BLUE=3366cc
RED=cc0000
WINDOW=300x200+100+100

# What the window got since the last look, without times; motion only where
# it is asked for.
look() {
	seen=$(inside one 'wc -l < rec.log')
}

events() {
	inside one "tail -n +$((seen + 1)) rec.log" |
		sed 's/ time [0-9]*$//; s/ code [0-9]*//' |
		grep -E "${1:-^(button|key)_}"
}

has_events() {
	[ "$(events "$1")" = "$2" ]
}

# name, filter, what must have come, nothing more and in this order
got() {
	wait_until 10 has_events "$2" "$3" || :
	is "$1" "$(events "$2")" "$3"
}

# do it by the API, and what must have come
does() {
	look
	act "$id" "$2" > "$TMP/answer"
	[ "$(api_status)" = 200 ] || note "$(cat "$TMP/answer")"
	got "$1" "${4:-^(button|key)_}" "$3"
}

# Milliseconds, by the X server's clock, between the first and the last of
# the lines since the last look that match.
apart() {
	inside one "tail -n +$((seen + 1)) rec.log" | grep -E "$1" |
		sed 's/.* time //' | sed -n '1p;$p' | xargs |
		awk '{ print $2 - $1 }'
}

clicked() {	# button x y state-before state-while count
	t_n=0
	while [ $((t_n += 1)) -le "$6" ]; do
		echo "button_press $1 at $2,$3 state $4"
		echo "button_release $1 at $2,$3 state $5"
	done
}

deskd_start_or_bail
ok "a session with a desktop" ctl create -w -n one -g 640x480
id=$(ctl -j show one | jq -r .id)
ok "the recorder is in it" bring one "$BIN/recorder" rec
launch one "exec ./rec -o -t -c $BLUE -g $WINDOW > rec.log"
ok "and has a window" wait_until 20 \
    "$BIN/deskctl" -s "$SOCKET" exec one grep -q focus_in rec.log

# The mouse.
does "mouse_move" '{"type":"mouse_move","x":150,"y":160}' \
    "motion 150,160 state 0x0" "^motion"
answer=$(act "$id" '{"type":"cursor_position"}')
is "cursor_position says where" "$(echo "$answer" |
    jq -c '.results[0] | [.type, .ok, .x, .y]')" \
    '["cursor_position",true,150,160]'
does "left_click" '{"type":"left_click","x":151,"y":161}' \
    "$(clicked 1 151 161 0x0 0x100 1)"
does "left_click where the pointer is" '{"type":"left_click"}' \
    "$(clicked 1 151 161 0x0 0x100 1)"
does "middle_click" '{"type":"middle_click","x":152,"y":162}' \
    "$(clicked 2 152 162 0x0 0x200 1)"
does "right_click" '{"type":"right_click","x":153,"y":163}' \
    "$(clicked 3 153 163 0x0 0x400 1)"
does "back_click" '{"type":"back_click","x":154,"y":164}' \
    "$(clicked 8 154 164 0x0 0x0 1)"
does "forward_click" '{"type":"forward_click","x":155,"y":165}' \
    "$(clicked 9 155 165 0x0 0x0 1)"
does "double_click" '{"type":"double_click","x":156,"y":166}' \
    "$(clicked 1 156 166 0x0 0x100 2)"
ms=$(apart button_press)
ok "fast enough to be one ($ms ms)" test "$ms" -lt 200
does "triple_click" '{"type":"triple_click","x":157,"y":167}' \
    "$(clicked 1 157 167 0x0 0x100 3)"
ms=$(apart button_press)
ok "fast enough as well ($ms ms)" test "$ms" -lt 200
does "modifiers are held during a click" \
    '{"type":"left_click","x":158,"y":168,"modifiers":["ctrl","shift"]}' \
    "key_press keysym 0xffe3 state 0x0
key_press keysym 0xffe1 state 0x4
$(clicked 1 158 168 0x5 0x105 1)
key_release keysym 0xffe1 state 0x5
key_release keysym 0xffe3 state 0x4"
does "in the other spelling" \
    '{"type":"right_click","modifiers":"ctrl"}' \
    "$(clicked 3 158 168 0x4 0x404 1)" "^button_"
does "mouse_down" '{"type":"mouse_down","x":160,"y":170}' \
    "button_press 1 at 160,170 state 0x0"
does "mouse_move with a button down" '{"type":"mouse_move","x":170,"y":180}' \
    "motion 170,180 state 0x100" "^motion"
does "mouse_up" '{"type":"mouse_up"}' \
    "button_release 1 at 170,180 state 0x100"
does "mouse_down of another button" \
    '{"actions":[{"type":"mouse_down","button":"right"},
      {"type":"mouse_up","button":"right","x":171,"y":181}]}' \
    "button_press 3 at 170,180 state 0x0
button_release 3 at 171,181 state 0x400"

does "drag presses at its start and lets go at its end" \
    '{"type":"drag","path":[[150,150],[250,150],[250,250]],
      "modifiers":["ctrl"],"duration_ms":150}' \
    "button_press 1 at 150,150 state 0x4
button_release 1 at 250,250 state 0x104" "^button_"
events '^motion .* state 0x104' > "$TMP/motion"
ok "moves in steps between" test "$(wc -l < "$TMP/motion")" -ge 8
ok "through its corner" grep -q 'motion 250,150 ' "$TMP/motion"
ok "in straight lines" awk -F'[ ,]' \
    '$3 != 150 && $2 != 250 { bad = 1 } END { exit bad }' "$TMP/motion"
ms=$(apart ' at ')
ok "in the time asked for ($ms ms)" test "$ms" -ge 150
does "drag from where the pointer is" '{"type":"drag","x":200,"y":210}' \
    "button_press 1 at 250,250 state 0x0
button_release 1 at 200,210 state 0x100"
does "drag by start and end, another button" \
    '{"type":"drag","start_x":120,"start_y":120,"x":180,"y":190,
      "button":"middle"}' \
    "button_press 2 at 120,120 state 0x0
button_release 2 at 180,190 state 0x200"

for to in up:4:0x800 down:5:0x1000 left:6:0x0 right:7:0x0; do
	button=${to#*:}
	does "scroll ${to%%:*}" "{\"type\":\"scroll\",\"direction\":\"${to%%:*}\",
	    \"amount\":3,\"x\":190,\"y\":200}" \
	    "$(clicked "${button%:*}" 190 200 0x0 "${to##*:}" 3)"
done
does "scroll with a modifier" '{"type":"scroll","direction":"down",
    "amount":1,"modifiers":"ctrl"}' \
    "$(clicked 5 190 200 0x4 0x1004 1)" "^button_"

# The keyboard.
does "key" '{"type":"key","keys":"a"}' \
    "key_press keysym 0x61 state 0x0
key_release keysym 0x61 state 0x0"
does "a key that wants shift" '{"type":"key","keys":"A"}' \
    "key_press keysym 0xffe1 state 0x0
key_press keysym 0x41 state 0x1
key_release keysym 0x41 state 0x1
key_release keysym 0xffe1 state 0x1"
does "a combination" '{"type":"key","keys":"ctrl+shift+t"}' \
    "key_press keysym 0xffe3 state 0x0
key_press keysym 0xffe1 state 0x4
key_press keysym 0x54 state 0x5
key_release keysym 0x54 state 0x5
key_release keysym 0xffe1 state 0x5
key_release keysym 0xffe3 state 0x4"
does "keys after each other, repeated" \
    '{"type":"key","keys":"Left F5","repeat":2}' \
    "$(for sym in 0xff51 0xffc2 0xff51 0xffc2; do
	echo "key_press keysym $sym state 0x0"
	echo "key_release keysym $sym state 0x0"
    done)"
does "key_down" '{"type":"key_down","key":"alt"}' \
    "key_press keysym 0xffe9 state 0x0"
does "which stays down for the next action" '{"type":"key","keys":"x"}' \
    "key_press keysym 0x78 state 0x8
key_release keysym 0x78 state 0x8"
does "key_up" '{"type":"key_up","key":"alt"}' \
    "key_release keysym 0xffe9 state 0x8"
does "hold_key" '{"type":"hold_key","keys":"ctrl+k","duration_ms":300}' \
    "key_press keysym 0xffe3 state 0x0
key_press keysym 0x6b state 0x4
key_release keysym 0x6b state 0x4
key_release keysym 0xffe3 state 0x4"
ms=$(apart 'keysym 0x6b')
ok "for as long as asked ($ms ms)" test "$ms" -ge 300
does "type" '{"type":"type","text":"aB\t\n"}' \
    "key_press keysym 0x61 state 0x0
key_press keysym 0x42 state 0x1
key_press keysym 0xff09 state 0x0
key_press keysym 0xff0d state 0x0" '^key_press.*keysym 0x(61|42|ff09|ff0d) '
act "$id" '{"type":"wait","duration_ms":250}' > "$TMP/answer"
ok "wait" jq -e '.results[0] | .ok and .duration_ms >= 250' "$TMP/answer"

# The same by hand.
by_hand() {
	look
	t_name=$1 t_want=$2
	shift 2
	ctl "$@" > "$TMP/answer" 2>&1 || note "$(cat "$TMP/answer")"
	got "deskctl $t_name" '^(button|key)_' "$t_want"
}

by_hand "click" "$(clicked 1 200 200 0x0 0x100 1)" click one 200 200
by_hand "click -n 2" "$(clicked 1 200 200 0x0 0x100 2)" click one -n 2
by_hand "click -b right" "$(clicked 3 201 201 0x0 0x400 1)" \
    click -b right one 201 201
by_hand "scroll" "$(clicked 5 200 202 0x0 0x1000 2)" scroll one down 2 200 202
by_hand "drag" "button_press 1 at 150,150 state 0x0
button_release 1 at 200,200 state 0x100" drag one 150 150 200 200
by_hand "key" "key_press keysym 0xff1b state 0x0
key_release keysym 0xff1b state 0x0" key one Escape
by_hand "type" "key_press keysym 0x7a state 0x0
key_release keysym 0x7a state 0x0" type one z

# Pictures.
shot="/v1/sessions/$id/screenshot"
api GET "$shot" > "$TMP/whole.png"
is "screenshot, whole" "$(size "$TMP/whole.png")" 640x480
is "its headers say so" \
    "$(api_header X-Deskd-Width)x$(api_header X-Deskd-Height)" 640x480
is "its pixels are the window's" "$(pixels "$TMP/whole.png" 100,100 399,299 \
    250,120)" "$BLUE $BLUE $BLUE"
is "and the desktop's beside it" "$(pixels "$TMP/whole.png" 99,150 400,150 |
    grep -c "$BLUE")" 0
api GET "$shot?region=90,90,20,20" > "$TMP/part.png"
is "screenshot of a region" "$(size "$TMP/part.png")" 20x20
is "is that part" "$(pixels "$TMP/part.png" 10,10 9,9)" \
    "$BLUE $(pixels "$TMP/whole.png" 99,99)"
api GET "$shot?scale=320x240" > "$TMP/small.png"
is "screenshot, scaled" "$(size "$TMP/small.png")" 320x240
is "shows the same" "$(pixels "$TMP/small.png" 60,60)" "$BLUE"
ctl move one 150 150
api GET "$shot?region=145,145,30,30&pointer=0" > "$TMP/without.png"
api GET "$shot?region=145,145,30,30&pointer=1" > "$TMP/with.png"
is "screenshot without the pointer" "$(pixels "$TMP/without.png" \
    5,5 6,8 7,9 10,12)" "$BLUE $BLUE $BLUE $BLUE"
nok "and with it" cmp -s "$TMP/without.png" "$TMP/with.png"
act "$id" '{"type":"screenshot","region":[90,90,20,20]}' > "$TMP/answer"
jq -r '.results[0].screenshot.data' "$TMP/answer" | base64 -d > "$TMP/act.png"
ok "screenshot as an action is the same" cmp "$TMP/act.png" "$TMP/part.png"
act "$id" '{"type":"zoom","region":[90,110,20,15]}' > "$TMP/answer"
jq -r '.results[0].screenshot.data' "$TMP/answer" | base64 -d > "$TMP/zoom.png"
is "zoom fills the screen's size" "$(size "$TMP/zoom.png") $(jq -c \
    '.results[0].screenshot | [.width, .height]' "$TMP/answer")" \
    "640x480 [640,480]"
is "with what is there" "$(pixels "$TMP/zoom.png" 400,200 639,479)" \
    "$BLUE $BLUE"
is "and nothing else" "$(pixels "$TMP/zoom.png" 200,200)" \
    "$(pixels "$TMP/whole.png" 99,115)"
act "$id" '{"type":"zoom","region":[90,110,20,10],"out_width":40}' \
    > "$TMP/answer"
jq -r '.results[0].screenshot.data' "$TMP/answer" | base64 -d > "$TMP/zoom.png"
is "zoom to a size keeps the aspect" "$(size "$TMP/zoom.png")" 40x20

# A plain colour that was there first; a later worker leaves it alone.
is "the desktop is not black" "$(pixels "$TMP/whole.png" 10,10 630,400)" \
    "3b6082 3b6082"

# What did not change costs nothing; what did has a new number.
api GET "$shot" > "$TMP/whole.png"
tag=$(api_header ETag)
generation=$(api_header X-Deskd-Generation)
again() {
	curl -s --unix-socket "$SOCKET" -H "If-None-Match: $tag" \
	    -o "$TMP/again.png" -w '%{http_code} %{size_download}' \
	    "http://deskd$shot"
}
is "an unchanged screen is not sent again" "$(again)" "304 0"
launch one "exec ./rec -o -c $RED -g 40x30+20+20 -n two > two.log"
wait_until 20 "$BIN/deskctl" -s "$SOCKET" exec one grep -q mapped two.log
is "a changed one is" "$(again | cut -d' ' -f1)" 200
is "with what is new" "$(pixels "$TMP/again.png" 30,30)" "$RED"
api GET "$shot" > "$TMP/whole.png"
ok "and a larger generation" test "$(api_header X-Deskd-Generation)" -gt \
    "$generation"
inside one 'pkill -f "n two"'

# Batches.
look
act "$id" '{"actions":[{"type":"left_click","x":150,"y":150},
    {"type":"key","keys":"1"},{"type":"mouse_move","x":160,"y":160},
    {"type":"key","keys":"2"}],"screenshot":"each"}' > "$TMP/answer"
got "a batch is done in order" '^(button_press|key_press|motion 160)' \
    "button_press 1 at 150,150 state 0x0
key_press keysym 0x31 state 0x0
motion 160,160 state 0x0
key_press keysym 0x32 state 0x0"
is "and answered in order" "$(jq -c '[.results[] | [.index, .type, .ok]]' \
    "$TMP/answer")" '[[0,"left_click",true],[1,"key",true],'\
'[2,"mouse_move",true],[3,"key",true]]'
is "each with a picture" "$(jq '[.results[] |
    select(.screenshot.media_type == "image/png")] | length' "$TMP/answer")" 4
act "$id" '{"actions":[{"type":"mouse_move","x":150,"y":150},
    {"type":"mouse_move","x":151,"y":151}],"screenshot":"last"}' \
    > "$TMP/answer"
is "or the last one" "$(jq -c '[.results[] | has("screenshot")]' \
    "$TMP/answer")" '[false,true]'
act "$id" '{"actions":[{"type":"mouse_move","x":150,"y":150}],
    "screenshot":"none"}' > "$TMP/answer"
is "or none" "$(jq -c '[.results[] | has("screenshot")]' "$TMP/answer")" \
    '[false]'

# A name that is known, of a key that this keyboard has not.
failing='{"type":"key","keys":"1"},{"type":"key","keys":"Hyper_R"},
    {"type":"key","keys":"2"}'
look
act "$id" "{\"actions\":[$failing]}" > "$TMP/answer"
is "a failure stops a batch" "$(jq -c '[.results[] | .ok, .error.code]' \
    "$TMP/answer")" '[true,null,false,"unknown_key",false,"not_executed"]'
act "$id" "{\"actions\":[$failing],\"on_error\":\"continue\"}" > "$TMP/answer"
is "unless it shall go on" "$(jq -c '[.results[] | .ok, .error.code]' \
    "$TMP/answer")" '[true,null,false,"unknown_key",true,null]'
got "and so it was done" '^key_press' "key_press keysym 0x31 state 0x0
key_press keysym 0x31 state 0x0
key_press keysym 0x32 state 0x0"

# Waiting for rest.
settled() {
	act "$id" "{\"actions\":[{\"type\":\"cursor_position\"}],
	    \"screenshot\":\"last\",$1}" > "$TMP/answer"
	jq -r '.results[0].screenshot.settled' "$TMP/answer"
}

is "a quiet screen settles" "$(settled '"settle_ms":100')" true
launch one "exec ./rec -o -g 60x60+500+20 -a 20x20+10+10,40 > spin.log"
wait_until 20 "$BIN/deskctl" -s "$SOCKET" exec one grep -q mapped spin.log
is "a spinner is movement" \
    "$(settled '"settle_ms":400,"settle_timeout_ms":1500')" false
inside one 'pkill -f 60x60'
launch one "exec xterm -bc +uc -geometry 20x4+420+330 -e \
    sh -c 'echo up > term; exec cat'"
wait_until 20 "$BIN/deskctl" -s "$SOCKET" exec one test -s term
ctl click one 450 370
is "a terminal's blinking caret is not" \
    "$(settled '"settle_ms":800,"settle_timeout_ms":20000')" true
is "waiting for a change that never comes" "$(settled \
    '"settle_ms":50,"settle_timeout_ms":400,"wait_for_change":true')" false
inside one 'pkill xterm'
wait_until 10 sh -c "! '$BIN/deskctl' -s '$SOCKET' exec one pgrep xterm"
settled '"settle_ms":200' > /dev/null
launch one "sleep 0.6; exec ./rec -o -c $RED -g 40x30+20+20 -n two > two.log"
is "waiting for one that comes" "$(settled \
    '"settle_ms":100,"settle_timeout_ms":20000,"wait_for_change":true')" true
jq -r '.results[0].screenshot.data' "$TMP/answer" | base64 -d > "$TMP/act.png"
is "the picture has it" "$(pixels "$TMP/act.png" 30,30)" "$RED"
inside one 'pkill -f "n two"'

# Refused: the field is named, and nothing at all was done.
refused() {	# name, JSON, status, code, pointer
	act "$id" "$2" > "$TMP/answer"
	is "$1 is refused, by name" "$(api_status) $(jq -r \
	    '[.code, .pointer] | join(" ")' "$TMP/answer")" "$3 $4 $5"
}

look
refused "x outside" '{"type":"left_click","x":640,"y":10}' \
    422 invalid_field /x
refused "y outside, far into a batch" '{"actions":[{"type":"left_click",
    "x":150,"y":150},{"type":"mouse_move","x":150,"y":480}]}' \
    422 invalid_field /actions/1/y
refused "a negative place" '{"type":"left_click","x":-1,"y":150}' \
    422 invalid_field /x
refused "half a place" '{"type":"left_click","x":150}' \
    422 missing_field /y
refused "an unknown key" '{"actions":[{"type":"key","keys":"a"},
    {"type":"key","keys":"ctrl+nonesuch"}]}' 422 unknown_key /actions/1/keys
refused "a negative amount" '{"type":"scroll","direction":"down",
    "amount":-3,"x":150,"y":150}' 422 invalid_field /amount
refused "no direction" '{"type":"scroll","direction":"sideways",
    "amount":3}' 422 invalid_field /direction
refused "a negative wait" '{"type":"wait","duration_ms":-1}' \
    422 invalid_field /duration_ms
refused "a region turned around" '{"type":"screenshot",
    "region":[200,200,-50,-50]}' 422 invalid_field /region/2
refused "a region outside" '{"type":"zoom","region":[600,400,50,10]}' \
    422 invalid_field /region/2
refused "a path outside" '{"type":"drag","path":[[150,150],[700,150]]}' \
    422 invalid_field /path/1/0
refused "an unknown field" '{"type":"left_click","x":150,"y":150,"z":1}' \
    422 unknown_field /z
refused "an unknown action" '{"actions":[{"type":"left_click"},
    {"type":"levitate"}]}' 422 invalid_field /actions/1/type
refused "a character nobody can type" '{"type":"type","text":"a\u0007"}' \
    422 untypable /text
# The first thing the window hears after all that is this.
act "$id" '{"actions":[{"type":"mouse_move","x":333,"y":222}]}' > "$TMP/answer"
got "and nothing was done" '^(button|key|motion)' "motion 333,222 state 0x0"

is "the journal has every kind of them" "$(api GET \
    "/v1/events?session=$id&kind=action&limit=500" |
    jq -r '.data[].data.type' | sort -u | xargs)" \
    "$(echo back_click cursor_position double_click drag forward_click \
    hold_key key key_down key_up left_click middle_click mouse_down \
    mouse_move mouse_up right_click screenshot scroll triple_click type \
    wait zoom)"
done_testing

#!/bin/sh
# What each route refuses, and how: the status, the code, and the pointer to
# the field where there is one.
. "${0%/*}/lib.sh"
need_root
need curl jq setpriv

deskd_start_or_bail
id=$(ctl create -w -n one -g 320x240)
S=/v1/sessions
I=$S/$id
NONE=$S/ses_00000000000000000000000000

long() {	# so many letters
	printf "%0$1d" 0 | tr 0 a
}

# Every answer has the request's id; one that refuses is a problem with it.
outcome() {	# BODY: "status code pointer", and what it lacks
	printf '%s' "$1" > "$TMP/body"
	t_got=$(api_status)
	t_id=$(api_header X-Request-Id)
	[ -n "$t_id" ] || t_got="$t_got (no X-Request-Id)"
	if [ "$t_got" -ge 400 ] 2> /dev/null; then
		t_got="$t_got $(jq -r '"\(.code) \(.pointer // "-")"' \
		    < "$TMP/body")"
		[ "$(api_header Content-Type)" = application/problem+json ] ||
			t_got="$t_got (not a problem)"
		jq -e --arg id "$t_id" '.request_id == $id and .title and
		    .detail and .status' < "$TMP/body" > /dev/null ||
			t_got="$t_got (without its members)"
	fi
	echo "$t_got"
}

api_raw() {	# METHOD PATH, and what curl takes
	t_method=$1
	t_path=$2
	shift 2
	curl -sS --max-time 20 --unix-socket "$SOCKET" -X "$t_method" \
	    -D "$TMP/api.headers" "$@" "http://deskd$t_path"
}

# Lines of METHOD PATH WANTED(status code pointer) BODY
table() {
	while read -r method path status code pointer body; do
		case $method in
		'' | '#') continue ;;
		esac
		want="$status${code:+ $code}${pointer:+ $pointer}"
		[ "$status" -ge 400 ] || want=$status
		got=$(outcome "$(api "$method" "$path" ${body:+"$body"})")
		is "$method $path $(printf %.60s "$body")" "$got" "$want"
	done
}

# Paths and methods.
table <<end
GET / 404 not_found -
GET /v1 404 not_found -
GET $S/ 404 not_found -
GET $NONE 404 not_found -
GET $S/one 404 not_found -
GET $S/%00 404 not_found -
GET $NONE/nothing 404 not_found -
PATCH $NONE 404 not_found - {}
DELETE $NONE 404 not_found -
POST $NONE/stop 404 not_found -
POST $NONE/start 404 not_found -
GET $NONE/stats 404 not_found -
POST $NONE/actions 404 not_found - {"type":"screenshot"}
GET $NONE/screenshot 404 not_found -
POST $NONE/exec 404 not_found - {"argv":["true"]}
GET $NONE/events 404 not_found -
end
for t in "PUT $S GET,POST" "DELETE $S GET,POST" "POST $I GET,PATCH,DELETE" \
    "GET $I/stop POST" "GET $I/start POST" "POST $I/stats GET" \
    "GET $I/actions POST" "POST $I/screenshot GET" "GET $I/exec POST" \
    "POST /v1/events GET" "POST $I/events GET" "DELETE /v1/system GET" \
    "GET /v1/system/shutdown POST" "POST /metrics GET" "PUT /healthz GET" \
    "BREW /readyz GET"; do
	# shellcheck disable=SC2086	# three words
	set -- $t
	got=$(outcome "$(api "$1" "$2")")
	is "$1 $2" "$got $(api_header Allow | sed 's/, HEAD//; s/, /,/g')" \
	    "405 method_not_allowed - $3"
done

# Parameters: unknown ones, wrong ones, limits and one past them.
table <<end
GET $S?limmit=1 400 invalid_parameter -
GET $S?limit=0 400 invalid_parameter -
GET $S?limit=1 200
GET $S?limit=500 200
GET $S?limit=501 400 invalid_parameter -
GET $S?limit= 400 invalid_parameter -
GET $S?limit=%2B1 400 invalid_parameter -
GET $S?limit=1&limit=1 400 invalid_parameter -
GET $S?limit=9223372036854775808 400 invalid_parameter -
GET $S?state=running 200
GET $S?state=Running 400 invalid_parameter -
GET $S?label=nocolon 400 invalid_parameter -
GET $S?name=$(long 64) 400 invalid_parameter -
GET $S?cursor=1 400 invalid_parameter -
GET $S?cursor=ses_0 400 invalid_parameter -
GET $S?name=%zz 400 invalid_parameter -
GET $S?name=%ff 400 invalid_parameter -
GET $S?name=a%00b 400 invalid_parameter -
GET $S?=1 400 invalid_parameter -
GET $I?wait_for= 400 invalid_parameter -
GET $I?wait_for=gone 400 invalid_parameter -
GET $I?wait_for=running 200
GET $I?wait_for=stopped&timeout=0 200
GET $I?wait_for=running&timeout=600 200
GET $I?wait_for=running&timeout=600.1 400 invalid_parameter -
GET $I?wait_for=running&timeout=-1 400 invalid_parameter -
GET $I?wait_for=running&timeout=1e1 400 invalid_parameter -
GET $I?wait_for=running&timeout=nan 400 invalid_parameter -
GET $I?timeout=1 400 invalid_parameter -
GET /v1/events?limit=1001 400 invalid_parameter -
GET /v1/events?after=-1 400 invalid_parameter -
GET /v1/events?after=x 400 invalid_parameter -
GET /v1/events?before=0 400 invalid_parameter -
GET /v1/events?order=up 400 invalid_parameter -
GET /v1/events?session=one 400 invalid_parameter -
GET $I/events?session=$id 400 invalid_parameter -
GET $I/screenshot?format=gif 400 invalid_parameter -
GET $I/screenshot?region=1,2,3 400 invalid_parameter -
GET $I/screenshot?scale=0 400 invalid_parameter -
GET $I/screenshot?scale=1.1 400 invalid_parameter -
GET $I/screenshot?pointer=2 400 invalid_parameter -
GET /v1/system?a=b 400 invalid_parameter -
end

# Bodies.
table <<end
POST $S 400 bad_json - {
POST $S 400 bad_json - []
POST $S 400 bad_json - {"name":"a"}{}
POST $S 400 bad_json - {"name":"a","name":"b"}
POST $S 422 unknown_field /nmae {"nmae":"a"}
POST $S 422 unknown_field /desktop/w {"desktop":{"w":1}}
POST $S 422 unknown_field /resources/x {"resources":{"x":1}}
POST $S 422 invalid_field /name {"name":1}
POST $S 422 invalid_field /name {"name":""}
POST $S 422 invalid_field /name {"name":"-a"}
POST $S 422 invalid_field /name {"name":"A"}
POST $S 422 invalid_field /name {"name":"$(long 64)"}
POST $S 409 conflict /name {"name":"one"}
POST $S 422 no_such_image /image {"image":"nonesuch"}
POST $S 422 invalid_field /image {"image":1}
POST $S 422 invalid_field /network {"network":"all"}
POST $S 422 invalid_field /desktop {"desktop":1}
POST $S 422 invalid_field /desktop/width {"desktop":{"width":1,"height":480}}
POST $S 422 invalid_field /desktop/width {"desktop":{"width":640.5,"height":480}}
POST $S 422 invalid_field /resources/memory_bytes {"resources":{"memory_bytes":1}}
POST $S 422 invalid_field /resources/cpu_percent {"resources":{"cpu_percent":0}}
POST $S 422 invalid_field /resources/tasks {"resources":{"tasks":-1}}
POST $S 422 invalid_field /resources/disk_bytes {"resources":{"disk_bytes":"4G"}}
POST $S 422 invalid_field /env/1A {"env":{"1A":"x"}}
POST $S 422 invalid_field /env/A {"env":{"A":1}}
POST $S 422 invalid_field /labels/A {"labels":{"A":"x"}}
POST $S 422 invalid_field /labels/a {"labels":{"a":null}}
POST $S 422 invalid_field /labels/a {"labels":{"a":"$(long 256)"}}
PATCH $I 400 bad_json -
PATCH $I 422 unknown_field /state {"state":"stopped"}
PATCH $I 422 invalid_field /labels/a {"labels":{"a":1}}
PATCH $I 422 unknown_field /resources/disk_bytes {"resources":{"disk_bytes":1}}
PATCH $I 200 - - {"labels":{"a":"$(long 255)","b":"c"}}
PATCH $I 200 - - {"labels":{"a":null,"none":null}}
POST $I/stop 422 unknown_field /now {"now":true}
POST $I/start 422 unknown_field /now {"now":true}
POST $I/exec 400 bad_json -
POST $I/exec 422 missing_field /argv {}
POST $I/exec 422 invalid_field /argv {"argv":[]}
POST $I/exec 422 invalid_field /argv {"argv":[""]}
POST $I/exec 422 invalid_field /argv/1 {"argv":["a",1]}
POST $I/exec 422 invalid_field /command {"argv":["a"],"command":"b"}
POST $I/exec 422 invalid_field /command {"command":""}
POST $I/exec 422 invalid_field /cwd {"argv":["a"],"cwd":"tmp"}
POST $I/exec 422 invalid_field /timeout_seconds {"argv":["a"],"timeout_seconds":0.09}
POST $I/exec 422 invalid_field /timeout_seconds {"argv":["a"],"timeout_seconds":3601}
POST $I/exec 422 invalid_field /user {"argv":["a"],"user":"me"}
POST $I/exec 422 invalid_field /stdin_base64 {"argv":["a"],"stdin_base64":"Zg"}
POST $I/exec 422 invalid_field /stdin_base64 {"argv":["a"],"stdin":"","stdin_base64":""}
POST $I/exec 422 unknown_field /tty {"argv":["a"],"tty":true}
POST $I/actions 400 bad_json -
POST $I/actions 422 missing_field /type {}
POST $I/actions 422 invalid_field /type {"type":"jump"}
POST $I/actions 422 invalid_field /x {"type":"mouse_move","x":320,"y":0}
POST $I/actions 422 missing_field /y {"type":"mouse_move","x":0}
POST $I/actions 422 unknown_field /z {"type":"mouse_move","x":0,"y":0,"z":0}
POST $I/actions 422 invalid_field /actions/1/x {"actions":[{"type":"cursor_position"},{"type":"mouse_move","x":-1,"y":0}]}
POST $I/actions 422 unknown_key /keys {"type":"key","keys":"nonesuch"}
POST $I/actions 422 invalid_field /duration_ms {"type":"wait","duration_ms":60001}
end

# Content types and lengths.
is "a body of another type" "$(outcome "$(api_raw POST "$S" \
    -H 'Content-Type: text/plain' -d '{}')")" "415 unsupported_media_type -"
printf '{"name":"%s"}' "$(long 70000)" > "$TMP/large"
is "a body too large" "$(outcome "$(api POST "$S" "@$TMP/large")")" \
    "413 too_large -"
is "the same in chunks" "$(outcome "$(api POST "$S" "@$TMP/large" \
    -H 'Transfer-Encoding: chunked')")" "413 too_large -"
is "a body where none is taken" "$(outcome "$(api GET "$S" '{}')")" \
    "413 too_large -"

# A key and its request.
with_key() {	# KEY METHOD PATH BODY
	t_key=$1
	shift
	api "$@" -H "Idempotency-Key: $t_key"
}
is "no key of two words" "$(outcome "$(with_key 'a b' POST "$S" '{}')")" \
    "400 invalid_parameter -"
is "no key too long" "$(outcome "$(with_key "$(long 256)" POST "$S" '{}')")" \
    "400 invalid_parameter -"
body='{"name":"keyed","desktop":null}'
first=$(with_key "$(long 255)" POST "$S" "$body")
is "a longest one" "$(api_status)" 201
is "its answer again" "$(with_key "$(long 255)" POST "$S" "$body")" "$first"
is "says so" "$(api_header Idempotency-Replayed)" true
is "with another body" "$(outcome "$(with_key "$(long 255)" POST "$S" \
    '{"desktop":null}')")" "422 idempotency_mismatch -"
is "on another path" "$(outcome "$(with_key "$(long 255)" POST "$I/exec" \
    "$body")")" "422 idempotency_mismatch -"
slow='{"command":"touch up; sleep 30"}'
curl -s --max-time 20 --unix-socket "$SOCKET" -d "$slow" -o /dev/null \
    -H 'Content-Type: application/json' -H 'Idempotency-Key: slow' \
    "http://deskd$I/exec" &
slow_pid=$!
ok "one is under way" wait_until 10 "$BIN/deskctl" -s "$SOCKET" exec one \
    test -e up
is "and is not begun twice" "$(outcome "$(with_key slow POST "$I/exec" \
    "$slow")")" "409 conflict -"
kill "$slow_pid"

# Where a stream begins.
for t in x -1 +1 '1 2' 1.0 9223372036854775808; do
	is "Last-Event-ID $t" "$(outcome "$(api_raw GET /v1/events \
	    -H 'Accept: text/event-stream' -H "Last-Event-ID: $t")")" \
	    "400 invalid_parameter -"
done
is "a stream is not read backwards" "$(outcome "$(api_raw GET \
    '/v1/events?order=desc' -H 'Accept: text/event-stream')")" \
    "400 invalid_parameter -"

# Pages.
for i in 1 2 3; do
	ctl create -X -n "page$i" > /dev/null
done
all=$(api GET "$S?limit=500" | jq -r '.data[].id')
paged=
cursor=
while :; do
	page=$(api GET "$S?limit=2${cursor:+&cursor=$cursor}")
	paged="$paged $(printf '%s' "$page" | jq -r '.data[].id')"
	cursor=$(printf '%s' "$page" | jq -r '.next_cursor // empty')
	[ -n "$cursor" ] || break
done
# shellcheck disable=SC2086	# words
is "pages of two are the whole list" "$(printf '%s\n' $paged)" "$all"

# States and users.
ctl stop one
table <<end
POST $I/exec 409 wrong_state - {"argv":["true"]}
POST $I/actions 409 wrong_state - {"type":"screenshot"}
GET $I/screenshot 409 wrong_state -
GET $I/stats 409 wrong_state -
end
is "another user sees none of it" "$(outcome "$(api_as 4242 GET "$I")")" \
    "404 not_found -"
is "nor stops deskd" "$(outcome "$(api_as 4242 POST /v1/system/shutdown)")" \
    "403 forbidden -"

# Metrics: each is of a family that was declared, and none is there twice.
api GET /metrics > "$TMP/metrics"
is "metrics can be read" "$(awk '
	/^# EOF$/ { end = NR; next }
	/^# (TYPE|HELP|UNIT) [a-z_]+ / { known[$3] = 1; next }
	!/^[a-z_]+(\{[^}]*(\{[a-z]*\}[^}]*)*\})? [-+0-9.e]+$/ {
		print "not a sample:", $0
		next
	}
	{
		name = $0
		sub(/ [^ ]*$/, "", name)
		if (seen[name]++)
			print "twice:", name
		sub(/\{.*/, "", name)
		base = name
		sub(/_(total|bucket|sum|count|info)$/, "", base)
		if (!(name in known) && !(base in known))
			print "unknown:", name
	}
	END { if (end != NR) print "no EOF" }' "$TMP/metrics")" ""
done_testing

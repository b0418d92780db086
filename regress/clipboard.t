#!/bin/sh
# The clipboard in both directions, seen by programs that know nothing of
# deskd: what the API sets they paste, what they copy it reads, to the byte;
# and owners and requestors that break every rule cost one request each.
. "${0%/*}/lib.sh"
. ./lib_desktop.sh
need_root
need base64 cmp curl jq perl xclip xsel Xvfb icewm

MIB=1048576
PNG_MAX=16777216

# PATH-AND-QUERY FILE: body to FILE, prints the status
get() {
	t_path=$1
	t_to=$2
	shift 2
	curl -sS --max-time 60 --unix-socket "$SOCKET" -o "$t_to" \
	    -D "$TMP/api.headers" -w '%{http_code}' "$@" \
	    "http://deskd/v1/sessions/$id/clipboard$t_path"
}

# PATH-AND-QUERY TYPE FILE: answer to $TMP/answer, prints the status
put() {
	curl -sS --max-time 60 --unix-socket "$SOCKET" -o "$TMP/answer" \
	    -D "$TMP/api.headers" -w '%{http_code}' -X PUT \
	    -H "Content-Type: $2" --data-binary "@$3" \
	    "http://deskd/v1/sessions/$id/clipboard$1"
}

# Another program's answer may be late on a slow machine: then once more.
gets() {	# PATH-AND-QUERY STATUS
	[ "$(get "$1" "$TMP/got")" = "$2" ]
}

problem() {	# FILE
	jq -r '"\(.status) \(.code) \(.pointer)"' "$1"
}

same() {	# NAME FILE FILE
	ok "$1" cmp "$2" "$3"
}

# Output of a command is text to exec: bytes come in base64, many as a sum.
paste_to() {	# SELECTION TARGET FILE
	inside one "timeout 60 xclip -o -selection $1 -t '$2' | base64" |
	    base64 -d > "$3"
}
paste_sum() {	# SELECTION TARGET
	inside one "timeout 60 xclip -o -selection $1 -t '$2' | sha256sum"
}

owned() {	# SELECTION
	inside one "timeout 10 xclip -o -selection $1 -t TARGETS" |
	    grep -q TARGETS
}

# SELECTION TARGET FILE: another program copies these bytes.  It returns
# before it owns them.
copy() {
	inside one "rm -f copied; pkill -x xclip; :"
	rm -f "$TMP"/part.*
	split -b 700000 "$3" "$TMP/part."
	for t_part in "$TMP"/part.*; do
		ctl exec -i one -- sh -c 'cat >> copied' < "$t_part"
	done
	api DELETE "/v1/sessions/$id/clipboard?selection=$1" > /dev/null
	inside one "xclip -i -selection $1 -t '$2' copied > /dev/null 2>&1"
	wait_until 20 owned "$1"
}

deskd_start_or_bail
ok "a session with a desktop" ctl create -w -n one -g 640x480
id=$(ctl -j show one | jq -r .id)

# Nothing there.
is "an empty clipboard" "$(get "" "$TMP/got")" 204
is "an empty selection" "$(get "?selection=primary" "$TMP/got")" 204
nok "deskctl says so" ctl clip get one

# From the API to programs.
printf 'plain, hällo, 漢字, 😀\ntwo lines\n' > "$TMP/text"
is "a text is set" "$(put "" "text/plain;charset=utf-8" "$TMP/text")" 204
paste_to clipboard UTF8_STRING "$TMP/got"
same "xclip pastes it" "$TMP/text" "$TMP/got"
inside one 'timeout 30 xsel -b -o' > "$TMP/got"
same "xsel pastes it" "$TMP/text" "$TMP/got"
for target in 'text/plain;charset=utf-8' text/plain TEXT; do
	paste_to clipboard "$target" "$TMP/got"
	same "as $target" "$TMP/text" "$TMP/got"
done
paste_to clipboard STRING "$TMP/got"
is "as STRING it is Latin-1" "$(od -An -tx1 "$TMP/got" | tr -d ' \n')" \
    "$(printf 'plain, h\344llo, ??, ?\ntwo lines\n' | od -An -tx1 | tr -d ' \n')"
like "its targets are told" "$(inside one \
    'timeout 30 xclip -o -selection clipboard -t TARGETS' | xargs)" \
    '^TARGETS TIMESTAMP UTF8_STRING '
like "and its time" "$(inside one \
    'timeout 30 xclip -o -selection clipboard -t TIMESTAMP')" '^[0-9]+$'
nok "a picture it is not" inside one \
    'timeout 30 xclip -o -selection clipboard -t image/png'
is "the API reads what it set" "$(get "" "$TMP/got")" 200
same "the same" "$TMP/text" "$TMP/got"
is "with its type" "$(api_header Content-Type)" "text/plain;charset=utf-8"
is "primary is another" "$(get "?selection=primary" "$TMP/got")" 204
is "primary is set" "$(printf p | put "?selection=primary" text/plain -)" 204
paste_to primary UTF8_STRING "$TMP/got"
is "and pasted" "$(cat "$TMP/got")" p
paste_to clipboard UTF8_STRING "$TMP/got"
same "the clipboard is as it was" "$TMP/text" "$TMP/got"

is "as JSON" "$(jq -n '{text: "a\u0000b\u00e9"}' |
    put "" application/json -)" 204
paste_to clipboard UTF8_STRING "$TMP/got"
is "with its NUL" "$(od -An -tx1 "$TMP/got" | xargs)" "61 00 62 c3 a9"
is "read back" "$(get "" "$TMP/got"; od -An -tx1 "$TMP/got" | xargs)" \
    "20061 00 62 c3 a9"

# From programs to the API.
copy clipboard UTF8_STRING "$TMP/text"
ok "what xclip copied" wait_until 20 gets "" 200
same "is read" "$TMP/text" "$TMP/got"
is "nothing of ours is pasted" "$(inside one 'timeout 30 xsel -b -o')" \
    "$(cat "$TMP/text")"
api DELETE "/v1/sessions/$id/clipboard?selection=primary" > /dev/null
ctl exec -i one -- sh -c 'xsel -ip > /dev/null 2>&1' < "$TMP/text"
ok "xsel selects" wait_until 20 owned primary
ok "what xsel selected" wait_until 20 gets "?selection=primary" 200
same "is read, too" "$TMP/text" "$TMP/got"

# Sizes: the most, and one more.
perl -e 'print "0123456789abcde\n" x 65536' > "$TMP/mib"
{ cat "$TMP/mib"; printf x; } > "$TMP/more"
is "1 MiB of text" "$(put "" text/plain "$TMP/mib")" 204
paste_to clipboard UTF8_STRING "$TMP/got"
same "is pasted" "$TMP/mib" "$TMP/got"
for i in 1 2 3 4; do
	inside one 'timeout 60 xclip -o -selection clipboard' \
	    > "$TMP/got.$i" &
	eval "paste$i=\$!"
done
# shellcheck disable=SC2154	# by eval
wait "$paste1" "$paste2" "$paste3" "$paste4"
for i in 1 2 3 4; do
	cmp "$TMP/mib" "$TMP/got.$i"
done > "$TMP/differ" 2>&1
is "by four at once" "$(cat "$TMP/differ")" ""
copy clipboard UTF8_STRING "$TMP/mib"
ok "1 MiB is read" wait_until 20 gets "" 200
same "to the byte" "$TMP/mib" "$TMP/got"
is "one more is too many" "$(put "" text/plain "$TMP/more")" 413
is "and says so" "$(problem "$TMP/answer")" "413 too_large null"
jq -Rs '{text: .}' "$TMP/more" > "$TMP/more.json"
is "in JSON as well" "$(put "" application/json "$TMP/more.json")" 422
is "with a pointer" "$(problem "$TMP/answer")" "422 invalid_field /text"
jq -Rs '{text: .}' "$TMP/mib" > "$TMP/mib.json"
is "1 MiB in JSON" "$(put "" application/json "$TMP/mib.json")" 204
copy clipboard UTF8_STRING "$TMP/more"
ok "one more cannot be read" wait_until 20 gets "" 413
is "which says so" "$(problem "$TMP/got")" "413 too_large null"

# Pictures.
ok "a picture" ctl shot -o "$TMP/one.png" one
is "is set" "$(put "" image/png "$TMP/one.png")" 204
paste_to clipboard image/png "$TMP/got"
same "and pasted to the byte" "$TMP/one.png" "$TMP/got"
is "and read" "$(get "?type=png" "$TMP/got")" 200
same "the same" "$TMP/one.png" "$TMP/got"
is "it has no text" "$(get "?type=text" "$TMP/got")" 406
is "which says so" "$(problem "$TMP/got")" "406 not_acceptable null"
is "the type may be left out" "$(get "" "$TMP/got")" 200
is "then it is what there is" "$(api_header Content-Type)" image/png
{
	head -c 24 "$TMP/one.png"
	head -c $((PNG_MAX - 24)) /dev/urandom
} > "$TMP/large.png"
is "16 MiB" "$(put "" image/png "$TMP/large.png")" 204
is "are pasted" "$(paste_sum clipboard image/png)" \
    "$(sha256sum < "$TMP/large.png")"
copy clipboard image/png "$TMP/large.png"
ok "and read from another program" wait_until 20 gets "?type=png" 200
same "to the byte" "$TMP/large.png" "$TMP/got"
printf x >> "$TMP/large.png"
is "one more is too many" "$(put "" image/png "$TMP/large.png")" 413
copy clipboard image/png "$TMP/large.png"
ok "to read as well" wait_until 20 gets "?type=png" 413
printf 'GIF89a' > "$TMP/gif"
is "what is no PNG" "$(put "" image/png "$TMP/gif")" 422
is "is refused" "$(problem "$TMP/answer")" "422 invalid_field null"
{
	head -c 16 "$TMP/one.png"
	printf '\0\0\0\0\0\0\0\1'
} > "$TMP/flat.png"
is "and one without a width" "$(put "" image/png "$TMP/flat.png")" 422

# Accept.
printf words > "$TMP/words"
put "" text/plain "$TMP/words" > /dev/null
is "text is accepted" "$(get "" "$TMP/got" -H 'Accept: text/*')" 200
is "only pictures are" "$(get "" "$TMP/got" -H 'Accept: image/png')" 406
is "text is not" "$(get "" "$TMP/got" -H 'Accept: text/plain;q=0, */*')" 406
is "neither" "$(get "" "$TMP/got" -H 'Accept: application/pdf')" 406
is "not what the type says" \
    "$(get "?type=text" "$TMP/got" -H 'Accept: image/png')" 406

# Refusals.
is "another type of body" "$(put "" text/html "$TMP/words")" 415
is "another charset" "$(put "" "text/plain;charset=utf-16" "$TMP/words")" 415
printf 'a\377' > "$TMP/bad"
is "malformed text" "$(put "" text/plain "$TMP/bad")" 422
is "which says so" "$(problem "$TMP/answer")" "422 invalid_field null"
is "an unknown member" "$(echo '{"text": "a", "html": "b"}' |
    put "" application/json -; problem "$TMP/answer")" \
    "422422 unknown_field /html"
is "a missing one" "$(echo '{}' | put "" application/json -
    problem "$TMP/answer")" "422422 missing_field /text"
is "another selection" "$(get "?selection=secondary" "$TMP/got")" 400
is "another type" "$(get "?type=html" "$TMP/got")" 400
api POST "/v1/sessions/$id/clipboard" '{}' > /dev/null
is "another method" "$(api_status) $(api_header Allow)" \
    "405 GET, HEAD, PUT, DELETE"

# Clearing.
api DELETE "/v1/sessions/$id/clipboard" > /dev/null
is "it is cleared" "$(api_status) $(get "" "$TMP/got")" "204 204"
nok "nobody has it" inside one 'timeout 30 xclip -o -selection clipboard'
copy clipboard UTF8_STRING "$TMP/words"
ok "another's is there" wait_until 20 gets "" 200
is "an empty text" "$(put "" text/plain /dev/null)" 204
is "clears that, too" "$(get "" "$TMP/got")" 204

# deskctl.
ok "deskctl sets words" ctl clip set one two words
is "and gets them" "$(ctl clip get one)" "two words"
ok "from standard input" sh -c "'$BIN/deskctl' -s '$SOCKET' clip set one - \
    < '$TMP/text'"
ctl clip -f "$TMP/got" get one
same "and into a file" "$TMP/text" "$TMP/got"
ok "a picture" ctl clip -P -f "$TMP/one.png" set one
ctl clip -P get one > "$TMP/got"
same "is got" "$TMP/one.png" "$TMP/got"
ok "the other selection" ctl clip -p set one -- -x-
is "is another" "$(ctl -j clip -p get one | jq -r .text)" "-- -x-"
ok "deskctl clears" ctl clip clear one
nok "and it is empty" ctl clip get one
ctl clip paste one > /dev/null 2>&1
is "what it cannot do" "$?" 2

# The journal: what was done, and nothing of what was in it.
printf 'very secret' | put "" text/plain - > /dev/null
get "" "$TMP/got" > /dev/null
api GET "/v1/events?session=$id&limit=500&order=desc" > "$TMP/events"
is "the journal has the type and the size" "$(jq -c '[.data[] |
    select(.data.type == "clipboard_set")][0].data |
    [.selection, .media_type, .size, .ok]' "$TMP/events")" \
    '["clipboard","text/plain",11,true]'
is "of reading, too" "$(jq -c '[.data[] |
    select(.data.type == "clipboard_get")][0].data | [.media_type, .size]' \
    "$TMP/events")" '["text/plain",11]'
nok "and not what was in it" grep -q secret "$TMP/events"

# Owners that break the rules.
bring one "$BIN/evil_owner" evil_owner
owns() {
	ctl exec one -- grep -q "$1" evil.out
}
evil() {	# HOW
	inside one 'pkill -x evil_owner; rm -f evil.out; :'
	launch one "exec ./evil_owner CLIPBOARD $1 > evil.out"
	wait_until 20 owns owns
}
refused() {	# HOW STATUS CODE
	ok "an owner: $1" evil "$1"
	ok "$1: $2" wait_until 20 gets "" "$2"
	is "$1: $3" "$(jq -r .code "$TMP/got")" "$3"
}
refused silent 504 timeout
ok "meanwhile primary is read" wait_until 20 gets "?selection=primary" 200
refused silent-later 504 timeout
refused stops 504 timeout
refused dies 504 timeout
refused bad-targets 502 selection_owner
refused nothing 502 selection_owner
refused wrong-type 502 selection_owner
refused wrong-format 502 selection_owner
refused picture 502 selection_owner
refused huge 413 too_large
refused one-more 413 too_large
refused says-huge 413 too_large
refused endless 413 too_large
refused refuses 406 not_acceptable
refused strange 406 not_acceptable
given() {	# HOW BYTES
	ok "an owner: $1" evil "$1"
	ok "$1: is read" wait_until 20 gets "" 200
	is "$1: as it should be" "$(od -An -tx1 "$TMP/got" | xargs)" "$2"
}
given no-targets "63 61 66 c3 a9"
given latin1 "63 61 66 c3 a9"
given plain "63 61 66 c3 a9"
given malformed "61 ef bf bd 62 ef bf bd ef bf bd 63"
ok "an owner: empty" evil empty
ok "empty: nothing" wait_until 20 gets "" 204

# One that dribbles for ever has a limit of time; others are served.
ok "an owner: dribble" evil dribble
get "" "$TMP/slow" > "$TMP/slow.status" &
slow=$!
ok "others are not held up" wait_until 20 gets "?selection=primary" 200
wait "$slow"
is "its time is limited" "$(cat "$TMP/slow.status")" 504

# Many at once wait in line for an owner that does not answer.
ok "an owner: silent" evil silent
jobs=
for i in 1 2 3 4 5 6 7 8; do
	get "" "$TMP/many.$i" > "$TMP/many.status.$i" &
	jobs="$jobs $!"
done
# shellcheck disable=SC2086	# words
wait $jobs
is "eight at once" "$(for i in 1 2 3 4 5 6 7 8; do
	cat "$TMP/many.status.$i"
	echo
	done | sort | uniq -c | xargs)" "8 504"

# Requestors that break them.
worker() {
	api GET "/v1/events?kind=worker.restarted&session=$id" |
	    jq '.data | length'
}
for how in asks asks-one-place asks-as-root; do
	inside one 'pkill -x evil_owner; rm -f evil.out; :'
	put "" text/plain "$TMP/mib" > /dev/null
	launch one "exec ./evil_owner CLIPBOARD $how > evil.out"
	ok "a requestor: $how" wait_until 30 owns asked
	is "$how: the API answers" "$(get "" "$TMP/got")" 200
	ok "$how: there are pictures" ctl shot -o "$TMP/shot.png" one
done
inside one 'pkill -x evil_owner; :'
put "" text/plain "$TMP/mib" > /dev/null
pasted() {
	paste_to clipboard UTF8_STRING "$TMP/got"
	cmp "$TMP/mib" "$TMP/got"
}
ok "others paste again" wait_until 30 pasted
is "the worker is the same all the time" "$(worker)" 0
nok "and so is its display" grep -q 'lost the display' "$LOG"
ok "windows can still be seen" act "$id" '{"type": "mouse_move", "x": 9, "y": 9}'

# A session without a desktop, one that is stopped, another user.
ok "a session without a desktop" ctl create -w -X -n none
id=$(ctl -j show none | jq -r .id)
is "has no clipboard" "$(get "" "$TMP/got"; problem "$TMP/got")" \
    "409409 no_desktop null"
is "to set, either" "$(put "" text/plain "$TMP/words")" 409
ok "it stops" ctl stop none
is "and has none" "$(get "" "$TMP/got"; problem "$TMP/got")" \
    "409409 wrong_state null"
api_as 65534 GET "/v1/sessions/$id/clipboard" > /dev/null
is "another user sees no session" "$(api_status)" 404
done_testing

#!/bin/sh
# What is typed arrives: ten thousand characters of many alphabets, in a
# terminal whose program writes down what it reads, to the byte.
. "${0%/*}/lib.sh"
. ./lib_desktop.sh
need_root
need base64 curl jq perl Xvfb icewm xterm

# The sign that the terminal is there, and the file its program writes.
program='printf ready > up; exec cat > got'

terminal() {
	inside one 'rm -f up got'
	launch one "LC_ALL=C.UTF-8 exec xterm -u8 -geometry 100x30+20+20 \
	    -e sh -c '$program'"
	wait_until 20 "$BIN/deskctl" -s "$SOCKET" exec one test -s up &&
		ctl click one 200 200
}

no_terminal() {
	! ctl exec one -- pgrep xterm
}

end_terminal() {
	inside one 'pkill xterm'
	wait_until 10 no_terminal
}

arrived() {
	[ "$(inside one 'wc -c < got')" -ge "$1" ]
}

# name, file: types it and compares
typed() {
	ok "a terminal for $1" terminal
	jq -Rs '{type: "type", text: .}' "$2" > "$TMP/text.json"
	act "$id" "@$TMP/text.json" > "$TMP/answer"
	is "$1: typed" "$(jq -r '.results[0].ok' "$TMP/answer")" true
	wait_until 60 arrived "$(wc -c < "$2")" ||
		note "$(inside one 'wc -c < got') bytes of $(wc -c < "$2")"
	ctl exec one -- cat got > "$TMP/got"
	ok "$1: exact to the byte" cmp "$2" "$TMP/got"
	note "$1: $(jq -r --argjson n "$(jq '.text | length' "$TMP/text.json")" \
	    '.results[0] | "\($n) characters in \(.duration_ms | round) ms, " +
	    "\($n / .duration_ms * 1000 | round) a second"' "$TMP/answer")"
	ok "its terminal ends" end_terminal
}

deskd_start_or_bail
ok "a session with a desktop" ctl create -w -n one -g 800x600
id=$(ctl -j show one | jq -r .id)

perl mixed_text.pl 10000 tab > "$TMP/mixed"
typed "10,000 mixed characters" "$TMP/mixed"
perl -e 'print join("", map { chr(33 + $_ * 37 % 94) . chr(33 + $_ * 11 % 94)
    } 0..49), "\n" for 1..100' > "$TMP/ascii"
typed "10,100 of ASCII" "$TMP/ascii"

# Each small letter beside its capital, signs with and without shift.
{
	echo 'aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQrRsStTuUvVwWxXyYzZ'
	echo '`~1!2@3#4$5%6^7&8*9(0)-_=+[{]};:,<.>/?|'
	printf '%s\n' "'" '"' '\' 'åÅçÇéÉñÑøØœŒžŽßẞωΩжЖ' 'ÅåÇçÉé'
} > "$TMP/cases"
typed "small and capital" "$TMP/cases"

# Caps lock is the user's; text comes out right, and it stays on.
ok "a terminal" terminal
ctl key one Caps_Lock
ctl type one 'aBcÅå'
ctl key one Return
ok "caps lock: typed" wait_until 20 arrived 8
is "caps lock: not heard" "$(ctl exec one -- cat got)" 'aBcÅå'
ctl key one a
ctl key one Return
ok "caps lock: a key" wait_until 20 arrived 10
is "caps lock: is still on" "$(ctl exec one -- tail -n 1 got)" A
ctl key one Caps_Lock
is "deskctl type -" "$(printf 'Ärger mit 漢字 😀\n' | ctl type one - && echo ok)" \
    ok
ok "arrives" wait_until 20 arrived 33
is "exactly" "$(ctl exec one -- tail -n 1 got)" 'Ärger mit 漢字 😀'
is "the journal keeps no text" "$(api GET "/v1/events?session=$id&limit=500" |
    grep -c 'Ärger')" 0
done_testing

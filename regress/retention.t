#!/bin/sh
# What the journal forgets: what is too old, what is too much, and never the
# life of a session that is still there.

. ./lib.sh

need_root
need curl jq

deskd_conf << 'end'
retention { journal age 2s }
end
deskd_start_or_bail

kinds() {	# ID
	api GET "/v1/events?session=$1&limit=1000" | jq -r '.data[].kind'
}
forgotten() {	# ID
	[ -z "$(kinds "$1")" ]
}
only_its_life() {
	! kinds "$live" | grep -qv '^session\.'
}

ok "a session that stays" ctl create -X -w -n stays
live=$(ctl -j show stays | jq -r .id)
ok "a session that goes" ctl create -X -w -n goes
gone=$(ctl -j show goes | jq -r .id)
ok "something is done in one" ctl exec stays -- true
ok "and in the other" ctl exec goes -- true
first=$(api GET '/v1/events?order=asc&limit=1' | jq .data[0].seq)
like "which the journal has" "$(kinds "$gone" | tr '\n' ' ')" \
    'exec.started .*exec.exited'
ok "it goes" ctl rm goes
ok "the journal forgets a session that is gone" wait_until 60 forgotten "$gone"
ok "and what was done in the other" wait_until 60 only_its_life
like "but not that it is there" "$(kinds "$live" | tr '\n' ' ')" \
    'session.created'
pruned() {
	kinds_all=$(api GET '/v1/events?kind=system.pruned' |
	    jq '[.data[].data.events] | add')
	[ "${kinds_all:-0}" -gt 0 ] 2> /dev/null
}
ok "it says how much went" wait_until 30 pruned
through=$(api GET /v1/events | jq .pruned_through)
ok "and how far" test "$through" -gt "$first"
stream() {	# LAST
	curl -sN --max-time 2 --unix-socket "$SOCKET" \
	    -H 'Accept: text/event-stream' -H "Last-Event-ID: $1" \
	    "http://deskd/v1/events"
}
like "a client who was away too long is told" "$(stream "$first" |
    head -n 2 | tr '\n' ' ')" \
    '^event: lost data: \{"pruned_through":[0-9]+\} $'

# Without an age, and with a size.
write_conf | sed 's/^retention.*/retention { journal age 0, journal size 1M }/' \
    > "$TMP/deskd.conf"
kill -s HUP "$DESKD_PID"
reloaded() {
	api GET '/v1/events?kind=system.reloaded' | jq -e '.data | length > 0'
}
ok "another configuration" wait_until 30 reloaded
last=$(api GET '/v1/events?order=desc&limit=1' | jq .data[0].seq)
nok "one who was not, is not" sh -c "printf %s '$(stream "$last")' |
    grep -q '^event: lost'"
ok "a session with a screen" ctl create -w -n screen
screen=$(ctl -j show screen | jq -r .id)
jq -n '{actions: [range(100) | {type: "mouse_move", x: ., y: .}]}' \
    > "$TMP/moves"
round=0
while [ "$round" -lt 60 ]; do
	round=$((round + 1))
	api POST "/v1/sessions/$screen/actions" "@$TMP/moves" > /dev/null
done
count=$(api GET '/v1/events?limit=1000' | jq '.data | length')
ok "much happens" test "$count" -gt 100
store_size() {	# what is in use, by SQLite's own header
	python3 - "$PREFIX/store/deskd.db" <<- 'end'
		import sqlite3, sys
		db = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
		one = lambda q: db.execute("PRAGMA " + q).fetchone()[0]
		print(one("page_size") * (one("page_count") -
		    one("freelist_count")))
	end
}
last=$(api GET '/v1/events?order=desc&limit=1' | jq .data[0].seq)
ok "more than fits" test "$last" -gt 5000
kill -s HUP "$DESKD_PID"
fits() {
	[ "$(store_size)" -le 1048576 ]
}
if python3 -c 'import sqlite3' 2> /dev/null; then
	ok "the store is made to fit" wait_until 60 fits
else
	skip "the store is made to fit" "python3 has no sqlite3"
fi
like "the newest are there" "$(api GET '/v1/events?order=desc&limit=1' |
    jq -r .data[0].kind)" '^system\.|^action'
like "and the lives of sessions" "$(kinds "$live" | tr '\n' ' ')" \
    'session.created'
is "an event's number is never given twice" "$(api GET \
    '/v1/events?limit=1000' | jq -c '[.data[].seq] | . == (. | unique)')" true

done_testing

#!/bin/sh
# Streams of events: one that begins where another ended misses nothing and
# repeats nothing, over the death of the broker, too; nobody is told of what
# is another's.
. "${0%/*}/lib.sh"
need_root
need curl jq setpriv

READERS=
stop_readers() {
	for t_pid in $READERS; do
		kill "$t_pid" 2> /dev/null
	done
	READERS=
}

# uid file path [curl options]: the sequence numbers as they come
follow() {
	t_uid=$1 t_file=$2 t_path=$3
	shift 3
	setpriv --reuid="$t_uid" --regid="$t_uid" --clear-groups \
	    curl -sSN --max-time 60 --unix-socket "$SOCKET" \
	    -H 'Accept: text/event-stream' "$@" "http://deskd$t_path" \
	    > "$TMP/$t_file" 2> /dev/null &
	READERS="$READERS $!"
}
seqs() {
	sed -n 's/^id: //p' "$TMP/$1"
}
stored() {	# seqs of the journal after the first argument
	api GET "/v1/events?limit=1000&after=$1${2-}" | jq '.data[].seq'
}
last() {
	api GET '/v1/events?order=desc&limit=1' | jq '.data[0].seq'
}
caught_up() {	# file, its first event's predecessor, filter
	[ "$(seqs "$1")" = "$(stored "$2" "${3-}")" ]
}
broker_pid() {
	left_behind | awk '$3 == "deskd-broker" { print $2; exit }'
}
new_broker() {
	t_new=$(broker_pid)
	[ -n "$t_new" ] && [ "$t_new" != "$1" ]
}
change() {	# id label value
	api PATCH "/v1/sessions/$1" "{\"labels\":{\"$2\":\"$3\"}}" > /dev/null
}

deskd_start_or_bail
id=$(ctl create -X -w -n one)
other=$(ctl create -X -w -n two)
theirs=$(api_as 4242 POST /v1/sessions '{"desktop":null}' | jq -r .id)
ok "another user's session" wait_until 20 sh -c "'$BIN/deskctl' \
    -s '$SOCKET' -j show '$theirs' | jq -e '.state == \"running\"'"

follow 0 all '/v1/events?after=0'
follow 0 one "/v1/sessions/$id/events?after=0"
follow 4242 theirs '/v1/events?after=0'
for i in 1 2 3; do
	change "$id" n "$i"
	change "$other" n "$i"
	change "$theirs" n "$i"
done
ok "a stream from the beginning has all" wait_until 10 caught_up all 0
ok "one of a session has that session's" wait_until 10 \
    caught_up one 0 "&session=$id"
ok "a user's has his own" wait_until 10 sh -c \
    "grep -c session.updated '$TMP/theirs' | grep -qx 6"
is "and nobody else's" "$(sed -n 's/^data: //p' "$TMP/theirs" |
    jq -r .session_id | sort -u)" "$theirs"
is "his pages, too" "$(api_as 4242 GET '/v1/events?limit=1000' |
    jq -r '.data[].session_id' | sort -u)" "$theirs"
is "from the newest, the same backwards" \
    "$(api GET '/v1/events?limit=1000&order=desc' | jq '.data[].seq')" \
    "$(stored 0 | sort -rn)"
api_as 4242 GET "/v1/sessions/$id/events" > /dev/null
is "another's session has no events" "$(api_status)" 404

# The broker dies while things happen.
seen=$(seqs all | tail -n 1)
broker=$(broker_pid)
kill -s KILL "$broker"
ok "another broker comes" wait_until 10 new_broker "$broker"
ok "it answers" wait_until 10 ctl show one
change "$id" n 4
follow 0 again /v1/events -H "Last-Event-ID: $seen"
change "$id" n 5
ok "a stream goes on without gap or repeat" wait_until 10 \
    caught_up again "$seen"
is "numbers only grow" "$(cat "$TMP/all" "$TMP/again" | sed -n 's/^id: //p')" \
    "$(stored 0)"

# A client that does not read for a while reads on from the journal.
from=$(last)
follow 0 slow /v1/events -H "Last-Event-ID: $from"
slow=${READERS##* }
kill -s STOP "$slow"
big=$(printf '%0200d' 0)
i=0
while [ $i -lt 40 ]; do
	i=$((i + 1))
	change "$id" "k$((i % 8))" "$i.$big"
done
kill -s CONT "$slow"
ok "a slow client misses nothing" wait_until 20 caught_up slow "$from"

stop_readers
ok "streams end with their clients" wait_until 10 sh -c \
    "curl -s --unix-socket '$SOCKET' http://d/metrics |
    grep -q '^deskd_http_streams 0'"
done_testing

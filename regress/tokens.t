#!/bin/sh
# Tokens: made, used on every socket, limited, expired and revoked.
. "${0%/*}/lib.sh"
. "${0%/*}/lib_remote.sh"
need_root
need curl jq perl setpriv

PORT=$(free_port)
URL=http://127.0.0.1:$PORT
PROXY=$PREFIX/run/proxy.sock
deskd_conf <<- end
	listen on socket "$SOCKET" mode 0666
	listen on socket "$PROXY" mode 0666 token
	listen on 127.0.0.1 port $PORT
	$(! grep -q ' lo$' /proc/net/if_inet6 2> /dev/null ||
	    echo "listen on [::1] port $PORT")
	user "daemon" { proxy, admin }
end
deskd_start_or_bail

code() {
	jq -r '"\(.status) \(.code) \(.pointer // "-")"'
}

# Made, shown once, and of a form that tools know.
made=$(api POST /v1/tokens '{"name": "ci", "scopes": ["read", "write"]}')
is "a token is made" "$(api_status)" 201
all=$(echo "$made" | jq -r .secret)
id=$(echo "$made" | jq -r .id)
like "its secret" "$all" '^deskd_[A-Za-z0-9_-]{48}$'
like "its id" "$id" '^tok_[0-9A-Z]{26}$'
is "and where it is" "$(api_header Location)" "/v1/tokens/$id"
is "what is known of it" "$(echo "$made" |
    jq -c '[.name, .user.uid, .scopes, .parent_id, .expires_at]')" \
    '["ci",0,["read","write"],null,null]'
is "it is listed" "$(api GET /v1/tokens | jq -r '.data[0].id')" "$id"
is "and shown" "$(api GET "/v1/tokens/$id" | jq -r .name)" ci
nok "its secret is not shown again" \
    sh -c "cat '$TMP/ok.out' '$LOG' | grep -q '${all#deskd_}'"
api GET /v1/tokens > "$TMP/list"
api GET "/v1/tokens/$id" >> "$TMP/list"
api GET "/v1/events?limit=100" >> "$TMP/list"
nok "nor anywhere told" grep -q "${all#deskd_}" "$TMP/list"
nok "nor in the store" sh -c "cat '$PREFIX'/store/* | grep -qF '$all'"
is "a key for it would keep it" "$(ask http://deskd/v1/tokens \
    --unix-socket "$SOCKET" -H 'Idempotency-Key: k' \
    -H 'Content-Type: application/json' -d '{"scopes": ["read"]}' | code)" \
    "400 invalid_parameter -"
is "a body that is no JSON is not taken" "$(ask http://deskd/v1/tokens \
    --unix-socket "$SOCKET" -H 'Content-Type: text/plain' \
    -d '{"scopes": ["read"]}' | code)" "415 unsupported_media_type -"

# Used: over TCP, on the socket, and through a proxy.
is "TCP without one" "$(ask "$URL/v1/sessions" | code)" "401 unauthorized -"
like "says what to bring" "$(api_header WWW-Authenticate)" '^Bearer realm'
is "TCP with one" "$(with "$all" "$URL/v1/system" | jq -c .user.uid)" 0
is "not by an empty one" "$(with "" "$URL/v1/sessions" | code)" \
    "401 unauthorized -"
if grep -q ' lo$' /proc/net/if_inet6 2> /dev/null; then
	is "IPv6 with one" "$(with "$all" "http://[::1]:$PORT/v1/system" |
	    jq -c .user.uid)" 0
	is "deskctl over IPv6" "$(DESKD_TOKEN=$all "$BIN/deskctl" \
	    -s "http://[::1]:$PORT" -j system | jq .user.uid)" 0
fi
is "health needs none" "$(ask "$URL/healthz" | jq -r .status)" ok
is "nor does readiness" "$(ask "$URL/readyz" | jq -r .status)" ready
is "metrics do" "$(ask "$URL/metrics" | code)" "401 unauthorized -"
like "and have them" "$(with "$all" "$URL/metrics")" '^# EOF$'
is "an unknown path tells a stranger nothing" \
    "$(ask "$URL/v1/none" | code)" "401 unauthorized -"
is "on the socket it counts as well" "$(with "$all" http://d/v1/system \
    --unix-socket "$SOCKET" | jq -c .user.admin)" false
is "a mistyped one" "$(with "${all%?}_" "$URL/v1/system" |
    jq -r .detail)" "this is no token of deskd, or it is mistyped"
is "is refused on the socket too" "$(with "${all%?}_" \
    http://d/healthz --unix-socket "$SOCKET" | code)" "401 unauthorized -"
is "as is another scheme" "$(ask "$URL/v1/system" -u a:b | code)" \
    "401 unauthorized -"
is "a socket for proxies" "$(ask http://d/v1/system \
    --unix-socket "$PROXY" | code)" "401 unauthorized -"
is "with a token" "$(with "$all" http://d/v1/system \
    --unix-socket "$PROXY" | jq .user.uid)" 0
as_proxy() {
	setpriv --reuid=1 --regid=1 --clear-groups curl -sS --max-time 60 \
	    --unix-socket "$SOCKET" "$@"
}
is "a proxy's uid has no rights, an admin's though it is" \
    "$(as_proxy http://d/v1/system | code)" "401 unauthorized -"
is "on no path" "$(as_proxy -X POST http://d/v1/system/shutdown | code)" \
    "401 unauthorized -"
is "with a token it asks for its user" "$(as_proxy \
    -H "Authorization: Bearer $all" http://d/v1/system | jq .user.uid)" 0
ok "its use was noted" sh -c "
	curl -s --unix-socket '$SOCKET' http://d/v1/tokens/$id |
	    jq -e '.last_used_at != null'"

# What may be asked for.
bad() {
	is "$1" "$(api_as "${4:-0}" POST /v1/tokens "$2" | code)" "$3"
}
bad "no scopes" '{}' "422 missing_field /scopes"
bad "none of them" '{"scopes": []}' "422 invalid_field /scopes"
bad "an unknown scope" '{"scopes": ["root"]}' "422 invalid_field /scopes"
bad "an unknown field" '{"scopes": ["read"], "x": 1}' "422 unknown_field /x"
bad "no life" '{"scopes": ["read"], "expires_in": 0}' \
    "422 invalid_field /expires_in"
bad "a past end" '{"scopes": ["read"], "expires_at": "2001-01-01T00:00:00Z"}' \
    "422 invalid_field /expires_at"
bad "an end that is none" '{"scopes": ["read"], "expires_at": "soon"}' \
    "422 invalid_field /expires_at"
bad "two ends" '{"scopes": ["read"], "expires_in": 9,
    "expires_at": "2101-01-01T00:00:00Z"}' "422 invalid_field /expires_at"
bad "a name" '{"scopes": ["read"], "name": "A b"}' "422 invalid_field /name"
bad "another's, by no admin" '{"scopes": ["read"], "user": 0}' \
    "403 forbidden /user" 2000
bad "admin, by none" '{"scopes": ["admin"]}' "422 invalid_field /scopes" 2000
bad "admin, for none" '{"scopes": ["admin"], "user": 2000}' \
    "422 invalid_field /scopes"
his=$(token 0 '["read", "view", "control", "write"]' '"user": 2000')
is "an admin makes one for another" \
    "$(with "$his" "$URL/v1/system" | jq -c .user.uid)" 2000
is "who sees it" "$(api_as 2000 GET /v1/tokens | jq '.data | length')" 1
is "and not those of others" "$(api_as 2000 GET "/v1/tokens/$id" | code)" \
    "404 not_found -"
is "nor ends them" "$(api_as 2000 DELETE "/v1/tokens/$id" | code)" \
    "404 not_found -"

# A token gives no more than it has.
post() {
	t_by=$1
	with "$t_by" "$URL/v1/tokens" -H 'Content-Type: application/json' \
	    -d "$2"
}
is "more scopes" "$(post "$his" '{"scopes": ["read", "admin"]}' | code)" \
    "403 insufficient_scope /scopes"
short=$(token 2000 '["read", "write"]' '"expires_in": 600')
end=$(api_as 2000 GET /v1/tokens | jq -r '.data[0].expires_at')
is "a longer life" "$(post "$short" \
    '{"scopes": ["read"], "expires_in": 601}' | code)" \
    "422 invalid_field /expires_in"
child=$(post "$short" '{"scopes": ["read"]}')
is "by itself it has the same end" \
    "$(echo "$child" | jq -r .expires_at)" "$end"
like "and says whose it is" "$(echo "$child" | jq -r .parent_id)" '^tok_'
child=$(echo "$child" | jq -r .secret)
is "fewer scopes" "$(with "$child" "$URL/v1/sessions" -X POST | code)" \
    "403 insufficient_scope -"
like "named" "$(api_header WWW-Authenticate)" 'scope="write"'
admin=$(token 0 '["read", "write", "admin"]')
is "with admin it is one" "$(with "$admin" "$URL/v1/system" |
    jq -c .user.admin)" true
is "without it is none" "$(with "$all" "$URL/v1/tokens/$(
    api GET /v1/tokens | jq -r '[.data[] | select(.user.uid == 2000)][0].id'
    )" | code)" "404 not_found -"

# Work under it: the user's, with the token in the journal.
with "$his" "$URL/v1/sessions" -X POST -H 'Idempotency-Key: once' \
    -H 'Content-Type: application/json' -d '{"desktop": null}' > "$TMP/s"
ses=$(jq -r .id "$TMP/s")
is "a session of its user" "$(jq -r .owner.uid "$TMP/s")" 2000
is "its key is its user's" "$(ask http://d/v1/sessions --unix-socket \
    "$SOCKET" -X POST -H 'Idempotency-Key: once' -H "Authorization: Bearer $his" \
    -H 'Content-Type: application/json' -d '{"desktop": null}' | jq -r .id)" \
    "$ses"
ok "it comes up" wait_until 60 sh -c \
    "curl -s --unix-socket '$SOCKET' http://d/v1/sessions/$ses |
	jq -e '.state == \"running\"'"
with "$his" "$URL/v1/sessions/$ses/exec" \
    -H 'Content-Type: application/json' -d '{"argv": ["true"]}' > /dev/null
his_id=$(api_as 2000 GET /v1/tokens | jq -r '.data[-1].id')
by() {
	api GET "/v1/events?session=$ses&kind=$1" |
		jq -r '.data[0].actor | "\(.uid) \(.token_id)"'
}
is "its making is told with the token" "$(by session.created)" \
    "2000 $his_id"
is "so is what it runs" "$(by exec.started)" "2000 $his_id"
is "and how that ended" "$(by exec.exited)" "2000 $his_id"

# So is what is done on a screen, which a worker tells of.
with "$his" "$URL/v1/sessions" -X POST -H 'Content-Type: application/json' \
    -d '{"desktop": {"width": 640, "height": 480}}' > "$TMP/s"
ses=$(jq -r .id "$TMP/s")
moves() {
	with "$his" "$URL/v1/sessions/$ses/actions" \
	    -H 'Content-Type: application/json' -d '{"actions": [
	    {"type": "mouse_move", "x": 10, "y": 10}]}' | jq -e '.results[0].ok'
}
ok "a screen" wait_until 60 moves
is "and a move of the mouse" "$(by action)" "2000 $his_id"

# Ended: at once, with what it holds open and what it made.
follow() {
	curl -sSN --max-time 900 -H "Authorization: Bearer $1" \
	    -H 'Accept: text/event-stream' "$URL/v1/events" \
	    > "$TMP/stream.$2" 2>&1 &
	eval "stream_$2=$!"
	wait_until 20 sh -c "curl -s --unix-socket '$SOCKET' \
	    http://d/metrics | grep -q '^deskd_http_streams $3\$'"
}
ended() {
	wait_until 60 sh -c "! kill -0 $1 2> /dev/null"
}
last=$(token 2000 '["read"]' "\"expires_in\": $((12 * ${DESKD_TEST_SLOW:-1}))")
with "$last" "$URL/v1/events?limit=1" > /dev/null
is "one that lives for seconds is good" "$(api_status)" 200
ok "a stream of one that is to expire" follow "$last" a 1
ok "a stream of one that is to be revoked" follow "$short" b 2
ok "a stream of its child" follow "$child" c 3
ok "a stream of another" follow "$his" d 4
# shellcheck disable=SC2154	# by eval
ok "the first ends by itself" ended "$stream_a"
is "it has expired" "$(with "$last" "$URL/v1/system" | jq -r .detail)" \
    "this token has expired"
short_id=$(api_as 2000 GET /v1/tokens |
    jq -r '[.data[] | select(.scopes == ["read", "write"])][0].id')
with "$short" "$URL/v1/tokens/$short_id" -X DELETE
is "it revokes itself and hears so" "$(api_status)" 204
# shellcheck disable=SC2154	# by eval
ok "its stream ends" ended "$stream_b"
# shellcheck disable=SC2154	# by eval
ok "its child's too" ended "$stream_c"
# shellcheck disable=SC2154	# by eval
ok "another's does not" kill -0 "$stream_d"
is "it is good no more" "$(with "$short" "$URL/v1/system" |
    jq -r .detail)" "this token was revoked"
is "nor is its child" "$(with "$child" "$URL/v1/system" | code)" \
    "401 unauthorized -"
like "revoked twice is revoked" "$(api DELETE "/v1/tokens/$short_id"
    api_status)" '^204$'
is "and told once" "$(api GET "/v1/events?kind=token.revoked" |
    jq -r '[.data[].data.token_id] | join(" ")')" "$short_id"
is "its user is told" "$(api_as 2000 GET "/v1/events?kind=token.revoked" |
    jq -r '.data[0].actor.uid')" 2000
kill "$stream_d"
ok "until it leaves" ended "$stream_d"

# As many as one may have, and none more.
n=$(api_as 2000 GET '/v1/tokens?limit=500' |
    jq '[.data[] | select(.revoked_at == null)] | length - 1')
while [ "$n" -lt 64 ]; do
	token 2000 '["read"]' > /dev/null
	n=$((n + 1))
done
is "64 of a user" "$(api_as 2000 GET '/v1/tokens?limit=500' |
    jq '[.data[] | select(.revoked_at == null)] | length - 1')" 64
bad "and not 65" '{"scopes": ["read"]}' "429 limit_reached -" 2000
is "a page of them" "$(api_as 2000 GET '/v1/tokens?limit=2' |
    jq -c '[(.data | length), .has_more]')" '[2,true]'
cursor=$(api_as 2000 GET '/v1/tokens?limit=2' | jq -r .next_cursor)
is "and the next" "$(api_as 2000 GET "/v1/tokens?limit=1&cursor=$cursor" |
    jq -r '.data[0].id')" "$(api_as 2000 GET '/v1/tokens?limit=3' |
    jq -r '.data[2].id')"

# A broker that starts again knows them; only good ones.
pid=$(pgrep -P "$DESKD_PID" deskd-broker)
kill -KILL "$pid"
ok "the broker comes back" wait_until 30 sh -c "
	curl -sf --unix-socket '$SOCKET' http://d/readyz"
is "a good one is good" "$(with "$his" "$URL/v1/system" |
    jq -r .user.uid)" 2000
is "a bad one is bad" "$(with "$short" "$URL/v1/system" | code)" \
    "401 unauthorized -"

# deskctl.
ctl token create -n mine -S read,view -x 2h > "$TMP/secret" 2> "$TMP/said"
chmod 600 "$TMP/secret"
like "deskctl token create gives the secret alone" \
    "$(cat "$TMP/secret")" '^deskd_[A-Za-z0-9_-]{48}$'
like "and says which it is" "$(cat "$TMP/said")" 'tok_[0-9A-Z]{26}'
like "token ls" "$(ctl token ls)" 'mine +root +read,view +good'
tcp() {
	"$BIN/deskctl" -s "$URL" "$@"
}
is "deskctl over TCP" "$(tcp --token-file "$TMP/secret" -j system |
    jq .user.uid)" 0
is "with the token in its environment" \
    "$(DESKD_TOKEN=$(cat "$TMP/secret") tcp -j system | jq .user.uid)" 0
like "without one" "$(tcp system 2>&1)" 'a token is needed'
like "a scope it lacks" "$(tcp --token-file "$TMP/secret" create -X 2>&1)" \
    'lacks the scope "write"'
chmod 644 "$TMP/secret"
like "not from a file that anyone reads" \
    "$(tcp --token-file "$TMP/secret" system 2>&1)" 'anyone may read it'
like "not with a line end in it" \
    "$(DESKD_TOKEN="a
X: y" tcp system 2>&1)" 'holds no token'
like "not in clear to another machine" \
    "$("$BIN/deskctl" -s http://192.0.2.1 system 2>&1)" 'use https'
mine=$(ctl -j token ls | jq -r '[.[] | select(.name == "mine")][0].id')
ok "token revoke" ctl token revoke "$mine"
nok "it is not listed" sh -c "'$BIN/deskctl' -s '$SOCKET' token ls |
    grep -q '$mine'"
like "but with -a" "$(ctl token ls -a)" "$mine.*revoked"
nok "one that there is not" ctl token revoke tok_01ARZ3NDEKTSV4RRFFQ69G5FAV
DESKD_TOKEN=$his "$BIN/deskctl" -s "$URL" log -f > "$TMP/followed" 2>&1 &
follower=$!
ok "deskctl opens a stream over TCP" wait_until 30 sh -c "curl -s \
    --unix-socket '$SOCKET' http://d/metrics |
    grep -q '^deskd_http_streams 1\$'"
with "$his" "$URL/v1/sessions/$ses/stop" -X POST > /dev/null
ok "and reads it" wait_until 30 \
    grep -q 'session.stop' "$TMP/followed"
kill "$follower"

# A stranger takes no more than his places, and not for long.
cat > "$TMP/hold.pl" <<- 'end'
	use IO::Socket::INET;
	my ($port, $n, $from) = @ARGV;
	$| = 1;
	$SIG{ALRM} = sub { print "kept\n"; exit };
	my @held = map { IO::Socket::INET->new(PeerAddr => "127.0.0.1",
	    PeerPort => $port, LocalAddr => $from // "127.0.0.1") or die
	    } 1 .. $n;
	$held[-1]->syswrite("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
	$held[-1]->sysread(my $answer, 4096);
	print((split " ", $answer)[1], "\n");
	alarm 100;
	print $held[0]->sysread(my $rest, 1) ? "spoken to\n" : "cut\n";
end
is "32 strangers of one address, and not 33" \
    "$(perl "$TMP/hold.pl" "$PORT" 33 | tr '\n' ' ')" "429 cut "
is "32 are served" \
    "$(perl "$TMP/hold.pl" "$PORT" 32 | tr '\n' ' ')" "200 cut "
# Three addresses take all places there are; those who are known have others.
# On a slow machine the first may be cut before the last have come.
crowd() {
	rm -f "$TMP"/held.*
	holders=
	for from in 2 3 4; do
		perl "$TMP/hold.pl" "$PORT" 32 "127.0.0.$from" \
		    > "$TMP/held.$from" 2>&1 &
		holders="$holders $!"
	done
	wait_until 20 sh -c "cat '$TMP'/held.? | grep -c 200 | grep -qx 3"
	perl "$TMP/hold.pl" "$PORT" 1 127.0.0.5 > "$TMP/late" 2>&1
	api GET /v1/system > "$TMP/known"
	for pid in $holders; do
		wait "$pid"
	done
	[ "$(head -n 1 "$TMP/late")" = 429 ]
}
ok "96 strangers of three addresses, and not 97" wait_until 120 crowd
is "the socket's users are served" "$(jq .user.uid "$TMP/known")" 0
is "the strangers were cut" "$(cat "$TMP"/held.? | grep -c cut)" 3
done_testing

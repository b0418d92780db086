#!/bin/sh
# TLS: whom it lets in, whom clients should trust, and a new certificate
# while connections are open.
. "${0%/*}/lib.sh"
. "${0%/*}/lib_remote.sh"
need_root
need curl jq openssl perl

PORT=$(free_port)
URL=https://localhost:$PORT
make_ca ca
make_ca other
make_cert ca one localhost
make_cert ca two localhost
make_cert ca wrong example.org
cp "$TMP/one.pem" "$TMP/cert.pem"
cp "$TMP/one.key" "$TMP/cert.key"
chmod 600 "$TMP/cert.key"

# What cannot work is said at start, and then nothing starts.
refuses() {
	write_conf > "$TMP/bad.conf"
	echo "$2" >> "$TMP/bad.conf"
	mkdir -p "$PREFIX"
	timeout 60 "$BIN/deskd" -d -f "$TMP/bad.conf" > "$TMP/bad.log" 2>&1 \
	    < /dev/null
	t_rc=$?
	if [ "$t_rc" = 0 ] || [ "$t_rc" = 124 ]; then
		fail "$1: it does not end as it should ($t_rc)"
	else
		like "$1" "$(cat "$TMP/bad.log")" "$3"
	fi
}
tls_line() {
	echo "listen on 127.0.0.1 port $PORT tls certificate \"$1\" key \"$2\""
}
refuses "no certificate there" "$(tls_line "$TMP/no.pem" "$TMP/one.key")" \
    'no.pem: No such file'
refuses "a folder" "$(tls_line "$TMP" "$TMP/one.key")" 'not a file'
: > "$TMP/empty.pem"
refuses "an empty one" "$(tls_line "$TMP/empty.pem" "$TMP/one.key")" 'empty'
cp "$TMP/one.key" "$TMP/open.key"
chmod 644 "$TMP/open.key"
refuses "a key that anyone may read" \
    "$(tls_line "$TMP/one.pem" "$TMP/open.key")" 'anyone may read'
refuses "a key of another certificate" \
    "$(tls_line "$TMP/one.pem" "$TMP/two.key")" \
    "listen on 127.0.0.1 port $PORT: .*do not match"
echo nonsense > "$TMP/nonsense.pem"
refuses "no certificate at all" \
    "$(tls_line "$TMP/nonsense.pem" "$TMP/one.key")" \
    "listen on 127.0.0.1 port $PORT: "
refuses "an address of another machine" \
    "listen on 192.0.2.7 port $PORT tls certificate \"$TMP/one.pem\" key \"$TMP/one.key\"" \
    "listen on 192.0.2.7 port $PORT: Cannot assign"

tls_line "$TMP/cert.pem" "$TMP/cert.key" | {
	cat
	echo "listen on socket \"$SOCKET\" mode 0666"
} | deskd_conf
deskd_start_or_bail
# Another instance, with all its own but the port.
cat > "$TMP/other.conf" <<- end
	prefix = "$TMP/other"
	programs "$BIN"
	cgroup "/$CGROUP"
	uids from $((UID_FIRST + 0x80000)) to $UID_LAST
	worker uids from $((WORKER_FIRST + 0x80)) to $WORKER_LAST
	max sessions 2
	listen on 127.0.0.1 port $PORT
end
mkdir -p "$TMP/other"
timeout 60 "$BIN/deskd" -d -f "$TMP/other.conf" > "$TMP/other.log" 2>&1 \
    < /dev/null
is "a port that is taken is an end" $? 1
like "and the reason is said" "$(cat "$TMP/other.log")" \
    "listen on 127.0.0.1 port $PORT: Address already in use"
token=$(token 0 '["read"]')

is "a token over TLS" "$(with "$token" "$URL/v1/system" \
    --cacert "$TMP/ca.pem" | jq .user.uid)" 0
is "none" "$(ask "$URL/v1/system" --cacert "$TMP/ca.pem" |
    jq -r .code)" unauthorized
is "by address" "$(ask "https://127.0.0.1:$PORT/healthz" \
    --cacert "$TMP/ca.pem" | jq -r .status)" ok
nok "not when another signs" ask "$URL/healthz" --cacert "$TMP/other.pem"
is "TLS 1.2" "$(ask "$URL/healthz" --cacert "$TMP/ca.pem" \
    --tls-max 1.2 | jq -r .status)" ok
is "TLS 1.3" "$(ask "$URL/healthz" --cacert "$TMP/ca.pem" \
    --tlsv1.3 | jq -r .status)" ok
# Lowered so far that the client is willing to.
old() {
	echo | timeout 60 openssl s_client -connect "127.0.0.1:$PORT" "$1" \
	    -cipher 'ALL:@SECLEVEL=0' 2>&1
}
like "TLS 1.2 by openssl" "$(old -tls1_2)" 'Cipher is [A-Z]'
for version in -tls1 -tls1_1; do
	like "not $version" "$(old $version)" 'Cipher is \(NONE\)'
done
nok "plain HTTP is not spoken there" \
    ask "http://localhost:$PORT/healthz" --max-time 60
is "and that does no harm" "$(ask "$URL/healthz" \
    --cacert "$TMP/ca.pem" | jq -r .status)" ok
head -c 20000 /dev/urandom > "$TMP/noise"
timeout 60 curl -s --max-time 50 "telnet://127.0.0.1:$PORT" \
    < "$TMP/noise" > /dev/null 2>&1
is "nor does noise" "$(ask "$URL/healthz" \
    --cacert "$TMP/ca.pem" | jq -r .status)" ok

# Long answers, long bodies, waits, and clients who leave.
i=0
while [ $i -lt 60 ]; do
	token 0 '["read", "view", "control", "write", "admin"]' > /dev/null
	i=$((i + 1))
done
is "a long answer arrives whole" "$(with "$token" \
    "$URL/v1/tokens?limit=500" --cacert "$TMP/ca.pem" |
    jq -c '.data | length')" 61

all=$(token 0 '["read", "view", "control", "write"]')
tls_to() {
	t_path=$1
	shift
	with "$all" "$URL$t_path" --cacert "$TMP/ca.pem" "$@"
}
ses=$(tls_to /v1/sessions -X POST -H 'Content-Type: application/json' \
    -d '{"desktop": null}' | jq -r .id)
is "a wait" "$(tls_to "/v1/sessions/$ses?wait_for=running&timeout=60" |
    jq -r .state)" running
head -c 3000000 /dev/urandom > "$TMP/big"
tls_to "/v1/sessions/$ses/files?path=/tmp/big" -T "$TMP/big" > /dev/null
is "a long body" "$(api_status | cut -c1)" 2
tls_to "/v1/sessions/$ses/files?path=/tmp/big" > "$TMP/big.back"
ok "comes back as it went" cmp "$TMP/big" "$TMP/big.back"
is "an output as it comes" "$(tls_to "/v1/sessions/$ses/exec" \
    -H 'Accept: text/event-stream' -H 'Content-Type: application/json' \
    -d '{"command": "echo one; sleep 0.2; echo two"}' |
    grep -c '"data":"\(one\|two\)')" 2

# A WebSocket, which goes another way through the server.
is "a terminal over TLS" "$(DESKD_TOKEN=$all DESKD_CA=$TMP/ca.pem \
    "$BIN/pty_drive" -o "$TMP/screen" "$BIN/deskctl" -s "$URL" \
    exec -t "$ses" -- sh <<- 'end'
	expect $
	type echo x$((6 * 7))y\r
	expect x42y
	type exit 5\r
	end
)" "exit 5 cooked"
is "is told with its token" "$(api GET \
    "/v1/events?session=$ses&kind=terminal.closed" |
    jq -r '.data[0].actor.token_id')" "$(api GET /v1/tokens |
    jq -r '.data[0].id')"
is "so is a file" "$(api GET "/v1/events?session=$ses&kind=file.written" |
    jq -r '.data[0].actor.token_id')" "$(api GET /v1/tokens |
    jq -r '.data[0].id')"

# Who closes his connection ends what he waits for, here as elsewhere.
running() {
	"$BIN/deskctl" -s "$SOCKET" exec "$ses" -- \
	    sh -c "cat /proc/[0-9]*/cmdline | tr '\\0' ' '" | grep -q "$1"
}
not_running() {
	! running "$1"
}
curl -sS --max-time 300 --cacert "$TMP/ca.pem" \
    -H "Authorization: Bearer $all" -H 'Content-Type: application/json' \
    -d '{"argv": ["sleep", "4242"], "timeout_seconds": 300}' \
    "$URL/v1/sessions/$ses/exec" > /dev/null 2>&1 &
waits=$!
ok "a command runs" wait_until 30 running 'sleep 424[2]'
kill "$waits"
ok "and ends when its client leaves" wait_until 30 not_running 'sleep 424[2]'
last=$(token 0 '["read", "control"]')
curl -sS --max-time 300 --cacert "$TMP/ca.pem" \
    -H "Authorization: Bearer $last" -H 'Content-Type: application/json' \
    -d '{"argv": ["sleep", "4343"], "timeout_seconds": 300}' \
    "$URL/v1/sessions/$ses/exec" > /dev/null 2>&1 &
waits=$!
ok "another" wait_until 30 running 'sleep 434[3]'
api DELETE "/v1/tokens/$(api GET /v1/tokens |
    jq -r '[.data[] | select(.scopes == ["read","control"])][0].id')"
is "its token is revoked" "$(api_status)" 204
ok "and so it ends" wait_until 30 not_running 'sleep 434[3]'
ok "its client knows" wait_until 30 sh -c "! kill -0 $waits 2> /dev/null"

# Who never says hello is cut, and takes no more places than strangers have.
cat > "$TMP/hold.pl" <<- 'end'
	use IO::Socket::INET;
	my ($port, $n) = @ARGV;
	$SIG{ALRM} = sub { print "kept\n"; exit };
	my @held = map { IO::Socket::INET->new(PeerAddr => "127.0.0.1",
	    PeerPort => $port) or die } 1 .. $n;
	alarm 100;
	$held[-1]->sysread(my $rest, 1);
	print "cut\n";
end
is "a handshake that never begins is cut" "$(perl "$TMP/hold.pl" "$PORT" 1)" \
    cut

# deskctl.
tls() {
	DESKD_TOKEN=$token "$BIN/deskctl" -s "$URL" --ca "$TMP/ca.pem" "$@"
}
is "deskctl over TLS" "$(tls -j system | jq .user.uid)" 0
is "more than one request" "$(tls -j token ls | jq length)" 63
is "with the trust of its environment" "$(DESKD_TOKEN=$token \
    DESKD_CA=$TMP/ca.pem "$BIN/deskctl" -s "https://127.0.0.1:$PORT" \
    -j system | jq .user.uid)" 0
said() {
	DESKD_TOKEN=$token "$BIN/deskctl" "$@" system 2>&1
}
like "another's signature is not trusted" \
    "$(said -s "$URL" --ca "$TMP/other.pem")" 'NOT trusted|not trusted'
like "the system trusts nobody of ours" "$(said -s "$URL")" \
    'NOT trusted|not trusted'
like "no file of certificates" "$(said -s "$URL" --ca "$TMP/no.pem")" \
    'no.pem: '
like "one without any" "$(said -s "$URL" --ca "$TMP/nonsense.pem")" \
    'nonsense.pem: '
like "http to a TLS port" "$(said -s "http://127.0.0.1:$PORT")" \
    'closed the connection|no HTTP|reset'
like "nobody there" "$(said -s "https://127.0.0.1:$(free_port)")" \
    'Connection refused'
nok "with a status" tls show none

# A new certificate: for new connections; those that are open go on.
serial() {
	echo | timeout 60 openssl s_client -connect "127.0.0.1:$PORT" 2> /dev/null |
		openssl x509 -noout -serial 2> /dev/null
}
file_serial() {
	openssl x509 -noout -serial -in "$TMP/$1.pem"
}
curl -sSN --max-time 300 --cacert "$TMP/ca.pem" \
    -H "Authorization: Bearer $token" -H 'Accept: text/event-stream' \
    "$URL/v1/events" > "$TMP/stream" 2>&1 &
stream=$!
ok "a stream is open" wait_until 30 sh -c "curl -s --unix-socket '$SOCKET' \
    http://d/metrics | grep -q '^deskd_http_streams 1\$'"
is "the first certificate" "$(serial)" "$(file_serial one)"
cp "$TMP/two.pem" "$TMP/cert.pem"
cp "$TMP/two.key" "$TMP/cert.key"
kill -HUP "$DESKD_PID"
is_two() {
	[ "$(serial)" = "$(file_serial two)" ]
}
ok "a new one is used after a reload" wait_until 30 is_two
api POST /v1/tokens '{"scopes": ["read"], "name": "after"}' > /dev/null
ok "the stream tells of what comes after" wait_until 30 \
    grep -q '"name":"after"' "$TMP/stream"

broken() {
	kill -HUP "$DESKD_PID"
	ok "$1 is told" wait_until 30 sh -c \
	    "grep -c 'the old certificate stays' '$LOG' | grep -qx $2"
	ok "and the old one goes on" is_two
	is "and serves" "$(with "$token" "$URL/v1/system" \
	    --cacert "$TMP/ca.pem" | jq .user.uid)" 0
}
cp "$TMP/one.key" "$TMP/cert.key"
broken "another's key" 1
echo nonsense > "$TMP/cert.pem"
broken "a broken file" 2
rm "$TMP/cert.pem"
broken "a missing file" 3
pid=$(pgrep -P "$DESKD_PID" deskd-broker)
kill -KILL "$pid"
ok "a broker that starts again has the good one" wait_until 30 is_two
cp "$TMP/wrong.pem" "$TMP/cert.pem"
cp "$TMP/wrong.key" "$TMP/cert.key"
kill -HUP "$DESKD_PID"
is_wrong() {
	[ "$(serial)" = "$(file_serial wrong)" ]
}
ok "one of another name" wait_until 30 is_wrong
nok "is not what curl asked for" ask "$URL/healthz" --cacert "$TMP/ca.pem"
like "nor deskctl" "$(said -s "$URL" --ca "$TMP/ca.pem")" \
    'name .*does not match|does not match'
is "but it is that of the address" "$(DESKD_TOKEN=$token "$BIN/deskctl" \
    -s "https://127.0.0.1:$PORT" --ca "$TMP/ca.pem" -j system |
    jq .user.uid)" 0

# Another place to listen is no reload.
sed "s/port $PORT/port $(free_port)/" "$TMP/deskd.conf" > "$TMP/moved"
cp "$TMP/moved" "$TMP/deskd.conf"
kill -HUP "$DESKD_PID"
ok "a port cannot change while it runs" wait_until 30 \
    grep -q 'listen cannot change while running' "$LOG"
ok "and the old one stays" is_wrong
kill "$stream" 2> /dev/null
done_testing

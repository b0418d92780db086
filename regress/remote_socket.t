#!/bin/sh
# Terminals over TCP and TLS: exec -t and attach with a token, what a token
# for looking may, and one that is revoked while somebody is attached.
# shellcheck disable=SC2016	# the session's shell expands

# shellcheck source=regress/lib.sh
. ./lib.sh
# shellcheck source=regress/lib_remote.sh
. ./lib_remote.sh

need_root
need curl jq openssl

PLAIN=$(free_port)
t_port=$PLAIN
TLS=$(free_port)
make_ca ca
make_cert ca one localhost
deskd_conf <<- end
	listen on socket "$SOCKET" mode 0666
	listen on 127.0.0.1 port $PLAIN
	listen on 127.0.0.1 port $TLS tls certificate "$TMP/one.pem" key "$TMP/one.key"
end
deskd_start_or_bail
ctl create -X -w -n work > "$TMP/id" || exit 1
id=$(cat "$TMP/id")
T=/v1/sessions/$id/terminals
all=$(token 0 '["read", "view", "control", "write"]')
look=$(token 0 '["read", "view"]')

pty() {		# deskctl's arguments; the script is standard input
	"$BIN/pty_drive" -o "$TMP/screen" "$BIN/deskctl" --ca "$TMP/ca.pem" \
	    -s "$URL" "$@"
}
screen() {
	tr -d '\r' < "$TMP/screen"
}
sh_in() {	# TEXT: a terminal with a shell's text
	api POST "$T" "$(jq -n --arg c "$1" \
	    '{argv: ["/bin/sh", "-c", $c]}')" | jq -r .id
}
sockets() {
	api GET /metrics | grep -q "^deskd_http_websockets $1\$"
}

DESKD_TOKEN=$all
export DESKD_TOKEN
for URL in "http://127.0.0.1:$PLAIN" "https://localhost:$TLS"; do
	is "${URL%%:*}: a command's exit code" "$(pty exec -t work -- \
	    sh -c 'read -r x; echo "got $x"; exit 7' << 'E'
type hello\r
expect got hello
E
	    )" "exit 7 cooked"
	pty exec -t work seq 1 5000 < /dev/null > /dev/null
	is "${URL%%:*}: all that is shown" "$(screen | cksum)" \
	    "$(seq 1 5000 | cksum)"
	ok "${URL%%:*}: its connection is closed" wait_until 20 sockets 0
	trm=$(sh_in 'trap "stty size" WINCH; echo up
	    while :; do read -r x && echo "got $x"; done')
	is "${URL%%:*}: detach, and the window's size" "$(pty attach work \
	    "$trm" << 'E'
expect up
size 101x31
expect 31 101
type one\r
expect got one
type \x1dd
E
	    )" "exit 0 cooked"

	# A token for looking.
	DESKD_TOKEN=$look
	is "${URL%%:*}: it may see" "$(printf '%s\n' 'expect got one' \
	    'type secret\r' 'type \x1dd' | pty attach -r work "$trm")" \
	    "exit 0 cooked"
	is "${URL%%:*}: but not type" "$(pty attach work "$trm" \
	    < /dev/null)" "exit 1 cooked"
	like "${URL%%:*}: and is told why" "$(screen)" \
	    'lacks the scope "control"'
	DESKD_TOKEN=$all

	# One that is taken away.
	api POST /v1/tokens '{"scopes": ["read", "view", "control"]}' \
	    > "$TMP/token"
	DESKD_TOKEN=$(jq -r .secret "$TMP/token")
	mkfifo "$TMP/script"
	pty attach work "$trm" < "$TMP/script" > "$TMP/ended" &
	user=$!
	DESKD_TOKEN=$all
	exec 7> "$TMP/script"
	printf '%s\n' 'expect got one' 'type two\r' 'expect got two' >&7
	ok "${URL%%:*}: attached" wait_until 20 grep -q 'got two' \
	    "$TMP/screen"
	ok "${URL%%:*}: the token is revoked" ctl token revoke \
	    "$(jq -r .id "$TMP/token")"
	exec 7>&-
	wait "$user"
	rm "$TMP/script"
	is "${URL%%:*}: who had it is cut off" "$(cat "$TMP/ended")" \
	    "exit 1 cooked"
	like "${URL%%:*}: and is told" "$(screen)" 'access was revoked'
	is "${URL%%:*}: the terminal goes on" "$(api GET "$T/$trm" |
	    jq -r .state)" running
	is "${URL%%:*}: nobody typed what he may not" "$(api GET \
	    "$T/$trm/log" | grep -c secret)" 0
	ok "${URL%%:*}: nothing stays open" wait_until 20 sockets 0
	api DELETE "$T/$trm"
done

done_testing

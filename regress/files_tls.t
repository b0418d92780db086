#!/bin/sh
# Files over TLS with a token: long bodies both ways, what a token may do
# with them, and whom the journal names.

. ./lib.sh
# shellcheck source=regress/lib_remote.sh
. ./lib_remote.sh

need_root
need curl jq openssl

PORT=$(free_port)
make_ca ca
make_cert ca one localhost
deskd_conf << end
listen on 127.0.0.1 port $PORT tls certificate "$TMP/one.pem" key "$TMP/one.key"
listen on socket "$SOCKET" mode 0666
end
deskd_start_or_bail
ok "a session" ctl create -X -w -n work -D 128M
id=$(ctl show -j work | jq -r .id)
URL=https://localhost:$PORT/v1/sessions/$id/files
all=$(token 0 '["read", "view", "control"]')
look=$(token 0 '["read", "view"]')
list=$(token 0 '["read"]')
by() {		# TOKEN URL [CURL ARGUMENTS]
	with "$@" --cacert "$TMP/ca.pem"
}

head -c 30000007 /dev/urandom > "$TMP/large"
by "$all" "$URL?path=large" -T "$TMP/large" > "$TMP/body"
is "a large file" "$(api_status) $(jq .entry.size "$TMP/body")" "201 30000007"
by "$all" "$URL?path=chunks" -T - < "$TMP/large" > /dev/null
is "in chunks" "$(api_status)" 201
is "both are the same" \
    "$(ctl exec work -- sh -c 'cmp large chunks && wc -c < large')" 30000007
by "$all" "$URL?path=large" > "$TMP/back"
ok "and back" cmp "$TMP/large" "$TMP/back"
by "$all" "$URL?path=large" --limit-rate 20M > "$TMP/back"
ok "slowly" cmp "$TMP/large" "$TMP/back"
by "$look" "$URL?path=large" -r 0-9 > /dev/null
is "a token that looks reads" "$(api_status)" 206
is "and does not write" "$(by "$look" "$URL?path=x" -d x -X PUT |
    jq -r '"\(.status) \(.code)"')" "403 insufficient_scope"
is "nor delete" "$(by "$look" "$URL?path=large" -X DELETE |
    jq -r '"\(.status) \(.code)"')" "403 insufficient_scope"
is "one that lists does not read" "$(by "$list" "$URL?path=large" |
    jq -r '"\(.status) \(.code)"')" "403 insufficient_scope"
is "none" "$(ask "$URL?path=large" --cacert "$TMP/ca.pem" |
    jq -r '"\(.status) \(.code)"')" "401 unauthorized"
is "a large body without one" "$(ask "$URL?path=x" -T "$TMP/large" \
    --cacert "$TMP/ca.pem" | jq -r '"\(.status) \(.code)"')" \
    "401 unauthorized"
is "the journal names the token" "$(api GET \
    "/v1/sessions/$id/events?kind=file.written&limit=1" |
    jq -r '.data[0].actor.token_id' | cut -c1-4)" "tok_"
no_pump() {
	[ -z "$(ctl exec work -- sh -c 'cat /proc/[0-9]*/cmdline 2> /dev/null |
	    tr "\0" " " | grep -oE "(^| )(read|write) [^ ]*"')" ]
}
by "$all" "$URL?path=large" --limit-rate 100k --max-time 2 > /dev/null 2>&1
ok "a client that leaves: no program is left" wait_until 30 no_pump

done_testing

#!/bin/sh
# Users are the uids on the socket: what is one's is not there for another;
# an administrator sees all; limits hold for each.
. "${0%/*}/lib.sh"
need_root
need curl jq setpriv

deskd_conf << 'end'
default user { sessions 2, memory 3G }
user "nobody" { sessions 1, memory 1G }
end
deskd_start_or_bail

post() {
	api_as "$1" POST /v1/sessions "$2"
}
small='{"desktop": null, "resources": {"memory_bytes": 268435456}}'

a=$(post 4001 "$small" | jq -r .id)
like "a user creates one" "$a" '^ses_'
b=$(post 4002 "$small" | jq -r .id)
like "so does another" "$b" '^ses_'
is "each lists his own" "$(api_as 4001 GET /v1/sessions | jq -r '.data[].id')" "$a"
api_as 4001 GET "/v1/sessions/$a?wait_for=running&timeout=20" > /dev/null
is "and may use it" "$(api_status)" 200

for call in "GET /v1/sessions/$a" "DELETE /v1/sessions/$a" \
    "GET /v1/sessions/$a/stats" "GET /v1/sessions/$a/screenshot" \
    "GET /v1/sessions/$a/events" "POST /v1/sessions/$a/stop" \
    "POST /v1/sessions/$a/start"; do
	# shellcheck disable=SC2086	# method and path
	api_as 4002 $call > "$TMP/body"
	is "another's $call: 404" "$(api_status)" 404
	is "and no more is said" "$(jq -r .code "$TMP/body")" not_found
done
for call in "PATCH /v1/sessions/$a" "POST /v1/sessions/$a/actions" \
    "POST /v1/sessions/$a/exec"; do
	# shellcheck disable=SC2086
	api_as 4002 $call '{"command": "true"}' > "$TMP/body"
	is "another's $call: 404" "$(api_status)" 404
done
is "one that never was answers the same" "$(api_as 4002 GET \
    /v1/sessions/ses_00000000000000000000000000 | jq -r .detail)" \
    "$(api_as 4002 GET "/v1/sessions/$a" | jq -r .detail)"
is "another's events are not listed" "$(api_as 4002 GET /v1/events |
    jq -r --arg a "$a" '[.data[] | select(.session_id == $a)] | length')" 0

is "root lists both" "$(api GET /v1/sessions | jq '.data | length')" 2
is "root reads one" "$(api GET "/v1/sessions/$a" | jq -r .owner.uid)" 4001
api_as 4001 POST /v1/system/shutdown > /dev/null
is "a user cannot shut down" "$(api_status)" 403

post 4001 "$small" > /dev/null
is "a second within his limit" "$(api_status)" 201
post 4001 "$small" > "$TMP/body"
is "a third is past it" "$(api_status)" 429
is "says so" "$(jq -r .code "$TMP/body")" limit_reached
post 65534 '{"desktop": null, "resources": {"memory_bytes": 2147483648}}' \
    > "$TMP/body"
is "memory past a user's limit" "$(api_status)" 429
like "says which" "$(jq -r .detail "$TMP/body")" memory
post 65534 "$small" > /dev/null
is "nobody has one" "$(api_status)" 201
post 65534 "$small" > /dev/null
is "and no second" "$(api_status)" 429
api_as 4001 DELETE "/v1/sessions/$a" > /dev/null
is "deleted by its owner" "$(api_status)" 204
post 4001 "$small" > /dev/null
is "makes room" "$(api_status)" 201
done_testing

#!/bin/sh
# The same API with nothing but curl and jq: a session, a command in it, its
# events, and its end.
set -eu

socket=${DESKD_SOCKET:-/run/deskd/api.sock}

api() {	# METHOD PATH [JSON]
	method=$1
	path=$2
	shift 2
	[ $# -eq 0 ] || set -- -H 'Content-Type: application/json' -d "$1"
	curl -sS --fail-with-body --unix-socket "$socket" -X "$method" "$@" \
	    "http://deskd$path"
}

id=$(api POST /v1/sessions '{"name": "curl-example", "desktop": null}' |
    jq -r .id)
trap 'api DELETE "/v1/sessions/$id" > /dev/null' EXIT
api GET "/v1/sessions/$id?wait_for=running&timeout=30" | jq -r .state
api POST "/v1/sessions/$id/exec" '{"command": "id; uname -n"}' |
    jq -r .stdout
api GET "/v1/sessions/$id/events?limit=5" | jq -r '.data[].kind'

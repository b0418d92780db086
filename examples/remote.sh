#!/bin/sh
# A token that may look and not touch, tried with curl as a program far away
# would use it.  deskd.conf beside this file has the lines that let deskd
# listen for TLS, nginx.conf a proxy in front of it; then it is
#
#	curl -H @header https://desks.example.org/v1/sessions
#	deskctl -s https://desks.example.org:8643 --token-file token ls
set -eu

socket=${DESKD_SOCKET:-/run/deskd/api.sock}
work=$(mktemp -d)
umask 077
deskctl token create -j -n remote-example -S read -x 1h > "$work/made"
id=$(jq -r .id "$work/made")
trap 'deskctl token revoke "$id"; rm -rf "$work"' EXIT
# In a file: arguments of programs can be seen by everybody.
jq -r '"Authorization: Bearer " + .secret' "$work/made" > "$work/header"

ask() {
	curl -sS -H "@$work/header" --unix-socket "$socket" "$@"
}

ask http://deskd/v1/sessions | jq -c .
ask -X POST -H 'Content-Type: application/json' -d '{}' \
    http://deskd/v1/sessions | jq -r .detail

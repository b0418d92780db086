#!/bin/sh
# A program in the background that nobody waits for: its output is kept, and
# can be read while it runs and after it ended.
set -eu

name=background-example
deskctl create -w -X -n "$name"
trap 'deskctl rm "$name"' EXIT

deskctl spawn -n count "$name" -- \
    sh -c 'for i in 1 2 3; do echo "step $i"; sleep 0.2; done'
deskctl spawn -n forever "$name" -- sleep 1000
deskctl ps -k "$name"

deskctl logs -f "$name" count	# until it ends, and with its status
deskctl kill -r "$name" forever	# and nothing of it is kept
deskctl ps -k "$name"

#!/bin/sh
# Files in and out: a directory goes into a session, a program there makes
# something of it, and the result comes back.
set -eu

name=files-example
work=$(mktemp -d)
deskctl create -w -X -n "$name"
trap 'deskctl rm "$name"; rm -rf "$work"' EXIT

mkdir "$work/in"
echo one > "$work/in/a.txt"
echo two > "$work/in/b.txt"
deskctl cp -r "$work/in" "$name:in"
deskctl exec "$name" -- sh -c 'cat in/*.txt > sum.txt'
deskctl file ls -l "$name"
deskctl cp "$name:sum.txt" "$work/"
cat "$work/sum.txt"

# - is standard input or output.
echo three | deskctl cp - "$name:in/c.txt"
deskctl cp "$name:in/c.txt" -

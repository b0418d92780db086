#!/bin/sh
# A desktop from the command line: make it, type into a terminal on it, look
# at it, throw it away.  The picture is left in first-desktop.png.
set -eu

name=first-desktop
deskctl create -w -n "$name" -g 1024x768
trap 'deskctl rm "$name"' EXIT

# exec answers when its program ends; one in the background outlives it.
deskctl exec "$name" -- sh -c 'xterm > /dev/null 2>&1 &'
until deskctl exec "$name" -- xwininfo -name xterm > /dev/null 2>&1 ||
    deskctl exec "$name" -- pgrep -x xterm > /dev/null; do
	sleep 0.2
done
deskctl click "$name" 200 200
deskctl type "$name" 'echo hello from $(hostname)
'
deskctl shot -o first-desktop.png "$name"
echo "look at first-desktop.png"

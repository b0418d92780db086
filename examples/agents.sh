#!/bin/sh
# One desktop per agent, with limits: three at the same time, each with a
# task of its own, and a table of what they use.
set -eu

for agent in ada ben cem; do
	deskctl create -w -n "agent-$agent" -M 512M -c 50% -l kind=agent &
done
wait
trap 'deskctl rm agent-ada agent-ben agent-cem' EXIT

for agent in ada ben cem; do
	deskctl exec "agent-$agent" -- \
	    sh -c 'echo "I am $0, pid 1 is $(cat /proc/1/comm)"' "$agent" &
done
wait
deskctl ls -l kind=agent
deskctl top -1

#!/bin/sh
# Runs in a terminal: a new screen of text for each line it reads, which it
# leaves in the file it is given.
n=0
while :; do
	awk -v n=$n 'BEGIN {
		srand(n)
		printf "\033[H\033[2J"
		for (row = 0; row < 44; row++) {
			line = ""
			while (length(line) < 130)
				line = line sprintf("%x ", rand() * 1e9)
			print line
		}
	}'
	read -r line || exit 0
	[ -z "$line" ] || printf '%s\n' "$line" > "$1"
	n=$((n + 1))
done

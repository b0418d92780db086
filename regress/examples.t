#!/bin/sh
# Every script in examples/ works as it is shipped, and cleans up.

. ./lib.sh

need_root
need curl jq
examples=$PWD/../examples

mkdir "$TMP/bin" "$TMP/work"
ln -s "$BIN/deskctl" "$TMP/bin/deskctl"
deskd_start_or_bail
for script in "$examples"/*.sh; do
	name=${script##*/}
	run_example() {
		cd "$TMP/work" && PATH=$TMP/bin:$PATH DESKD_SOCKET=$SOCKET \
		    timeout 120 "$script"
	}
	ok "$name" run_example
	is "$name leaves no session" "$(ctl ls -aq)" ""
done
like "first-desktop.sh made a picture" \
    "$(head -c 8 "$TMP/work/first-desktop.png" | od -An -c)" 'P +N +G'

ok "deskd.conf is understood" "$BIN/deskd" -n -f "$examples/deskd.conf"

done_testing

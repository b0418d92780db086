#!/bin/sh
# deskd -g: the sessions' groups are made in the one that is named, which is
# somebody else's and stays.

. ./lib.sh

need_root
need curl jq

GIVEN=$CGROUP.given
groups() {	# of the given one, in each tree
	find /sys/fs/cgroup -mindepth 1 -maxdepth 4 -type d \
	    -path "*/$GIVEN$1" 2> /dev/null
}
start_given() {
	mkdir -p "$PREFIX"
	write_conf | grep -v '^cgroup' > "$TMP/deskd.conf"
	env --default-signal=INT,QUIT "$BIN/deskd" -dv -g "/$GIVEN" \
	    -f "$TMP/deskd.conf" >> "$LOG" 2>&1 < /dev/null &
	DESKD_PID=$!
	wait_until 30 deskd_ready && deskd_alive
}

ok "deskd in a group that is given" start_given
ok "a session" ctl create -X -w -n one
id=$(ctl -j show one | jq -r .id)
like "is in it" "$(groups "/deskd-*/$id")" "/$GIVEN/deskd-[0-9a-f]+/$id"
ok "deskd leaves" deskd_stop
is "its own groups are gone" "$(groups '/*')" ""
like "the given one stays" "$(groups '')" "/$GIVEN\$"
groups '' | while read -r dir; do
	rmdir "$dir"
done
for wrong in relative /../up ''; do
	"$BIN/deskd" -n -g "$wrong" -f "$TMP/deskd.conf" > "$TMP/said" 2>&1
	is "-g '$wrong' is wrong usage" "$?" 2
done
is "nothing is left behind" "$(left_behind)" ""

done_testing

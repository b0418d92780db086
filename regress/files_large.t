#!/bin/sh
# A large file into a session, out of it, and out as an archive, while every
# process on its way is looked at: none may keep more of it than a little.
# DESKD_TEST_ASAN makes it small, since sanitizers keep freed memory: there
# only the bytes are compared, not the memory.

. ./lib.sh

need_root
need curl jq tar

SIZE_MB=1024
FLAT_KB=8192
[ -z "${DESKD_TEST_ASAN:-}" ] || SIZE_MB=64

# The file, its copy in the session, and what a file system needs itself.
free_mb=$(df -Pm /tmp | awk 'NR == 2 { print $4 }')
[ "$free_mb" -gt $((SIZE_MB * 3 + 512)) ] ||
	skip_all "needs $((SIZE_MB * 3 + 512)) MB free in /tmp, has $free_mb"

deskd_start_or_bail
ok "a session" ctl create -X -w -n big -D $((SIZE_MB + 256))M
id=$(ctl show -j big | jq -r .id)
URL=http://deskd/v1/sessions/$id/files

# Not zeros, and not the same in two places: a seed and the number of each
# block.  Fast enough, and it needs no gigabyte from /dev/urandom.
head -c 1048576 /dev/urandom > "$TMP/seed"
i=0
while [ $i -lt $SIZE_MB ]; do
	printf '%016d' $i
	tail -c +17 "$TMP/seed"
	i=$((i + 1))
done > "$TMP/large"
is "so many bytes" "$(wc -c < "$TMP/large")" $((SIZE_MB * 1048576))

# Below deskd, by name.
procs() {	# NAME
	for t_p in /proc/[0-9]*; do
		[ "$(cat "$t_p/comm" 2> /dev/null)" = "$1" ] || continue
		t_up=${t_p#/proc/}
		while [ "${t_up:-0}" -gt 1 ]; do
			[ "$t_up" != "$DESKD_PID" ] || {
				echo "${t_p#/proc/}"
				break
			}
			t_up=$(awk '/^PPid:/ { print $2 }' \
			    "/proc/$t_up/status" 2> /dev/null)
		done
	done
}
broker=$(procs deskd-broker)
worker=$(procs deskd-worker)
init=$(procs deskd-init)
like "its processes are found" "$broker $worker $init" \
    '^[0-9]+ [0-9]+ [0-9]+$'

# What is its own: pages of a file that is mapped are nobody's burden.
own_kb() {	# PID
	awk '/^RssAnon:|^RssShmem:/ { n += $2 } END { print n + 0 }' \
	    "/proc/$1/status" 2> /dev/null || echo 0
}
sample() {	# FILE: until it is told to stop
	while [ -e "$TMP/sampling" ]; do
		echo "broker $(own_kb "$broker")"
		echo "worker $(own_kb "$worker")"
		echo "init $(own_kb "$init")"
		for t_pid in $(procs deskd-pump); do
			echo "pump $(own_kb "$t_pid")"
		done
		sleep 0.05
	done > "$1"
}
during() {	# NAME COMMAND...
	what=$1
	shift
	touch "$TMP/sampling"
	sample "$TMP/samples" &
	sampler=$!
	ok "$what" "$@"
	rm "$TMP/sampling"
	wait "$sampler"
	[ -z "${DESKD_TEST_ASAN:-}" ] || return 0
	ok "$what: deskd-pump was at it" grep -q '^pump' "$TMP/samples"
	for name in broker worker init pump; do
		case $name in
		broker) before=$base_broker ;;
		worker) before=$base_worker ;;
		init) before=$base_init ;;
		*) before=0 ;;
		esac
		most=$(awk -v n="$name" '$1 == n && $2 > m { m = $2 }
		    END { print m + 0 }' "$TMP/samples")
		note "$what: $name had $before KB, then $most KB at most"
		ok "$what: $name stays flat" \
		    test $((most - before)) -lt "$FLAT_KB"
	done
}
up() {
	curl -sS -f --unix-socket "$SOCKET" -T "$TMP/large" -o "$TMP/answer" \
	    "$URL?path=$1"
}
down() {
	curl -sS -f --unix-socket "$SOCKET" "$URL?path=$1" |
		cmp - "$TMP/large"
}
archive() {
	curl -sS -f --unix-socket "$SOCKET" "$URL/archive?path=d" |
		tar -xOf - ./large | cmp - "$TMP/large"
}

# Once in small, so that what is there for good is there.
ctl exec big -- mkdir d > /dev/null
curl -sS --unix-socket "$SOCKET" -T "$TMP/seed" -o /dev/null "$URL?path=d/s"
curl -sS --unix-socket "$SOCKET" -o /dev/null "$URL?path=d/s"
curl -sS --unix-socket "$SOCKET" -o /dev/null "$URL/archive?path=d"
ctl exec big -- rm d/s > /dev/null
base_broker=$(own_kb "$broker")
base_worker=$(own_kb "$worker")
base_init=$(own_kb "$init")

during "up" up d/large
is "all of it is there" "$(ctl exec big -- stat -c %s d/large)" \
    $((SIZE_MB * 1048576))
during "down" down d/large
during "as an archive" archive
no_pump() {
	[ -z "$(procs deskd-pump)" ]
}
ok "no program is left" wait_until 30 no_pump

# A second large one does not fit: nothing of it stays.
if [ -z "${DESKD_TEST_ASAN:-}" ]; then
	code=$(curl -sS --unix-socket "$SOCKET" -T "$TMP/large" \
	    -o "$TMP/answer" -w '%{http_code}' "$URL?path=second")
	is "a second one: no space" "$code $(jq -r .code "$TMP/answer")" \
	    "507 no_space"
	is "nothing of it is left" "$(ctl exec big -- sh -c 'ls; ls -A d')" \
	    "d
large"
fi

done_testing

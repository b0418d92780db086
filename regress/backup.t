#!/bin/sh
# Backup, restore and check of the store while deskd runs: what was saved is
# what comes back, nothing else is let in, and what is damaged is seen.

. ./lib.sh

need_root
need curl jq tar

deskd_start_or_bail
ok "a session with a screen" ctl create -w -n first
first=$(ctl -j show first | jq -r .id)
blob=$(api POST "/v1/sessions/$first/screenshots" | jq -r .blob)
ok "with a file" ctl exec first -- sh -c 'echo kept > file'

is "the store is good" "$(api POST /v1/system/check |
    jq -c '[.ok, .sessions, .blobs, .problems]')" '[true,1,1,[]]'
like "people are told so" "$(ctl check)" '^good: 1 sessions, [0-9]+ events, 1 blobs'

# A backup while it is written to.
busy() {
	while :; do
		ctl exec first -- true > /dev/null 2>&1 || return
	done
}
busy &
writer=$!
ok "backup" ctl backup "$TMP/backup.tar"
kill "$writer"
wait "$writer" 2> /dev/null
is "is for its owner alone" "$(stat -c %a "$TMP/backup.tar")" 600
is "a tar with the database and its blobs" \
    "$(tar -tf "$TMP/backup.tar" | tr '\n' ' ')" "deskd.db blobs/$blob "
mkdir "$TMP/out"
tar -xf "$TMP/backup.tar" -C "$TMP/out"
is "whose blob is what it was" "$(sha256sum < "$TMP/out/blobs/$blob" |
    cut -d' ' -f1)" "$blob"
is "to standard output as well" "$(ctl backup - | tar -tf - |
    sed -n 1p)" deskd.db
is "no copy is left" "$(find "$PREFIX/store" -name '*.copy')" ""
both_told() {
	[ "$(api GET '/v1/events?kind=system.backup' |
	    jq '.data | length')" = 2 ]
}
ok "the journal has both" wait_until 10 both_told
is "a plain user gets none" "$(api_as 1234 GET /v1/system/backup |
    jq -r '"\(.status) \(.code)"')" "403 forbidden"
is "nor may he check" "$(api_as 1234 POST /v1/system/check |
    jq -r .code)" forbidden
is "nor restore" "$(setpriv --reuid=1234 --regid=1234 --clear-groups \
    curl -s --unix-socket "$SOCKET" -T - http://deskd/v1/system/backup \
    < /dev/null | jq -r .code)" forbidden

# What has changed since then goes.
ok "another session" ctl create -X -w -n second
last=$(api GET '/v1/events?order=desc&limit=1' | jq .data[0].seq)
like "no restore while sessions run" \
    "$(ctl restore "$TMP/backup.tar" 2>&1)" '2 sessions run: stop them first'
ok "they stop" ctl stop first second
ok "and the second goes" ctl rm second
ok "a third comes" ctl create -X -w -n third
ok "and stops" ctl stop third

# What is no backup changes nothing.
put() {	# FILE
	curl -s --max-time 60 --unix-socket "$SOCKET" -T "$1" \
	    http://deskd/v1/system/backup | jq -r '"\(.status) \(.code) \(.detail)"'
}
pack() {	# NAME: what is in $TMP/bad, as $TMP/NAME
	(cd "$TMP/bad" && tar --format=ustar -cf "$TMP/$1" -- *)
}
fresh() {
	rm -rf "$TMP/bad"
	mkdir "$TMP/bad"
	cp -r "$TMP/out/." "$TMP/bad"
}
head -c 5000 /dev/urandom > "$TMP/noise"
like "noise" "$(put "$TMP/noise")" '^422 bad_archive no good archive'
: > "$TMP/empty"
like "nothing" "$(put "$TMP/empty")" '^422 bad_archive '
head -c $(($(wc -c < "$TMP/backup.tar") / 2)) "$TMP/backup.tar" > "$TMP/cut"
like "one that was cut" "$(put "$TMP/cut")" '^422 bad_archive '
fresh
rm "$TMP/bad/deskd.db"
pack no-database
like "one without a database" "$(put "$TMP/no-database")" '^422 bad_archive'
fresh
echo more > "$TMP/bad/more"
(cd "$TMP/bad" && tar --format=ustar -cf "$TMP/more" deskd.db more)
like "one with something else" "$(put "$TMP/more")" \
    '^422 bad_archive .*other files'
fresh
ln -s /etc/passwd "$TMP/bad/blobs/link"
(cd "$TMP/bad" && tar --format=ustar -cf "$TMP/link" deskd.db blobs/link)
like "one with a link" "$(put "$TMP/link")" '^422 bad_archive .*than files'
fresh
(cd "$TMP/bad" && tar --format=ustar -cf "$TMP/fewer" deskd.db)
like "one without its blobs" "$(put "$TMP/fewer")" \
    '^422 bad_archive blobs are missing'
fresh
echo x >> "$TMP/bad/blobs/$blob"
(cd "$TMP/bad" && tar --format=ustar -cf "$TMP/other" deskd.db "blobs/$blob")
like "a blob that is another" "$(put "$TMP/other")" \
    '^422 bad_archive a blob is not what its name says'
fresh
dd if=/dev/urandom of="$TMP/bad/deskd.db" bs=512 seek=20 count=8 \
    conv=notrunc 2> /dev/null
(cd "$TMP/bad" && tar --format=ustar -cf "$TMP/damaged" deskd.db "blobs/$blob")
like "a damaged database" "$(put "$TMP/damaged")" '^422 bad_archive '
if python3 -c 'import sqlite3' 2> /dev/null; then
	fresh
	python3 - "$TMP/bad/deskd.db" <<- 'end'
		import sqlite3, sys
		db = sqlite3.connect(sys.argv[1])
		db.execute("CREATE TRIGGER t AFTER INSERT ON event "
		    "BEGIN DELETE FROM token; END")
		db.commit()
	end
	(cd "$TMP/bad" &&
	    tar --format=ustar -cf "$TMP/trigger" deskd.db "blobs/$blob")
	like "a database with a trigger" "$(put "$TMP/trigger")" \
	    '^422 bad_archive the database has other tables'
else
	skip "a database with a trigger" "python3 has no sqlite3"
fi
is "nothing of them is left" "$(find "$PREFIX/store" -name 'restore*')" ""
is "all is as it was" "$(ctl -j ls -a | jq -r '.[].name' | sort |
    tr '\n' ' ')" "first third "

# Restore.
broker() {
	pgrep -P "$DESKD_PID" -x deskd-broker
}
old=$(broker)
ok "restore" ctl restore "$TMP/backup.tar"
another() {
	[ -n "$(broker)" ] && [ "$(broker)" != "$old" ] && deskd_ready
}
ok "another broker comes" wait_until 30 another
is "with the sessions of then" "$(ctl -j ls -a | jq -r '.[].name')" first
is "and its blobs" "$(api GET "/v1/blobs/$blob" | sha256sum |
    cut -d' ' -f1)" "$blob"
like "what ran then has stopped" "$(ctl -j show first |
    jq -r '.state + " " + .state_reason')" '^(stopped|failed) '
ok "and starts" ctl start -w first
is "with its files" "$(ctl exec first -- cat file)" kept
ok "no event's number is given again" test "$(api GET \
    '/v1/events?order=desc&limit=1' | jq .data[0].seq)" -gt "$last"
ok "what was before is kept beside it" test -s "$PREFIX/store/before.db"
is "the store is good" "$(api POST /v1/system/check | jq .ok)" true

# Damage is seen.
find "$PREFIX/store/blobs" -type f -name "$blob" -exec sh -c \
    'printf x | dd of="$0" bs=1 seek=100 conv=notrunc 2> /dev/null' {} \;
is "a changed blob" "$(api POST /v1/system/check |
    jq -c '[.ok, .problems]')" "[false,[\"a blob is not what it was: $blob\"]]"
find "$PREFIX/store/blobs" -type f -name "$blob" -delete
like "a missing one" "$(ctl check)" "^a blob is missing: $blob"
nok "which is a failure" ctl check

done_testing

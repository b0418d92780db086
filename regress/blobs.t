#!/bin/sh
# Pictures that are kept: the same bytes once, for who may see the session,
# as long as it is there and no longer than the configuration says.

. ./lib.sh

need_root
need curl jq sha256sum

deskd_conf << 'end'
retention { blobs age 2s, blobs size 1M }
end
deskd_start_or_bail

ok "a session with a screen" ctl create -w -n one
id=$(ctl -j show one | jq -r .id)
URL=/v1/sessions/$id/screenshots
blobs() {
	find "$PREFIX/store/blobs" -type f | wc -l
}

api POST "$URL" '{"label": "before"}' > "$TMP/kept"
is "a picture is kept" "$(jq -c '[.type, .width, .height, .label]' \
    "$TMP/kept")" '["image/png",1280,800,"before"]'
blob=$(jq -r .blob "$TMP/kept")
api GET "/v1/blobs/$blob" > "$TMP/picture"
is "it is what its name says" "$(sha256sum < "$TMP/picture" |
    cut -d' ' -f1)" "$blob"
is "and as long" "$(wc -c < "$TMP/picture")" "$(jq .size "$TMP/kept")"
is "a PNG" "$(api_header Content-Type)" image/png
is "whose tag is its hash" "$(api_header ETag)" "\"$blob\""
is "the journal tells of it" "$(api GET \
    "/v1/sessions/$id/events?kind=screenshot.kept" |
    jq -r '.data[0].data.blob')" "$blob"
# The taskbar has a clock: two in the same minute are alike.
twice() {
	[ "$(api POST "$URL" | jq -r .blob)" = \
	    "$(api POST "$URL" | jq -r .blob)" ]
}
ok "the same picture again" wait_until 30 twice
is "is the same file" "$(blobs)" "$(api GET \
    "/v1/sessions/$id/events?kind=screenshot.kept" |
    jq '[.data[].data.blob] | unique | length')"

is "another user has no such blob" "$(api_as 1234 GET "/v1/blobs/$blob" |
    jq -r '"\(.status) \(.code)"')" "404 not_found"
for wrong in "$(echo "$blob" | tr a-f A-F)" "${blob%?}" "${blob}0" ..%2fdeskd.db \
    "$(printf %064d 0)"; do
	is "no blob: $wrong" "$(api GET "/v1/blobs/$wrong" | jq -r .code)" \
	    not_found
done
is "a field nobody knows" "$(api POST "$URL" '{"format": "png"}' |
    jq -r '"\(.code) \(.pointer)"')" "unknown_field /format"
is "an empty label" "$(api POST "$URL" '{"label": ""}' |
    jq -r '"\(.code) \(.pointer)"')" "invalid_field /label"

kill -s KILL "$(pgrep -P "$DESKD_PID" -x deskd-broker)"
ok "the broker comes back" wait_until 30 deskd_ready
is "with the blob" "$(api GET "/v1/blobs/$blob" | sha256sum |
    cut -d' ' -f1)" "$blob"

# A screen of noise is more than a third of what may be kept.
cat > "$TMP/noise.json" << 'end'
{"command": "head -c 600000 /dev/urandom | od -An -tx1 -v > noise; xterm -geometry 200x60+0+0 -e sh -c 'tail -n +$1 noise | head -60; sleep 1000' sh $N >/dev/null 2>&1 &", "env": {"N": "1"}}
end
full=
n=0
while [ "$n" -lt 40 ] && [ -z "$full" ]; do
	n=$((n + 1))
	jq --arg n "$((n * 60))" '.env.N = $n' "$TMP/noise.json" > "$TMP/go"
	api POST "/v1/sessions/$id/exec" "@$TMP/go" > /dev/null
	drawn() {
		now=$(api POST "$URL" | jq -r '.blob // .code')
		[ "$now" != "$last" ] || [ "$now" = disk ]
	}
	last=$(api POST "$URL" | jq -r '.blob // .code')
	wait_until 10 drawn
	[ "$(api POST "$URL" | jq -r .code)" != disk ] || full=yes
done
is "no more than the configuration gives" "$full" yes
is "with its status" "$(api POST "$URL" | jq .status)" 507
ok "what is kept is not much" test "$(du -sk "$PREFIX/store/blobs" |
    cut -f1)" -lt 1400
is "nothing of a living session goes" "$(api GET "/v1/blobs/$blob" |
    sha256sum | cut -d' ' -f1)" "$blob"

ok "the session goes" ctl rm one
none_left() {
	[ "$(blobs)" -eq 0 ]
}
ok "its blobs go when they are old" wait_until 60 none_left
is "and cannot be had" "$(api GET "/v1/blobs/$blob" | jq -r .code)" not_found
ok "there is room again" ctl create -w -n two
id=$(ctl -j show two | jq -r .id)
like "for another picture" "$(api POST "/v1/sessions/$id/screenshots" |
    jq -r .blob)" '^[0-9a-f]{64}$'

done_testing

#!/bin/sh
# A browser in a session: with its own sandbox on, and getting every one of
# ten thousand characters that are typed into a page.
. "${0%/*}/lib.sh"
. ./lib_desktop.sh
need_root
need base64 curl jq perl chromium xprop Xvfb icewm

# What its window is called; the page writes there what it has got.
title() {
	inside one 'for w in $(xprop -root _NET_CLIENT_LIST |
	    sed "s/.*# //; s/,//g"); do xprop -id $w _NET_WM_NAME; done' |
	    sed -n 's/.*= "\(.*\) - Chromium.*"$/\1/p'
}

title_is() {
	[ "$(title)" = "$1" ]
}

# How the page sums it up: the number of characters, and FNV-1a of the bytes.
summary() {
	perl -0777 -MEncode -ne '
		my $h = 0x811c9dc5;
		$h = (($h ^ $_) * 0x01000193) & 0xffffffff for unpack("C*", $_);
		printf "n%d h%08x", length(decode("UTF-8", $_)), $h;' "$1"
}

renderers() {
	inside one 'pgrep -f -- "^[^ ]*/chromium --type=renderer"'
}

cat > "$TMP/page.html" << 'end'
<!doctype html>
<meta charset="utf-8">
<title>loading</title>
<style>
html, body { margin: 0; height: 100%; }
textarea { width: 100%; height: 90%; }
</style>
<textarea id="text" spellcheck="false"></textarea>
<script>
const text = document.getElementById("text");
let timer = 0;

function tell() {
	const bytes = new TextEncoder().encode(text.value);
	let h = 0x811c9dc5;
	for (const b of bytes)
		h = Math.imul(h ^ b, 0x01000193) >>> 0;
	document.title = "n" + [...text.value].length + " h" +
	    h.toString(16).padStart(8, "0");
}

text.addEventListener("input", () => {
	clearTimeout(timer);
	timer = setTimeout(tell, 50);
});
text.addEventListener("focus", () => document.title = "ready");
document.title = "loaded";
</script>
end

deskd_start_or_bail
ok "a session with a desktop" ctl create -w -n one -g 1024x768
id=$(ctl -j show one | jq -r .id)
ctl exec -i one -- sh -c 'cat > page.html' < "$TMP/page.html"
launch one 'exec chromium --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --disable-gpu \
    --window-position=0,0 --window-size=1000,700 \
    "file://$HOME/page.html"'
ok "a browser shows a page" wait_until 60 title_is loaded || note "$(title)"

# Its own walls, inside those of the session.
is "nobody switched its sandbox off" "$(inside one \
    'pgrep -c -f -- "[-]-no-sandbox|[-]-disable-seccomp"')" 0
mine=$(inside one 'readlink /proc/self/ns/user /proc/self/ns/pid \
    /proc/self/ns/net' | sort)
n=0
for pid in $(renderers); do
	n=$((n + 1))
	is "a renderer is under its own filter and has no rights" \
	    "$(inside one "awk '/^(Seccomp|CapEff):/ { print \$2 }' \
	    /proc/$pid/status" | xargs)" "0000000000000000 2"
	is "with one filter more than the session has" \
	    "$(inside one "awk '/^Seccomp_filters/ { print \$2 }' \
	    /proc/$pid/status /proc/self/status" |
	    xargs | awk '{ print $1 - $2 }')" 1
	is "in its own user, pid and network namespace" \
	    "$(inside one "readlink /proc/$pid/ns/user /proc/$pid/ns/pid \
	    /proc/$pid/ns/net" | sort | comm -12 - /dev/fd/3 3<< end
$mine
end
	)" ""
	is "and with nothing of the files" \
	    "$(inside one "ls /proc/$pid/root/ 2> /dev/null | wc -l")" 0
done
ok "there were renderers" test "$n" -ge 1

ok "the page's field is clicked" ctl click one 500 400
ok "the page hears it" wait_until 20 title_is ready || note "$(title)"
perl mixed_text.pl 10000 > "$TMP/mixed"
jq -Rs '{type: "type", text: .}' "$TMP/mixed" > "$TMP/text.json"
act "$id" "@$TMP/text.json" > "$TMP/answer"
is "10,000 mixed characters are typed" \
    "$(jq -r '.results[0].ok' "$TMP/answer")" true
note "$(jq -r '.results[0].duration_ms | "in \(round) ms, " +
    "\(10000 / . * 1000 | round) a second"' "$TMP/answer")"
wanted=$(summary "$TMP/mixed")
# It may still be laying out what it got.
wait_until 90 title_is "$wanted"
is "the page has got exactly these" "$(title)" "$wanted"

# The keys of a browser are its own again.
ctl key one ctrl+a
ctl key one BackSpace
ctl type one 'åÅ ok'
printf 'åÅ ok' > "$TMP/short"
wanted=$(summary "$TMP/short")
wait_until 30 title_is "$wanted"
is "select all, erase, type anew" "$(title)" "$wanted"
done_testing

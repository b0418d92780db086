#!/bin/sh
# deskd -n takes what is right, tells everything that is wrong, and -nv
# prints what -n takes and means the same.

. ./lib.sh

DESKD=$BIN/deskd
cd conf || exit 1

# The group deskd exists only where deskd was installed.
print_conf() {
	"$DESKD" -nv -f "$1" 2>&1 | sed 's/ group "deskd"//'
}

for f in pass-*.conf; do
	is "$f is taken" "$(print_conf "$f")" "$(cat "${f%.conf}.ok")"
	"$DESKD" -nv -f "$f" > "$TMP/first" 2>&1
	is "$f round trip" "$("$DESKD" -nv -f - < "$TMP/first" 2>&1)" \
	    "$(cat "$TMP/first")"
	ok "$f printed is taken" "$DESKD" -n -f "$TMP/first"
done

for f in fail-*.conf; do
	is "$f is refused with reasons" "$("$DESKD" -n -f "$f" 2>&1)" \
	    "$(cat "${f%.conf}.ok")"
	nok "$f fails" "$DESKD" -n -f "$f"
done

cp pass-least.conf "$TMP/writable.conf"
chmod 646 "$TMP/writable.conf"
like "a file that anyone may write is refused" \
    "$("$DESKD" -n -f "$TMP/writable.conf" 2>&1)" "may be written by anyone"
like "a folder is refused" "$("$DESKD" -n -f "$TMP" 2>&1)" "directory"
like "a missing file is named" "$("$DESKD" -n -f "$TMP/none" 2>&1)" \
    "open .*/none: No such file"

head -c 8000 /dev/zero | tr '\0' a > "$TMP/long.conf"
like "a word without end is refused" \
    "$("$DESKD" -n -f "$TMP/long.conf" 2>&1)" "longer than"
head -c 4096 /dev/urandom > "$TMP/noise.conf"
nok "noise is refused" "$DESKD" -n -f "$TMP/noise.conf"

like "-h prints the usage" "$("$DESKD" -h)" "^usage: deskd"
like "-V prints the version" "$("$DESKD" -V)" "^deskd [0-9]+\.[0-9]+"
"$DESKD" -x > /dev/null 2>&1
is "an unknown option is a usage error" "$?" "2"
"$DESKD" -n extra > /dev/null 2>&1
is "an extra word is a usage error" "$?" "2"

# The example in the tree is the one that is installed.
ok "etc/deskd.conf is taken" "$DESKD" -n -f ../../etc/deskd.conf

# The manual's examples are read as they stand, for users there are here.
awk -v to="$TMP/example" '
	/^\.Sh/ { examples = $2 == "EXAMPLES" }
	/^\.Ed/ { block = 0 }
	block { print > (to "-" n ".conf") }
	examples && /^\.Bd/ { block = 1; n++ }' ../../man/deskd.conf.5
for f in "$TMP"/example-*.conf; do
	sed -i 's/"alice"/"daemon"/; s/"bob"/"nobody"/; s/"www-data"/"nobody"/' "$f"
	ok "deskd.conf(5): ${f##*/} is taken" "$DESKD" -n -f "$f"
done
is "deskd.conf(5) has examples" \
    "$(find "$TMP" -name "example-*.conf" | wc -l)" 3

done_testing

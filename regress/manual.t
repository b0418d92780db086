#!/bin/sh
# The manuals are clean, and leave out nothing that the sources have: error
# codes, actions, paths of the API, commands and options of deskctl.

here=$(cd "$(dirname "$0")/.." && pwd)
BIN=${BIN:-$here/obj/bin}
cd "$here" || exit 1
if ! command -v mandoc >/dev/null; then
	echo "1..0 # SKIP mandoc is not installed"
	exit 0
fi
count=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

result() {	# NAME; $tmp/bad has what is wrong
	count=$((count + 1))
	if [ -s "$tmp/bad" ]; then
		echo "not ok $count - $1"
		sed 's/^/# /' "$tmp/bad"
	else
		echo "ok $count - $1"
	fi
}

for page in man/*.[1-8]; do
	mandoc -T lint -W warning "$page" >"$tmp/bad" 2>&1
	result "$page is clean"
	# Two sentences on a line cannot be diffed by sentence.
	grep -nE '^[^.].*[a-z]\. [A-Z]' "$page" >"$tmp/bad"
	result "$page has one sentence to a line"
done

# Words, one a line, that must stand in a page.
documented() {	# PAGE NAME
	while read -r word; do
		grep -qF -e "$word" "$1" || echo "$word"
	done >"$tmp/bad"
	result "$2"
}

sed -n 's/^	\[PROBLEM_[A-Z_]*\].*{ "\([a-z_]*\)", .*, \([0-9]*\) },*$/\1 (\2)/p' \
    common/problem.c | grep -v '^none ' >"$tmp/codes"
[ "$(wc -l <"$tmp/codes")" -gt 20 ] || echo "# codes were not found" >&2
mandoc -T utf8 man/deskd-api.7 | sed 's/.\x08//g' >"$tmp/api"
documented "$tmp/api" "every error code is explained, with its status" <"$tmp/codes"

sed -n 's/^	{ KIND("\([a-z_]*\)".*/\1/p' worker/action.c >"$tmp/words"
documented "$tmp/api" "every type of action is explained" <"$tmp/words"
sed -n 's/.*ROW("\([a-z_]*\)".*/\1/p' worker/action.c >"$tmp/words"
documented "$tmp/api" "every member of an action is explained" <"$tmp/words"

# The table as the compiler sees it: names of paths are spelled out there.
# shellcheck disable=SC2086	# may be words
${CC:-cc} -E -P -iquote common -iquote broker broker/routes.c |
    sed -n 's/^.*{ "\([A-Z]*\)", "\(\/.*\)", SCOPE.*/\1 \2/p' |
    sed 's/" "//g' >"$tmp/words"
[ "$(wc -l <"$tmp/words")" -gt 20 ] || echo "# paths were not found" >&2
documented "$tmp/api" "every path of the API is explained" <"$tmp/words"

sed -n 's/^	{ "\([a-z]*\)", cmd_.*/\1/p' deskctl/command.c >"$tmp/commands"
sed 's/^/Cm /' "$tmp/commands" >"$tmp/words"
documented man/deskctl.1 "every command is explained" <"$tmp/words"
while read -r cmd; do
	"$BIN/deskctl" help "$cmd" || echo "# no help of $cmd" >&2
done <"$tmp/commands" | sed -n 's/^  -\(.\).*(--\([a-z-]*\))$/\1 \2/p' |
    sort -u >"$tmp/options"
[ "$(wc -l <"$tmp/options")" -gt 20 ] || echo "# options were not found" >&2
sed 's/\(.\) \(.*\)/Fl \1/' "$tmp/options" >"$tmp/words"
documented man/deskctl.1 "every short option is explained" <"$tmp/words"
sed 's/. \(.*\)/Fl -\1/' "$tmp/options" >"$tmp/words"
documented man/deskctl.1 "every long option is explained" <"$tmp/words"
while read -r cmd; do
	grep -q "^\$ .*deskctl $cmd" man/deskctl.1 ||
	    grep -q "deskctl $cmd " man/deskctl.1 || echo "$cmd"
done <"$tmp/commands" >"$tmp/bad"
result "every command has an example"

# Each example is at least a command line that deskctl can read.
sed -n 's/^\$ \(sudo \)*deskctl/deskctl/p' man/deskctl.1 | grep -v '[|<]' |
    sed -e 's/\\e$//' >"$tmp/examples"
while read -r line; do
	(cd "$tmp" && PATH=$BIN:$PATH DESKD_SOCKET=/nonexistent/sock \
	    sh -c "$line") >"$tmp/out" 2>&1 </dev/null
	[ $? -ne 2 ] || echo "$line: $(head -1 "$tmp/out")"
done <"$tmp/examples" >"$tmp/bad"
[ "$(wc -l <"$tmp/examples")" -gt 20 ] || echo "# no examples" >&2
result "examples of deskctl are well-formed"

echo "1..$count"

#!/bin/sh
# Every row of the routing table: without a token, with every scope but its
# own, as another user, and with its own alone.  A new row is tried by itself.
. "${0%/*}/lib.sh"
. "${0%/*}/lib_remote.sh"
need_root
need curl jq setpriv
[ -x "$BIN/route_list" ] || skip_all "needs route_list"

PORT=$(free_port)
URL=http://127.0.0.1:$PORT
deskd_conf <<- end
	listen on socket "$SOCKET" mode 0666
	listen on 127.0.0.1 port $PORT
end
deskd_start_or_bail

# A stopped session of user 2000: most of what is allowed is refused by its
# state, and what is not changes nothing that the next rows need.
ses=$(api_as 2000 POST /v1/sessions '{"desktop": null}' | jq -r .id)
is_in() {
	api GET "/v1/sessions/$ses" | jq -e ".state == \"$1\"" > /dev/null
}
ok "a session" wait_until 60 is_in running
api_as 2000 POST "/v1/sessions/$ses/stop" > /dev/null
ok "is stopped" wait_until 60 is_in stopped

# Tokens of the owner with one scope each, and with all but one each.
SCOPES="read view control write"
quoted() {
	echo "$*" | sed 's/[^ ][^ ]*/"&"/g; s/  */,/g; s/^/[/; s/$/]/'
}
without() {
	echo "$SCOPES" | tr ' ' '\n' | grep -vx "$1" | tr '\n' ' ' |
		sed 's/ $//'
}
for scope in $SCOPES; do
	eval "only_$scope=\$(token 2000 '$(quoted "$scope")')"
	# shellcheck disable=SC2046	# words
	eval "not_$scope=\$(token 2000 '$(quoted $(without "$scope"))')"
done
# shellcheck disable=SC2034,SC2086	# by eval, words
not_admin=$(token 0 "$(quoted $SCOPES)")
# shellcheck disable=SC2034	# by eval
only_admin=$(token 0 '["admin"]')
# shellcheck disable=SC2086	# words
others=$(token 3000 "$(quoted $SCOPES)")

# No answer is waited for longer than it takes to be let in: 000 is one that
# goes on, which is all but a refusal.
status() {
	t_method=$1
	t_path=$2
	t_body=$3
	shift 3
	[ "$t_body" = - ] || set -- -H 'Content-Type: application/json' \
	    --data-binary '{"no_such_field": 1}' "$@"
	curl -s -o "$TMP/body" -w '%{http_code}' --max-time 60 \
	    -X "$t_method" "$@" "$URL$t_path"
}
code() {
	jq -r '.code // empty' "$TMP/body" 2> /dev/null
}

"$BIN/route_list" > "$TMP/routes"
ok "the table is known" test "$(wc -l < "$TMP/routes")" -gt 15
while read -r method row scope owner body; do
	path=$(echo "$row" | sed "s/{id}/$ses/; s/{[a-z_]*}/none/g")
	what="$method $row"

	got=$(status "$method" "$path" "$body")
	if [ "$scope" = none ]; then
		is "$what: open to all" "$got" 200
		continue
	fi
	is "$what: 401 without a token" "$got $(code)" "401 unauthorized"
	eval "t=\$not_$scope"
	# shellcheck disable=SC2154	# by eval
	got=$(status "$method" "$path" "$body" -H "Authorization: Bearer $t")
	is "$what: 403 without $scope" "$got $(code)" \
	    "403 insufficient_scope"
	for one in $SCOPES admin; do
		[ "$one" != "$scope" ] || continue
		eval "t=\$only_$one"
		got=$(status "$method" "$path" "$body" \
		    -H "Authorization: Bearer $t")
		[ "$got $(code)" = "403 insufficient_scope" ] ||
			fail "$what: $one alone opens it: $got $(code)"
	done
	if [ "$owner" = session ]; then
		got=$(status "$method" "$path" "$body" \
		    -H "Authorization: Bearer $others")
		is "$what: 404 for another user" "$got $(code)" \
		    "404 not_found"
	fi
	# The right scope alone, last: it may end the session.
	echo "$method $row $scope $owner $body" >> "$TMP/allowed"
done < "$TMP/routes"

# Deleting comes last, and reading before all.
{
	grep '^GET' "$TMP/allowed"
	grep -Ev '^(GET|DELETE) ' "$TMP/allowed" | grep -v /system/shutdown
	grep '^DELETE' "$TMP/allowed" | awk '{ print length($2), $0 }' |
		sort -rn | cut -d' ' -f2-
	grep /system/shutdown "$TMP/allowed"
} > "$TMP/order"
is "none is left out" "$(sort "$TMP/order")" "$(sort "$TMP/allowed")"
while read -r method row scope owner body; do
	path=$(echo "$row" | sed "s/{id}/$ses/; s/{[a-z_]*}/none/g")
	eval "t=\$only_$scope"
	: > "$TMP/body"
	got=$(status "$method" "$path" "$body" -H "Authorization: Bearer $t")
	case $got in
	401|403) fail "$method $row: $scope is not enough: $got $(code)" ;;
	404)
		# Of what is not there; the session itself is.
		if [ "$path" = "$row" ] || [ "$path" = "/v1/sessions/$ses" ]
		then
			fail "$method $row: not found with $scope"
		else
			pass "$method $row: $scope is enough"
		fi ;;
	*) pass "$method $row: $scope is enough" ;;
	esac
done < "$TMP/order"
done_testing

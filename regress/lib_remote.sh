# For tests over TCP and TLS, after lib.sh.
#
#	free_port		a port that nobody listens on
#	make_ca NAME		$TMP/NAME.pem signs what make_cert makes
#	make_cert CA FILE HOST	$TMP/FILE.pem and $TMP/FILE.key, for HOST and
#				127.0.0.1
#	token UID SCOPES [MORE]	a new token's secret; SCOPES as in JSON
#	ask URL [CURL ARGUMENTS]	body to stdout; then api_status and the like
#	with TOKEN URL [CURL ARGUMENTS]	the same with a token
# shellcheck shell=sh

t_port=$((10000 + $$ % 2000 * 10))

# In the kernel's list ports are hexadecimal, after the address.
free_port() {
	while :; do
		t_port=$((t_port + 1))
		t_hex=$(printf ':%04X ' "$t_port")
		cat /proc/net/tcp /proc/net/tcp6 2> /dev/null |
			awk '{ print $2 " " }' | grep -qF "$t_hex" || break
	done
	echo "$t_port"
}

EC="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"

make_ca() {
	# shellcheck disable=SC2086	# words
	openssl req -x509 $EC -days 2 -subj "/CN=$1" \
	    -keyout "$TMP/$1.key" -out "$TMP/$1.pem" 2> /dev/null
}

make_cert() {
	# shellcheck disable=SC2086	# words
	openssl req $EC -subj "/CN=$2" -keyout "$TMP/$2.key" \
	    -out "$TMP/$2.csr" 2> /dev/null
	echo "subjectAltName=DNS:$3,IP:127.0.0.1" > "$TMP/$2.ext"
	openssl x509 -req -in "$TMP/$2.csr" -CA "$TMP/$1.pem" \
	    -CAkey "$TMP/$1.key" -CAcreateserial -days 2 \
	    -extfile "$TMP/$2.ext" -out "$TMP/$2.pem" 2> /dev/null
	chmod 600 "$TMP/$2.key"
}

token() {
	api_as "$1" POST /v1/tokens "{\"scopes\": $2${3:+, $3}}" |
		jq -r '.secret // empty'
}

ask() {
	t_url=$1
	shift
	: > "$TMP/api.headers"
	curl -sS --max-time "${API_TIMEOUT:-60}" -D "$TMP/api.headers" \
	    "$@" "$t_url"
}

with() {
	t_token=$1
	shift
	ask "$@" -H "Authorization: Bearer $t_token"
}

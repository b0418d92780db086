#!/bin/sh
# What every answer of the API has in common, asked of a whole deskd: kinds
# of refusal, probes, metrics, and what the machine says of itself.
. "${0%/*}/lib.sh"
need_root
need curl jq

deskd_start_or_bail

is "alive" "$(api GET /healthz)" '{"status":"ok"}'
ok "ready in time" wait_until 10 sh -c \
    "curl -sf --unix-socket $SOCKET http://x/readyz > /dev/null"

system=$(api GET /v1/system)
ok "the system tells of itself" sh -c "printf '%s' '$system' | jq -e '
    .version and .protocol and .kernel and (.cpus > 0) and
    (.memory_bytes > 0) and (.cgroup.version > 0) and
    (.images | length > 0) and .defaults.image and
    .limits.max_sessions and (.sessions.total == 0) and
    .user.admin and (.user.uid == 0)' > /dev/null"

# method path status code [body]
refused() {
	body=$(api "$1" "$2" ${5+"$5"})
	is "$1 $2 ${5-}: $3" "$(api_status)" "$3"
	is "$1 $2 ${5-}: $4" "$(printf '%s' "$body" | jq -r .code)" "$4"
	is "and as a problem with its id" "$(api_header Content-Type) $(
	    printf '%s' "$body" | jq -r .request_id)" \
	    "application/problem+json $(api_header X-Request-Id)"
}

refused GET /v1/nothing 404 not_found
refused PUT /v1/sessions 405 method_not_allowed
refused GET /v1/sessions/ses_00000000000000000000000000 404 not_found
refused GET '/v1/sessions?limmit=1' 400 invalid_parameter
refused GET '/v1/sessions?limit=0' 400 invalid_parameter
refused POST /v1/sessions 400 bad_json '{"name":'
refused POST /v1/sessions 400 bad_json '{"name":"a","name":"b"}'
refused POST /v1/sessions 422 unknown_field '{"nmae":"a"}'
refused POST /v1/sessions 422 invalid_field '{"desktop":{"width":"wide"}}'
is "the pointer names the field" "$(printf '%s' "$body" | jq -r .pointer)" \
    /desktop/width
body=$(api_as 4242 POST /v1/system/shutdown)
is "only an admin stops all" "$(api_status) $(printf '%s' "$body" |
    jq -r .code)" "403 forbidden"

metrics=$(api GET /metrics)
is "metrics end as they must" "$(printf '%s\n' "$metrics" | tail -n 1)" "# EOF"
like "and count requests by route" "$metrics" \
    'deskd_http_requests_total\{method="POST",route="/v1/sessions",class="4xx"\} 4'
like "and sessions by state" "$metrics" 'deskd_sessions\{state="running"\} 0'

deskd_stop
done_testing

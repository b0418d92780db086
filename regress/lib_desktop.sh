# What tests of a whole desktop share, after lib.sh: sessions are named on
# the command line, programs of the test go into one by its standard input.
#
#	bring SESSION FILE NAME	a copy of FILE in the session's home
#	inside SESSION COMMAND	a shell command line in the session
#	launch SESSION COMMAND	the same, not waited for
#	act SESSION-ID JSON	POST actions; body to stdout
#	pixels FILE X,Y...	the colours of a picture, on one line
# shellcheck shell=sh

bring() {
	base64 "$2" | ctl exec -i "$1" -- \
	    sh -c "base64 -d > '$3' && chmod 755 '$3'"
}

inside() {
	t_session=$1
	shift
	ctl exec "$t_session" -- sh -c "$*"
}

launch() {
	t_session=$1
	shift
	ctl exec "$t_session" -- setsid -f sh -c "exec > /dev/null 2>&1; $*"
}

act() {
	api POST "/v1/sessions/$1/actions" "$2"
}

pixels() {
	"$BIN/png_pixel" "$@" | tail -n +2 | xargs
}

size() {
	"$BIN/png_pixel" "$1" | head -n 1
}

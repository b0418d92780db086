#!/bin/sh
# What a session cannot see or do, tried from inside, as its user and as the
# root of an image that is a directory; and what the processes outside of it
# are confined to, as the kernel tells it.
# shellcheck disable=SC2016	# the session's shell expands

. ./lib.sh
# shellcheck source=regress/lib_image.sh
. ./lib_image.sh

need_root
need jq perl busybox ipcmk strip gzip

IMAGE=$PREFIX/images/small
make_image "$IMAGE"

deskd_conf <<- end
	image "host" host
	image "small" dir "$IMAGE"
end
deskd_start_or_bail

ok "a session of the host's image" ctl create -X -w -n walls-host
ok "one of a directory" ctl create -X -w -n walls-small -i small
id=$(ctl show -j walls-host | jq -r .id)
small=$(ctl show -j walls-small | jq -r .id)
record() {	# NAME [SESSION]
	awk -v k="$1" '$1 == k { print $2 }' \
	    "$PREFIX/run/sessions/${2:-$id}/record"
}

# in WHO COMMAND: user of host's image, or user or root of the directory's.
in_session() {
	t_who=$1
	shift
	jq -n --arg c "$*" --arg u "${t_who#*-}" \
	    '{command: $c, user: $u, timeout_seconds: 30}' > "$TMP/body"
	[ "${t_who%-*}" = host ] && t_id=$id || t_id=$small
	api POST "/v1/sessions/$t_id/exec" "@$TMP/body" |
	    jq -j '.stdout // .detail'
}

# What the host has to show: all of it must be out of sight.
HOST_SHM=$(ipcmk -M 4096 -p 0666 | tr -dc '0-9')
HOST_KEY=$(ipcs -m | awk -v id="$HOST_SHM" '$2 == id { print $1 }')
ABSTRACT=deskd-walls-$$
perl -MSocket -e '
	socket(S, AF_UNIX, SOCK_STREAM, 0) && bind(S, pack("Sa*", AF_UNIX,
	    "\0$ARGV[0]")) && listen(S, 8) or die; $| = 1; print "up\n";
	sleep' "$ABSTRACT" > "$TMP/listening" &
LISTENER=$!
wait_until 10 grep -q up "$TMP/listening"
is "the host hears its abstract socket and has the memory" \
    "$("$BIN/wall_probe" "$ABSTRACT" "$HOST_KEY" probe | head -2)" \
    "abstract open
sysv-shm open"

# The probe goes in by stdin, since it is large.
strip -o "$TMP/probe.bin" "$BIN/wall_probe"
gzip -9c "$TMP/probe.bin" | base64 -w0 > "$TMP/probe"
for who in host-user small-user small-root; do
	[ "${who%-*}" = host ] && t_id=$id || t_id=$small
	jq -n --rawfile p "$TMP/probe" --arg u "${who#*-}" '{stdin: $p,
	    user: $u, command: "base64 -d | gzip -d > /tmp/p-\($u) && chmod 755 /tmp/p-\($u)"}' > "$TMP/body"
	is "$who: the probe is in" "$(api POST "/v1/sessions/$t_id/exec" \
	    "@$TMP/body" | jq -r '.exit_code')" 0
	in_session "$who" "/tmp/p-${who#*-} $ABSTRACT $HOST_KEY < /dev/null" \
	    > "$TMP/probed"
	is "$who: no door is open" "$(grep -v ' refused ' "$TMP/probed")" ""
	ok "$who: all were tried" test "$(wc -l < "$TMP/probed")" -ge 38
	for call in mount bpf keyctl perf_event_open userfaultfd \
	    open_by_handle_at newns mknod setns add_key; do
		like "$who: $call" "$(grep "^$call " "$TMP/probed")" \
		    ' refused EPERM$'
	done
	for call in io_uring_setup newest clone3; do
		like "$who: $call" "$(grep "^$call " "$TMP/probed")" \
		    ' refused ENOSYS$'
	done
	for call in vsock packet; do
		like "$who: $call" "$(grep "^$call " "$TMP/probed")" \
		    ' refused EAFNOSUPPORT$'
	done

	# Files.
	is "$who: nothing of the host's" "$(in_session "$who" "
		cat /etc/shadow $PREFIX/store/deskd.db 2> /dev/null
		ls -d $PREFIX $TMP /var/lib/deskd /run/deskd/sessions \
		    /run/deskd.uids /boot 2> /dev/null
		ls /home | grep -vx user
		ls -A /root 2> /dev/null")" ""
	is "$who: masked files are empty" "$(in_session "$who" '
		cd /proc; cat kcore kmsg kallsyms keys timer_list \
		    sysrq-trigger interrupts 2> /dev/null | head -c 10
		find acpi scsi asound -mindepth 1 2> /dev/null')" ""
	is "$who: nothing of /proc can be written" "$(in_session "$who" '
		for f in /proc/sys/kernel/core_pattern /proc/sys/vm/overcommit_memory \
		    /proc/sys/kernel/hostname /proc/irq/0/smp_affinity \
		    /proc/sysrq-trigger; do
			[ -e $f ] && [ ! -c $f ] || continue
			(echo 1 > $f) 2> /dev/null && echo $f
		done')" ""
	is "$who: /dev is short" "$(in_session "$who" 'ls /dev' |
	    tr '\n' ' ')" \
	    "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero "
	is "$who: nor can it grow" "$(in_session "$who" \
	    '(: > /dev/new) 2> /dev/null && echo made')" ""
	is "$who: no disk in /sys" "$(in_session "$who" 'ls /sys /sys/devices' |
	    tr '\n' ' ')" "/sys: devices  /sys/devices: system "

	# Processes: pid 1, and what is running this.
	is "$who: other processes are not seen" "$(in_session "$who" '
		for p in /proc/[0-9]*; do cat $p/comm; done 2> /dev/null' |
	    grep -Evc '^(deskd-init|sh|cat|busybox)$')" 0
	is "$who: pid 1 cannot be read" "$(in_session "$who" \
	    'cat /proc/1/environ /proc/1/maps /proc/1/mem 2> /dev/null |
		head -c 1; ls /proc/1/cwd/ /proc/1/root/ 2> /dev/null
	    readlink /proc/1/exe /proc/1/fd/*')" ""

	# Network and names.
	is "$who: no interface but lo" "$(in_session "$who" \
	    'sed -n "s/^ *\([^:]*\):.*/\1/p" /proc/net/dev')" lo
	is "$who: no route" "$(in_session "$who" \
	    'tail -n +2 /proc/net/route')" ""
	is "$who: the socket list is its own" "$(in_session "$who" \
	    'grep -c "'"$ABSTRACT"'" /proc/net/unix')" 0
	is "$who: no shared memory of the host's" "$(in_session "$who" \
	    'tail -n +2 /proc/sysvipc/shm')" ""
	is "$who: a host name of its own" "$(in_session "$who" \
	    'cat /proc/sys/kernel/hostname')" "walls-${who%-*}"
	is "$who: ids are the record's" "$(in_session "$who" \
	    'cat /proc/self/uid_map /proc/self/gid_map' | tr -s ' ' |
	    sort -u)" " 0 $(record uid_base "$t_id") 65536"
	like "$who: filtered, without a way up" "$(in_session "$who" \
	    'grep -E "^(Seccomp|NoNewPrivs)" /proc/self/status' |
	    tr '\n\t' '  ')" 'NoNewPrivs: 1 Seccomp: 2 '
done
kill "$LISTENER"
wait "$LISTENER" 2> /dev/null
ipcrm -m "$HOST_SHM"

# From outside.
status_of() {	# PID FIELD
	awk -v f="$2:" '$1 == f { print $2 }' "/proc/$1/status"
}
child_named() {	# NAME [UID]
	for t_pid in $(cat "/proc/$DESKD_PID/task/$DESKD_PID/children"); do
		[ "$(cat "/proc/$t_pid/comm")" = "$1" ] &&
		    { [ -z "${2:-}" ] ||
			[ "$(status_of "$t_pid" Uid)" = "$2" ]; } &&
		    echo "$t_pid"
	done
}
confined() {	# NAME PID UID
	is "$1: its uid" "$(status_of "$2" Uid)" "$3"
	is "$1: no capability" "$(status_of "$2" CapEff) $(status_of "$2" \
	    CapPrm) $(status_of "$2" CapBnd)" \
	    "0000000000000000 0000000000000000 0000000000000000"
	is "$1: no new privileges, a filter" "$(status_of "$2" NoNewPrivs) \
$(status_of "$2" Seccomp)" "1 2"
	is "$1: no groups" "$(status_of "$2" Groups)" ""
	# What belongs to root although it runs as another is undumpable.
	is "$1: cannot be dumped" "$(stat -c %u "/proc/$2/mem")" 0
	for t_ns in mnt net ipc uts; do
		nok "$1: $t_ns is not the host's" test \
		    "$(readlink "/proc/$2/ns/$t_ns")" = \
		    "$(readlink "/proc/self/ns/$t_ns")"
	done
	is "$1: no interface but lo" "$(tail -n +3 "/proc/$2/net/dev" |
	    tr -d ' ' | cut -d: -f1)" lo
}
worker=$(child_named deskd-worker "$(record worker_uid)")
broker=$(child_named deskd-broker)
confined worker "$worker" "$(record worker_uid)"
is "worker: its root has nothing but the display's socket" \
    "$(find "/proc/$worker/root/" -mindepth 1 ! -name X0)" ""
confined broker "$broker" "$(stat -c %u "$PREFIX/store")"
is "broker: its root is the store" "$(ls "/proc/$broker/root/")" \
    "$(ls "$PREFIX/store")"

init=$(record init_pid)
is "init: the session's root" "$(status_of "$init" Uid)" \
    "$(record uid_base)"
is "init: no new privileges, a filter" "$(status_of "$init" NoNewPrivs) \
$(status_of "$init" Seccomp)" "1 2"
is "init: what it hands out, and setpcap" "$(status_of "$init" CapEff) \
$(status_of "$init" CapBnd)" "00000000000005fb 00000000000005fb"

# supervisor/caps.c, by number.
wanted=0
for cap in 21 7 6 8 5 0 1 3 4 27 31 18; do
	wanted=$((wanted | 1 << cap))
done
is "supervisor: the capabilities it lists" "$(status_of "$DESKD_PID" CapEff)" \
    "$(printf %016x $wanted)"
is "supervisor: no others to be had" "$(status_of "$DESKD_PID" CapBnd)" \
    "$(printf %016x $wanted)"
is "supervisor: a filter" "$(status_of "$DESKD_PID" Seccomp)" 2

done_testing

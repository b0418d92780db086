#!/bin/sh
# A session of an image that is a directory: its files are there, what is
# written stays over stop and start, the image itself never changes; its
# root can look after files and nothing else.
# shellcheck disable=SC2016	# the session's shell expands

. ./lib.sh
# shellcheck source=regress/lib_image.sh
. ./lib_image.sh

need_root
need jq busybox

IMAGE=$PREFIX/images/small
make_image "$IMAGE"
echo original > "$IMAGE/etc/motd"
chmod 600 "$IMAGE/etc/motd"
mkdir "$IMAGE/raised"
cp "$IMAGE/bin/busybox" "$IMAGE/raised/id"
chmod 4755 "$IMAGE/raised/id"
make_image "$PREFIX/images/theirs"
chown 1000 "$PREFIX/images/theirs"
make_image "$PREFIX/images/writable"
chmod 777 "$PREFIX/images/writable"
picture_of_image() {
	(cd "$IMAGE" && find . -printf '%p %u %g %m %s %T@ %l\n' | sort &&
		find . -type f -exec cksum {} + | sort)
}
picture_of_image > "$TMP/image.before"

deskd_conf <<- end
	image "host" host
	image "small" dir "small"
	image "theirs" dir "$PREFIX/images/theirs"
	image "writable" dir "$PREFIX/images/writable"
	image "absent" dir "$PREFIX/images/absent"
end
deskd_start_or_bail

is "the images are told" "$(api GET /v1/system | jq -c '[.images[] |
    if type == "object" then .name else . end] | sort')" \
    '["absent","host","small","theirs","writable"]'
ok "a session of the directory" ctl create -X -w -n small -i small
id=$(ctl show -j small | jq -r .id)
is "it says so" "$(ctl show -j small | jq -r .image)" small

run() {		# USER COMMAND: its output, or the problem's code
	jq -n --arg u "$1" --arg c "$2" '{user: $u, command: $c}' \
	    > "$TMP/body"
	api POST "/v1/sessions/$id/exec" "@$TMP/body" |
	    jq -r '.stdout + .stderr // .code'
}

# Its root.
is "root is uid 0 at home" "$(run root 'id -u; id -G; pwd; echo $HOME')" \
    "0
0
/root
/root"
# chown, dac_override, fowner, fsetid, kill, setgid, setuid, net_bind_service
caps=00000000000004fb
is "with eight capabilities" "$(run root \
    'grep ^Cap /proc/self/status | tr "\t" " "')" "CapInh: 0000000000000000
CapPrm: $caps
CapEff: $caps
CapBnd: $caps
CapAmb: 0000000000000000"
like "filtered" "$(run root 'grep ^Seccomp: /proc/self/status')" '2$'
like "without a mount" "$(run root 'mount -t tmpfs none /mnt')" \
    'not permitted|permission denied'
is "it reads root's files" "$(run root 'cat /etc/motd')" original
is "it installs files" "$(run root 'mkdir -p /opt/x &&
    cp /bin/busybox /opt/x/echo && chmod 755 /opt/x/echo &&
    /opt/x/echo installed')" installed
is "it gives files away" "$(run root 'echo mine > /home/user/gift &&
    chown 1000:1000 /home/user/gift && ls -ln /home/user/gift |
    tr -s " " | cut -d" " -f3,4')" "1000 1000"
is "it becomes the user" "$(run root 'su user -c "id -u"')" 1000
is "it changes what the image has" "$(run root 'echo changed > /etc/motd &&
    rm /bin/vi && cat /etc/motd')" changed
is "it ends the user's programs" "$(run user \
    'sleep 1000 > /dev/null 2>&1 & echo')$(run root 'killall sleep
    i=0; while pidof sleep && [ $i -lt 50 ]; do
	i=$((i + 1)); usleep 100000; done > /dev/null; pidof sleep')" ""
like "it makes no device" "$(run root 'mknod /tmp/n c 1 1')" 'not permitted'

# Its user.
is "the user is another" "$(run user 'id -u; pwd; grep CapEff \
    /proc/self/status | cut -f2')" "1000
/home/user
0000000000000000"
is "the user has the gift" "$(run user 'cat gift')" mine
like "but not root's files" "$(run user 'cat /etc/motd')" \
    '[Pp]ermission denied'
is "setuid means nothing" "$(run user '/raised/id -u')" 1000
like "nothing of the host's is there" "$(run user 'ls /usr 2>&1')" \
    'No such file'

# Over stop and start; then the image.
ok "stop" ctl stop small
ok "start" ctl start -w small
is "what was written is there" "$(run root 'cat /etc/motd /home/user/gift
    ls /opt/x; ls /bin/vi 2> /dev/null')" "changed
mine
echo"
ok "another session of it" ctl create -X -w -n second -i small
is "begins with the image" "$(ctl exec second -- ls /bin/vi)" /bin/vi
nok "not with what the first one wrote" ctl exec second -- ls /opt/x
picture_of_image > "$TMP/image.after"
is "the image is as it was" "$(diff "$TMP/image.before" \
    "$TMP/image.after")" ""

# Images that are none.
is "an unknown image" "$(api POST /v1/sessions \
    '{"image": "nonesuch", "desktop": null}' | jq -r '.code + .pointer')" \
    "no_such_image/image"
for name in theirs writable absent; do
	t_id=$(ctl create -X -n "$name" -i "$name")
	is "$name: such a directory is refused" "$(api GET \
	    "/v1/sessions/$t_id?wait_for=running&timeout=10" |
	    jq -r .state)" failed
	like "$name: and says why" "$(ctl show -j "$name" |
	    jq -r .state_detail)" "the image's directory"
	ok "$name: it can be deleted" ctl rm "$name"
done

# A desktop needs an X server, which this image does not have.
t_id=$(ctl create -n bare -i small)
is "a desktop without an X server fails" "$(api GET \
    "/v1/sessions/$t_id?wait_for=running&timeout=20" |
    jq -r '.state + " " + .state_reason')" "failed desktop_failed"

done_testing

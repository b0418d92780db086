# What regress/deb/package.t does in its own Debian: prints TAP.
# shellcheck shell=sh

# shellcheck disable=SC2034	# lib.sh's
BIN=/usr/bin
. /debs/lib.sh
SOCKET=/run/deskd/api.sock

apt() {
	apt-get -qq -y -o Dpkg::Use-Pty=0 "$@" < /dev/null
}

# No service manager runs here: deskd is started as its unit would.
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
chmod +x /usr/sbin/policy-rc.d

up() {
	deskctl ls > /dev/null
}
start() {
	deskd -f /etc/deskd/deskd.conf && wait_until 30 up
}
gone() {
	! pgrep -x deskd > /dev/null
}
stop() {
	pkill -x deskd && wait_until 30 gone
}

ok "package lists" apt update
find / -xdev \( -path /proc -o -path /sys -o -path /debs \) -prune -o \
    -print | sort > /debs/before
ok "install" apt install --no-install-recommends ./deskd_*.deb procps
ok "the user of the broker" id _deskd
ok "the group of who may use it" getent group deskd
is "the configuration is root's alone" \
    "$(stat -c '%a %U' /etc/deskd/deskd.conf)" "600 root"
ok "and is good" deskd -n
ok "the manuals" test -s /usr/share/man/man8/deskd.8.gz
ok "deskd starts" start
is "the socket is the group's" "$(stat -c '%a %G' $SOCKET)" "660 deskd"
ok "a session without a screen" deskctl create -w -X -n plain
like "runs commands" "$(deskctl exec plain -- id)" 'uid=1000\(user\)'
nok "one with a screen is not to be had yet" \
    deskctl create -w -T 20 -n early
deskctl rm early > /dev/null 2>&1
ok "files are made in it" deskctl exec plain -- sh -c 'echo kept > file'
ok "deskd stops" stop

ok "what is recommended" apt install --no-install-recommends \
    ./deskd-desktop_*.deb jq curl
ok "deskd starts again" start
ok "a session with a screen" deskctl create -w -n screen
ok "a picture of it" deskctl shot -o /debs/shot.png screen
like "is a PNG" "$(head -c 4 /debs/shot.png | od -An -c)" 'P +N +G'
useradd -m -G deskd alice
like "somebody of the group" "$(setpriv --reuid=alice --regid=alice \
    --init-groups deskctl create -w -X -n hers)" ses_
nok "somebody else" setpriv --reuid=nobody --regid=nogroup --clear-groups \
    deskctl ls
for script in /usr/share/doc/deskd/examples/*.sh; do
	ok "example ${script##*/}" sh -c "cd /tmp && timeout 120 $script"
done
like "doctor" "$(deskctl doctor)" '^ok +daemon'

echo 'max sessions 7' >> /etc/deskd/deskd.conf
# In its place the unit's restart, which this is without.
ok "deskd stops for an upgrade" stop
ok "upgrade" apt install ./next-deskd_*.deb ./next-deskd-desktop_*.deb
like "it is the next one" "$(dpkg-query -W -f '${Version}' deskd)" '\+next$'
like "an edited configuration stays" "$(tail -n 1 /etc/deskd/deskd.conf)" \
    '^max sessions 7'
ok "the next one starts" start
ok "a session of before" deskctl start -w plain
is "has its files" "$(deskctl exec plain -- cat file)" kept
is "hers is hers" "$(setpriv --reuid=alice --regid=alice --init-groups \
    deskctl -j ls -a | jq -r '.[].name')" hers
ok "it stops" stop

ok "remove" apt remove deskd deskd-desktop
ok "keeps the configuration" test -s /etc/deskd/deskd.conf
ok "and the sessions" sh -c 'ls /var/lib/deskd/sessions/*.img'
ok "purge" apt purge deskd deskd-desktop
find / -xdev \( -path /proc -o -path /sys -o -path /debs \) -prune -o \
    -print | sort > /debs/after
is "nothing of it is left" "$(comm -13 /debs/before /debs/after |
    grep -i deskd | grep -v '^/var/lib/dpkg/\|^/var/cache\|^/var/log')" ""
is "and nothing of its sessions" "$(grep -c deskd /proc/mounts)" 0

done_testing

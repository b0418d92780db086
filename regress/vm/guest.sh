#!/bin/sh
# Inside the machine: runs the tests that the kernel's command line names,
# marks where each begins and ends, and switches the machine off.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
HOME=/root
LC_ALL=C
# Emulation is about fifteen times slower.
DESKD_TEST_SLOW=20
BIN=/src/obj/bin
export PATH HOME LC_ALL DESKD_TEST_SLOW BIN
exec < /dev/null > /dev/ttyS1 2>&1
stty -F /dev/ttyS1 -opost

tests=$(sed 's/.*vm\.tests=\([^ ]*\).*/\1/; s/,/ /g' /proc/cmdline)
cd /src/regress || exit 1
echo "# Linux $(uname -r), up for $(cut -d ' ' -f 1 /proc/uptime) s"
for t in $tests; do
	echo "== begin $t"
	"./$t.t" 2>&1
	echo "== end $?"
done
dmesg | grep -E 'BUG|WARNING|Oops' | sed 's/^/# /'
echo "== off"
sync
echo o > /proc/sysrq-trigger
{ sleep 60; } 2> /dev/null

#!/bin/sh
# A desktop as people start it: an X server, asked every 0.1 s whether it is
# there, a window manager, a picture.  Says so, then ends all of it.
#
#	by_hand.sh DISPLAY PICTURE
DISPLAY=$1
export DISPLAY
# Without -noreset, the end of xdpyinfo may end the window manager with it.
Xvfb "$DISPLAY" -screen 0 1280x800x24 -ac -noreset -nolisten tcp \
    > /dev/null 2>&1 &
server=$!
until xdpyinfo > /dev/null 2>&1; do
	sleep 0.1
done
icewm > /dev/null 2>&1 &
manager=$!
until xprop -root _NET_SUPPORTING_WM_CHECK 2> /dev/null | grep -q 'window id'
do
	sleep 0.01
done
scrot -p -o "$2" && convert "$2" -resize '1280x800!' "$2"
echo there
exec > /dev/null
kill "$manager" "$server"
wait "$server"
exit 0

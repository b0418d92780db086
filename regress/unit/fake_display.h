#ifndef FAKE_DISPLAY_H
#define FAKE_DISPLAY_H

#define FAKE_FD		9
#define FAKE_WIDTH	1280
#define FAKE_HEIGHT	800

#endif

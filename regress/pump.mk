# Tests of deskd-pump and of archives.

UNIT		+= tar_test
UNIT_HELPERS	+= pump_plain

tar_test_SRC	= regress/unit/tar_test.c
tar_test_COMMON = $(TAR) common/log.c common/problem.c common/xmalloc.c
tar_test_LIBS	= $(BSD_LIBS)

# The same objects, not static: sanitizers can look into this one.
pump_plain_SRC	= $(deskd-pump_SRC)
pump_plain_COMMON = $(deskd-pump_COMMON)
pump_plain_LIBS	= $(BSD_LIBS)

# Tests and bench of the HTTP side of deskd-broker.

# The broker without its sessions and its store; the test has stand-ins.
HTTP_SIDE	= $(filter $(addprefix broker/,api_system.c field.c http%.c \
		  json_read.c metrics.c query.c route.c stream.c \
		  ws%.c) common/wsmsg.c, $(deskd-broker_SRC))
HTTP_TEST_SIDES	= regress/unit/http_client.c regress/unit/http_serve.c \
		  regress/unit/http_server.c regress/unit/ws_server.c

UNIT		+= bfield_test \
		  http_test \
		  png_head_test \
		  route_test \
		  ws_test

png_head_test_SRC = regress/unit/png_head_test.c broker/png_head.c
png_head_test_LIBS = $(COMMON_LIBS)

bfield_test_SRC	= regress/unit/bfield_test.c broker/field.c \
		  broker/json_read.c
bfield_test_LIBS = $(JSON_LIBS) $(COMMON_LIBS)

http_test_SRC	= regress/unit/http_test.c $(HTTP_TEST_SIDES) $(HTTP_SIDE)
http_test_LIBS	= $(MHD_LIBS) $(WSLAY_LIBS) $(JSON_LIBS) $(COMMON_LIBS) -lmd

route_test_SRC	= regress/unit/route_test.c broker/route.c broker/routes.c
route_test_LIBS	= $(COMMON_LIBS)

ws_test_SRC	= regress/unit/ws_test.c regress/unit/ws_client.c \
		  $(HTTP_TEST_SIDES) $(HTTP_SIDE)
ws_test_LIBS	= $(http_test_LIBS)

# A user of WebSockets, and one of terminals, for tests of the whole.
UNIT_HELPERS	+= pty_drive \
		  ws_drive

pty_drive_SRC	= regress/unit/pty_drive.c regress/unit/drive.c
pty_drive_COMMON = common/xmalloc.c common/log.c
pty_drive_LIBS	= $(BSD_LIBS) -lutil
ws_drive_SRC	= regress/unit/ws_drive.c regress/unit/drive.c \
		  regress/unit/ws_client.c
ws_drive_COMMON = $(pty_drive_COMMON)
ws_drive_LIBS	= $(BSD_LIBS)

# Headers of the broker only: other programs have some of the same name.
$(OBJ)/regress/unit/http_%.o $(OBJ)/regress/unit/ws_%.o \
$(OBJ)/regress/unit/bfield_test.o $(OBJ)/regress/unit/png_head_test.o \
$(OBJ)/regress/unit/route_test.o: TEST_INC = -iquote broker

# Not run by check.
UNIT_HELPERS	+= http_bench

http_bench_SRC	= regress/bench/http_bench.c $(HTTP_TEST_SIDES) $(HTTP_SIDE)
http_bench_LIBS	= $(http_test_LIBS)

# make bench: see bench/bench.sh.
UNIT_HELPERS	+= desk_bench

desk_bench_SRC	= regress/bench/ask.c regress/bench/desk_bench.c \
		  regress/bench/series.c
desk_bench_COMMON = common/xmalloc.c common/log.c
desk_bench_LIBS	= $(BSD_LIBS)

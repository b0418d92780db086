# Unit tests: a main per module, in regress/unit.  NAME_SRC lists what is
# linked with it beside common/; UNIT_HELPERS are programs that tests start.
# The larger programs have a list of their own, included below.

# A test sees the headers of the program it tests: two programs may have one
# of the same name.
$(OBJ)/regress/unit/%.o: TEST_INC = -iquote supervisor -iquote worker \
    -iquote init

UNIT		= conf_value_test \
		  init_kept_test \
		  init_test \
		  kept_ring_test \
		  msg_test \
		  peer_test \
		  places_test \
		  sandbox_test \
		  size_test \
		  suggest_test \
		  uidrange_test \
		  ulid_test
UNIT_HELPERS	= confine \
		  fake_broker \
		  wall_probe
regress_CFLAGS	= $(MHD_CFLAGS) $(JSON_CFLAGS)

conf_value_test_SRC = regress/unit/conf_value_test.c \
		  supervisor/conf_value.c
conf_value_test_LIBS = $(COMMON_LIBS)

init_kept_test_SRC = regress/unit/box.c \
		  regress/unit/init_kept_test.c
init_kept_test_LIBS = $(COMMON_LIBS)

init_test_SRC	= regress/unit/box.c \
		  regress/unit/init_helper.c \
		  regress/unit/init_test.c
init_test_LIBS	= $(COMMON_LIBS)

kept_ring_test_SRC = regress/unit/kept_ring_test.c \
		  init/kept_ring.c
kept_ring_test_LIBS = $(COMMON_LIBS)

msg_test_SRC	= regress/unit/msg_test.c
msg_test_LIBS	= $(COMMON_LIBS)

peer_test_SRC	= regress/unit/peer_test.c
peer_test_LIBS	= $(COMMON_LIBS)

places_test_SRC	= regress/unit/places_test.c \
		  supervisor/places.c
places_test_LIBS = $(COMMON_LIBS)

uidrange_test_SRC = regress/unit/uidrange_test.c \
		  supervisor/proc.c \
		  supervisor/uidrange.c
uidrange_test_LIBS = $(COMMON_LIBS)

ulid_test_SRC	= regress/unit/ulid_test.c
ulid_test_LIBS	= $(COMMON_LIBS)

# deskctl's.
$(OBJ)/regress/unit/size_test.o $(OBJ)/regress/unit/suggest_test.o: \
    TEST_INC = -iquote deskctl

confine_SRC	= regress/unit/confine.c
confine_LIBS	= $(COMMON_LIBS)

fake_broker_SRC	= regress/unit/fake_broker.c
fake_broker_COMMON = common/log.c \
		  common/xmalloc.c
fake_broker_LIBS = $(BSD_LIBS)

size_test_SRC	= deskctl/parse.c \
		  regress/unit/size_test.c
size_test_COMMON = $(deskctl_COMMON)
size_test_LIBS	= $(BSD_LIBS)

suggest_test_SRC = deskctl/suggest.c \
		  regress/unit/suggest_test.c
suggest_test_COMMON = $(deskctl_COMMON)
suggest_test_LIBS = $(BSD_LIBS)

sandbox_test_SRC = regress/unit/sandbox_test.c
sandbox_test_LIBS = $(COMMON_LIBS)

# Static, so that it runs in any session; nothing of ours but itself, since
# that may be compiled for a sanitizer, which a static program cannot carry.
wall_probe_COMMON = regress/unit/wall_probe.c
$(BIN)/wall_probe: PIE_LD = -static-pie
$(BIN)/wall_probe: SAN =

include regress/broker.mk
include regress/http.mk
include regress/worker.mk
include regress/pump.mk

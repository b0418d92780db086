# Fuzz targets: programs that libFuzzer feeds, each with a corpus of its own
# in fuzz/corpus.  clang builds them, in a folder of their own; see run.sh.

FUZZ_SECONDS	?= 60
FUZZ		= answer \
		  conf \
		  init \
		  keys \
		  pump \
		  request \
		  tar \
		  wire \
		  worker \
		  ws
FUZZ_DIR	= obj-fuzz
FUZZ_SAN	= -fsanitize=address,undefined -fno-sanitize-recover=all \
		  -fno-omit-frame-pointer
FUZZ_MAKE	= $(MAKE) -j$(JOBS) --no-print-directory OBJ=$(FUZZ_DIR) \
		  CC=clang HARDEN_CFLAGS= HARDEN_LDFLAGS= \
		  FORTIFY=-U_FORTIFY_SOURCE WERROR= \
		  SAN="-fsanitize=fuzzer-no-link $(FUZZ_SAN)"

# Whether there is a clang with all it takes; regress/fuzz.t says if not.
FUZZ_CAN	= echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' | \
		  clang -fsanitize=fuzzer,address,undefined -o /dev/null \
		  -x c - 2> /dev/null

# Logs are made and forgotten.
FUZZ_BASE	= fuzz/input.c \
		  fuzz/quiet.c \
		  $(filter-out common/log.c,$(COMMON))

answer_FUZZ	= common/wsmsg.c deskctl/http.c deskctl/link.c deskctl/sse.c \
		  deskctl/tls.c
answer_FUZZLIBS	= $(GNUTLS_LIBS) $(WSLAY_LIBS) $(COMMON_LIBS) -lmd
answer_INC	= deskctl

conf_FUZZ	= $(filter supervisor/conf%.c supervisor/parse.c \
		  supervisor/printconf.c,$(deskd_SRC))
conf_FUZZLIBS	= $(COMMON_LIBS)
conf_INC	= supervisor

# Nothing is executed and nobody is signalled: see init.c.
init_FUZZ	= fuzz/tell.c init/env.c init/exec.c init/launch.c init/link.c \
		  init/request.c init/rights.c init/stdio.c \
		  $(filter init/kept%.c,$(deskd-init_SRC))
init_FUZZLIBS	= $(COMMON_LIBS)
init_LDFLAGS	= -Wl,--wrap=kill -Wl,--wrap=launch
init_INC	= init

keys_FUZZ	= regress/unit/fake_display.c \
		  $(filter-out worker/from_%.c,$(WORKER_PROCESS))
keys_FUZZLIBS	= $(XKB_LIBS) $(JSON_LIBS) $(COMMON_LIBS)
keys_INC	= worker

pump_FUZZ	= broker/json_read.c broker/lines.c broker/pump.c
pump_FUZZLIBS	= $(JSON_LIBS) $(COMMON_LIBS)
pump_LDFLAGS	= -Wl,--wrap=peer_close
pump_INC	= broker

# The whole broker, its main file included; the store, and what works on
# its files, have stand-ins.
request_FUZZ	= fuzz/client.c fuzz/store.c fuzz/tell.c common/wsmsg.c \
		  $(TAR) $(filter-out $(addprefix broker/,api_blob.c \
		  api_store.c backup.c broker.c restore.c retention.c \
		  schema.c store%), $(filter broker/%,$(deskd-broker_SRC)))
request_FUZZLIBS = $(deskd-broker_LIBS)
request_INC	= broker

tar_FUZZ	= $(TAR)
tar_FUZZLIBS	= $(COMMON_LIBS)

wire_FUZZ	= fuzz/tell.c
wire_FUZZLIBS	= $(COMMON_LIBS)

worker_FUZZ	= fuzz/tell.c regress/unit/fake_display.c $(WORKER_PROCESS)
worker_FUZZLIBS	= $(XKB_LIBS) $(JSON_LIBS) $(COMMON_LIBS)
worker_INC	= worker regress/unit

ws_FUZZ		= fuzz/client.c regress/unit/http_server_raw.c \
		  regress/unit/ws_server.c $(HTTP_SIDE)
ws_FUZZLIBS	= $(http_test_LIBS)
ws_INC		= broker regress/unit

fuzz_CFLAGS	= $(MHD_CFLAGS) $(JSON_CFLAGS)

$(OBJ)/fuzz/store.o: TEST_INC = -iquote broker

define fuzz_rules
$(OBJ)/fuzz/$(1).o: TEST_INC = $$($(1)_INC:%=-iquote %)
$(BIN)/fuzz_$(1): $$(patsubst %.c,$(OBJ)/%.o,fuzz/$(1).c $(FUZZ_BASE) $$($(1)_FUZZ))
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(ALL_CFLAGS) $(FUZZ_SAN) -fsanitize=fuzzer \
	    $$(ALL_LDFLAGS) $$($(1)_LDFLAGS) -o $$@ $$^ $$($(1)_FUZZLIBS)
endef
$(foreach t,$(FUZZ),$(eval $(call fuzz_rules,$(t))))

fuzz-targets: $(FUZZ:%=$(BIN)/fuzz_%)
	@:

# New inputs go to obj-fuzz; what is worth keeping is copied by hand.
fuzz: fuzz-build
	@BIN=$(FUZZ_DIR)/bin OUT=$(FUZZ_DIR)/found sh fuzz/run.sh \
	    $(FUZZ_SECONDS) $(FUZZ)

fuzz-build: config.h
	@$(FUZZ_MAKE) fuzz-targets

# Which there are; none without the means.
fuzz-list:
	@if $(FUZZ_CAN); then echo $(FUZZ); fi

.PHONY: fuzz fuzz-build fuzz-list fuzz-targets

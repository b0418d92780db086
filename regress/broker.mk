# Tests of deskd-broker: its store, its journal, and all of it.

STORE_SIDE	= broker/schema.c broker/session_row.c broker/store.c \
		  broker/store_blob.c broker/store_prune.c broker/store_read.c \
		  broker/store_write.c broker/token_text.c
STORE_LIBS	= $(SQLITE_LIBS) $(JSON_LIBS) $(COMMON_LIBS) -lmd -lpthread

UNIT		+= accept_test \
		  broker_test \
		  journal_test \
		  store_test \
		  utf8_test

accept_test_SRC	= regress/unit/accept_test.c broker/accept.c
accept_test_LIBS = $(COMMON_LIBS)

broker_test_SRC	= regress/unit/broker_test.c regress/unit/broker_test_call.c \
		  regress/unit/broker_test_desktop.c \
		  regress/unit/broker_test_exec.c \
		  regress/unit/broker_test_session.c \
		  regress/unit/broker_test_store.c \
		  regress/unit/fake.c regress/unit/fake_kept.c \
		  regress/unit/fake_worker.c regress/unit/http_client.c
broker_test_LIBS = $(JSON_LIBS) $(COMMON_LIBS)
$(BIN)/broker_test: $(BIN)/deskd-broker

journal_test_SRC = regress/unit/journal_test.c broker/asker.c broker/journal.c \
		  $(STORE_SIDE)
journal_test_LIBS = $(STORE_LIBS)

store_test_SRC	= regress/unit/store_test.c $(STORE_SIDE)
store_test_LIBS	= $(STORE_LIBS)

utf8_test_SRC	= regress/unit/utf8_test.c
utf8_test_LIBS	= $(COMMON_LIBS)

# Two programs have a session.h: these mean the broker's.
$(addprefix $(OBJ)/regress/unit/,accept_test.o broker_test.o \
    broker_test_call.o broker_test_desktop.o broker_test_exec.o \
    broker_test_session.o broker_test_store.o fake.o fake_worker.o \
    journal_test.o store_test.o utf8_test.o): TEST_INC = -iquote broker

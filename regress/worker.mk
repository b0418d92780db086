# Tests of deskd-worker.

# The worker without what talks to X; these tests have a screen of their own.
WORKER_PROCESS	= $(filter $(addprefix worker/,action%.c batch%.c desktop.c \
		  clip_bytes.c clipboard.c exec%.c field.c from_%.c gate.c \
		  kept.c keysym.c picture.c shot.c size.c window_json.c windows.c), \
		  $(deskd-worker_SRC))

# Programs that tests start; none is a test itself.
UNIT_HELPERS	+= deskd-worker-evil \
		  evil_owner \
		  png_pixel \
		  recorder \
		  wclient \
		  worker_fake

worker_fake_SRC	= regress/unit/fake_display.c worker/worker.c \
		  $(WORKER_PROCESS)
worker_fake_LIBS = $(XKB_LIBS) $(JSON_LIBS) $(COMMON_LIBS)

UNIT		+= action_test \
		  clip_bytes_test \
		  display_hostile_test \
		  display_test \
		  encode_format_test \
		  encode_test \
		  evil_test \
		  field_test \
		  gallery_test \
		  keysym_test \
		  window_test \
		  worker_batch_test \
		  worker_clip_test \
		  worker_exec_test \
		  worker_x_test

action_test_SRC	= regress/unit/action_test.c regress/unit/fake_display.c \
		  $(filter-out worker/from_%.c,$(WORKER_PROCESS))
action_test_LIBS = $(XKB_LIBS) $(JSON_LIBS) $(COMMON_LIBS)

# A worker that does what its script says, for tests of everyone else.
deskd-worker-evil_SRC = regress/unit/evil_worker.c
deskd-worker-evil_LIBS = $(COMMON_LIBS)
evil_test_SRC	= regress/unit/evil_test.c \
		  regress/unit/worker_drive.c
evil_test_LIBS	= $(COMMON_LIBS)
$(BIN)/evil_test: | $(BIN)/deskd-worker-evil

field_test_SRC	= regress/unit/field_test.c \
		  worker/field.c \
		  worker/keysym.c
field_test_LIBS	= $(XKB_LIBS) $(JSON_LIBS) $(COMMON_LIBS)

worker_exec_test_SRC = regress/unit/worker_drive.c \
		  regress/unit/worker_exec_test.c
worker_exec_test_LIBS = $(COMMON_LIBS)
$(BIN)/worker_exec_test: | $(BIN)/worker_fake

worker_x_test_SRC = regress/unit/worker_drive.c \
		  regress/unit/worker_x_test.c
worker_x_test_LIBS = $(COMMON_LIBS)
$(BIN)/worker_x_test: | $(BIN)/deskd-worker

clip_bytes_test_SRC = regress/unit/clip_bytes_test.c \
		  worker/clip_bytes.c
clip_bytes_test_LIBS = $(COMMON_LIBS)

worker_clip_test_SRC = regress/unit/worker_clip_test.c \
		  regress/unit/worker_drive.c
worker_clip_test_LIBS = $(COMMON_LIBS)
$(BIN)/worker_clip_test: | $(BIN)/worker_fake

worker_batch_test_SRC = regress/unit/worker_batch_test.c \
		  regress/unit/worker_drive.c
worker_batch_test_LIBS = $(COMMON_LIBS)
$(BIN)/worker_batch_test: | $(BIN)/worker_fake

display_hostile_test_SRC = regress/unit/display_hostile_test.c \
		  $(DISPLAY_SRC)
display_hostile_test_LIBS = $(DISPLAY_LIBS) $(COMMON_LIBS)

display_test_SRC = regress/unit/desktop.c \
		  regress/unit/display_test.c \
		  regress/unit/png_read.c \
		  $(DISPLAY_SRC)
display_test_LIBS = $(DISPLAY_LIBS) $(COMMON_LIBS)
$(BIN)/display_test: | $(BIN)/recorder

ENCODE		= $(filter worker/encode%,$(DISPLAY_SRC)) \
		  regress/unit/png_read.c \
		  regress/unit/scene.c \
		  worker/scale.c
ENCODE_LIBS	= $(ISAL_LIBS) $(JPEG_LIBS) $(WEBP_LIBS) $(COMMON_LIBS) -lm

encode_format_test_SRC = regress/unit/encode_format_test.c $(ENCODE)
encode_format_test_LIBS = $(ENCODE_LIBS)

encode_test_SRC	= regress/unit/encode_test.c $(ENCODE)
encode_test_LIBS = $(ENCODE_LIBS)

gallery_test_SRC = regress/unit/gallery_test.c $(ENCODE) \
		  worker/bands.c \
		  worker/gallery.c
gallery_test_LIBS = $(ENCODE_LIBS)

keysym_test_SRC	= regress/unit/keysym_test.c \
		  worker/keysym.c
keysym_test_LIBS = $(XKB_LIBS) $(COMMON_LIBS)

window_test_SRC	= regress/unit/window_test.c \
		  worker/window_json.c \
		  $(DISPLAY_SRC)
window_test_LIBS = $(DISPLAY_LIBS) $(JSON_LIBS) $(COMMON_LIBS)

# A program that tests run inside a desktop.
recorder_SRC	= regress/unit/recorder.c
recorder_LIBS	= $(XCB_LIBS) $(COMMON_LIBS)

wclient_SRC	= regress/unit/wclient.c
wclient_LIBS	= $(XCB_LIBS) $(COMMON_LIBS)

# The same, with a selection that it does not treat well.
evil_owner_SRC	= regress/unit/evil_owner.c
evil_owner_COMMON = common/log.c
evil_owner_LIBS	= $(XCB_LIBS) $(BSD_LIBS)

# What a picture shows, for shell tests.
png_pixel_SRC	= regress/unit/png_pixel.c \
		  regress/unit/png_read.c
png_pixel_LIBS	= $(ISAL_LIBS) $(COMMON_LIBS)

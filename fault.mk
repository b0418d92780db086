# Programs whose calls of the system library can be made to fail, for tests:
# the same objects, linked once more with common/fault.c between them and the
# library.  They stand in a folder of their own and are never installed.

FAULT_PROGRAMS	= deskd \
		  deskd-broker \
		  deskd-worker
FAULT_PLAIN	= deskd-init \
		  deskd-pump \
		  deskctl
FAULT_DIR	= $(BIN)/fault
# As it is in common/fault.c: one that is missing there does not link, one
# that is missing here never fails.
FAULT_CALLS	= access \
		  chdir \
		  chmod \
		  chown \
		  connect \
		  dup2 \
		  eventfd \
		  execve \
		  fallocate \
		  fcntl \
		  fdatasync \
		  flock \
		  fopen \
		  fork \
		  fstatvfs \
		  fsync \
		  ftruncate \
		  getsockopt \
		  ioctl \
		  lstat \
		  memfd_create \
		  mkdir \
		  mount \
		  open \
		  openat \
		  pipe2 \
		  posix_spawn \
		  pread \
		  pwrite \
		  read \
		  rename \
		  rmdir \
		  setgroups \
		  sethostname \
		  setresuid \
		  setsid \
		  socket \
		  socketpair \
		  symlink \
		  syscall \
		  umount2 \
		  unlink \
		  unlinkat \
		  unshare \
		  write
FAULT_LDFLAGS	= $(FAULT_CALLS:%=-Wl,--wrap=%)
FAULT_BIN	= $(FAULT_PROGRAMS:%=$(FAULT_DIR)/%) \
		  $(FAULT_PLAIN:%=$(FAULT_DIR)/%)

define fault_rules
$(FAULT_DIR)/$(1): $$($(1)_OBJ) $(OBJ)/common/fault.o fault.mk
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(SAN) $$(ALL_LDFLAGS) $$(FAULT_LDFLAGS) \
	    -o $$@ $$($(1)_OBJ) $(OBJ)/common/fault.o $$($(1)_LIBS)
endef
$(foreach p,$(FAULT_PROGRAMS),$(eval $(call fault_rules,$(p))))

$(FAULT_PLAIN:%=$(FAULT_DIR)/%): $(FAULT_DIR)/%: $(BIN)/%
	@mkdir -p $(@D)
	$(Q)cp $< $@

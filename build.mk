# What is done with the programs: packages, tests, lint, install.  The lists
# of sources stand in GNUmakefile.

JOBS		?= $(shell nproc)

# Packages of Debian and Ubuntu, one per line, sorted.
PKG_BUILD	= autoconf \
		  bison \
		  gcc \
		  libbsd-dev \
		  libc6-dev \
		  libevent-dev \
		  libgnutls28-dev \
		  libisal-dev \
		  libjpeg-dev \
		  libjson-c-dev \
		  libmd-dev \
		  libmicrohttpd-dev \
		  libseccomp-dev \
		  libsqlite3-dev \
		  libwebp-dev \
		  libwslay-dev \
		  libxcb-damage0-dev \
		  libxcb-randr0-dev \
		  libxcb-shm0-dev \
		  libxcb-xfixes0-dev \
		  libxcb-xtest0-dev \
		  libxcb1-dev \
		  libxkbcommon-dev \
		  linux-libc-dev \
		  m4 \
		  make \
		  pkg-config
PKG_RUN		= dbus-daemon \
		  e2fsprogs \
		  fonts-dejavu-core \
		  icewm \
		  mount \
		  util-linux \
		  xkb-data \
		  xterm \
		  xvfb
PKG_TEST	= busybox-static \
		  chromium \
		  clang \
		  cppcheck \
		  curl \
		  dbus-bin \
		  fonts-wqy-microhei \
		  jq \
		  libclang-rt-dev \
		  libjpeg-turbo-progs \
		  mandoc \
		  openssl \
		  perl \
		  procps \
		  python3-minimal \
		  shellcheck \
		  webp \
		  x11-utils \
		  x11-xserver-utils \
		  xclip \
		  xsel

# A machine of its own to test on: see regress/vm/run.sh.
PKG_VM		= attr \
		  busybox-static \
		  cpio \
		  ipxe-qemu \
		  kmod \
		  qemu-system-common \
		  qemu-system-x86 \
		  seabios

PKG_BENCH	= bubblewrap \
		  curl \
		  imagemagick \
		  jq \
		  procps \
		  python3-fastapi \
		  python3-httptools \
		  python3-uvicorn \
		  python3-uvloop \
		  scrot \
		  x11-utils \
		  xdotool

# What makes packages, and the empty Debian that tries them.
PKG_DEB		= debhelper \
		  debootstrap \
		  dpkg-dev \
		  fakeroot \
		  lintian

# Only what is missing, saying what, asking nothing.
define install_packages
	@missing=; \
	command -v dpkg-query > /dev/null || { \
		echo "this is not Debian or Ubuntu; deskd needs what these" \
		    "packages hold: $(1)"; exit 1; }; \
	for p in $(1); do \
		dpkg-query -W -f '$${Status}\n' $$p 2> /dev/null | \
		    grep -q 'ok installed' || missing="$$missing $$p"; \
	done; \
	[ -n "$$missing" ] || exit 0; \
	[ "$$(id -u)" -eq 0 ] || { \
		echo "missing:$$missing"; \
		echo "sudo make $@ installs them"; exit 1; }; \
	echo "installing:$$missing"; \
	export DEBIAN_FRONTEND=noninteractive; \
	apt-get -qq -o DPkg::Lock::Timeout=300 update && \
	apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 \
	    -o DPkg::Lock::Timeout=300 install $$missing \
	    < /dev/null > /dev/null
endef

deps:
	$(call install_packages,$(PKG_BUILD) $(PKG_RUN))

deps-test:
	$(call install_packages,$(PKG_BUILD) $(PKG_RUN) $(PKG_TEST))

deps-vm:
	$(call install_packages,$(PKG_BUILD) $(PKG_RUN) $(PKG_TEST) $(PKG_VM))

deps-bench:
	$(call install_packages,$(PKG_BUILD) $(PKG_RUN) $(PKG_BENCH))

deps-deb:
	$(call install_packages,$(PKG_BUILD) $(PKG_DEB))

# As root, tests get what they need; anyone else runs what can be run.
ifeq ($(shell id -u),0)
TEST_DEPS	= deps-test
DEMO_DEPS	= deps
VM_DEPS		= deps-vm
BENCH_DEPS	= deps-bench
DEB_DEPS	= deps-deb
else
TEST_DEPS	= say-not-root
DEMO_DEPS	=
VM_DEPS		=
BENCH_DEPS	=
DEB_DEPS	=
say-not-root:
	@echo "not root: tests that need root are skipped, and say so;" \
	    "sudo make check runs all of them"
endif

demo: $(DEMO_DEPS)
	@ONCE=$(ONCE) JOBS=$(JOBS) demo/demo.sh

# Unit tests first; all of them under one prove, so that its summary is the
# last word.
UNIT_BIN	= $(UNIT:%=$(BIN)/%)
HELPER_BIN	= $(UNIT_HELPERS:%=$(BIN)/%)
PROVE		= prove --timer
TESTS		= $(UNIT_BIN:%=../%) \
		  $(patsubst regress/%,./%,$(sort $(wildcard regress/*.t)))

run-tests: all unit-tests
	@cd regress && BIN=$(abspath $(BIN)) CC='$(CC)' $(PROVE) -e '' $(TESTS) < /dev/null

check: $(TEST_DEPS)
	@$(MAKE) -j$(JOBS) --no-print-directory all unit-tests
	@if $(FUZZ_CAN); then $(MAKE) --no-print-directory fuzz-build; fi
	@$(MAKE) --no-print-directory run-tests

# deskd beside what people use today; takes a minute.
bench: $(BENCH_DEPS)
	@$(MAKE) -j$(JOBS) --no-print-directory all unit-tests
	@BIN=$(abspath $(BIN)) sh regress/bench/bench.sh

unit-tests: $(UNIT_BIN) $(HELPER_BIN) $(FAULT_BIN)
	@:

# Some of the tests on Debian's own kernel with version 2 control groups
# only, under emulation: minutes, and no part of check.  Needs no root.
check-vm: $(VM_DEPS)
	@$(MAKE) -j$(JOBS) --no-print-directory all
	@cd regress && $(PROVE) -v -e '' vm/run.sh < /dev/null

# Leaks are looked for in the unit tests only: a sandboxed process may not
# stop its own threads, which the leak checker wants.  lib.sh sees to that.
ASAN		= OBJ=obj-asan FORTIFY=-U_FORTIFY_SOURCE \
		  SAN="-fsanitize=address,undefined -fno-sanitize-recover=all \
		  -fno-omit-frame-pointer"
check-asan: $(TEST_DEPS)
	@$(MAKE) -j$(JOBS) --no-print-directory $(STATIC:%=obj/bin/%)
	@$(MAKE) -j$(JOBS) --no-print-directory $(ASAN) all unit-tests
	@$(MAKE) --no-print-directory $(ASAN) run-tests-asan

run-tests-asan: all unit-tests
	@cd regress && BIN=$(abspath $(BIN)) CC='$(CC)' DESKD_TEST_ASAN=1 \
	    UBSAN_OPTIONS=print_stacktrace=1 $(PROVE) -e '' $(TESTS) < /dev/null

# The linters: two compilers without a warning, headers that stand alone,
# and a reader for each other language here.
SHELL_FILES	= .ci/run demo/demo.sh fuzz/run.sh \
		  $(sort $(wildcard regress/*.sh regress/bench/*.sh)) \
		  $(sort $(wildcard regress/vm/*.sh regress/vm/*.t)) \
		  $(sort $(wildcard regress/deb/*.sh regress/deb/*.t)) \
		  $(sort $(wildcard examples/*.sh)) etc/deskctl.bash \
		  $(sort $(wildcard regress/*.t))
HEADERS		= $(sort $(wildcard */*.h))
MANUALS		= $(sort $(wildcard man/*.[1-8]))
PKG_CFLAGS	= $(EVENT_CFLAGS) $(SECCOMP_CFLAGS) $(JSON_CFLAGS) \
		  $(MHD_CFLAGS) $(GNUTLS_CFLAGS) $(SQLITE_CFLAGS) \
		  $(XCB_CFLAGS) $(XKB_CFLAGS) $(ISAL_CFLAGS) $(JPEG_CFLAGS) \
		  $(WEBP_CFLAGS)

lint: $(TEST_DEPS)
	@$(MAKE) -j$(JOBS) --no-print-directory OBJ=obj-lint/gcc \
	    WERROR=-Werror all unit-tests
	@$(MAKE) -j$(JOBS) --no-print-directory OBJ=obj-lint/clang CC=clang \
	    HARDEN_CFLAGS= \
	    WERROR="-Werror -Wno-unused-command-line-argument \
	    -Wno-string-concatenation" all unit-tests
	@$(MAKE) --no-print-directory lint-headers lint-c lint-text

lint-headers: config.h
	@for h in $(HEADERS); do \
		echo "#include \"$$h\"" | $(CC) $(ALL_CPPFLAGS) $(PKG_CFLAGS) \
		    -iquote common -iquote $${h%/*} -std=gnu11 $(WARN) -Werror \
		    -fsyntax-only -x c - || { echo "$$h"; exit 1; }; \
	done
	@echo "headers: each compiles alone"

# What cppcheck takes loops over lists and parameters with defaults for, and
# formats, which compilers judge better.
CPPCHECK_NOT	= missingIncludeSystem unknownMacro uninitvar \
		  nullPointerRedundantCheck uselessAssignmentPtrArg \
		  arrayIndexThenCheck invalidPrintfArgType_uint \
		  invalidPrintfArgType_sint *:supervisor/parse.c
C_FOLDERS	= common openapi supervisor broker worker init pump deskctl

lint-c:
	@cppcheck -q -j$(JOBS) --std=c11 --inline-suppr --error-exitcode=1 \
	    --enable=warning,performance $(CPPCHECK_NOT:%=--suppress='%') \
	    $(subst -isystem ,-I,$(BSD_CFLAGS)) $(C_FOLDERS:%=-I%) $(C_FOLDERS)
	@echo "cppcheck: clean"

lint-text:
	@! mandoc -T lint -W style $(MANUALS) 2> /dev/null | \
	    grep -v 'referenced manual not found: Xr'
	@echo "mandoc: clean"
	@shellcheck -x -S warning -P SCRIPTDIR $(SHELL_FILES)
	@echo "shellcheck: clean"

# Programs nobody starts by hand go to libexec.
BY_HAND		= deskctl deskd
LIBEXEC		= $(filter-out $(BY_HAND),$(PROGRAMS))
CONF_DIR	= $(sysconfdir)/deskd
EXAMPLES	= $(sort $(wildcard examples/*))

install: all
	$(INSTALL) -d $(DESTDIR)$(sbindir) $(DESTDIR)$(bindir) \
	    $(DESTDIR)$(libexecdir)/deskd $(DESTDIR)$(CONF_DIR)
	$(INSTALL) -m 755 $(BIN)/deskd $(DESTDIR)$(sbindir)/deskd
	$(INSTALL) -m 755 $(BIN)/deskctl $(DESTDIR)$(bindir)/deskctl
	$(INSTALL) -m 755 $(LIBEXEC:%=$(BIN)/%) $(DESTDIR)$(libexecdir)/deskd
	for m in $(MANUALS); do \
		$(INSTALL) -D -m 644 $$m \
		    $(DESTDIR)$(mandir)/man$${m##*.}/$${m##*/}; \
	done
	test -e $(DESTDIR)$(CONF_DIR)/deskd.conf || \
	    $(INSTALL) -m 600 etc/deskd.conf $(DESTDIR)$(CONF_DIR)/deskd.conf
	$(INSTALL) -D -m 644 etc/sysusers.conf \
	    $(DESTDIR)$(sysusersdir)/deskd.conf
	$(INSTALL) -D -m 644 etc/tmpfiles.conf \
	    $(DESTDIR)$(tmpfilesdir)/deskd.conf
	$(INSTALL) -D -m 644 etc/deskctl.bash \
	    $(DESTDIR)$(completionsdir)/deskctl
	$(INSTALL) -d $(DESTDIR)$(docdir)/examples
	$(INSTALL) -m 644 README $(DESTDIR)$(docdir)
	$(INSTALL) -m 755 $(filter %.sh,$(EXAMPLES)) \
	    $(DESTDIR)$(docdir)/examples
	$(INSTALL) -m 644 $(filter-out %.sh,$(EXAMPLES)) \
	    $(DESTDIR)$(docdir)/examples
	test "$(systemdsystemunitdir)" = no || { \
	    $(INSTALL) -d $(DESTDIR)$(systemdsystemunitdir) && \
	    sed 's|@SBINDIR@|$(sbindir)|' etc/deskd.service \
	    > $(DESTDIR)$(systemdsystemunitdir)/deskd.service && \
	    $(INSTALL) -m 644 etc/deskd-sessions.service \
	    $(DESTDIR)$(systemdsystemunitdir); }
	test -n "$(DESTDIR)" || $(MAKE) --no-print-directory install-users

# Packages make users by themselves; so nothing here with DESTDIR.
install-users:
	if command -v systemd-sysusers > /dev/null; then \
		systemd-sysusers $(sysusersdir)/deskd.conf; \
		systemd-tmpfiles --create $(tmpfilesdir)/deskd.conf; \
	else \
		getent group deskd > /dev/null || groupadd -r deskd; \
		getent passwd _deskd > /dev/null || useradd -r -M -U \
		    -d /nonexistent -s /usr/sbin/nologin _deskd; \
	fi
	test ! -d /run/systemd/system || systemctl daemon-reload

uninstall:
	rm -f $(DESTDIR)$(sbindir)/deskd $(DESTDIR)$(bindir)/deskctl
	rm -f $(LIBEXEC:%=$(DESTDIR)$(libexecdir)/deskd/%)
	rmdir $(DESTDIR)$(libexecdir)/deskd || :
	for m in $(MANUALS); do \
		rm -f $(DESTDIR)$(mandir)/man$${m##*.}/$${m##*/}; \
	done
	rm -f $(DESTDIR)$(sysusersdir)/deskd.conf \
	    $(DESTDIR)$(tmpfilesdir)/deskd.conf \
	    $(DESTDIR)$(completionsdir)/deskctl $(DESTDIR)$(docdir)/README
	rm -f $(EXAMPLES:%=$(DESTDIR)$(docdir)/%)
	rmdir $(DESTDIR)$(docdir)/examples $(DESTDIR)$(docdir) || :
	test "$(systemdsystemunitdir)" = no || \
	    rm -f $(DESTDIR)$(systemdsystemunitdir)/deskd.service \
	    $(DESTDIR)$(systemdsystemunitdir)/deskd-sessions.service
	@echo "left: $(CONF_DIR), /var/lib/deskd, user _deskd, group deskd"

# Packages for this Debian or Ubuntu, in obj-deb.  They are built from a copy:
# a build for a package is configured for /usr, this one perhaps not.
DEB_DIR		= obj-deb
NO_SOURCE	= obj obj-* .git config.h config.h.in config.mk config.log \
		  config.status configure configure~ autom4te.cache demo.png \
		  demo.prefix
deb: $(DEB_DEPS)
	@rm -rf $(DEB_DIR)
	@mkdir -p $(DEB_DIR)/source
	@tar -cf - $(NO_SOURCE:%=--exclude=./%) . | tar -xf - -C $(DEB_DIR)/source
	@cd $(DEB_DIR)/source && dpkg-buildpackage -us -uc -b -j$(JOBS) \
	    > ../build.log 2>&1 || { tail -n 30 ../build.log; exit 1; }
	@rm -rf $(DEB_DIR)/source
	@lintian --allow-root --fail-on error,warning $(DEB_DIR)/*.changes
	@ls $(DEB_DIR)/*.deb

# Installed, used, upgraded and purged in a Debian made for it: minutes.
check-deb: deb
	@cd regress && $(PROVE) -v -e '' deb/package.t < /dev/null

.PHONY: bench check-deb deb deps deps-deb deps-bench deps-test deps-vm say-not-root demo check \
	check-asan check-vm run-tests run-tests-asan unit-tests lint \
	lint-headers lint-c lint-text install install-users uninstall

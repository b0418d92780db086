/*
 * What a process says about itself.  Lines go to syslog, and until log_ready
 * to stderr as well; -d keeps them on stderr alone.  No line holds a
 * keystroke, screen text or a secret.
 */
#ifndef LOG_H
#define LOG_H

#define LOG_PRINTF(f, a)	__attribute__((__format__(__printf__, f, a)))

void	log_init(const char *, int, int);	/* name, stderr only, verbose */
void	log_ready(void);

void	log_warn(const char *, ...) LOG_PRINTF(1, 2);	/* adds errno */
void	log_warnx(const char *, ...) LOG_PRINTF(1, 2);
void	log_info(const char *, ...) LOG_PRINTF(1, 2);
void	log_debug(const char *, ...) LOG_PRINTF(1, 2);
__attribute__((__noreturn__))
void	fatal(const char *, ...) LOG_PRINTF(1, 2);	/* adds errno */
__attribute__((__noreturn__))
void	fatalx(const char *, ...) LOG_PRINTF(1, 2);

#endif

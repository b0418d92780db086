/* Signals as a program expects to find them. */
#ifndef SIGNALS_H
#define SIGNALS_H

void	signals_default(void);	/* none ignored, none blocked */

#endif

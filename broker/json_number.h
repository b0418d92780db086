/* Numbers as people write them: 0.4 and not 0.40000000000000002. */
#ifndef JSON_NUMBER_H
#define JSON_NUMBER_H

struct json_object;

struct json_object	*json_millis(double);	/* three places at most */

#endif

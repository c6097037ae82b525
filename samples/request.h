/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_REQUEST_H
#define SAMPLES_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * DOC: the "quic-demo" protocol
 *
 * One request a bidirectional stream, opened by the client:
 *
 *   PUT name size\n bytes FIN     reply: OK size sha256\n FIN
 *   GET name\n FIN                reply: OK size sha256\n bytes FIN
 *
 * or, as reply to either, ERR text\n FIN. A name is 1 to 128 of the
 * characters A-Z a-z 0-9 . _ - and does not begin with a dot. size is
 * decimal, sha256 hexadecimal, of the bytes.
 */

#define REQUEST_LINE_MAX	256
#define REQUEST_NAME_MAX	128
#define REQUEST_SIZE_MAX	0x10000000000ULL

#define REPLY_SHA256_LEN	64

enum request_verb {
	REQUEST_PUT,
	REQUEST_GET,
};

struct request {
	enum request_verb verb;
	char name[REQUEST_NAME_MAX + 1];
	uint64_t size_bytes;	/* of PUT */
};

struct reply {
	bool good;
	uint64_t size_bytes;
	char sha256[REPLY_SHA256_LEN + 1];
	char error[REQUEST_LINE_MAX];	/* when not good */
};

/**
 * request_name_ok - whether a file may be called so
 * @name: the name
 *
 * Return: true if it may.
 */
bool request_name_ok(const char *name);

/**
 * request_parse - read a request line
 * @request: filled in
 * @line: the line without newline, ended by a zero byte
 *
 * Return: NULL, or what is wrong.
 */
const char *request_parse(struct request *request, const char *line);

/**
 * request_parse_hq - read a request line of HTTP/0.9
 * @request: filled in
 * @line: the line without newline, ended by a zero byte
 *
 * Return: NULL, or what is wrong.
 */
const char *request_parse_hq(struct request *request, const char *line);

/**
 * reply_parse - read a reply line
 * @reply: filled in
 * @line: the line without newline, ended by a zero byte
 *
 * Return: 0, or -1 when it is none.
 */
int reply_parse(struct reply *reply, const char *line);

/**
 * struct line - a line that arrives in pieces
 * @text: what is there of it
 * @len: how much
 * @complete: the newline was seen
 */
struct line {
	char text[REQUEST_LINE_MAX];
	size_t len;
	bool complete;
};

/**
 * line_feed - take bytes up to a newline
 * @line: the line, not complete
 * @data: bytes
 * @len: how many
 *
 * Return: bytes taken, newline included; -1 when the line is too long or
 * holds a zero byte.
 */
int line_feed(struct line *line, const void *data, size_t len);

#endif

// SPDX-License-Identifier: GPL-2.0-only
#include "request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char name_chars[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

bool request_name_ok(const char *name)
{
	size_t len = strlen(name);

	return len && len <= REQUEST_NAME_MAX && name[0] != '.' &&
	       strspn(name, name_chars) == len;
}

/* Decimal digits up to the end character, which is where *end points. */
static int parse_size(const char *text, char stop, uint64_t *size,
		      const char **end)
{
	size_t digits = strspn(text, "0123456789");

	if (!digits || digits > 15 || text[digits] != stop)
		return -1;
	*size = strtoull(text, NULL, 10);
	*end = text + digits;
	return *size <= REQUEST_SIZE_MAX ? 0 : -1;
}

static const char *parse_put(struct request *request, char *rest)
{
	char *space = strchr(rest, ' ');
	const char *end;

	if (!space)
		return "PUT needs a size";
	*space = 0;
	if (!request_name_ok(rest))
		return "bad name";
	strcpy(request->name, rest);
	if (parse_size(space + 1, 0, &request->size_bytes, &end))
		return "bad size";
	return NULL;
}

const char *request_parse(struct request *request, const char *line)
{
	char text[REQUEST_LINE_MAX];

	memset(request, 0, sizeof(*request));
	if (strlen(line) >= sizeof(text))
		return "line too long";
	strcpy(text, line);
	if (!strncmp(text, "PUT ", 4)) {
		request->verb = REQUEST_PUT;
		return parse_put(request, text + 4);
	}
	if (strncmp(text, "GET ", 4))
		return "unknown request";
	request->verb = REQUEST_GET;
	if (!request_name_ok(text + 4))
		return "bad name";
	strcpy(request->name, text + 4);
	return NULL;
}

const char *request_parse_hq(struct request *request, const char *line)
{
	size_t len = strlen(line);

	memset(request, 0, sizeof(*request));
	if (len && line[len - 1] == '\r')
		len--;
	if (strncmp(line, "GET /", 5))
		return "unknown request";
	len -= 5;
	if (len > REQUEST_NAME_MAX)
		return "bad name";
	request->verb = REQUEST_GET;
	memcpy(request->name, line + 5, len);
	return request_name_ok(request->name) ? NULL : "bad name";
}

int reply_parse(struct reply *reply, const char *line)
{
	const char *end;

	memset(reply, 0, sizeof(*reply));
	if (!strncmp(line, "ERR ", 4)) {
		strncpy(reply->error, line + 4, sizeof(reply->error) - 1);
		return 0;
	}
	if (strncmp(line, "OK ", 3) ||
	    parse_size(line + 3, ' ', &reply->size_bytes, &end))
		return -1;
	end++;
	if (strlen(end) != REPLY_SHA256_LEN ||
	    strspn(end, "0123456789abcdef") != REPLY_SHA256_LEN)
		return -1;
	strcpy(reply->sha256, end);
	reply->good = true;
	return 0;
}

int line_feed(struct line *line, const void *data, size_t len)
{
	const char *newline = memchr(data, '\n', len);
	size_t take = newline ? (size_t)(newline - (const char *)data) : len;

	if (take >= sizeof(line->text) - line->len || memchr(data, 0, take))
		return -1;
	memcpy(line->text + line->len, data, take);
	line->len += take;
	line->text[line->len] = 0;
	line->complete = newline;
	return take + (newline ? 1 : 0);
}

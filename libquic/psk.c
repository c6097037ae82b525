// SPDX-License-Identifier: LGPL-2.1-or-later
#include "psk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int parse_key(struct quic_psk *psk, const char *hex, size_t len)
{
	size_t i;

	if (len % 2 || len / 2 < QUIC_PSK_MIN_KEY_LEN ||
	    len / 2 > QUIC_PSK_MAX_KEY_LEN)
		return -EINVAL;
	for (i = 0; i < len / 2; i++) {
		int high = hex_digit(hex[2 * i]);
		int low = hex_digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		psk->key[i] = high << 4 | low;
	}
	psk->key_len = len / 2;
	return 0;
}

static int parse_line(struct quic_psk *psk, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	size_t name_len;

	if (!colon)
		return -EINVAL;
	name_len = colon - line;
	if (!name_len || name_len > QUIC_PSK_MAX_IDENTITY_LEN ||
	    memchr(line, 0, name_len))
		return -EINVAL;
	memcpy(psk->identity, line, name_len);
	psk->identity[name_len] = 0;
	return parse_key(psk, colon + 1, len - name_len - 1);
}

static int add_line(struct quic_psk_table *table, const char *line, size_t len)
{
	struct quic_psk *psk = &table->entries[table->count];

	if (len && line[len - 1] == '\r')
		len--;
	if (!len || line[0] == '#')
		return 0;
	if (table->count == QUIC_PSK_MAX_ENTRIES)
		return -EINVAL;
	if (parse_line(psk, line, len))
		return -EINVAL;
	if (quic_psk_find(table, psk->identity))
		return -EINVAL;
	table->count++;
	return 0;
}

static int parse_lines(struct quic_psk_table *table, const char *text,
		       size_t len)
{
	unsigned int number = 1;
	size_t line_len;
	const char *end;

	for (; len; number++) {
		end = memchr(text, '\n', len);
		line_len = end ? (size_t)(end - text) : len;
		if (add_line(table, text, line_len)) {
			quic_log_err("pre-shared keys: line %u is not valid",
				     number);
			return -EINVAL;
		}
		line_len += end ? 1 : 0;
		text += line_len;
		len -= line_len;
	}
	if (!table->count) {
		quic_log_err("pre-shared keys: the file has none");
		return -EINVAL;
	}
	return 0;
}

int quic_psk_parse(struct quic_psk_table *table, const char *text, size_t len)
{
	int ret;

	memset(table, 0, sizeof(*table));
	/* One more than the limit: the line being parsed has a place. */
	table->entries = calloc(QUIC_PSK_MAX_ENTRIES + 1,
				sizeof(*table->entries));
	if (!table->entries)
		return -ENOMEM;
	ret = parse_lines(table, text, len);
	if (ret)
		quic_psk_free(table);
	return ret;
}

static ssize_t read_all(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t ret;

	while (len < size) {
		ret = read(fd, buf + len, size - len);
		if (ret < 0 && errno == EINTR)
			continue;
		if (ret < 0)
			return -errno;
		if (!ret)
			break;
		len += ret;
	}
	return len;
}

int quic_psk_load(struct quic_psk_table *table, const char *path)
{
	char *text = malloc(QUIC_PSK_MAX_FILE_BYTES + 1);
	ssize_t len;
	int ret, fd;

	memset(table, 0, sizeof(*table));
	if (!text)
		return -ENOMEM;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
		quic_log_err("%s: %s", path, strerror(-ret));
		goto err_free;
	}
	len = read_all(fd, text, QUIC_PSK_MAX_FILE_BYTES + 1);
	close(fd);
	ret = len > QUIC_PSK_MAX_FILE_BYTES ? -EFBIG : len;
	if (ret < 0)
		quic_log_err("%s: %s", path, strerror(-ret));
	else
		ret = quic_psk_parse(table, text, len);
	explicit_bzero(text, QUIC_PSK_MAX_FILE_BYTES + 1);
err_free:
	free(text);
	return ret;
}

const struct quic_psk *quic_psk_find(const struct quic_psk_table *table,
				     const char *identity)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		if (!strcmp(table->entries[i].identity, identity))
			return &table->entries[i];
	return NULL;
}

void quic_psk_free(struct quic_psk_table *table)
{
	if (table->entries)
		explicit_bzero(table->entries, (QUIC_PSK_MAX_ENTRIES + 1) *
					       sizeof(*table->entries));
	free(table->entries);
	memset(table, 0, sizeof(*table));
}

int quic_psk_client(const struct quic_psk_table *table,
		    gnutls_psk_client_credentials_t *cred)
{
	struct quic_psk *psk = &table->entries[0];
	gnutls_datum_t key = { psk->key, psk->key_len };
	int ret;

	ret = gnutls_psk_allocate_client_credentials(cred);
	if (ret)
		return ret;
	ret = gnutls_psk_set_client_credentials(*cred, psk->identity, &key,
						GNUTLS_PSK_KEY_RAW);
	if (ret) {
		gnutls_psk_free_client_credentials(*cred);
		*cred = NULL;
	}
	return ret;
}

/* GnuTLS owns and wipes the copy. */
static int look_up(gnutls_session_t session, const char *identity,
		   gnutls_datum_t *key)
{
	const struct quic_psk_table *table = gnutls_session_get_ptr(session);
	const struct quic_psk *psk = quic_psk_find(table, identity);

	if (!psk) {
		quic_log_err("pre-shared keys: the peer's identity is unknown");
		return -1;
	}
	key->data = gnutls_malloc(psk->key_len);
	if (!key->data)
		return -1;
	memcpy(key->data, psk->key, psk->key_len);
	key->size = psk->key_len;
	return 0;
}

int quic_psk_server(gnutls_psk_server_credentials_t *cred)
{
	int ret = gnutls_psk_allocate_server_credentials(cred);

	if (ret)
		return ret;
	gnutls_psk_set_server_credentials_function(*cred, look_up);
	return 0;
}

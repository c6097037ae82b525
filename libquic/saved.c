// SPDX-License-Identifier: LGPL-2.1-or-later
#include "saved.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#define MAGIC		0x51435332	/* "QCS2" */
#define VALUES		11

/* Big-endian, without padding; GnuTLS' data follows. */
struct header {
	uint32_t magic;
	uint32_t version;
	uint64_t early;
	uint64_t value[VALUES];
	char alpn[QUIC_ALPN_MAX_NAME_LEN];
	unsigned char peer[QUIC_SAVED_PEER_LEN];
};

static void get_values(const struct quic_transport_param *p, uint64_t *value)
{
	value[0] = p->disable_active_migration;
	value[1] = p->active_connection_id_limit;
	value[2] = p->max_datagram_frame_size;
	value[3] = p->max_udp_payload_size;
	value[4] = p->max_idle_timeout;
	value[5] = p->max_streams_bidi;
	value[6] = p->max_streams_uni;
	value[7] = p->max_data;
	value[8] = p->max_stream_data_bidi_local;
	value[9] = p->max_stream_data_bidi_remote;
	value[10] = p->max_stream_data_uni;
}

static void set_values(struct quic_transport_param *p, const uint64_t *value)
{
	memset(p, 0, sizeof(*p));
	p->remote = 1;
	p->disable_active_migration = value[0];
	p->active_connection_id_limit = value[1];
	p->max_datagram_frame_size = value[2];
	p->max_udp_payload_size = value[3];
	p->max_idle_timeout = value[4];
	p->max_streams_bidi = value[5];
	p->max_streams_uni = value[6];
	p->max_data = value[7];
	p->max_stream_data_bidi_local = value[8];
	p->max_stream_data_bidi_remote = value[9];
	p->max_stream_data_uni = value[10];
}

int quic_saved_pack(const struct quic_saved *saved, void *data, size_t *size)
{
	size_t room = *size, i;
	struct header header = {
		.magic = htobe32(MAGIC),
		.version = htobe32(saved->version),
		.early = htobe64(saved->early),
	};

	*size = sizeof(header) + saved->tls_len;
	if (room < *size)
		return -ENOSPC;
	get_values(&saved->params, header.value);
	for (i = 0; i < VALUES; i++)
		header.value[i] = htobe64(header.value[i]);
	memcpy(header.alpn, saved->alpn, strnlen(saved->alpn,
						 sizeof(header.alpn)));
	memcpy(header.peer, saved->peer, sizeof(header.peer));
	memcpy(data, &header, sizeof(header));
	memcpy((char *)data + sizeof(header), saved->tls, saved->tls_len);
	return 0;
}

int quic_saved_unpack(struct quic_saved *saved, const void *data, size_t size)
{
	struct header header;
	size_t i;

	if (size <= sizeof(header))
		return -EINVAL;
	memcpy(&header, data, sizeof(header));
	if (be32toh(header.magic) != MAGIC)
		return -EINVAL;
	memset(saved, 0, sizeof(*saved));
	for (i = 0; i < VALUES; i++)
		header.value[i] = be64toh(header.value[i]);
	set_values(&saved->params, header.value);
	saved->version = be32toh(header.version);
	saved->early = be64toh(header.early);
	memcpy(saved->alpn, header.alpn, sizeof(header.alpn));
	memcpy(saved->peer, header.peer, sizeof(header.peer));
	saved->tls = (const char *)data + sizeof(header);
	saved->tls_len = size - sizeof(header);
	return 0;
}

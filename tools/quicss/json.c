// SPDX-License-Identifier: GPL-2.0-only
#include "show.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <json-c/json.h>

#include "names.h"
#include "query.h"

static const struct field {
	const char *name;
	size_t offset;
	size_t size;
} fields[] = {
#define STAT(member)	{ #member, offsetof(struct quic_stats, member), \
			  sizeof(((struct quic_stats *)0)->member) },
#include "stats_fields.h"
#undef STAT
};

static void add_num(struct json_object *o, const char *name, uint64_t val)
{
	json_object_object_add(o, name, json_object_new_uint64(val));
}

static void add_text(struct json_object *o, const char *name, const char *val)
{
	json_object_object_add(o, name, json_object_new_string(val));
}

static uint64_t field_value(const void *stats, const struct field *field)
{
	uint64_t v64 = 0;
	uint32_t v32;
	uint8_t v8;

	if (field->size == sizeof(v8)) {
		memcpy(&v8, (const char *)stats + field->offset, sizeof(v8));
		return v8;
	}
	if (field->size == sizeof(v32)) {
		memcpy(&v32, (const char *)stats + field->offset, sizeof(v32));
		return v32;
	}
	memcpy(&v64, (const char *)stats + field->offset, sizeof(v64));
	return v64;
}

static struct json_object *stats_object(const struct sock_entry *entry)
{
	struct json_object *o = json_object_new_object();
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].offset + fields[i].size <= entry->stats_len)
			add_num(o, fields[i].name,
				field_value(&entry->stats, &fields[i]));
	add_text(o, "version_name", name_version(entry->stats.version));
	add_text(o, "cipher_name", name_cipher(entry->stats.cipher));
	add_text(o, "cong_name", name_cong(entry->stats.cong_algo));
	add_text(o, "state_name", name_conn(entry->stats.state));
	add_text(o, "tx_offload_name", name_offload(entry->stats.tx_offload));
	add_text(o, "rx_offload_name", name_offload(entry->stats.rx_offload));
	return o;
}

static struct json_object *mem_object(const struct inet_diag_meminfo *mem)
{
	struct json_object *o = json_object_new_object();

	add_num(o, "rmem", mem->idiag_rmem);
	add_num(o, "wmem", mem->idiag_wmem);
	add_num(o, "fmem", mem->idiag_fmem);
	add_num(o, "tmem", mem->idiag_tmem);
	return o;
}

void json_sock(const struct sock_entry *entry, struct json_object *array)
{
	const struct inet_diag_msg *msg = &entry->msg;
	struct json_object *o = json_object_new_object();
	char local[ADDRESS_TEXT_LEN], peer[ADDRESS_TEXT_LEN];

	name_address(local, msg->idiag_family, msg->id.idiag_src,
		     msg->id.idiag_sport);
	name_address(peer, msg->idiag_family, msg->id.idiag_dst,
		     msg->id.idiag_dport);
	add_text(o, "state", name_state(msg->idiag_state));
	add_num(o, "recv_q", msg->idiag_rqueue);
	add_num(o, "send_q", msg->idiag_wqueue);
	add_text(o, "local", local);
	add_text(o, "peer", peer);
	add_num(o, "uid", msg->idiag_uid);
	add_num(o, "inode", msg->idiag_inode);
	if (entry->has_mem)
		json_object_object_add(o, "mem", mem_object(&entry->mem));
	if (entry->stats_len)
		json_object_object_add(o, "stats", stats_object(entry));
	json_object_array_add(array, o);
}

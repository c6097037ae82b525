/* SPDX-License-Identifier: GPL-2.0-only */
/* Transport parameters (RFC 9000 18, 9221 3, 9287 3, 9368 3). */
#ifndef _QUIC_CORE_TPARAM_H
#define _QUIC_CORE_TPARAM_H

#include "env.h"
#include "error.h"
#include "frame.h"
#include "header.h"
#include "wire.h"

#define QUIC_TP_DEFAULT_ACK_DELAY_EXP	3
#define QUIC_TP_DEFAULT_MAX_ACK_DELAY_US 25000
#define QUIC_TP_MAX_VERSIONS		16

/**
 * struct quic_tparams - one side's transport parameters
 * @max_idle_timeout_ms: 0: none
 * @max_ack_delay_us: < 2^14 ms
 * @max_udp_payload: 1200..65527, bytes
 * @initial_max_data: bytes, and so the three below
 * @max_datagram_frame: 0: datagrams not accepted (RFC 9221 3)
 * @versions: version_information: chosen first, then the available ones
 * @n_versions: entries in @versions, 0: parameter absent; more than fit are
 *	not kept
 *
 * Field names without comment are RFC 9000 18.2's; a "has_" tells that the
 * parameter came.
 */
struct quic_tparams {
	u64 max_idle_timeout_ms;
	u64 max_udp_payload;
	u64 initial_max_data;
	u64 initial_max_stream_data_bidi_local;
	u64 initial_max_stream_data_bidi_remote;
	u64 initial_max_stream_data_uni;
	u64 initial_max_streams_bidi;
	u64 initial_max_streams_uni;
	u64 active_connection_id_limit;
	u64 max_datagram_frame;
	u32 max_ack_delay_us;
	u8 ack_delay_exponent;
	u8 n_versions;
	bool disable_active_migration:1;
	bool grease_quic_bit:1;
	bool disable_1rtt_encryption:1;
	bool has_original_dcid:1;
	bool has_initial_scid:1;
	bool has_retry_scid:1;
	bool has_reset_token:1;
	bool has_preferred_address:1;
	struct quic_cid original_dcid;
	struct quic_cid initial_scid;
	struct quic_cid retry_scid;
	u8 reset_token[QUIC_RESET_TOKEN_LEN];
	struct {
		u8 ip4[4];
		u8 ip6[16];
		u16 port4;
		u16 port6;
		struct quic_cid cid;
		u8 reset_token[QUIC_RESET_TOKEN_LEN];
	} preferred;
	u32 versions[QUIC_TP_MAX_VERSIONS];
};

/* What a peer that sends nothing is taken to have said (RFC 9000 18.2). */
void quic_tparams_default(struct quic_tparams *tp);

/**
 * quic_tparams_parse() - read the payload of TLS extension 0x39
 * @data: bytes
 * @len: their count
 * @from_server: sender's role; a client must not send the server's parameters
 * @tp: result, starting from the defaults; unchanged on failure
 *
 * Return: QUIC_ERR_NONE or QUIC_ERR_TRANSPORT_PARAM (bounds of RFC 9000 18.2,
 * duplicates, truncation, trailing bytes; an unknown parameter is skipped).
 */
enum quic_err quic_tparams_parse(const u8 *data, size_t len, bool from_server,
				 struct quic_tparams *tp);

/**
 * quic_tparams_build() - write the payload of TLS extension 0x39
 * @wr: room
 * @tp: values; those at their default are left out
 * @is_server: sender's role
 * @grease: seed for one reserved parameter (RFC 9000 18.1); 0: none
 *
 * Return: 0 or -ENOSPC.
 */
int quic_tparams_build(struct quic_wr *wr, const struct quic_tparams *tp,
		       bool is_server, u32 grease);

#endif

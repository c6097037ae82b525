/* SPDX-License-Identifier: GPL-2.0-only */
/* Do two sets of transport parameters say the same? For test and fuzzer. */
#ifndef _TESTS_UNIT_TPARAM_EQUAL_H
#define _TESTS_UNIT_TPARAM_EQUAL_H

#include "quic/core/tparam.h"

static inline bool numbers_equal(const struct quic_tparams *a,
				 const struct quic_tparams *b)
{
	return a->max_idle_timeout_ms == b->max_idle_timeout_ms &&
	       a->max_udp_payload == b->max_udp_payload &&
	       a->initial_max_data == b->initial_max_data &&
	       a->initial_max_stream_data_bidi_local ==
	       b->initial_max_stream_data_bidi_local &&
	       a->initial_max_stream_data_bidi_remote ==
	       b->initial_max_stream_data_bidi_remote &&
	       a->initial_max_stream_data_uni ==
	       b->initial_max_stream_data_uni &&
	       a->initial_max_streams_bidi == b->initial_max_streams_bidi &&
	       a->initial_max_streams_uni == b->initial_max_streams_uni &&
	       a->active_connection_id_limit ==
	       b->active_connection_id_limit &&
	       a->max_datagram_frame == b->max_datagram_frame &&
	       a->max_ack_delay_us == b->max_ack_delay_us &&
	       a->ack_delay_exponent == b->ack_delay_exponent;
}

static inline bool flags_equal(const struct quic_tparams *a,
			       const struct quic_tparams *b)
{
	return a->disable_active_migration == b->disable_active_migration &&
	       a->grease_quic_bit == b->grease_quic_bit &&
	       a->disable_1rtt_encryption == b->disable_1rtt_encryption &&
	       a->has_original_dcid == b->has_original_dcid &&
	       a->has_initial_scid == b->has_initial_scid &&
	       a->has_retry_scid == b->has_retry_scid &&
	       a->has_reset_token == b->has_reset_token &&
	       a->has_preferred_address == b->has_preferred_address;
}

static inline bool preferred_equal(const struct quic_tparams *a,
				   const struct quic_tparams *b)
{
	return !memcmp(a->preferred.ip4, b->preferred.ip4, 4) &&
	       !memcmp(a->preferred.ip6, b->preferred.ip6, 16) &&
	       a->preferred.port4 == b->preferred.port4 &&
	       a->preferred.port6 == b->preferred.port6 &&
	       quic_cid_equal(&a->preferred.cid, &b->preferred.cid) &&
	       !memcmp(a->preferred.reset_token, b->preferred.reset_token,
		       QUIC_RESET_TOKEN_LEN);
}

static inline bool tparams_equal(const struct quic_tparams *a,
				 const struct quic_tparams *b)
{
	return numbers_equal(a, b) && flags_equal(a, b) &&
	       quic_cid_equal(&a->original_dcid, &b->original_dcid) &&
	       quic_cid_equal(&a->initial_scid, &b->initial_scid) &&
	       quic_cid_equal(&a->retry_scid, &b->retry_scid) &&
	       !memcmp(a->reset_token, b->reset_token, QUIC_RESET_TOKEN_LEN) &&
	       preferred_equal(a, b) && a->n_versions == b->n_versions &&
	       !memcmp(a->versions, b->versions, 4 * a->n_versions);
}

#endif

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transport parameters; those that parse are built and parsed again and have
 * to say the same. Input: the sender's role, the extension's payload.
 */
#include "quic/core/tparam.h"

#include "fuzz.h"
#include "tests/unit/tparam_equal.h"

/* RFC 9000 18.2, the bounds again */
static void check_bounds(const struct quic_tparams *tp, bool from_server)
{
	u32 i;

	MUST(tp->max_udp_payload >= 1200 && tp->max_udp_payload <= 65527);
	MUST(tp->initial_max_streams_bidi <= 1ULL << 60);
	MUST(tp->initial_max_streams_uni <= 1ULL << 60);
	MUST(tp->ack_delay_exponent <= 20);
	MUST(tp->max_ack_delay_us < (1 << 14) * 1000);
	MUST(tp->active_connection_id_limit >= 2);
	MUST(tp->initial_scid.len <= 20 && tp->original_dcid.len <= 20 &&
	     tp->retry_scid.len <= 20 && tp->preferred.cid.len <= 20);
	MUST(!tp->has_preferred_address || tp->preferred.cid.len);
	MUST(from_server || (!tp->has_original_dcid && !tp->has_reset_token &&
			     !tp->has_preferred_address &&
			     !tp->has_retry_scid));
	MUST(tp->n_versions <= QUIC_TP_MAX_VERSIONS);
	for (i = 0; i < tp->n_versions; i++)
		MUST(tp->versions[i]);
}

/* A choice beyond the versions that are kept cannot come back from a client. */
static void repair_versions(struct quic_tparams *tp)
{
	u32 i;

	for (i = 1; i < tp->n_versions; i++)
		if (tp->versions[i] == tp->versions[0])
			return;
	if (tp->n_versions == QUIC_TP_MAX_VERSIONS)
		tp->versions[1] = tp->versions[0];
}

static void check_rebuilt(const struct quic_tparams *tp, bool is_server,
			  u32 grease)
{
	u8 out[1024];
	struct quic_wr wr = { out, out + sizeof(out) };
	struct quic_tparams got;
	size_t n;

	MUST(!quic_tparams_build(&wr, tp, is_server, grease));
	n = wr.p - out;
	MUST(!quic_tparams_parse(out, n, is_server, &got));
	MUST(tparams_equal(tp, &got));
	wr.p = out;
	wr.end = out + n - 1;
	MUST(!n || quic_tparams_build(&wr, tp, is_server, grease) == -ENOSPC);
	MUST(wr.p == out);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct quic_tparams tp, before;
	bool from_server;
	enum quic_err err;
	u8 *payload;

	if (!size)
		return 0;
	from_server = data[0] & 1;
	payload = fuzz_copy(data + 1, size - 1);
	memset(&tp, 0x5a, sizeof(tp));
	before = tp;
	err = quic_tparams_parse(payload, size - 1, from_server, &tp);
	free(payload);
	if (err) {
		MUST(err == QUIC_ERR_TRANSPORT_PARAM);
		MUST(!memcmp(&tp, &before, sizeof(tp)));
		return 0;
	}
	check_bounds(&tp, from_server);
	repair_versions(&tp);
	check_rebuilt(&tp, from_server, 0);
	check_rebuilt(&tp, from_server, data[0] * 0x01010101u);
	return 0;
}

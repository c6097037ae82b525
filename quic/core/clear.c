// SPDX-License-Identifier: GPL-2.0-only
#include "clear.h"
#include "conn.h"
#include "frame.h"

void quic_clear_settle(struct quic_conn *c)
{
	if (!c->local.disable_1rtt_encryption ||
	    !c->remote.disable_1rtt_encryption)
		return;
	c->app_tag_len = 0;
	/* no key is used, and so none is used up */
	c->keys.seal_limit_pkts = QUIC_PN_MAX;
}

static bool is_ours(const struct quic_conn *c, const struct quic_hdr *hdr)
{
	const struct quic_cid_entry *e = c->cids.local;
	int i;

	for (i = 0; i < QUIC_CIDS_MAX; i++)
		if (e[i].state != QUIC_CID_FREE &&
		    e[i].cid.len == hdr->dcid_len &&
		    !memcmp(e[i].cid.data, hdr->dcid, hdr->dcid_len))
			return true;
	return false;
}

/* All of it, before any of it has an effect. */
static bool has_frames(const u8 *p, size_t len)
{
	struct quic_rd rd = { p, p + len };
	struct quic_frame f;

	while (quic_rd_left(&rd))
		if (quic_frame_parse(&rd, &f))
			return false;
	return len;
}

int quic_clear_parse(const struct quic_conn *c, const u8 *data, size_t len,
		     struct quic_hdr *hdr)
{
	u32 hdr_len;

	if (quic_hdr_parse_clear(data, len, quic_conn_cid_len(c), hdr))
		return -EBADMSG;
	if (!is_ours(c, hdr))
		return -ENOENT;
	/* there is one generation; what protection leaves is hardly ever 0 */
	if (quic_hdr_reserved(hdr) || quic_hdr_key_phase(hdr))
		return -EBADMSG;
	/* RFC 9287 3 */
	if (!quic_hdr_fixed(hdr) && !c->local.grease_quic_bit)
		return -EBADMSG;
	hdr_len = hdr->pn_off + hdr->pn_len;
	return has_frames(data + hdr_len, len - hdr_len) ? 0 : -EBADMSG;
}

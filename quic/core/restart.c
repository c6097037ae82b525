// SPDX-License-Identifier: GPL-2.0-only
#include "restart.h"
#include "conn.h"

/* RFC 9000 6.2, 17.2.5.2: nothing of the server was understood before. */
static bool is_untouched(const struct quic_conn *c)
{
	return !c->server && !c->has_initial_rscid && !c->retried &&
	       c->state == QUIC_CONN_HANDSHAKE;
}

static bool same_cid(const struct quic_cid *cid, const u8 *data, u8 len)
{
	return cid->len == len && !memcmp(cid->data, data, len);
}

bool quic_retry_wanted(const struct quic_conn *c, const struct quic_hdr *hdr)
{
	/* RFC 9369 4.1: a Retry of another version is ignored */
	return is_untouched(c) && hdr->version == c->version &&
	       hdr->token_len <= QUIC_RETRY_TOKEN_MAX_LEN &&
	       /* RFC 9000 17.2.5.1: it has to bring a new id */
	       !same_cid(&c->odcid, hdr->scid, hdr->scid_len);
}

int quic_retry_follow(struct quic_conn *c, const struct quic_hdr *hdr,
		      gfp_t gfp)
{
	int err;

	err = quic_conn_set_token(c, hdr->token, hdr->token_len, gfp);
	if (err)
		return err;
	c->retried = true;
	c->retry_scid.len = hdr->scid_len;
	memcpy(c->retry_scid.data, hdr->scid, hdr->scid_len);
	c->cids.remote[0].cid = c->retry_scid;
	quic_recovery_restart(c, gfp);
	return 0;
}

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

bool quic_restart_offer(const struct quic_conn *c, const struct quic_hdr *hdr,
			u32 *version)
{
	/* RFC 9368 4: one answer to one packet; RFC 8999 6: ids come back */
	if (!is_untouched(c) || c->ver.reacted ||
	    !same_cid(&c->odcid, hdr->scid, hdr->scid_len))
		return false;
	*version = quic_version_pick(c, hdr);
	/* RFC 9000 6.2: a server that speaks it would not send this */
	return *version != c->version;
}

static void restart_initial(struct quic_conn *c)
{
	struct quic_space *sp = &c->space[QUIC_SPACE_INITIAL];

	quic_pnspace_free(&sp->rx);
	quic_sent_free(&sp->sent);
	quic_conn_free_crypto(&sp->crypto);
	quic_conn_init_space(sp);
	sp->can_send = true;
	sp->can_recv = true;
}

void quic_restart_with(struct quic_conn *c, u32 version,
		       const struct quic_cid *odcid, gfp_t gfp)
{
	/* a session, and so its 0-RTT, is of one version (RFC 9369 5) */
	if (c->early.state == QUIC_EARLY_TRIED)
		quic_early_decide(c, false);
	c->early.can_send = false;
	quic_recovery_restart(c, gfp);
	restart_initial(c);
	c->ver.reacted = true;
	c->ver.original = version;
	c->version = version;
	c->odcid = *odcid;
	c->cids.remote[0].cid = *odcid;
	/* RFC 9369 5: a token is of one version */
	c->token_len = 0;
	quic_conn_set_state(c, QUIC_CONN_INIT);
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
	/* RFC 9000 17.2.5.1#3 */
	c->retry_scid.len = hdr->scid_len;
	memcpy(c->retry_scid.data, hdr->scid, hdr->scid_len);
	c->cids.remote[0].cid = c->retry_scid;
	quic_recovery_restart(c, gfp);
	return 0;
}

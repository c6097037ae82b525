// SPDX-License-Identifier: GPL-2.0-only
#include "restart.h"

#include <crypto/utils.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "core/restart.h"
#include "sock.h"

static struct quic_initial *derive(u32 version, const u8 *dcid, u8 dcid_len)
{
	struct quic_initial *keys = kzalloc(sizeof(*keys), quic_gfp());

	if (keys && quic_initial_derive(keys, version, dcid, dcid_len, false)) {
		kfree_sensitive(keys);
		keys = NULL;
	}
	return keys;
}

static void replace_keys(struct quic_sock *q, struct quic_initial *keys)
{
	kfree_sensitive(q->crypt.initial);
	q->crypt.initial = keys;
}

/* RFC 9001 5.8: only who saw the client's Initial can make the tag. */
static bool tag_holds(const struct quic_conn *c, const u8 *pkt,
		      const struct quic_hdr *hdr)
{
	u32 len = hdr->len - QUIC_INITIAL_TAG_LEN;
	u8 tag[QUIC_INITIAL_TAG_LEN];

	return !quic_retry_tag(hdr->version, c->odcid.data, c->odcid.len, pkt,
			       len, tag) &&
	       !crypto_memneq(tag, pkt + len, sizeof(tag));
}

/**
 * quic_restart_retry() - a Retry packet came
 * @sk: socket
 * @pkt: the packet, linear
 * @hdr: its header
 *
 * RFC 9000 17.2.5.2; without memory it is as if it had been lost.
 *
 * Context: sock lock, process or softirq; the caller sends afterwards.
 * Return: false when it is discarded.
 */
bool quic_restart_retry(struct sock *sk, const u8 *pkt,
			const struct quic_hdr *hdr)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_initial *keys;

	if (!quic_retry_wanted(&q->conn, hdr) ||
	    !tag_holds(&q->conn, pkt, hdr))
		return false;
	/* RFC 9001 5.2: from the server's id */
	keys = derive(hdr->version, hdr->scid, hdr->scid_len);
	if (!keys)
		return false;
	if (quic_retry_follow(&q->conn, hdr, quic_gfp())) {
		kfree_sensitive(keys);
		return false;
	}
	replace_keys(q, keys);
	return true;
}

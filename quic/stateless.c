// SPDX-License-Identifier: GPL-2.0-only
#include "stateless.h"

#include <linux/random.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "core/frame.h"
#include "core/header.h"
#include "initial.h"
#include "mib.h"
#include "sock.h"
#include "token.h"
#include "udp.h"

/**
 * DOC: Answers without state
 *
 * Everything here is sent to an address that nobody has validated, for a
 * datagram that anybody can make. So each answer is smaller than what it
 * answers (RFC 9000 8.1), keeps no state, and has a rate (rate.h) unless the
 * sender had to spend as much as we do.
 */

/* Lengths of RFC 8999: form, version, length byte, id, length byte, id. */
#define LONG_DCID_OFF		6
#define LONG_IDS_MAX		(LONG_DCID_OFF + 255 + 1 + 255)

#define RESET_MAX_BYTES		43

#define RETRY_MAX_BYTES		(LONG_DCID_OFF + 2 * (1 + QUIC_CID_MAX_LEN) + \
				 QUIC_TOKEN_SEALED_MAX + QUIC_INITIAL_TAG_LEN)
#define CLOSE_MAX_BYTES		128

/**
 * quic_stateless_version() - answer with Version Negotiation (RFC 9000 6.1)
 * @net: namespace
 * @skb: a datagram of at least 1200 bytes with a long header of any version
 * @only_version: the one to offer; 0: all that there are
 *
 * Context: softirq.
 */
void quic_stateless_version(struct net *net, struct sk_buff *skb,
			    u32 only_version)
{
	const size_t size = LONG_IDS_MAX + 3 * sizeof(u32);
	struct quic_net *qn = quic_net(net);
	struct quic_wr wr;
	u8 dlen, slen, rnd, *buf;
	const u8 *in;

	if (skb->len < QUIC_MIN_INITIAL_SIZE ||
	    !pskb_may_pull(skb, LONG_IDS_MAX) ||
	    !quic_rate_take(&qn->versions, READ_ONCE(qn->ctl.version_rate)))
		return;
	buf = kmalloc(size, GFP_ATOMIC | __GFP_NOWARN);
	if (!buf)
		return;
	wr.p = buf;
	wr.end = buf + size;
	in = skb->data;
	dlen = in[LONG_DCID_OFF - 1];
	slen = in[LONG_DCID_OFF + dlen];
	get_random_bytes(&rnd, 1);
	if (!quic_hdr_build_version_neg(&wr, in + LONG_DCID_OFF + dlen + 1,
					slen, in + LONG_DCID_OFF, dlen,
					only_version, rnd)) {
		quic_udp_reply(net, skb, buf, wr.p - buf);
		QUIC_INC_STATS(net, QUIC_MIB_PKT_VERSIONNEGS);
	}
	kfree(buf);
}

/**
 * quic_stateless_reset() - say that a connection is not known (RFC 9000 10.3)
 * @net: namespace
 * @skb: a datagram with a short header
 * @rcvd: its bytes; of a burst, of the first one
 * @cid: destination connection id in it
 * @cid_len: bytes
 *
 * The answer is shorter than @rcvd, so that two endpoints cannot keep
 * resetting each other (RFC 9000 10.3.3).
 *
 * Context: softirq.
 */
void quic_stateless_reset(struct net *net, const struct sk_buff *skb,
			  unsigned int rcvd, const u8 *cid, u8 cid_len)
{
	struct quic_net *qn = quic_net(net);
	struct quic_cid id = { .len = cid_len };
	u8 buf[RESET_MAX_BYTES];
	unsigned int len;

	if (rcvd <= QUIC_RESET_MIN_BYTES ||
	    !quic_rate_take(&qn->resets, READ_ONCE(qn->ctl.reset_rate)))
		return;
	len = min_t(unsigned int, rcvd - 1, sizeof(buf));
	get_random_bytes(buf, len - QUIC_RESET_TOKEN_LEN);
	/* RFC 9000 10.3: like a packet with a short header */
	buf[0] = (buf[0] & 0x3f) | 0x40;
	memcpy(id.data, cid, cid_len);
	quic_sock_reset_token(net, &id, buf + len - QUIC_RESET_TOKEN_LEN);
	quic_udp_reply(net, skb, buf, len);
	QUIC_INC_STATS(net, QUIC_MIB_PKT_RESETSSENT);
}

/* Token and packet up to its tag. Return: bytes or an error. */
static int build_retry(struct net *net, const struct sk_buff *skb,
		       const struct quic_hdr *hdr, u8 *buf)
{
	struct quic_wr wr = { buf, buf + RETRY_MAX_BYTES };
	struct quic_token t = {
		.kind = QUIC_TOKEN_RETRY, .version = hdr->version,
	};
	u8 token[QUIC_TOKEN_SEALED_MAX], rnd;
	union quic_addr local, client;
	int len, err;

	quic_udp_addrs(skb, &local, &client);
	t.odcid.len = hdr->dcid_len;
	memcpy(t.odcid.data, hdr->dcid, hdr->dcid_len);
	/* RFC 9000 17.2.5.1: another one than the client's */
	t.rscid.len = QUIC_CID_DEFAULT_LEN;
	get_random_bytes(t.rscid.data, t.rscid.len);
	get_random_bytes(&rnd, 1);
	len = quic_token_seal(net, &t, &client, token);
	if (len < 0)
		return len;
	err = quic_hdr_build_retry(&wr, hdr->version, hdr->scid, hdr->scid_len,
				   &t.rscid, token, len, rnd);
	return err ?: wr.p - buf;
}

/**
 * quic_stateless_retry() - have the client prove its address (RFC 9000 8.1.2)
 * @net: namespace
 * @skb: datagram with the client's first Initial
 * @hdr: header of that Initial
 *
 * RFC 9369 4.1: in the Initial's version.
 *
 * Context: any.
 * Return: 0 or an error, nothing sent.
 */
int quic_stateless_retry(struct net *net, const struct sk_buff *skb,
			 const struct quic_hdr *hdr)
{
	u8 buf[RETRY_MAX_BYTES];
	int len, err;

	len = build_retry(net, skb, hdr, buf);
	if (len < 0)
		return len;
	err = quic_retry_tag(hdr->version, hdr->dcid, hdr->dcid_len, buf, len,
			     buf + len);
	if (err)
		return err;
	quic_udp_reply(net, skb, buf, len + QUIC_INITIAL_TAG_LEN);
	return 0;
}

/**
 * quic_stateless_close() - refuse a connection that never was
 * @net: namespace
 * @skb: datagram with the client's first Initial
 * @hdr: header of that Initial, which opened
 * @keys: Initial keys
 * @err: why
 *
 * RFC 9000 5.2.2: CONNECTION_REFUSED; 8.1.2: INVALID_TOKEN. There is no
 * closing period: the client asks again, or gives up.
 *
 * Context: any.
 */
void quic_stateless_close(struct net *net, const struct sk_buff *skb,
			  const struct quic_hdr *hdr,
			  const struct quic_initial *keys, enum quic_err err)
{
	struct quic_frame f = { .type = QUIC_FRAME_CONNECTION_CLOSE };
	struct quic_cid dcid = { .len = hdr->scid_len };
	struct quic_cid scid = { .len = hdr->dcid_len };
	struct quic_net *qn = quic_net(net);
	u8 buf[CLOSE_MAX_BYTES], text[16], mask[QUIC_SAMPLE_LEN];
	struct quic_wr wr = { text, text + sizeof(text) };
	struct quic_hdr_build b = {
		.dcid = &dcid, .scid = &scid, .version = hdr->version,
		.type = QUIC_PKT_INITIAL, .pn_len = 4,
	};
	int pn_off, aad_len;

	if (!quic_rate_take(&qn->closes, READ_ONCE(qn->ctl.refuse_rate)))
		return;
	memcpy(dcid.data, hdr->scid, dcid.len);
	memcpy(scid.data, hdr->dcid, scid.len);
	f.close.err = err;
	if (quic_frame_build(&wr, &f))
		return;
	b.payload_len = wr.p - text;
	wr.p = buf;
	wr.end = buf + sizeof(buf);
	pn_off = quic_hdr_build(&wr, &b);
	if (pn_off < 0 || quic_wr_left(&wr) < b.payload_len + QUIC_TAG_LEN)
		return;
	aad_len = pn_off + b.pn_len;
	memcpy(wr.p, text, b.payload_len);
	quic_initial_seal(&keys->tx, 0, buf, aad_len, b.payload_len);
	quic_initial_mask(&keys->tx, buf + pn_off + 4, mask);
	quic_hdr_protect(buf, pn_off, mask);
	quic_udp_reply(net, skb, buf, aad_len + b.payload_len + QUIC_TAG_LEN);
}

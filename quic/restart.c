// SPDX-License-Identifier: GPL-2.0-only
#include "restart.h"

#include <crypto/utils.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "core/restart.h"
#include "sock.h"

static struct quic_initial *derive(u32 version, const u8 *dcid, u8 dcid_len,
				   bool server)
{
	struct quic_initial *keys = kzalloc(sizeof(*keys), quic_gfp());

	if (keys && quic_initial_derive(keys, version, dcid, dcid_len,
					server)) {
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

/*
 * RFC 9000 17.2.5.2#3, RFC 9001 5.8: only who saw the client's Initial can make
 * the tag.
 */
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
	keys = derive(hdr->version, hdr->scid, hdr->scid_len, false);
	if (!keys)
		return false;
	if (quic_retry_follow(&q->conn, hdr, quic_gfp())) {
		kfree_sensitive(keys);
		return false;
	}
	replace_keys(q, keys);
	return true;
}

/* RFC 9001 5.2: the id that the client's Initials went to, in any version. */
static struct quic_initial *derive_other(const struct quic_conn *c,
					 u32 version)
{
	const struct quic_cid *dcid = c->retried ? &c->retry_scid : &c->odcid;

	return derive(version, dcid->data, dcid->len, c->server);
}

/**
 * quic_restart_try() - be able to open Initials of another version
 * @sk: socket
 * @version: quic_version_accepts() it, or quic_version_may_follow()
 *
 * Context: sock lock, process or softirq.
 * Return: 0 or -ENOMEM.
 */
int quic_restart_try(struct sock *sk, u32 version)
{
	struct quic_sock *q = quic_sk(sk);

	if (!q->crypt.other_initial)
		q->crypt.other_initial = derive_other(&q->conn, version);
	return q->crypt.other_initial ? 0 : -ENOMEM;
}

/**
 * quic_restart_rx_key() - what opens Initials of a version
 * @q: socket; for another version than the one in use after
 *	quic_restart_try()
 * @version: version
 *
 * Context: sock lock.
 * Return: the key.
 */
const struct quic_initial_key *quic_restart_rx_key(const struct quic_sock *q,
						   u32 version)
{
	return version == q->conn.version ? &q->crypt.initial->rx :
					    &q->crypt.other_initial->rx;
}

/**
 * quic_restart_follow() - the server moved to another version
 * @sk: client's socket, whose other keys opened an Initial
 * @version: of that Initial
 *
 * Context: sock lock, process or softirq.
 */
void quic_restart_follow(struct sock *sk, u32 version)
{
	struct quic_sock *q = quic_sk(sk);

	quic_version_follow(&q->conn, version);
	swap(q->crypt.initial, q->crypt.other_initial);
}

/**
 * quic_restart_moved() - this server may have moved to another version
 * @sk: socket, after quic_conn_remote_params()
 *
 * RFC 9369 4.1: the keys of the original one stay, to receive.
 *
 * Context: sock lock.
 * Return: 0 or -ENOMEM.
 */
int quic_restart_moved(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_initial *keys;

	if (!q->conn.server || q->conn.version == q->conn.ver.original ||
	    q->crypt.other_initial)
		return 0;
	keys = derive_other(&q->conn, q->conn.version);
	if (!keys)
		return -ENOMEM;
	q->crypt.other_initial = q->crypt.initial;
	q->crypt.initial = keys;
	return 0;
}

/* As after connect(): the handshake, which this ends, sends first. */
static bool begin_again(struct sock *sk, u32 version)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_cid odcid = { .len = QUIC_CID_DEFAULT_LEN };
	struct quic_initial *keys;

	get_random_bytes(odcid.data, odcid.len);
	keys = derive(version, odcid.data, odcid.len, false);
	if (!keys)
		return false;
	quic_restart_with(&q->conn, version, &odcid, quic_gfp());
	replace_keys(q, keys);
	kfree_sensitive(q->crypt.other_initial);
	q->crypt.other_initial = NULL;
	WRITE_ONCE(sk->sk_err, EPROTONOSUPPORT);
	sk_error_report(sk);
	return true;
}

/**
 * quic_restart_version() - a Version Negotiation packet came
 * @sk: socket
 * @hdr: its header
 * @now: ns
 *
 * With a version that both speak the connection begins again in that one. The
 * ClientHello names the version, so TLS has to begin again, too: its next call
 * fails with EPROTONOSUPPORT, once, and CONFIG tells the version. Without one
 * the connection is over.
 *
 * Context: sock lock, process or softirq.
 * Return: false when it is discarded.
 */
bool quic_restart_version(struct sock *sk, const struct quic_hdr *hdr, u64 now)
{
	struct quic_conn *c = &quic_sk(sk)->conn;
	u32 version;

	if (!quic_restart_offer(c, hdr, &version))
		return false;
	if (version)
		return begin_again(sk, version);
	/* RFC 9368 2.1: it is over */
	quic_conn_recv_reset(c, now);
	return true;
}

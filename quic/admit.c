// SPDX-License-Identifier: GPL-2.0-only
#include "admit.h"

#include <net/sock.h>

#include "mib.h"
#include "sock.h"
#include "token.h"
#include "udp.h"

/**
 * DOC: Admission
 *
 * A connection is half-open from its first Initial until the handshake is
 * complete. Up to net.quic.retry_half_open of them in a namespace, and up to
 * half of a listener's backlog, clients are believed; beyond that they have to
 * prove their address first, which costs them a round trip and us no memory.
 * Beyond net.quic.max_half_open, or a full backlog, they are refused.
 */

/**
 * quic_admit_token() - what is proven by the token of a first Initial?
 * @adm: filled in
 * @lsk: listener
 * @skb: datagram
 * @hdr: header of the Initial
 *
 * Context: any; @lsk's sock lock.
 */
void quic_admit_token(struct quic_admit *adm, struct sock *lsk,
		      const struct sk_buff *skb, const struct quic_hdr *hdr)
{
	struct quic_token t = { .version = hdr->version };
	union quic_addr local, client;

	memset(adm, 0, sizeof(*adm));
	adm->odcid.len = hdr->dcid_len;
	memcpy(adm->odcid.data, hdr->dcid, hdr->dcid_len);
	if (!hdr->token_len)
		return;
	quic_udp_addrs(skb, &local, &client);
	t.rscid = adm->odcid;
	switch (quic_token_open(sock_net(lsk), hdr->token, hdr->token_len, &t,
				&client)) {
	case QUIC_TOKEN_BAD_RETRY:
		adm->bad_retry = true;
		break;
	case QUIC_TOKEN_GOOD:
		adm->validated = true;
		adm->time_s = t.time_s;
		adm->retried = t.kind == QUIC_TOKEN_RETRY;
		/* RFC 9000 7.3: what the client is to be told that it sent */
		if (adm->retried)
			adm->odcid = t.odcid;
		break;
	case QUIC_TOKEN_FOREIGN:
		/* RFC 9000 8.1.3#7: as if there were none */
		break;
	}
}

/**
 * quic_admit_use_token() - a connection is about to be made of it
 * @adm: what quic_admit_token() said; corrected
 * @lsk: listener
 * @hdr: header of the Initial, which opened
 *
 * Context: any.
 * Return: false when the address turns out not to be proven: a NEW_TOKEN
 * token is good once (RFC 9000 8.1.4).
 */
bool quic_admit_use_token(struct quic_admit *adm, struct sock *lsk,
			  const struct quic_hdr *hdr)
{
	if (!adm->validated || adm->retried)
		return true;
	adm->validated = quic_token_use(sock_net(lsk), hdr->token,
					hdr->token_len, adm->time_s);
	return adm->validated;
}

/**
 * quic_admit_wants_retry() - do clients have to prove their address?
 * @lsk: listener
 *
 * Context: any; @lsk's sock lock.
 * Return: true when those who did not are to get a Retry.
 */
bool quic_admit_wants_retry(const struct sock *lsk)
{
	struct quic_net *qn = quic_net(sock_net(lsk));
	u32 limit = READ_ONCE(lsk->sk_max_ack_backlog);

	return quic_sk(lsk)->set.validate_peer ||
	       READ_ONCE(lsk->sk_ack_backlog) > limit / 2 ||
	       atomic_read(&qn->half_open) >=
	       READ_ONCE(qn->ctl.retry_half_open);
}

/**
 * quic_admit_is_full() - is there no room for one more?
 * @lsk: listener
 *
 * Context: any; @lsk's sock lock.
 * Return: true when a client is to be refused.
 */
bool quic_admit_is_full(const struct sock *lsk)
{
	struct quic_net *qn = quic_net(sock_net(lsk));

	return sk_acceptq_is_full(lsk) ||
	       atomic_read(&qn->half_open) >= READ_ONCE(qn->ctl.max_half_open);
}

/**
 * quic_admit_enter() - a server's connection begins
 * @sk: its socket
 *
 * Context: sock lock.
 */
void quic_admit_enter(struct sock *sk)
{
	quic_sk(sk)->half_open = true;
	atomic_inc(&quic_net(sock_net(sk))->half_open);
}

/**
 * quic_admit_leave() - its handshake is complete, or never will be
 * @sk: its socket; not a server's, or left before: nothing happens
 *
 * Context: sock lock.
 */
void quic_admit_leave(struct sock *sk)
{
	if (!quic_sk(sk)->half_open)
		return;
	quic_sk(sk)->half_open = false;
	atomic_dec(&quic_net(sock_net(sk))->half_open);
}

/**
 * quic_admit_send_token() - give the client a token for its next connection
 * @sk: established server
 *
 * RFC 9000 8.1.3; RFC 9369 5: of the version that was negotiated.
 *
 * Context: sock lock.
 * Return: 0; -EAGAIN while one is on its way; -ENOMEM or an error of the
 * library.
 */
int quic_admit_send_token(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_token t = {
		.kind = QUIC_TOKEN_NEW, .version = q->conn.version,
	};
	u8 token[QUIC_TOKEN_SEALED_MAX];
	int len;

	len = quic_token_seal(sock_net(sk), &t, &q->peer, token);
	if (len < 0)
		return len;
	return quic_conn_send_new_token(&q->conn, token, len, quic_gfp());
}

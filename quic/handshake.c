// SPDX-License-Identifier: GPL-2.0-only
#include "handshake.h"

#include <linux/tls.h>
#include <linux/unaligned.h>

#include "event.h"
#include "mib.h"
#include "sock.h"

/* RFC 8446 4, 6; RFC 9001 4.8 */
#define TLS_NEW_SESSION_TICKET	4
#define TLS_MSG_HDR_LEN		4
#define UNEXPECTED_MESSAGE	(QUIC_ERR_CRYPTO_BASE + 10)

static size_t secret_len(u32 cipher)
{
	return cipher == TLS_CIPHER_AES_GCM_256 ? 48 : 32;
}

static int install_handshake(struct quic_sock *q, enum quic_dir dir,
			     const struct quic_secret *secret)
{
	struct quic_level_keys *keys = &q->crypt.hs[dir];
	int err;

	if (quic_hp_valid(&keys->hp))
		return -EINVAL;
	err = quic_hp_init(&keys->hp, secret);
	if (err)
		return err;
	err = quic_aead_key_init(&keys->aead, secret);
	if (err)
		quic_hp_clear(&keys->hp);
	return err;
}

static struct quic_aead_key *app_slot(struct quic_sock *q, enum quic_dir dir,
				      u32 gen)
{
	return &q->crypt.app[dir].aead[gen % QUIC_KEY_SLOTS];
}

/* Move a direction's secret one generation on, and make its key. */
static int advance_secret(struct quic_sock *q, enum quic_dir dir)
{
	struct quic_app_keys *keys = &q->crypt.app[dir];
	struct quic_secret next = keys->secret;
	struct quic_aead_key *slot;
	int err;

	err = quic_secret_next(&next);
	if (err)
		goto out;
	slot = app_slot(q, dir, next.generation);
	quic_aead_key_clear(slot);
	err = quic_aead_key_init(slot, &next);
	if (!err) {
		keys->prev = keys->secret;
		keys->secret = next;
	}
out:
	quic_secret_wipe(&next);
	return err;
}

static int install_app(struct quic_sock *q, enum quic_dir dir,
		       const struct quic_secret *secret)
{
	struct quic_app_keys *keys = &q->crypt.app[dir];
	int err;

	if (quic_hp_valid(&keys->hp))
		return -EINVAL;
	if (q->crypt.cipher && q->crypt.cipher != secret->cipher)
		return -EINVAL;
	err = quic_hp_init(&keys->hp, secret);
	if (err)
		return err;
	err = quic_aead_key_init(app_slot(q, dir, 0), secret);
	if (err)
		goto err_hp;
	keys->secret = *secret;
	/* the peer may update as soon as it likes: be ahead of it */
	err = advance_secret(q, dir);
	if (err)
		goto err_key;
	q->crypt.cipher = secret->cipher;
	return 0;

err_key:
	quic_aead_key_clear(app_slot(q, dir, 0));
	quic_secret_wipe(&keys->secret);
err_hp:
	quic_hp_clear(&keys->hp);
	return err;
}

static bool have_both_app(const struct quic_sock *q)
{
	return quic_hp_valid(&q->crypt.app[QUIC_DIR_RX].hp) &&
	       quic_hp_valid(&q->crypt.app[QUIC_DIR_TX].hp);
}

static int install_secret(struct quic_sock *q, u8 level, enum quic_dir dir,
			  const struct quic_secret *secret)
{
	if (level == QUIC_CRYPTO_HANDSHAKE)
		return install_handshake(q, dir, secret);
	return install_app(q, dir, secret);
}

/**
 * quic_handshake_set_secret() - QUIC_SOCKOPT_CRYPTO_SECRET
 * @sk: socket, not yet established
 * @secret: of one level and direction
 *
 * Context: process context, sock lock.
 * Return: 0; -EINVAL for a level, cipher or state that does not fit, or when
 * it was set before; -EOPNOTSUPP for the EARLY level; -ENOMEM and other
 * errors of the crypto API.
 */
int quic_handshake_set_secret(struct sock *sk,
			      const struct quic_crypto_secret *secret)
{
	struct quic_sock *q = quic_sk(sk);
	enum quic_dir dir = secret->send ? QUIC_DIR_TX : QUIC_DIR_RX;
	struct quic_secret s = {};
	int err;

	if (!q->has_conn || sk->sk_state != TCP_SYN_RECV)
		return -EINVAL;
	if (secret->level == QUIC_CRYPTO_EARLY)
		return -EOPNOTSUPP;
	if (secret->level != QUIC_CRYPTO_APP &&
	    secret->level != QUIC_CRYPTO_HANDSHAKE)
		return -EINVAL;
	if (secret->type > U16_MAX || !quic_cipher_supported(secret->type))
		return -EINVAL;
	err = quic_secret_init(&s, q->conn.version, secret->type,
			       secret->secret, secret_len(secret->type));
	if (!err)
		err = install_secret(q, secret->level, dir, &s);
	quic_secret_wipe(&s);
	if (err)
		return err;
	if (secret->level == QUIC_CRYPTO_APP && have_both_app(q)) {
		quic_keys_set_cipher(&q->conn.keys, secret->type);
		quic_keys_ready(&q->conn.keys, 1);
	}
	quic_conn_keys(&q->conn, (enum quic_level)secret->level, secret->send,
		       quic_now());
	return 0;
}

/**
 * quic_handshake_set_params() - the peer's transport parameters arrived
 * @sk: socket, not yet established
 * @data: payload of TLS extension 0x39
 * @len: bytes
 *
 * Context: sock lock.
 * Return: 0; -EINVAL in the wrong state, or when the parameters are wrong:
 * the connection is then closing with the error that RFC 9000 7.4 asks for.
 */
int quic_handshake_set_params(struct sock *sk, const u8 *data, size_t len)
{
	struct quic_sock *q = quic_sk(sk);
	enum quic_err err;

	if (!q->has_conn || sk->sk_state != TCP_SYN_RECV ||
	    q->conn.has_remote)
		return -EINVAL;
	err = quic_conn_remote_params(&q->conn, data, len);
	if (!err)
		return 0;
	quic_conn_close(&q->conn, err, false, QUIC_FRAME_CRYPTO, NULL, 0,
			quic_now());
	return -EINVAL;
}

/* Append what has come; without room for it all, none of it. */
static void take_run(struct quic_sock *q, struct quic_reasm *rx)
{
	bool fits = q->ticket &&
		    rx->ready - rx->next <= QUIC_TICKET_MAX_LEN - q->ticket_len;
	const u8 *data;
	u32 len;

	while ((len = quic_reasm_peek(rx, &data))) {
		if (fits) {
			memcpy(q->ticket + q->ticket_len, data, len);
			q->ticket_len += len;
		}
		quic_reasm_consume(rx, len);
	}
}

/* RFC 9001 4.1.3, 6: nothing but NewSessionTicket messages may come. */
static bool only_tickets(const struct quic_sock *q)
{
	u32 off = 0;

	while (off < q->ticket_len) {
		const u8 *msg = q->ticket + off;

		if (msg[0] != TLS_NEW_SESSION_TICKET)
			return false;
		if (q->ticket_len - off < TLS_MSG_HDR_LEN)
			break;
		off += TLS_MSG_HDR_LEN + get_unaligned_be24(msg + 1);
	}
	return true;
}

/**
 * quic_handshake_take_late() - CRYPTO data after the handshake
 * @sk: established socket
 *
 * No reader waits for it there. A server's tickets are kept for the socket
 * option; anything else, TLS KeyUpdate above all, ends the connection.
 *
 * Context: sock lock.
 */
void quic_handshake_take_late(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);

	if (!q->conn.server && !q->ticket)
		q->ticket = kmalloc(QUIC_TICKET_MAX_LEN, quic_gfp());
	take_run(q, quic_conn_crypto_rx(&q->conn, QUIC_LVL_APP));
	if (q->conn.server || !only_tickets(q)) {
		quic_conn_close(&q->conn, UNEXPECTED_MESSAGE, false,
				QUIC_FRAME_CRYPTO, NULL, 0, quic_now());
		return;
	}
	quic_event_push(sk, QUIC_EVENT_NEW_SESSION_TICKET, 0);
}

/**
 * quic_crypt_prepare() - make the keys of the generation after the newest
 * @sk: socket with 1-RTT keys
 *
 * Generations N - 1, N and N + 1 have a slot each, so this overwrites
 * N - 2's, which opens nothing any more (RFC 9001 6.5).
 *
 * Context: process context, sock lock.
 */
void quic_crypt_prepare(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	struct quic_keys *k = &q->conn.keys;
	u32 want = min(k->tx_gen, k->rx_gen) + 1;
	int dir;

	if (!have_both_app(q))
		return;
	for (dir = 0; dir < QUIC_DIRS; dir++) {
		while (q->crypt.app[dir].secret.generation < want) {
			if (!advance_secret(q, dir))
				continue;
			/* the next news or update tries again */
			QUIC_INC_STATS(sock_net(sk),
				       QUIC_MIB_KEY_PREPFAILS);
			return;
		}
	}
	if (k->ready_gen < want)
		quic_keys_ready(k, want);
	quic_hw_sync(sk);
}

static void clear_level(struct quic_level_keys *keys)
{
	quic_hp_clear(&keys->hp);
	quic_aead_key_clear(&keys->aead);
}

static void free_initial(struct quic_sock *q)
{
	kfree_sensitive(q->crypt.initial);
	q->crypt.initial = NULL;
}

/**
 * quic_crypt_drop() - wipe what the connection discarded (RFC 9001 4.9)
 * @sk: socket with a connection
 *
 * Context: process context, sock lock.
 */
void quic_crypt_drop(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	int dir;

	if (q->conn.space[QUIC_SPACE_INITIAL].discarded)
		free_initial(q);
	if (!q->conn.space[QUIC_SPACE_HANDSHAKE].discarded)
		return;
	for (dir = 0; dir < QUIC_DIRS; dir++)
		clear_level(&q->crypt.hs[dir]);
}

/**
 * quic_crypt_wipe() - wipe every key
 * @sk: socket whose connection is over, or never was
 *
 * Context: process context, sock lock.
 */
void quic_crypt_wipe(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	int dir, slot;

	free_initial(q);
	for (dir = 0; dir < QUIC_DIRS; dir++) {
		struct quic_app_keys *app = &q->crypt.app[dir];

		clear_level(&q->crypt.hs[dir]);
		quic_hp_clear(&app->hp);
		for (slot = 0; slot < QUIC_KEY_SLOTS; slot++)
			quic_aead_key_clear(&app->aead[slot]);
		quic_secret_wipe(&app->secret);
		quic_secret_wipe(&app->prev);
	}
	memzero_explicit(&q->crypt, sizeof(q->crypt));
}

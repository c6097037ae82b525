// SPDX-License-Identifier: GPL-2.0-only
#include "handshake.h"

#include <linux/tls.h>

#include "mib.h"
#include "restart.h"
#include "sock.h"

static size_t secret_len(u32 cipher)
{
	return cipher == TLS_CIPHER_AES_GCM_256 ? 48 : 32;
}

static void clear_level(struct quic_level_keys *keys)
{
	quic_hp_clear(&keys->hp);
	quic_aead_key_clear(&keys->aead);
}

static int install_level(struct quic_level_keys *keys,
			 const struct quic_secret *secret)
{
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

	if (keys->set)
		return -EINVAL;
	/* what this side asked for is agreed on, or not, before it has keys */
	if (q->conn.local.disable_1rtt_encryption && !q->conn.has_remote)
		return -EINVAL;
	if (quic_conn_clear(&q->conn)) {
		keys->set = true;
		return 0;
	}
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
	keys->set = true;
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
	return q->crypt.app[QUIC_DIR_RX].set && q->crypt.app[QUIC_DIR_TX].set;
}

static int install_early(struct quic_sock *q, enum quic_dir dir,
			 const struct quic_secret *secret)
{
	int err;

	err = install_level(&q->crypt.early, secret);
	if (err)
		return err;
	err = quic_early_keys(&q->conn, dir == QUIC_DIR_TX);
	if (err)
		clear_level(&q->crypt.early);
	return err;
}

static int install_secret(struct quic_sock *q, u8 level, enum quic_dir dir,
			  const struct quic_secret *secret)
{
	if (level == QUIC_CRYPTO_EARLY)
		return install_early(q, dir, secret);
	if (level == QUIC_CRYPTO_HANDSHAKE)
		return install_level(&q->crypt.hs[dir], secret);
	return install_app(q, dir, secret);
}

/* RFC 9001 6.6: the cipher's, or what the administrator set below them */
static void set_limits(struct quic_sock *q)
{
	const struct quic_sysctls *ctl;

	ctl = &quic_net(sock_net(quic_to_sk(q)))->ctl;
	quic_keys_set_cipher(&q->conn.keys, q->crypt.cipher);
	quic_keys_lower_limits(&q->conn.keys, READ_ONCE(ctl->key_seal_pkts),
			       READ_ONCE(ctl->key_open_pkts));
}

static int close_handshake(struct quic_sock *q, enum quic_err err)
{
	quic_conn_close(&q->conn, err, false, QUIC_FRAME_CRYPTO, NULL, 0,
			quic_now());
	return -EINVAL;
}

/* The keys are there: the connection hears of it. */
static int secret_set(struct quic_sock *q,
		      const struct quic_crypto_secret *secret)
{
	enum quic_err err;

	if (secret->level == QUIC_CRYPTO_EARLY)
		return 0;
	if (secret->level == QUIC_CRYPTO_APP && have_both_app(q) &&
	    !quic_conn_clear(&q->conn)) {
		set_limits(q);
		quic_keys_ready(&q->conn.keys, 1);
	}
	err = quic_conn_keys(&q->conn, (enum quic_level)secret->level,
			     secret->send, quic_now());
	/* RFC 9001 4.9.3: of no use to a client from here on */
	if (secret->level == QUIC_CRYPTO_APP && !q->conn.server)
		clear_level(&q->crypt.early);
	return err ? close_handshake(q, err) : 0;
}

/**
 * quic_handshake_set_secret() - QUIC_SOCKOPT_CRYPTO_SECRET
 * @sk: socket, not yet established
 * @secret: of one level and direction
 *
 * Context: process context, sock lock.
 * Return: 0; -EINVAL for a level, direction, cipher or state that does not
 * fit, when it was set before, for a 1-RTT secret before the peer's transport
 * parameters when this side's have disable_1rtt_encryption, or, the connection
 * then closing, when TLS left handshake bytes unread; -ENOMEM and other errors
 * of the crypto API.
 */
int quic_handshake_set_secret(struct sock *sk,
			      const struct quic_crypto_secret *secret)
{
	struct quic_sock *q = quic_sk(sk);
	enum quic_dir dir = secret->send ? QUIC_DIR_TX : QUIC_DIR_RX;
	struct quic_secret s = {};
	u32 version;
	int err;

	if (!q->has_conn || sk->sk_state != TCP_SYN_RECV)
		return -EINVAL;
	if (secret->level >= QUIC_CRYPTO_MAX ||
	    secret->level == QUIC_CRYPTO_INITIAL)
		return -EINVAL;
	if (secret->type > U16_MAX || !quic_cipher_supported(secret->type))
		return -EINVAL;
	/* RFC 9369 4.1: 0-RTT is of the version that the client began with */
	version = secret->level == QUIC_CRYPTO_EARLY ? q->conn.ver.original :
						       q->conn.version;
	err = quic_secret_init(&s, version, secret->type,
			       secret->secret, secret_len(secret->type));
	if (!err)
		err = install_secret(q, secret->level, dir, &s);
	quic_secret_wipe(&s);
	return err ?: secret_set(q, secret);
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
	if (!err && quic_restart_moved(sk))
		err = QUIC_ERR_INTERNAL;
	if (err)
		return close_handshake(q, err);
	if (quic_conn_clear(&q->conn))
		QUIC_INC_STATS(sock_net(sk), QUIC_MIB_CONN_CLEAR);
	return 0;
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

	if (!have_both_app(q) || quic_conn_clear(&q->conn))
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

static void free_initial(struct quic_sock *q)
{
	kfree_sensitive(q->crypt.initial);
	q->crypt.initial = NULL;
	kfree_sensitive(q->crypt.other_initial);
	q->crypt.other_initial = NULL;
}

/* RFC 9001 6.5: what was sealed with them has arrived, or never will. */
static void clear_before(struct quic_app_keys *keys, u32 gen)
{
	int slot;

	for (slot = 0; slot < QUIC_KEY_SLOTS; slot++)
		if (quic_aead_key_valid(&keys->aead[slot]) &&
		    keys->aead[slot].generation < gen)
			quic_aead_key_clear(&keys->aead[slot]);
}

static void drop_old_app(struct quic_sock *q)
{
	const struct quic_keys *k = &q->conn.keys;

	clear_before(&q->crypt.app[QUIC_DIR_TX], k->tx_gen);
	if (!k->prev_until_ns)
		clear_before(&q->crypt.app[QUIC_DIR_RX], k->rx_gen);
}

/**
 * quic_crypt_drop() - wipe what is of no use any more (RFC 9001 4.9, 6.5)
 * @sk: socket with a connection
 *
 * Context: process context, sock lock.
 */
void quic_crypt_drop(struct sock *sk)
{
	struct quic_sock *q = quic_sk(sk);
	int dir;

	drop_old_app(q);
	if (q->conn.space[QUIC_SPACE_INITIAL].discarded)
		free_initial(q);
	if (!q->conn.early.can_send && !q->conn.early.can_recv)
		clear_level(&q->crypt.early);
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
	clear_level(&q->crypt.early);
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

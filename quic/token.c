// SPDX-License-Identifier: GPL-2.0-only
#include "token.h"

#include <linux/bitmap.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/unaligned.h>

#include "mib.h"
#include "sock.h"

/**
 * DOC: Tokens
 *
 * A token is sealed with a key of its own, made of the namespace's secret and
 * the salt that is part of it. It names the client's address, the version and
 * the time, and needs no memory. Retry tokens are good for one port, one
 * connection id and some seconds. A NEW_TOKEN token is good for an address and
 * a day, once: two Bloom filters remember those that were used. They take
 * turns, the full one being the older; what is forgotten with the one before
 * makes every token of that time or older worthless. So a token is never good
 * twice, and now and then one is not good at all, which costs a round trip.
 */
#define SEEN_BITS	32768
#define SEEN_HASHES	4
#define SEEN_TOKENS	(SEEN_BITS / 16)	/* of 400 fresh ones 1 looks used */

/**
 * struct quic_token_seen - tokens that were used
 * @bits: filters
 * @since_s: when each began
 * @n: tokens in the current one
 * @cur: index of the current one
 */
struct quic_token_seen {
	DECLARE_BITMAP(bits[2], SEEN_BITS);
	u64 since_s[2];
	u32 n;
	u8 cur;
};

static void set_client(struct quic_token *t, const union quic_addr *client)
{
	if (client->sa.sa_family == AF_INET6) {
		t->addr_len = sizeof(client->v6.sin6_addr);
		memcpy(t->addr, &client->v6.sin6_addr, t->addr_len);
	} else {
		t->addr_len = sizeof(client->v4.sin_addr);
		memcpy(t->addr, &client->v4.sin_addr, t->addr_len);
	}
	t->port = quic_addr_port(client);
	t->time_s = ktime_get_real_seconds();
}

/**
 * quic_token_seal() - make a token
 * @net: namespace, whose secret seals it
 * @t: kind, version, for a Retry the connection ids; time and address are
 *	filled in
 * @client: the client's address
 * @token: gets up to QUIC_TOKEN_SEALED_MAX bytes
 *
 * Context: any.
 * Return: bytes of the token, or an error of the library.
 */
int quic_token_seal(struct net *net, struct quic_token *t,
		    const union quic_addr *client, u8 *token)
{
	struct quic_wr wr = {
		token + QUIC_TOKEN_HEAD_LEN,
		token + QUIC_TOKEN_HEAD_LEN + QUIC_TOKEN_TEXT_MAX,
	};
	u8 secret[QUIC_TOKEN_SECRET_LEN];
	size_t text_len;
	int err;

	set_client(t, client);
	err = quic_token_build(&wr, t);
	if (err)
		return err;
	text_len = wr.p - token - QUIC_TOKEN_HEAD_LEN;
	token[0] = t->kind;
	get_random_bytes(token + 1, QUIC_TOKEN_SALT_LEN);
	quic_netkey_get_token(&quic_net(net)->key, 0, secret);
	err = quic_initial_token_seal(secret, token + 1, token,
				      QUIC_TOKEN_HEAD_LEN, text_len);
	memzero_explicit(secret, sizeof(secret));
	return err ?: QUIC_TOKEN_HEAD_LEN + text_len + QUIC_INITIAL_TAG_LEN;
}

static bool open_token(struct net *net, const u8 *token, u32 len,
		       struct quic_token *t)
{
	u32 sealed_len = len - QUIC_TOKEN_HEAD_LEN;
	u8 secret[QUIC_TOKEN_SECRET_LEN];
	u8 copy[QUIC_TOKEN_SEALED_MAX];
	int nr, err = -EBADMSG;

	for (nr = 0; err && nr < QUIC_TOKEN_SECRETS; nr++) {
		memcpy(copy, token, len);
		quic_netkey_get_token(&quic_net(net)->key, nr, secret);
		err = quic_initial_token_open(secret, copy + 1, copy,
					      QUIC_TOKEN_HEAD_LEN, sealed_len);
	}
	memzero_explicit(secret, sizeof(secret));
	return !err && quic_token_parse(copy + QUIC_TOKEN_HEAD_LEN,
					sealed_len - QUIC_INITIAL_TAG_LEN,
					copy[0], t);
}

static u64 lifetime_s(const struct quic_net *qn, u8 kind)
{
	return kind == QUIC_TOKEN_RETRY ?
	       READ_ONCE(qn->ctl.retry_lifetime) :
	       READ_ONCE(qn->ctl.token_lifetime);
}

/**
 * quic_token_open() - what is the token of a first Initial worth?
 * @net: namespace
 * @token: bytes, from anybody
 * @len: their count
 * @is: in: version and destination id (as @rscid) of the Initial; out: what
 *	the token says, if it is good
 * @client: where the Initial came from
 *
 * RFC 9000 8.1.3: a Retry's is told from others by its first byte, also if it
 * does not open.
 *
 * Context: any.
 * Return: the verdict.
 */
enum quic_token_verdict quic_token_open(struct net *net, const u8 *token,
					u32 len, struct quic_token *is,
					const union quic_addr *client)
{
	enum quic_token_verdict bad = QUIC_TOKEN_FOREIGN;
	struct quic_token t;

	if (len < QUIC_TOKEN_HEAD_LEN + QUIC_INITIAL_TAG_LEN ||
	    len > QUIC_TOKEN_SEALED_MAX)
		return QUIC_TOKEN_FOREIGN;
	if (token[0] == QUIC_TOKEN_RETRY)
		bad = QUIC_TOKEN_BAD_RETRY;
	set_client(is, client);
	if (!open_token(net, token, len, &t) ||
	    !quic_token_fits(&t, is, lifetime_s(quic_net(net), t.kind)))
		return bad;
	*is = t;
	return QUIC_TOKEN_GOOD;
}

/* Bits of a token: its salt is random. */
static u32 seen_bit(const u8 *token, int i)
{
	return get_unaligned_be32(token + 1 + i * 4) % SEEN_BITS;
}

static bool is_seen(const struct quic_token_seen *seen, int nr,
		    const u8 *token)
{
	int i;

	for (i = 0; i < SEEN_HASHES; i++)
		if (!test_bit(seen_bit(token, i), seen->bits[nr]))
			return false;
	return true;
}

static void add_seen(struct quic_token_seen *seen, const u8 *token)
{
	u8 cur = seen->cur;
	int i;

	if (seen->n == SEEN_TOKENS) {
		cur = !cur;
		bitmap_zero(seen->bits[cur], SEEN_BITS);
		/* what the other one began with is all that is known now */
		seen->since_s[cur] = ktime_get_real_seconds();
		seen->cur = cur;
		seen->n = 0;
	}
	for (i = 0; i < SEEN_HASHES; i++)
		__set_bit(seen_bit(token, i), seen->bits[cur]);
	seen->n++;
}

static bool use_locked(struct quic_token_memory *mem, const u8 *token,
		       u64 time_s)
{
	struct quic_token_seen *seen = mem->seen;

	if (!seen) {
		seen = kzalloc(sizeof(*seen), GFP_ATOMIC | __GFP_NOWARN);
		if (!seen)
			return false;
		mem->seen = seen;
	}
	/* older than what the filters remember: perhaps used */
	if (time_s <= seen->since_s[!seen->cur])
		return false;
	if (is_seen(seen, 0, token) || is_seen(seen, 1, token))
		return false;
	add_seen(seen, token);
	return true;
}

/**
 * quic_token_use() - use a NEW_TOKEN token up (RFC 9000 8.1.4)
 * @net: namespace
 * @token: a good one
 * @len: its bytes
 * @time_s: when it was made
 *
 * Context: any.
 * Return: false when it was used before, or may have been.
 */
bool quic_token_use(struct net *net, const u8 *token, u32 len, u64 time_s)
{
	struct quic_token_memory *mem = &quic_net(net)->tokens;
	bool fresh;

	if (len < QUIC_TOKEN_HEAD_LEN)
		return false;
	spin_lock_bh(&mem->lock);
	fresh = use_locked(mem, token, time_s);
	spin_unlock_bh(&mem->lock);
	return fresh;
}

static_assert(QUIC_TOKEN_SEALED_MAX <= QUIC_TOKEN_MAX_LEN);

/* A namespace comes. */
void quic_token_init(struct net *net)
{
	spin_lock_init(&quic_net(net)->tokens.lock);
}

/* It goes; no packet is in work any more. */
void quic_token_exit(struct net *net)
{
	kfree(quic_net(net)->tokens.seen);
}

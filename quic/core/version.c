// SPDX-License-Identifier: GPL-2.0-only
#include "version.h"
#include "conn.h"

/* A bit per version that we speak. */
static u8 version_bit(u32 version)
{
	switch (version) {
	case QUIC_V1:
		return 1;
	case QUIC_V2:
		return 2;
	default:
		return 0;
	}
}

static u32 other_version(u32 version)
{
	return version == QUIC_V1 ? QUIC_V2 : QUIC_V1;
}

void quic_version_init(struct quic_conn *c, const struct quic_conn_cfg *cfg)
{
	struct quic_version *v = &c->ver;

	c->version = cfg->version;
	v->original = cfg->version;
	v->prefer = cfg->server ? cfg->prefer_version : cfg->version;
	v->only = cfg->only_version;
}

void quic_version_announce(struct quic_conn *c)
{
	struct quic_tparams *tp = &c->local;
	u32 rnd;
	u8 n = 0;

	tp->versions[n++] = c->version;
	tp->versions[n++] = c->version;
	if (!c->ver.only) {
		tp->versions[n++] = other_version(c->version);
		/* RFC 9368 2.1, RFC 9000 15: nobody may trip over one */
		quic_env_random(&rnd, sizeof(rnd));
		tp->versions[n++] = (rnd & 0xf0f0f0f0) | 0x0a0a0a0a;
	}
	tp->n_versions = n;
}

/* The available versions, without the chosen one before them. */
static u8 available(const struct quic_tparams *tp)
{
	u8 mask = 0;
	int i;

	for (i = 1; i < tp->n_versions; i++)
		mask |= version_bit(tp->versions[i]);
	return mask;
}

/* The first choice that is in @mask; 0: none. */
static u32 pick(const struct quic_conn *c, u8 mask)
{
	if (mask & version_bit(c->ver.prefer))
		return c->ver.prefer;
	if (mask & version_bit(QUIC_V1))
		return QUIC_V1;
	return mask & version_bit(QUIC_V2) ? QUIC_V2 : 0;
}

static enum quic_err check_client(struct quic_conn *c,
				  const struct quic_tparams *tp)
{
	const struct quic_version *v = &c->ver;

	/* RFC 9368 4: a client may not speak of versions at all */
	if (!tp->n_versions)
		return QUIC_ERR_NONE;
	/* RFC 9368 4: what it chose is what it sent */
	if (tp->versions[0] != v->original)
		return QUIC_ERR_VERSION_NEGOTIATION;
	/* RFC 9368 2.3, RFC 9369 4: version 1 and 2 are compatible */
	if (!v->only && available(tp) & version_bit(v->prefer))
		c->version = v->prefer;
	return QUIC_ERR_NONE;
}

static enum quic_err check_server(const struct quic_conn *c,
				  const struct quic_tparams *tp)
{
	const struct quic_version *v = &c->ver;
	u8 mask = available(tp);

	/* RFC 9368 8: version 1 is older than the parameter */
	if (!tp->n_versions)
		return c->version == v->original &&
		       (!v->reacted || c->version == QUIC_V1) ?
		       QUIC_ERR_NONE : QUIC_ERR_VERSION_NEGOTIATION;
	/* RFC 9368 4: it is what was seen on the wire, and what we offered */
	if (tp->versions[0] != c->version)
		return QUIC_ERR_VERSION_NEGOTIATION;
	if (!v->reacted)
		return QUIC_ERR_NONE;
	/* RFC 9368 4: would we have come to the same without a forger? */
	if (tp->n_versions == 1 ||
	    pick(c, mask | version_bit(c->version)) != c->version)
		return QUIC_ERR_VERSION_NEGOTIATION;
	return QUIC_ERR_NONE;
}

enum quic_err quic_version_check(struct quic_conn *c,
				 const struct quic_tparams *tp)
{
	return c->server ? check_client(c, tp) : check_server(c, tp);
}

bool quic_version_accepts(const struct quic_conn *c, u32 version, u8 type)
{
	/*
	 * RFC 9369 4.1: what a client sent before it heard of the negotiated
	 * version; 0-RTT packets are never sent in that one.
	 */
	if (type == QUIC_PKT_0RTT ||
	    (type == QUIC_PKT_INITIAL && c->server &&
	     version == c->ver.original))
		return version == c->ver.original;
	/* RFC 9000 5.2.1, RFC 9369 4.1: packets of other versions are dropped */
	return version == c->version;
}

bool quic_version_may_follow(const struct quic_conn *c, u32 version)
{
	return !c->server && !c->ver.only && !c->ver.settled &&
	       version != c->version && version_bit(version);
}

void quic_version_follow(struct quic_conn *c, u32 version)
{
	c->version = version;
	c->ver.settled = true;
}

u32 quic_version_pick(const struct quic_conn *c, const struct quic_hdr *hdr)
{
	u8 mask = 0;
	u32 i;

	for (i = 0; i + 4 <= hdr->token_len; i += 4)
		mask |= version_bit(get_unaligned_be32(hdr->token + i));
	return mask & version_bit(c->version) ? c->version : pick(c, mask);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* Packet headers, long and short (RFC 8999, RFC 9000 17, RFC 9369 3.2). */
#ifndef _QUIC_CORE_HEADER_H
#define _QUIC_CORE_HEADER_H

#include "env.h"
#include "wire.h"

#define QUIC_V1			0x00000001
#define QUIC_V2			0x6b3343cf
#define QUIC_CID_MAX_LEN	20	/* of versions 1 and 2 */
#define QUIC_CID_DEFAULT_LEN	8	/* what we issue */
#define QUIC_TAG_LEN		16	/* of every AEAD in use */
#define QUIC_SAMPLE_LEN		16
#define QUIC_MIN_INITIAL_SIZE	1200	/* RFC 9000 14.1, UDP payload bytes */

enum quic_pkt_type {
	QUIC_PKT_INITIAL,
	QUIC_PKT_0RTT,
	QUIC_PKT_HANDSHAKE,
	QUIC_PKT_RETRY,
	QUIC_PKT_VERSION_NEG,
	QUIC_PKT_SHORT,
};

/* Crypto levels, numbered as the socket ABI numbers them. */
enum quic_level {
	QUIC_LVL_APP = 0,
	QUIC_LVL_INITIAL = 1,
	QUIC_LVL_HANDSHAKE = 2,
	QUIC_LVL_EARLY = 3,
	QUIC_LVL_MAX = 4,
};

struct quic_cid {
	u8 len;
	u8 data[QUIC_CID_MAX_LEN];
};

static inline bool quic_cid_equal(const struct quic_cid *a,
				  const struct quic_cid *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

/**
 * struct quic_hdr - one packet's header, pointing into the datagram
 * @dcid: destination connection id bytes
 * @scid: source connection id bytes; NULL in a short header
 * @token: Initial: token; Retry: token (without the 16-byte integrity tag);
 *	Version Negotiation: the list of versions
 * @pn: truncated packet number, valid after quic_hdr_unprotect()
 * @token_len: bytes at @token
 * @version: 0 in a short header and in Version Negotiation
 * @len: bytes of this packet in the datagram, header through tag
 * @pn_off: offset of the packet number from the packet's first byte
 * @type: enum quic_pkt_type
 * @first: first byte, unprotected after quic_hdr_unprotect()
 * @dcid_len: 0..20 (0..255 when @version is one that we do not speak)
 * @scid_len: likewise
 * @pn_len: 1..4, valid after quic_hdr_unprotect()
 */
struct quic_hdr {
	const u8 *dcid;
	const u8 *scid;
	const u8 *token;
	u32 pn;
	u32 token_len;
	u32 version;
	u32 len;
	u32 pn_off;
	u8 type;
	u8 first;
	u8 dcid_len;
	u8 scid_len;
	u8 pn_len;
};

/**
 * quic_hdr_parse() - read what header protection leaves readable
 * @data: the datagram from this packet on
 * @len: bytes at @data
 * @short_cid_len: length of the connection ids that this endpoint issues
 * @hdr: filled in on success
 *
 * Accepts versions 1 and 2 in full. Of any other version only the invariants
 * (RFC 8999) are read: @hdr->type is then %QUIC_PKT_VERSION_NEG when the
 * version is 0, or the call returns -EPROTONOSUPPORT with version, dcid and
 * scid set, for a Version Negotiation reply.
 * A packet must hold its sample: pn_off + 4 + 16 <= len (RFC 9001 5.4.2).
 *
 * Return: 0; -EBADMSG when it is no QUIC packet or cut short (drop it, and
 * the rest of the datagram); -EPROTONOSUPPORT as above.
 */
int quic_hdr_parse(const u8 *data, size_t len, unsigned int short_cid_len,
		   struct quic_hdr *hdr);

/**
 * quic_hdr_parse_greased() - quic_hdr_parse(), whatever the fixed bit says
 * @data: the datagram from this packet on
 * @len: bytes at @data
 * @short_cid_len: length of the connection ids that this endpoint issues
 * @hdr: filled in on success
 *
 * RFC 9287 3: for an endpoint that announced grease_quic_bit.
 *
 * Return: as quic_hdr_parse().
 */
int quic_hdr_parse_greased(const u8 *data, size_t len,
			   unsigned int short_cid_len, struct quic_hdr *hdr);

/**
 * quic_hdr_unprotect() - take header protection off, in place (RFC 9001 5.4)
 * @pkt: first byte of the packet; its first byte and packet number are changed
 * @hdr: as quic_hdr_parse() left it; first, pn_len and pn are set
 * @mask: 5 mask bytes
 */
void quic_hdr_unprotect(u8 *pkt, struct quic_hdr *hdr, const u8 *mask);

/**
 * quic_hdr_parse_clear() - read a short header that has no protection
 * @data: the packet, up to the datagram's end
 * @len: bytes at @data
 * @cid_len: length of the connection ids that this endpoint issues
 * @hdr: filled in on success, with what quic_hdr_unprotect() sets, too
 *
 * It need not hold a sample. The fixed bit is not looked at.
 *
 * Return: 0; -EBADMSG for another header, or when it is cut short.
 */
int quic_hdr_parse_clear(const u8 *data, size_t len, unsigned int cid_len,
			 struct quic_hdr *hdr);

/**
 * quic_hdr_renumber() - turn the copy of an unprotected header into the next
 * @pkt: first byte of the packet
 * @pn_off: offset of the packet number
 * @pn_len: its length, 1..4 bytes, as before
 * @pn: full packet number
 * @clear_fixed: leave the fixed bit 0 (RFC 9287 3)
 */
void quic_hdr_renumber(u8 *pkt, unsigned int pn_off, unsigned int pn_len,
		       u64 pn, bool clear_fixed);

/**
 * quic_hdr_protect() - put header protection on, in place (RFC 9001 5.4)
 * @pkt: first byte of the packet
 * @pn_off: offset of the packet number
 * @mask: 5 mask bytes
 */
void quic_hdr_protect(u8 *pkt, unsigned int pn_off, const u8 *mask);

/* Reserved bits of an unprotected first byte; must be 0 (RFC 9000 17). */
static inline u8 quic_hdr_reserved(const struct quic_hdr *hdr)
{
	return hdr->first & (hdr->type == QUIC_PKT_SHORT ? 0x18 : 0x0c);
}

/* RFC 9000 17.2, 17.3.1: 1, unless the peer greases it (RFC 9287) */
static inline bool quic_hdr_fixed(const struct quic_hdr *hdr)
{
	return hdr->first & 0x40;
}

static inline bool quic_hdr_key_phase(const struct quic_hdr *hdr)
{
	return hdr->first & 0x04;
}

/**
 * struct quic_hdr_build - what quic_hdr_build() needs
 * @dcid: destination connection id
 * @scid: source connection id; unused in a short header
 * @token: Initial only; may be NULL
 * @pn: full packet number
 * @token_len: bytes at @token
 * @version: QUIC_V1 or QUIC_V2
 * @payload_len: plaintext payload, without tag (long headers: Length field)
 * @type: INITIAL, 0RTT, HANDSHAKE or SHORT
 * @pn_len: 1..4
 * @key_phase: short header only
 * @spin: short header only
 * @clear_fixed: leave the fixed bit 0 (RFC 9287 3)
 */
struct quic_hdr_build {
	const struct quic_cid *dcid;
	const struct quic_cid *scid;
	const u8 *token;
	u64 pn;
	u32 token_len;
	u32 version;
	u32 payload_len;
	u8 type;
	u8 pn_len;
	bool key_phase;
	bool spin;
	bool clear_fixed;
};

/**
 * quic_hdr_build() - lay out an unprotected header
 * @wr: room; a long header's Length field always takes 2 bytes
 * @b: contents
 *
 * Return: offset of the packet number from the header's first byte, or
 * -ENOSPC (nothing written).
 */
int quic_hdr_build(struct quic_wr *wr, const struct quic_hdr_build *b);

/* Bytes that quic_hdr_build() would write. */
unsigned int quic_hdr_size(const struct quic_hdr_build *b);

/**
 * quic_hdr_build_version_neg() - Version Negotiation packet (RFC 9000 17.2.1)
 * @wr: room
 * @dcid: bytes of the client's source connection id, 0..255
 * @dcid_len: their count
 * @scid: bytes of the client's destination connection id
 * @scid_len: their count
 * @only: the version to offer; 0: versions 1 and 2
 * @rnd: random byte for the unused bits
 *
 * A reserved version is offered, too (RFC 9000 6.3).
 * Return: 0 or -ENOSPC.
 */
int quic_hdr_build_version_neg(struct quic_wr *wr, const u8 *dcid,
			       u8 dcid_len, const u8 *scid, u8 scid_len,
			       u32 only, u8 rnd);

/**
 * quic_hdr_build_retry() - Retry packet without its tag (RFC 9000 17.2.5)
 * @wr: room; @wr->p is behind the token afterwards, where the tag goes
 * @version: of the client's Initial (RFC 9369 4.1)
 * @dcid: the client's source connection id
 * @dcid_len: bytes
 * @scid: new destination id for the client
 * @token: Retry token
 * @token_len: bytes
 * @rnd: random byte for the unused bits
 *
 * Return: 0 or -ENOSPC.
 */
int quic_hdr_build_retry(struct quic_wr *wr, u32 version, const u8 *dcid,
			 u8 dcid_len, const struct quic_cid *scid,
			 const u8 *token, u32 token_len, u8 rnd);

#endif

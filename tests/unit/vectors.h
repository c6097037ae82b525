/* SPDX-License-Identifier: GPL-2.0-only */
/* RFC 9001 Appendix A and RFC 9369 Appendix A, in hex, tables and vectors. */
#ifndef _TESTS_UNIT_VECTORS_H
#define _TESTS_UNIT_VECTORS_H

#include "quic/core/header.h"

/*
 * One packet: header before and after header protection, the mask in between,
 * and the size of the whole.
 */
struct header_vector {
	const char *name;
	const char *plain;
	const char *mask;
	const char *protected;
	const char *dcid;
	const char *scid;
	u64 pn;
	u32 version;
	u32 pn_off;
	u32 packet_len;
	u8 type;
	u8 pn_len;
};

static const struct header_vector header_vectors[] = {
	{
		.name = "RFC 9001 A.2",
		.plain = "c300000001088394c8f03e5157080000449e00000002",
		.mask = "437b9aec36",
		.protected = "c000000001088394c8f03e5157080000449e7b9aec34",
		.dcid = "8394c8f03e515708", .scid = "",
		.pn = 2, .version = QUIC_V1, .pn_off = 18,
		.packet_len = 1200, .type = QUIC_PKT_INITIAL, .pn_len = 4,
	}, {
		.name = "RFC 9001 A.3",
		.plain = "c1000000010008f067a5502a4262b50040750001",
		.mask = "2ec0d8356a",
		.protected = "cf000000010008f067a5502a4262b5004075c0d9",
		.dcid = "", .scid = "f067a5502a4262b5",
		.pn = 1, .version = QUIC_V1, .pn_off = 18,
		.packet_len = 135, .type = QUIC_PKT_INITIAL, .pn_len = 2,
	}, {
		.name = "RFC 9001 A.5",
		.plain = "4200bff4",
		.mask = "aefefe7d03",
		.protected = "4cfe4189",
		.dcid = "", .scid = "",
		.pn = 654360564, .version = 0, .pn_off = 1,
		.packet_len = 21, .type = QUIC_PKT_SHORT, .pn_len = 3,
	}, {
		.name = "RFC 9369 A.2",
		.plain = "d36b3343cf088394c8f03e5157080000449e00000002",
		.mask = "94a0c95e80",
		.protected = "d76b3343cf088394c8f03e5157080000449ea0c95e82",
		.dcid = "8394c8f03e515708", .scid = "",
		.pn = 2, .version = QUIC_V2, .pn_off = 18,
		.packet_len = 1200, .type = QUIC_PKT_INITIAL, .pn_len = 4,
	}, {
		.name = "RFC 9369 A.3",
		.plain = "d16b3343cf0008f067a5502a4262b50040750001",
		.mask = "4dd92e91ea",
		.protected = "dc6b3343cf0008f067a5502a4262b5004075d92f",
		.dcid = "", .scid = "f067a5502a4262b5",
		.pn = 1, .version = QUIC_V2, .pn_off = 18,
		.packet_len = 135, .type = QUIC_PKT_INITIAL, .pn_len = 2,
	}, {
		.name = "RFC 9369 A.5",
		.plain = "4200bff4",
		.mask = "97580e32bf",
		.protected = "5558b1c6",
		.dcid = "", .scid = "",
		.pn = 654360564, .version = 0, .pn_off = 1,
		.packet_len = 21, .type = QUIC_PKT_SHORT, .pn_len = 3,
	},
};

/* RFC 9001 A.4, RFC 9369 A.4: Retry; token "token", then the integrity tag */
static const char retry_v1_hex[] =
	"ff000000010008f067a5502a4262b5746f6b656e"
	"04a265ba2eff4d829058fb3f0f2496ba";
static const char retry_v2_hex[] =
	"cf6b3343cf0008f067a5502a4262b5746f6b656e"
	"c8646ce8bfe33952d955543665dcc7b6";

/* RFC 9001 A.2: the CRYPTO frame in the client's Initial */
static const char client_crypto_hex[] =
	"060040f1010000ed0303ebf8fa56f129 39b9584a3896472ec40bb863cfd3e868"
	"04fe3a47f06a2b69484c000004130113 02010000c000000010000e00000b6578"
	"616d706c652e636f6dff01000100000a 00080006001d00170018001000070005"
	"04616c706e0005000501000000000033 00260024001d00209370b2c9caa47fba"
	"baf4559fedba753de171fa71f50f1ce1 5d43e994ec74d748002b000302030400"
	"0d0010000e0403050306030203080408 050806002d00020101001c0002400100"
	"3900320408ffffffffffffffff050480 00ffff07048000ffff08011001048000"
	"75300901100f088394c8f03e51570806 048000ffff";

/* The transport parameters in there: offset in the frame, length */
#define CLIENT_TPARAMS_OFF	195
#define CLIENT_TPARAMS_LEN	50

/* RFC 9001 A.3: payload of the server's Initial: an ACK and a CRYPTO frame */
static const char server_payload_hex[] =
	"02000000000600405a020000560303ee fce7f7b37ba1d1632e96677825ddf739"
	"88cfc79825df566dc5430b9a045a1200 130100002e00330024001d00209d3c94"
	"0d89690b84d08a60993c144eca684d10 81287c834d5311bcf32bb9da1a002b00"
	"020304";

#endif

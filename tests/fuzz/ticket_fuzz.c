// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages after the handshake: whole or in pieces, the verdict is the same.
 * Input: size of the pieces, then the server's 1-RTT CRYPTO stream.
 */
#include "quic/core/ticket.h"

#include "fuzz.h"
#include "tests/unit/env_user.h"

static enum quic_err feed(struct quic_tickets *t, const u8 *data, size_t size,
			  size_t step)
{
	enum quic_err err = QUIC_ERR_NONE;
	size_t n;

	memset(t, 0, sizeof(*t));
	for (; size && !err; data += n, size -= n) {
		n = min(step, size);
		err = quic_tickets_add(t, data, n);
		MUST(t->whole <= t->len && t->whole <= QUIC_TICKETS_BYTES);
		MUST(t->len <= sizeof(t->data));
		MUST(err || !t->skip || t->len == t->whole);
	}
	return err;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct quic_tickets one, many;

	if (size < 2)
		return 0;
	MUST(feed(&one, data + 1, size - 1, size) ==
	     feed(&many, data + 1, size - 1, 1 + data[0]));
	MUST(one.whole == many.whole);
	MUST(!memcmp(one.data, many.data, one.whole));
	return 0;
}

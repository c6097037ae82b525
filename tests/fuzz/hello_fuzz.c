// SPDX-License-Identifier: GPL-2.0-only
/*
 * ClientHellos in two CRYPTO frames. Input: where the first one ends, the
 * message. What is found lies within what came.
 */
#include "quic/core/hello.h"

#include "fuzz.h"

static bool within(const struct quic_hello *h, const u8 *p, u16 len)
{
	return !len || (p >= h->data && p + len <= h->data + h->have.r[0].end);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct quic_hello h;
	struct quic_hello_names n;
	size_t cut;
	int err;

	if (size < 2)
		return 0;
	cut = min_t(size_t, (data[0] << 8 | data[1]), size - 2);
	data += 2;
	size -= 2;
	quic_hello_init(&h);
	MUST(!quic_hello_add(&h, cut, data + cut, size - cut, GFP_KERNEL));
	MUST(!quic_hello_add(&h, 0, data, cut, GFP_KERNEL));
	err = quic_hello_find(&h, &n);
	MUST(!err || err == -EAGAIN || err == -EBADMSG);
	if (!err) {
		MUST(within(&h, n.alpn, n.alpn_len));
		MUST(within(&h, n.sni, n.sni_len));
		quic_hello_offers(n.alpn, n.alpn_len, "h3,doq", 6);
	}
	quic_hello_free(&h);
	return 0;
}

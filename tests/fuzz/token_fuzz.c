// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contents of address validation tokens; those that parse are built again and
 * have to be the same bytes. Input: the kind, what was sealed.
 */
#include "quic/core/token.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 out[QUIC_TOKEN_TEXT_MAX];
	struct quic_wr wr = { out, out + sizeof(out) };
	struct quic_token t, before;
	u8 *text;
	bool ok;

	if (!size)
		return 0;
	text = fuzz_copy(data + 1, size - 1);
	memset(&t, 0x5a, sizeof(t));
	before = t;
	ok = quic_token_parse(text, size - 1, data[0], &t);
	if (ok) {
		MUST(t.addr_len == 4 || t.addr_len == 16);
		MUST(t.odcid.len <= 20 && t.rscid.len <= 20);
		MUST(!quic_token_build(&wr, &t));
		MUST((size_t)(wr.p - out) == size - 1);
		MUST(!memcmp(out, text, size - 1));
		MUST(quic_token_fits(&t, &t, 0));
	} else {
		MUST(!memcmp(&t, &before, sizeof(t)));
	}
	free(text);
	return 0;
}

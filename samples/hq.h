/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_HQ_H
#define SAMPLES_HQ_H

#include "fetch.h"

/**
 * DOC: HTTP/0.9 over QUIC
 *
 * What implementations of QUIC test each other with, ALPN "hq-interop". The
 * client opens a bidirectional stream for each file:
 *
 *   GET /name\r\n FIN             reply: bytes FIN
 *
 * There are no errors in it: the server ends the connection.
 */
#define HQ_ALPN	"hq-interop"

extern const struct fetch_protocol hq_protocol;

#endif

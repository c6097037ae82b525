/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libquic: TLS 1.3 handshakes, by GnuTLS, for kernel QUIC sockets, and thin
 * wrappers for sending and receiving on streams.
 *
 * Errors: functions that return int return 0, a negative errno or a negative
 * GnuTLS code (GNUTLS_E_*); the log says which and why. The two ssize_t
 * functions behave as sendmsg(2) and recvmsg(2) do.
 *
 * Threads: different sockets and sessions may be used at the same time; one
 * session may not. The log settings are process-wide.
 */
#ifndef _NETINET_QUIC_H
#define _NETINET_QUIC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <gnutls/gnutls.h>
#include <linux/tls.h>
#include <linux/quic.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * GnuTLS priority of a session for QUIC: TLS 1.3 only (RFC 9001 4.2), no
 * middlebox compatibility mode (RFC 9001 8.4). The AEADs have a header
 * protection (RFC 9001 5.3#1); others in a ClientHello are passed over
 * (RFC 9001 5.3#2).
 */
#define QUIC_PRIORITY \
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:%DISABLE_TLS13_COMPAT_MODE:" \
	"-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:" \
	"+AES-128-CCM:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:" \
	"+GROUP-SECP384R1:+GROUP-SECP521R1:+ECDHE-PSK:+PSK"

/**
 * enum quic_handshake_step_op - system call a step asks for
 * @QUIC_HANDSHAKE_STEP_OP_SENDMSG: sendmsg(2), see s_sendmsg
 * @QUIC_HANDSHAKE_STEP_OP_RECVMSG: recvmsg(2), see s_recvmsg
 */
enum quic_handshake_step_op {
	QUIC_HANDSHAKE_STEP_OP_SENDMSG = 1,
	QUIC_HANDSHAKE_STEP_OP_RECVMSG = 2,
};

/**
 * struct quic_handshake_step_sendmsg - arguments and result of sendmsg(2)
 * @msg: what to send; owned by the library
 * @flags: flags for the call
 * @retval: set by the caller: bytes sent or -errno, never -EINTR or -EAGAIN
 */
struct quic_handshake_step_sendmsg {
	const struct msghdr *msg;
	int flags;
	ssize_t retval;
};

/**
 * struct quic_handshake_step_recvmsg - arguments and result of recvmsg(2)
 * @msg: where to receive; owned by the library
 * @flags: flags for the call
 * @retval: set by the caller: bytes received or -errno, never -EINTR or
 *	-EAGAIN
 */
struct quic_handshake_step_recvmsg {
	struct msghdr *msg;
	int flags;
	ssize_t retval;
};

/**
 * struct quic_handshake_step - what the caller has to do next
 * @op: which member of the union holds
 * @s_sendmsg: of QUIC_HANDSHAKE_STEP_OP_SENDMSG
 * @s_recvmsg: of QUIC_HANDSHAKE_STEP_OP_RECVMSG
 */
struct quic_handshake_step {
	enum quic_handshake_step_op op;
	union {
		struct quic_handshake_step_sendmsg s_sendmsg;
		struct quic_handshake_step_recvmsg s_recvmsg;
	};
};

/**
 * quic_client_handshake - do the handshake on a connected socket
 * @sockfd: QUIC socket on which connect(2) succeeded; may be non-blocking
 * @pkey_file: file of pre-shared keys, lines "identity:hex", of which the
 *	first is used; NULL: X.509, with the certificate checked
 * @hostname: name the server's certificate must carry, and the server name
 *	sent to it; NULL: the certificate must carry the peer's IP address
 * @alpns: protocols to offer, "a,b", at most 128 bytes; one of them must be
 *	agreed on. NULL: the application knows its protocol in another way
 *
 * The certificate is checked against the system's trust store, or against
 * the PEM file that the environment variable SSL_CERT_FILE names.
 *
 * When it fails, the reason is recorded in the socket and close(2) tells the
 * peer (RFC 9001 4.8).
 *
 * Return: 0, -errno or a GnuTLS code; GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR
 * when the certificate does not hold.
 */
int quic_client_handshake(int sockfd, const char *pkey_file,
			  const char *hostname, const char *alpns);

/**
 * quic_client_handshake_ca - quic_client_handshake() with trust given
 * @sockfd: as there
 * @ca_file: PEM file of the certificates to trust, and no others
 * @hostname: as there
 * @alpns: as there
 *
 * An extension of ours.
 *
 * Return: as quic_client_handshake().
 */
int quic_client_handshake_ca(int sockfd, const char *ca_file,
			     const char *hostname, const char *alpns);

/**
 * quic_server_handshake - do the handshake on an accepted socket
 * @sockfd: QUIC socket that accept(2) returned; may be non-blocking
 * @pkey_file: PEM file of the private key; without @cert_file the file of
 *	pre-shared keys, lines "identity:hex"
 * @cert_file: PEM file of the certificate chain; NULL: pre-shared keys
 * @alpns: protocols to accept, "a,b", the first common one wins; NULL: any
 *
 * Return: 0, -errno or a GnuTLS code.
 */
int quic_server_handshake(int sockfd, const char *pkey_file,
			  const char *cert_file, const char *alpns);

/**
 * struct quic_client_config - all that a client's handshake can be asked for
 * @size: sizeof(struct quic_client_config)
 * @ca_file: PEM file of the certificates to trust; NULL: as for
 *	quic_client_handshake()
 * @psk_file: pre-shared keys instead of certificates, or NULL
 * @cert_file: PEM file of the client's own certificate chain, for a server
 *	that asks for one, or NULL
 * @pkey_file: PEM file of its private key
 * @hostname: as for quic_client_handshake()
 * @alpns: as there
 * @session: what quic_client_save() gave of an earlier connection to this
 *	server, or NULL; version of QUIC, protocol, @hostname, and @ca_file or
 *	@psk_file must be the same, else the handshake is a full one
 * @session_len: bytes at @session
 * @early_data: called from quic_client_run() when early data (0-RTT) can be
 *	sent on the socket, if it can; NULL: no early data. An attacker can
 *	have the server see it more than once (RFC 9001 9.2): send only what
 *	does no harm then. Returns 0, or -errno to give up the handshake
 * @early_arg: argument of @early_data
 *
 * Strings and @session are needed during quic_client_new() only.
 */
struct quic_client_config {
	size_t size;
	const char *ca_file;
	const char *psk_file;
	const char *cert_file;
	const char *pkey_file;
	const char *hostname;
	const char *alpns;
	const void *session;
	size_t session_len;
	int (*early_data)(int sockfd, void *arg);
	void *early_arg;
};

struct quic_client;

/**
 * quic_client_new - a handshake with everything
 * @client: set to it
 * @sockfd: QUIC socket on which connect(2) succeeded
 * @config: what is asked for
 *
 * An extension of ours, as the other functions of quic_client and
 * quic_server.
 *
 * Return: 0, -errno or a GnuTLS code.
 */
int quic_client_new(struct quic_client **client, int sockfd,
		    const struct quic_client_config *config);

/**
 * quic_client_run - do the handshake
 * @client: the client
 *
 * Data that was sent early and is rejected is sent again by the kernel, in
 * the same streams. QUIC_SOCKOPT_EARLY_DATA tells what became of it.
 *
 * When the server does not speak the version that the socket began with, this
 * begins again in the one that the kernel chose of the server's offer (RFC
 * 9000 6.2), once, with a new TLS session: a full handshake.
 *
 * Return: as quic_client_handshake().
 */
int quic_client_run(struct quic_client *client);

/**
 * quic_client_save - what a later connection needs to resume this one
 * @client: the client, its handshake complete
 * @data: room
 * @size: its bytes; set to the bytes needed
 *
 * The session ticket comes a round trip after the handshake. Call this soon
 * after it came: GnuTLS counts its age from here, and a server refuses early
 * data when the ages differ by more than 10 seconds. The bytes are secret.
 *
 * Return: 0; -ENODATA: no ticket has come yet; -ENOSPC: see @size; -errno or
 * a GnuTLS code.
 */
int quic_client_save(struct quic_client *client, void *data, size_t *size);

/**
 * quic_client_free - free a client; the socket stays
 * @client: the client or NULL
 */
void quic_client_free(struct quic_client *client);

/**
 * struct quic_server_config - all that a server's handshakes can do
 * @size: sizeof(struct quic_server_config)
 * @pkey_file: as for quic_server_handshake()
 * @cert_file: as there
 * @alpns: as there
 * @ca_file: PEM file of the authorities of client certificates; NULL: the
 *	one that SSL_CERT_FILE names, else the system's
 * @client_cert: a client certificate is 0: not asked for (unless the socket's
 *	certificate_request says otherwise), 1: asked for, 2: required. One
 *	that is sent is always checked
 * @early_data: 1: accept early data; @alpns must then be one name
 */
struct quic_server_config {
	size_t size;
	const char *pkey_file;
	const char *cert_file;
	const char *alpns;
	const char *ca_file;
	int client_cert;
	int early_data;
};

struct quic_server;

/**
 * quic_server_new - what the handshakes of a server have in common
 * @server: set to it
 * @config: what they do
 *
 * Make it before connections are accepted, and before fork(2): early data is
 * accepted only with session tickets that were issued afterwards. A process
 * that serves many connections accepts it, for the same reason, only with
 * tickets that are a few seconds old (GnuTLS 3.7 forgets what was before);
 * one process for each connection has no such limit.
 *
 * Return: 0; -EINVAL; -ENOMEM; -errno or a GnuTLS code when certificate and
 * key, or the pre-shared keys, cannot be used.
 */
int quic_server_new(struct quic_server **server,
		    const struct quic_server_config *config);

/**
 * quic_server_run - do the handshake on an accepted socket
 * @server: the server; not in two threads at a time
 * @sockfd: QUIC socket that accept(2) returned; may be non-blocking
 *
 * Sends a session ticket when the kernel has a key for it.
 *
 * Return: as quic_server_handshake().
 */
int quic_server_run(struct quic_server *server, int sockfd);

/**
 * quic_server_free - free a server
 * @server: the server or NULL
 */
void quic_server_free(struct quic_server *server);

/**
 * quic_handshake - do the handshake of a session the caller made
 * @session: its priority should be QUIC_PRIORITY, its socket is set by
 *	gnutls_transport_set_int(). A client needs GNUTLS_NO_END_OF_EARLY_DATA
 *	to use 0-RTT (RFC 9001 8.3). Credentials, the check of certificates and
 *	the protocols are the caller's. The session pointer stays the caller's
 *
 * Return: 0, -errno or a GnuTLS code. A client's -EPROTONOSUPPORT means that
 * the kernel has begun again in another version (RFC 9000 6.2): make a new
 * session, which resumes none, and call again on the same socket; a second
 * one is final.
 */
int quic_handshake(gnutls_session_t session);

/**
 * quic_handshake_init - begin a handshake whose system calls the caller does
 * @session: see quic_handshake()
 * @step: set to the first step
 *
 * Socket options are set and read by the library on the session's socket;
 * they do not block. After an error there is nothing to undo.
 *
 * Return: 0, -errno (-EBUSY: the session has had a handshake) or a GnuTLS
 * code.
 */
int quic_handshake_init(gnutls_session_t session,
			struct quic_handshake_step **step);

/**
 * quic_handshake_step - take the result of a step, say what comes next
 * @session: the session
 * @step: the step that was done, its retval filled in; set to the next one,
 *	or to NULL when the handshake is complete
 *
 * Return: 0, -errno or a GnuTLS code. After an error the handshake is over
 * and only quic_handshake_deinit() is left to do.
 */
int quic_handshake_step(gnutls_session_t session,
			struct quic_handshake_step **step);

/**
 * quic_handshake_deinit - free what quic_handshake_init() made
 * @session: the session; may be one that never had a handshake
 *
 * Must precede gnutls_deinit().
 */
void quic_handshake_deinit(gnutls_session_t session);

/**
 * quic_session_get_data - what a later connection needs to resume this one
 * @session: session of a client whose handshake is complete and whose socket
 *	is still set
 * @data: buffer
 * @size: its size in bytes; set to the size of the data
 *
 * Takes the session ticket from the socket, if one arrived.
 *
 * Return: 0; -ENODATA: no ticket has arrived yet; a GnuTLS code:
 * GNUTLS_E_SHORT_MEMORY_BUFFER with @size the size needed.
 */
int quic_session_get_data(gnutls_session_t session, void *data, size_t *size);

/**
 * quic_session_set_data - resume an earlier connection
 * @session: session of a client, before its handshake
 * @data: what quic_session_get_data() gave
 * @size: its size in bytes
 *
 * Return: 0 or a GnuTLS code.
 */
int quic_session_set_data(gnutls_session_t session, const void *data,
			  size_t size);

/**
 * quic_session_get_alpn - protocol that was agreed on
 * @session: session whose handshake is complete
 * @data: buffer; the name is not ended by a zero byte
 * @size: its size in bytes; set to the size of the name
 *
 * Return: 0; -ENODATA: none was agreed on; -ENOSPC with @size the size needed.
 */
int quic_session_get_alpn(gnutls_session_t session, void *data, size_t *size);

/**
 * quic_session_set_alpn - protocols to offer or to accept
 * @session: session before its handshake
 * @data: comma-separated names, spaces around a name ignored
 * @size: bytes of @data, 1 to 128; an ending zero byte may be included
 *
 * At most 8 names of 1 to 32 bytes. A server refuses a client with which it
 * has none in common.
 *
 * Return: 0, -EINVAL or a GnuTLS code.
 */
int quic_session_set_alpn(gnutls_session_t session, const void *data,
			  size_t size);

/**
 * quic_sendmsg - send on a stream
 * @sockfd: QUIC socket
 * @msg: bytes to send
 * @len: how many
 * @sid: stream id; -1: the kernel chooses, see MSG_QUIC_STREAM_NEW
 * @flags: MSG_QUIC_STREAM_* and MSG_* flags. With MSG_QUIC_DATAGRAM the
 *	bytes go as one datagram (RFC 9221) and @sid means nothing
 *
 * Return: bytes sent, or -1 and errno.
 */
ssize_t quic_sendmsg(int sockfd, const void *msg, size_t len, int64_t sid,
		     uint32_t flags);

/**
 * quic_recvmsg - receive from whichever stream has data
 * @sockfd: QUIC socket
 * @msg: buffer
 * @len: its size in bytes
 * @sid: set to the stream id, or -1 for what belongs to none; may be NULL
 * @flags: MSG_* flags for the call; set to the flags received:
 *	MSG_QUIC_STREAM_FIN at the end of a stream, MSG_QUIC_NOTIFICATION,
 *	MSG_QUIC_DATAGRAM. May be NULL
 *
 * Return: bytes received, or -1 and errno.
 */
ssize_t quic_recvmsg(int sockfd, void *msg, size_t len, int64_t *sid,
		     uint32_t *flags);

/**
 * typedef quic_set_log_func_t - receives one line of log, without newline
 * @level: LOG_ERR to LOG_DEBUG of <syslog.h>
 * @msg: the text; never holds a key or a secret
 */
typedef void (*quic_set_log_func_t)(int level, const char *msg);

/**
 * quic_set_log_func - where the log goes
 * @func: function to call, or NULL for nowhere, which is the default
 *
 * Return: the function before.
 */
quic_set_log_func_t quic_set_log_func(quic_set_log_func_t func);

/**
 * quic_set_log_level - how much is logged
 * @level: the highest level of <syslog.h> wanted; LOG_ERR by default
 *
 * Return: the level before.
 */
int quic_set_log_level(int level);

#ifdef __cplusplus
}
#endif

#endif /* _NETINET_QUIC_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The socket ABI's numbers and layouts, as literals. Most of it is checked
 * by the compiler; the program prints TAP so that the check is counted.
 */
#include <assert.h>
#include <stddef.h>
#include <stdio.h>

#include <linux/quic.h>

#define SIZE(type, size) \
	static_assert(sizeof(type) == (size), #type ": size")
#define AT(type, member, offset) \
	static_assert(offsetof(type, member) == (offset), \
		       #type "." #member ": offset")
#define VALUE(name, value) \
	static_assert((name) == (value), #name ": value")

VALUE(IPPROTO_QUIC, 261);
VALUE(SOL_QUIC, 288);
VALUE(QUIC_VERSION_V1, 1);
VALUE(QUIC_VERSION_V2, 0x6b3343cf);

VALUE(MSG_QUIC_STREAM_NEW, 0x400);
VALUE(MSG_QUIC_STREAM_FIN, 0x200);
VALUE(MSG_QUIC_STREAM_UNI, 0x800);
VALUE(MSG_QUIC_STREAM_DONTWAIT, 0x10000);
VALUE(MSG_QUIC_STREAM_SNDBLOCK, 0x2000);
VALUE(MSG_QUIC_DATAGRAM, 0x1000);
VALUE(MSG_QUIC_NOTIFICATION, 0x8000);

VALUE(QUIC_STREAM_INFO, 0);
VALUE(QUIC_HANDSHAKE_INFO, 1);
VALUE(QUIC_CRYPTO_APP, 0);
VALUE(QUIC_CRYPTO_INITIAL, 1);
VALUE(QUIC_CRYPTO_HANDSHAKE, 2);
VALUE(QUIC_CRYPTO_EARLY, 3);
VALUE(QUIC_CRYPTO_MAX, 4);
VALUE(QUIC_STREAM_TYPE_SERVER_MASK, 1);
VALUE(QUIC_STREAM_TYPE_UNI_MASK, 2);
VALUE(QUIC_STREAM_TYPE_MASK, 3);

VALUE(QUIC_SOCKOPT_EVENT, 0);
VALUE(QUIC_SOCKOPT_STREAM_OPEN, 1);
VALUE(QUIC_SOCKOPT_STREAM_RESET, 2);
VALUE(QUIC_SOCKOPT_STREAM_STOP_SENDING, 3);
VALUE(QUIC_SOCKOPT_CONNECTION_ID, 4);
VALUE(QUIC_SOCKOPT_CONNECTION_CLOSE, 5);
VALUE(QUIC_SOCKOPT_CONNECTION_MIGRATION, 6);
VALUE(QUIC_SOCKOPT_KEY_UPDATE, 7);
VALUE(QUIC_SOCKOPT_TRANSPORT_PARAM, 8);
VALUE(QUIC_SOCKOPT_CONFIG, 9);
VALUE(QUIC_SOCKOPT_TOKEN, 10);
VALUE(QUIC_SOCKOPT_ALPN, 11);
VALUE(QUIC_SOCKOPT_SESSION_TICKET, 12);
VALUE(QUIC_SOCKOPT_CRYPTO_SECRET, 13);
VALUE(QUIC_SOCKOPT_TRANSPORT_PARAM_EXT, 14);

SIZE(struct quic_handshake_info, 1);
SIZE(struct quic_stream_info, 16);
AT(struct quic_stream_info, stream_flags, 8);

SIZE(struct quic_transport_param, 56);
AT(struct quic_transport_param, disable_active_migration, 1);
AT(struct quic_transport_param, grease_quic_bit, 2);
AT(struct quic_transport_param, stateless_reset, 3);
AT(struct quic_transport_param, disable_1rtt_encryption, 4);
AT(struct quic_transport_param, disable_compatible_version, 5);
AT(struct quic_transport_param, active_connection_id_limit, 6);
AT(struct quic_transport_param, ack_delay_exponent, 7);
AT(struct quic_transport_param, max_datagram_frame_size, 8);
AT(struct quic_transport_param, max_udp_payload_size, 10);
AT(struct quic_transport_param, max_idle_timeout, 12);
AT(struct quic_transport_param, max_ack_delay, 16);
AT(struct quic_transport_param, max_streams_bidi, 20);
AT(struct quic_transport_param, max_streams_uni, 22);
AT(struct quic_transport_param, max_data, 24);
AT(struct quic_transport_param, max_stream_data_bidi_local, 32);
AT(struct quic_transport_param, max_stream_data_bidi_remote, 40);
AT(struct quic_transport_param, max_stream_data_uni, 48);

SIZE(struct quic_config, 28);
AT(struct quic_config, plpmtud_probe_interval, 4);
AT(struct quic_config, initial_smoothed_rtt, 8);
AT(struct quic_config, payload_cipher_type, 12);
AT(struct quic_config, congestion_control_algo, 16);
AT(struct quic_config, validate_peer_address, 17);
AT(struct quic_config, stream_data_nodelay, 18);
AT(struct quic_config, receive_session_ticket, 19);
AT(struct quic_config, certificate_request, 20);
AT(struct quic_config, keepalive_probe_interval, 24);

SIZE(struct quic_crypto_secret, 56);
AT(struct quic_crypto_secret, level, 1);
AT(struct quic_crypto_secret, type, 4);
AT(struct quic_crypto_secret, secret, 8);
VALUE(QUIC_CRYPTO_SECRET_BUFFER_SIZE, 48);

SIZE(struct quic_errinfo, 16);
AT(struct quic_errinfo, errcode, 8);
SIZE(struct quic_connection_id_info, 12);
AT(struct quic_connection_id_info, active, 4);
AT(struct quic_connection_id_info, prior_to, 8);
SIZE(struct quic_event_option, 2);
AT(struct quic_event_option, on, 1);
SIZE(struct quic_stream_update, 24);
AT(struct quic_stream_update, state, 8);
AT(struct quic_stream_update, errcode, 12);
AT(struct quic_stream_update, finalsz, 16);
SIZE(struct quic_stream_max_data, 16);
AT(struct quic_stream_max_data, max_data, 8);
SIZE(struct quic_connection_close, 72);
AT(struct quic_connection_close, frame, 4);
AT(struct quic_connection_close, phrase, 8);
VALUE(QUIC_CLOSE_PHRASE_BUFFER_SIZE, 64);
SIZE(union quic_event, 72);

SIZE(struct quic_stats, 360);
AT(struct quic_stats, state, 8);
AT(struct quic_stats, mtu, 16);
AT(struct quic_stats, rx_gen, 48);
AT(struct quic_stats, cwnd, 56);
AT(struct quic_stats, tx_queued, 312);
AT(struct quic_stats, rx_window, 352);
VALUE(QUIC_SOCKOPT_STATS, 88);

SIZE(struct quic_early_data, 24);
AT(struct quic_early_data, packets, 8);
AT(struct quic_early_data, bytes, 16);
VALUE(QUIC_SOCKOPT_EARLY_DATA, 72);
VALUE(QUIC_SOCKOPT_TICKET_SECRET, 73);
VALUE(QUIC_SOCKOPT_REPLAY_CHECK, 74);
VALUE(QUIC_EARLY_DATA_NONE, 0);
VALUE(QUIC_EARLY_DATA_TRIED, 1);
VALUE(QUIC_EARLY_DATA_ACCEPTED, 2);
VALUE(QUIC_EARLY_DATA_REJECTED, 3);
VALUE(MSG_QUIC_EARLY_DATA, 0x400);
VALUE(QUIC_TICKET_KEY_LEN, 64);
VALUE(QUIC_TICKET_SECRET_LEN, 32);

VALUE(QUIC_CONG_ALG_RENO, 0);
VALUE(QUIC_CONG_ALG_CUBIC, 1);
VALUE(QUIC_CONG_ALG_MAX, 2);
VALUE(QUIC_EVENT_STREAM_UPDATE, 1);
VALUE(QUIC_EVENT_STREAM_MAX_DATA, 2);
VALUE(QUIC_EVENT_STREAM_MAX_STREAM, 3);
VALUE(QUIC_EVENT_CONNECTION_ID, 4);
VALUE(QUIC_EVENT_CONNECTION_CLOSE, 5);
VALUE(QUIC_EVENT_CONNECTION_MIGRATION, 6);
VALUE(QUIC_EVENT_KEY_UPDATE, 7);
VALUE(QUIC_EVENT_NEW_TOKEN, 8);
VALUE(QUIC_EVENT_NEW_SESSION_TICKET, 9);
VALUE(QUIC_STREAM_SEND_STATE_READY, 0);
VALUE(QUIC_STREAM_SEND_STATE_SEND, 1);
VALUE(QUIC_STREAM_SEND_STATE_SENT, 2);
VALUE(QUIC_STREAM_SEND_STATE_RECVD, 3);
VALUE(QUIC_STREAM_SEND_STATE_RESET_SENT, 4);
VALUE(QUIC_STREAM_SEND_STATE_RESET_RECVD, 5);
VALUE(QUIC_STREAM_RECV_STATE_RECV, 6);
VALUE(QUIC_STREAM_RECV_STATE_SIZE_KNOWN, 7);
VALUE(QUIC_STREAM_RECV_STATE_RECVD, 8);
VALUE(QUIC_STREAM_RECV_STATE_READ, 9);
VALUE(QUIC_STREAM_RECV_STATE_RESET_RECVD, 10);
VALUE(QUIC_STREAM_RECV_STATE_RESET_READ, 11);
VALUE(QUIC_TRANSPORT_ERROR_NONE, 0);
VALUE(QUIC_TRANSPORT_ERROR_INTERNAL, 1);
VALUE(QUIC_TRANSPORT_ERROR_CONNECTION_REFUSED, 2);
VALUE(QUIC_TRANSPORT_ERROR_FLOW_CONTROL, 3);
VALUE(QUIC_TRANSPORT_ERROR_STREAM_LIMIT, 4);
VALUE(QUIC_TRANSPORT_ERROR_STREAM_STATE, 5);
VALUE(QUIC_TRANSPORT_ERROR_FINAL_SIZE, 6);
VALUE(QUIC_TRANSPORT_ERROR_FRAME_ENCODING, 7);
VALUE(QUIC_TRANSPORT_ERROR_TRANSPORT_PARAM, 8);
VALUE(QUIC_TRANSPORT_ERROR_CONNECTION_ID_LIMIT, 9);
VALUE(QUIC_TRANSPORT_ERROR_PROTOCOL_VIOLATION, 0xa);
VALUE(QUIC_TRANSPORT_ERROR_INVALID_TOKEN, 0xb);
VALUE(QUIC_TRANSPORT_ERROR_APPLICATION, 0xc);
VALUE(QUIC_TRANSPORT_ERROR_CRYPTO_BUF_EXCEEDED, 0xd);
VALUE(QUIC_TRANSPORT_ERROR_KEY_UPDATE, 0xe);
VALUE(QUIC_TRANSPORT_ERROR_AEAD_LIMIT_REACHED, 0xf);
VALUE(QUIC_TRANSPORT_ERROR_NO_VIABLE_PATH, 0x10);
VALUE(QUIC_TRANSPORT_ERROR_VERSION_NEGOTIATION, 0x11);
VALUE(QUIC_TRANSPORT_ERROR_CRYPTO, 0x100);

int main(void)
{
	printf("ok 1 - layouts and numbers, checked by the compiler\n1..1\n");
	return 0;
}

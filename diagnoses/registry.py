"""All diagnoses, one line each, in the order in which a connection's verdict is looked for."""

from diagnoses.accept_queue_full import rule as accept_queue_full
from diagnoses.application_abort import rule as application_abort
from diagnoses.arp_unanswered import rule as arp_unanswered
from diagnoses.capture_drops import rule as capture_drops
from diagnoses.checksum_offload import rule as checksum_offload
from diagnoses.clean_close import rule as clean_close
from diagnoses.clock_step import rule as clock_step
from diagnoses.closed_before_answer import rule as closed_before_answer
from diagnoses.data_after_close import rule as data_after_close
from diagnoses.delayed_ack_nagle import rule as delayed_ack_nagle
from diagnoses.dns_no_answer import rule as dns_no_answer
from diagnoses.dns_nxdomain import rule as dns_nxdomain
from diagnoses.dns_port_unreachable import rule as dns_port_unreachable
from diagnoses.dns_refused import rule as dns_refused
from diagnoses.dns_servfail import rule as dns_servfail
from diagnoses.dns_slow import rule as dns_slow
from diagnoses.dns_truncated_tcp_blocked import rule as dns_truncated_tcp_blocked
from diagnoses.duplicate_frames import rule as duplicate_frames
from diagnoses.fast_retransmission import rule as fast_retransmission
from diagnoses.fin_unanswered import rule as fin_unanswered
from diagnoses.form import ConnectionRule, GroupRule, QualityRule
from diagnoses.gave_up_retransmitting import rule as gave_up_retransmitting
from diagnoses.half_close_stuck import rule as half_close_stuck
from diagnoses.half_open_reset import rule as half_open_reset
from diagnoses.half_open_silent import rule as half_open_silent
from diagnoses.handshake_ack_lost import rule as handshake_ack_lost
from diagnoses.high_latency import rule as high_latency
from diagnoses.icmp_unreachable import rule as icmp_unreachable
from diagnoses.idle_flow_dropped import rule as idle_flow_dropped
from diagnoses.idle_flow_reset_on_path import rule as idle_flow_reset_on_path
from diagnoses.idle_timeout_by_endpoint import rule as idle_timeout_by_endpoint
from diagnoses.keepalive import rule as keepalive
from diagnoses.keepalive_failed import rule as keepalive_failed
from diagnoses.no_window_scaling import rule as no_window_scaling
from diagnoses.offloaded_segments import rule as offloaded_segments
from diagnoses.one_way_capture import rule as one_way_capture
from diagnoses.ping_loss import rule as ping_loss
from diagnoses.plaintext_on_tls_port import rule as plaintext_on_tls_port
from diagnoses.pmtu_black_hole import rule as pmtu_black_hole
from diagnoses.pmtu_discovery import rule as pmtu_discovery
from diagnoses.port_closed import rule as port_closed
from diagnoses.port_reuse_ignored import rule as port_reuse_ignored
from diagnoses.port_scan import rule as port_scan
from diagnoses.refused_on_path import rule as refused_on_path
from diagnoses.refused_sender_unknown import rule as refused_sender_unknown
from diagnoses.reordering import rule as reordering
from diagnoses.reset_after_close import rule as reset_after_close
from diagnoses.reset_by_own_timeout import rule as reset_by_own_timeout
from diagnoses.reset_on_path import rule as reset_on_path
from diagnoses.reset_sender_unknown import rule as reset_sender_unknown
from diagnoses.routing_loop import rule as routing_loop
from diagnoses.simultaneous_close import rule as simultaneous_close
from diagnoses.slow_server import rule as slow_server
from diagnoses.spurious_retransmission import rule as spurious_retransmission
from diagnoses.starts_midstream import rule as starts_midstream
from diagnoses.syn_ack_lost import rule as syn_ack_lost
from diagnoses.syn_flood import rule as syn_flood
from diagnoses.syn_unanswered import rule as syn_unanswered
from diagnoses.tail_loss_probe import rule as tail_loss_probe
from diagnoses.timeout_retransmission import rule as timeout_retransmission
from diagnoses.tls_certificate_rejected import rule as tls_certificate_rejected
from diagnoses.tls_handshake_failed import rule as tls_handshake_failed
from diagnoses.tls_no_common_version import rule as tls_no_common_version
from diagnoses.truncated_frames import rule as truncated_frames
from diagnoses.ttl_expired import rule as ttl_expired
from diagnoses.udp_port_unreachable import rule as udp_port_unreachable
from diagnoses.window_full import rule as window_full
from diagnoses.zero_window import rule as zero_window
from diagnoses.zero_window_dead_peer import rule as zero_window_dead_peer
from diagnoses.zero_window_probe import rule as zero_window_probe

# Can the capture be trusted? Asked first, of the capture as a whole.
QUALITY: tuple[QualityRule, ...] = (
    duplicate_frames,
    one_way_capture,
    starts_midstream,
    capture_drops,
    truncated_frames,
    offloaded_segments,
    checksum_offload,
    clock_step,
)

# What happened to many connections together? Asked next: their members are not looked at one by one.
GROUPS: tuple[GroupRule, ...] = (port_scan, syn_flood, idle_timeout_by_endpoint)

# What happened to each connection?
CONNECTIONS: tuple[ConnectionRule, ...] = (
    dns_truncated_tcp_blocked,
    refused_on_path,
    port_closed,
    refused_sender_unknown,
    icmp_unreachable,
    routing_loop,
    ttl_expired,
    port_reuse_ignored,
    accept_queue_full,
    handshake_ack_lost,
    syn_unanswered,
    dns_port_unreachable,
    dns_no_answer,
    syn_ack_lost,
    dns_servfail,
    dns_refused,
    dns_slow,
    dns_nxdomain,
    tls_certificate_rejected,
    tls_no_common_version,
    plaintext_on_tls_port,
    tls_handshake_failed,
    keepalive_failed,
    pmtu_black_hole,
    idle_flow_dropped,
    half_open_silent,
    gave_up_retransmitting,
    idle_flow_reset_on_path,
    reset_on_path,
    half_open_reset,
    reset_by_own_timeout,
    closed_before_answer,
    data_after_close,
    application_abort,
    reset_sender_unknown,
    fin_unanswered,
    half_close_stuck,
    arp_unanswered,
    zero_window_dead_peer,
    zero_window,
    zero_window_probe,
    slow_server,
    window_full,
    delayed_ack_nagle,
    udp_port_unreachable,
    ping_loss,
    timeout_retransmission,
    fast_retransmission,
    reordering,
    high_latency,
    reset_after_close,
    keepalive,
    pmtu_discovery,
    simultaneous_close,
    clean_close,
    tail_loss_probe,
    spurious_retransmission,
    no_window_scaling,
)

CODES: tuple[str, ...] = (
    *(rule.CODE for rule in GROUPS),
    *(rule.CODE for rule in CONNECTIONS),
    *(rule.CODE for rule in QUALITY),
)

{{- define "velure.rules" -}}
{{ include "velure-lib.down-rule" (list . "critical") }}
- alert: VelureOutboxStands
  expr: max(velure_relay_oldest_unsettled_event_seconds{namespace="{{ .Release.Namespace }}"}) > 60
  for: 2m
  labels: {severity: critical}
  annotations:
    summary: The oldest event has waited for {{ "{{ $value | humanizeDuration }}" }} to be published
    description: Orders are accepted and do not move. Is the broker up, does it block publishers, do the relay's logs name a refusal?
- alert: VelureEventsParked
  expr: max(velure_relay_parked_events{namespace="{{ .Release.Namespace }}"}) > 0
  for: 1m
  labels: {severity: warning}
  annotations:
    summary: "{{ "{{ $value }}" }} events were refused ten times and are parked"
    description: Each holds back its own order. The relay's logs say why; after the cause is gone the sweeper re-drives the order.
- alert: VelureShardsUnleased
  expr: sum(velure_relay_leased_shards{namespace="{{ .Release.Namespace }}"}) < 64
  for: 2m
  labels: {severity: critical}
  annotations:
    summary: Only {{ "{{ $value }}" }} of 64 shards are leased
    description: Orders of the others are not published. Does a relay hold locks without a connection to the broker?
- alert: VelureStatusDeadLetters
  expr: sum(increase(velure_relay_dead_letters_total{namespace="{{ .Release.Namespace }}"}[15m])) > 0
  labels: {severity: warning}
  annotations:
    summary: Status events went to publish-order-status-updates.dlq
    description: The reason is in a header of each message.
- alert: VelureOrdersExpired
  expr: sum(increase(velure_relay_expired_orders_total{namespace="{{ .Release.Namespace }}"}[15m])) > 0
  labels: {severity: warning}
  annotations:
    summary: Orders ended because they were past their deadline of {{ .Values.settings.orderDeadline }}
    description: Shoppers saw them fail with `timeout`. Is the order processor up, does the catalog answer?
{{- end }}

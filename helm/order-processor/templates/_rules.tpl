{{- define "velure.rules" -}}
{{ include "velure-lib.down-rule" (list . "critical") }}
- alert: VelureInvariantBreached
  expr: sum(increase(velure_order_processor_invariant_breaches_total{namespace="{{ .Release.Namespace }}"}[15m])) > 0
  labels: {severity: critical}
  annotations:
    summary: Something happened to an order that must never be
    description: The label `breach` and the processor's logs say what, and to which order. A person has to look.
- alert: VelureChargesInDoubt
  expr: max(velure_order_processor_charges_in_doubt{namespace="{{ .Release.Namespace }}"}) > 0
  for: 15m
  labels: {severity: warning}
  annotations:
    summary: "{{ "{{ $value }}" }} charges have been in doubt for a quarter of an hour"
    description: They keep stock and status and are looked up again and again. Does the payment provider answer?
- alert: VelureOrdersStand
  expr: max(velure_order_processor_oldest_open_order_seconds{namespace="{{ .Release.Namespace }}"}) > 300
  for: 2m
  labels: {severity: critical}
  annotations:
    summary: The oldest open order is {{ "{{ $value | humanizeDuration }}" }} old
    description: velure_order_processor_retries_total by phase says which step does not succeed.
{{- end }}

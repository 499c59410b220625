{{- define "velure.rules" -}}
{{ include "velure-lib.down-rule" (list . "critical") }}
- alert: VelureHintsMissing
  expr: min(velure_sse_gateway_feed_up{namespace="{{ .Release.Namespace }}"}) == 0
  for: 5m
  labels: {severity: warning}
  annotations:
    summary: A gateway has had no hints from Redis for five minutes
    description: Streams go on from the database, up to a second later. Is Redis up?
- alert: VelureStreamsFull
  expr: max(velure_sse_gateway_connections{namespace="{{ .Release.Namespace }}"}) > 16000
  for: 5m
  labels: {severity: warning}
  annotations:
    summary: A gateway holds {{ "{{ $value }}" }} of 20,000 connections
    description: Further ones wait in its backlog. Raise scaling.maxReplicas.
{{- end }}

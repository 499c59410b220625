{{- define "velure.rules" -}}
{{ include "velure-lib.down-rule" (list . "critical") }}
- alert: VelureBrokerBlocksPublishers
  expr: max(rabbitmq_alarms_memory_used_watermark{namespace="{{ .Release.Namespace }}"} or rabbitmq_alarms_free_disk_space_watermark{namespace="{{ .Release.Namespace }}"}) > 0
  for: 2m
  labels: {severity: critical}
  annotations:
    summary: The broker is short of memory or disk and takes no messages
    description: Events wait in the outboxes and are not lost. Are queues long because a consumer is down? Else raise resources.limits.memory or persistence.size.
{{- end }}

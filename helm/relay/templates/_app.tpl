{{- define "velure.app" -}}
rollout: frugal
env:
  VELURE_RELAY_WINDOW: {{ int .Values.settings.window }}
  VELURE_RELAY_RETRY: {{ .Values.settings.retry }}
  VELURE_SWEEP_EVERY: {{ .Values.settings.sweepEvery }}
  VELURE_SWEEP_AFTER: {{ .Values.settings.sweepAfter }}
  VELURE_ORDER_DEADLINE: {{ .Values.settings.orderDeadline }}
secret: {json: relay}
egress:
  - {{ include "velure-lib.to-store" .Values.network.postgres }}
  - {{ include "velure-lib.to-store" .Values.network.redis }}
  - {{ include "velure-lib.to-destination" (list .Values.network.broker "rabbitmq" 5672) }}
ingress:
  - {{ include "velure-lib.from-monitoring" . }}
{{- end }}

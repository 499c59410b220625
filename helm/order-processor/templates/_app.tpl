{{- define "velure.app" -}}
rollout: frugal
env:
  VELURE_CATALOG_URL: {{ .Values.catalogUrl }}
  VELURE_PROCESSOR_PREFETCH: {{ int .Values.settings.prefetch }}
  VELURE_PROCESSOR_RETRIES: {{ int .Values.settings.retries }}
  VELURE_PROCESSOR_LEASE: {{ .Values.settings.lease }}
  VELURE_PROCESSOR_STEP: {{ .Values.settings.step }}
  VELURE_PROCESSOR_ATTEMPTS: {{ int .Values.settings.attempts }}
  VELURE_PAYMENT_DELAY: {{ .Values.settings.paymentDelay | quote }}
secret:
  json: order-processor
  variables: {VELURE_SERVICE_SIGNING_KEY: service-signing-key-order-processor}
egress:
  - {{ include "velure-lib.to-store" .Values.network.postgres }}
  - {{ include "velure-lib.to-destination" (list .Values.network.broker "rabbitmq" 5672) }}
  - {{ include "velure-lib.to-destination" (list .Values.network.catalog "functions-server" 8081) }}
ingress:
  - {{ include "velure-lib.from-monitoring" . }}
{{- end }}

{{- define "velure.app" -}}
{{- $context := .Values.context }}
{{- if ne .Release.Name (printf "functions-%s" $context) }}
{{- fail (printf "the release that serves the context %s has to be called functions-%s, not %s: callers find it by that name" $context $context .Release.Name) }}
{{- end }}
{{- $calls := dict "auth" (list) "catalog" (list "auth") "orders" (list "auth" "catalog") }}
{{- $callers := dict "auth" (list "sse-gateway" "functions-server") "catalog" (list "order-processor" "functions-server") "orders" (list) }}
rollout: steady
ports: {http: 8081}
env:
  VELURE_SERVER_LISTEN: 0.0.0.0:8081
  VELURE_SERVER_CONTEXTS: {{ $context }}
  VELURE_SERVER_TRUSTED_HOPS: {{ int .Values.trustedHops }}
  VELURE_ALLOWED_ORIGINS: {{ join "," .Values.allowedOrigins | quote }}
  {{- range get $calls $context }}
  {{- $url := printf "%sUrl" . }}
  VELURE_{{ upper . }}_URL: {{ required (printf "%s is missing: %s calls %s" $url $context .) (get $.Values $url) }}
  {{- end }}
  {{- if eq $context "orders" }}
  VELURE_ORDERS_PER_MINUTE: {{ int .Values.ordersPerMinute }}
  {{- end }}
secret:
  variables: {{- toYaml .Values.secretVariables | nindent 4 }}
egress:
  - {{ include "velure-lib.to-store" .Values.network.postgres }}
  - {{ include "velure-lib.to-store" .Values.network.redis }}
  {{- if eq $context "catalog" }}
  - {{ include "velure-lib.to-destination" (list .Values.network.mongodb "mongodb" 27017) }}
  {{- end }}
  {{- range get $calls $context }}
  - {{ include "velure-lib.to-destination" (list (get $.Values.network .) "functions-server" 8081) }}
  {{- end }}
ingress:
  - {{ include "velure-lib.from-load-balancer" (list . 8081) }}
  - {{ dict "pods" (get $callers $context) "ports" (list 8081) | toJson }}
  - {{ include "velure-lib.from-monitoring" . }}
{{- end }}

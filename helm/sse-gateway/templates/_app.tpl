{{- define "velure.app" -}}
rollout: steady
ports: {http: 8082}
env:
  VELURE_GATEWAY_LISTEN: 0.0.0.0:8082
  VELURE_AUTH_URL: {{ .Values.authUrl }}
secret:
  json: sse-gateway
  variables:
    VELURE_ACCESS_JWKS: access-jwks
    VELURE_SERVICE_SIGNING_KEY: service-signing-key-sse-gateway
egress:
  - {{ include "velure-lib.to-store" .Values.network.postgres }}
  - {{ include "velure-lib.to-store" .Values.network.redis }}
  - {{ include "velure-lib.to-destination" (list .Values.network.auth "functions-server" 8081) }}
ingress:
  - {{ include "velure-lib.from-load-balancer" (list . 8082) }}
  - {{ include "velure-lib.from-monitoring" . }}
{{- end }}

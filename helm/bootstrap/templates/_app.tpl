{{- define "velure.app" -}}
secret: {json: bootstrap}
egress:
  - {{ include "velure-lib.to-store" .Values.network.postgres }}
  - {{ include "velure-lib.to-destination" (list .Values.network.broker "rabbitmq" 15672) }}
  - {{ include "velure-lib.to-destination" (list .Values.network.mongodb "mongodb" 27017) }}
  - {{ include "velure-lib.to-store" .Values.network.aws }}
  # The agent on the node that hands out the Pod Identity.
  - {cidrs: [169.254.170.23/32], ports: [80]}
ingress: []
{{- end }}

{{/* One step: (dict "root" $ "name" <container> "args" [...] "secret" [variables] "env" {…}). It gets its own variables only. */}}
{{- define "velure.step" -}}
- name: {{ .name }}
  image: {{ include "velure-lib.image" .root }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args: {{ toJson .args }}
  env:
    {{- if .root.Values.allowDevelopmentSecrets }}
    - {name: VELURE_ALLOW_DEVELOPMENT_SECRETS, value: "true"}
    {{- end }}
    {{- range $name, $value := .env }}
    - {name: {{ $name }}, value: {{ $value | quote }}}
    {{- end }}
    {{- range .secret }}
    - name: {{ . }}
      valueFrom:
        secretKeyRef: {name: {{ include "velure-lib.secret-name" $.root }}, key: {{ . }}}
    {{- end }}
  resources: {{- toYaml .root.Values.resources | nindent 4 }}
  securityContext: {{- include "velure-lib.container-security" .root | nindent 4 }}
{{- end }}

{{/*
One Kubernetes Secret for a release, made by the External Secrets Operator: every key of the JSON secret
<prefix>/<secret.json>, and for each of secret.variables the plain secret <prefix>/<name>.
*/}}
{{- define "velure-lib.external-secret" -}}
{{- $secret := (include "velure.app" . | fromYaml).secret }}
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: {{ include "velure-lib.secret-name" . }}
  namespace: {{ .Release.Namespace }}
  labels: {{- include "velure-lib.labels" . | nindent 4 }}
spec:
  refreshInterval: 1h
  secretStoreRef: {kind: SecretStore, name: {{ .Values.secretStore }}}
  target:
    name: {{ include "velure-lib.secret-name" . }}
    creationPolicy: Owner
    deletionPolicy: Retain
  {{- with $secret.json }}
  dataFrom:
    - extract: {key: {{ $.Values.secretsPrefix }}/{{ . }}}
  {{- end }}
  {{- with $secret.variables }}
  data:
    {{- range $variable, $name := . }}
    - secretKey: {{ $variable }}
      remoteRef: {key: {{ $.Values.secretsPrefix }}/{{ $name }}}
    {{- end }}
  {{- end }}
{{- end }}

{{/* Everything of a release is called like the release. */}}
{{- define "velure-lib.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Without the chart's version: a new version of a chart that changes nothing for its pods restarts none. */}}
{{- define "velure-lib.pod-labels" -}}
{{ include "velure-lib.selector" . }}
app.kubernetes.io/part-of: velure
{{- end }}

{{- define "velure-lib.labels" -}}
{{ include "velure-lib.pod-labels" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* The version is part of the name: see secretsVersion in values.schema.json. */}}
{{- define "velure-lib.secret-name" -}}
{{ .Release.Name }}-v{{ kindIs "string" .Values.secretsVersion | ternary .Values.secretsVersion (int .Values.secretsVersion) }}
{{- end }}

{{- define "velure-lib.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag }}{{ end }}
{{- end -}}
{{- end }}

{{- define "velure-lib.service-account" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels: {{- include "velure-lib.labels" . | nindent 4 }}
# No process asks the Kubernetes API.
automountServiceAccountToken: false
{{- end }}

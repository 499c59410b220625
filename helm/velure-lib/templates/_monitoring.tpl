{{/* (list $ <port name>) Only where the operator's CRDs exist. */}}
{{- define "velure-lib.service-monitor" -}}
{{- $port := index . 1 }}
{{- with index . 0 }}
{{- if .Capabilities.APIVersions.Has "monitoring.coreos.com/v1/ServiceMonitor" }}
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "velure-lib.labels" . | nindent 4 }}
    {{- with .Values.monitoring.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  selector:
    matchLabels: {{- include "velure-lib.selector" . | nindent 6 }}
  endpoints:
    - {port: {{ $port }}, path: /metrics, interval: 30s, scrapeTimeout: 10s}
{{- end }}
{{- end }}
{{- end }}

{{/* (list $ <rules as YAML>) Only where the operator's CRDs exist. */}}
{{- define "velure-lib.rules" -}}
{{- $rules := index . 1 }}
{{- with index . 0 }}
{{- if .Capabilities.APIVersions.Has "monitoring.coreos.com/v1/PrometheusRule" }}
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "velure-lib.labels" . | nindent 4 }}
    {{- with .Values.monitoring.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  groups:
    - name: {{ .Release.Name }}
      rules: {{- $rules | trim | nindent 8 }}
{{- end }}
{{- end }}
{{- end }}

{{/* The alert that every pod chart has: (list $ <severity>) */}}
{{- define "velure-lib.down-rule" -}}
{{- $severity := index . 1 }}
{{- with index . 0 }}
- alert: {{ .Release.Name | title | replace "-" "" | printf "Velure%sDown" }}
  expr: absent(up{job="{{ .Release.Name }}", namespace="{{ .Release.Namespace }}"} == 1)
  for: 3m
  labels: {severity: {{ $severity }}}
  annotations:
    summary: No pod of {{ .Release.Name }} can be scraped
    description: Look at `kubectl -n {{ .Release.Namespace }} describe deployment {{ .Release.Name }}` and at the pods' events.
{{- end }}
{{- end }}

{{/* What every pod has in common; the namespace enforces the restricted profile, this keeps it and goes beyond. */}}
{{- define "velure-lib.pod-base" -}}
serviceAccountName: {{ .Release.Name }}
automountServiceAccountToken: false
# Otherwise every Service of the namespace becomes a handful of variables.
enableServiceLinks: false
{{- end }}

{{/* `.` is the user id. */}}
{{- define "velure-lib.pod-security" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "velure-lib.container-security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/*
Pods of one revision on different zones and nodes. Not required: with one node left, the shop runs on one node.
*/}}
{{- define "velure-lib.spread" -}}
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
- maxSkew: 1
  topologyKey: {{ . }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels: {{- include "velure-lib.selector" $ | nindent 6 }}
  matchLabelKeys: [pod-template-hash]
{{- end }}
{{- end }}

{{/*
All on the admin port. /live never looks at a dependency: an outage elsewhere restarts nothing. The start is probed by
/live too, for the same reason; a start that takes longer than 60 s ends the process by itself.
*/}}
{{- define "velure-lib.probes" -}}
startupProbe:
  httpGet: {path: /live, port: admin}
  periodSeconds: 1
  timeoutSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /live, port: admin}
  periodSeconds: 10
  timeoutSeconds: 3
  failureThreshold: 3
readinessProbe:
  httpGet: {path: /ready, port: admin}
  periodSeconds: 3
  timeoutSeconds: 3
  failureThreshold: 2
{{- end }}

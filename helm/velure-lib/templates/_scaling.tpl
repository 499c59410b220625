{{/* By CPU. (list $ <seconds that fewer pods have to be enough before one goes>) */}}
{{- define "velure-lib.cpu-scaling" -}}
{{- $patience := index . 1 }}
{{- with index . 0 }}
{{- if .Values.scaling.enabled }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels: {{- include "velure-lib.labels" . | nindent 4 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ .Release.Name }}}
  minReplicas: {{ .Values.scaling.minReplicas }}
  maxReplicas: {{ .Values.scaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ required "scaling.cpuPercent is missing" .Values.scaling.cpuPercent }}}
  behavior:
    scaleUp:
      stabilizationWindowSeconds: 0
      policies: [{type: Pods, value: 2, periodSeconds: 30}]
    scaleDown:
      stabilizationWindowSeconds: {{ $patience }}
      policies: [{type: Pods, value: 1, periodSeconds: 120}]
{{- end }}
{{- end }}
{{- end }}

{{/*
By the length of a queue: (list $ <queue>). KEDA asks over AMQP with the pods' own user, who may read that queue anyway;
over HTTP it would need a user of the management API. What pods hold unacknowledged is not counted over AMQP, and need
not be: it is bounded by the prefetch.
*/}}
{{- define "velure-lib.queue-scaling" -}}
{{- $queue := index . 1 }}
{{- with index . 0 }}
{{- if .Values.scaling.enabled }}
apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels: {{- include "velure-lib.labels" . | nindent 4 }}
spec:
  secretTargetRef:
    - {parameter: host, name: {{ include "velure-lib.secret-name" . }}, key: VELURE_AMQP_URL}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels: {{- include "velure-lib.labels" . | nindent 4 }}
spec:
  scaleTargetRef: {name: {{ .Release.Name }}}
  minReplicaCount: {{ .Values.scaling.minReplicas }}
  maxReplicaCount: {{ .Values.scaling.maxReplicas }}
  pollingInterval: 15
  # A broker that cannot be asked is no reason for fewer pods than usual, nor for more.
  fallback: {failureThreshold: 4, replicas: {{ .Values.scaling.minReplicas }}}
  advanced:
    horizontalPodAutoscalerConfig:
      behavior:
        scaleDown:
          stabilizationWindowSeconds: 300
          policies: [{type: Pods, value: 1, periodSeconds: 60}]
  triggers:
    - type: rabbitmq
      metadata:
        protocol: amqp
        queueName: {{ $queue }}
        mode: QueueLength
        value: {{ required "scaling.queueLength is missing" .Values.scaling.queueLength | toString | quote }}
      authenticationRef: {name: {{ .Release.Name }}}
{{- end }}
{{- end }}
{{- end }}

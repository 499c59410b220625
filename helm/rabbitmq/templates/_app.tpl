{{- define "velure.app" -}}
user: 999
mount: /var/lib/rabbitmq
# Long enough to hand what is in memory to the disk.
grace: 60
traffic: amqp
ports: {amqp: 5672, management: 15672, metrics: 15692}
secret: {json: rabbitmq}
egress: []
ingress:
  - {pods: [relay, order-processor], ports: [5672]}
  - {pods: [bootstrap], ports: [15672]}
  - {namespace: {{ .Values.network.kedaNamespace }}, ports: [5672]}
  - {namespace: {{ .Values.monitoring.namespace }}, ports: [15692]}
{{- end }}

{{- define "velure.config" -}}
enabled_plugins: |
  [rabbitmq_management,rabbitmq_prometheus].
rabbitmq.conf: |
  listeners.tcp.default = 5672
  management.tcp.port = 15672
  prometheus.tcp.port = 15692
  # Of the pod's limit, not of the node's memory.
  total_memory_available_override_value = {{ .Values.resources.limits.memory }}{{ if hasSuffix "i" .Values.resources.limits.memory }}B{{ end }}
  vm_memory_high_watermark.relative = 0.6
  disk_free_limit.absolute = 1GB
  log.file = false
  log.console = true
{{- end }}

{{- define "velure.container" -}}
env:
  # The same name wherever the pod runs: the node's data and its quorum queues go by it.
  - {name: RABBITMQ_NODENAME, value: rabbit@localhost}
  - {name: RABBITMQ_CONFIG_FILE, value: /etc/velure/rabbitmq.conf}
  - {name: RABBITMQ_ENABLED_PLUGINS_FILE, value: /etc/velure/enabled_plugins}
  {{- range list "RABBITMQ_DEFAULT_USER" "RABBITMQ_DEFAULT_PASS" }}
  - name: {{ . }}
    valueFrom:
      secretKeyRef: {name: {{ include "velure-lib.secret-name" $ }}, key: {{ . }}}
  {{- end }}
# The port opens last, after queues were recovered.
startupProbe:
  tcpSocket: {port: amqp}
  periodSeconds: 5
  failureThreshold: 60
volumeMounts:
{{- end }}

{{- define "velure.init" -}}
{{- end }}

{{- define "velure.volumes" -}}
{{- end }}

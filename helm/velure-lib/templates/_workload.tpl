{{/*
A pod chart defines `velure.app`, which says in YAML what differs:

  ports:   {http: 8082}                   traffic ports; the admin port is always there
  env:     {NAME: value}                  beside those of every pod
  secret:  {json: relay, variables: {}}   see velure-lib.external-secret
  egress:  [{cidrs, port}, {pods, port}]  see velure-lib.network-policy
  ingress: [{cidrs, ports}, …]
  rollout: steady | frugal                see below
*/}}
{{- define "velure-lib.deployment" -}}
{{- $app := include "velure.app" . | fromYaml }}
{{- $drain := .Values.drain }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels: {{- include "velure-lib.labels" . | nindent 4 }}
spec:
  {{- if not .Values.scaling.enabled }}
  replicas: {{ .Values.scaling.minReplicas }}
  {{- end }}
  revisionHistoryLimit: 3
  # Below helm's --timeout, so that the Deployment says why.
  progressDeadlineSeconds: 240
  selector:
    matchLabels: {{- include "velure-lib.selector" . | nindent 6 }}
  {{- if eq $app.rollout "steady" }}
  # Somebody is connected: a pod leaves only after another one has been ready for a while behind the load balancer.
  minReadySeconds: 10
  strategy:
    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
  {{- else }}
  # Nobody is connected: the others take over its work, and no surge takes database connections that are not there.
  minReadySeconds: 5
  strategy:
    rollingUpdate: {maxUnavailable: 1, maxSurge: 0}
  {{- end }}
  template:
    metadata:
      labels: {{- include "velure-lib.pod-labels" . | nindent 8 }}
      annotations:
        checksum/secret: {{ (include "velure-lib.external-secret" . | fromYaml).spec | toJson | sha256sum }}
    spec:
      {{- include "velure-lib.pod-base" . | nindent 6 }}
      terminationGracePeriodSeconds: {{ add $drain.preStopSeconds $drain.graceSeconds 5 }}
      securityContext: {{- include "velure-lib.pod-security" 65532 | nindent 8 }}
      topologySpreadConstraints: {{- include "velure-lib.spread" . | trim | nindent 8 }}
      containers:
        - name: {{ .Chart.Name }}
          image: {{ include "velure-lib.image" . }}
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          ports:
            - {name: admin, containerPort: 9090}
            {{- range $name, $port := $app.ports }}
            - {name: {{ $name }}, containerPort: {{ $port }}}
            {{- end }}
          env:
            - {name: VELURE_ADMIN_LISTEN, value: "0.0.0.0:9090"}
            - {name: VELURE_GRACE, value: {{ printf "%vs" $drain.graceSeconds }}}
            - {name: VELURE_LOG, value: {{ .Values.logLevel | quote }}}
            - {name: VELURE_DATABASE_CONNECTIONS, value: {{ .Values.databaseConnections | toString | quote }}}
            {{- with .Values.traces.endpoint }}
            - {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }}}
            - {name: OTEL_TRACES_SAMPLER_ARG, value: {{ $.Values.traces.share | toString | quote }}}
            {{- end }}
            {{- if .Values.allowDevelopmentSecrets }}
            - {name: VELURE_ALLOW_DEVELOPMENT_SECRETS, value: "true"}
            {{- end }}
            {{- range $name, $value := $app.env }}
            - {name: {{ $name }}, value: {{ $value | toString | quote }}}
            {{- end }}
          envFrom:
            - secretRef: {name: {{ include "velure-lib.secret-name" . }}}
          {{- if $drain.preStopSeconds }}
          lifecycle:
            preStop:
              sleep: {seconds: {{ $drain.preStopSeconds }}}
          {{- end }}
          {{- include "velure-lib.probes" . | nindent 10 }}
          resources: {{- toYaml .Values.resources | nindent 12 }}
          securityContext: {{- include "velure-lib.container-security" . | nindent 12 }}
{{- end }}

{{/* Without traffic ports there is nothing to balance, only something to scrape: then the Service has no address. */}}
{{- define "velure-lib.service" -}}
{{- $app := include "velure.app" . | fromYaml }}
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels: {{- include "velure-lib.labels" . | nindent 4 }}
spec:
  {{- if not $app.ports }}
  clusterIP: None
  {{- end }}
  selector: {{- include "velure-lib.selector" . | nindent 4 }}
  ports:
    - {name: admin, port: 9090, targetPort: admin}
    {{- range $name, $port := $app.ports }}
    - {name: {{ $name }}, port: {{ $port }}, targetPort: {{ $name }}}
    {{- end }}
{{- end }}

{{/*
One pod at a time may be evicted. Counted in pods that are away, not in pods that stay: a node can always be drained,
also when there is one replica only. A pod that is not ready anyway may always go.
*/}}
{{- define "velure-lib.disruption-budget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels: {{- include "velure-lib.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels: {{- include "velure-lib.selector" . | nindent 6 }}
{{- end }}

{{/*
The pods join a target group that belongs to Terraform. No `networking`: security groups are Terraform's too. No labels
of an ingress stack: the controller deletes a binding that carries them.
*/}}
{{- define "velure-lib.target-group-binding" -}}
{{- $port := index . 1 }}
{{- with index . 0 }}
{{- if .Values.targetGroupArn }}
apiVersion: elbv2.k8s.aws/v1beta1
kind: TargetGroupBinding
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels: {{- include "velure-lib.labels" . | nindent 4 }}
spec:
  targetGroupARN: {{ .Values.targetGroupArn }}
  targetType: ip
  serviceRef: {name: {{ .Release.Name }}, port: {{ $port }}}
{{- end }}
{{- end }}
{{- end }}

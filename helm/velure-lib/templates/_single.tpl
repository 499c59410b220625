{{/*
One server with a disk: a StatefulSet of one. `velure.app` says besides what it says for a pod chart:

  user:      999                 the image's user
  mount:     /var/lib/…          where the disk goes
  grace:     60                  seconds that it may take to stop
  traffic:   amqp                the port that shows by accepting connections that it serves
and `velure.container` gives command, environment and further mounts; `velure.volumes` and `velure.init` what they need.
*/}}
{{- define "velure-lib.single" -}}
{{- $app := include "velure.app" . | fromYaml }}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels: {{- include "velure-lib.labels" . | nindent 4 }}
spec:
  # Two servers cannot share the disk. There is no PodDisruptionBudget: it could only forbid to drain the node.
  replicas: 1
  serviceName: {{ .Release.Name }}
  revisionHistoryLimit: 3
  selector:
    matchLabels: {{- include "velure-lib.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "velure-lib.pod-labels" . | nindent 8 }}
      annotations:
        checksum/secret: {{ (include "velure-lib.external-secret" . | fromYaml).spec | toJson | sha256sum }}
        checksum/config: {{ include "velure.config" . | sha256sum }}
    spec:
      {{- include "velure-lib.pod-base" . | nindent 6 }}
      terminationGracePeriodSeconds: {{ $app.grace }}
      securityContext:
        {{- include "velure-lib.pod-security" $app.user | nindent 8 }}
        fsGroup: {{ $app.user }}
        # Only a new disk: files on it that only their owner may read stay that way.
        fsGroupChangePolicy: OnRootMismatch
      {{- with include "velure.init" . }}
      initContainers: {{- . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .Chart.Name }}
          image: {{ include "velure-lib.image" . }}
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          ports:
            {{- range $name, $port := $app.ports }}
            - {name: {{ $name }}, containerPort: {{ $port }}}
            {{- end }}
          {{- include "velure.container" . | nindent 10 }}
            - {name: data, mountPath: {{ $app.mount }}}
            - {name: config, mountPath: /etc/velure, readOnly: true}
            - {name: tmp, mountPath: /tmp}
          readinessProbe:
            tcpSocket: {port: {{ $app.traffic }}}
            periodSeconds: 5
          livenessProbe:
            tcpSocket: {port: {{ $app.traffic }}}
            periodSeconds: 15
            timeoutSeconds: 5
            failureThreshold: 8
          resources: {{- toYaml .Values.resources | nindent 12 }}
          securityContext: {{- include "velure-lib.container-security" . | nindent 12 }}
      volumes:
        - name: data
          persistentVolumeClaim: {claimName: {{ .Release.Name }}-data}
        - name: config
          configMap: {name: {{ .Release.Name }}}
        - name: tmp
          emptyDir: {sizeLimit: 64Mi}
        {{- with include "velure.volumes" . }}
        {{- . | nindent 8 }}
        {{- end }}
{{- end }}

{{- define "velure-lib.single-config" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels: {{- include "velure-lib.labels" . | nindent 4 }}
data: {{- include "velure.config" . | nindent 2 }}
{{- end }}

{{- define "velure-lib.single-service" -}}
{{- $app := include "velure.app" . | fromYaml }}
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels: {{- include "velure-lib.labels" . | nindent 4 }}
spec:
  selector: {{- include "velure-lib.selector" . | nindent 4 }}
  ports:
    {{- range $name, $port := $app.ports }}
    - {name: {{ $name }}, port: {{ $port }}, targetPort: {{ $name }}}
    {{- end }}
{{- end }}

{{/*
The disk. Kept when the release goes: what is on it is not helm's to delete. A claim of its own and not the StatefulSet's
template, which could never be changed to a larger size.
*/}}
{{- define "velure-lib.single-volume" -}}
{{- with .Values.persistence }}
{{- if .volumeId }}
apiVersion: v1
kind: PersistentVolume
metadata:
  name: {{ $.Release.Namespace }}-{{ $.Release.Name }}-{{ .volumeId }}
  labels: {{- include "velure-lib.labels" $ | nindent 4 }}
  annotations: {helm.sh/resource-policy: keep}
spec:
  capacity: {storage: {{ .size }}}
  accessModes: [ReadWriteOnce]
  # It is Terraform's.
  persistentVolumeReclaimPolicy: Retain
  storageClassName: ""
  claimRef: {apiVersion: v1, kind: PersistentVolumeClaim, namespace: {{ $.Release.Namespace }}, name: {{ $.Release.Name }}-data}
  csi: {driver: ebs.csi.aws.com, fsType: ext4, volumeHandle: {{ .volumeId }}}
  nodeAffinity:
    required:
      nodeSelectorTerms:
        - matchExpressions:
            - {key: topology.kubernetes.io/zone, operator: In, values: [{{ .zone }}]}
---
{{- end }}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ $.Release.Name }}-data
  namespace: {{ $.Release.Namespace }}
  labels: {{- include "velure-lib.labels" $ | nindent 4 }}
  annotations: {helm.sh/resource-policy: keep}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: {{ .size }}}}
  {{- if .volumeId }}
  storageClassName: ""
  volumeName: {{ $.Release.Namespace }}-{{ $.Release.Name }}-{{ .volumeId }}
  {{- else }}
  storageClassName: {{ .storageClass }}
  {{- end }}
{{- end }}
{{- end }}

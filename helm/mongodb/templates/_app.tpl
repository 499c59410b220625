{{- define "velure.app" -}}
user: 999
mount: /data/db
grace: 60
traffic: mongodb
ports: {mongodb: 27017}
secret: {json: mongodb}
egress: []
ingress:
  - {pods: [bootstrap, functions-server], ports: [27017]}
  - {{ dict "cidrs" .Values.network.clients.cidrs "ports" (list 27017) | toJson }}
{{- end }}

{{- define "velure.config" -}}
found.js: |
  {{- .Files.Get "found.js" | nindent 2 }}
{{- end }}

{{- define "velure.container" -}}
command: [mongod]
args:
  - --dbpath=/data/db
  - --bind_ip_all
  - --port=27017
  - --replSet=velure
  # A catalog function that dies in the middle of a hold leaves a transaction, and its products cannot be sold until it
  # ends: after a minute by default. No transaction of ours takes longer than some milliseconds.
  - --setParameter=transactionLifetimeLimitSeconds=3
  - --keyFile=/run/velure/key
  - --wiredTigerCacheSizeGB={{ .Values.cacheGiB }}
env:
  # The shell wants to write its history.
  - {name: HOME, value: /tmp}
  - {name: MONGODB_APP_USERNAME, value: {{ .Values.username }}}
  {{- range list "MONGODB_ADMIN_PASSWORD" "MONGODB_APP_PASSWORD" }}
  - name: {{ . }}
    valueFrom:
      secretKeyRef: {name: {{ include "velure-lib.secret-name" $ }}, key: {{ . }}}
  {{- end }}
startupProbe:
  exec:
    command: [mongosh, --quiet, --norc, "mongodb://127.0.0.1:27017/?directConnection=true", /etc/velure/found.js]
  periodSeconds: 5
  timeoutSeconds: 30
  failureThreshold: 60
volumeMounts:
  - {name: run, mountPath: /run/velure, readOnly: true}
{{- end }}

{{/*
A replica set that asks who signs in has to have a key for its members to know each other by. It has one member, so the
key may be a new one at each start. mongod wants a file that only its owner can read, which no Secret volume with an
fsGroup gives.
*/}}
{{- define "velure.init" -}}
- name: key
  image: {{ include "velure-lib.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  command: [sh, -ec, "umask 277; head -c 512 /dev/urandom | base64 -w 0 > /run/velure/key"]
  volumeMounts:
    - {name: run, mountPath: /run/velure}
  resources:
    requests: {cpu: 10m, memory: 16Mi}
    limits: {cpu: 100m, memory: 32Mi}
  securityContext: {{- include "velure-lib.container-security" . | nindent 4 }}
{{- end }}

{{- define "velure.volumes" -}}
- name: run
  emptyDir: {medium: Memory, sizeLimit: 1Mi}
{{- end }}

{{/*
Everything that the pods may send and receive, as the namespace denies the rest. Egress and ingress are lists of

  {cidrs: […], ports: […]}             addresses; without any there is no rule
  {pods: […], ports: […]}              pods of this namespace, by chart name
  {namespace: keda, ports: […]}        every pod of that namespace

The kubelet's probes come from the pod's own node and pass by themselves.
*/}}
{{- define "velure-lib.network-policy" -}}
{{- $app := include "velure.app" . | fromYaml }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  labels: {{- include "velure-lib.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels: {{- include "velure-lib.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  {{- $ingress := include "velure-lib.network-rules" (dict "rules" $app.ingress "key" "from") | trim }}
  {{- with $ingress }}
  ingress: {{- . | nindent 4 }}
  {{- else }}
  ingress: []
  {{- end }}
  egress:
    - to:
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
          podSelector: {matchLabels: {k8s-app: kube-dns}}
      ports:
        - {protocol: UDP, port: 53}
        - {protocol: TCP, port: 53}
    {{- $egress := $app.egress }}
    {{- with .Values.traces }}
    {{- if .endpoint }}
    {{- $egress = append $egress (dict "cidrs" .cidrs "namespace" .namespace "ports" (list .port)) }}
    {{- end }}
    {{- end }}
    {{- with include "velure-lib.network-rules" (dict "rules" $egress "key" "to") | trim }}
    {{- . | nindent 4 }}
    {{- end }}
{{- end }}

{{- define "velure-lib.network-rules" -}}
{{- range .rules }}
{{- if or .cidrs .pods .namespace }}
- {{ $.key }}:
    {{- range .cidrs }}
    - ipBlock:
        cidr: {{ . }}
        {{- if hasSuffix "/0" . }}
        # Never the instance metadata of the node, nor the agent that hands out identities.
        except: [169.254.0.0/16]
        {{- end }}
    {{- end }}
    {{- with .pods }}
    - podSelector:
        matchExpressions:
          - {key: app.kubernetes.io/name, operator: In, values: {{ toJson . }}}
    {{- end }}
    {{- with .namespace }}
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ . }}}}
    {{- end }}
  ports:
    {{- range .ports }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* A rule to a server outside the cluster; `.` is a `store` of values.schema.json. */}}
{{- define "velure-lib.to-store" -}}
{{ dict "cidrs" .cidrs "ports" (list .port) | toJson }}
{{- end }}

{{/* A rule to a server that may be in the cluster: (list <destination> <chart name> <port in the cluster>). */}}
{{- define "velure-lib.to-destination" -}}
{{- $destination := index . 0 }}
{{- if $destination.inCluster }}
{{- dict "pods" (list (index . 1)) "ports" (list (index . 2)) | toJson }}
{{- else }}
{{- include "velure-lib.to-store" $destination }}
{{- end }}
{{- end }}

{{/* The rule that lets Prometheus in. */}}
{{- define "velure-lib.from-monitoring" -}}
{{ dict "namespace" .Values.monitoring.namespace "ports" (list 9090) | toJson }}
{{- end }}

{{/* The rule that lets a load balancer in: traffic, and its health checks on the admin port. (list $ <port>) */}}
{{- define "velure-lib.from-load-balancer" -}}
{{ dict "cidrs" (index . 0).Values.network.loadBalancer.cidrs "ports" (list (index . 1) 9090) | toJson }}
{{- end }}

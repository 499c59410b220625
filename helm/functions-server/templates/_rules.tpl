{{- define "velure.rules" -}}
{{ include "velure-lib.down-rule" (list . "critical") }}
{{- end }}

{{/* Labels are functions of (dict "root" $ "name" … "component" …): a service or web, edge, provisioner, migrate, seed; and its component. */}}

{{/* What a selector may say for good: it must not change from one version to the next. */}}
{{- define "lacio.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{/* Of every pod of this release. */}}
{{- define "lacio.ours" -}}
app.kubernetes.io/part-of: lacio
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Of pods: without the chart's version, which would roll every pod when only the chart changes. */}}
{{- define "lacio.podLabels" -}}
{{ include "lacio.selector" . }}
app.kubernetes.io/part-of: lacio
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
{{- end }}

{{/* Of objects. Without a name: of what belongs to the whole release. */}}
{{- define "lacio.labels" -}}
app.kubernetes.io/name: {{ .name | default "lacio" }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{ include "lacio.ours" .root }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{/* The parts that network policies are made of. Kubernetes compares addresses behind a Service, so ports are those of pods. */}}

{{/* Pods of this release as a peer: (dict "root" $ "name" … "components" (list …)). */}}
{{- define "lacio.peer" -}}
- podSelector:
    matchLabels:
      app.kubernetes.io/name: {{ .name }}
      app.kubernetes.io/instance: {{ .root.Release.Name }}
    matchExpressions:
      - { key: app.kubernetes.io/component, operator: In, values: {{ .components | toJson }} }
{{- end }}

{{/* One egress rule to pods of this release: … "port" n. */}}
{{- define "lacio.to" -}}
- to: {{- include "lacio.peer" . | nindent 4 }}
  ports: [{ protocol: TCP, port: {{ .port }} }]
{{- end }}

{{/* One ingress rule from pods of this release: … "port" n. */}}
{{- define "lacio.from" -}}
- from: {{- include "lacio.peer" . | nindent 4 }}
  ports: [{ protocol: TCP, port: {{ .port }} }]
{{- end }}

{{/* One egress rule to a server of the values: (dict "root" $ "server" "postgres"). Without an address there is no rule, and no way. */}}
{{- define "lacio.toServer" -}}
{{- with index .root.Values.networkPolicies .server }}
{{- if .to }}
- to: {{- toYaml .to | nindent 4 }}
  ports:
    {{- range .ports }}
    - { protocol: TCP, port: {{ . }} }
    {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "lacio.toDns" -}}
- to: {{- toYaml .Values.networkPolicies.dns.to | nindent 4 }}
  ports:
    {{- range .Values.networkPolicies.dns.ports }}
    - { protocol: UDP, port: {{ . }} }
    - { protocol: TCP, port: {{ . }} }
    {{- end }}
{{- end }}

{{/* Where every policy begins: (dict "root" $ "name" … "component" …), which it is also called by. */}}
{{- define "lacio.policy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ ternary .name (printf "%s-%s" .name .component) (eq .name .component) }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- include "lacio.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels: {{- include "lacio.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
{{- end }}
